import CTranslator
import Translator
import XCTest

/// Expected values are the Intel SDM's: which exception, where `rip` stands, what is left behind.
final class SystemInstructionTests: XCTestCase {
  func testSoftwareInterruptStopsBehindTheInstruction() throws {
    let guest = try GuestFixture([0xCD, 0x21])
    XCTAssertEqual(guest.run(), fault(0x21))
    XCTAssertEqual(guest.offset, 2)
  }

  func testOverflowInterruptOnlyWithOverflow() throws {
    // into; hlt
    let guest = try GuestFixture([0xCE, 0xF4], mode: 1)
    XCTAssertEqual(guest.run(), .halt)
    let other = try GuestFixture([0xCE, 0xF4], mode: 1)
    other.engine.state.pointee.rflags |= 0x800
    XCTAssertEqual(other.run(), fault(4))
    XCTAssertEqual(other.offset, 1)
  }

  func testBoundRaisesOutsideTheRange() throws {
    // bound eax, [ebx]; hlt
    for (value, expected) in [(5 as UInt64, Exit.halt), (11, fault(5)), (0xFFFF_FFF0, fault(5))] {
      let guest = try GuestFixture([0x62, 0x03, 0xF4], mode: 1)
      guest.store(-2 as Int32, at: 0x4000)
      guest.store(10 as Int32, at: 0x4004)
      guest.engine.state.pointee.gpr.0 = value
      guest.engine.state.pointee.gpr.3 = GuestFixture.at(0x4000)
      XCTAssertEqual(guest.run(), expected)
    }
  }

  func testWhatIsNoInstructionIsRefusedAtItsStart() throws {
    let undefined: [[UInt8]] = [
      [0x0F, 0x04], [0x62, 0xF1, 0x7C, 0x48, 0x58, 0xC1], [0xF0, 0x01, 0xC0], [0xFE, 0xF8],
      [0x0F, 0x05], [0x8E, 0xC8], [0x0F, 0x20, 0xC8], [0xC6, 0xC8, 0x00], [0x06],
    ]
    for code in undefined {
      let guest = try GuestFixture(code)
      XCTAssertEqual(guest.run(), fault(6), "\(code)")
      XCTAssertEqual(guest.offset, 0, "\(code)")
    }
    let long = try GuestFixture([UInt8](repeating: 0x66, count: 15) + [0x90])
    XCTAssertEqual(long.run(), fault(13))
  }

  func testRepeatedOutputLeavesOnceForEachElement() throws {
    // rep outsb; hlt
    let guest = try GuestFixture([0xF3, 0x6E, 0xF4])
    guest.store(0x0003_0201 as UInt32, at: 0x4000)
    let state = guest.engine.state
    state.pointee.gpr.1 = 3
    state.pointee.gpr.2 = 0x3F8
    state.pointee.gpr.6 = GuestFixture.at(0x4000)
    for value in 1...3 as ClosedRange<UInt32> {
      guard case .port(let access) = guest.run() else { return XCTFail("no port access") }
      XCTAssertEqual(guest.offset, 0)
      XCTAssertEqual(access.port, 0x3F8)
      XCTAssertTrue(access.isWrite)
      XCTAssertEqual(access.value, value)
      guest.engine.completePortAccess(value: 0)
    }
    XCTAssertEqual(guest.run(), .halt)
    XCTAssertEqual(state.pointee.gpr.1, 0)
    XCTAssertEqual(state.pointee.gpr.6, GuestFixture.at(0x4003))
  }

  func testInputStringStoresWhatTheEmbedderGives() throws {
    // rep insw; hlt
    let guest = try GuestFixture([0xF3, 0x66, 0x6D, 0xF4])
    let state = guest.engine.state
    state.pointee.gpr.1 = 2
    state.pointee.gpr.7 = GuestFixture.at(0x4000)
    for value in [0x1234 as UInt32, 0x5678] {
      guard case .port(let access) = guest.run() else { return XCTFail("no port access") }
      XCTAssertEqual(access.size, 2)
      guest.engine.completePortAccess(value: value)
    }
    XCTAssertEqual(guest.run(), .halt)
    XCTAssertEqual(guest.load(UInt32.self, at: 0x4000), 0x5678_1234)
    let none = try GuestFixture([0xF3, 0x66, 0x6D, 0xF4])
    XCTAssertEqual(none.run(), .halt)
  }

