import OptionROM
import Testing

@Suite struct WalkTests {
  /// An image with a PCI data structure at 0x40, `units` times 512 bytes.
  private func image(
    type: UInt8, units: Int, last: Bool, signature: UInt16 = 0xaa55, fill: Int? = nil
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (fill ?? units) * 512)
    bytes.put(signature, at: 0)
    bytes[2] = UInt8(units)
    bytes.put(UInt16(0x40), at: 0x18)
    bytes.put(UInt32(0x5249_4350), at: 0x40)
    bytes.put(UInt16(0x10de), at: 0x44)
    bytes.put(UInt16(0x1b80), at: 0x46)
    bytes.put(UInt16(0x18), at: 0x4a)
    bytes.put(UInt32(0x0300_0000), at: 0x4c)
    bytes.put(UInt16(units), at: 0x50)
    bytes[0x54] = type
    bytes[0x55] = last ? 0x80 : 0
    if bytes.count > 0 {
      bytes[bytes.count - 1] = 0 &- bytes.reduce(0, &+)
    }
    return bytes
  }

  @Test func vendorHeaderComesFirst() throws {
    for lead in [0x400, 0x34200] {
      let bytes = [UInt8](repeating: 0x4e, count: lead) + image(type: 0, units: 2, last: true)
      let rom = try OptionROM(parsing: bytes)
      #expect(rom.leadingBytes == lead)
      #expect(rom.images.count == 1)
      #expect(rom.images[0].checksum == .good)
    }
  }

  @Test func nvidiaExtensionHasTheLastWord() throws {
    // The PCI data structure says one unit and last, NPDE says two and more to come.
    var first = image(type: 0, units: 1, last: true, fill: 2)
    first.put(UInt32(0x4544_504e), at: 0x60)
    first.put(UInt16(0x0100), at: 0x64)
    first.put(UInt16(2), at: 0x68)
    let bytes =
      first + image(type: 0xe0, units: 3, last: false)
      + image(type: 0xe0, units: 1, last: true, signature: 0x4e56)
    let rom = try OptionROM(parsing: bytes)
    #expect(rom.images.map(\.offset) == [0, 0x400, 0xa00])
    #expect(rom.images.map(\.codeType) == [.legacy, .vendor(0xe0), .vendor(0xe0)])
    #expect(rom.images[0].nvidia?.imageLength == 2)
    #expect(!rom.images[0].isLast)
    #expect(rom.images[2].isLast)
    #expect(!rom.images.flatMap(\.problems).contains { $0.isDamage })
  }

  @Test func zeroLengthMovesOn() throws {
    let rom = try OptionROM(
      parsing: image(type: 0, units: 0, last: false, fill: 1) + image(type: 1, units: 1, last: true)
    )
    #expect(rom.images.map(\.offset) == [0, 0x200])
    #expect(rom.images[0].problems.map(\.reason) == [.zeroLength])
    #expect(rom.images[1].codeType == .openFirmware)
  }

  @Test func truncatedIsListed() throws {
    let rom = try OptionROM(parsing: [UInt8](image(type: 2, units: 4, last: true)[0..<0x500]))
    #expect(rom.images[0].codeType == .hpPARISC)
    #expect(
      rom.images[0].problems == [
        OptionROMError(image: 0, offset: 2, reason: .truncated(declared: 0x800, available: 0x500))
      ])
    #expect(rom.images[0].checksum == .unknown)
    #expect(
      rom.images[0].problems[0].description
        == "image 0 at 0x2: truncated: 2048 bytes declared, 1280 there")
  }

  @Test func behindTheLastIsSaid() throws {
    let rom = try OptionROM(
      parsing: image(type: 0, units: 1, last: true) + image(type: 0, units: 1, last: true))
    #expect(rom.images[1].problems.map(\.reason) == [.afterLast])
  }

  @Test func deviceListOfRevision3() throws {
    var bytes = image(type: 0, units: 1, last: true)
    bytes[0x4c] = 3
    bytes.put(UInt16(0x40), at: 0x48)
    bytes.put(UInt16(0x1111), at: 0x80)
    bytes.put(UInt16(0x2222), at: 0x82)
    #expect(try OptionROM(parsing: bytes).images[0].pci?.deviceList == [0x1111, 0x2222])
    bytes.put(UInt16(0x1000), at: 0x48)
    #expect(
      try OptionROM(parsing: bytes).images[0].problems.map(\.reason).contains(.badDeviceList))
  }

  @Test func nothingThere() {
    #expect(throws: OptionROMError(image: 0, offset: 0, reason: .noImage)) {
      try OptionROM(parsing: [UInt8](repeating: 0xff, count: 4096))
    }
    #expect(throws: OptionROMError.self) { try OptionROM(parsing: []) }
  }
}
