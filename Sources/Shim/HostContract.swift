public import CShim

/// What lies at an address, from the point of view of someone about to execute it.
public enum AddressKind: Equatable {
  /// x86-64 code.
  case guest
  /// Code of the host's own architecture, called in the host's C convention.
  case host
  /// Neither: executing it is a fault.
  case none
}

/// What a host answers at a safepoint.
public enum Continuation: Equatable {
  /// Go on, and come back when the instruction count reaches `limit`.
  case proceed(limit: UInt64)
  /// The run's instruction budget is used up.
  case outOfBudget
}

/// A run of pages that share their attributes.
public struct PageRun: Equatable {
  /// The host's own encoding; the shim only stores it and hands it back.
  public var attributes: UInt64
  /// First byte behind the run.
  public var end: UInt64
  /// Whether the pages can be executed natively now.
  public var isExecutable: Bool

  public init(attributes: UInt64, end: UInt64, isExecutable: Bool) {
    self.attributes = attributes
    self.end = end
    self.isExecutable = isExecutable
  }
}

/// Everything the shim asks of the machine it runs on.
///
/// Implemented once for Linux and once for UEFI firmware, and used generically. The implementer
/// owes this:
///  * A native branch into a page for which `Shim.ownsBranch(to:)` says yes ends in the host's
///    fault handler, which sets the program counter to `transomTrapEntry` and the trap register
///    to the address (CShim.h), and changes nothing else.
///  * A fault inside the guest access routines resumes at their fault label (GuestState.h).
///  * All calls arrive on one thread. Where interrupts can call guest code, they do so only between
///    `releaseInterrupts` and `holdInterrupts`, or while no guest code runs at all.
///  * Between `willCallHost` and `didCallHost`, and inside `safepoint`, control may leave by a
///    native jump over the shim's frames. What runs there must not need its frames unwound.
///  * Nothing here allocates except `allocateStack`.
///
/// Addresses are flat: the guest's are the host's. Pages are 4 KiB.
public protocol HostContract {
  // MARK: Memory

  /// The attributes at a page-aligned address and how far they extend; nil where nothing is mapped.
  func pageRun(at address: UInt64) -> PageRun?

  /// Gives pages the stored attributes, without permission to execute unless `executable`.
  /// False changes nothing.
  func setAttributes(
    _ attributes: UInt64, from address: UInt64, to end: UInt64, executable: Bool
  ) -> Bool

  /// Makes written code visible to instruction fetch.
  func synchronizeInstructionCache(_ address: UInt64, count: UInt64)

  /// A guest stack of `count` bytes (a multiple of the page size), with an inaccessible page below
  /// it, and below 4 GiB where `low` and possible. Returns its lowest usable address.
  func allocateStack(count: UInt64, low: Bool) -> UInt64?
  func freeStack(_ address: UInt64, count: UInt64)

  /// The lowest address the host stack may grow to; 0 if not known.
  var hostStackLimit: UInt64 { get }

  // MARK: Machine

  /// What an address outside the registered images and adopted pages holds.
  func kind(of address: UInt64) -> AddressKind

  /// Guest code has branched to an address for which `kind(of:)` says none. Whether it lies in
  /// memory that the guest may execute all the same, such as data it has written code into: the
  /// page is then adopted.
  func allowsGuestCode(at address: UInt64) -> Bool

  /// Fills `size` bytes (1 to 64) at `value` from a device register; false if none is there.
  func deviceLoad(_ address: UInt64, size: UInt64, into value: UnsafeMutableRawPointer) -> Bool
  func deviceStore(_ address: UInt64, size: UInt64, from value: UnsafeMutableRawPointer) -> Bool

  /// An x86 port access of 1, 2 or 4 bytes; nil or false if the platform has no such window.
  func readPort(_ port: UInt16, size: UInt8) -> UInt32?
  func writePort(_ port: UInt16, size: UInt8, value: UInt32) -> Bool

  /// The guest's time stamp counter.
  func timestamp() -> UInt64

  /// Guest code has run up to the agreed instruction count. Events may be dispatched here, which
  /// may call guest code.
  func safepoint(instructionCount: UInt64) -> Continuation
  /// Guest code executed HLT: let time pass until something happens.
  func halt(instructionCount: UInt64) -> Continuation

  /// What every crossing touches, for the host to keep: it may use `hostWords`, ask that interrupts
  /// are masked, and ask to be told of a level's end. Called once, when the shim is made.
  func connect(_ bridge: UnsafeMutablePointer<TransomBridge>)

