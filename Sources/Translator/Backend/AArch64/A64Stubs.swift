internal import CTranslator

/// Byte offsets in the guest's state that compiled code uses.
enum A64State {
  static var branchTarget: UInt32 { UInt32(transomOffsetBranchTarget) }
  static var remaining: UInt32 { UInt32(transomOffsetRemaining) }
  static var exitWord: UInt32 { UInt32(transomOffsetExitWord) }
  static var packedFlags: UInt32 { UInt32(transomOffsetPackedFlags) }
  static var flags: UInt32 { UInt32(transomOffsetFlags) }
  static var faultProgramCounter: UInt32 { UInt32(transomOffsetFaultProgramCounter) }
  static var interruptMask: UInt32 { UInt32(transomOffsetInterruptMask) }
  static var scratch: UInt32 { UInt32(transomOffsetScratch) }
  static var usesVectors: UInt32 { UInt32(transomOffsetUsesVectors) }
  static func vector(_ n: UInt32) -> UInt32 { UInt32(transomOffsetVector) + n * 32 }
  static func segmentBase(_ n: UInt32) -> UInt32 {
    UInt32(transomOffsetSegment) + n * UInt32(MemoryLayout<TransomSegment>.stride)
  }
}

/// The ways into compiled code and out of it.
extension AArch64BackEnd {
  static func writeStubs(_ b: inout CodeBuffer, _ layout: CodeLayout) -> CodeStubs {
    var stubs = CodeStubs()
    let first = b.offset
    var a = A64Assembler(at: b, capacity: 400)
    func here() -> UInt32 { first + UInt32(a.count * 4) }
    stubs.enter = here()
    writeEntry(&a, layout)
    stubs.missExit = here()
    a.access(.store(bytes: 8), A64Map.scratch.number, A64Map.state, scaled: A64State.branchTarget)
    a.moveWide(A64Map.scratch, ~CodeExit.missedBranch, inverted: true, is64: false)
    a.branch(by: 2)
    stubs.faultExit = here()
    a.moveWide(A64Map.scratch, ~CodeExit.fault, inverted: true, is64: false)
    stubs.exit = here()
    writeExit(&a, layout)
    stubs.leave = here()
    writeReturn(&a)
    stubs.divide = here()
    writeDivide(&a)
    stubs.divideSigned = here()
    writeDivideSigned(&a, by: Int32(bitPattern: stubs.divide &- here()) / 4)
    stubs.stop = here()
    // The link register is behind the block's first instruction.
    a.addImmediate(A64Map.third, A64Map.third, 4, subtract: true)
    a.access(
      .store(bytes: 8), A64Map.third.number, A64Map.state, scaled: A64State.faultProgramCounter)
    a.branch(by: Int32(bitPattern: stubs.faultExit &- here()) / 4)
    b.cursor += a.count * 4
    return stubs
  }

  /// A C function: saves what the caller keeps and goes to the address in x0, with x1 in x16.
  private static func writeEntry(_ a: inout A64Assembler, _ layout: CodeLayout) {
    let sp = A64Register(31 as UInt32)
    a.pair(load: false, A64Register(29 as UInt32), .link, sp, offset: -96, mode: .before)
    for n in stride(from: 19 as UInt32, to: 29, by: 2) {
      a.pair(
        load: false, A64Register(n), A64Register(n + 1), sp, offset: Int32(16 + (n - 19) * 8))
    }
    // d8–d15 are the caller's too.
    for n in stride(from: 8 as UInt32, to: 16, by: 2) {
      a.vectorPair(
        load: false, A64Vector(n), A64Vector(n + 1), sp, offset: n == 8 ? -128 : Int32(n - 8) * 16,
        mode: n == 8 ? .before : .offset)
    }
    a.move(A64Map.third, A64Register(0 as UInt32))
    a.move(A64Map.scratch, A64Register(1 as UInt32))
    a.constant(A64Map.state, layout.state)
    a.constant(A64Map.branchTable, layout.branchTable)
    ifVectorsAreUsed(&a) { a in
      for n in 0..<16 as Range<UInt32> {
        a.access(.loadVector(bytes: 16), n, A64Map.state, scaled: A64State.vector(n))
      }
      a.access(
        .load(bytes: 8), A64Map.other.number, A64Map.state, scaled: A64State.scratch + 16)
      a.shift(.right, A64Map.marks, A64Map.other, by: 32)
      a.move(A64Map.other, A64Map.other, is64: false)
      a.writeFloatStatus(A64Map.other)
      // FZ, so that an operand or a result that is not normal shows in FPSR.
      a.moveWide(A64Map.other, 0x100, lane: 1)
      a.writeFloatControl(A64Map.other)
    }
    a.access(
      .load(bytes: 8), A64Map.remaining.number, A64Map.state, scaled: A64State.remaining)
    a.access(
      .load(bytes: 8), A64Map.parity.number, A64Map.state, scaled: A64State.scratch)
    a.access(
      .load(bytes: 8), A64Map.adjust.number, A64Map.state, scaled: A64State.scratch + 8)
    a.access(
      .load(bytes: 4), A64Map.other.number, A64Map.state, scaled: A64State.packedFlags)
    a.writeFlags(A64Map.other)
    if layout.letsInterruptsIn {
      a.access(
        .load(bytes: 8), A64Map.other.number, A64Map.state, scaled: A64State.interruptMask)
      a.writeInterruptMask(A64Map.other)
    }
    for n in stride(from: 0 as UInt32, to: 16, by: 2) {
      a.pair(load: true, A64Register(n), A64Register(n + 1), A64Map.state, offset: Int32(n) * 8)
    }
    a.branch(to: A64Map.third)
  }

