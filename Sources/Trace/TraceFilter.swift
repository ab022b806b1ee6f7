/// Which crossings a trace shows. Every condition that is set must hold.
public struct TraceFilter: Sendable {
  public var categories = TraceCategories.standard
  /// Patterns with `*` and `?` for names such as `gBS->Locate*`; any of them. Empty: all.
  public var services: [String] = []
  /// Images that call or are called, by name.
  public var images: [String] = []
  /// "h3" or a device's "00:01.0", as traces show them.
  public var handles: [String] = []
  /// Results, by value.
  public var statuses: [UInt64] = []

  public init() {}

  /// Whether what a line says can be decided only when its call has returned.
  public var needsResult: Bool { !statuses.isEmpty }

  func accepts(service display: String, category: TraceCategories) -> Bool {
    guard categories.contains(category) else { return false }
    return services.isEmpty || services.contains { Self.matches(display[...], $0[...]) }
  }

  /// Whether a name fits a pattern: `*` stands for any run of characters, `?` for one; upper and
  /// lower case are the same.
  public static func matches(_ name: String, _ pattern: String) -> Bool {
    matches(name[...], pattern[...])
  }

  /// `*` stands for any run of characters, `?` for one; upper and lower case are the same.
  static func matches(_ text: Substring, _ pattern: Substring) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == "*" {
      let rest = pattern.dropFirst()
      if rest.isEmpty { return true }
      return text.indices.contains { matches(text[$0...], rest) } || matches("", rest)
    }
    guard let character = text.first,
      first == "?" || first.lowercased() == character.lowercased()
    else { return false }
    return matches(text.dropFirst(), pattern.dropFirst())
  }
}
