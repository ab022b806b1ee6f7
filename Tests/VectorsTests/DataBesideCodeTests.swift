import Translator
import Vectors
import XCTest

/// Stores to a page that holds code too, on the portable runner's compiled code, against the host's
/// own processor. The page is mapped twice there, so these run code that was written for that.
final class DataBesideCodeTests: XCTestCase {
  private static let code = Region(address: 0x20000, count: 0x2000)
  private static let table = Region(address: 0x22000, count: 0x1000)
  private static let regions = [code, table]
  private static let rounds = 60
  /// CF, PF, AF, ZF, SF, DF and OF.
  private static let flags: UInt64 = 0xCD5

  private var native: NativeProcessor!
  private var runner: PortableRunner!

  override func setUpWithError() throws {
    guard let native = NativeProcessor(slots: 2, arenaSize: 0x4000) else {
      throw XCTSkip("this host cannot be the oracle")
    }
    self.native = native
    runner = try PortableRunner()
  }

  override func tearDown() {
    native = nil
    runner = nil
  }

  // MARK: What runs

  /// What flags there are at the store, and what becomes of them.
  private enum Flags: CaseIterable {
    /// Those of the round before.
    case none
    /// A comparison's, which only a fault shows.
    case shown
    /// A comparison's, which are read behind the store.
    case read
  }

  /// What stands around the store of a loop.
  private struct Loop {
    var start = DataBesideCodeTests.code.address
    var flags = Flags.none
    var form: [UInt8]

    var bytes: [UInt8] {
      var code: [UInt8] = [0x4B, 0x8B, 0x3C, 0xFE]  // mov rdi, [r14 + r15*8]
      code += [0x4F, 0x8B, 0x8C, 0xFE, 0, 4, 0, 0]  // mov r9, [r14 + r15*8 + 400h]
      code += [0x48, 0x89, 0xFC]  // mov rsp, rdi
      code += [0x4B, 0x8D, 0xB4, 0x3E, 0, 8, 0, 0]  // lea rsi, [r14 + r15 + 800h]
      if flags != .none { code += [0x48, 0x39, 0xD8] }  // cmp rax, rbx
      code += form
      code += [0xB2, 0x11]  // mov dl, 11h
      code += flags == .read ? [0x49, 0x11, 0xD3] : [0x49, 0x01, 0xD3]  // adc or add r11, rdx
      code += [0x48, 0x8D, 0x44, 0x40, 1]  // lea rax, [rax + rax*2 + 1]
      code += [0x49, 0xFF, 0xCF, 0x79]  // dec r15; jns the start
      code.append(UInt8(bitPattern: Int8(-(code.count + 1))))
      code.append(0xF4)
      return code
    }

    /// Where the operand of MOV DL is.
    var operand: UInt64 {
      start + 23 + (flags == .none ? 0 : 3) + UInt64(form.count) + 1
    }
  }

  private struct Result: Equatable {
    var ending: Ending
    var faultAddress: UInt64
    var words: [UInt64]
    var memory: [UInt8]
  }

