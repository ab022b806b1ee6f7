import CShim
import Glibc
import LinuxHost
import Shim
import Translator
import XCTest

nonisolated(unsafe) private let frame = UnsafeMutablePointer<TransomProtectedFrame>.allocate(
  capacity: 1)
nonisolated(unsafe) private var spoiler: UInt64 = 0
nonisolated(unsafe) private var leavesByJump = false
nonisolated(unsafe) private var shim: Shim<LinuxHost>?
nonisolated(unsafe) private var counts: [UInt64] = []
nonisolated(unsafe) private var page: UInt64 = 0
nonisolated(unsafe) private var callsUntilStop = 0

private let jumpOut: Function0 = { transomLeaveProtected(frame) }
/// A service that calls the guest back; the callback returns or is jumped out of.
private let callBack: Function0 = {
  guard leavesByJump else { return function(spoiler, Function0.self)() & 1 }
  _ = transomCallProtected(frame, { _ in _ = function(spoiler, Function0.self)() }, nil)
  return 1
}
private let answer: Function2 = { $0 &+ $1 }
private let noteCount: Function0 = {
  counts.append(shim?.engine.state.pointee.instructionCount ?? 0)
  return 0
}
/// AllocatePages(type, memory type, pages, &address).
private let allocate: Function4 = { _, _, _, place in
  UnsafeMutablePointer<UInt64>(bitPattern: UInt(place))?.pointee = page
  return 0
}
private let stopAtLast: Function0 = {
  callsUntilStop -= 1
  if callsUntilStop == 0 { shim?.stop() }
  return 0
}

/// Host functions called again and again: the first call of each takes the long way, the others go
/// out of compiled code, where there is any. Nothing may differ.
final class UnwatchedCallTests: XCTestCase {
  override func tearDown() { shim = nil }

  // MARK: What a call preserves

  /// Registers that the Microsoft convention preserves, each with a value of its own.
  private static let preserved = [3, 5, 6, 7, 12, 13, 14, 15]

  private func moveToVector(_ assembler: inout Assembler, _ number: UInt8) {
    assembler.raw(0x66, number < 8 ? 0x48 : 0x4C, 0x0F, 0x6E, 0xC0 | (number & 7) << 3)
  }
  private func moveFromVector(_ assembler: inout Assembler, _ number: UInt8) {
    assembler.raw(0x66, number < 8 ? 0x48 : 0x4C, 0x0F, 0x7E, 0xC0 | (number & 7) << 3)
  }

  private func checkThatACallbackSpoilsNothing() throws {
    let machine = try TestMachine()
    spoiler = machine.place {
      $0.subtract(Assembler.rsp, immediate: 40)
      $0.move(Assembler.rax, 0x5555_5555_5555_5555)
      moveToVector(&$0, 6)
      moveToVector(&$0, 15)
      for register in Self.preserved { $0.move(register, 0x5555_5555_5555_5555) }
      $0.move(Assembler.rax, address(jumpOut))
      if leavesByJump { $0.call(Assembler.rax) }
      $0.add(Assembler.rsp, immediate: 40)
      $0.ret()
    }
    let outer = machine.place {
      for register in Self.preserved { $0.push(register) }
      $0.subtract(Assembler.rsp, immediate: 40)
      for (n, register) in Self.preserved.enumerated() { $0.move(register, UInt64(1) << n) }
      $0.move(Assembler.rax, 0x100)
      moveToVector(&$0, 6)
      $0.move(Assembler.rax, 0x200)
      moveToVector(&$0, 15)
      for _ in 0..<3 {
        $0.move(Assembler.rax, address(callBack))
        $0.call(Assembler.rax)
      }
      moveFromVector(&$0, 6)
      $0.copy(to: Assembler.rcx, from: Assembler.rax)
      moveFromVector(&$0, 15)
      $0.add(Assembler.rax, Assembler.rcx)
      for register in Self.preserved { $0.add(Assembler.rax, register) }
      $0.add(Assembler.rsp, immediate: 40)
      for register in Self.preserved.reversed() { $0.pop(register) }
      $0.ret()
    }
    for _ in 0..<3 { XCTAssertEqual(function(outer, Function0.self)(), 0x3FF) }
    XCTAssertEqual(machine.shim.counters.abandonedLevels, leavesByJump ? 9 : 0)
    XCTAssertEqual(machine.shim.counters.traps, 12)
    XCTAssertNil(machine.shim.outcome)
    XCTAssertEqual(machine.shim.depth, 0)
  }

