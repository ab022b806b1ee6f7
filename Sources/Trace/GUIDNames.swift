/// The names of GUIDs: protocols, event groups, configuration tables, variable vendors.
public struct GUIDNames: Sendable {
  private var names: [GUIDValue: String] = [:]

  /// Tables/guids.txt.
  public static let wellKnown = GUIDNames(table: BuiltInTables.guids)

  /// Reads lines of "GUID name"; lines that are not that are ignored.
  public init(table: String) {
    for (_, line) in TableLines(table) {
      if let (guid, name) = Self.parse(line) { names[guid] = name }
    }
  }

  public mutating func add(_ guid: GUIDValue, _ name: String) { names[guid] = name }

  /// Adds another table's names; they replace those that are there.
  public mutating func add(_ other: GUIDNames) {
    names.merge(other.names) { $1 }
  }

  static func parse(_ line: Substring) -> (GUIDValue, String)? {
    let fields = line.split(separator: " ")
    guard fields.count == 2, let guid = GUIDValue(text: fields[0]),
      fields[1].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." })
    else { return nil }
    return (guid, String(fields[1]))
  }

  /// The GUID's name without prefix and suffix ("PciIo"), or the GUID in registry form.
  public func name(_ guid: GUIDValue) -> String { names[guid] ?? guid.text }

  /// The GUID's name, or nil if it is not in the table.
  public func knownName(_ guid: GUIDValue) -> String? { names[guid] }
}
