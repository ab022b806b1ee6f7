import OptionROM
import Testing

@Suite struct RealROMTests {
  @Test(arguments: RealROMs.ipxe) func ipxeImagesSumToZero(path: String) throws {
    let rom = try OptionROM(parsing: RealROMs.bytes(path))
    #expect(rom.images.count == (path.contains("/efi-") ? 2 : 1))
    for image in rom.images {
      #expect(image.checksum == .good)
      #expect(image.problems.isEmpty)
    }
    #expect(rom.images[0].codeType == .legacy)
    #expect(rom.images[0].pci?.revision == 3)
    #expect(rom.images.last?.end == rom.bytes.count)
  }

  @Test(arguments: RealROMs.efi) func ipxeDriverLoads(path: String) throws {
    let rom = try OptionROM(parsing: RealROMs.bytes(path))
    let payload = try rom.payload(of: 1)
    let pe = try PEImage(parsing: payload.bytes)
    #expect(pe.machine == .x64)
    #expect(pe.subsystem == .bootServiceDriver)
    #expect(pe.sectionAlignment == 0x20)
    #expect(pe.pdbName?.hasSuffix(".efidrv") == true)
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Int(pe.sizeOfImage), alignment: 4096)
    defer { memory.deallocate() }
    try pe.load(into: memory, at: 0x4_1234_5000)
    let choice = ImageSelection(from: rom)
    #expect(choice.way == .translated)
    #expect(choice.image == 1)
  }

  @Test(arguments: RealROMs.efi.filter { $0.hasSuffix("efi-virtio.rom") })
  func virtioNamesItsDevice(path: String) throws {
    let rom = try OptionROM(parsing: RealROMs.bytes(path))
    for image in rom.images {
      #expect(image.pci?.vendorID == 0x1af4)
      #expect(image.pci?.deviceID == 0x1041)
    }
  }

  @Test(arguments: RealROMs.vga) func vgaIsOneLegacyImage(path: String) throws {
    let rom = try OptionROM(parsing: RealROMs.bytes(path))
    #expect(rom.images.count == 1)
    #expect(rom.images[0].codeType == .legacy)
    #expect(rom.images[0].problems.filter { $0.isDamage }.isEmpty)
    #expect(ImageSelection(from: rom).way == .none)
  }
}
