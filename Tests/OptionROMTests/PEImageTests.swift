import OptionROM
import Testing

@Suite struct PEImageTests {
  private func load(_ bytes: [UInt8], at base: UInt64) throws -> [UInt8] {
    let pe = try PEImage(parsing: bytes)
    var memory = [UInt8](repeating: 0xcc, count: Int(pe.sizeOfImage))
    try memory.withUnsafeMutableBytes { try pe.load(into: $0, at: base) }
    return memory
  }

  @Test func headersAndSections() throws {
    let pe = try PEImage(parsing: SyntheticPE().bytes)
    #expect(pe.format == .pe32Plus)
    #expect(pe.machine == .x64)
    #expect(pe.subsystem == .bootServiceDriver)
    #expect(pe.entryPoint == 0x200)
    #expect(pe.imageBase == 0x1_8000_0000)
    #expect(pe.sections.map(\.name) == [".text", ".reloc"])
    #expect(pe.section(at: 0x2ff)?.isExecutable == true)
    #expect(pe.section(at: 0x100) == nil)
    #expect(pe.fileExtent == 0x400)
  }

  @Test func relocatesEveryWidth() throws {
    let moved = SyntheticPE.base + 0x12_3456_7000
    #expect(try load(SyntheticPE().bytes, at: moved).u64(at: 0x210) == 0x13_b456_7230)
    #expect(
      try load(SyntheticPE(relocation: (3, 0x210)).bytes, at: moved).u64(at: 0x210)
        == 0x1_b456_7230)
    #expect(
      try load(SyntheticPE(relocation: (1, 0x212)).bytes, at: moved).u64(at: 0x210)
        == 0x1_b456_0230)
    #expect(
      try load(SyntheticPE(relocation: (2, 0x210)).bytes, at: moved).u64(at: 0x210)
        == 0x1_8000_7230)
    #expect(
      try load(SyntheticPE(relocation: (0, 0x210)).bytes, at: moved).u64(at: 0x210)
        == 0x1_8000_0230)
  }

  @Test func refusesWhatLeavesTheImage() throws {
    #expect(throws: PEError.badRelocation(rva: 0x308)) {
      try load(SyntheticPE(relocation: (10, 0x3fc)).bytes, at: 0)
    }
    #expect(throws: PEError.unknownRelocation(type: 5, rva: 0x308)) {
      try load(SyntheticPE(relocation: (5, 0)).bytes, at: 0)
    }
    var bytes = SyntheticPE().bytes
    bytes.put(UInt32(0x400), at: 0x58 + 16)
    #expect(throws: PEError.badEntryPoint(0x400)) { try PEImage(parsing: bytes) }
    bytes = SyntheticPE().bytes
    bytes.put(UInt32(0xffff_fff0), at: 0x148 + 12)
    #expect(throws: PEError.badSection(index: 0, offset: 0x148)) { try PEImage(parsing: bytes) }
    bytes = SyntheticPE().bytes
    bytes.put(UInt32(0xffff_ffff), at: 0x58 + 56)
    #expect(throws: PEError.badImageSize(0xffff_ffff)) { try PEImage(parsing: bytes) }
    #expect(throws: PEError.noSignature) { try PEImage(parsing: [1, 2, 3]) }
  }

  @Test func strippedLoadsAtItsBaseOnly() throws {
    var bytes = SyntheticPE().bytes
    bytes.put(UInt16(0x23), at: 0x56)
    #expect(try load(bytes, at: SyntheticPE.base).u16(at: 0x210) == 0x0230)
    #expect(throws: PEError.notRelocatable) { try load(bytes, at: 0x1000) }
  }

  @Test func terseExecutable() throws {
    // .text at RVA 0x200, whose headers of 0x1e8 bytes were replaced by TE's 80.
    let pe = SyntheticPE().bytes
    var te = [UInt8](repeating: 0, count: 40)
    te.put(UInt16(0x5a56), at: 0)
    te.put(Machine.x64.rawValue, at: 2)
    te[4] = 1
    te[5] = 11
    te.put(UInt16(0x1d8), at: 6)
    te.put(UInt32(0x200), at: 8)
    te += pe[0x148..<0x170]
    let shift = 0x1d8 - 40
    te += [UInt8](repeating: 0, count: 0x200 - shift - te.count) + pe[0x200..<0x300]
    let image = try PEImage(parsing: te)
    #expect(image.format == .te)
    #expect(image.sizeOfImage == 0x300)
    #expect(try load(te, at: 0)[0x200..<0x300] == pe[0x200..<0x300])
  }
}
