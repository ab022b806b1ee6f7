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

  /// The value of a status by name ("EFI_NOT_FOUND", "NOT_FOUND") or number; nil if it is neither.
  public static func status(named name: some StringProtocol) -> UInt64? {
    let upper = name.uppercased()
    let bare = upper.hasPrefix("EFI_") ? String(upper.dropFirst(4)) : upper
    if bare == "SUCCESS" { return 0 }
    if let index = errors.firstIndex(of: bare) { return 1 << 63 | UInt64(index + 1) }
    if bare.hasPrefix("WARN_"), let index = warnings.firstIndex(of: String(bare.dropFirst(5))) {
      return UInt64(index + 1)
    }
    if upper.hasPrefix("0X") { return UInt64(upper.dropFirst(2), radix: 16) }
    return UInt64(upper)
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
  /// EFI_PCI_IO_PROTOCOL_OPERATION (14.4); the root bridge's 64-bit ones follow.
  public static func dmaOperation(_ value: UInt64) -> String {
    enumeration(value, ["Read", "Write", "CommonBuffer", "Read64", "Write64", "CommonBuffer64"])
  }
  /// EFI_GRAPHICS_OUTPUT_BLT_OPERATION (12.9).
  public static func bltOperation(_ value: UInt64) -> String {
    enumeration(value, ["VideoFill", "VideoToBltBuffer", "BufferToVideo", "VideoToVideo"])
  }
  public static func resetType(_ value: UInt64) -> String {
    enumeration(value, ["Cold", "Warm", "Shutdown", "PlatformSpecific"])
  }
  /// EFI_VARIABLE_* (8.2).
  public static func variableAttributes(_ value: UInt64) -> String {
    flags(
      value & 0xFFFF_FFFF,
      [
        "NON_VOLATILE", "BOOTSERVICE_ACCESS", "RUNTIME_ACCESS", "HARDWARE_ERROR_RECORD",
        "AUTHENTICATED", "TIME_BASED_AUTHENTICATED", "APPEND_WRITE", "ENHANCED_AUTHENTICATED",
      ])
  }
  /// EVT_* (7.1): two types are values of their own, the others flags.
  public static func eventType(_ value: UInt64) -> String {
    let value = value & 0xFFFF_FFFF
    if value == 0x201 { return "SIGNAL_EXIT_BOOT_SERVICES" }
    if value == 0x6000_0202 { return "SIGNAL_VIRTUAL_ADDRESS_CHANGE" }
    var names: [String] = []
    var rest = value
    for (bit, name): (UInt64, String) in [
      (0x8000_0000, "TIMER"), (0x4000_0000, "RUNTIME"), (0x100, "NOTIFY_WAIT"),
      (0x200, "NOTIFY_SIGNAL"),
    ] where rest & bit != 0 {
      names.append(name)
      rest &= ~bit
    }
    if rest != 0 { names.append(hex(rest)) }
    return names.isEmpty ? "0" : names.joined(separator: "|")
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
