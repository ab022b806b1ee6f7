import ELFToPE
import OptionROM
import XCTest

/// The ELF files are written here field by field, after the ELF-64 specification and the AArch64
/// supplement; what comes out is read back by the PE parser of OptionROM.
final class ConversionTests: XCTestCase {
  struct Segment {
    var type: UInt32 = 1
    var flags: UInt32
    var address: UInt64
    var bytes: [UInt8]
    var memorySize: UInt64?
  }

  func little(_ value: UInt64, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  func elf(_ segments: [Segment], entry: UInt64 = 0x1000, machine: UInt64 = 183) -> [UInt8] {
    var header: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    header += little(3, 2) + little(machine, 2) + little(1, 4) + little(entry, 8)
    header += little(64, 8) + little(0, 8) + little(0, 4) + little(64, 2) + little(56, 2)
    header += little(UInt64(segments.count), 2) + little(0, 6)
    var body: [UInt8] = []
    let start = 64 + 56 * segments.count
    for segment in segments {
      header += little(UInt64(segment.type), 4) + little(UInt64(segment.flags), 4)
      header += little(UInt64(start + body.count), 8)
      header += little(segment.address, 8) + little(segment.address, 8)
      header += little(UInt64(segment.bytes.count), 8)
      header += little(segment.memorySize ?? UInt64(segment.bytes.count), 8) + little(0x1000, 8)
      body += segment.bytes
    }
    return header + body
  }

  /// Code at 0x1000, data at 0x2000 with two words that hold addresses.
  func example(relocationType: UInt64 = 1027) -> [UInt8] {
    let rela =
      little(0x2008, 8) + little(relocationType, 8) + little(0x1004, 8)
      + little(0x2ff8, 8) + little(relocationType, 8) + little(0x2000, 8)
    let dynamic = little(7, 8) + little(0, 8) + little(8, 8) + little(48, 8) + little(0, 16)
    return elf([
      Segment(flags: 4, address: 0, bytes: rela),
      Segment(flags: 5, address: 0x1000, bytes: [0xc0, 0x03, 0x5f, 0xd6, 1, 2, 3, 4]),
      Segment(flags: 6, address: 0x2000, bytes: [9, 8, 7], memorySize: 0x1000),
      Segment(type: 2, flags: 6, address: 0x2000, bytes: dynamic),
    ])
  }

  func testSectionsEntryAndSubsystem() throws {
    let pe = try PEImage(parsing: convert(elf: example(), to: .bootServiceDriver))
    XCTAssertEqual(pe.machine, .aarch64)
    XCTAssertEqual(pe.subsystem, .bootServiceDriver)
    XCTAssertEqual(pe.entryPoint, 0x2000)
    XCTAssertEqual(pe.sectionAlignment, 0x1000)
    XCTAssertEqual(pe.sections.map(\.name), [".rdata", ".text", ".data", ".reloc"])
    XCTAssertEqual(pe.sections.map(\.address), [0x1000, 0x2000, 0x3000, 0x4000])
    XCTAssertEqual(pe.sections.map(\.isExecutable), [false, true, false, false])
    XCTAssertEqual(pe.sections.map(\.isWritable), [false, false, true, false])
    XCTAssertEqual(pe.sizeOfImage, 0x5000)
    let code = try XCTUnwrap(pe.fileOffset(of: 0x2000))
    XCTAssertEqual(Array(pe.bytes[code..<code + 8]), [0xc0, 0x03, 0x5f, 0xd6, 1, 2, 3, 4])
    for kind in [ImageKind.application, .runtimeDriver] {
      let other = try PEImage(parsing: convert(elf: example(), to: kind))
      XCTAssertEqual(other.subsystem.rawValue, kind.rawValue)
    }
  }

  /// One word lies behind the segment's bytes in the file, where only zeros would be.
  func testAddressesAreRelocated() throws {
    let pe = try PEImage(parsing: convert(elf: example(), to: .bootServiceDriver))
    XCTAssertFalse(pe.relocationsStripped)
    let base: UInt64 = 0x12_3456_0000
    var loaded = [UInt8](repeating: 0, count: Int(pe.sizeOfImage))
    try loaded.withUnsafeMutableBytes { try pe.load(into: $0, at: base) }
    let memory = loaded
    func word(_ offset: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 | UInt64(memory[offset + $1]) << UInt64(8 * $1) }
    }
    XCTAssertEqual(word(0x3008), base + 0x2004)
    XCTAssertEqual(word(0x3ff8), base + 0x3000)
    XCTAssertEqual(Array(loaded[0x3000..<0x3004]), [9, 8, 7, 0])
  }

  func testRepeats() throws {
    XCTAssertEqual(
      try convert(elf: example(), to: .application), try convert(elf: example(), to: .application))
  }

  func expect(_ error: ConversionError, _ file: [UInt8], line: UInt = #line) {
    XCTAssertThrowsError(try convert(elf: file, to: .application), line: line) {
      XCTAssertEqual($0 as? ConversionError, error, line: line)
    }
  }

  func testRefusals() {
    let code = Segment(flags: 5, address: 0x1000, bytes: [0, 0, 0, 0])
    expect(.notELF64, [0x7f, 0x45])
    expect(.notELF64, [UInt8](repeating: 0, count: 200))
    expect(.notAArch64(machine: 62), elf([code], machine: 62))
    expect(.noSegments, elf([]))
    expect(
      .misalignedSegment(address: 0x1008),
      elf([Segment(flags: 5, address: 0x1008, bytes: [0, 0, 0, 0])]))
    expect(
      .writableAndExecutable(address: 0x1000),
      elf([Segment(flags: 7, address: 0x1000, bytes: [0, 0, 0, 0])]))
    expect(
      .overlappingSegments(address: 0x2000),
      elf([
        Segment(flags: 5, address: 0x1000, bytes: [0], memorySize: 0x1001),
        Segment(flags: 6, address: 0x2000, bytes: [0]),
      ]))
    expect(
      .tooLarge, elf([Segment(flags: 6, address: 0x1000, bytes: [0], memorySize: 1 << 40)]))
    expect(.entryOutside(address: 0x2000), elf([code], entry: 0x2000))
    expect(
      .unsupportedRelocation(type: 1026, address: 0x2008), example(relocationType: 1026))
  }

  /// No length of a truncated file may do worse than throw.
  func testTruncation() {
    let whole = example()
    for count in 0..<whole.count {
      XCTAssertThrowsError(try convert(elf: Array(whole[..<count]), to: .application))
    }
  }
}
