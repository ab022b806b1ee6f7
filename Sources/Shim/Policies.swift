/// What the shim does where platforms differ and option ROMs trip. Defaults are what keeps the
/// most drivers alive without hiding anything: every use is counted.
public struct Policies {
  public enum Random: Equatable {
    /// RDRAND and RDSEED clear the carry flag: no number available.
    case fail
    /// A repeatable sequence from a seed.
    case sequence(seed: UInt64)
  }

  public enum Ports: Equatable {
    /// To the host contract; reads as zero where the platform has no window for the port.
    case forward
    /// Reads give zero, writes vanish.
    case zero
    /// A port access ends the run.
    case trap
  }

  public enum LowMemory: Equatable {
    /// Accesses below `lowMemoryEnd` where nothing is mapped go to a shadow, page zero included:
    /// drivers written for PCs look at the BIOS data area. The firmware's memory is safe.
    case guarded
    /// As guarded, but page zero faults, to find a NULL dereference where it happens.
    case guardedExceptNull
    /// A fault like any other.
    case fault
  }

  public enum FaultScope: Equatable {
    /// A fault ends everything up to the enclosing `Shim.run`, or until `clearOutcome`.
    case run
    /// A fault ends the level it happens in: its native caller gets `abortStatus` and goes on.
    case level
  }

  public var random = Random.fail
  public var ports = Ports.forward
  public var lowMemory = LowMemory.guarded
  public var faultScope = FaultScope.run
  /// Bytes of the one guest stack that all levels share.
  public var stackSize: UInt64 = 1 << 20
  /// Stacks for levels that begin while guest state is in flight, because an interrupt came in; how
  /// many can interrupt each other. Only for hosts that let interrupts in.
  public var interruptStacks = 0
  /// Bytes of each.
  public var interruptStackSize: UInt64 = 64 << 10
  /// Levels of nesting there is room for, at 368 bytes each.
  public var deepestNesting = 8192
  /// Keep the guest stack below 4 GiB where there is such memory: old code truncates pointers.
  public var lowStack = true
  /// What a native caller gets from a level that was ended: EFI_ABORTED (UEFI 2.10, appendix D).
  public var abortStatus: UInt64 = 0x8000_0000_0000_0015
  /// Return address of every level's outermost guest frame. Canonical, so that a return there is
  /// an ordinary branch, and nothing can ever be mapped at it.
  public var returnAddress: UInt64 = 0x0000_7fff_ffff_f000

  public init() {}
}

/// First address behind the PC's conventional memory.
public let lowMemoryEnd: UInt64 = 0xA0000

/// What happened, in numbers.
public struct Counters: Equatable {
  /// Native calls into guest code.
  public var traps: UInt64 = 0
  /// Guest calls out to host code.
  public var hostCalls: UInt64 = 0
  public var safepoints: UInt64 = 0
  public var deviceAccesses: UInt64 = 0
  public var lowMemoryAccesses: UInt64 = 0
  public var portReads: UInt64 = 0
  public var portWrites: UInt64 = 0
  /// Port accesses the platform had no answer for.
  public var unansweredPorts: UInt64 = 0
  public var randomQueries: UInt64 = 0
  /// Levels given up because control left them by a jump.
  public var abandonedLevels: UInt64 = 0
  public var deepestLevel: UInt64 = 0

  public init() {}
}
