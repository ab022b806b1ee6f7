import CTranslator
import Glibc
import Translator
import XCTest

/// A fault in the middle of a long block shows the state of the instruction's start: registers,
/// flags, RIP and count. Expected values are worked out by hand from the SDM.
final class FaultStateTests: XCTestCase {
  private typealias BackEnd = GuestFixture.BackEnd
  private static let carry: UInt64 = 1, adjust: UInt64 = 0x10, sign: UInt64 = 0x80

  /// Eighteen instructions that leave RAX = 1, R13 = 7, R15 = 16 and the flags of 3 - 5, then one
  /// that faults, then some that must not have run.
  private func long(_ faulting: [UInt8]) -> (code: [UInt8], faultAt: UInt64, executed: UInt64) {
    var code: [UInt8] = []
    code += [0xB8, 1, 0, 0, 0]  // mov eax, 1
    code += [0x41, 0xBD, 7, 0, 0, 0]  // mov r13d, 7
    code += [0x45, 0x31, 0xFF]  // xor r15d, r15d
    code += [0xB9, 3, 0, 0, 0]  // mov ecx, 3
    for _ in 0..<8 { code += [0x49, 0xFF, 0xC7] }  // inc r15
    for _ in 0..<4 { code += [0x49, 0x83, 0xC7, 2] }  // add r15, 2
    code += [0x83, 0xF9, 5]  // cmp ecx, 5
    code += [0xBA, 0, 0, 0, 0]  // mov edx, 0
    let at = UInt64(code.count)
    code += faulting
    code += [0xB8, 99, 0, 0, 0]  // mov eax, 99
    code += [0x31, 0xC9]  // xor ecx, ecx
    code += [0x49, 0xFF, 0xC7, 0xF4]  // inc r15; hlt
    return (code, at, 18)
  }

  private func check(
    _ name: String, _ faulting: [UInt8], _ expected: Exit, line: UInt = #line,
    prepare: (GuestFixture) -> Void = { _ in }, more: (GuestFixture) -> Void = { _ in }
  ) throws {
    for backEnd in BackEnd.allCases {
      let (code, at, executed) = long(faulting)
      let guest = try GuestFixture(code, backEnd: backEnd)
      let state = guest.engine.state
      state.pointee.gpr.6 = GuestFixture.at(0x4000)
      state.pointee.gpr.7 = GuestFixture.at(0x5000)
      prepare(guest)
      let what = "\(name), \(backEnd)"
      XCTAssertEqual(guest.run(), expected, what, line: line)
      XCTAssertEqual(guest.offset, at, what, line: line)
      XCTAssertEqual(state.pointee.instructionCount, executed, what, line: line)
      XCTAssertEqual(state.pointee.gpr.0, 1, what, line: line)
      XCTAssertEqual(state.pointee.gpr.13, 7, what, line: line)
      XCTAssertEqual(state.pointee.gpr.15, 16, what, line: line)
      // 3 - 5 borrows from all bits and from bit 4, is negative; 0xFE has seven bits set.
      XCTAssertEqual(guest.flags, Self.carry | Self.adjust | Self.sign, what, line: line)
      more(guest)
    }
  }

  func testDivisionByZero() throws {
    try check("div ebx", [0xF7, 0xF3], fault(0))
    // RDX:RAX is 1, and the divisor in memory 0.
    try check(
      "idiv qword [rsi]", [0x48, 0xF7, 0x3E], fault(0),
      prepare: { $0.store(0 as Int64, at: 0x4000) })
  }

  func testWildAccesses() throws {
    let wild: UInt64 = 0x6000_0000_0000
    let prepare = { (guest: GuestFixture) in guest.engine.state.pointee.gpr.3 = wild }
    try check(
      "mov rax, [rbx]", [0x48, 0x8B, 0x03],
      .fault(vector: 14, errorCode: 0, address: wild), prepare: prepare)
    try check(
      "add [rbx + 8], rcx", [0x48, 0x01, 0x4B, 0x08],
      .fault(vector: 14, errorCode: 2, address: wild + 8), prepare: prepare)
    try check(
      "movdqu [rbx], xmm1", [0xF3, 0x0F, 0x7F, 0x0B],
      .fault(vector: 14, errorCode: 2, address: wild), prepare: prepare)
    // Not canonical: #GP, and #SS where the base is RSP or RBP.
    let far = { (guest: GuestFixture) in
      guest.engine.state.pointee.gpr.3 = 0x8000_0000_0000_0000
      guest.engine.state.pointee.gpr.5 = 0x8000_0000_0000_0000
    }
    try check("mov rax, [rbx], far", [0x48, 0x8B, 0x03], fault(13), prepare: far)
    try check("mov rax, [rbp], far", [0x48, 0x8B, 0x45, 0x00], fault(12), prepare: far)
    // The second page of an access is not there: CR2 is its first byte.
    try check(
      "xchg [rbx], rax, over the end", [0x48, 0x87, 0x03],
      .fault(vector: 14, errorCode: 2, address: GuestFixture.at(0x10000)),
      prepare: { $0.engine.state.pointee.gpr.3 = GuestFixture.at(0xFFFC) })
  }

