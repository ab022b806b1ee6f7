/// Writes a generated case, with what the host's processor made of it, in the test form.
enum TestCaseWriter {
  static func line(
    _ test: FuzzCase, name: String, native: (state: ProcessorState, ending: Ending, memory: [UInt8])
  ) -> String {
    typealias Word = ProcessorState.Word
    let plain = ProcessorState()
    var parts: [String] = []
    parts.append("\"name\":\"\(name)\"")
    parts.append("\"mode\":\(test.is32Bit ? 32 : 64)")
    parts.append("\"load\":\"\(hex(test.start))\"")
    parts.append("\"entry\":\"\(hex(test.start))\"")
    parts.append("\"code\":\"\(bytes(test.assemble()))\"")
    parts.append(
      "\"regions\":["
        + FuzzCase.regions.map { "[\"\(hex($0.address))\",\($0.count)]" }.joined(separator: ",")
        + "]")
    var data = runs(test.data, differentFrom: Array(repeating: 0, count: test.data.count))
    // Where a branch leads away from the code, a HLT waits.
    let end = native.state[Word.rip]
    let code = test.start..<test.start + UInt64(test.assemble().count)
    if native.ending == .halted && !code.contains(end) { data.append("[\"\(hex(end))\",\"f4\"]") }
    if !data.isEmpty { parts.append("\"data\":[" + data.joined(separator: ",") + "]") }
    var before = test.state
    if test.is32Bit {
      before[Word.fsBase] = 0
      before[Word.gsBase] = 0
    }
    let initial = registers(before) { before[$0] != plain[$0] && $0 != Word.rip }
    parts.append("\"init\":{" + initial.joined(separator: ",") + "}")
    let atEnd = native.ending == .halted
    let expected = registers(native.state) {
      switch $0 {
      case Word.rip, Word.flags, Word.mxcsr: true
      case Word.x87Tag: false
      case Word.fsBase, Word.gsBase: !test.is32Bit && native.state[$0] != test.state[$0]
      default: native.state[$0] != plain[$0] || test.state[$0] != plain[$0]
      }
    }
    parts.append("\"expect\":{" + expected.joined(separator: ",") + "}")
    let mask = test.comparableFlags(atEnd: atEnd) | 0x400
    var masks = "\"RFLAGS\":\"\(hex(mask))\""
    if test.undefinedStatus != 0 { masks += ",\"FSW\":\"\(hex(0xFFFF & ~test.undefinedStatus))\"" }
    parts.append("\"mask\":{" + masks + "}")
    let after = Array(native.memory[Int(FuzzCase.codeRegion.count)...])
    let changed = runs(after, differentFrom: test.data)
    if !changed.isEmpty {
      parts.append("\"expectMemory\":[" + changed.joined(separator: ",") + "]")
    }
    if !atEnd { parts.append("\"expectFault\":\"\(native.ending.description)\"") }
    return "{" + parts.joined(separator: ",") + "}"
  }

  private static func bytes(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The stretches of 16 bytes that differ, joined.
  private static func runs(_ now: [UInt8], differentFrom before: [UInt8]) -> [String] {
    var result: [String] = []
    var start: Int?
    for at in stride(from: 0, through: now.count, by: 16) {
      let differs = at < now.count && now[at..<at + 16] != before[at..<at + 16]
      if differs && start == nil { start = at }
      if !differs, let from = start {
        let address = FuzzCase.dataRegion.address + UInt64(from)
        result.append("[\"\(hex(address))\",\"\(bytes(now[from..<at]))\"]")
        start = nil
      }
    }
    return result
  }

  private static func registers(_ state: ProcessorState, _ wanted: (Int) -> Bool) -> [String] {
    typealias Word = ProcessorState.Word
    var result: [String] = []
    var word = 0
    while word < Word.count {
      let isVector = word >= Word.vector && word < Word.x87
      let count = isVector ? 4 : word >= Word.x87 && word < Word.x87Control ? 2 : 1
      if (word..<word + count).contains(where: wanted) {
        let values = (word..<word + count).map { "\"\(hex(state[$0]))\"" }
        let name = ProcessorState.name(of: word).split(separator: "[")[0]
        result.append(
          "\"\(name)\":" + (count == 1 ? values[0] : "[" + values.joined(separator: ",") + "]"))
      }
      word += count
    }
    return result
  }
}
