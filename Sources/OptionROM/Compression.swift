// UEFI's compressed stream (UEFI 2.10 §19): 8 bytes of header (compressed size, original size),
// then blocks. A block is a 16-bit symbol count, three sets of Huffman code lengths and the
// symbols; code below 256 is a byte, above it a match length, followed by a distance.

/// The two dialects. They differ in the width of one field and in the reach of a match.
public enum CompressionVariant: Equatable, Sendable {
  /// The specification's: 4-bit position-set size, 8 KiB window.
  case uefi
  /// The PI-era one that build tools call Tiano: 5-bit position-set size, 512 KiB window.
  case tiano

  var positionSizeBits: Int { self == .uefi ? 4 : 5 }
  var windowBits: Int { self == .uefi ? 13 : 19 }

  public var name: String { self == .uefi ? "uefi" : "tiano" }
}

/// What is wrong with a compressed stream. Offsets count bytes from the stream's header.
public enum CompressionError: Error, Equatable, Sendable {
  /// Fewer than the header's 8 bytes.
  case noHeader
  /// The header declares more compressed bytes than there are.
  case truncated(declared: Int, available: Int)
  /// The header declares more output than the limit or than so few bytes can make.
  case tooLarge(declared: Int, limit: Int)
  /// The bits end before the output is complete.
  case endOfData(offset: Int)
  /// A set of code lengths that is no prefix code.
  case badTable(offset: Int)
  /// A match that begins in front of the output.
  case badDistance(offset: Int)

  public var message: String {
    switch self {
    case .noHeader: "no room for the header"
    case .truncated(let declared, let available):
      "truncated: \(declared) compressed bytes declared, \(available) there"
    case .tooLarge(let declared, let limit):
      "declares \(declared) bytes of output, limit \(limit)"
    case .endOfData(let offset): "ends early at \(hex(offset))"
    case .badTable(let offset): "bad code lengths at \(hex(offset))"
    case .badDistance(let offset): "match outside the output at \(hex(offset))"
    }
  }
}

/// The stream's constants, shared by both directions.
enum Coding {
  static let minimumMatch = 3
  static let maximumMatch = 256
  /// Bytes and match lengths: 256 + (256 - 3 + 1).
  static let characterCount = 510
  static let characterSizeBits = 9
  /// Code lengths' own alphabet: three zero runs and lengths 1 to 16.
  static let lengthCount = 19
  static let lengthSizeBits = 5
  /// Positions of the extra set after which a 2-bit zero run follows.
  static let lengthGap = 3
  static let maximumCodeLength = 16
  static let headerSize = 8
}
