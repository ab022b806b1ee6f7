import CTranslator
import Translator
import XCTest

/// The run stops at exactly the instruction asked for, wherever in a block or loop that is, with the
/// registers and flags of that place.
final class SafepointTests: XCTestCase {
  private typealias BackEnd = GuestFixture.BackEnd

  /// The loop below, carried out by this test's own arithmetic.
  private struct Model {
    var rip: UInt64 = 0
    var eax: UInt32 = 0
    var ecx: UInt32 = 0
    var edx: UInt32 = 0
    var r14: UInt64 = 0
    var flags: UInt64 = 0

    /// SDM volume 1, 3.4.3.1: the flags that a result shows by itself.
    private mutating func show(_ result: UInt32) {
      if result == 0 { flags |= 0x40 }
      if result >> 31 != 0 { flags |= 0x80 }
      if (result & 0xFF).nonzeroBitCount % 2 == 0 { flags |= 4 }
    }

    private mutating func sum(_ a: UInt32, _ b: UInt32, carry: UInt64) -> UInt32 {
      let wide = UInt64(a) + UInt64(b) + carry
      let result = UInt32(truncatingIfNeeded: wide)
      flags = wide >> 32 != 0 ? 1 : 0
      if (a ^ b ^ result) & 0x10 != 0 { flags |= 0x10 }
      if ((a ^ result) & (b ^ result)) >> 31 != 0 { flags |= 0x800 }
      show(result)
      return result
    }

    mutating func step() {
      switch rip {
      case 0: (ecx, rip) = (300, 5)
      case 5: (eax, rip) = (sum(eax, 0x1234_5679, carry: 0), 10)
      case 10: (edx, rip) = (sum(edx, eax, carry: flags & 1), 12)
      case 12: (r14, rip) = (r14 + UInt64(edx), 16)
      case 16: rip = 19
      case 19:
        flags &= 1
        if ecx & 15 == 0 { flags |= 0x10 }
        ecx -= 1
        show(ecx)
        rip = 21
      default: rip = flags & 0x40 == 0 ? 5 : 23
      }
    }
  }

  /// mov ecx, 300
  /// 5: add eax, 12345679h; 10: adc edx, eax; 12: lea r14, [r14 + rdx]; 16: nop
  /// 19: dec ecx; 21: jnz 5; 23: hlt
  private static let loop: [UInt8] = [
    0xB9, 0x2C, 0x01, 0, 0, 0x05, 0x79, 0x56, 0x34, 0x12, 0x11, 0xC2, 0x4D, 0x8D, 0x34, 0x16,
    0x0F, 0x1F, 0x00, 0xFF, 0xC9, 0x75, 0xEE, 0xF4,
  ]
  private static let loopCount: UInt64 = 1 + 6 * 300

  private func check(_ guest: GuestFixture, _ model: Model, _ what: String) {
    let state = guest.engine.state
    XCTAssertEqual(guest.offset, model.rip, what)
    XCTAssertEqual(state.pointee.gpr.0, UInt64(model.eax), what)
    XCTAssertEqual(state.pointee.gpr.1, UInt64(model.ecx), what)
    XCTAssertEqual(state.pointee.gpr.2, UInt64(model.edx), what)
    XCTAssertEqual(state.pointee.gpr.14, model.r14, what)
    XCTAssertEqual(guest.flags, model.flags, what)
  }

  func testEveryPlaceInALoop() throws {
    for backEnd in BackEnd.allCases {
      let guest = try GuestFixture(Self.loop, backEnd: backEnd)
      let state = guest.engine.state
      var model = Model()
      for limit in 1...Self.loopCount {
        model.step()
        state.pointee.gpr.0 = 0
        state.pointee.gpr.2 = 0
        state.pointee.gpr.14 = 0
        state.pointee.rip = GuestFixture.base
        state.pointee.rflags = 2
        state.pointee.instructionCount = 0
        state.pointee.instructionLimit = limit
        let what = "\(backEnd), limit \(limit)"
        XCTAssertEqual(guest.run(), .safepoint, what)
        XCTAssertEqual(state.pointee.instructionCount, limit, what)
        check(guest, model, what)
      }
      state.pointee.instructionLimit = .max
      XCTAssertEqual(guest.run(), .halt)
      XCTAssertEqual(state.pointee.instructionCount, Self.loopCount + 1)
    }
  }