  // MARK: Interrupts

  /// No interrupt may call guest code from here on: guest state is in flight. Calls do not nest.
  func holdInterrupts()
  /// Guest state is at rest; interrupts are as the native code around it last left them.
  func releaseInterrupts()

  // MARK: Observation

  /// Whether calls across the bridge are to be told to the functions below. If not, those from
  /// `willCallHost` to `willExecute` are called only where a call takes the long way for another
  /// reason: the first call of a function, an intercepted one, a level whose end is to be told.
  /// Asked when the shim is activated.
  var observesCalls: Bool { get }
  /// `arguments` are sixteen words; the host may change them.
  func willCallHost(target: UInt64, arguments: UnsafeMutablePointer<UInt64>)
  func didCallHost(target: UInt64, arguments: UnsafeMutablePointer<UInt64>, result: UInt64)
  /// Guest code has called a function intercepted with `Interception.observed`.
  func didCall(observed tag: UInt8, arguments: UnsafePointer<UInt64>, result: UInt64)
  /// The value returned comes back in `didLeaveGuest`: the place for the task priority at entry.
  func willEnterGuest(
    target: UInt64, arguments: UnsafeMutablePointer<UInt64>, depth: Int
  ) -> UInt64
  func didLeaveGuest(target: UInt64, result: UInt64, token: UInt64, depth: Int)
  /// The result of a call out that the host answers itself; nil lets the function be called.
  func answerInstead(target: UInt64, arguments: UnsafeMutablePointer<UInt64>) -> UInt64?
  /// What the guest gets for a host function's result.
  func amend(result: UInt64, target: UInt64, arguments: UnsafeMutablePointer<UInt64>) -> UInt64
  /// Whether `willExecute` is to be called for each guest instruction. That is slow.
  var observesInstructions: Bool { get }
  /// A guest instruction is next. The host may change the guest's state.
  func willExecute(_ address: UInt64)
  /// Guest code at an address was translated: so many instructions of it.
  func didTranslate(_ address: UInt64, instructions: UInt64)
  /// A guest access to low memory went to the shadow (`Policies.LowMemory`). Guest state is in
  /// flight: to be remembered, not told.
  func didAccessLowMemory(_ address: UInt64, isWrite: Bool, from location: CodeLocation)
  /// Translations of a range were dropped.
  func didInvalidate(_ address: UInt64, count: UInt64)
  /// A run has ended early. The pointer is valid until `Shim.clearOutcome()`.
  func didEndRun(_ report: UnsafePointer<FaultReport>)
  /// Under `FaultScope.level`: the level has been left, and guest code may be called again, for
  /// instance by printing the report on a console that a guest drives.
  func didForgetOutcome()
}

extension HostContract {
  public func connect(_ bridge: UnsafeMutablePointer<TransomBridge>) {}
  public var observesCalls: Bool { true }
  public func allowsGuestCode(at address: UInt64) -> Bool { false }
  public func holdInterrupts() {}
  public func releaseInterrupts() {}
  public func halt(instructionCount: UInt64) -> Continuation {
    safepoint(instructionCount: instructionCount)
  }
  public func willCallHost(target: UInt64, arguments: UnsafeMutablePointer<UInt64>) {}
  public func didCallHost(
    target: UInt64, arguments: UnsafeMutablePointer<UInt64>, result: UInt64
  ) {}
  public func didCall(observed tag: UInt8, arguments: UnsafePointer<UInt64>, result: UInt64) {}
  public func willEnterGuest(
    target: UInt64, arguments: UnsafeMutablePointer<UInt64>, depth: Int
  ) -> UInt64 { 0 }
  public func didLeaveGuest(target: UInt64, result: UInt64, token: UInt64, depth: Int) {}
  public func answerInstead(target: UInt64, arguments: UnsafeMutablePointer<UInt64>) -> UInt64? {
    nil
  }
  public func amend(
    result: UInt64, target: UInt64, arguments: UnsafeMutablePointer<UInt64>
  ) -> UInt64 { result }
  public var observesInstructions: Bool { false }
  public func willExecute(_ address: UInt64) {}
  public func didTranslate(_ address: UInt64, instructions: UInt64) {}
  public func didAccessLowMemory(_ address: UInt64, isWrite: Bool, from location: CodeLocation) {}
  public func didInvalidate(_ address: UInt64, count: UInt64) {}
  public func didEndRun(_ report: UnsafePointer<FaultReport>) {}
  public func didForgetOutcome() {}
}
