import OptionROM

/// Where some data comes from, for error messages and budgets.
struct Place {
  /// Offset of the data, or of the outermost compressed section around it.
  var base: Int
  var isDecompressed: Bool
  var depth: Int

  static let outside = Place(base: 0, isDecompressed: false, depth: 0)

  /// The place of a part that begins `offset` bytes into this data.
  func part(at offset: Int) -> Place {
    Place(
      base: isDecompressed ? base : base + offset, isDecompressed: isDecompressed,
      depth: depth + 1)
  }

  /// The place of what the section at `offset` decompresses to.
  func decompressed(at offset: Int) -> Place {
    Place(base: isDecompressed ? base : base + offset, isDecompressed: true, depth: depth + 1)
  }

  func error(_ reason: FirmwareError.Reason, at offset: Int) -> FirmwareError {
    FirmwareError(
      offset: isDecompressed ? base : base + offset, inner: isDecompressed ? offset : nil,
      reason: reason)
  }
}

/// Walks volumes and files. Sections are in FirmwareSections.swift.
struct FirmwareReader {
  /// A firmware image nests volume, file and section about three times.
  static let maximumDepth = 24
  /// What all sections together may decompress to.
  static let outputBudget = 256 << 20

  var drivers: [FirmwareImage.Driver] = []
  var volumeCount = 0
  var problems: [FirmwareError] = []
  var produced = 0

  /// Finds volumes at every multiple of 8 bytes: padding and other data may lie between them.
  mutating func readVolumes(in bytes: [UInt8], place: Place) {
    var offset = 0
    while offset + 0x38 <= bytes.count {
      if bytes.u32(at: offset + 0x28) == 0x4856_465f {  // "_FVH"
        offset += readVolume(in: bytes, at: offset, place: place) ?? 8
      } else {
        offset += 8
      }
    }
  }

  /// Reads one volume and answers its length, or nil if its header cannot be trusted.
  private mutating func readVolume(in bytes: [UInt8], at start: Int, place: Place) -> Int? {
    guard let length64 = bytes.u64(at: start + 0x20), let attributes = bytes.u32(at: start + 0x2c),
      let headerLength = bytes.u16(at: start + 0x30).map({ Int($0) }),
      let extended = bytes.u16(at: start + 0x34).map({ Int($0) }),
      headerLength >= 0x38, headerLength % 2 == 0, let length = Int(exactly: length64),
      length >= headerLength, length <= bytes.count - start
    else {
      problems.append(place.error(.badVolumeHeader, at: start))
      return nil
    }
    var sum: UInt16 = 0
    for offset in stride(from: start, to: start + headerLength, by: 2) {
      sum &+= bytes.u16(at: offset) ?? 0
    }
    guard sum == 0 else {
      problems.append(place.error(.badVolumeChecksum, at: start))
      return nil
    }
    volumeCount += 1
    var first = headerLength
    if extended != 0 {
      guard extended >= headerLength, extended <= length - 20,
        let size = bytes.u32(at: start + extended + 16), Int(size) <= length - extended
      else {
        problems.append(place.error(.badVolumeHeader, at: start + 0x34))
        return length
      }
      first = extended + Int(size)
    }
    // The erase value tells free space from files and whether state bits are inverted.
    let erased: UInt8 = attributes & 0x0800 != 0 ? 0xff : 0x00
    readFiles(
      in: bytes, volume: start, from: (first + 7) / 8 * 8, to: length, erased: erased, place: place)
    return length
  }

  private mutating func readFiles(
    in bytes: [UInt8], volume: Int, from first: Int, to end: Int, erased: UInt8, place: Place
  ) {
    var offset = first
    while offset + 24 <= end {
      let start = volume + offset
      if bytes[start..<start + 24].allSatisfy({ $0 == erased }) { return }
      guard let header = fileHeader(in: bytes, at: start, erased: erased, place: place) else {
        // Without its header a file has no length, but the next one begins on a multiple of 8.
        offset += 8
        continue
      }
      guard header.size >= header.headerSize, header.size <= end - offset else {
        problems.append(place.error(.badFileSize(header.size), at: start + 20))
        return
      }
      if header.isValid, header.type != .padding {
        readFile(in: bytes, at: start, header: header, place: place)
      }
      offset += (header.size + 7) / 8 * 8
    }
  }

  private struct FileHeader {
    var guid: FileGUID
    var type: FirmwareImage.FileType
    var headerSize: Int
    var size: Int
    var isValid: Bool
  }

  private mutating func fileHeader(
    in bytes: [UInt8], at start: Int, erased: UInt8, place: Place
  ) -> FileHeader? {
    guard let guid = FileGUID(in: bytes, at: start), let type = bytes.u8(at: start + 18),
      let attributes = bytes.u8(at: start + 19), let sizeAndState = bytes.u32(at: start + 20)
    else { return nil }
    // FFS3: a large file has a 64-bit size behind the header.
    let isLarge = attributes & 0x01 != 0
    let headerSize = isLarge ? 32 : 24
    var size = Int(sizeAndState & 0xff_ffff)
    if isLarge {
      guard let large = bytes.u64(at: start + 24), let exact = Int(exactly: large) else {
        return nil
      }
      size = exact
    }
    // The checksum covers the header without the data's checksum and the state.
    var sum: UInt8 = 0
    for offset in 0..<headerSize where offset != 17 && offset != 23 {
      sum &+= bytes.u8(at: start + offset) ?? 0
    }
    guard sum == 0 else {
      if problems.last?.reason != .badFileChecksum {
        problems.append(place.error(.badFileChecksum, at: start))
      }
      return nil
    }
    // Data valid (0x04) or marked for update (0x08), and not deleted (0x10) or invalid (0x20).
    let state = UInt8(sizeAndState >> 24) ^ erased
    return FileHeader(
      guid: guid, type: FirmwareImage.FileType(rawValue: type), headerSize: headerSize, size: size,
      isValid: state & 0x30 == 0 && state & 0x0c != 0)
  }

  private mutating func readFile(
    in bytes: [UInt8], at start: Int, header: FileHeader, place: Place
  ) {
    // Raw files hold no sections.
    guard header.type.rawValue != 0x01, header.type.rawValue < 0xc0 else { return }
    var contents = FileContents()
    let from = start + header.headerSize
    if let data = bytes.bytes(at: from, length: header.size - header.headerSize) {
      readSections(in: data, place: place.part(at: from), into: &contents)
    }
    for image in contents.images {
      let pe = try? PEImage(parsing: image)
      drivers.append(
        FirmwareImage.Driver(
          name: contents.name, guid: header.guid, type: header.type, bytes: image,
          machine: pe?.machine, format: pe?.format,
          offset: place.isDecompressed ? place.base : place.base + start))
    }
    for volume in contents.volumes { readVolumes(in: volume.bytes, place: volume.place) }
  }
}

/// What the sections of one file add up to.
struct FileContents {
  var name = ""
  var images: [[UInt8]] = []
  var volumes: [(bytes: [UInt8], place: Place)] = []
}