  func testAFullStack() throws {
    let bottom = GuestFixture.at(0x7000)
    let expected = Exit.fault(vector: 14, errorCode: 2, address: bottom - 8)
    let prepare = { (guest: GuestFixture) in
      munmap(guest.memory + 0x6000, 0x1000)
      guest.engine.state.pointee.gpr.4 = bottom
    }
    let check = { (guest: GuestFixture) in
      XCTAssertEqual(guest.engine.state.pointee.gpr.4, bottom)
    }
    try self.check("push rax", [0x50], expected, prepare: prepare, more: check)
    try self.check("push r15", [0x41, 0x57], expected, prepare: prepare, more: check)
    try self.check("push 5", [0x6A, 5], expected, prepare: prepare, more: check)
    try self.check("push [rsi]", [0xFF, 0x36], expected, prepare: prepare, more: check)
    try self.check("call", [0xE8, 0, 0, 0, 0], expected, prepare: prepare, more: check)
    try self.check("call rdi", [0xFF, 0xD7], expected, prepare: prepare, more: check)
  }

  func testMisalignedVectors() throws {
    let check = { (guest: GuestFixture) in
      XCTAssertEqual(guest.engine.state.pointee.vector.0.words.0, 0x1234)
    }
    let prepare = { (guest: GuestFixture) in
      guest.engine.state.pointee.vector.0.words.0 = 0x1234
      guest.engine.state.pointee.gpr.6 += 1
    }
    try self.check(
      "movaps xmm0, [rsi]", [0x0F, 0x28, 0x06], fault(13), prepare: prepare, more: check)
    try self.check(
      "movaps [rsi], xmm0", [0x0F, 0x29, 0x06], fault(13), prepare: prepare, more: check)
    try self.check(
      "addps xmm0, [rsi]", [0x0F, 0x58, 0x06], fault(13), prepare: prepare, more: check)
  }

  /// The string instruction stops between two elements, and does not count.
  func testAStringInstructionThatRunsOffTheEnd() throws {
    try check(
      "rep movsb", [0xF3, 0xA4],
      .fault(vector: 14, errorCode: 2, address: GuestFixture.at(0x10000)),
      prepare: {
        $0.engine.state.pointee.gpr.7 = GuestFixture.at(0xFFFE)
        for n in 0..<3 { $0.store(UInt8(n + 5), at: 0x4000 + n) }
      },
      more: {
        XCTAssertEqual($0.engine.state.pointee.gpr.1, 1)
        XCTAssertEqual($0.engine.state.pointee.gpr.6, GuestFixture.at(0x4002))
        XCTAssertEqual($0.engine.state.pointee.gpr.7, GuestFixture.at(0x10000))
        XCTAssertEqual($0.load(UInt16.self, at: 0xFFFE), 0x0605)
      })
  }

  /// Loop iterations before the fault count, each with all its instructions.
  func testAFaultAfterManyIterations() throws {
    // xor eax, eax; again: lodsb; add ebx, eax; inc r14; jmp again
    let code: [UInt8] = [
      0x31, 0xC0, 0xAC, 0x01, 0xC3, 0x49, 0xFF, 0xC6, 0xEB, 0xF8,
    ]
    for backEnd in BackEnd.allCases {
      let guest = try GuestFixture(code, backEnd: backEnd)
      let state = guest.engine.state
      state.pointee.gpr.6 = GuestFixture.at(0x4000)
      for n in 0x4000..<0x10000 { guest.store(UInt8(truncatingIfNeeded: n), at: n) }
      let count: UInt64 = 0xC000
      XCTAssertEqual(
        guest.run(), .fault(vector: 14, errorCode: 0, address: GuestFixture.at(0x10000)))
      XCTAssertEqual(guest.offset, 2)
      XCTAssertEqual(state.pointee.gpr.14, count)
      XCTAssertEqual(state.pointee.gpr.3, count / 256 * (255 * 128))
      XCTAssertEqual(state.pointee.instructionCount, 1 + 4 * count)
    }
  }
}
