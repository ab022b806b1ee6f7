/// What is wrong with a PE or TE file. Offsets count bytes from the file's beginning, RVAs from
/// the loaded image's.
public enum PEError: Error, Equatable, Sendable {
  /// Neither "MZ" nor "PE" nor "VZ" at the beginning.
  case noSignature
  /// A header lies outside the file.
  case truncatedHeader(offset: Int)
  /// The optional header is neither PE32 nor PE32+.
  case badMagic(UInt16, offset: Int)
  /// SizeOfImage is zero, above the limit, or smaller than the headers.
  case badImageSize(UInt32)
  /// SectionAlignment is zero or no power of two.
  case badAlignment(UInt32)
  /// A section lies outside the image or its bytes outside the file.
  case badSection(index: Int, offset: Int)
  /// The entry point lies outside the image.
  case badEntryPoint(UInt32)
  /// The relocation directory is damaged at this RVA.
  case badRelocation(rva: UInt32)
  /// A relocation of a kind that this file may not have.
  case unknownRelocation(type: UInt8, rva: UInt32)
  /// Relocations were stripped and the base is not the preferred one.
  case notRelocatable
  /// The buffer is smaller than SizeOfImage.
  case bufferTooSmall(needed: Int, got: Int)

  public var message: String {
    switch self {
    case .noSignature: "no PE or TE signature"
    case .truncatedHeader(let offset): "header truncated at \(hex(offset))"
    case .badMagic(let magic, let offset):
      "optional header magic \(hex(Int(magic), digits: 4)) at \(hex(offset))"
    case .badImageSize(let size): "SizeOfImage \(hex(Int(size)))"
    case .badAlignment(let alignment): "SectionAlignment \(hex(Int(alignment)))"
    case .badSection(let index, let offset):
      "section \(index) (header at \(hex(offset))) outside the image or the file"
    case .badEntryPoint(let entry): "entry point \(hex(Int(entry))) outside the image"
    case .badRelocation(let rva): "relocations damaged at RVA \(hex(Int(rva)))"
    case .unknownRelocation(let type, let rva):
      "relocation type \(type) at RVA \(hex(Int(rva)))"
    case .notRelocatable: "relocations stripped, only loads at its preferred base"
    case .bufferTooSmall(let needed, let got): "needs \(needed) bytes, got \(got)"
    }
  }
}
