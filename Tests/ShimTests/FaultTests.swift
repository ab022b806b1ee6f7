import Glibc
import LinuxHost
import Shim
import XCTest

nonisolated(unsafe) private var target: UInt64 = 0
private let nothing: Function2 = { _, _ in 9 }
private let callTarget: Function0 = { function(target, Function0.self)() + 1 }
nonisolated(unsafe) private var register: UInt64 = 0
private let registerAddress: UInt64 = 0x6000_0000_0000

class FaultTests: XCTestCase {
  func testTheReportNamesImageOffsetRegistersAndCalls() throws {
    let machine = try TestMachine()
    let entry = machine.place {
      $0.subtract(Assembler.rsp, immediate: 40)
      $0.move(Assembler.rcx, 11)
      $0.move(Assembler.rdx, 22)
      $0.move(Assembler.rax, address(nothing))
      $0.call(Assembler.rax)
      $0.move(Assembler.rbx, 0x1234)
      $0.raw(0x0F, 0x0B)
    }
    XCTAssertFalse(machine.shim.run { _ = function(entry, Function0.self)() })
    let report = try XCTUnwrap(machine.shim.faultReport)
    XCTAssertEqual(report.kind, .exception(vector: 6, errorCode: 0))
    XCTAssertEqual(report.location.imageName, 7)
    XCTAssertEqual(report.location.imageOffset, entry - machine.base + 7 + 3 * 10 + 3 + 10)
    XCTAssertEqual(report.registers[3], 0x1234)
    XCTAssertEqual(report.registers[0], 9)
    XCTAssertEqual(report.code[0], 0x0F)
    XCTAssertEqual(report.code[1], 0x0B)
    XCTAssertEqual(report.callCount, 1)
    XCTAssertEqual(report.calls[0].target, address(nothing))
    XCTAssertEqual(report.calls[0].argument0, 11)
    XCTAssertEqual(report.calls[0].argument1, 22)
    XCTAssertEqual(report.calls[0].result, 9)
    XCTAssertTrue(report.calls[0].hasReturned)
    XCTAssertEqual(report.depth, 1)
    XCTAssertEqual(machine.shim.depth, 0)
  }

  func testAFaultInsideNestedLevelsEndsTheRunAndTheChainIsFound() throws {
    let machine = try TestMachine()
    target = machine.place { $0.raw(0x0F, 0x0B) }
    let outer = machine.place {
      $0.subtract(Assembler.rsp, immediate: 40)
      $0.move(Assembler.rax, address(callTarget))
      $0.call(Assembler.rax)
      $0.add(Assembler.rsp, immediate: 40)
      $0.ret()
    }
    XCTAssertFalse(machine.shim.run { _ = function(outer, Function0.self)() })
    let report = try XCTUnwrap(machine.shim.faultReport)
    XCTAssertEqual(report.depth, 2)
    XCTAssertEqual(report.location.address, target)
    XCTAssertEqual(report.callChainCount, 1)
    XCTAssertEqual(report.callChain[0].imageName, 7)
    XCTAssertFalse(report.calls[0].hasReturned)
    // Outside a run every frame returns: the guest's callers see an abort, and no guest code runs.
    machine.shim.clearOutcome()
    XCTAssertEqual(function(outer, Function0.self)(), 0x8000_0000_0000_0015)
    XCTAssertEqual(function(outer, Function0.self)(), 0x8000_0000_0000_0015)
    XCTAssertEqual(machine.shim.counters.traps, 4)
  }

  func testWildBranchAndUnreadableStack() throws {
    let machine = try TestMachine()
    let wild = machine.place {
      $0.move(Assembler.rax, 0x6123_4567_8000)
      $0.call(Assembler.rax)
    }
    XCTAssertFalse(machine.shim.run { _ = function(wild, Function0.self)() })
    XCTAssertEqual(machine.shim.outcome, .wildBranch)
    XCTAssertEqual(machine.shim.faultReport?.location.address, 0x6123_4567_8000)
    machine.shim.clearOutcome()
    let unbalanced = machine.place {
      $0.load(Assembler.rax, base: Assembler.rsp, offset: 0)
      $0.subtract(Assembler.rsp, immediate: 64)
      $0.jump(Assembler.rax)
    }
    XCTAssertFalse(machine.shim.run { _ = function(unbalanced, Function0.self)() })
    XCTAssertEqual(machine.shim.outcome, .unbalancedReturn)
    machine.shim.clearOutcome()
    let recursion = machine.place {
      $0.push(Assembler.rax); $0.raw(0xEB, 0xFC)
    }
    XCTAssertFalse(machine.shim.run { _ = function(recursion, Function0.self)() })
    XCTAssertEqual(machine.shim.outcome, .stackOverflow)
  }

  func testLowMemoryIsAShadowOrAFault() throws {
    let low = { (machine: TestMachine, address: UInt64) in
      machine.place {
        $0.move(Assembler.rdx, address)
        $0.move(Assembler.rcx, 0x1122_3344_5566_7788)
        $0.store(Assembler.rcx, base: Assembler.rdx, offset: 0)
        $0.load(Assembler.rax, base: Assembler.rdx, offset: 0)
        $0.ret()
      }
    }
    do {
      let machine = try TestMachine()
      let code = low(machine, 0x410)
      XCTAssertEqual(function(code, Function0.self)(), 0x1122_3344_5566_7788)
      XCTAssertEqual(machine.shim.counters.lowMemoryAccesses, 2)
    }
    var policies = Policies()
    policies.lowMemory = .guardedExceptNull
    do {
      let machine = try TestMachine(policies: policies)
      let fine = low(machine, 0x1410)
      XCTAssertEqual(function(fine, Function0.self)(), 0x1122_3344_5566_7788)
      let null = low(machine, 8)
      XCTAssertFalse(machine.shim.run { _ = function(null, Function0.self)() })
      XCTAssertEqual(machine.shim.faultReport?.accessAddress, 8)
    }
  }

  func testDeviceRegistersAreReachedByLoadsAndStores() throws {
    var machine = Machine()
    machine.deviceLoad = { _, address, size, value in
      guard address == registerAddress, size == 8 else { return false }
      value.storeBytes(of: register &+ 1, as: UInt64.self)
      return true
    }
    machine.deviceStore = { _, address, size, value in
      guard address == registerAddress, size == 8 else { return false }
      register = value.load(as: UInt64.self)
      return true
    }
    let tested = try TestMachine(machine: machine)
    let code = tested.place {
      $0.move(Assembler.rdx, registerAddress)
      $0.store(Assembler.rcx, base: Assembler.rdx, offset: 0)
      $0.load(Assembler.rax, base: Assembler.rdx, offset: 0)
      $0.ret()
    }
    XCTAssertEqual(function(code, Function1.self)(0xcafe), 0xcaff)
    XCTAssertEqual(register, 0xcafe)
    XCTAssertEqual(tested.shim.counters.deviceAccesses, 2)
  }

  func testTheBudgetEndsAnEndlessLoop() throws {
    var machine = Machine()
    machine.safepoint = { _, count in count >= 10_000 ? 0 : count + 1000 }
    let tested = try TestMachine(machine: machine)
    tested.shim.engine.state.pointee.instructionLimit = 1000
    let loop = tested.place { $0.raw(0xEB, 0xFE) }
    XCTAssertFalse(tested.shim.run { _ = function(loop, Function0.self)() })
    XCTAssertEqual(tested.shim.outcome, .outOfBudget)
    XCTAssertEqual(tested.shim.counters.safepoints, 10)
  }
}
