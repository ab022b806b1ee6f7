import Glibc

/// Holds the two processors' results against each other.
enum Comparison {
  typealias Side = (
    state: ProcessorState, ending: Ending, faultAddress: UInt64, memory: UnsafeMutablePointer<UInt8>
  )

  /// In user mode a HLT is a general protection fault at an F4 byte.
  static func settleHalt(
    _ ending: inout Ending, _ address: inout UInt64, _ state: ProcessorState,
    _ memory: UnsafePointer<UInt8>
  ) {
    let rip = state[ProcessorState.Word.rip]
    let code = FuzzCase.codeRegion
    guard ending == .fault(vector: 13), rip >= code.address, rip < code.end,
      memory[Int(rip - code.address)] == 0xF4
    else { return }
    ending = .halted
    address = 0
  }

  /// The bits of a word that can be compared.
  private static func mask(_ word: Int, _ test: FuzzCase, _ ending: Ending) -> UInt64 {
    let atEnd = ending == .halted
    switch word {
    // What a gather that faults leaves of its mask is the processor's choice.
    case ProcessorState.Word.vector..<ProcessorState.Word.x87:
      return !atEnd && test.instructions.contains { $0.mayLoadPartly } ? 0 : ~0
    case ProcessorState.Word.flags: return test.comparableFlags(atEnd: atEnd) | 0x400
    // The oracle tells empty from full only: see below.
    case ProcessorState.Word.x87Tag: return 0
    case ProcessorState.Word.x87Status:
      return ~(test.undefinedStatus | (comparesStack(ending) ? 0 : 0x3800))
    case ProcessorState.Word.fsBase, ProcessorState.Word.gsBase: return test.is32Bit ? 0 : ~0
    default: return ~0
    }
  }

  private static func emptiness(_ tag: UInt64) -> UInt64 { tag & tag >> 1 & 0x5555 }

  static func differs(
    _ test: FuzzCase, ours: Side, theirs: Side, splitsStores: Bool = false
  ) -> Bool {
    if isChoice(test, theirs.ending) || isOtherOperand(test, ours, theirs) { return false }
    if ours.ending != theirs.ending { return true }
    for word in 0..<ProcessorState.Word.count where ours.state[word] != theirs.state[word] {
      if (ours.state[word] ^ theirs.state[word]) & mask(word, test, theirs.ending) != 0 {
        return true
      }
    }
    let tag = ProcessorState.Word.x87Tag
    if comparesStack(theirs.ending), emptiness(ours.state[tag]) != emptiness(theirs.state[tag]) {
      return true
    }
    if memcmp(ours.memory, theirs.memory, FuzzCase.memorySize) == 0 { return false }
    return (0..<FuzzCase.memorySize).contains {
      ours.memory[$0] != theirs.memory[$0]
        && isCompared($0, test, theirs.ending, splitsStores: splitsStores)
    }
  }

  /// A processor that moves strings by its microcode may have written the first bytes of an element
  /// whose rest lies on a page that is not there.
  /// `splitsStores`: so may a host that stores vectors in parts.
  private static func isCompared(
    _ offset: Int, _ test: FuzzCase, _ ending: Ending, splitsStores: Bool
  ) -> Bool {
    guard ending == .fault(vector: 14) else { return true }
    guard splitsStores || test.instructions.contains(where: \.isWideMove) else { return true }
    let code = Int(FuzzCase.codeRegion.count)
    let end = offset < code ? code : FuzzCase.memorySize
    return offset < end - (splitsStores ? 31 : 7)
  }

  /// Whether a masked store with an empty mask faults, and what it has written when it faults on
  /// its second page, is the processor's choice (SDM: MASKMOVDQU).
  /// So is which of two exceptions a converting store reports.
  static func isChoice(_ test: FuzzCase, _ ending: Ending) -> Bool {
    (ending == .fault(vector: 14) || ending == .fault(vector: 13))
      && test.instructions.contains { $0.mayStorePartly }
  }

  /// CMPS has two operands in memory; which one is looked at first is the processor's choice.
  private static func isOtherOperand(_ test: FuzzCase, _ ours: Side, _ theirs: Side) -> Bool {
    let accesses: [Ending] = [.fault(vector: 13), .fault(vector: 14)]
    return ours.ending != theirs.ending && accesses.contains(ours.ending)
      && accesses.contains(theirs.ending) && test.instructions.contains(where: \.comparesMemory)
  }

  /// Whether an instruction between MMX and SSE that ends in #XM has already made the register
  /// stack MMX's differs from vendor to vendor.
  private static func comparesStack(_ ending: Ending) -> Bool { ending != .fault(vector: 19) }

  static func differences(
    _ test: FuzzCase, ours: Side, theirs: Side, splitsStores: Bool = false
  ) -> [String] {
    var result: [String] = []
    if isChoice(test, theirs.ending) || isOtherOperand(test, ours, theirs) { return [] }
    if ours.ending != theirs.ending {
      result.append("ending: \(ours.ending.description), host \(theirs.ending.description)")
    }
    for word in 0..<ProcessorState.Word.count {
      let mask = mask(word, test, theirs.ending)
      guard (ours.state[word] ^ theirs.state[word]) & mask != 0 else { continue }
      result.append(
        "\(ProcessorState.name(of: word)) \(hex(ours.state[word] & mask)), host "
          + hex(theirs.state[word] & mask))
    }
    let tag = ProcessorState.Word.x87Tag
    let ourTag = emptiness(ours.state[tag])
    let theirTag = emptiness(theirs.state[tag])
    if comparesStack(theirs.ending), ourTag != theirTag {
      result.append("empty \(hex(ourTag)), host \(hex(theirTag))")
    }
    for n in 0..<FuzzCase.memorySize
    where ours.memory[n] != theirs.memory[n]
      && isCompared(n, test, theirs.ending, splitsStores: splitsStores)
    {
      let code = Int(FuzzCase.codeRegion.count)
      let address =
        n < code
        ? FuzzCase.codeRegion.address + UInt64(n) : FuzzCase.dataRegion.address + UInt64(n - code)
      result.append(
        "memory \(hex(address)) \(hex(UInt64(ours.memory[n]))), host \(hex(UInt64(theirs.memory[n])))"
      )
      if result.count > 12 { break }
    }
    return result
  }
}
