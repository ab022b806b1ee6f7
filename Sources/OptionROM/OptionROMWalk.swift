// The walk over a ROM's images. It always moves forward by at least 512 bytes, so no length in
// the file can make it loop.

extension OptionROM {
  /// Lists the images in `bytes`.
  ///
  /// The first image may stand behind a vendor's header, at any multiple of 512 bytes. Throws only
  /// if there is no image at all; everything else is kept in the images' `problems`.
  public init(parsing bytes: [UInt8]) throws(OptionROMError) {
    guard let first = OptionROM.firstImage(in: bytes) else {
      throw OptionROMError(image: 0, offset: 0, reason: .noImage)
    }
    var images: [Image] = []
    var next: Int? = first
    var sawLast = false
    while let offset = next {
      var image = OptionROM.image(at: offset, index: images.count, in: bytes)
      if sawLast {
        image.problems.append(
          OptionROMError(image: image.index, offset: offset, reason: .afterLast))
      }
      images.append(image)
      sawLast = sawLast || image.isLast
      // Behind a damaged image, and behind the last one, whatever looks like an image counts.
      let step = max(512, (image.size + 511) / 512 * 512)
      next = OptionROM.nextImage(from: offset + step, in: bytes)
    }
    self.init(bytes: bytes, images: images)
  }

  // MARK: Finding images

  /// 0x55aa is the standard's; NVIDIA's later images also carry 0x77bb and "VN".
  private static func hasSignature(at offset: Int, in bytes: [UInt8]) -> Bool {
    switch bytes.u16(at: offset) {
    case 0xaa55, 0xbb77, 0x4e56: true
    default: false
    }
  }

  /// Where the PCI data structure of the image at `offset` stands in the file.
  private static func dataStructure(of offset: Int, in bytes: [UInt8]) -> Int? {
    guard let pointer = bytes.u16(at: offset + 0x18), pointer >= 0x04 else { return nil }
    let position = offset + Int(pointer)
    switch bytes.u32(at: position) {
    case 0x5249_4350: return position  // "PCIR"
    case 0x5344_504e, 0x5349_4752: return position  // NVIDIA's "NPDS" and "RGIS"
    default: return nil
    }
  }

  private static func firstImage(in bytes: [UInt8]) -> Int? {
    if bytes.u16(at: 0) == 0xaa55 { return 0 }
    if let whole = nextImage(from: 0, in: bytes) { return whole }
    var offset = 512
    while offset < bytes.count {
      if bytes.u16(at: offset) == 0xaa55 { return offset }
      offset += 512
    }
    return nil
  }

  /// The next image with both a signature and a PCI data structure, at a multiple of 512 bytes.
  private static func nextImage(from start: Int, in bytes: [UInt8]) -> Int? {
    var offset = start
    while offset < bytes.count {
      if hasSignature(at: offset, in: bytes), dataStructure(of: offset, in: bytes) != nil {
        return offset
      }
      offset += 512
    }
    return nil
  }

  // MARK: One image

  private static func image(at offset: Int, index: Int, in bytes: [UInt8]) -> Image {
    var image = Image(
      index: index, offset: offset, size: 0, declaredSize: 0, codeType: .legacy, pci: nil,
      nvidia: nil, efi: nil, isLast: false, checksum: .unknown, problems: [])
    func note(_ reason: OptionROMError.Reason, at position: Int) {
      image.problems.append(OptionROMError(image: index, offset: position, reason: reason))
    }

    // The header's own length byte counts 512-byte units too; in an EFI header it is 16 bits wide.
    let isEFI = bytes.u32(at: offset + 4) == 0x0000_0ef1
    var length = isEFI ? Int(bytes.u16(at: offset + 2) ?? 0) : Int(bytes.u8(at: offset + 2) ?? 0)

    if let position = dataStructure(of: offset, in: bytes),
      let data = pciData(at: position, image: offset, in: bytes)
    {
      image.pci = data
      image.codeType = CodeType(rawValue: data.codeType)
      image.isLast = data.indicator & 0x80 != 0
      if data.imageLength != 0 { length = Int(data.imageLength) }
      if data.structureLength < 0x18 {
        note(.shortDataStructure(length: Int(data.structureLength)), at: position + 0x0a)
      }
      if let list = deviceList(of: data, at: position, limit: offset + length * 512, in: bytes) {
        image.pci?.deviceList = list
      } else {
        note(.badDeviceList, at: position + 0x08)
      }
      if let extra = nvidiaExtension(behind: data, image: offset, in: bytes) {
        image.nvidia = extra
        image.isLast = extra.isLast
        if extra.imageLength != 0 { length = Int(extra.imageLength) }
      }
    } else {
      image.codeType = isEFI ? .efi : .legacy
      // An ISA ROM has none, and that is fine; it is known by its checksum.
      let isISA =
        !isEFI && length != 0 && length * 512 <= bytes.count - offset
        && checksum(bytes, offset, length * 512) == 0
      if !isISA {
        let pointer = Int(bytes.u16(at: offset + 0x18) ?? 0)
        note(.noDataStructure(pointer: pointer), at: offset + 0x18)
      }
    }

    image.declaredSize = length * 512
    image.size = min(image.declaredSize, bytes.count - offset)
    if length == 0 {
      note(.zeroLength, at: offset + 2)
    } else if image.size < image.declaredSize {
      note(.truncated(declared: image.declaredSize, available: image.size), at: offset + 2)
    } else {
      let sum = checksum(bytes, offset, image.size)
      image.checksum = sum == 0 ? .good : .bad(sum)
      // Vendor images are not code the host's checksum rule covers.
      if sum != 0, !image.isVendor { note(.badChecksum(sum), at: offset) }
    }

    if isEFI {
      image.efi = efiHeader(at: offset, in: bytes)
      if let header = image.efi {
        if Int(header.imageOffset) >= max(image.size, 1) || header.imageOffset < 0x1a {
          note(.badImageOffset(Int(header.imageOffset)), at: offset + 0x16)
        }
        if header.compressionType > 1 {
          note(.unknownCompression(header.compressionType), at: offset + 0x0c)
        }
      }
    } else if image.codeType == .efi {
      note(.noEFISignature, at: offset + 4)
    }
    return image
  }

