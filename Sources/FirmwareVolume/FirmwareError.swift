import OptionROM

/// What is wrong in a firmware image, and where.
public struct FirmwareError: Error, Equatable, Sendable {
  public enum Reason: Equatable, Sendable {
    /// No firmware volume header anywhere.
    case noVolume
    /// The volume's header lengths contradict each other or the data.
    case badVolumeHeader
    /// The volume header's 16-bit words do not sum to zero.
    case badVolumeChecksum
    /// The file header's bytes do not sum to zero.
    case badFileChecksum
    /// The file is longer than its volume, or shorter than its header.
    case badFileSize(Int)
    /// The section is longer than its file, or shorter than its header.
    case badSectionSize(Int)
    /// The compressed section does not decompress.
    case compression(CompressionError)
    /// liblzma refused, with its status.
    case lzma(status: Int)
    /// A compression type or encapsulation that is not known.
    case unknownEncapsulation(String)
    /// The CRC32 in front of a section is not the data's.
    case badCRC
    /// Sections are nested too deeply, or decompress to too much.
    case tooMuch
  }

  /// In bytes from the file's beginning; for data that had to be decompressed, where the outermost
  /// compressed section begins.
  public let offset: Int
  /// The offset inside the decompressed data, if the trouble lies in there.
  public let inner: Int?
  public let reason: Reason

  public init(offset: Int, inner: Int?, reason: Reason) {
    self.offset = offset
    self.inner = inner
    self.reason = reason
  }

  /// The trouble in words, without the offset.
  public var message: String {
    switch reason {
    case .noVolume: "no firmware volume"
    case .badVolumeHeader: "volume header damaged"
    case .badVolumeChecksum: "volume header checksum wrong"
    case .badFileChecksum: "file header checksum wrong"
    case .badFileSize(let size): "file of \(size) bytes does not fit"
    case .badSectionSize(let size): "section of \(size) bytes does not fit"
    case .compression(let error): "section does not decompress: \(error.message)"
    case .lzma(let status): "LZMA section does not decompress (liblzma status \(status))"
    case .unknownEncapsulation(let kind): "cannot look into section (\(kind))"
    case .badCRC: "section's CRC32 wrong"
    case .tooMuch: "sections nested too deeply or decompressing to too much"
    }
  }

  /// `at 0x…: reason`.
  public var description: String {
    guard let inner else { return "at \(hex(offset)): \(message)" }
    return "at \(hex(offset)), \(hex(inner)) of its decompressed data: \(message)"
  }
}