  func testACallbackThatReturnsSpoilsNothing() throws {
    leavesByJump = false
    try checkThatACallbackSpoilsNothing()
  }

  func testACallbackThatIsLeftByAJumpSpoilsNothing() throws {
    leavesByJump = true
    try checkThatACallbackSpoilsNothing()
  }

  func testFlagsAndOtherRegistersStayAsTheyAre() throws {
    let machine = try TestMachine()
    let guest = machine.place {
      $0.push(Assembler.rbx)
      $0.subtract(Assembler.rsp, immediate: 32)
      $0.move(Assembler.rbx, 0)
      $0.move(Assembler.rdx, 7)
      for _ in 0..<4 {
        $0.move(Assembler.rcx, 5)
        $0.move(Assembler.rax, address(answer))
        $0.raw(0xF9)  // stc
        $0.call(Assembler.rax)
        $0.raw(0x48, 0x83, 0xD3, 0x00)  // adc rbx, 0
        // RDX is not preserved by the convention, but nobody changed it.
        $0.add(Assembler.rbx, Assembler.rax)
        $0.add(Assembler.rbx, Assembler.rdx)
      }
      $0.copy(to: Assembler.rax, from: Assembler.rbx)
      $0.add(Assembler.rsp, immediate: 32)
      $0.pop(Assembler.rbx)
      $0.ret()
    }
    XCTAssertEqual(function(guest, Function0.self)(), 4 * (1 + 12 + 7))
    XCTAssertEqual(machine.shim.counters.hostCalls, 4)
  }

  // MARK: What is known of a call

  func testTheLastCallsAreInTheReport() throws {
    let machine = try TestMachine()
    let guest = machine.place {
      $0.subtract(Assembler.rsp, immediate: 40)
      for n in 1...70 as ClosedRange<UInt64> {
        $0.move(Assembler.rcx, n)
        $0.move(Assembler.rdx, 1000)
        $0.move(Assembler.rax, address(answer))
        $0.call(Assembler.rax)
      }
      $0.raw(0x0F, 0x0B)
    }
    XCTAssertFalse(machine.shim.run { _ = function(guest, Function0.self)() })
    let report = try XCTUnwrap(machine.shim.faultReport)
    XCTAssertEqual(report.callCount, 64)
    for index in 0..<64 {
      let n = UInt64(7 + index)
      // Three moves of ten bytes and a call of three, behind a subtraction of seven.
      XCTAssertEqual(report.calls[index].caller, guest + 7 + n * 33)
      XCTAssertEqual(report.calls[index].target, address(answer))
      XCTAssertEqual(report.calls[index].argument0, n)
      XCTAssertEqual(report.calls[index].argument1, 1000)
      XCTAssertEqual(report.calls[index].result, n + 1000)
      XCTAssertEqual(report.calls[index].depth, 1)
      XCTAssertTrue(report.calls[index].hasReturned)
    }
    XCTAssertEqual(machine.shim.counters.hostCalls, 70)
  }

  func testInstructionsAreCountedExactlyAtEachCall() throws {
    counts = []
    let machine = try TestMachine()
    shim = machine.shim
    let guest = machine.place {
      $0.push(Assembler.rbx)
      $0.subtract(Assembler.rsp, immediate: 32)
      $0.move(Assembler.rbx, 6)
      // again: six instructions
      $0.move(Assembler.rax, address(noteCount))
      $0.call(Assembler.rax)
      $0.raw(0x90)
      $0.raw(0x90)
      $0.raw(0x48, 0xFF, 0xCB)  // dec rbx
      $0.raw(0x75, 0xEC)  // jnz again
      $0.add(Assembler.rsp, immediate: 32)
      $0.pop(Assembler.rbx)
      $0.ret()
    }
    _ = function(guest, Function0.self)()
    // Push, subtraction, two moves, the call.
    XCTAssertEqual(counts, (0..<6).map { 5 + 6 * UInt64($0) })
    let total = machine.shim.engine.state.pointee.instructionCount
    XCTAssertEqual(total, 3 + 6 * 6 + 3)
  }

