/// A PCI expansion ROM: what the PCI Firmware Specification 3.x §5 says lies in it.
///
/// Parsing lists whatever can be listed: trouble with one image is kept with that image and the
/// walk goes on behind it.
public struct OptionROM: Sendable {
  /// The whole file, vendor header and padding included.
  public let bytes: [UInt8]
  /// The images in file order.
  public let images: [Image]

  /// Bytes in front of the first image: a vendor's own header (NVIDIA's dumps have one), else 0.
  public var leadingBytes: Int { images.first?.offset ?? 0 }

  init(bytes: [UInt8], images: [Image]) {
    self.bytes = bytes
    self.images = images
  }

  /// One image of the ROM.
  public struct Image: Sendable {
    /// Counted from zero, in file order.
    public var index: Int
    /// Where the image begins, in bytes from the file's beginning.
    public var offset: Int
    /// How many of the image's bytes the file holds.
    public var size: Int
    /// How many bytes the image says it has; more than `size` if the file is truncated.
    public var declaredSize: Int
    public var codeType: CodeType
    /// The PCI data structure, if there is one to read.
    public var pci: PCIData?
    /// NVIDIA's extension of the PCI data structure, which has the last word on the length.
    public var nvidia: NVIDIAExtension?
    /// The EFI header, if the image has its signature.
    public var efi: EFIHeader?
    /// Whether this image says that none follows.
    public var isLast: Bool
    public var checksum: Checksum
    /// Everything that is wrong with this image.
    public var problems: [OptionROMError]

    /// One past the image's last byte in the file.
    public var end: Int { offset + size }
  }

  /// What kind of code an image holds (PCI data structure, offset 0x14).
  public enum CodeType: Equatable, Sendable {
    /// 0: PC-AT compatible; also an ISA ROM without a PCI data structure.
    case legacy
    /// 1: Open Firmware FCode.
    case openFirmware
    /// 2: HP PA-RISC.
    case hpPARISC
    /// 3: EFI.
    case efi
    /// Anything else; NVIDIA uses 0x70 and 0xe0.
    case vendor(UInt8)

    public init(rawValue: UInt8) {
      switch rawValue {
      case 0: self = .legacy
      case 1: self = .openFirmware
      case 2: self = .hpPARISC
      case 3: self = .efi
      default: self = .vendor(rawValue)
      }
    }

    public var rawValue: UInt8 {
      switch self {
      case .legacy: 0
      case .openFirmware: 1
      case .hpPARISC: 2
      case .efi: 3
      case .vendor(let value): value
      }
    }

    /// A short name for reports.
    public var name: String {
      switch self {
      case .legacy: "legacy x86"
      case .openFirmware: "Open Firmware"
      case .hpPARISC: "HP PA-RISC"
      case .efi: "EFI"
      case .vendor(let value): "vendor \(hex(Int(value), digits: 2))"
      }
    }
  }

  /// The PCI data structure ("PCIR"), revision 0 or 3.
  public struct PCIData: Equatable, Sendable {
    /// Where it begins, in bytes from the image's beginning.
    public var offset: Int
    public var vendorID: UInt16
    public var deviceID: UInt16
    /// Further device IDs the image serves (revision 3), without the terminating zero.
    public var deviceList: [UInt16]
    public var structureLength: UInt16
    public var revision: UInt8
    /// 24 bits: base class, subclass, programming interface.
    public var classCode: UInt32
    /// Image length in units of 512 bytes.
    public var imageLength: UInt16
    public var codeRevision: UInt16
    public var codeType: UInt8
    public var indicator: UInt8
    /// Runtime size in units of 512 bytes (revision 3), else 0.
    public var maximumRuntimeLength: UInt16
  }

  /// NVIDIA's "NPDE", which stands behind the PCI data structure at the next multiple of 16.
  public struct NVIDIAExtension: Equatable, Sendable {
    public var revision: UInt16
    /// Image length in units of 512 bytes.
    public var imageLength: UInt16
    public var isLast: Bool
  }

  /// The EFI expansion ROM header (UEFI 2.10 §14.4.2).
  public struct EFIHeader: Equatable, Sendable {
    /// In units of 512 bytes.
    public var initializationSize: UInt16
    public var subsystem: Subsystem
    public var machine: Machine
    /// 0 is none, 1 is UEFI compression.
    public var compressionType: UInt16
    /// Where the driver begins, in bytes from the image's beginning.
    public var imageOffset: UInt16
  }

  public enum Checksum: Equatable, Sendable {
    /// All bytes sum to zero mod 256.
    case good
    /// They sum to this.
    case bad(UInt8)
    /// Not all bytes are there.
    case unknown
  }

  /// A driver taken out of an image.
  public struct Payload: Sendable {
    /// The PE or TE file. Uncompressed ones are cut to what their headers account for.
    public var bytes: [UInt8]
    /// How it was compressed, or nil if it was not.
    public var compression: CompressionVariant?
  }

  /// The driver in the image with this index, decompressed.
  public func payload(of index: Int) throws(OptionROMError) -> Payload {
    guard index >= 0, index < images.count else {
      throw OptionROMError(image: index, offset: 0, reason: .noSuchImage)
    }
    let image = images[index]
    guard let header = image.efi else {
      throw OptionROMError(image: index, offset: image.offset, reason: .notEFI)
    }
    let start = Int(header.imageOffset)
    guard start < image.size,
      let stored = bytes.bytes(at: image.offset + start, length: image.size - start)
    else {
      throw OptionROMError(
        image: index, offset: image.offset + 0x16, reason: .badImageOffset(start))
    }
    switch header.compressionType {
    case 0:
      var trimmed = stored
      // What cannot be parsed is handed over whole; the caller's parse says why.
      if let pe = try? PEImage(parsing: stored), pe.fileExtent < stored.count {
        trimmed.removeLast(stored.count - pe.fileExtent)
      }
      return Payload(bytes: trimmed, compression: nil)
    case 1:
      do {
        let result = try decompress(stored)
        return Payload(bytes: result.bytes, compression: result.variant)
      } catch {
        throw OptionROMError(
          image: index, offset: image.offset + start, reason: .compression(error))
      }
    default:
      throw OptionROMError(
        image: index, offset: image.offset + 0x0c,
        reason: .unknownCompression(header.compressionType))
    }
  }
}
