/// What a trace asks of the machine it watches. All of it is asked at the moment of the call.
public struct TraceEnvironment {
  /// Copies guest memory; false if not all of it can be read.
  public var read: (_ address: UInt64, _ target: UnsafeMutableRawPointer, _ count: Int) -> Bool
  /// The name a function is known by: the firmware's services as published, functions of protocols
  /// that drivers installed as "DriverBinding.Start". Nil if it is nowhere known.
  public var function: (_ address: UInt64) -> String?
  /// Asked to find a name for a guest function that is about to be called and has none.
  public var learn: (_ address: UInt64) -> Void
  /// The image an address lies in.
  public var image: (_ address: UInt64) -> TracedImage?
  /// A handle's number, in the order handles were made; nil if it is none.
  public var handle: (_ address: UInt64) -> Int?
  /// A device path's text.
  public var path: (_ address: UInt64) -> String?
  /// Which instance of a protocol: "00:01.0"; nil where the protocol has but one.
  public var instance: (_ group: String, _ this: UInt64) -> String?
  /// Whether an address is the host process's own, which differs from run to run.
  public var isHostAddress: (_ address: UInt64) -> Bool

  /// An environment in which nothing is known.
  public init() {
    read = { _, _, _ in false }
    function = { _ in nil }
    learn = { _ in }
    image = { _ in nil }
    handle = { _ in nil }
    path = { _ in nil }
    instance = { _, _ in nil }
    isHostAddress = { _ in false }
  }
}

/// A loaded image: name, address and size in bytes.
public struct TracedImage: Sendable, Equatable {
  public var name: String
  public var base: UInt64
  public var size: UInt64

  public init(name: String, base: UInt64, size: UInt64) {
    self.name = name
    self.base = base
    self.size = size
  }
}
