import Disassembly
import Translator
import XCTest

/// What the assembler writes, read by capstone: the text beside each instruction is the Arm ARM's
/// notation for what was asked for.
final class A64AssemblerTests: XCTestCase {
  private func x(_ n: UInt32) -> A64Register { A64Register(n) }
  private func v(_ n: UInt32) -> A64Vector { A64Vector(n) }

  private func check(
    _ expected: [String], line: UInt = #line, _ write: (inout A64Assembler) -> Void
  ) throws {
    let words = UnsafeMutablePointer<UInt32>.allocate(capacity: 256)
    defer { words.deallocate() }
    var a = A64Assembler(start: words, capacity: 256)
    write(&a)
    XCTAssertFalse(a.isFull, line: line)
    let bytes = Array(UnsafeRawBufferPointer(start: words, count: a.count * 4))
    let disassembler = try XCTUnwrap(Disassembler(mode: .aarch64))
    var read: [String] = []
    for n in 0..<a.count {
      let instruction = disassembler.decode(bytes[(n * 4)..<(n * 4 + 4)], at: 0x1000)
      read.append(instruction.map { "\($0.mnemonic) \($0.operands)" } ?? "?")
    }
    XCTAssertEqual(read, expected, line: line)
  }

  func testAddAndSubtract() throws {
    try check([
      "add x1, x2, #0x123", "sub w3, w4, #1, lsl #12", "adds x5, x6, #7", "cmp w7, #0x14",
      "add x8, x9, x10, lsl #3", "subs w1, w2, w3", "cmp x4, x5, lsl #24", "neg x6, x7",
      "adc x1, x2, x3", "sbcs w4, w5, w6", "cmp w1, w2, uxtb", "cmp w1, w2, uxth",
    ]) { a in
      a.addImmediate(x(1), x(2), 0x123)
      a.addImmediate(x(3), x(4), 1, shifted: true, subtract: true, is64: false)
      a.addImmediate(x(5), x(6), 7, flags: true)
      a.addImmediate(.zero, x(7), 20, subtract: true, flags: true, is64: false)
      a.add(x(8), x(9), x(10), by: 3)
      a.add(x(1), x(2), x(3), subtract: true, flags: true, is64: false)
      a.add(.zero, x(4), x(5), by: 24, subtract: true, flags: true)
      a.add(x(6), .zero, x(7), subtract: true)
      a.addCarry(x(1), x(2), x(3))
      a.addCarry(x(4), x(5), x(6), subtract: true, flags: true, is64: false)
      a.compareExtended(x(1), x(2), bytes: 1)
      a.compareExtended(x(1), x(2), bytes: 2)
    }
  }

  func testLogicAndMoves() throws {
    try check([
      "and x1, x2, x3", "orr w4, w5, w6, lsl #8", "eor x1, x2, x3, lsr #4", "bics x1, x2, x3",
      "mvn x4, x5", "and w1, w2, #0xff", "tst x3, #0xf", "eor x1, x2, #0x8000000000000000",
      "mov x1, x2", "movz w3, #0x1234", "movz x4, #0x100, lsl #16", "movn w5, #0",
      "movk x6, #0xabcd, lsl #48",
    ]) { a in
      a.logic(.and, x(1), x(2), x(3))
      a.logic(.or, x(4), x(5), x(6), by: 8, is64: false)
      a.logic(.exclusiveOr, x(1), x(2), x(3), shift: .right, by: 4)
      a.logic(.andFlags, x(1), x(2), x(3), inverted: true)
      a.logic(.or, x(4), .zero, x(5), inverted: true)
      a.logicImmediate(
        .and, x(1), x(2), pattern: A64Immediate.logical(0xFF, is64: false) ?? 0, is64: false)
      a.logicImmediate(.andFlags, .zero, x(3), pattern: A64Immediate.logical(15, is64: true) ?? 0)
      a.logicImmediate(
        .exclusiveOr, x(1), x(2), pattern: A64Immediate.logical(1 << 63, is64: true) ?? 0)
      a.move(x(1), x(2))
      a.moveWide(x(3), 0x1234, is64: false)
      a.moveWide(x(4), 0x100, lane: 1)
      a.moveWide(x(5), 0, inverted: true, is64: false)
      a.moveKeep(x(6), 0xABCD, lane: 3)
    }
  }

