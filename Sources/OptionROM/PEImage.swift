/// A PE32, PE32+ or TE file whose headers have been checked.
///
/// Every range a `PEImage` carries lies inside the file or inside `sizeOfImage`; nobody needs to
/// check it again. (PE/COFF specification; PI 1.8 volume 1 §15 for TE.)
public struct PEImage: Sendable {
  public enum Format: Equatable, Sendable {
    case pe32
    case pe32Plus
    case te

    public var name: String {
      switch self {
      case .pe32: "PE32"
      case .pe32Plus: "PE32+"
      case .te: "TE"
      }
    }
  }

  /// A section: where it is loaded and where its bytes are.
  public struct Section: Sendable {
    /// Up to eight characters; what is not printable ASCII appears as a question mark.
    public var name: String
    /// RVA of the first byte.
    public var address: UInt32
    /// Bytes in memory, at least `fileSize`.
    public var size: UInt32
    /// Where its bytes begin in the file.
    public var fileOffset: Int
    /// Bytes taken from the file; the rest is zeros.
    public var fileSize: Int
    /// The section header's flags: 0x20 code, 0x2000_0000 execute, 0x8000_0000 write.
    public var characteristics: UInt32

    public var isExecutable: Bool { characteristics & 0x2000_0020 != 0 }
    public var isWritable: Bool { characteristics & 0x8000_0000 != 0 }
  }

  /// A data directory's RVA range, inside the image.
  public struct Directory: Equatable, Sendable {
    public var address: UInt32
    public var size: UInt32
  }

  /// The largest image that is accepted: 256 MiB.
  public static let maximumImageSize: UInt32 = 256 << 20

  public internal(set) var bytes: [UInt8]
  public internal(set) var format: Format
  public internal(set) var machine: Machine
  public internal(set) var subsystem: Subsystem
  /// RVA of the entry point; 0 means there is none.
  public internal(set) var entryPoint: UInt32
  public internal(set) var imageBase: UInt64
  /// Bytes the loaded image takes.
  public internal(set) var sizeOfImage: UInt32
  /// Bytes copied from the file's beginning to the image's beginning.
  public internal(set) var sizeOfHeaders: Int
  public internal(set) var sectionAlignment: UInt32
  public internal(set) var sections: [Section]
  /// Whether the linker removed the relocations: such an image only loads at `imageBase`.
  public internal(set) var relocationsStripped: Bool
  public internal(set) var relocations: Directory?
  public internal(set) var debug: Directory?
  /// The last path component of the debug directory's PDB name, for reports.
  public internal(set) var pdbName: String?
  /// The length of the file that headers, sections and certificates account for.
  public internal(set) var fileExtent: Int
  /// Where the certificate table lies in the file, if there is one.
  public internal(set) var certificates: Range<Int>?

  /// The section that covers this RVA.
  public func section(at rva: UInt32) -> Section? {
    for section in sections where rva >= section.address && rva - section.address < section.size {
      return section
    }
    return nil
  }

  /// Where the byte of this RVA stands in the file, if it comes from there.
  public func fileOffset(of rva: UInt32) -> Int? {
    for section in sections
    where rva >= section.address && Int(rva - section.address) < section.fileSize {
      return section.fileOffset + Int(rva - section.address)
    }
    return format != .te && Int(rva) < sizeOfHeaders ? Int(rva) : nil
  }
}
