/// A string package as a value (UEFI 2.10, 33.3.6): one language and its strings by identifier.
///
/// Fonts named in the blocks are read over and dropped: this firmware has no font protocol. A string
/// that nobody changed keeps its package's bytes.
public struct HiiStringPackage: Equatable, Sendable {
  /// RFC 4646 language code, ASCII.
  public var language: String
  /// Identifier of the string that names the language.
  public var languageName: UInt16
  /// The 16 SCSU window positions, kept as they came.
  public var languageWindow: [UInt16]
  /// Text by identifier, without its NUL; identifiers start at 1, and those skipped are absent.
  public private(set) var strings: [UInt16: [UInt16]]
  /// One beyond the highest identifier that the blocks account for.
  public private(set) var nextIdentifier: UInt32

  public init(language: String, languageName: UInt16) {
    self.language = language
    self.languageName = languageName
    languageWindow = Array(repeating: 0, count: 16)
    strings = [:]
    nextIdentifier = 1
  }

  public init(_ package: HiiPackage) throws(HiiError) {
    let bytes = package.bytes
    guard let headerSize = bytes.little(4, 4), let information = bytes.little(8, 4),
      let name = bytes.little(44, 2), headerSize >= 47, headerSize <= UInt64(bytes.count),
      information >= 46, information < UInt64(bytes.count)
    else { throw .stringPackage(offset: 4) }
    guard let end = bytes[46..<Int(headerSize)].firstIndex(of: 0) else {
      throw .stringPackage(offset: 46)
    }
    language = String(decoding: bytes[46..<end], as: UTF8.self)
    languageName = UInt16(name)
    languageWindow = (0..<16).map { UInt16(bytes.little(12 + $0 * 2, 2) ?? 0) }
    var reader = HiiStringBlockReader(bytes: bytes, offset: Int(information))
    try reader.readAll()
    strings = reader.strings
    nextIdentifier = reader.identifier
  }

  /// Adds text under `identifier`, which must not be below `nextIdentifier`; what lies between is
  /// skipped, so that all languages of a list can share one numbering.
  public mutating func add(_ text: [UInt16], as identifier: UInt16) {
    precondition(UInt32(identifier) >= nextIdentifier)
    strings[identifier] = text
    nextIdentifier = UInt32(identifier) + 1
  }

  /// Replaces text; false where there is no such string.
  public mutating func set(_ text: [UInt16], for identifier: UInt16) -> Bool {
    guard strings[identifier] != nil else { return false }
    strings[identifier] = text
    return true
  }

  /// The package written anew, in UCS-2 string blocks and skips.
  public var package: HiiPackage {
    let code = Array(language.utf8) + [0]
    var body: [UInt8] = []
    body.append(little: UInt64(46 + code.count), width: 4)
    body.append(little: UInt64(46 + code.count), width: 4)
    for window in languageWindow { body.append(little: UInt64(window), width: 2) }
    body.append(little: UInt64(languageName), width: 2)
    body += code
    var skipped: UInt64 = 0
    for identifier in 1..<max(nextIdentifier, 1) {
      guard let text = strings[UInt16(identifier)] else {
        skipped += 1
        continue
      }
      Self.skip(&skipped, into: &body)
      body.append(0x14)
      for unit in text { body.append(little: UInt64(unit), width: 2) }
      body += [0, 0]
    }
    Self.skip(&skipped, into: &body)
    return HiiPackage(type: HiiPackage.Kind.strings, body: body + [0])
  }

  private static func skip(_ count: inout UInt64, into body: inout [UInt8]) {
    guard count > 0 else { return }
    body.append(0x21)
    body.append(little: count, width: 2)
    count = 0
  }
}

/// Walks the string blocks of 33.3.6.2.
private struct HiiStringBlockReader {
  let bytes: [UInt8]
  var offset: Int
  var identifier: UInt32 = 1
  var strings: [UInt16: [UInt16]] = [:]

  mutating func readAll() throws(HiiError) {
    while true {
      let start = offset
      let type = try number(1)
      switch type {
      case 0x00: return
      case 0x10: try add(compressed(), at: start)
      case 0x11:
        _ = try number(1)
        try add(compressed(), at: start)
      case 0x12, 0x13:
        if type == 0x13 { _ = try number(1) }
        for _ in 0..<(try number(2)) { try add(compressed(), at: start) }
      case 0x14: try add(wide(), at: start)
      case 0x15:
        _ = try number(1)
        try add(wide(), at: start)
      case 0x16, 0x17:
        if type == 0x17 { _ = try number(1) }
        for _ in 0..<(try number(2)) { try add(wide(), at: start) }
      case 0x20:
        let original = UInt16(try number(2))
        try add(strings[original] ?? [], at: start)
      case 0x21: try skip(number(2), at: start)
      case 0x22: try skip(number(1), at: start)
      case 0x30, 0x31, 0x32:
        // An extension says its own length, from its first byte; a font is one of them.
        _ = try number(1)
        let length = try number(type == 0x30 ? 1 : type == 0x31 ? 2 : 4)
        guard length >= UInt64(offset - start), length <= UInt64(bytes.count - start) else {
          throw .stringPackage(offset: start)
        }
        offset = start + Int(length)
      default: throw .stringBlock(offset: start, type: UInt8(type))
      }
    }
  }

  private mutating func number(_ width: Int) throws(HiiError) -> UInt64 {
    guard let value = bytes.little(offset, width) else { throw .stringPackage(offset: offset) }
    offset += width
    return value
  }

  private mutating func add(_ text: [UInt16], at start: Int) throws(HiiError) {
    guard identifier <= 0xffff else { throw .stringPackage(offset: start) }
    strings[UInt16(identifier)] = text
    identifier += 1
  }

  private mutating func skip(_ count: UInt64, at start: Int) throws(HiiError) {
    guard UInt64(identifier) + count <= 0x1_0000 else { throw .stringPackage(offset: start) }
    identifier += UInt32(count)
  }

  private mutating func wide() throws(HiiError) -> [UInt16] {
    var text: [UInt16] = []
    while true {
      let unit = UInt16(try number(2))
      if unit == 0 { return text }
      text.append(unit)
    }
  }

  /// SCSU in its initial state, where bytes are ASCII or Latin-1; a tag that switches windows or
  /// modes is refused rather than shown wrong.
  private mutating func compressed() throws(HiiError) -> [UInt16] {
    var text: [UInt16] = []
    while true {
      let byte = try number(1)
      switch byte {
      case 0: return text
      case 0x09, 0x0a, 0x0d, 0x20...0xff: text.append(UInt16(byte))
      default: throw .stringBlock(offset: offset - 1, type: 0x10)
      }
    }
  }
}
