import Shim
import Trace

/// One crossing, as a hook sees it.
public struct HookedCall {
  /// The number the crossing has in a trace.
  public let sequence: UInt64
  /// As traces show it: "gBS->AllocatePool", "PciIo(00:01.0)->Mem.Read", "DriverBinding.Start".
  public let name: String
  public let direction: Call.Direction
  /// The function's address, and the guest's return address; zero where the firmware calls.
  public let target: UInt64
  public let caller: UInt64
  /// The integer arguments. What a hook changes before the call is what the callee gets.
  public var arguments: SIMD16<UInt64>
  /// Nil before the call.
  public let result: UInt64?
}

/// What is to happen after a hook.
public enum HookDecision: Equatable, Sendable {
  case proceed
  /// Before a service: do not call it, this is its result. Behind it: this is its result instead.
  /// The driver's own functions cannot be answered for; that stops the run and says so.
  case answer(UInt64)
  /// End the run; the report gives the reason.
  case stop(String)
}

/// A fault about to end the run.
public struct HookedFault {
  public let kind: FaultKind
  /// The faulting instruction, and the address it accessed, where it accessed one.
  public let address: UInt64
  public let access: UInt64
}

/// What a user of the library wants to see of a run, and to change in it.
///
/// Give it to `RunOptions.hooks`. Hooks run on the run's thread, in the order they were set; the
/// first that does not proceed decides. Hooks on instructions, blocks and memory make the run slow,
/// about a microsecond for each instruction; those on calls do not.
public final class Hooks {
  public typealias CallHook = (inout HookedCall, Guest) -> HookDecision
  public typealias CodeHook = (UInt64, Guest) -> HookDecision
  public typealias MemoryHook = (WatchedAccess, Guest) -> HookDecision

  /// An access to a watched range by the instruction at RIP, which has not yet been executed.
  public struct WatchedAccess: Sendable {
    public let address: UInt64
    /// Bytes.
    public let size: UInt64
    public let isWrite: Bool
  }

  /// Which accesses a memory hook wants.
  public enum Watch: Sendable { case reads, writes, both }

  struct Named {
    var pattern: String
    var body: CallHook
  }
  struct Watched {
    var range: Range<UInt64>
    var watch: Watch
    var body: MemoryHook
  }

  var beforeCalls: [Named] = []
  var afterCalls: [Named] = []
  var instructions: [(image: String, offset: UInt64, body: CodeHook)] = []
  var addresses: [UInt64: [CodeHook]] = [:]
  var steps: [CodeHook] = []
  var blocks: [CodeHook] = []
  var memory: [Watched] = []
  var faults: [(HookedFault, Guest) -> Void] = []
  /// Told how the run ended.
  var ends: [(RunReport) -> Void] = []

  public init() {}

  /// Before a call of any function whose name matches: `gBS->Locate*`, `DriverBinding.*`.
  public func before(_ pattern: String, _ body: @escaping CallHook) {
    beforeCalls.append(Named(pattern: pattern, body: body))
  }

  /// Behind it, with its result.
  public func after(_ pattern: String, _ body: @escaping CallHook) {
    afterCalls.append(Named(pattern: pattern, body: body))
  }

  /// Instead of a service: the body's value is its result, the service is not called.
  public func instead(
    of pattern: String, _ body: @escaping (inout HookedCall, Guest) -> UInt64
  ) {
    before(pattern) { call, guest in .answer(body(&call, guest)) }
  }

  /// Before the instruction at an offset in an image.
  public func onInstruction(image: String, offset: UInt64, _ body: @escaping CodeHook) {
    instructions.append((image, offset, body))
  }

  /// Before the instruction at an address.
  public func onInstruction(at address: UInt64, _ body: @escaping CodeHook) {
    addresses[address, default: []].append(body)
  }

  /// Before every instruction: single-stepping.
  public func onStep(_ body: @escaping CodeHook) { steps.append(body) }

  /// Before the first instruction behind each transfer of control.
  public func onBlock(_ body: @escaping CodeHook) { blocks.append(body) }

  /// Before the guest's own code accesses a range of memory.
  public func onMemory(
    _ range: Range<UInt64>, _ watch: Watch = .both, _ body: @escaping MemoryHook
  ) {
    memory.append(Watched(range: range, watch: watch, body: body))
  }

  /// When a fault is about to end the run.
  public func onFault(_ body: @escaping (HookedFault, Guest) -> Void) { faults.append(body) }

  /// When the run is over.
  public func onEnd(_ body: @escaping (RunReport) -> Void) { ends.append(body) }

  /// Whether single instructions have to be watched.
  var observesInstructions: Bool {
    !(instructions.isEmpty && addresses.isEmpty && steps.isEmpty && blocks.isEmpty
      && memory.isEmpty)
  }
}
