public import CTranslator

/// Why the engine came back to its embedder. The guest state is exact in every case.
public enum Exit: Equatable {
  /// `rip` holds an address the cache has no code for: guest code to translate, a host
  /// function to call, or a wild jump. The embedder decides which.
  case branchOutside
  /// `instructionCount` reached `instructionLimit`.
  case safepoint
  /// A guest exception; `rip` is at the instruction (after it for #BP). `address` is CR2 for #PF.
  case fault(vector: UInt8, errorCode: UInt32, address: UInt64)
  /// An instruction the translator does not carry; `rip` is at it.
  case unsupported(length: UInt8)
  /// HLT; `rip` is behind it.
  case halt
  /// IN or OUT, one element; `rip` is at it. Complete with `Engine.completePortAccess`.
  case port(PortAccess)
  /// RDTSC, RDRAND, ...: answered by policy. `rip` is at it. Complete with `Engine.completeQuery`.
  case query(Query)
}

public struct PortAccess: Equatable {
  public var port: UInt16
  /// 1, 2 or 4 bytes.
  public var size: UInt8
  public var isWrite: Bool
  /// The value written.
  public var value: UInt32
}

public enum Query: UInt8, Equatable {
  case timestamp, random, seed
}

/// How guest accesses to memory that faults are offered to a device, one access at a time.
public struct DeviceWindow {
  public typealias Transfer =
    @convention(c) (
      _ context: UnsafeMutableRawPointer?, _ address: UInt64, _ size: UInt64,
      _ value: UnsafeMutableRawPointer
    ) -> Bool
  public var context: UnsafeMutableRawPointer?
  /// Fill `size` bytes at `value`; false if no device is there.
  public var load: Transfer
  /// Take `size` bytes at `value`; false if no device is there.
  public var store: Transfer
  public init(
    context: UnsafeMutableRawPointer?, load: @escaping Transfer, store: @escaping Transfer
  ) {
    self.context = context
    self.load = load
    self.store = store
  }
}