  func testBitsAndShifts() throws {
    try check([
      "bfxil x1, x2, #0, #8", "bfi x1, x2, #0x20, #0x20", "ubfx w3, w4, #7, #1", "sxtb x1, w2",
      "sxtw x3, w4", "uxth w1, w2", "lsl x1, x2, #3", "lsr w3, w4, #0x1f", "asr x5, x6, #0x3f",
      "ror w1, w2, #5", "extr x1, x2, x3, #0x2f", "lsl w1, w2, w3", "ror x4, x5, x6",
      "rbit x1, x2", "rev16 w1, w2", "rev w3, w4", "rev x5, x6", "clz w7, w8",
    ]) { a in
      a.insert(x(1), x(2), bit: 0, width: 8)
      a.insert(x(1), x(2), bit: 32, width: 32)
      a.extract(x(3), x(4), bit: 7, width: 1, is64: false)
      a.signExtend(x(1), x(2), bytes: 1)
      a.signExtend(x(3), x(4), bytes: 4)
      a.zeroExtend(x(1), x(2), bytes: 2)
      a.shift(.left, x(1), x(2), by: 3)
      a.shift(.right, x(3), x(4), by: 31, is64: false)
      a.shift(.arithmetic, x(5), x(6), by: 63)
      a.shift(.rotate, x(1), x(2), by: 5, is64: false)
      a.extractPair(x(1), x(2), x(3), bit: 47)
      a.shift(.left, x(1), x(2), by: x(3), is64: false)
      a.shift(.rotate, x(4), x(5), by: x(6))
      a.unary(.reverseBits, x(1), x(2))
      a.unary(.reverseHalfwords, x(1), x(2), is64: false)
      a.unary(.reverse, x(3), x(4), is64: false)
      a.unary(.reverse, x(5), x(6))
      a.unary(.leadingZeros, x(7), x(8), is64: false)
    }
  }

  func testProductsAndConditions() throws {
    try check([
      "mul x1, x2, x3", "madd w1, w2, w3, w4", "msub x1, x2, x3, x4", "smull x1, w2, w3",
      "umull x1, w2, w3", "smulh x1, x2, x3", "umulh x4, x5, x6", "udiv x1, x2, x3",
      "sdiv w4, w5, w6", "crc32cb w1, w2, w3", "crc32cx w4, w5, x6", "csel x1, x2, x3, eq",
      "csinc w1, w2, w3, lo", "cset w4, gt",
    ]) { a in
      a.multiplyAdd(x(1), x(2), x(3))
      a.multiplyAdd(x(1), x(2), x(3), x(4), is64: false)
      a.multiplyAdd(x(1), x(2), x(3), x(4), subtract: true)
      a.multiplyLong(x(1), x(2), x(3), signed: true)
      a.multiplyLong(x(1), x(2), x(3), signed: false)
      a.multiplyHigh(x(1), x(2), x(3), signed: true)
      a.multiplyHigh(x(4), x(5), x(6), signed: false)
      a.divide(x(1), x(2), x(3), signed: false)
      a.divide(x(4), x(5), x(6), signed: true, is64: false)
      a.crc32c(x(1), x(2), x(3), bytes: 1)
      a.crc32c(x(4), x(5), x(6), bytes: 8)
      a.select(x(1), x(2), x(3), if: .equal)
      a.select(.increment, x(1), x(2), x(3), if: .carryClear, is64: false)
      a.set(x(4), if: .greater)
    }
  }

