import LinuxHost
import Shim
import XCTest

nonisolated(unsafe) private var handler: UInt64 = 0
nonisolated(unsafe) private var flag: UInt64 = 0
nonisolated(unsafe) private var counts: [UInt64] = []
private let period: UInt64 = 10_007

/// Events interrupt guest code that never calls out.
class EventTests: XCTestCase {
  func testAnEventEndsALoopThatOnlyWaits() throws {
    flag = 0
    counts = []
    var machine = Machine()
    machine.safepoint = { _, count in
      counts.append(count)
      // The seventh time an event is due, whose handler is the guest's own.
      if counts.count == 7 { _ = function(handler, Function1.self)(0xBAD) }
      return counts.count > 100 ? 0 : count + period
    }
    let tested = try TestMachine(machine: machine)
    tested.shim.engine.state.pointee.instructionLimit = period
    let place = withUnsafeMutablePointer(to: &flag) { UInt64(UInt(bitPattern: $0)) }
    // Spoils every register the convention lets it spoil, and the flags.
    handler = tested.place {
      $0.move(Assembler.rax, place)
      $0.store(Assembler.rcx, base: Assembler.rax, offset: 0)
      for register in [Assembler.rax, Assembler.rcx, Assembler.rdx, Assembler.r8, Assembler.r9] {
        $0.move(register, 0x5555_5555_5555_5555)
      }
      $0.add(Assembler.rax, Assembler.rax)
      $0.ret()
    }
    let wait = tested.place {
      $0.move(Assembler.rax, 0)
      $0.move(Assembler.r8, 1)
      $0.move(Assembler.rdx, place)
      // again: inc rax; add r9, r8; cmp qword [rdx], 0; je again
      $0.raw(0x48, 0xFF, 0xC0, 0x4D, 0x01, 0xC1, 0x48, 0x83, 0x3A, 0x00, 0x74, 0xF4)
      // Both counted the iterations.
      $0.raw(0x4C, 0x29, 0xC8)  // sub rax, r9
      $0.ret()
    }
    // R9 is the fourth argument.
    let call = function(wait, Function4.self)
    XCTAssertEqual(call(1, 2, 3, 0), 0)
    XCTAssertEqual(flag, 0xBAD)
    XCTAssertEqual(counts.count, 7)
    // The handler's own instructions count too, but come behind the seventh safepoint.
    XCTAssertEqual(counts, (1...7).map { $0 * period })
    XCTAssertEqual(tested.shim.counters.safepoints, 7)
    XCTAssertEqual(tested.shim.counters.deepestLevel, 2)
  }
}
