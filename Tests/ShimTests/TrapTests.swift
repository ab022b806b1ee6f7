import Glibc
import LinuxHost
import Shim
import XCTest

nonisolated(unsafe) private var received: [UInt64] = []
nonisolated(unsafe) private var callback: UInt64 = 0
nonisolated(unsafe) private var deepest: UInt64 = 0

private let take16: Function16 = {
  received = [$0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15]
  return 0xfedc_ba98_7654_3210
}
/// Calls the guest again, one deeper, until its argument is used up.
private let descend: Function1 = { left in
  left == 0 ? 1000 : function(callback, Function1.self)(left - 1) + 1
}

class TrapTests: XCTestCase {
  static let extremes: [UInt64] = [
    0, 1, .max, 1 << 63, 0x7fff_ffff_ffff_ffff, 0xffff_ffff, 0x1_0000_0000, 0x8000_0000,
    0x0123_4567_89ab_cdef, 0xff00_ff00_ff00_ff00, 42, 0xdead_beef, 1 << 32, 3, .max - 1,
    0x5555_5555_aaaa_aaaa,
  ]

  func testANativeCallRunsGuestCodeAndReturnsItsResult() throws {
    let machine = try TestMachine()
    let sum = machine.place {
      $0.copy(to: Assembler.rax, from: Assembler.rcx)
      $0.add(Assembler.rax, Assembler.rdx)
      $0.ret()
    }
    XCTAssertEqual(function(sum, Function2.self)(40, 2), 42)
    XCTAssertEqual(function(sum, Function2.self)(.max, 2), 1)
    XCTAssertEqual(machine.shim.counters.traps, 2)
    XCTAssertEqual(machine.shim.depth, 0)
  }

  func testSixteenArgumentsArriveInTheGuest() throws {
    let machine = try TestMachine()
    let a = Self.extremes
    for position in 0..<16 {
      let pick = machine.place {
        switch position {
        case 0: $0.copy(to: Assembler.rax, from: Assembler.rcx)
        case 1: $0.copy(to: Assembler.rax, from: Assembler.rdx)
        case 2: $0.copy(to: Assembler.rax, from: Assembler.r8)
        case 3: $0.copy(to: Assembler.rax, from: Assembler.r9)
        default:
          $0.load(Assembler.rax, base: Assembler.rsp, offset: Int32(8 + 8 * position))
        }
        $0.ret()
      }
      let result = function(pick, Function16.self)(
        a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13],
        a[14], a[15])
      XCTAssertEqual(result, a[position], "argument \(position)")
    }
  }

  func testSixteenArgumentsArriveInTheHostAndTheStackIsAligned() throws {
    let machine = try TestMachine()
    let a = Self.extremes
    let call = machine.place {
      // RSP is 8 modulo 16 here; 136 bytes of outgoing arguments and home space align it.
      $0.subtract(Assembler.rsp, immediate: 136)
      for position in 4..<16 {
        $0.move(Assembler.rax, a[position])
        $0.store(Assembler.rax, base: Assembler.rsp, offset: Int32(8 * position))
      }
      $0.move(Assembler.rcx, a[0])
      $0.move(Assembler.rdx, a[1])
      $0.move(Assembler.r8, a[2])
      $0.move(Assembler.r9, a[3])
      $0.move(Assembler.rax, address(take16))
      $0.call(Assembler.rax)
      $0.add(Assembler.rsp, immediate: 136)
      $0.ret()
    }
    received = []
    XCTAssertEqual(function(call, Function0.self)(), 0xfedc_ba98_7654_3210)
    XCTAssertEqual(received, a)

    let stackPointer = machine.place {
      $0.copy(to: Assembler.rax, from: Assembler.rsp)
      $0.ret()
    }
    let value = function(stackPointer, Function0.self)()
    XCTAssertEqual(value % 16, 8)
    XCTAssertLessThan(value, 1 << 32, "the default stack lies below 4 GiB")
  }

  /// Guest and host calling each other: what the Microsoft convention preserves is preserved.
  private func placeDescent(_ machine: TestMachine) -> UInt64 {
    machine.place {
      $0.push(Assembler.rbx)
      $0.push(Assembler.rdi)
      $0.push(Assembler.r15)
      $0.subtract(Assembler.rsp, immediate: 32)
      $0.copy(to: Assembler.rbx, from: Assembler.rcx)
      $0.copy(to: Assembler.rdi, from: Assembler.rcx)
      $0.copy(to: Assembler.r15, from: Assembler.rcx)
      $0.move(Assembler.rax, address(descend))
      $0.call(Assembler.rax)
      // Wrong by what any of the three registers lost.
      $0.add(Assembler.rax, Assembler.rbx)
      $0.add(Assembler.rax, Assembler.rdi)
      $0.add(Assembler.rax, Assembler.r15)
      $0.add(Assembler.rsp, immediate: 32)
      $0.pop(Assembler.r15)
      $0.pop(Assembler.rdi)
      $0.pop(Assembler.rbx)
      $0.ret()
    }
  }

  func testNestingThreeHundredDeep() throws {
    let machine = try TestMachine()
    callback = placeDescent(machine)
    // Each level adds 1 on the host and three times its argument in the guest.
    let n: UInt64 = 300
    XCTAssertEqual(function(callback, Function1.self)(n), 1000 + n + 3 * (n * (n + 1) / 2))
    XCTAssertEqual(machine.shim.counters.deepestLevel, n + 1)
    XCTAssertEqual(machine.shim.depth, 0)
  }

  func testNestingWithoutEndIsReportedAndNotACrash() throws {
    let machine = try TestMachine()
    callback = placeDescent(machine)
    let ended = machine.shim.run { _ = function(callback, Function1.self)(1 << 40) }
    XCTAssertFalse(ended)
    let outcome = try XCTUnwrap(machine.shim.outcome)
    XCTAssertTrue(outcome == .stackOverflow || outcome == .nestingTooDeep, "\(outcome)")
    machine.shim.clearOutcome()
    XCTAssertEqual(function(callback, Function1.self)(0), 1000)
  }

  func testAMillionNestedCallsLeaveMemoryFlat() throws {
    let machine = try TestMachine()
    callback = placeDescent(machine)
    let call = function(callback, Function1.self)
    for _ in 0..<1000 { _ = call(4) }
    let before = residentPages()
    // Five traps and five calls out each.
    for _ in 0..<200_000 { _ = call(4) }
    XCTAssertEqual(machine.shim.counters.traps, 1_005_000)
    XCTAssertEqual(machine.shim.counters.hostCalls, 1_005_000)
    XCTAssertLessThan(residentPages() - before, 64)
  }

  private func residentPages() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let text = String(
      decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return Int(text.split(separator: " ")[1]) ?? 0
  }
}