  func testMemory() throws {
    try check([
      "ldr x1, [x2, #8]", "ldrb w3, [x4, #0xfff]", "strh w5, [x6, #2]", "ldur w1, [x2, #-4]",
      "ldrsb x1, [x2]", "ldrsh w3, [x4, #2]", "ldrsw x5, [x6, #4]", "str x1, [x4, #-8]!",
      "ldr x1, [x4], #8", "ldr w1, [x2, x3, lsl #2]", "strb w1, [x2, x3]",
      "ldr x1, [x2, w3, uxtw #3]", "ldr q1, [x2, #0x10]", "stur d3, [x4, #-8]", "ldr s5, [x6, #4]",
      "ldp x1, x2, [x3], #0x10", "stp x1, x2, [x3, #-0x10]!", "stp q1, q2, [x3, #0x20]",
      "ldaxr w1, [x2]", "stlxr w3, x1, [x2]",
    ]) { a in
      a.access(.load(bytes: 8), 1, x(2), scaled: 8)
      a.access(.load(bytes: 1), 3, x(4), scaled: 4095)
      a.access(.store(bytes: 2), 5, x(6), scaled: 2)
      a.access(.load(bytes: 4), 1, x(2), unscaled: -4)
      a.access(.loadSigned(bytes: 1, is64: true), 1, x(2), scaled: 0)
      a.access(.loadSigned(bytes: 2, is64: false), 3, x(4), scaled: 2)
      a.access(.loadSigned(bytes: 4, is64: true), 5, x(6), scaled: 4)
      a.access(.store(bytes: 8), 1, x(4), indexed: -8, before: true)
      a.access(.load(bytes: 8), 1, x(4), indexed: 8, before: false)
      a.access(.load(bytes: 4), 1, x(2), x(3), scaled: true)
      a.access(.store(bytes: 1), 1, x(2), x(3), scaled: false)
      a.access(.load(bytes: 8), 1, x(2), x(3), extend: .unsigned32, scaled: true)
      a.access(.loadVector(bytes: 16), 1, x(2), scaled: 16)
      a.access(.storeVector(bytes: 8), 3, x(4), unscaled: -8)
      a.access(.loadVector(bytes: 4), 5, x(6), scaled: 4)
      a.pair(load: true, x(1), x(2), x(3), offset: 16, mode: .after)
      a.pair(load: false, x(1), x(2), x(3), offset: -16, mode: .before)
      a.vectorPair(load: false, v(1), v(2), x(3), offset: 32)
      a.loadExclusive(x(1), x(2), bytes: 4)
      a.storeExclusive(x(3), x(1), x(2), bytes: 8)
    }
  }

  func testControl() throws {
    try check([
      "b #0x1008", "bl #0xffc", "b.ne #0x1010", "cbz x1, #0x1004", "cbnz w2, #0x1008",
      "tbz x3, #0x3f, #0x1004", "tbnz w4, #5, #0x1008", "br x17", "ret ", "adr x1, #0x1008",
      "ldr x2, #0x1008", "mrs x1, nzcv", "msr nzcv, x2", "mrs x3, fpsr", "msr fpcr, x4", "dmb ish",
      "brk #0x7",
    ]) { a in
      a.branch(by: 2)
      a.branchLink(by: -1)
      a.branch(if: .notEqual, by: 4)
      a.compareBranch(x(1), isZero: true, is64: true, by: 1)
      a.compareBranch(x(2), isZero: false, is64: false, by: 2)
      a.testBranch(x(3), bit: 63, isZero: true, by: 1)
      a.testBranch(x(4), bit: 5, isZero: false, by: 2)
      a.branch(to: x(17))
      a.return()
      a.address(x(1), by: 2)
      a.loadLiteral(x(2), by: 2)
      a.readFlags(x(1))
      a.writeFlags(x(2))
      a.readFloatStatus(x(3))
      a.writeFloatControl(x(4))
      a.barrier()
      a.breakpoint(7)
    }
  }

  func testFloatingPoint() throws {
    try check([
      "fadd d1, d2, d3", "fdiv s1, s2, s3", "fsqrt d1, d2", "fcmp d1, d2", "fcmpe s1, s2",
      "fcvt s1, d2", "fcvt d1, s2", "scvtf d1, w2", "scvtf s1, x2", "fcvtzs x1, d2",
      "fcvtns w1, s2", "fmov d1, x2", "fmov w1, s2", "fmov d1, d2", "fcmgt d1, d2, d3",
      "fcmeq v1.4s, v2.4s, v3.4s", "fcmge v1.2d, v2.2d, v3.2d", "fsub v1.2d, v2.2d, v3.2d",
      "fsqrt v1.4s, v2.4s", "fcvtl v1.2d, v2.2s", "fcvtn v1.2s, v2.2d",
    ]) { a in
      a.float(.add, v(1), v(2), v(3), .double)
      a.float(.divide, v(1), v(2), v(3), .single)
      a.floatSquareRoot(v(1), v(2), .double)
      a.floatCompare(v(1), v(2), .double)
      a.floatCompare(v(1), v(2), .single, signaling: true)
      a.floatConvert(v(1), v(2), from: .double)
      a.floatConvert(v(1), v(2), from: .single)
      a.floatFromSigned(v(1), x(2), .double, is64: false)
      a.floatFromSigned(v(1), x(2), .single, is64: true)
      a.signedFromFloat(x(1), v(2), .double, is64: true, truncates: true)
      a.signedFromFloat(x(1), v(2), .single, is64: false, truncates: false)
      a.moveFromGeneral(v(1), x(2), is64: true)
      a.moveToGeneral(x(1), v(2), is64: false)
      a.floatMove(v(1), v(2), .double)
      a.floatCompare(.greater, v(1), v(2), v(3), .double, isPacked: false)
      a.floatCompare(.equal, v(1), v(2), v(3), .single, isPacked: true)
      a.floatCompare(.greaterOrEqual, v(1), v(2), v(3), .double, isPacked: true)
      a.vectorThree(unsigned: false, 0x1A, size: 3, v(1), v(2), v(3))
      a.vectorTwo(unsigned: true, 0x1F, size: 2, v(1), v(2))
      a.vectorTwo(unsigned: false, 0x17, size: 1, isFull: false, v(1), v(2))
      a.vectorTwo(unsigned: false, 0x16, size: 1, isFull: false, v(1), v(2))
    }
  }

