/// What is wrong with an expansion ROM, with the image's index and where in the file it is.
///
/// Offsets count bytes from the file's beginning.
public struct OptionROMError: Error, Equatable, Sendable {
  public enum Reason: Equatable, Sendable {
    /// No expansion ROM signature at any multiple of 512 bytes.
    case noImage
    /// The pointer at 0x18 leads to no PCI data structure inside the file.
    case noDataStructure(pointer: Int)
    /// The PCI data structure is shorter than its revision demands.
    case shortDataStructure(length: Int)
    /// Both the PCI data structure and the header give the length as zero.
    case zeroLength
    /// The image says it is longer than what is left of the file, both in bytes.
    case truncated(declared: Int, available: Int)
    /// The device list lies outside the image or has no end.
    case badDeviceList
    /// A code type of 3 without the EFI signature 0x0ef1 in the header.
    case noEFISignature
    /// The EFI header's image offset lies outside the image.
    case badImageOffset(Int)
    /// A compression type that is neither none (0) nor UEFI (1).
    case unknownCompression(UInt16)
    /// The bytes sum to this instead of zero (mod 256).
    case badChecksum(UInt8)
    /// The image stands behind the one marked last; a host's walk does not reach it.
    case afterLast
    /// The image is not an EFI image.
    case notEFI
    /// There are no bytes of an image with this index.
    case noSuchImage
    /// The driver does not decompress.
    case compression(CompressionError)
    /// The driver is longer than a ROM image can be.
    case tooLarge(Int)
    /// What is to be packed is not a usable UEFI driver.
    case notADriver(PEError)
  }

  /// Index of the image, counted from zero in file order.
  public let image: Int
  /// Where the trouble is, in bytes from the file's beginning.
  public let offset: Int
  public let reason: Reason

  public init(image: Int, offset: Int, reason: Reason) {
    self.image = image
    self.offset = offset
    self.reason = reason
  }

  /// The trouble in words, without image and offset.
  public var message: String {
    switch reason {
    case .noImage: "no expansion ROM signature (0x55aa) at any multiple of 512 bytes"
    case .noDataStructure(let pointer):
      "no PCI data structure at \(hex(pointer)) of the image"
    case .shortDataStructure(let length):
      "PCI data structure of only \(length) bytes"
    case .zeroLength: "length zero"
    case .truncated(let declared, let available):
      "truncated: \(declared) bytes declared, \(available) there"
    case .badDeviceList: "device list outside the image"
    case .noEFISignature: "code type EFI without the EFI signature 0x0ef1"
    case .badImageOffset(let offset): "EFI image offset \(hex(offset)) outside the image"
    case .unknownCompression(let type): "unknown compression type \(type)"
    case .badChecksum(let sum):
      "checksum: bytes sum to \(hex(Int(sum), digits: 2)) instead of 0"
    case .afterLast: "behind the image marked last, a host does not look here"
    case .notEFI: "not an EFI image"
    case .noSuchImage: "no such image"
    case .compression(let error): "does not decompress: \(error.message)"
    case .tooLarge(let size): "\(size) bytes do not fit in a ROM image"
    case .notADriver(let error): "not a UEFI driver: \(error.message)"
    }
  }

  /// Whether the ROM is malformed, as opposed to unusual: real ROMs with wrong checksums, or with
  /// images behind the last, exist and work.
  public var isDamage: Bool {
    switch reason {
    case .badChecksum, .afterLast: false
    default: true
    }
  }

  /// `image N at 0x…: reason`.
  public var description: String {
    "image \(image) at \(hex(offset)): \(message)"
  }
}
