import CTranslator
import Translator
import XCTest

/// Which unit may be used: control registers and the profile decide (SDM volume 3, 2.5; volume 2,
/// 2.4.1 on VEX exceptions).
final class UnitAccessTests: XCTestCase {
  private let addps: [UInt8] = [0x0F, 0x58, 0xC1, 0xF4]
  private let vaddps: [UInt8] = [0xC5, 0xF0, 0x58, 0xC1, 0xF4]

  func testTaskSwitchedRaisesUntilCleared() throws {
    // addps; after clts the same instruction runs
    let guest = try GuestFixture(addps)
    guest.engine.state.pointee.cr0 |= 8
    XCTAssertEqual(guest.run(), fault(7))
    let cleared = try GuestFixture([0x0F, 0x06] + addps)
    cleared.engine.state.pointee.cr0 |= 8
    XCTAssertEqual(cleared.run(), .halt)
  }

  func testTranslationsFollowTheControlRegisters() throws {
    let guest = try GuestFixture(addps)
    XCTAssertEqual(guest.run(), .halt)
    guest.engine.state.pointee.cr4 &= ~(1 << 9)
    guest.engine.state.pointee.rip = GuestFixture.base
    XCTAssertEqual(guest.run(), fault(6))
  }

  func testVectorExtensionsNeedTheirState() throws {
    XCTAssertEqual(try GuestFixture(vaddps).run(), .halt)
    XCTAssertEqual(try GuestFixture(vaddps, features: .baseline).run(), fault(6))
    let disabled = try GuestFixture(vaddps)
    disabled.engine.state.pointee.xcr0 = 3
    XCTAssertEqual(disabled.run(), fault(6))
  }

  func testWideIntegersNeedAVX2() throws {
    var features = FeatureSet.full
    features.remove(.avx2)
    // vpaddd xmm, then ymm
    XCTAssertEqual(
      try GuestFixture([0xC5, 0xF1, 0xFE, 0xC1, 0xF4], features: features).run(), .halt)
    XCTAssertEqual(
      try GuestFixture([0xC5, 0xF5, 0xFE, 0xC1, 0xF4], features: features).run(), fault(6))
    // vaddps ymm is AVX's own
    XCTAssertEqual(
      try GuestFixture([0xC5, 0xF4, 0x58, 0xC1, 0xF4], features: features).run(), .halt)
  }

  func testUnmaskedFloatingPointException() throws {
    // divps xmm0, xmm1 with 0/0, invalid unmasked
    let guest = try GuestFixture([0x0F, 0x5E, 0xC1, 0xF4])
    guest.engine.state.pointee.mxcsr = 0x1F00
    XCTAssertEqual(guest.run(), fault(19))
    XCTAssertEqual(guest.engine.state.pointee.mxcsr & 1, 1)
    let untaken = try GuestFixture([0x0F, 0x5E, 0xC1, 0xF4])
    untaken.engine.state.pointee.mxcsr = 0x1F00
    untaken.engine.state.pointee.cr4 &= ~(1 << 10)
    XCTAssertEqual(untaken.run(), fault(6))
  }

  func testGatherNeedsDistinctRegisters() throws {
    // vpgatherdd xmm0, [rbx + xmm1], xmm1
    let guest = try GuestFixture([0xC4, 0xE2, 0x71, 0x90, 0x04, 0x0B, 0xF4])
    XCTAssertEqual(guest.run(), fault(6))
  }

  func testIdentityNamesWhatWorks() throws {
    // mov eax, 1; xor ecx, ecx; cpuid; hlt
    let code: [UInt8] = [0xB8, 1, 0, 0, 0, 0x31, 0xC9, 0x0F, 0xA2, 0xF4]
    let full = try GuestFixture(code)
    XCTAssertEqual(full.run(), .halt)
    XCTAssertEqual(full.engine.state.pointee.gpr.1 >> 27 & 3, 3, "OSXSAVE and AVX")
    let baseline = try GuestFixture(code, features: .baseline)
    XCTAssertEqual(baseline.run(), .halt)
    XCTAssertEqual(baseline.engine.state.pointee.gpr.1 >> 28 & 1, 0, "AVX")
  }
}
