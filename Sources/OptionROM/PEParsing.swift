extension PEImage {
  /// Checks the headers of a PE32, PE32+ or TE file. Bytes behind the image are ignored.
  public init(parsing bytes: [UInt8]) throws(PEError) {
    switch bytes.u16(at: 0) {
    case 0x5a56: try self.init(te: bytes)  // "VZ"
    case 0x5a4d:  // "MZ"
      guard let pointer = bytes.u32(at: 0x3c) else { throw .truncatedHeader(offset: 0x3c) }
      try self.init(pe: bytes, at: Int(pointer))
    case 0x4550: try self.init(pe: bytes, at: 0)  // "PE"
    default: throw .noSignature
    }
  }

  // MARK: PE32 and PE32+

  private init(pe bytes: [UInt8], at start: Int) throws(PEError) {
    guard let signature = bytes.u32(at: start) else { throw .truncatedHeader(offset: start) }
    guard signature == 0x0000_4550 else { throw .noSignature }
    let optional = start + 24
    guard let machine = bytes.u16(at: start + 4), let count = bytes.u16(at: start + 6),
      let optionalSize = bytes.u16(at: start + 20),
      let characteristics = bytes.u16(at: start + 22), let magic = bytes.u16(at: optional)
    else { throw .truncatedHeader(offset: start) }
    guard magic == 0x010b || magic == 0x020b else { throw .badMagic(magic, offset: optional) }
    let isWide = magic == 0x020b
    // The fixed part of the optional header ends with the number of directories.
    let directoryCountOffset = isWide ? 108 : 92
    guard Int(optionalSize) >= directoryCountOffset + 4,
      let entry = bytes.u32(at: optional + 16), let alignment = bytes.u32(at: optional + 32),
      let imageSize = bytes.u32(at: optional + 56),
      let headerSize = bytes.u32(at: optional + 60),
      let subsystem = bytes.u16(at: optional + 68),
      let directoryCount = bytes.u32(at: optional + directoryCountOffset),
      let base = isWide
        ? bytes.u64(at: optional + 24) : bytes.u32(at: optional + 28).map({ UInt64($0) })
    else { throw .truncatedHeader(offset: optional) }
    guard alignment != 0, alignment & (alignment - 1) == 0 else { throw .badAlignment(alignment) }
    guard imageSize != 0, imageSize <= PEImage.maximumImageSize, headerSize <= imageSize else {
      throw .badImageSize(imageSize)
    }
    guard Int(headerSize) <= bytes.count else { throw .truncatedHeader(offset: Int(headerSize)) }
    guard entry < imageSize else { throw .badEntryPoint(entry) }

    self.bytes = bytes
    format = isWide ? .pe32Plus : .pe32
    self.machine = Machine(rawValue: machine)
    self.subsystem = Subsystem(rawValue: subsystem)
    entryPoint = entry
    imageBase = base
    sizeOfImage = imageSize
    sizeOfHeaders = Int(headerSize)
    sectionAlignment = alignment
    sections = []
    relocationsStripped = characteristics & 0x0001 != 0
    fileExtent = Int(headerSize)

    let table = optional + Int(optionalSize)
    for index in 0..<Int(count) {
      let header = table + index * 40
      sections.append(try readSection(index, at: header, shift: 0))
      fileExtent = max(fileExtent, header + 40)
    }
    let directories = min(
      Int(directoryCount), (Int(optionalSize) - directoryCountOffset - 4) / 8)
    let first = optional + directoryCountOffset + 4
    // Directory 4 counts in file offsets, not RVAs.
    if directories > 4, let start = bytes.u32(at: first + 32), let size = bytes.u32(at: first + 36),
      size != 0, Int(start) + Int(size) <= bytes.count
    {
      certificates = Int(start)..<Int(start) + Int(size)
      fileExtent = max(fileExtent, Int(start) + Int(size))
    }
    if directories > 5 { relocations = readDirectory(at: first + 40) }
    if directories > 6 { debug = readDirectory(at: first + 48) }
    pdbName = readPDBName()
  }

  // MARK: TE

  private init(te bytes: [UInt8]) throws(PEError) {
    guard let machine = bytes.u16(at: 2), let count = bytes.u8(at: 4),
      let subsystem = bytes.u8(at: 5), let stripped = bytes.u16(at: 6),
      let entry = bytes.u32(at: 8), let base = bytes.u64(at: 16), bytes.count >= 40
    else { throw .truncatedHeader(offset: 0) }
    // File offsets and RVAs are those of the PE file before its headers were stripped.
    let shift = Int(stripped) - 40
    guard shift >= 0 else { throw .truncatedHeader(offset: 6) }

    self.bytes = bytes
    format = .te
    self.machine = Machine(rawValue: machine)
    self.subsystem = Subsystem(rawValue: UInt16(subsystem))
    entryPoint = entry
    imageBase = base
    sizeOfHeaders = 0
    sectionAlignment = 1
    sections = []
    relocationsStripped = false
    fileExtent = 40 + Int(count) * 40
    // A TE header carries no image size: it ends with its last section.
    sizeOfImage = PEImage.maximumImageSize
    var end: UInt32 = 0
    for index in 0..<Int(count) {
      let section = try readSection(index, at: 40 + index * 40, shift: shift)
      sections.append(section)
      end = max(end, section.address + section.size)
    }
    guard end != 0 else { throw .badImageSize(0) }
    sizeOfImage = end
    guard entry < end else { throw .badEntryPoint(entry) }
    relocations = readDirectory(at: 24)
    debug = readDirectory(at: 32)
    relocationsStripped = relocations == nil
    pdbName = readPDBName()
  }

  // MARK: Parts

  private mutating func readSection(
    _ index: Int, at header: Int, shift: Int
  ) throws(PEError) -> Section {
    guard let virtualSize = bytes.u32(at: header + 8), let address = bytes.u32(at: header + 12),
      let rawSize = bytes.u32(at: header + 16), let rawOffset = bytes.u32(at: header + 20),
      let characteristics = bytes.u32(at: header + 36)
    else { throw .truncatedHeader(offset: header) }
    let size = virtualSize == 0 ? rawSize : virtualSize
    guard address <= sizeOfImage, size <= sizeOfImage - address else {
      throw .badSection(index: index, offset: header)
    }
    // More bytes in the file than in memory is file alignment's padding.
    let fileSize = Int(min(rawSize, size))
    let fileOffset = fileSize == 0 ? 0 : Int(rawOffset) - shift
    guard fileOffset >= 0, fileOffset + fileSize <= bytes.count else {
      throw .badSection(index: index, offset: header)
    }
    if rawSize != 0 {
      fileExtent = max(fileExtent, min(bytes.count, Int(rawOffset) - shift + Int(rawSize)))
    }
    return Section(
      name: PEImage.text(in: bytes, at: header, limit: 8), address: address, size: size,
      fileOffset: fileOffset, fileSize: fileSize, characteristics: characteristics)
  }

  private func readDirectory(at offset: Int) -> Directory? {
    guard let address = bytes.u32(at: offset), let size = bytes.u32(at: offset + 4), size != 0,
      address < sizeOfImage, size <= sizeOfImage - address
    else { return nil }
    return Directory(address: address, size: size)
  }

  private func readPDBName() -> String? {
    guard let debug, let first = fileOffset(of: debug.address) else { return nil }
    for index in 0..<Int(min(debug.size / 28, 16)) {
      let entry = first + index * 28
      // Type 2 is CodeView; its signature decides how far in the name stands.
      guard bytes.u32(at: entry + 12) == 2, let rva = bytes.u32(at: entry + 20),
        let record = fileOffset(of: rva), let signature = bytes.u32(at: record)
      else { continue }
      switch signature {
      case 0x5344_5352: return baseName(at: record + 24)  // "RSDS"
      case 0x3031_424e: return baseName(at: record + 16)  // "NB10"
      case 0x434f_544d: return baseName(at: record + 20)  // "MTOC"
      default: continue
      }
    }
    return nil
  }

  private func baseName(at offset: Int) -> String? {
    var start = offset
    var end = offset
    while let byte = bytes.u8(at: end), byte != 0, end - offset < 1024 {
      if byte == 0x2f || byte == 0x5c { start = end + 1 }
      end += 1
    }
    return end > start ? PEImage.text(in: bytes, at: start, limit: end - start) : nil
  }

  static func text(in bytes: [UInt8], at offset: Int, limit: Int) -> String {
    var text = ""
    for index in 0..<limit {
      guard let byte = bytes.u8(at: offset + index), byte != 0 else { break }
      let isPrintable = byte >= 0x20 && byte < 0x7f
      text.unicodeScalars.append(Unicode.Scalar(isPrintable ? byte : 0x3f))
    }
    return text
  }
}
