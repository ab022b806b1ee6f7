/// Names of the specification's enumerations and bit masks. An unknown value is shown as a number.
public enum ValueNames {
  /// UEFI 2.10, appendix D: the low bits of an error status, in order from 1.
  private static let errors = [
    "LOAD_ERROR", "INVALID_PARAMETER", "UNSUPPORTED", "BAD_BUFFER_SIZE", "BUFFER_TOO_SMALL",
    "NOT_READY", "DEVICE_ERROR", "WRITE_PROTECTED", "OUT_OF_RESOURCES", "VOLUME_CORRUPTED",
    "VOLUME_FULL", "NO_MEDIA", "MEDIA_CHANGED", "NOT_FOUND", "ACCESS_DENIED", "NO_RESPONSE",
    "NO_MAPPING", "TIMEOUT", "NOT_STARTED", "ALREADY_STARTED", "ABORTED", "ICMP_ERROR",
    "TFTP_ERROR", "PROTOCOL_ERROR", "INCOMPATIBLE_VERSION", "SECURITY_VIOLATION", "CRC_ERROR",
    "END_OF_MEDIA", "28?", "29?", "END_OF_FILE", "INVALID_LANGUAGE", "COMPROMISED_DATA",
    "IP_ADDRESS_CONFLICT", "HTTP_ERROR",
  ]
  private static let warnings = [
    "UNKNOWN_GLYPH", "DELETE_FAILURE", "WRITE_FAILURE", "BUFFER_TOO_SMALL", "STALE_DATA",
    "FILE_SYSTEM", "RESET_REQUIRED",
  ]

  /// "EFI_NOT_FOUND", "EFI_WARN_STALE_DATA", or the number.
  public static func status(_ value: UInt64) -> String {
    if value == 0 { return "EFI_SUCCESS" }
    let code = value & ~(1 << 63)
    if value >> 63 == 1 {
      if let name = entry(errors, code &- 1), !name.hasSuffix("?") { return "EFI_" + name }
    } else if let name = entry(warnings, code &- 1) {
      return "EFI_WARN_" + name
    }
    return hex(value)
  }

  /// UEFI 2.10, 7.1: TPL names, with the levels between them as numbers.
  public static func tpl(_ value: UInt64) -> String {
    switch value {
    case 4: "TPL_APPLICATION"
    case 8: "TPL_CALLBACK"
    case 16: "TPL_NOTIFY"
    case 31: "TPL_HIGH_LEVEL"
    default: String(value)
    }
  }

  /// EFI_OPEN_PROTOCOL_* (UEFI 2.10, 7.3).
  public static func openAttributes(_ value: UInt64) -> String {
    flags(
      value & 0xFFFF_FFFF,
      [
        "BY_HANDLE_PROTOCOL", "GET_PROTOCOL", "TEST_PROTOCOL", "BY_CHILD_CONTROLLER", "BY_DRIVER",
        "EXCLUSIVE",
      ])
  }

  /// EFI_PCI_IO_PROTOCOL_WIDTH (14.4): "u16", "fifo-u8", "fill-u32".
  public static func pciWidth(_ value: UInt64) -> String {
    let value = value & 0xFFFF_FFFF
    guard value < 12 else { return String(value) }
    return ["", "fifo-", "fill-"][Int(value / 4)] + "u\(8 << (value % 4))"
  }

  /// Bytes an element of that width takes, or nil for a width that does not exist.
  public static func pciElementSize(_ width: UInt64) -> Int? {
    let width = width & 0xFFFF_FFFF
    return width < 12 ? 1 << Int(width % 4) : nil
  }

  /// Whether a transfer of this width reads or writes one element however many it counts.
  public static func isFill(_ width: UInt64) -> Bool { (8..<12).contains(width & 0xFFFF_FFFF) }

  public static func attributeOperation(_ value: UInt64) -> String {
    enumeration(value, ["Get", "Set", "Enable", "Disable", "Supported"])
  }
  public static func allocateType(_ value: UInt64) -> String {
    enumeration(value, ["AnyPages", "MaxAddress", "Address"])
  }
  public static func timerType(_ value: UInt64) -> String {
    enumeration(value, ["Cancel", "Periodic", "Relative"])
  }
  public static func locateSearch(_ value: UInt64) -> String {
    enumeration(value, ["AllHandles", "ByRegisterNotify", "ByProtocol"])
  }
  /// EFI_MEMORY_TYPE (7.2).
  public static func memoryType(_ value: UInt64) -> String {
    enumeration(
      value,
      [
        "Reserved", "LoaderCode", "LoaderData", "BootServicesCode", "BootServicesData",
        "RuntimeServicesCode", "RuntimeServicesData", "Conventional", "Unusable", "ACPIReclaim",
        "ACPINVS", "MMIO", "MMIOPortSpace", "PalCode", "Persistent", "Unaccepted",
      ])
  }

  static func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

  private static func entry(_ names: [String], _ index: UInt64) -> String? {
    index < UInt64(names.count) ? names[Int(index)] : nil
  }

  private static func enumeration(_ value: UInt64, _ names: [String]) -> String {
    entry(names, value & 0xFFFF_FFFF) ?? String(value & 0xFFFF_FFFF)
  }

  private static func flags(_ value: UInt64, _ names: [String]) -> String {
    let known = names.indices.filter { value >> UInt64($0) & 1 == 1 }.map { names[$0] }
    let rest = (value >> UInt64(names.count)) << UInt64(names.count)
    let all = rest == 0 ? known : known + [hex(rest)]
    return all.isEmpty ? "0" : all.joined(separator: "|")
  }
}