  func testVectors() throws {
    try check([
      "ins v1.d[0], x2", "ins v1.s[3], v2.s[1]", "mov x1, v2.d[1]", "umov w1, v2.b[5]",
      "dup v1.2d, v2.d[0]", "dup v1.16b, w2", "movi v1.2d, #0000000000000000",
      "mov v1.16b, v2.16b", "and v1.16b, v2.16b, v3.16b", "bsl v1.16b, v2.16b, v3.16b",
      "mvn v1.16b, v2.16b", "add v1.4s, v2.4s, v3.4s", "shl v1.8h, v2.8h, #3",
      "ushr v1.4s, v2.4s, #0x18", "zip1 v1.8h, v2.8h, v3.8h", "ext v1.16b, v2.16b, v3.16b, #8",
      "tbl v1.16b, {v2.16b}, v3.16b", "umull v1.2d, v2.2s, v3.2s", "addv b1, v2.8b",
    ]) { a in
      a.insertLane(v(1), 0, x(2), bytes: 8)
      a.insertLane(v(1), 3, v(2), 1, bytes: 4)
      a.extractLane(x(1), v(2), 1, bytes: 8)
      a.extractLane(x(1), v(2), 5, bytes: 1)
      a.duplicate(v(1), v(2), lane: 0, bytes: 8)
      a.duplicate(v(1), x(2), bytes: 1)
      a.vectorZero(v(1))
      a.vectorMove(v(1), v(2))
      a.vectorLogic(.and, v(1), v(2), v(3))
      a.vectorLogic(.select, v(1), v(2), v(3))
      a.vectorNot(v(1), v(2))
      a.vectorThree(unsigned: false, 0x10, size: 2, v(1), v(2), v(3))
      a.vectorShift(.left, v(1), v(2), by: 3, bytes: 2)
      a.vectorShift(.rightUnsigned, v(1), v(2), by: 24, bytes: 4)
      a.permute(.zipLow, size: 1, v(1), v(2), v(3))
      a.vectorExtract(v(1), v(2), v(3), byte: 8)
      a.tableLookup(v(1), v(2), v(3))
      a.vectorLong(unsigned: true, 0xC, size: 2, isHigh: false, v(1), v(2), v(3))
      a.vectorAcross(unsigned: false, 0x1B, size: 0, isFull: false, v(1), v(2))
    }
  }

  /// Every logical immediate there is, and constants that are none.
  func testLogicalImmediates() {
    var count = 0
    for size in [2, 4, 8, 16, 32, 64] as [UInt64] {
      for ones in 1..<size {
        for rotation in 0..<size {
          let run: UInt64 = (1 << ones) - 1
          let mask: UInt64 = size == 64 ? ~0 : (1 << size) - 1
          var element = (run >> rotation | (rotation == 0 ? 0 : run << (size - rotation))) & mask
          var width = size
          while width < 64 {
            element |= element << width
            width *= 2
          }
          XCTAssertNotNil(A64Immediate.logical(element, is64: true))
          count += 1
        }
      }
    }
    // Arm ARM: 5,334 of them.
    XCTAssertEqual(count, 5334)
    for none in [0, ~0, 5, 0x1234] as [UInt64] {
      XCTAssertNil(A64Immediate.logical(none, is64: true))
    }
  }
}