  /// Runs it on both, with the addresses and indices of each round, the first round's first.
  private func check(
    _ loop: Loop, _ addresses: [UInt64], _ indices: [UInt64], _ name: String
  ) throws {
    var table = [UInt8](repeating: 0, count: 0x1000)
    for (n, pair) in zip(addresses, indices).enumerated() {
      let round = Self.rounds - 1 - n
      for byte in 0..<8 {
        table[round * 8 + byte] = UInt8(truncatingIfNeeded: pair.0 >> UInt64(byte * 8))
        table[0x400 + round * 8 + byte] = UInt8(truncatingIfNeeded: pair.1 >> UInt64(byte * 8))
      }
    }
    for n in 0x800..<0x1000 { table[n] = UInt8(truncatingIfNeeded: n * 7) }
    let placed = [
      Placed(address: loop.start, bytes: loop.bytes),
      Placed(address: Self.table.address, bytes: table),
    ]
    var state = ProcessorState()
    for word in 0..<16 { state[word] = 0x0101_0203_0508_0D15 &* UInt64(word + 1) }
    state[3] = 0x40
    state[8] = 0x20600
    state[14] = Self.table.address
    state[15] = UInt64(Self.rounds - 1)
    state[ProcessorState.Word.fsBase] = 0x10
    state[ProcessorState.Word.vector] = 0x4142_4344_4546_4748
    state[ProcessorState.Word.vector + 1] = 0x5152_5354_5556_5758
    state[ProcessorState.Word.rip] = loop.start
    var expected = try onHost(state, placed)
    var result = try onRunner(state, placed)
    // Only a page fault has an address.
    if expected.ending != .fault(vector: 14) { expected.faultAddress = result.faultAddress }
    // What a fault shows of an earlier block's flags is not this test's.
    if expected.ending != .halted && loop.flags == .none {
      expected.words[ProcessorState.Word.flags] = 0
      result.words[ProcessorState.Word.flags] = 0
    }
    XCTAssertEqual(result.ending, expected.ending, name)
    XCTAssertEqual(result.faultAddress, expected.faultAddress, name)
    for (word, pair) in zip(result.words, expected.words).enumerated() where pair.0 != pair.1 {
      XCTFail("\(name): \(ProcessorState.name(of: word)) \(hex(pair.0)) and not \(hex(pair.1))")
    }
    if let n = (0..<expected.memory.count).first(where: { result.memory[$0] != expected.memory[$0] }
    ) {
      XCTFail("\(name): memory differs from \(hex(Self.code.address + UInt64(n))) on")
    }
  }

  private func hex(_ value: UInt64) -> String { String(value, radix: 16) }

  private func words(_ state: ProcessorState) -> [UInt64] {
    var words = Array(state.words[..<ProcessorState.Word.vector])
    words[ProcessorState.Word.flags] &= Self.flags
    return words
  }

  private func onHost(_ state: ProcessorState, _ placed: [Placed]) throws -> Result {
    var state = state
    let memory = GuestMemory()
    XCTAssertNil(memory.prepare(Self.regions))
    for part in placed { memory.write(part) }
    let (ending, address) = native.run(&state, is32Bit: false, memory: memory)
    return Result(
      ending: ending, faultAddress: address, words: words(state),
      memory: try XCTUnwrap(memory.read(Self.code.address, Int(Self.code.count))))
  }

  private func onRunner(_ state: ProcessorState, _ placed: [Placed]) throws -> Result {
    var request = PortableRunner.Request()
    request.regions = Self.regions
    request.placed = placed
    request.state = state
    request.isFresh = true
    request.budget = 100_000
    request.wanted = [Self.code]
    let (outcomes, wanted) = try runner.run(request)
    return Result(
      ending: outcomes[0].ending, faultAddress: outcomes[0].faultAddress,
      words: words(outcomes[0].state), memory: wanted[0])
  }

  // MARK: Where it stores to

