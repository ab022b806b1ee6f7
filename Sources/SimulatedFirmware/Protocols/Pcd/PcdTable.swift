/// The platform configuration database: dynamic tokens, their sizes and values.
public struct PcdTable: Sendable {
  public struct Entry: Equatable, Sendable {
    public var name: String
    /// PI 1.8, volume 3, 8.2.2, EFI_PCD_TYPE: 0 for 8 bits to 3 for 64, 4 boolean, 5 pointer.
    public var type: UInt8
    /// As long as the token's size, least significant byte first.
    public var value: [UInt8]

    public init(_ name: String, width: Int, value: UInt64) {
      self.name = name
      type = width == 1 ? 0 : width == 2 ? 1 : width == 4 ? 2 : 3
      self.value = []
      self.value.append(little: value, width: width)
    }
  }

  /// Where a token lives: its space's GUID as 16 bytes, or the platform's own numbering.
  public struct Key: Hashable, Sendable {
    public var space: [UInt8]?
    public var token: UInt64

    public init(space: [UInt8]? = nil, token: UInt64) {
      self.space = space
      self.token = token
    }
  }

  public enum Failure: Error, Equatable { case notFound, wrongSize(UInt64) }

  public private(set) var entries: [Key: Entry]
  public var sku: UInt64 = 0

  /// The tokens that Debian's OVMF build numbers so and that its display driver uses. Numbers are
  /// assigned by a firmware's build; those of another build mean something else.
  public static let ovmf: [UInt64: Entry] = [
    // 0: neither of the host bridges that have a legacy window to open.
    0x13: Entry("PcdOvmfHostBridgePciDevId", width: 2, value: 0),
    0x2d: Entry("PcdVideoHorizontalResolution", width: 4, value: 1280),
    0x2e: Entry("PcdVideoVerticalResolution", width: 4, value: 800),
    0x3a: Entry("PcdVideoResolutionSource", width: 1, value: 0),
  ]

  public init(_ tokens: [UInt64: Entry] = PcdTable.ovmf) {
    entries = [:]
    for (token, entry) in tokens { entries[Key(token: token)] = entry }
  }

  public mutating func define(_ key: Key, _ entry: Entry) { entries[key] = entry }

  /// The token's value as a number of at most `width` bytes.
  public func number(_ key: Key, width: Int) throws(Failure) -> UInt64 {
    guard let entry = entries[key] else { throw .notFound }
    guard entry.value.count == width else { throw .wrongSize(UInt64(entry.value.count)) }
    return entry.value.little(0, width) ?? 0
  }

  public mutating func set(_ key: Key, _ bytes: [UInt8]) throws(Failure) {
    guard let entry = entries[key] else { throw .notFound }
    guard entry.value.count == bytes.count else { throw .wrongSize(UInt64(entry.value.count)) }
    entries[key]?.value = bytes
  }

  /// The next token of a space, ascending, after `token`; 0 starts. Nil after the last.
  public func token(after token: UInt64, in space: [UInt8]?) -> UInt64? {
    entries.keys.lazy.filter { $0.space == space && $0.token > token }.map(\.token).min()
  }

  public func hasSpace(_ space: [UInt8]?) -> Bool { entries.keys.contains { $0.space == space } }

  /// The next token space after `space`, in the order of the bytes; nil starts.
  public func space(after space: [UInt8]?) -> [UInt8]? {
    let spaces = Set(entries.keys.compactMap(\.space)).sorted { $0.lexicographicallyPrecedes($1) }
    guard let space else { return spaces.first }
    return spaces.first { space.lexicographicallyPrecedes($0) }
  }
}
