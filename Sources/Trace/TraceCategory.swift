/// What a line of a trace is about. Each line belongs to one category.
public struct TraceCategories: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Boot services that are in no category of their own.
  public static let bs = TraceCategories(rawValue: 1)
  public static let rt = TraceCategories(rawValue: 2)
  /// Functions of protocols, the firmware's and the guest's.
  public static let `protocol` = TraceCategories(rawValue: 4)
  /// PciIo and PciRootBridgeIo.
  public static let pci = TraceCategories(rawValue: 8)
  /// The guest's own loads and stores to device registers.
  public static let mmio = TraceCategories(rawValue: 16)
  /// IN and OUT.
  public static let pio = TraceCategories(rawValue: 32)
  /// Events, timers, task priority, and notifications.
  public static let event = TraceCategories(rawValue: 64)
  /// Images: loaded, started, left, unloaded.
  public static let image = TraceCategories(rawValue: 128)
  public static let fault = TraceCategories(rawValue: 256)
  /// Translations made and dropped. They tell of the engine and not of the guest, so they may
  /// differ between back ends.
  public static let tb = TraceCategories(rawValue: 512)

  /// Names in the order of the bits.
  public static let names = [
    "bs", "rt", "protocol", "pci", "mmio", "pio", "event", "image", "fault", "tb",
  ]
  public static let all = TraceCategories(rawValue: 1023)
  /// What is the same on every back end: everything but `tb`.
  public static let standard: TraceCategories = all.subtracting(.tb)

  /// Reads "bs,rt,pci"; nil if a name is unknown. "all" and "standard" are names too.
  public init?(list: some StringProtocol) {
    self = []
    for word in list.split(separator: ",") {
      switch word {
      case "all": formUnion(.all)
      case "standard": formUnion(.standard)
      default:
        guard let bit = Self.names.firstIndex(of: String(word)) else { return nil }
        formUnion(TraceCategories(rawValue: 1 << UInt16(bit)))
      }
    }
    if isEmpty { return nil }
  }

  /// Names of the members, in the order of the bits.
  public var list: [String] {
    Self.names.indices.filter { rawValue >> UInt16($0) & 1 == 1 }.map { Self.names[$0] }
  }

  /// The category of a function, by its group and member in the service table.
  static func of(group: String, member: String) -> TraceCategories {
    switch group {
    case "BootServices": bootServices[member] ?? .bs
    case "RuntimeServices": .rt
    case "PciIo", "PciRootBridgeIo": .pci
    case "Function":
      member == "Notify" || member == "Watchdog" ? .event : .image
    default: .protocol
    }
  }

  private static let bootServices: [String: TraceCategories] = [
    "RaiseTPL": .event, "RestoreTPL": .event, "CreateEvent": .event, "CreateEventEx": .event,
    "SetTimer": .event, "WaitForEvent": .event, "SignalEvent": .event, "CloseEvent": .event,
    "CheckEvent": .event, "LoadImage": .image, "StartImage": .image, "Exit": .image,
    "UnloadImage": .image, "ExitBootServices": .image,
  ]
}