  /// Code that is jumped over while no compiled code uses vector registers.
  private static func ifVectorsAreUsed(
    _ a: inout A64Assembler, _ body: (inout A64Assembler) -> Void
  ) {
    a.access(
      .load(bytes: 4), A64Map.other.number, A64Map.state, scaled: A64State.usesVectors)
    let over = a.count
    a.compareBranch(A64Map.other, isZero: true, is64: false)
    body(&a)
    a.patch(over, to: a.count)
  }

  /// Stores the guest's registers and returns from the entry. x16 holds the exit word.
  private static func writeExit(_ a: inout A64Assembler, _ layout: CodeLayout) {
    if layout.letsInterruptsIn {
      a.readInterruptMask(A64Map.other)
      a.maskInterrupts()
      a.access(
        .store(bytes: 8), A64Map.other.number, A64Map.state, scaled: A64State.interruptMask)
    }
    a.access(.store(bytes: 4), A64Map.scratch.number, A64Map.state, scaled: A64State.exitWord)
    for n in stride(from: 0 as UInt32, to: 16, by: 2) {
      a.pair(load: false, A64Register(n), A64Register(n + 1), A64Map.state, offset: Int32(n) * 8)
    }
    a.readFlags(A64Map.other)
    a.access(
      .store(bytes: 4), A64Map.other.number, A64Map.state, scaled: A64State.packedFlags)
    a.access(
      .store(bytes: 8), A64Map.remaining.number, A64Map.state, scaled: A64State.remaining)
    a.access(.store(bytes: 8), A64Map.parity.number, A64Map.state, scaled: A64State.scratch)
    a.access(
      .store(bytes: 8), A64Map.adjust.number, A64Map.state, scaled: A64State.scratch + 8)
    ifVectorsAreUsed(&a) { a in
      a.writeFloatControl(.zero)
      a.writeFloatStatus(.zero)
      for n in 0..<16 as Range<UInt32> {
        a.access(.storeVector(bytes: 16), n, A64Map.state, scaled: A64State.vector(n))
      }
    }
    writeReturn(&a)
  }

  /// Undoes the entry's frame and returns from it.
  private static func writeReturn(_ a: inout A64Assembler) {
    let sp = A64Register(31 as UInt32)
    for n in [10, 12, 14] as [UInt32] {
      a.vectorPair(
        load: true, A64Vector(n), A64Vector(n + 1), sp, offset: Int32(n - 8) * 16)
    }
    a.vectorPair(load: true, A64Vector(8), A64Vector(9), sp, offset: 128, mode: .after)
    for n in stride(from: 19 as UInt32, to: 29, by: 2) {
      a.pair(
        load: true, A64Register(n), A64Register(n + 1), sp, offset: Int32(16 + (n - 19) * 8))
    }
    a.pair(load: true, A64Register(29 as UInt32), .link, sp, offset: 96, mode: .after)
    a.return()
  }

  static func writeHostThunk(
    _ buffer: inout CodeBuffer, _ layout: CodeLayout, guest: UInt64, routine: UInt64
  ) {
    var a = A64Assembler(at: buffer, capacity: 16)
    a.loadLiteral(A64Map.scratch, by: 4)
    a.loadLiteral(A64Map.other, by: 5)
    a.branch(to: A64Map.other)
    a.append(0)
    for word in [guest, routine] {
      a.append(UInt32(truncatingIfNeeded: word))
      a.append(UInt32(truncatingIfNeeded: word >> 32))
    }
    buffer.cursor += a.count * 4
  }
}

extension A64Assembler {
  /// Writes from a code buffer's cursor on; the caller moves the cursor.
  init(at buffer: CodeBuffer, capacity: Int) {
    self.init(
      start: UnsafeMutableRawPointer(buffer.cursor).assumingMemoryBound(to: UInt32.self),
      capacity: capacity)
  }
}
