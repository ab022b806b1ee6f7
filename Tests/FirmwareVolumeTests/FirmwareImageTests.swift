import FirmwareVolume
import OptionROM
import Testing

/// A section with its header, padded to a multiple of 4 bytes.
private func section(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: 4) + body
  bytes.put(UInt32(bytes.count) | UInt32(type) << 24, at: 0)
  while bytes.count % 4 != 0 { bytes.append(0) }
  return bytes
}

/// Volumes made here, field by field.
@Suite struct FirmwareImageTests {
  private func file(type: UInt8, _ sections: [UInt8], large: Bool = false) -> [UInt8] {
    let headerSize = large ? 32 : 24
    var bytes = [UInt8](repeating: 0, count: headerSize) + sections
    for index in 0..<16 { bytes[index] = UInt8(index) }
    bytes[18] = type
    bytes[19] = large ? 1 : 0
    bytes.put(large ? 0 : UInt32(bytes.count), at: 20)
    if large { bytes.put(UInt32(bytes.count), at: 24) }
    bytes[16] = 0 &- bytes[0..<headerSize].reduce(0, &+)
    bytes[17] = 0xaa
    bytes[23] = 0xf8  // data valid, under erase polarity 1
    while bytes.count % 8 != 0 { bytes.append(0xff) }
    return bytes
  }

  private func volume(_ files: [UInt8]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 0x48) + files
    bytes += [UInt8](repeating: 0xff, count: 64)
    bytes.put(UInt32(bytes.count), at: 0x20)
    bytes.put(UInt32(0x4856_465f), at: 0x28)
    bytes.put(UInt32(0x0800), at: 0x2c)
    bytes.put(UInt16(0x48), at: 0x30)
    bytes[0x37] = 2
    var sum: UInt16 = 0
    for offset in stride(from: 0, to: 0x48, by: 2) { sum &+= bytes.u16(at: offset)! }
    bytes.put(0 &- sum, at: 0x32)
    return bytes
  }

  private let driver = section(0x10, [0x4d, 0x5a, 1, 2])
  private let name = section(0x15, Array("Toy".utf8).flatMap { [$0, 0] } + [0, 0])

  @Test func plainLargeAndNested() throws {
    let inner = volume(file(type: 7, driver + name))
    let outer = volume(
      file(type: 7, driver + name, large: true) + file(type: 0x0b, section(0x17, inner)))
    let firmware = try FirmwareImage(parsing: outer)
    #expect(firmware.volumeCount == 2)
    #expect(firmware.drivers.map(\.name) == ["Toy", "Toy"])
    #expect(firmware.drivers[0].bytes == [0x4d, 0x5a, 1, 2])
    #expect(firmware.drivers[0].guid.text == "03020100-0504-0706-0809-0A0B0C0D0E0F")
    #expect(firmware.drivers[0].offset == 0x48)
    #expect(firmware.problems.isEmpty)
  }

  @Test func compressedAndChecked() throws {
    let contents = driver + name
    let stream = compress(contents, variant: .tiano)
    var head = [UInt8](repeating: 0, count: 5)
    head.put(UInt32(contents.count), at: 0)
    head[4] = 1
    let standard = file(type: 7, section(1, head + compress(contents, variant: .uefi)))
    // GUID, data offset 24, attributes, data.
    let guid: [UInt8] = [
      0xad, 0x80, 0x12, 0xa3, 0x1e, 0x48, 0xb6, 0x41, 0x95, 0xe8, 0x12, 0x7f, 0x4c, 0x98, 0x47,
      0x79,
    ]
    let guided = file(type: 7, section(2, guid + [24, 0, 1, 0] + stream))
    let firmware = try FirmwareImage(parsing: volume(standard + guided))
    #expect(firmware.drivers.map(\.name) == ["Toy", "Toy"])
    #expect(firmware.problems.isEmpty)
  }

  @Test func damageIsLocal() throws {
    var files = file(type: 7, driver) + file(type: 7, driver + name)
    files[24] = 0xff  // the first file's section size
    let firmware = try FirmwareImage(parsing: volume(files))
    #expect(firmware.drivers.map(\.name) == ["Toy"])
    #expect(
      firmware.problems == [
        FirmwareError(offset: 0x48 + 24, inner: nil, reason: .badSectionSize(0xff))
      ])
  }

  @Test func noVolume() {
    #expect(throws: FirmwareError.self) {
      try FirmwareImage(parsing: [UInt8](repeating: 0, count: 4096))
    }
  }

  @Test func guidText() {
    let text = "EE4E5898-3914-4259-9D6E-DC7BD79403CF"
    #expect(FileGUID(text)?.text == text)
    #expect(FileGUID("EE4E5898-3914-4259-9D6E-DC7BD79403C") == nil)
  }
}
