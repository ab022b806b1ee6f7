/// How one number or GUID of a node's payload appears in text.
enum DevicePathField: Sendable {
  case hex(Int, Int)
  case decimal(Int, Int)
  case guid(Int)
}

/// One node type whose text is `Name(field,field,…)` and nothing more. Both directions of the
/// conversion read this table, so they cannot disagree.
struct DevicePathRow: Sendable {
  var name: String
  var type: UInt8
  var subType: UInt8
  /// Payload size in bytes, exactly.
  var size: Int
  /// In the order of the text, which is not always that of the payload.
  var fields: [DevicePathField]

  init(_ name: String, _ type: UInt8, _ subType: UInt8, _ size: Int, _ fields: [DevicePathField]) {
    self.name = name
    self.type = type
    self.subType = subType
    self.size = size
    self.fields = fields
  }

  /// UEFI 2.10, 10.6.1.6, the rows that need no code of their own.
  static let all: [DevicePathRow] = [
    .init("Pci", 1, 1, 2, [.hex(1, 1), .hex(0, 1)]),
    .init("PcCard", 1, 2, 1, [.hex(0, 1)]),
    .init("MemoryMapped", 1, 3, 20, [.hex(0, 4), .hex(4, 8), .hex(12, 8)]),
    .init("Ctrl", 1, 5, 4, [.hex(0, 4)]),
    .init("BMC", 1, 6, 9, [.hex(0, 1), .hex(1, 8)]),
    .init("Scsi", 3, 2, 4, [.hex(0, 2), .hex(2, 2)]),
    .init("Fibre", 3, 3, 20, [.hex(4, 8), .hex(12, 8)]),
    .init("I1394", 3, 4, 12, [.hex(4, 8)]),
    .init("USB", 3, 5, 2, [.hex(0, 1), .hex(1, 1)]),
    .init("I2O", 3, 6, 4, [.hex(0, 4)]),
    .init("Infiniband", 3, 9, 44, [.hex(0, 4), .guid(4), .hex(20, 8), .hex(28, 8), .hex(36, 8)]),
    .init("UsbClass", 3, 15, 7, [.hex(0, 2), .hex(2, 2), .hex(4, 1), .hex(5, 1), .hex(6, 1)]),
    .init("Unit", 3, 17, 1, [.hex(0, 1)]),
    .init("Sata", 3, 18, 6, [.hex(0, 2), .hex(2, 2), .hex(4, 2)]),
    .init("Vlan", 3, 20, 2, [.decimal(0, 2)]),
    .init("UFS", 3, 25, 2, [.hex(0, 1), .hex(1, 1)]),
    .init("SD", 3, 26, 1, [.hex(0, 1)]),
    .init("eMMC", 3, 29, 1, [.hex(0, 1)]),
    .init("CDROM", 4, 2, 20, [.hex(0, 4), .hex(4, 8), .hex(12, 8)]),
    .init("Media", 4, 5, 16, [.guid(0)]),
    .init("FvFile", 4, 6, 16, [.guid(0)]),
    .init("Fv", 4, 7, 16, [.guid(0)]),
    .init("Offset", 4, 8, 20, [.hex(4, 8), .hex(12, 8)]),
    .init("RamDisk", 4, 9, 34, [.hex(0, 8), .hex(8, 8), .decimal(32, 2), .guid(16)]),
  ]

  /// ACPI devices with a name of their own, by their compressed EISA id.
  static let acpiNames: [(name: String, hid: UInt32)] = [
    ("PciRoot", 0x0a03_41d0), ("PcieRoot", 0x0a08_41d0), ("Floppy", 0x0604_41d0),
    ("Keyboard", 0x0301_41d0), ("Serial", 0x0501_41d0), ("ParallelPort", 0x0401_41d0),
  ]

  /// Vendor messaging GUIDs with a name of their own (UEFI 2.10, 10.3.4.17).
  static let vendorNames: [(name: String, guid: String)] = [
    ("VenPcAnsi", "e0c14753-f9be-11d2-9a0c-0090273fc14d"),
    ("VenVt100", "dfa66065-b419-11d3-9a2d-0090273fc14d"),
    ("VenVt100Plus", "7baec70b-57e0-4c76-8e87-2f9e28088343"),
    ("VenUtf8", "ad15a0d6-8bec-4acf-a073-d01de77e2d88"),
    ("DebugPort", "eba4e8d2-3858-41ec-a281-2647ba9660d0"),
  ]

  /// Names for nodes of a known type and an unknown subtype.
  static let genericNames: [(name: String, type: UInt8)] = [
    ("HardwarePath", 1), ("AcpiPath", 2), ("Msg", 3), ("MediaPath", 4), ("BbsPath", 5),
  ]
}

/// A GUID between its 16 bytes in memory and its registry spelling.
enum GuidText {
  private static let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

  /// Lower case with dashes; `bytes` holds 16.
  static func text(_ bytes: [UInt8]) -> String {
    var text = ""
    for (position, index) in order.enumerated() {
      if [4, 6, 8, 10].contains(position) { text += "-" }
      text += hexPadded(UInt64(bytes[index]), 2)
    }
    return text
  }

  /// Nil unless `text` is 8-4-4-4-12 hexadecimal digits.
  static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
    guard let spelled = hexBytes(parts.joined()), spelled.count == 16 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 16)
    for (position, index) in order.enumerated() { bytes[index] = spelled[position] }
    return bytes
  }
}

/// Lower-case hexadecimal, padded with zeros to at least `width` digits.
func hexPadded(_ value: UInt64, _ width: Int) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// Pairs of hexadecimal digits to bytes; nil for an odd count or anything else among them.
func hexBytes(_ text: some StringProtocol) -> [UInt8]? {
  var bytes: [UInt8] = []
  var high: UInt8?
  for unit in text.utf8 {
    let digit: UInt8
    switch unit {
    case 0x30...0x39: digit = unit - 0x30
    case 0x41...0x46: digit = unit - 0x41 + 10
    case 0x61...0x66: digit = unit - 0x61 + 10
    default: return nil
    }
    if let first = high {
      bytes.append(first << 4 | digit)
      high = nil
    } else {
      high = digit
    }
  }
  return high == nil ? bytes : nil
}
