import Glibc
import LinuxHost
import Shim
import XCTest

/// Faults that are not the shim's. Each happens in a child process, whose exit tells.
class SignalTests: XCTestCase {
  /// Runs `body` in a copy of this process and returns its wait status.
  private func child(_ body: () -> Void) -> Int32 {
    let process = forkedProcess()
    if process == 0 {
      body()
      _exit(0)
    }
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return status
  }

  /// Swift marks fork as unavailable, since the child has one thread only; these children call
  /// nothing that needs another.
  private func forkedProcess() -> pid_t {
    let symbol = dlsym(nil, "fork")!
    return unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)()
  }

  private func touchNothing() {
    UnsafeMutablePointer<UInt8>(bitPattern: 0x6000_0000_0000)!.pointee = 1
  }

  func testAForeignFaultReachesThePreviousHandlerWithItsAddress() throws {
    let machine = try TestMachine()
    machine.shim.removeTrap()
    let status = child {
      var action = sigaction()
      action.sa_flags = SA_SIGINFO
      action.__sigaction_handler.sa_sigaction = { number, info, _ in
        let address = info!.pointee._sifields._sigfault.si_addr
        _exit(number == SIGSEGV && UInt(bitPattern: address) == 0x6000_0000_0000 ? 42 : 1)
      }
      sigaction(SIGSEGV, &action, nil)
      guard (try? machine.shim.installTrap()) != nil else { _exit(2) }
      touchNothing()
      _exit(3)
    }
    XCTAssertEqual(status, 42 << 8)
  }

  func testWithoutAPreviousHandlerTheProcessDiesOfTheSignal() throws {
    let machine = try TestMachine()
    machine.shim.removeTrap()
    let status = child {
      signal(SIGSEGV, SIG_DFL)
      var limit = rlimit(rlim_cur: 0, rlim_max: 0)
      setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
      guard (try? machine.shim.installTrap()) != nil else { _exit(2) }
      touchNothing()
    }
    XCTAssertEqual(status & 0x7f, SIGSEGV)
  }

  func testASentSignalIsPassedOn() throws {
    let machine = try TestMachine()
    machine.shim.removeTrap()
    let status = child {
      signal(SIGSEGV, SIG_IGN)
      guard (try? machine.shim.installTrap()) != nil else { _exit(2) }
      raise(SIGSEGV)
      _exit(7)
    }
    XCTAssertEqual(status, 7 << 8)
  }

  func testGuestStillRunsAfterAForeignFaultWasHandled() throws {
    let machine = try TestMachine()
    let sum = machine.place {
      $0.copy(to: Assembler.rax, from: Assembler.rcx)
      $0.add(Assembler.rax, Assembler.rdx)
      $0.ret()
    }
    machine.shim.removeTrap()
    let status = child {
      var action = sigaction()
      action.sa_flags = SA_SIGINFO
      action.__sigaction_handler.sa_sigaction = { _, _, _ in
        // Mends the fault by mapping the page, as a garbage collector's handler might.
        mmap(
          UnsafeMutableRawPointer(bitPattern: 0x6000_0000_0000), 4096, PROT_READ | PROT_WRITE,
          MAP_PRIVATE | MAP_ANONYMOUS | 0x10, -1, 0)
      }
      sigaction(SIGSEGV, &action, nil)
      guard (try? machine.shim.installTrap()) != nil else { _exit(2) }
      touchNothing()
      _exit(Int32(function(sum, Function2.self)(40, 2)))
    }
    XCTAssertEqual(status, 42 << 8)
  }
}