  /// The same numbers on every run.
  private struct Numbers {
    var state: UInt64
    mutating func next(_ range: Range<UInt64>) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return range.lowerBound + (state >> 33) % UInt64(range.count)
    }
  }

  private static let inWindow: Range<UInt64> = 0x20300..<0x20E00

  private func addresses(_ numbers: inout Numbers) -> [UInt64] {
    (0..<Self.rounds).map { _ in numbers.next(Self.inWindow) }
  }

  private func indices(_ numbers: inout Numbers) -> [UInt64] {
    (0..<Self.rounds).map { _ in numbers.next(0..<0x60) }
  }

  private func forEachForm(
    _ forms: [(text: String, bytes: String)], _ body: (Loop, String, inout Numbers) throws -> Void
  ) rethrows {
    for (number, form) in forms.enumerated() {
      for flags in Flags.allCases {
        var numbers = Numbers(state: UInt64(number))
        let loop = Loop(flags: flags, form: StoreForms.bytes(form.bytes))
        try body(loop, "\(form.text), flags: \(flags)", &numbers)
      }
    }
  }

  func testEachFormInTheWindow() throws {
    try forEachForm(StoreForms.plain + StoreForms.changing) { loop, name, numbers in
      var places = addresses(&numbers)
      if name.hasPrefix("movaps") { places = places.map { $0 & ~15 } }
      try check(loop, places, indices(&numbers), name)
    }
  }

  /// Over the page's end, in the page behind, and below the window.
  func testEachFormInAndOutOfTheWindow() throws {
    try forEachForm(StoreForms.plain + StoreForms.changing) { loop, name, numbers in
      var places = addresses(&numbers)
      var indices = indices(&numbers)
      for n in Self.rounds / 2..<Self.rounds where n & 3 == 0 {
        places[n] = numbers.next(0x20FF0..<0x21010)
        indices[n] = numbers.next(0x15D..<0x58A)
      }
      places[Self.rounds - 3] = 0x21800
      places[Self.rounds - 2] = 0x20100
      try check(loop, places, indices, name)
    }
  }

  /// A fault names the guest's address and finds the instruction's start.
  func testEachFormFaults() throws {
    try forEachForm(StoreForms.plain + StoreForms.changing) { loop, name, numbers in
      var places = addresses(&numbers)
      var indices = indices(&numbers)
      places[Self.rounds - 4] = 0x4_0000
      indices[Self.rounds - 4] = 0x4_0000
      try check(loop, places, indices, name)
      // Not canonical, and around the end of the address space.
      for address in [0x0000_9000_0000_0000, ~0x80] as [UInt64] {
        places[Self.rounds - 4] = address
        indices[Self.rounds - 4] = address
        try check(loop, places, indices, name + " at \(hex(address))")
      }
    }
  }

  /// The very instruction that has stored data changes the one behind it.
  func testASiteThatChangesTheNextInstruction() throws {
    for (text, bytes) in StoreForms.plain where ["mov [rdi], al", "stosb"].contains(text) {
      for flags in Flags.allCases {
        let loop = Loop(flags: flags, form: StoreForms.bytes(bytes))
        var numbers = Numbers(state: 5)
        var places = addresses(&numbers)
        for n in [20, 21, 40, 50, 51, 58] { places[n] = loop.operand }
        try check(loop, places, indices(&numbers), text)
      }
    }
  }

  /// One instruction that stores to both sides of code, again and again: its page is given up.
  func testASiteThatMovesTooOften() throws {
    for (text, bytes) in StoreForms.plain where text.hasPrefix("mov [rdi]") {
      let loop = Loop(start: 0x20800, form: StoreForms.bytes(bytes))
      var numbers = Numbers(state: 9)
      let places = (0..<Self.rounds).map { n in
        n & 1 == 0 ? numbers.next(0x20100..<0x20700) : numbers.next(0x20900..<0x20E00)
      }
      try check(loop, places, indices(&numbers), text)
    }
  }

  // MARK: What it costs

  /// The code of such a page is not looked at again each time it is entered.
  func testCodeBesideDataRunsAtItsSpeed() throws {
    // mov ecx, 100000; 5: mov [rdi], rcx; add rax, rcx; sub ecx, 1; jnz 5; hlt
    let code: [UInt8] = [
      0xB9, 0xA0, 0x86, 0x01, 0, 0x48, 0x89, 0x0F, 0x48, 0x01, 0xC8, 0x83, 0xE9, 0x01, 0x75,
      0xF5, 0xF4,
    ]
    var request = PortableRunner.Request()
    request.regions = [Self.code]
    request.placed = [Placed(address: Self.code.address, bytes: code)]
    request.state[7] = 0x20800
    request.state[ProcessorState.Word.rip] = Self.code.address
    request.isFresh = true
    request.isCounting = false
    request.wanted = [Region(address: 0x20800, count: 8)]
    let (outcomes, wanted) = try PortableRunner(isCounted: true).run(request)
    XCTAssertEqual(outcomes[0].state[0], 100_000 * 100_001 / 2)
    XCTAssertEqual(wanted[0], [1, 0, 0, 0, 0, 0, 0, 0])
    // Four guest instructions a round; comparing their bytes alone takes more than eight.
    XCTAssertLessThan(try XCTUnwrap(outcomes[0].hostInstructions), 100_000 * 10)
  }
}