  func testGoingOnFromEverySafepoint() throws {
    for backEnd in BackEnd.allCases {
      for distance: UInt64 in [1, 2, 3, 5, 11, 12, 13, 14, 47, 600] {
        let guest = try GuestFixture(Self.loop, backEnd: backEnd)
        let state = guest.engine.state
        var model = Model()
        var limit: UInt64 = 0
        while limit + distance <= Self.loopCount {
          limit += distance
          for _ in 0..<distance { model.step() }
          state.pointee.instructionLimit = limit
          let what = "\(backEnd), \(limit) by \(distance)"
          XCTAssertEqual(guest.run(), .safepoint, what)
          XCTAssertEqual(state.pointee.instructionCount, limit, what)
          check(guest, model, what)
        }
      }
    }
  }

  func testEveryPlaceInALongBlock() throws {
    // 200 times inc rax; hlt
    var code: [UInt8] = []
    for _ in 0..<200 { code += [0x48, 0xFF, 0xC0] }
    code.append(0xF4)
    for backEnd in BackEnd.allCases {
      let guest = try GuestFixture(code, backEnd: backEnd)
      let state = guest.engine.state
      for limit: UInt64 in 1...200 {
        state.pointee.rip = GuestFixture.base
        state.pointee.gpr.0 = 0
        state.pointee.instructionCount = 0
        state.pointee.instructionLimit = limit
        XCTAssertEqual(guest.run(), .safepoint)
        XCTAssertEqual(state.pointee.instructionCount, limit)
        XCTAssertEqual(state.pointee.gpr.0, limit)
        XCTAssertEqual(guest.offset, 3 * limit)
      }
    }
  }

  func testALoopThatNeverLeavesIsLeft() throws {
    for backEnd in BackEnd.allCases {
      let guest = try GuestFixture([0xEB, 0xFE], backEnd: backEnd)
      for limit: UInt64 in [1_000_003, 1_000_004, 2_500_000] {
        guest.engine.state.pointee.instructionLimit = limit
        XCTAssertEqual(guest.run(), .safepoint)
        XCTAssertEqual(guest.engine.state.pointee.instructionCount, limit)
        XCTAssertEqual(guest.offset, 0)
      }
    }
  }

  /// Calls and returns: 12 instructions and two calls for each number above 1, 4 for 0 and 1.
  private func fibonacciCount(_ n: Int) -> UInt64 {
    n < 2 ? 4 : 12 + fibonacciCount(n - 1) + fibonacciCount(n - 2)
  }

  func testSafepointsInRecursion() throws {
    let code: [UInt8] = [
      0xB9, 18, 0, 0, 0,  // mov ecx, 18
      0xE8, 1, 0, 0, 0,  // call 11
      0xF4,  // hlt
      0x83, 0xF9, 0x02,  // 11: cmp ecx, 2
      0x72, 0x19,  // jb 41
      0x51,  // push rcx
      0xFF, 0xC9,  // dec ecx
      0xE8, 0xF3, 0xFF, 0xFF, 0xFF,  // call 11
      0x59,  // pop rcx
      0x50,  // push rax
      0x83, 0xE9, 0x02,  // sub ecx, 2
      0xE8, 0xE9, 0xFF, 0xFF, 0xFF,  // call 11
      0x5A,  // pop rdx
      0x01, 0xD0,  // add eax, edx
      0xC3,  // ret
      0x90, 0x90, 0x90, 0x90, 0x90,
      0x89, 0xC8,  // 41: mov eax, ecx
      0xC3,  // ret
    ]
    let total = 3 + fibonacciCount(18)
    for backEnd in BackEnd.allCases {
      let guest = try GuestFixture(code, backEnd: backEnd)
      let state = guest.engine.state
      var limit: UInt64 = 997
      state.pointee.instructionLimit = limit
      var exit = guest.run()
      while exit == .safepoint {
        XCTAssertEqual(state.pointee.instructionCount, limit)
        limit += 997
        state.pointee.instructionLimit = limit
        exit = guest.run()
      }
      XCTAssertEqual(exit, .halt)
      XCTAssertEqual(state.pointee.instructionCount, total)
      XCTAssertEqual(state.pointee.gpr.0, 2584)
    }
  }
}
