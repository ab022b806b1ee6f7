/// UEFI's kinds of image (UEFI 2.10, 2.1.1), as the optional header's subsystem.
public enum ImageKind: UInt16, Sendable {
  case application = 10
  case bootServiceDriver = 11
  case runtimeDriver = 12
}

/// Turns a static position-independent AArch64 ELF file into the bytes of a PE32+ image.
///
/// Every segment becomes a section, 4 KiB further up: the headers come before the first. Words that
/// hold addresses become base relocations. The same input gives the same bytes.
public func convert(elf file: [UInt8], to kind: ImageKind) throws(ConversionError) -> [UInt8] {
  let elf = try ELFImage(parsing: file)
  return try PEWriter(elf: elf, kind: kind).write()
}

/// PE/COFF specification, 3 and 4.
struct PEWriter {
  /// Where ELF address 0 comes to lie, so that the headers have the first page.
  static let shift: UInt64 = 0x1000
  static let fileAlignment = 0x200
  static let sectionAlignment = 0x1000

  let elf: ELFImage
  let kind: ImageKind

  private struct Section {
    var name: StaticString
    var address: UInt64
    var size: UInt64
    var bytes: [UInt8]
    var characteristics: UInt32
  }

  func write() throws(ConversionError) -> [UInt8] {
    var sections = try self.sections()
    let end = sections.map { align($0.address + $0.size, Self.sectionAlignment) }.max() ?? 0
    let relocations = baseRelocations()
    sections.append(
      Section(
        name: ".reloc", address: end, size: UInt64(relocations.count), bytes: relocations,
        characteristics: 0x4200_0040))
    let imageSize = align(end + UInt64(relocations.count), Self.sectionAlignment)
    guard imageSize <= ELFImage.maximumSize else { throw .tooLarge }

    let headerSize = Int(align(UInt64(0x40 + 24 + 240 + 40 * sections.count), Self.fileAlignment))
    var file: [UInt8] = []
    appendHeaders(
      &file, sections: sections, imageSize: imageSize, headerSize: headerSize,
      relocations: (end, relocations.count))
    var position = headerSize
    for section in sections {
      let stored = Int(align(UInt64(section.bytes.count), Self.fileAlignment))
      appendSectionHeader(&file, section, at: stored == 0 ? 0 : position, stored: stored)
      position += stored
    }
    pad(&file, to: headerSize)
    for section in sections {
      file += section.bytes
      pad(&file, to: Int(align(UInt64(file.count), Self.fileAlignment)))
    }
    return file
  }

  /// The segments, with every address in them as it is when the image lies at 0.
  private func sections() throws(ConversionError) -> [Section] {
    var sections: [Section] = []
    for segment in elf.segments {
      var bytes = segment.bytes
      for relocation in elf.relocations
      where relocation.address >= segment.address && relocation.address < segment.end {
        let offset = Int(relocation.address - segment.address)
        guard relocation.address + 8 <= segment.end else {
          throw .relocationOutside(address: relocation.address)
        }
        if bytes.count < offset + 8 { pad(&bytes, to: offset + 8) }
        let value = relocation.value &+ Self.shift
        for index in 0..<8 {
          bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
        }
      }
      sections.append(
        Section(
          name: segment.isExecutable ? ".text" : segment.isWritable ? ".data" : ".rdata",
          address: segment.address + Self.shift, size: segment.size, bytes: bytes,
          characteristics: segment.isExecutable
            ? 0x6000_0020 : segment.isWritable ? 0xC000_0040 : 0x4000_0040))
    }
    for relocation in elf.relocations {
      guard
        elf.segments.contains(where: {
          relocation.address >= $0.address && relocation.address < $0.end
        })
      else { throw .relocationOutside(address: relocation.address) }
    }
    return sections
  }

  /// Blocks of DIR64 entries, one for each page that has some (PE/COFF, 5.6).
  private func baseRelocations() -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < elf.relocations.count {
      let page = (elf.relocations[index].address + Self.shift) & ~0xfff
      var entries: [UInt16] = []
      while index < elf.relocations.count {
        let address = elf.relocations[index].address + Self.shift
        guard address & ~0xfff == page else { break }
        entries.append(0xa000 | UInt16(address & 0xfff))
        index += 1
      }
      if entries.count % 2 != 0 { entries.append(0) }
      append(&result, page, size: 4)
      append(&result, UInt64(8 + 2 * entries.count), size: 4)
      for entry in entries { append(&result, UInt64(entry), size: 2) }
    }
    if result.isEmpty { result = [0, 0, 0, 0, 8, 0, 0, 0] }
    return result
  }

  // MARK: Headers

  private func appendHeaders(
    _ file: inout [UInt8], sections: [Section], imageSize: UInt64, headerSize: Int,
    relocations: (address: UInt64, size: Int)
  ) {
    // DOS header: a signature, and where the real one begins.
    file += [0x4d, 0x5a]
    pad(&file, to: 0x3c)
    append(&file, 0x40, size: 4)
    file += [0x50, 0x45, 0, 0]
    // COFF header: executable, line numbers and symbols stripped, large addresses; no time stamp,
    // so that builds repeat.
    for (value, size) in [
      (0xaa64, 2), (UInt64(sections.count), 2), (0, 4), (0, 4), (0, 4), (240, 2), (0x22e, 2),
    ] { append(&file, value, size: size) }

    let code = sections.filter { $0.characteristics & 0x20 != 0 }
    let codeSize = code.reduce(0) { $0 + align(UInt64($1.bytes.count), Self.fileAlignment) }
    let fields: [(UInt64, Int)] = [
      (0x20b, 2), (0, 1), (0, 1), (codeSize, 4), (0, 4), (0, 4), (elf.entry + Self.shift, 4),
      (code.first?.address ?? 0, 4), (0, 8), (UInt64(Self.sectionAlignment), 4),
      (UInt64(Self.fileAlignment), 4),
      // Versions of operating system, image and subsystem.
      (0, 2), (0, 2), (0, 2), (0, 2), (0, 2), (0, 2), (0, 4),
      (imageSize, 4), (UInt64(headerSize), 4), (0, 4), (UInt64(kind.rawValue), 2),
      // Dynamic base, compatible with execute-never data, high entropy.
      (0x160, 2), (0, 8), (0, 8), (0, 8), (0, 8), (0, 4), (16, 4),
    ]
    for (value, size) in fields { append(&file, value, size: size) }
    for directory in 0..<16 {
      append(&file, directory == 5 ? relocations.address : 0, size: 4)
      append(&file, directory == 5 ? UInt64(relocations.size) : 0, size: 4)
    }
  }

  private func appendSectionHeader(
    _ file: inout [UInt8], _ section: Section, at position: Int, stored: Int
  ) {
    var name = (0..<section.name.utf8CodeUnitCount).map { section.name.utf8Start[$0] }
    pad(&name, to: 8)
    file += name
    // The last but one is two halves: counts of relocations and of line numbers.
    let fields = [
      section.size, section.address, UInt64(stored), UInt64(position), 0, 0, 0,
      UInt64(section.characteristics),
    ]
    for value in fields { append(&file, value, size: 4) }
  }

  private func align(_ value: UInt64, _ alignment: Int) -> UInt64 {
    (value + UInt64(alignment) - 1) / UInt64(alignment) * UInt64(alignment)
  }

  private func pad(_ bytes: inout [UInt8], to count: Int) {
    bytes += [UInt8](repeating: 0, count: max(0, count - bytes.count))
  }

  private func append(_ bytes: inout [UInt8], _ value: UInt64, size: Int) {
    for index in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
  }
}