  // MARK: What has to be noticed

  func testAnInterceptionTakesEffectOnAFunctionCalledBefore() throws {
    let machine = try TestMachine()
    let memory = mmap(
      nil, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    defer { munmap(memory, 4096) }
    page = UInt64(UInt(bitPattern: memory))
    let place = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
    defer { place.deallocate() }
    let target = UInt64(UInt(bitPattern: unsafeBitCast(allocate, to: UnsafeRawPointer.self)))
    let guest = machine.place {
      $0.subtract(Assembler.rsp, immediate: 40)
      $0.move(Assembler.rcx, 0)
      $0.move(Assembler.rdx, 1)  // EfiLoaderCode
      $0.move(Assembler.r8, 1)
      $0.move(Assembler.r9, UInt64(UInt(bitPattern: place)))
      $0.move(Assembler.rax, target)
      $0.call(Assembler.rax)
      $0.add(Assembler.rsp, immediate: 40)
      $0.ret()
    }
    for _ in 0..<3 {
      XCTAssertEqual(function(guest, Function0.self)(), 0)
      XCTAssertFalse(machine.shim.ownsBranch(to: page))
    }
    XCTAssertTrue(machine.shim.intercept(target, .allocatePages))
    for _ in 0..<3 {
      XCTAssertEqual(function(guest, Function0.self)(), 0)
      XCTAssertTrue(machine.shim.ownsBranch(to: page))
      machine.shim.abandon(page, count: 4096)
      XCTAssertFalse(machine.shim.ownsBranch(to: page))
    }
  }

  func testAStackOfTheGuestsOwn() throws {
    let machine = try TestMachine()
    let stack = UnsafeMutablePointer<UInt64>.allocate(capacity: 512)
    defer { stack.deallocate() }
    let top = (UInt64(UInt(bitPattern: stack)) + 2048) & ~15
    let guest = machine.place {
      $0.push(Assembler.rbx)
      $0.copy(to: Assembler.rbx, from: Assembler.rsp)
      $0.subtract(Assembler.rsp, immediate: 32)
      $0.move(Assembler.rcx, 1)
      for n in 0..<4 as Range<UInt64> {
        if n == 2 { $0.move(Assembler.rsp, top) }
        $0.move(Assembler.rdx, 10)
        $0.move(Assembler.rax, address(answer))
        $0.call(Assembler.rax)
        $0.copy(to: Assembler.rcx, from: Assembler.rax)
      }
      $0.copy(to: Assembler.rsp, from: Assembler.rbx)
      $0.pop(Assembler.rbx)
      $0.ret()
    }
    for _ in 0..<3 { XCTAssertEqual(function(guest, Function0.self)(), 41) }
  }

  func testAStopInsideACall() throws {
    let machine = try TestMachine()
    shim = machine.shim
    let guest = machine.place {
      $0.subtract(Assembler.rsp, immediate: 40)
      for _ in 0..<5 {
        $0.move(Assembler.rax, address(stopAtLast))
        $0.call(Assembler.rax)
      }
      $0.move(Assembler.rax, 1)
      $0.add(Assembler.rsp, immediate: 40)
      $0.ret()
    }
    callsUntilStop = 6
    XCTAssertEqual(function(guest, Function0.self)(), 1)
    callsUntilStop = 4
    XCTAssertEqual(function(guest, Function0.self)(), 0x8000_0000_0000_0015)
    XCTAssertEqual(machine.shim.outcome, .stopped)
    XCTAssertEqual(machine.shim.counters.hostCalls, 9)
    // Nothing runs until somebody has taken note.
    XCTAssertEqual(function(guest, Function0.self)(), 0x8000_0000_0000_0015)
    machine.shim.clearOutcome()
    callsUntilStop = 6
    XCTAssertEqual(function(guest, Function0.self)(), 1)
  }
}
