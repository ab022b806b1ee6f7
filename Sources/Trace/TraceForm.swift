/// When something happened.
struct TraceMoment {
  /// Virtual time in nanoseconds.
  var time: UInt64
  /// Guest instructions executed so far.
  var instructions: UInt64
  /// Nanoseconds by the host's clock since the trace began; nil where nobody asked.
  var wall: UInt64?
}

/// What a trace says of itself in its first line.
public struct TraceHeader: Sendable {
  /// The driver's name, and the platform's.
  public var image: String
  public var platform: String
  public var version: String

  public init(image: String, platform: String, version: String) {
    self.image = image
    self.platform = platform
    self.version = version
  }
}

/// One access of the guest to a device register or port.
public struct TraceAccess: Sendable, Equatable {
  public enum Place: Sendable, Equatable {
    /// Device as "00:01.0", BAR, and offset into it.
    case register(device: String, bar: Int, offset: UInt64)
    case port(UInt16)
  }
  public var place: Place
  /// Bytes.
  public var size: Int
  public var isWrite: Bool
  public var value: UInt64

  public init(place: Place, size: Int, isWrite: Bool, value: UInt64) {
    self.place = place
    self.size = size
    self.isWrite = isWrite
    self.value = value
  }

  var category: TraceCategories {
    if case .port = place { .pio } else { .mmio }
  }
}

/// What happened to an image.
public struct TraceImageEvent: Sendable {
  public enum Kind: String, Sendable { case loaded, started, returned, unloading }
  public var kind: Kind
  public var image: TracedImage
  /// The handle's address.
  public var handle: UInt64
  /// Set for `returned`.
  public var status: UInt64

  public init(kind: Kind, image: TracedImage, handle: UInt64, status: UInt64) {
    self.kind = kind
    self.image = image
    self.handle = handle
    self.status = status
  }
}

/// Translations made or dropped.
public enum TraceTranslation: Sendable, Equatable {
  case made(address: UInt64, instructions: UInt64)
  case dropped(address: UInt64, count: UInt64)
}

/// How a trace is written. A crossing that nothing interrupts is one piece, `complete`; one that
/// others lie in is `opened` before and `returned`, or `abandoned`, behind them.
class TraceForm {
  let decoder: CallDecoder
  let out = ByteBuffer()

  init(decoder: CallDecoder) { self.decoder = decoder }

  func begin(_ header: TraceHeader, _ filter: TraceFilter) {}
  func complete(_ call: Call, _ target: TraceTarget, from: TraceMoment, to: TraceMoment) {}
  func opened(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {}
  func returned(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {}
  func abandoned(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {}
  func access(_ access: TraceAccess, count: UInt64, depth: Int, _ moment: TraceMoment) {}
  func image(_ event: TraceImageEvent, depth: Int, _ moment: TraceMoment) {}
  func fault(_ reason: String, location: String, depth: Int, _ moment: TraceMoment) {}
  func translation(_ event: TraceTranslation, depth: Int, _ moment: TraceMoment) {}
  func note(_ text: String, _ moment: TraceMoment) {}
  func end(_ outcome: String, crossings: UInt64, _ moment: TraceMoment) {}
}
