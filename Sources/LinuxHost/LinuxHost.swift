import CLinuxHost
import Glibc
public import Shim

/// The host contract on Linux: page protection by mprotect, traps by SIGSEGV.
///
/// Belongs to the thread it was made on.
public struct LinuxHost: HostContract {
  public let machine: Machine
  public let hostStackLimit: UInt64
  /// Whether the guest stack was mapped here, or lent by the machine.
  private let lendsStack: UnsafeMutablePointer<Bool>

  public init(machine: Machine = Machine()) {
    self.machine = machine
    hostStackLimit = transomThreadStackLimit()
    // Lives as long as the process: there is one machine in it.
    lendsStack = .allocate(capacity: 1)
    lendsStack.initialize(to: false)
  }

  // MARK: Memory

  public func pageRun(at address: UInt64) -> PageRun? {
    var start: UInt64 = 0
    var end: UInt64 = 0
    var protection: Int32 = 0
    guard transomFindMapping(address, &start, &end, &protection) != 0 else { return nil }
    return PageRun(
      attributes: UInt64(protection), end: end, isExecutable: protection & PROT_EXEC != 0)
  }

  public func setAttributes(
    _ attributes: UInt64, from address: UInt64, to end: UInt64, executable: Bool
  ) -> Bool {
    guard end > address, let start = UnsafeMutableRawPointer(bitPattern: UInt(address)) else {
      return false
    }
    var protection = Int32(truncatingIfNeeded: attributes)
    if !executable { protection &= ~PROT_EXEC }
    return mprotect(start, Int(end - address), protection) == 0
  }

  public func synchronizeInstructionCache(_ address: UInt64, count: UInt64) {
    // Pages whose protection changes are synchronised by the kernel; x86-64 needs nothing anyway.
  }

  /// The address is the same in every run where nothing is in the way: low ones lie in a hole of
  /// the built-in platform's memory map.
  public func allocateStack(count: UInt64, low: Bool) -> UInt64? {
    let lent = machine.allocateStack(machine.context, count, low)
    if lent != 0 {
      lendsStack.pointee = true
      return lent
    }
    if low {
      for place: UInt64 in [0x0c00_1000, 0xd000_1000, 0xd800_1000, 0xf000_1000, 0x7000_1000] {
        guard place + count <= 1 << 32 else { continue }
        if transomMapStack(place, count) != 0 { return place }
      }
    }
    var place: UInt64 = 0x20_0000_1000
    for _ in 0..<64 {
      if transomMapStack(place, count) != 0 { return place }
      place += 1 << 32
    }
    return nil
  }

  public func freeStack(_ address: UInt64, count: UInt64) {
    guard !lendsStack.pointee else { return }
    munmap(UnsafeMutableRawPointer(bitPattern: UInt(address - 4096)), Int(count + 4096))
  }

  // MARK: Machine

  public func kind(of address: UInt64) -> AddressKind {
    switch machine.kindOfAddress(machine.context, address) {
    case Machine.guest: .guest
    case Machine.host: .host
    default: .none
    }
  }
  public func deviceLoad(
    _ address: UInt64, size: UInt64, into value: UnsafeMutableRawPointer
  ) -> Bool {
    machine.deviceLoad(machine.context, address, size, value)
  }
  public func deviceStore(
    _ address: UInt64, size: UInt64, from value: UnsafeMutableRawPointer
  ) -> Bool {
    machine.deviceStore(machine.context, address, size, value)
  }
  public func readPort(_ port: UInt16, size: UInt8) -> UInt32? {
    var value: UInt32 = 0
    return machine.readPort(machine.context, port, size, &value) ? value : nil
  }
  public func writePort(_ port: UInt16, size: UInt8, value: UInt32) -> Bool {
    machine.writePort(machine.context, port, size, value)
  }
  public func timestamp() -> UInt64 { machine.timestamp(machine.context) }
  public func safepoint(instructionCount: UInt64) -> Continuation {
    continuation(machine.safepoint(machine.context, instructionCount))
  }
  public func halt(instructionCount: UInt64) -> Continuation {
    continuation(machine.halt(machine.context, instructionCount))
  }
  private func continuation(_ limit: UInt64) -> Continuation {
    limit == 0 ? .outOfBudget : .proceed(limit: limit)
  }

  // MARK: Observation

  public var observesCalls: Bool { machine.observesCalls }
  public func willCallHost(target: UInt64, arguments: UnsafeMutablePointer<UInt64>) {
    machine.willCallHost?(machine.context, target, arguments)
  }
  public func didCallHost(
    target: UInt64, arguments: UnsafeMutablePointer<UInt64>, result: UInt64
  ) {
    machine.didCallHost?(machine.context, target, arguments, result)
  }
  public func willEnterGuest(
    target: UInt64, arguments: UnsafeMutablePointer<UInt64>, depth: Int
  ) -> UInt64 {
    machine.willEnterGuest?(machine.context, target, arguments, depth) ?? 0
  }
  public func didLeaveGuest(target: UInt64, result: UInt64, token: UInt64, depth: Int) {
    machine.didLeaveGuest?(machine.context, target, result, token, depth)
  }
  public func answerInstead(
    target: UInt64, arguments: UnsafeMutablePointer<UInt64>
  ) -> UInt64? {
    guard let answerInstead = machine.answerInstead else { return nil }
    var result: UInt64 = 0
    return answerInstead(machine.context, target, arguments, &result) ? result : nil
  }
  public func amend(
    result: UInt64, target: UInt64, arguments: UnsafeMutablePointer<UInt64>
  ) -> UInt64 {
    machine.amend?(machine.context, result, target, arguments) ?? result
  }
  public var observesInstructions: Bool { machine.observesInstructions?(machine.context) ?? false }
  public func willExecute(_ address: UInt64) { machine.willExecute?(machine.context, address) }
  public func didTranslate(_ address: UInt64, instructions: UInt64) {
    machine.didTranslate(machine.context, address, instructions)
  }
  public func didInvalidate(_ address: UInt64, count: UInt64) {
    machine.didInvalidate(machine.context, address, count)
  }
  public func didEndRun(_ report: UnsafePointer<FaultReport>) {
    machine.didEndRun(machine.context, report)
  }
}
