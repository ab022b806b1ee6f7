public import CShim
import CTranslator
public import Translator

/// What C function pointers can hold on to: the receiver of traps and device accesses, whatever
/// the host. Its one subclass is `Shim`.
public class TrapReceiver {
  fileprivate init() {}
  func runLevel(_ level: UnsafeMutablePointer<TransomLevel>, from start: LevelStart) -> UInt64 { 0 }
  func callIntercepted(_ entry: LevelTable.Entry, target: UInt64) -> UInt64 { 0 }
  func deviceLoad(_ address: UInt64, size: UInt64, into value: UnsafeMutableRawPointer) -> Bool {
    false
  }
  func deviceStore(_ address: UInt64, size: UInt64, from value: UnsafeMutableRawPointer) -> Bool {
    false
  }
}

public enum ShimError: Error, Equatable {
  /// The host has no memory for the guest stack, or the stack size is not a number of pages.
  case noStack
}

/// Carries calls between native code and x86-64 guest code, both ways and nested.
///
/// One shim is active in a process. It is used from one thread.
public final class Shim<Host: HostContract>: TrapReceiver {
  public let host: Host
  public let engine: Engine
  public let policies: Policies

  // State is behind pointers: an access to it never spans a call that could be left by a jump,
  // so there is nothing to unwind.
  let memory: UnsafeMutablePointer<GuestMemory<Host>>
  public let bridge: UnsafeMutablePointer<TransomBridge>
  let interceptions: UnsafeMutablePointer<InterceptionTable>
  let codePools: UnsafeMutablePointer<CodePoolTable>
  let report: UnsafeMutablePointer<FaultReport>
  let status: UnsafeMutablePointer<RunStatus>
  let shadow: UnsafeMutablePointer<UInt8>?

  /// The guest's general registers, in encoding order.
  let gpr: UnsafeMutablePointer<UInt64>
  /// Its vector registers, four words each.
  let vectors: UnsafeMutablePointer<UInt64>

  /// Lowest usable address of the guest stack, and the first address behind it.
  public let stackBase: UInt64
  public let stackEnd: UInt64

  /// What was counted so far.
  public var counters: Counters {
    var counters = status.pointee.counters
    counters.traps = bridge.pointee.trapCount
    counters.hostCalls = bridge.pointee.callCount
    counters.abandonedLevels = bridge.pointee.abandonedLevels
    counters.deepestLevel = bridge.pointee.deepestLevel
    return counters
  }

  var levels: LevelTable { LevelTable(bridge) }

  /// Takes the host's memory for the tables and the guest stack. Call `activate` before any
  /// guest code is called.
  public init(host: Host, engine: Engine, policies: Policies = Policies()) throws(ShimError) {
    let size = policies.stackSize
    guard size >= 16384, size % 4096 == 0, size <= 1 << 30,
      let stack = host.allocateStack(count: size, low: policies.lowStack)
    else { throw .noStack }
    self.host = host
    self.engine = engine
    self.policies = policies
    stackBase = stack
    stackEnd = stack + size
    memory = .allocate(capacity: 1)
    memory.initialize(to: GuestMemory(host: host))
    bridge = .allocate(capacity: 1)
    interceptions = .allocate(capacity: 1)
    interceptions.initialize(to: InterceptionTable())
    codePools = .allocate(capacity: 1)
    codePools.initialize(to: CodePoolTable())
    report = .allocate(capacity: 1)
    report.initialize(to: FaultReport())
    status = .allocate(capacity: 1)
    status.initialize(to: RunStatus())
    if case .sequence(let seed) = policies.random { status.pointee.randomState = seed }
    if policies.lowMemory == .fault {
      shadow = nil
    } else {
      shadow = .allocate(capacity: Int(lowMemoryEnd))
      shadow?.initialize(repeating: 0, count: Int(lowMemoryEnd))
    }
    gpr = words(&engine.state.pointee.gpr)
    vectors = words(&engine.state.pointee.vector)
    super.init()
    fillBridge()
  }

