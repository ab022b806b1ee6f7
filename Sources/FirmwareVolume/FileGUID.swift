import OptionROM

/// A GUID as firmware files carry it: 16 bytes, the first three fields little-endian.
public struct FileGUID: Hashable, Sendable {
  /// Both halves as they stand in memory.
  public let low: UInt64
  public let high: UInt64

  /// The GUID at `offset` of `bytes`, or nil if it does not lie inside.
  public init?(in bytes: [UInt8], at offset: Int) {
    guard let low = bytes.u64(at: offset), let high = bytes.u64(at: offset + 8) else { return nil }
    self.low = low
    self.high = high
  }

  /// Parses `EE4E5898-3914-4259-9D6E-DC7BD79403CF`, in either case.
  public init?(_ text: String) {
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    guard groups.count == 5, groups.map(\.count) == [8, 4, 4, 4, 12] else { return nil }
    let values = groups.compactMap { UInt64($0, radix: 16) }
    guard values.count == 5, !text.contains("+") else { return nil }
    low = values[0] | values[1] << 32 | values[2] << 48
    high = (values[3] << 48 | values[4]).byteSwapped
  }

  /// The usual spelling, in capitals.
  public var text: String {
    let tail = high.byteSwapped
    return
      [
        bareHex(low & 0xffff_ffff, digits: 8), bareHex(low >> 32 & 0xffff, digits: 4),
        bareHex(low >> 48, digits: 4), bareHex(tail >> 48, digits: 4),
        bareHex(tail & 0xffff_ffff_ffff, digits: 12),
      ].joined(separator: "-").uppercased()
  }

  /// LZMA-compressed section (EDK2's).
  static let lzma = FileGUID("EE4E5898-3914-4259-9D6E-DC7BD79403CF")
  /// Tiano-compressed section (EDK2's).
  static let tiano = FileGUID("A31280AD-481E-41B6-95E8-127F4C984779")
  /// Section with a CRC32 in front (PI 1.8 volume 3 §3.2.5).
  static let crc32 = FileGUID("FC1BCDB0-7D31-49AA-936A-A460D9DDD083")
}
