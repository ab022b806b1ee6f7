/// Why an ELF file cannot become a PE image. Offsets in bytes from the file's beginning.
public enum ConversionError: Error, Equatable {
  case notELF64
  case notAArch64(machine: UInt16)
  /// A header or a segment lies outside the file.
  case truncated(offset: Int)
  case noSegments
  /// Sections of a PE image begin at multiples of 4 KiB, and so must segments.
  case misalignedSegment(address: UInt64)
  case writableAndExecutable(address: UInt64)
  case overlappingSegments(address: UInt64)
  /// Larger than the 256 MiB that firmware accepts.
  case tooLarge
  /// A relocation that a base relocation cannot express: the image is not self-contained.
  case unsupportedRelocation(type: UInt32, address: UInt64)
  case relocationOutside(address: UInt64)
  case entryOutside(address: UInt64)

  public var message: String {
    func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
    return switch self {
    case .notELF64: "not a little-endian 64-bit ELF file"
    case .notAArch64(let machine): "made for ELF machine \(machine), not for AArch64 (183)"
    case .truncated(let offset): "truncated: what should be at \(hex(UInt64(offset))) is not there"
    case .noSegments: "no loadable segments"
    case .misalignedSegment(let address):
      "the segment at \(hex(address)) does not begin at a multiple of 4096"
    case .writableAndExecutable(let address):
      "the segment at \(hex(address)) is both writable and executable"
    case .overlappingSegments(let address):
      "the segment at \(hex(address)) overlaps the one before"
    case .tooLarge: "larger than 256 MiB"
    case .unsupportedRelocation(let type, let address):
      "a relocation of type \(type) at \(hex(address)); only R_AARCH64_RELATIVE can be kept"
    case .relocationOutside(let address): "a relocation at \(hex(address)), outside the image"
    case .entryOutside(let address): "the entry point \(hex(address)) is not in executable code"
    }
  }
}

/// The parts of a static position-independent ELF file that make up its image in memory.
struct ELFImage {
  struct Segment {
    var address: UInt64
    /// Bytes in memory.
    var size: UInt64
    /// Bytes from the file; the rest is zeros.
    var bytes: [UInt8]
    var isWritable: Bool
    var isExecutable: Bool

    var end: UInt64 { address + size }
  }

  static let maximumSize: UInt64 = 256 << 20

  var entry: UInt64
  /// In ascending order of address, without overlaps.
  var segments: [Segment]
  /// Addresses of 64-bit words that hold an address, with the value they hold at base 0.
  var relocations: [(address: UInt64, value: UInt64)]

  init(parsing file: [UInt8]) throws(ConversionError) {
    let reader = Reader(bytes: file)
    guard file.count >= 64, file[0..<4] == [0x7f, 0x45, 0x4c, 0x46], file[4] == 2, file[5] == 1
    else { throw .notELF64 }
    let machine = UInt16(try reader.integer(at: 18, size: 2))
    guard machine == 183 else { throw .notAArch64(machine: machine) }
    entry = try reader.integer(at: 24, size: 8)
    let headers = try reader.offset(at: 32)
    let headerSize = Int(try reader.integer(at: 54, size: 2))
    let headerCount = Int(try reader.integer(at: 56, size: 2))

    segments = []
    var dynamic: (offset: Int, size: Int)?
    for index in 0..<headerCount {
      let header = headers + index * headerSize
      let type = try reader.integer(at: header, size: 4)
      let offset = try reader.offset(at: header + 8)
      let fileSize = try reader.offset(at: header + 32)
      if type == 2 { dynamic = (offset, fileSize) }
      guard type == 1 else { continue }
      let segment = try Self.segment(header, reader)
      if segment.size > 0 { segments.append(segment) }
    }
    guard !segments.isEmpty else { throw .noSegments }
    try Self.checkLayout(&segments)
    relocations = []
    if let dynamic { relocations = try Self.relocations(dynamic, segments, reader) }
    try checkEntry()
  }