  private func fillBridge() {
    UnsafeMutableRawPointer(bridge).initializeMemory(
      as: UInt8.self, repeating: 0, count: MemoryLayout<TransomBridge>.size)
    bridge.pointee.state = engine.state
    bridge.pointee.context = Unmanaged.passUnretained(self as TrapReceiver).toOpaque()
    bridge.pointee.stackBase = stackBase
    bridge.pointee.stackEnd = stackEnd
    bridge.pointee.stackLow = stackBase + Self.stackReserve
    bridge.pointee.hostStackLow = host.hostStackLimit + Self.hostStackReserve
    bridge.pointee.returnAddress = policies.returnAddress
    bridge.pointee.runLevel = { runLevelUnwatched($0, $1, isResumed: $2 != 0) }
    bridge.pointee.settle = { settle($0, $1, result: $2) }
    bridge.pointee.callIntercepted = { callInterceptedUnwatched($0, $1, target: $2) }
    allocateInterruptStacks()
    LevelTable.allocate(
      capacity: policies.deepestNesting, stackPointer: stackEnd - Self.headroom, in: bridge)
    host.connect(bridge)
  }

  deinit {
    deactivate()
    host.freeStack(stackBase, count: stackEnd - stackBase)
    freeInterruptStacks()
    memory.pointee.deallocate()
    memory.deallocate()
    levels.deallocate()
    bridge.deallocate()
    interceptions.pointee.deallocate()
    interceptions.deallocate()
    codePools.pointee.deallocate()
    codePools.deallocate()
    report.deallocate()
    status.deallocate()
    shadow?.deallocate()
  }

  /// Makes this the shim that native calls into guest code arrive at. The caller keeps it alive
  /// until `deactivate`.
  public func activate() {
    status.pointee.isActive = true
    if host.observesCalls { engine.state.pointee.attention |= UInt32(transomAttentionObserved) }
    transomActivateBridge(bridge)
  }

  public func deactivate() {
    guard status.pointee.isActive else { return }
    status.pointee.isActive = false
    transomActivateBridge(nil)
  }

  override func runLevel(
    _ level: UnsafeMutablePointer<TransomLevel>, from start: LevelStart
  ) -> UInt64 {
    if start == .resumed { levels.drop(above: level.pointee.entry) }
    if start == .entered, isGuestInFlight(below: level) { return runInterrupting(level) }
    if start == .entered, !enter(level) {
      forgetOutcome()
      host.releaseInterrupts()
      return policies.abortStatus
    }
    let result = runLoop(level, hasLeftCode: start == .left)
    host.releaseInterrupts()
    return result
  }

  override func callIntercepted(_ entry: LevelTable.Entry, target: UInt64) -> UInt64 {
    performIntercepted(entry, target: target)
  }

  override func deviceLoad(
    _ address: UInt64, size: UInt64, into value: UnsafeMutableRawPointer
  ) -> Bool {
    if let bytes = lowMemory(address, size: size) {
      host.didAccessLowMemory(address, isWrite: false, from: locate(engine.state.pointee.rip))
      value.copyMemory(from: bytes, byteCount: Int(size))
      return true
    }
    guard host.deviceLoad(address, size: size, into: value) else { return false }
    status.pointee.counters.deviceAccesses += 1
    return true
  }

  override func deviceStore(
    _ address: UInt64, size: UInt64, from value: UnsafeMutableRawPointer
  ) -> Bool {
    if let bytes = lowMemory(address, size: size) {
      host.didAccessLowMemory(address, isWrite: true, from: locate(engine.state.pointee.rip))
      UnsafeMutableRawPointer(bytes).copyMemory(from: value, byteCount: Int(size))
      return true
    }
    guard host.deviceStore(address, size: size, from: value) else { return false }
    status.pointee.counters.deviceAccesses += 1
    return true
  }

  /// The shadow's bytes for an access to low memory, if policy gives it one.
  private func lowMemory(_ address: UInt64, size: UInt64) -> UnsafeMutablePointer<UInt8>? {
    guard let shadow, address < lowMemoryEnd, size <= lowMemoryEnd - address else { return nil }
    if policies.lowMemory == .guardedExceptNull, address < 4096 { return nil }
    status.pointee.counters.lowMemoryAccesses += 1
    return shadow + Int(address)
  }
}

/// What changes while a shim runs, apart from its tables.
struct RunStatus {
  var isActive = false
  var outcome: FaultKind?
  var frame: UnsafeMutablePointer<TransomProtectedFrame>?
  var randomState: UInt64 = 0
  /// Lowest addresses of the stacks for interrupts; 0: there is none.
  var interruptStacks = InlineArray<8, UInt64>(repeating: 0)
  var counters = Counters()
}

/// A C array of 64-bit words, imported as a tuple, as a pointer. Only for memory that does not
/// move.
@inline(__always)
func words<T>(_ tuple: inout T) -> UnsafeMutablePointer<UInt64> {
  withUnsafeMutablePointer(to: &tuple) {
    UnsafeMutableRawPointer($0).assumingMemoryBound(to: UInt64.self)
  }
}
