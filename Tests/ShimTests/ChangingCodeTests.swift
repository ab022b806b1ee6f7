import Glibc
import LinuxHost
import Shim
import XCTest

nonisolated(unsafe) private var place: UInt64 = 0

/// Host code writes a guest function: it returns its argument.
private let rewrite: Function1 = { value in
  write(value, at: place)
  return value
}
private let copyMemory: @convention(c) (UInt64, UInt64, UInt64) -> UInt64 = { to, from, count in
  memcpy(
    UnsafeMutableRawPointer(bitPattern: UInt(to))!, UnsafeRawPointer(bitPattern: UInt(from))!,
    Int(count))
  return 0
}

/// mov eax, imm32; ret
private func write(_ value: UInt64, at address: UInt64) {
  let code = UnsafeMutablePointer<UInt8>(bitPattern: UInt(address))!
  code[0] = 0xB8
  for n in 0..<4 { code[1 + n] = UInt8(truncatingIfNeeded: value >> UInt64(8 * n)) }
  code[5] = 0xC3
}

/// Guest code that the host changes while guest functions are under way.
class ChangingCodeTests: XCTestCase {
  /// The guest has a host function write the function it then calls, in the page it runs from.
  func testCodeThatAHostFunctionWrites() throws {
    let machine = try TestMachine()
    place = machine.place { $0.raw(0x0F, 0x0B, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90) }
    let target = place
    let caller = machine.place {
      $0.subtract(Assembler.rsp, immediate: 40)
      $0.move(Assembler.rax, address(rewrite))
      $0.call(Assembler.rax)
      $0.move(Assembler.rax, target)
      $0.call(Assembler.rax)
      $0.add(Assembler.rsp, immediate: 40)
      $0.ret()
    }
    machine.shim.intercept(address(rewrite), .invalidate(address: 1, count: 2))
    let call = function(caller, Function4.self)
    for value in 1...200 as ClosedRange<UInt64> {
      XCTAssertEqual(call(value, target, 6, 0), value)
    }
    XCTAssertNil(machine.shim.outcome)
  }

  /// CopyMem over code that has run.
  func testCodeThatIsCopied() throws {
    let machine = try TestMachine()
    let service = UInt64(
      UInt(bitPattern: unsafeBitCast(copyMemory, to: UnsafeRawPointer.self)))
    machine.shim.intercept(service, .invalidate(address: 0, count: 2))
    let sources = (1...2).map { value in
      machine.place { $0.raw(0xB8, UInt8(value), 0, 0, 0, 0xC3) }
    }
    let target = machine.place { $0.raw(0x0F, 0x0B, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90) }
    // CopyMem(target, the argument, 6), then the copy.
    let caller = machine.place {
      $0.subtract(Assembler.rsp, immediate: 40)
      $0.copy(to: Assembler.rdx, from: Assembler.rcx)
      $0.move(Assembler.rcx, target)
      $0.move(Assembler.r8, 6)
      $0.move(Assembler.rax, service)
      $0.call(Assembler.rax)
      $0.move(Assembler.rax, target)
      $0.call(Assembler.rax)
      $0.add(Assembler.rsp, immediate: 40)
      $0.ret()
    }
    for round in 0..<100 {
      XCTAssertEqual(
        function(caller, Function1.self)(sources[round % 2]), UInt64(round % 2 + 1))
    }
    XCTAssertNil(machine.shim.outcome)
  }

  /// Host code changes a guest function between two calls, and tells the shim.
  func testCodeThatTheHostReplaces() throws {
    let machine = try TestMachine()
    let target = machine.place { $0.raw(0x0F, 0x0B, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90) }
    for value in 1...50 as ClosedRange<UInt64> {
      write(value, at: target)
      machine.shim.invalidate(target, count: 6)
      XCTAssertEqual(function(target, Function0.self)(), value)
    }
  }
}
