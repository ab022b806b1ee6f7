/// Why bytes are not an HII package list or package. Offsets are in bytes from the list's start.
public enum HiiError: Error, Equatable, Sendable {
  /// The list claims fewer bytes than its header, or more than `HiiPackageList.maximumSize`.
  case listLength(UInt32)
  /// The package at `offset` does not fit into its list, or is smaller than its own header.
  case packageLength(offset: Int, length: Int)
  /// The list has no end package.
  case noEnd
  /// A string package whose header or blocks run past its end.
  case stringPackage(offset: Int)
  /// A string block of a type that is not understood.
  case stringBlock(offset: Int, type: UInt8)
}

/// One HII package: its bytes with the four-byte header (UEFI 2.10, 33.3.1).
public struct HiiPackage: Equatable, Sendable {
  public enum Kind {
    public static let all: UInt8 = 0x00
    public static let guid: UInt8 = 0x01
    public static let forms: UInt8 = 0x02
    public static let strings: UInt8 = 0x04
    public static let devicePath: UInt8 = 0x08
    public static let keyboardLayout: UInt8 = 0x09
    public static let end: UInt8 = 0xdf
  }

  public var type: UInt8
  /// What follows the header.
  public var body: [UInt8]

  public init(type: UInt8, body: [UInt8]) {
    self.type = type
    self.body = body
  }

  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: UInt64(body.count + 4), width: 3)
    return bytes + [type] + body
  }

  /// The GUID of a GUID package.
  public var guid: [UInt8]? {
    type == Kind.guid && body.count >= 16 ? Array(body[..<16]) : nil
  }
}

/// A package list: a GUID and packages; the end package is implied (UEFI 2.10, 33.3.1.2).
public struct HiiPackageList: Equatable, Sendable {
  /// No list larger than this is believed.
  public static let maximumSize = 16 * 1024 * 1024

  /// 16 bytes as they lie in memory.
  public var guid: [UInt8]
  public var packages: [HiiPackage]

  public init(guid: [UInt8], packages: [HiiPackage]) {
    self.guid = guid
    self.packages = packages
  }

  /// Parses a list; `bytes` may be longer than the list says it is.
  public init(bytes: [UInt8]) throws(HiiError) {
    guard let length = bytes.little(16, 4) else { throw .listLength(UInt32(bytes.count)) }
    guard length >= 20, length <= UInt64(Self.maximumSize), length <= UInt64(bytes.count) else {
      throw .listLength(UInt32(length))
    }
    guid = Array(bytes[..<16])
    packages = []
    var offset = 20
    while offset < Int(length) {
      guard let header = bytes.little(offset, 4), offset + 4 <= Int(length) else {
        throw .packageLength(offset: offset, length: 0)
      }
      let size = Int(header & 0xff_ffff)
      guard size >= 4, size <= Int(length) - offset else {
        throw .packageLength(offset: offset, length: size)
      }
      let type = UInt8(header >> 24)
      if type == HiiPackage.Kind.end { return }
      packages.append(HiiPackage(type: type, body: Array(bytes[(offset + 4)..<(offset + size)])))
      offset += size
    }
    throw .noEnd
  }

  /// The list as it lies in memory, end package included.
  public var bytes: [UInt8] {
    let body = packages.flatMap(\.bytes) + HiiPackage(type: HiiPackage.Kind.end, body: []).bytes
    var bytes = guid
    bytes.append(little: UInt64(body.count + 20), width: 4)
    return bytes + body
  }
}
