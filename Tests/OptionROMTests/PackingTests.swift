import OptionROM
import Testing

@Suite struct PackingTests {
  private let identity = OptionROM.Identity(
    vendorID: 0x1234, deviceID: 0x1111, classCode: 0x038000)

  @Test(arguments: [false, true]) func roundTrip(compressed: Bool) throws {
    let driver = SyntheticPE().bytes
    let bytes = try OptionROM.pack([driver], identity: identity, compressed: compressed)
    #expect(bytes.count % 512 == 0)
    #expect(bytes.reduce(0, &+) == 0)
    let rom = try OptionROM(parsing: bytes)
    let image = try #require(rom.images.first)
    #expect(rom.images.count == 1)
    #expect(image.problems.isEmpty)
    #expect(image.isLast)
    #expect(image.codeType == .efi)
    #expect(image.pci?.classCode == 0x038000)
    #expect(image.efi?.machine == .x64)
    #expect(image.efi?.subsystem == .bootServiceDriver)
    let payload = try rom.payload(of: 0)
    #expect(payload.bytes == driver)
    #expect(payload.compression == (compressed ? .uefi : nil))
  }

  @Test func nativeGoesBeforeX64() throws {
    let bytes = try OptionROM.pack(
      [SyntheticPE().bytes, SyntheticPE(machine: .aarch64).bytes], identity: identity,
      compressed: false)
    let choice = ImageSelection(from: try OptionROM(parsing: bytes))
    #expect(choice.way == .native)
    #expect(choice.image == 1)
    let foreign = try OptionROM.pack(
      [SyntheticPE(machine: .ia32).bytes], identity: identity, compressed: false)
    let none = ImageSelection(from: try OptionROM(parsing: foreign))
    #expect(none.way == .none)
    #expect(none.reason == "image 0 is for ia32")
  }

  @Test func onlyDrivers() {
    #expect(throws: OptionROMError(image: 0, offset: 0, reason: .notADriver(.noSignature))) {
      try OptionROM.pack([[1, 2, 3]], identity: identity, compressed: false)
    }
  }
}
