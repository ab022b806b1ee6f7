import OptionROM

extension FirmwareReader {
  /// Walks a stream of sections, each on a multiple of 4 bytes, into the ones that hold others too.
  mutating func readSections(in bytes: [UInt8], place: Place, into contents: inout FileContents) {
    guard place.depth <= FirmwareReader.maximumDepth else {
      problems.append(place.error(.tooMuch, at: 0))
      return
    }
    var offset = 0
    while offset + 4 <= bytes.count {
      guard let word = bytes.u32(at: offset) else { return }
      var size = Int(word & 0xff_ffff)
      var headerSize = 4
      // All ones: the size is the 32-bit word that follows.
      if size == 0xff_ffff {
        guard let large = bytes.u32(at: offset + 4) else {
          problems.append(place.error(.badSectionSize(size), at: offset))
          return
        }
        size = Int(large)
        headerSize = 8
      }
      guard size >= headerSize, size <= bytes.count - offset else {
        problems.append(place.error(.badSectionSize(size), at: offset))
        return
      }
      readSection(
        in: bytes, Section(offset: offset, size: size, headerSize: headerSize),
        type: UInt8(word >> 24), place: place, into: &contents)
      offset += (size + 3) / 4 * 4
    }
  }

  private struct Section {
    var offset: Int
    var size: Int
    var headerSize: Int

    var body: Int { offset + headerSize }
    var bodySize: Int { size - headerSize }
    var end: Int { offset + size }
  }

  private mutating func readSection(
    in bytes: [UInt8], _ section: Section, type: UInt8, place: Place,
    into contents: inout FileContents
  ) {
    switch type {
    case 0x01: readCompressed(in: bytes, section, place: place, into: &contents)
    case 0x02: readGuided(in: bytes, section, place: place, into: &contents)
    case 0x03:  // disposable: sections inside
      if let data = bytes.bytes(at: section.body, length: section.bodySize) {
        readSections(in: data, place: place.part(at: section.body), into: &contents)
      }
    case 0x10, 0x12:  // PE32, TE
      if let data = bytes.bytes(at: section.body, length: section.bodySize) {
        contents.images.append(data)
      }
    case 0x15:  // user interface name, UTF-16
      var units: [UInt16] = []
      var position = section.body
      while position + 2 <= section.end, let unit = bytes.u16(at: position), unit != 0 {
        units.append(unit)
        position += 2
      }
      contents.name = String(decoding: units, as: UTF16.self)
    case 0x17:  // firmware volume
      if let data = bytes.bytes(at: section.body, length: section.bodySize) {
        contents.volumes.append((data, place.part(at: section.body)))
      }
    default: break
    }
  }

  private mutating func readCompressed(
    in bytes: [UInt8], _ section: Section, place: Place, into contents: inout FileContents
  ) {
    guard section.bodySize >= 5, let type = bytes.u8(at: section.body + 4),
      let data = bytes.bytes(at: section.body + 5, length: section.bodySize - 5)
    else {
      problems.append(place.error(.badSectionSize(section.size), at: section.offset))
      return
    }
    switch type {
    case 0: readSections(in: data, place: place.part(at: section.body + 5), into: &contents)
    // The specification's dialect, but older build tools wrote Tiano's here.
    case 1: unpack(data, variant: nil, section, place: place, into: &contents)
    default:
      problems.append(
        place.error(.unknownEncapsulation("compression type \(type)"), at: section.offset))
    }
  }

  private mutating func readGuided(
    in bytes: [UInt8], _ section: Section, place: Place, into contents: inout FileContents
  ) {
    guard let guid = FileGUID(in: bytes, at: section.body),
      let dataOffset = bytes.u16(at: section.body + 16).map({ Int($0) }),
      let attributes = bytes.u16(at: section.body + 18),
      dataOffset >= section.headerSize + 20, dataOffset <= section.size,
      let data = bytes.bytes(at: section.offset + dataOffset, length: section.size - dataOffset)
    else {
      problems.append(place.error(.badSectionSize(section.size), at: section.offset))
      return
    }
    switch guid {
    case FileGUID.lzma:
      do {
        let output = try LZMA.decompress(data, limit: FirmwareReader.outputBudget - produced)
        produced += output.count
        readSections(
          in: output, place: place.decompressed(at: section.offset), into: &contents)
      } catch {
        let reason: FirmwareError.Reason =
          error == .tooMuch ? .tooMuch : .lzma(status: error.status)
        problems.append(place.error(reason, at: section.offset))
      }
    case FileGUID.tiano:
      unpack(data, variant: .tiano, section, place: place, into: &contents)
    case FileGUID.crc32:
      guard let stored = bytes.u32(at: section.body + 20), stored == LZMA.crc32(data) else {
        problems.append(place.error(.badCRC, at: section.offset))
        return
      }
      readSections(
        in: data, place: place.part(at: section.offset + dataOffset), into: &contents)
    default:
      // Bit 0: the data mean nothing before someone who knows the GUID has processed them.
      guard attributes & 1 == 0 else {
        problems.append(place.error(.unknownEncapsulation(guid.text), at: section.offset))
        return
      }
      readSections(
        in: data, place: place.part(at: section.offset + dataOffset), into: &contents)
    }
  }

  private mutating func unpack(
    _ data: [UInt8], variant: CompressionVariant?, _ section: Section, place: Place,
    into contents: inout FileContents
  ) {
    let output: [UInt8]
    do {
      let limit = min(maximumDecompressedSize, FirmwareReader.outputBudget - produced)
      if let variant {
        output = try decompress(data, variant: variant, limit: limit)
      } else {
        output = try decompress(data, limit: limit).bytes
      }
    } catch {
      problems.append(place.error(.compression(error), at: section.offset))
      return
    }
    produced += output.count
    readSections(in: output, place: place.decompressed(at: section.offset), into: &contents)
  }
}
