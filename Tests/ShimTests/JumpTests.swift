import CShim
import LinuxHost
import Shim
import XCTest

// Behind a pointer: a formal access to a variable must not be under way when it is jumped over.
nonisolated(unsafe) private let frame = UnsafeMutablePointer<TransomProtectedFrame>.allocate(
  capacity: 1)
nonisolated(unsafe) private var guestEntry: UInt64 = 0
nonisolated(unsafe) private var guestBuffer: [UInt64] = [0, 0]
nonisolated(unsafe) private var guestLanding: UInt64 = 0

/// A native LongJump: what gBS->Exit does.
private let leaveByJump: Function0 = {
  transomLeaveProtected(frame)
}
/// A native StartImage: returns 77 if the image left by a jump.
private let startImage: Function0 = {
  let jumped = transomCallProtected(
    frame, { _ in _ = function(guestEntry, Function0.self)() }, nil)
  return jumped == 0 ? 1 : 77
}
private let callBack: Function0 = { function(guestLanding, Function0.self)() }

class JumpTests: XCTestCase {
  func testNativeJumpsOverLevelsTenThousandTimes() throws {
    let machine = try TestMachine()
    guestEntry = machine.place {
      $0.subtract(Assembler.rsp, immediate: 40)
      $0.move(Assembler.rbx, 0xbad)
      $0.move(Assembler.rax, address(leaveByJump))
      $0.call(Assembler.rax)
      $0.raw(0x0F, 0x0B)
    }
    let outer = machine.place {
      $0.push(Assembler.rbx)
      $0.subtract(Assembler.rsp, immediate: 32)
      $0.move(Assembler.rbx, 100)
      $0.move(Assembler.rax, address(startImage))
      $0.call(Assembler.rax)
      // RBX is the guest's own again, although the image it started never returned.
      $0.add(Assembler.rax, Assembler.rbx)
      $0.add(Assembler.rsp, immediate: 32)
      $0.pop(Assembler.rbx)
      $0.ret()
    }
    for _ in 0..<10_000 { XCTAssertEqual(function(outer, Function0.self)(), 177) }
    for _ in 0..<10_000 { XCTAssertEqual(startImage(), 77) }
    XCTAssertNil(machine.shim.outcome)
    XCTAssertEqual(machine.shim.counters.deepestLevel, 2)
    XCTAssertEqual(machine.shim.counters.abandonedLevels, 19_999)
  }

  func testAGuestJumpsToAnOuterLevelTenThousandTimes() throws {
    let machine = try TestMachine()
    let buffer = guestBuffer.withUnsafeMutableBufferPointer {
      UInt64(UInt(bitPattern: $0.baseAddress!))
    }
    // Inner level: RSP and RIP out of the buffer, as LongJump does.
    guestLanding = machine.place {
      $0.move(Assembler.rax, buffer)
      $0.load(Assembler.rsp, base: Assembler.rax, offset: 0)
      $0.load(Assembler.rcx, base: Assembler.rax, offset: 8)
      $0.jump(Assembler.rcx)
    }
    let landing = machine.place {
      $0.move(Assembler.rax, 55)
      $0.add(Assembler.rsp, immediate: 40)
      $0.ret()
    }
    let outer = machine.place {
      $0.subtract(Assembler.rsp, immediate: 40)
      $0.move(Assembler.rax, buffer)
      $0.store(Assembler.rsp, base: Assembler.rax, offset: 0)
      $0.move(Assembler.rcx, landing)
      $0.store(Assembler.rcx, base: Assembler.rax, offset: 8)
      $0.move(Assembler.rax, address(callBack))
      $0.call(Assembler.rax)
      $0.raw(0x0F, 0x0B)
    }
    for _ in 0..<10_000 { XCTAssertEqual(function(outer, Function0.self)(), 55) }
    XCTAssertEqual(machine.shim.counters.abandonedLevels, 10_000)
    XCTAssertEqual(machine.shim.depth, 0)
    XCTAssertNil(machine.shim.outcome)
  }

  /// A level left by a jump, then passed by deeper native calls, must not be taken for alive.
  func testDeeperCallsAfterAJump() throws {
    let machine = try TestMachine()
    guestEntry = machine.place {
      $0.subtract(Assembler.rsp, immediate: 40)
      $0.move(Assembler.rax, address(leaveByJump))
      $0.call(Assembler.rax)
    }
    let plain = machine.place {
      $0.copy(to: Assembler.rax, from: Assembler.rcx)
      $0.ret()
    }
    for round in 0..<1000 {
      XCTAssertEqual(startImage(), 77)
      XCTAssertEqual(deeper(64, plain, UInt64(round)), UInt64(round))
    }
    let fault = machine.place { $0.raw(0x0F, 0x0B) }
    XCTAssertEqual(startImage(), 77)
    // Outside a run: the innermost call, which is certainly alive, reports the abort.
    XCTAssertEqual(deeper(64, fault, 0), 0x8000_0000_0000_0015)
  }

  @inline(never)
  private func deeper(_ left: Int, _ target: UInt64, _ value: UInt64) -> UInt64 {
    if left == 0 { return function(target, Function1.self)(value) }
    var room = (left, left, left, left, value)
    return withUnsafeMutablePointer(to: &room) { deeper(left - 1, target, $0.pointee.4) }
  }
}