  func testInterruptReturnRestoresStackAndFlags() throws {
    // iretq … hlt at 0x20
    let guest = try GuestFixture([0x48, 0xCF])
    guest.store(0xF4 as UInt8, at: 0x20)
    let frame: [UInt64] = [
      GuestFixture.at(0x20), 0x38, 0x8D7, GuestFixture.at(0x7000), 0x30,
    ]
    for (n, word) in frame.enumerated() { guest.store(word, at: 0x7800 + n * 8) }
    guest.engine.state.pointee.gpr.4 = GuestFixture.at(0x7800)
    XCTAssertEqual(guest.run(), .halt)
    XCTAssertEqual(guest.engine.state.pointee.gpr.4, GuestFixture.at(0x7000))
    XCTAssertEqual(guest.engine.state.pointee.rflags, 0x8D7)
  }

  func testFarCallAndReturnKeepToTheSegment() throws {
    // call far 0x38:base+0x20; hlt … retf at 0x20
    var code: [UInt8] = [0x9A, 0x20, 0x00, 0x00, 0x5A, 0x38, 0x00, 0xF4]
    let guest = try GuestFixture(code, mode: 1)
    guest.store(0xCB as UInt8, at: 0x20)
    XCTAssertEqual(guest.run(), .halt)
    XCTAssertEqual(guest.load(UInt32.self, at: 0x7FFC), 0x38)
    XCTAssertEqual(guest.load(UInt32.self, at: 0x7FF8), 0x5A00_0007)
    XCTAssertEqual(guest.engine.state.pointee.gpr.4, GuestFixture.at(0x8000))
    code[5] = 0
    XCTAssertEqual(try GuestFixture(code, mode: 1).run(), fault(13))
  }

  func testTrapFlagStopsBehindTheNextInstruction() throws {
    // pushfq; or dword [rsp], 100h; popfq; inc eax; inc eax; hlt
    let guest = try GuestFixture([
      0x9C, 0x81, 0x0C, 0x24, 0x00, 0x01, 0x00, 0x00, 0x9D, 0xFF, 0xC0, 0xFF, 0xC0, 0xF4,
    ])
    XCTAssertEqual(guest.run(), fault(1))
    XCTAssertEqual(guest.offset, 11)
    XCTAssertEqual(guest.engine.state.pointee.gpr.0, 1)
    XCTAssertEqual(guest.engine.state.pointee.dr.6 & 0x4000, 0x4000)
  }

  func testReservedControlBitsAreRefused() throws {
    // mov cr4, rax; mov cr0, rax; mov cr8, rax; mov dr4, rax; mov dr7, rax
    let cases: [([UInt8], UInt64, UInt8)] = [
      ([0x0F, 0x22, 0xE0], 1 << 30 | 0x20, 13), ([0x0F, 0x22, 0xE0], 0, 13),
      ([0x0F, 0x22, 0xC0], 0x8000_0000, 13), ([0x0F, 0x22, 0xC0], 0x2000_0001, 13),
      ([0x44, 0x0F, 0x22, 0xC0], 16, 13), ([0x0F, 0x23, 0xE0], 0, 6),
      ([0x0F, 0x23, 0xF8], 1 << 32, 13),
    ]
    for (code, value, vector) in cases {
      let guest = try GuestFixture(code)
      guest.engine.state.pointee.gpr.0 = value
      XCTAssertEqual(guest.run(), fault(vector), "\(code)")
    }
  }

  func testCodeSegmentCannotBeWrittenInProtectedMode() throws {
    // mov cs:[ebx], eax; hlt
    let code: [UInt8] = [0x2E, 0x89, 0x03, 0xF4]
    let guest = try GuestFixture(code, mode: 1)
    guest.engine.state.pointee.gpr.3 = GuestFixture.at(0x4000)
    XCTAssertEqual(guest.run(), fault(13))
    let long = try GuestFixture(code)
    long.engine.state.pointee.gpr.3 = GuestFixture.at(0x4000)
    XCTAssertEqual(long.run(), .halt)
  }

  func testArplRaisesThePrivilegeLevel() throws {
    // arpl [ebx], cx; hlt
    let guest = try GuestFixture([0x63, 0x0B, 0xF4], mode: 1)
    guest.store(0x0031 as UInt16, at: 0x4000)
    guest.engine.state.pointee.gpr.1 = 3
    guest.engine.state.pointee.gpr.3 = GuestFixture.at(0x4000)
    XCTAssertEqual(guest.run(), .halt)
    XCTAssertEqual(guest.load(UInt16.self, at: 0x4000), 0x33)
    XCTAssertEqual(guest.engine.state.pointee.rflags & 0x40, 0x40)
  }
}