  private static func segment(_ header: Int, _ reader: Reader) throws(ConversionError) -> Segment {
    let flags = try reader.integer(at: header + 4, size: 4)
    let offset = try reader.offset(at: header + 8)
    let address = try reader.integer(at: header + 16, size: 8)
    let fileSize = try reader.offset(at: header + 32)
    let size = try reader.integer(at: header + 40, size: 8)
    guard size <= maximumSize, address <= maximumSize, fileSize <= size else { throw .tooLarge }
    guard address % 4096 == 0 else { throw .misalignedSegment(address: address) }
    let isWritable = flags & 2 != 0
    let isExecutable = flags & 1 != 0
    guard !(isWritable && isExecutable) else { throw .writableAndExecutable(address: address) }
    return Segment(
      address: address, size: size, bytes: try reader.slice(offset, fileSize),
      isWritable: isWritable, isExecutable: isExecutable)
  }

  private static func checkLayout(_ segments: inout [Segment]) throws(ConversionError) {
    segments.sort { $0.address < $1.address }
    for index in 1..<max(1, segments.count) {
      guard segments[index].address >= segments[index - 1].end else {
        throw .overlappingSegments(address: segments[index].address)
      }
    }
  }

  /// The dynamic section's tables: RELA alone may be there.
  private static func relocations(
    _ dynamic: (offset: Int, size: Int), _ segments: [Segment], _ reader: Reader
  ) throws(ConversionError) -> [(address: UInt64, value: UInt64)] {
    let needed: UInt64 = 1
    let rela: UInt64 = 7
    let relaSize: UInt64 = 8
    let rel: UInt64 = 17
    let jumpRelocations: UInt64 = 23
    var table: UInt64 = 0
    var size: UInt64 = 0
    for offset in stride(from: dynamic.offset, to: dynamic.offset + dynamic.size, by: 16) {
      let tag = try reader.integer(at: offset, size: 8)
      let value = try reader.integer(at: offset + 8, size: 8)
      switch tag {
      case rela: table = value
      case relaSize: size = value
      case needed, rel, jumpRelocations:
        throw .unsupportedRelocation(type: 0, address: value)
      default: break
      }
    }
    var result: [(address: UInt64, value: UInt64)] = []
    var position = table
    while position < table &+ size {
      guard let entry = bytes(at: position, count: 24, in: segments) else {
        throw .relocationOutside(address: position)
      }
      let fields = Reader(bytes: entry)
      let address = try fields.integer(at: 0, size: 8)
      let type = UInt32(try fields.integer(at: 8, size: 4))
      guard type == 1027 else { throw .unsupportedRelocation(type: type, address: address) }
      result.append((address, try fields.integer(at: 16, size: 8)))
      position += 24
    }
    return result.sorted { $0.address < $1.address }
  }

  private static func bytes(at address: UInt64, count: UInt64, in segments: [Segment]) -> [UInt8]? {
    for segment in segments where address >= segment.address {
      let offset = address - segment.address
      guard offset + count <= UInt64(segment.bytes.count) else { continue }
      return Array(segment.bytes[Int(offset)..<Int(offset + count)])
    }
    return nil
  }

  private func checkEntry() throws(ConversionError) {
    for segment in segments where segment.isExecutable {
      if entry >= segment.address && entry < segment.end { return }
    }
    throw .entryOutside(address: entry)
  }
}

/// Little-endian fields of a file whose size is checked at each access.
struct Reader {
  let bytes: [UInt8]

  func integer(at offset: Int, size: Int) throws(ConversionError) -> UInt64 {
    guard offset >= 0, offset <= bytes.count - size else { throw .truncated(offset: offset) }
    var value: UInt64 = 0
    for index in 0..<size { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    return value
  }

  /// A 64-bit offset or size that must be one within the file.
  func offset(at position: Int) throws(ConversionError) -> Int {
    let value = try integer(at: position, size: 8)
    guard value <= UInt64(bytes.count) else { throw .truncated(offset: position) }
    return Int(value)
  }

  func slice(_ offset: Int, _ count: Int) throws(ConversionError) -> [UInt8] {
    guard offset <= bytes.count - count else { throw .truncated(offset: offset) }
    return Array(bytes[offset..<offset + count])
  }
}