  private static func pciData(at position: Int, image: Int, in bytes: [UInt8]) -> PCIData? {
    guard let reserved = bytes.u16(at: position + 0x16),
      let indicator = bytes.u8(at: position + 0x15),
      let vendor = bytes.u16(at: position + 0x04), let device = bytes.u16(at: position + 0x06),
      let length = bytes.u16(at: position + 0x0a), let revision = bytes.u8(at: position + 0x0c),
      let classWord = bytes.u32(at: position + 0x0c), let size = bytes.u16(at: position + 0x10),
      let codeRevision = bytes.u16(at: position + 0x12),
      let codeType = bytes.u8(at: position + 0x14)
    else { return nil }
    return PCIData(
      offset: position - image, vendorID: vendor, deviceID: device, deviceList: [],
      structureLength: length, revision: revision, classCode: classWord >> 8, imageLength: size,
      codeRevision: codeRevision, codeType: codeType, indicator: indicator,
      maximumRuntimeLength: revision >= 3 ? reserved : 0)
  }

  /// Revision 3 keeps a zero-terminated list of device IDs where revision 0 kept the VPD pointer.
  private static func deviceList(
    of data: PCIData, at position: Int, limit: Int, in bytes: [UInt8]
  ) -> [UInt16]? {
    guard data.revision >= 3, let pointer = bytes.u16(at: position + 0x08), pointer != 0 else {
      return []
    }
    var list: [UInt16] = []
    var offset = position + Int(pointer)
    while offset + 2 <= limit, let device = bytes.u16(at: offset) {
      if device == 0 { return list }
      list.append(device)
      offset += 2
    }
    return nil
  }

  private static func nvidiaExtension(
    behind data: PCIData, image: Int, in bytes: [UInt8]
  ) -> NVIDIAExtension? {
    let start = (data.offset + Int(data.structureLength) + 15) / 16 * 16
    let position = image + start
    guard bytes.u32(at: position) == 0x4544_504e,  // "NPDE"
      let revision = bytes.u16(at: position + 4), let size = bytes.u16(at: position + 8),
      let flags = bytes.u8(at: position + 10)
    else { return nil }
    return NVIDIAExtension(revision: revision, imageLength: size, isLast: flags & 0x80 != 0)
  }

  private static func efiHeader(at offset: Int, in bytes: [UInt8]) -> EFIHeader? {
    guard let size = bytes.u16(at: offset + 0x02), let subsystem = bytes.u16(at: offset + 0x08),
      let machine = bytes.u16(at: offset + 0x0a), let compression = bytes.u16(at: offset + 0x0c),
      let start = bytes.u16(at: offset + 0x16)
    else { return nil }
    return EFIHeader(
      initializationSize: size, subsystem: Subsystem(rawValue: subsystem),
      machine: Machine(rawValue: machine), compressionType: compression, imageOffset: start)
  }

  /// The bytes' sum mod 256, eight at a time in four lanes of 16 bits.
  static func checksum(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> UInt8 {
    let lanes: UInt64 = 0x00ff_00ff_00ff_00ff
    return bytes.withUnsafeBytes { buffer in
      var sum: UInt64 = 0
      var index = offset
      let end = offset + size
      while end - index >= 8 {
        let word = buffer.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        // Three values below 2^8 never leave their lane, and only the lane's low byte matters.
        sum = (sum & lanes) &+ (word & lanes) &+ (word >> 8 & lanes)
        index += 8
      }
      var total = UInt8(truncatingIfNeeded: sum) &+ UInt8(truncatingIfNeeded: sum >> 16)
      total = total &+ UInt8(truncatingIfNeeded: sum >> 32) &+ UInt8(truncatingIfNeeded: sum >> 48)
      while index < end {
        total &+= buffer[index]
        index += 1
      }
      return total
    }
  }
}

extension OptionROM.Image {
  /// Whether the code type is a vendor's own.
  public var isVendor: Bool {
    if case .vendor = codeType { return true }
    return false
  }
}
