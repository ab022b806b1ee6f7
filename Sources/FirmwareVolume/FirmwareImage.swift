import OptionROM

/// The drivers in a firmware image: PI firmware volumes, nested and compressed ones too.
///
/// (PI 1.8 volume 3.) Damage in one file does not hide the others: it is kept in `problems`.
public struct FirmwareImage: Sendable {
  /// A PE32, PE32+ or TE image and the file it comes from.
  public struct Driver: Sendable {
    /// The user interface name; empty if the file has none.
    public var name: String
    public var guid: FileGUID
    public var type: FileType
    /// The image as the section holds it.
    public var bytes: [UInt8]
    /// nil if the image's headers do not parse.
    public var machine: Machine?
    public var format: PEImage.Format?
    /// Where its file begins in the firmware image; for files that had to be decompressed, where
    /// the outermost compressed section begins.
    public var offset: Int

    /// The name, or the GUID of a file without one.
    public var label: String { name.isEmpty ? guid.text : name }
  }

  /// The type of a firmware file (PI 1.8 volume 3 §2.1.4.1).
  public struct FileType: RawRepresentable, Equatable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    public static let driver = FileType(rawValue: 0x07)
    static let padding = FileType(rawValue: 0xf0)

    /// A short name, or the number.
    public var name: String {
      switch rawValue {
      case 0x01: "raw"
      case 0x02: "freeform"
      case 0x03: "SEC core"
      case 0x04: "PEI core"
      case 0x05: "DXE core"
      case 0x06: "PEIM"
      case 0x07: "driver"
      case 0x08: "PEIM and driver"
      case 0x09: "application"
      case 0x0a: "MM driver"
      case 0x0b: "firmware volume"
      case 0x0c: "MM and DXE driver"
      case 0x0d: "MM core"
      case 0x0e: "standalone MM driver"
      case 0x0f: "standalone MM core"
      default: hex(Int(rawValue), digits: 2)
      }
    }
  }

  /// Every image, in file order.
  public let drivers: [Driver]
  /// How many volumes were found, nested ones included.
  public let volumeCount: Int
  /// What could not be read.
  public let problems: [FirmwareError]

  /// Reads all volumes in `bytes`. Throws only if there is none.
  public init(parsing bytes: [UInt8]) throws(FirmwareError) {
    var reader = FirmwareReader()
    reader.readVolumes(in: bytes, place: .outside)
    guard reader.volumeCount > 0 else {
      throw reader.problems.first ?? FirmwareError(offset: 0, inner: nil, reason: .noVolume)
    }
    drivers = reader.drivers
    volumeCount = reader.volumeCount
    problems = reader.problems
  }

  /// The first driver with this user interface name or GUID, in either case; of several, one of
  /// type driver goes first.
  public func driver(named name: String) -> Driver? {
    let guid = FileGUID(name)
    let wanted = name.lowercased()
    let matches = drivers.filter { $0.guid == guid || $0.name.lowercased() == wanted }
    return matches.first { $0.type == .driver } ?? matches.first
  }
}
