import CLZMA
import OptionROM

/// The ".lzma" container as firmware build tools write it, through liblzma.
enum LZMA {
  enum Failure: Error, Equatable {
    case tooMuch
    case library(Int)

    var status: Int {
      if case .library(let status) = self { return status }
      return 0
    }
  }

  /// Dictionary and state together may take this many bytes.
  private static let memoryLimit: UInt64 = 192 << 20

  /// Decompresses into at most `limit` bytes. The size stands in the container's header and is
  /// believed only up to the limit.
  static func decompress(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    guard let declared = bytes.u64(at: 5) else {
      throw .library(Int(LZMA_FORMAT_ERROR.rawValue))
    }
    guard let size = Int(exactly: declared), size <= limit else { throw .tooMuch }
    var stream = lzma_stream()
    let opened = lzma_alone_decoder(&stream, memoryLimit)
    guard opened == LZMA_OK else { throw .library(Int(opened.rawValue)) }
    defer { lzma_end(&stream) }
    // One byte more than declared, so that the decoder always has room to see the end.
    var output = [UInt8](repeating: 0, count: size + 1)
    let status = bytes.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = source.count
        stream.next_out = target.baseAddress
        stream.avail_out = target.count
        return lzma_code(&stream, LZMA_FINISH)
      }
    }
    guard status == LZMA_STREAM_END, Int(stream.total_out) == size else {
      throw .library(Int(status.rawValue))
    }
    output.removeLast()
    return output
  }

  /// The CRC32 of Ethernet and zip.
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    lzma_crc32(bytes, bytes.count, 0)
  }
}
