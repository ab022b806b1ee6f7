/// Why a run ended early.
public enum FaultKind: Equatable {
  /// An x86 exception with nobody to handle it.
  case exception(vector: UInt8, errorCode: UInt32)
  /// An instruction the translator does not carry.
  case unsupportedInstruction(length: UInt8)
  /// A branch to an address that holds neither guest nor host code.
  case wildBranch
  /// The guest stack ran into its guard page, or is too full for another level.
  case stackOverflow
  /// Levels nested deeper than the host stack or the table of levels can hold.
  case nestingTooDeep
  /// The outermost function of a level returned with RSP belonging to no level.
  case unbalancedReturn
  /// A port access under `Policies.Ports.trap`.
  case portAccess(port: UInt16)
  case outOfBudget
  /// The host ended it, through `Shim.stop`.
  case stopped
}

/// A guest address, with the image it lies in.
public struct CodeLocation: Equatable {
  public var address: UInt64 = 0
  /// Base of the image; 0 if the address is in none.
  public var imageBase: UInt64 = 0
  /// The identifier the image was registered with.
  public var imageName: UInt32 = 0

  public var imageOffset: UInt64? { imageBase == 0 ? nil : address &- imageBase }
  public init() {}
}

/// One call from guest to host.
public struct BridgeCall: Equatable {
  /// Guests's return address.
  public var caller: UInt64 = 0
  public var target: UInt64 = 0
  public var argument0: UInt64 = 0
  public var argument1: UInt64 = 0
  public var argument2: UInt64 = 0
  public var argument3: UInt64 = 0
  public var result: UInt64 = 0
  /// Level of nesting, from 1.
  public var depth: UInt32 = 0
  /// False while the call is under way, and for one that never returned.
  public var hasReturned = false
  public init() {}
}

/// The state in which a run ended: plain values, to be formatted by someone who has strings.
public struct FaultReport {
  public var kind: FaultKind = .outOfBudget
  public var location = CodeLocation()
  /// RAX RCX RDX RBX RSP RBP RSI RDI R8–R15.
  public var registers = InlineArray<16, UInt64>(repeating: 0)
  public var flags: UInt64 = 0
  /// For a page fault, the address that was accessed; otherwise 0.
  public var accessAddress: UInt64 = 0
  public var instructionCount: UInt64 = 0
  /// Levels of nesting when it happened.
  public var depth = 0
  /// As many bytes at RIP as could be read.
  public var code = InlineArray<16, UInt8>(repeating: 0)
  public var codeCount = 0
  /// Return addresses found on the stack, innermost first: words that point into guest code right
  /// behind a call instruction. Stale ones can be among them.
  public var callChain = InlineArray<32, CodeLocation>(repeating: CodeLocation())
  public var callChainCount = 0
  /// The last calls to the host, oldest first.
  public var calls = InlineArray<64, BridgeCall>(repeating: BridgeCall())
  public var callCount = 0
  public init() {}
}
