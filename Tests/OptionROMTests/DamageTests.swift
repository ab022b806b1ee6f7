import OptionROM
import Testing

/// Damaged copies of real and packed ROMs: listing them ends, and every image stays inside the
/// file.
@Suite struct DamageTests {
  @Test(arguments: RealROMs.all) func truncated(path: String) {
    let bytes = RealROMs.bytes(path)
    for place in 0..<200 {
      survey([UInt8](bytes[0..<bytes.count * place / 200]))
    }
  }

  @Test(arguments: RealROMs.all) func corrupted(path: String) {
    var bytes = RealROMs.bytes(path)
    var generator = Generator(state: 0x9e37_79b9_7f4a_7c15)
    for round in 0..<2000 {
      // Every second hit goes where the structures are.
      let place = round % 2 == 0 ? headerPlace(&generator, in: bytes) : generator.below(bytes.count)
      let before = bytes[place]
      bytes[place] = before ^ UInt8(1 + generator.below(255))
      survey(bytes)
      bytes[place] = before
    }
  }

  @Test func corruptedCompressed() throws {
    let driver = SyntheticPE().bytes
    var rom = try OptionROM.pack(
      [driver, driver], identity: .init(vendorID: 0x1234, deviceID: 0x1111, classCode: 0x038000),
      compressed: true)
    for place in 0..<rom.count {
      for flip: UInt8 in [0x01, 0x80, 0xff] {
        rom[place] ^= flip
        survey(rom)
        rom[place] ^= flip
      }
    }
  }

  private func headerPlace(_ generator: inout Generator, in bytes: [UInt8]) -> Int {
    let images = (try? OptionROM(parsing: bytes))?.images ?? []
    guard !images.isEmpty else { return generator.below(bytes.count) }
    let image = images[generator.below(images.count)]
    return min(image.offset + generator.below(0x200), bytes.count - 1)
  }

  private func survey(_ bytes: [UInt8]) {
    guard let rom = try? OptionROM(parsing: bytes) else { return }
    var end = 0
    for image in rom.images {
      guard image.offset >= end, image.size >= 0, image.end <= bytes.count else {
        Issue.record("image \(image.index) lies outside")
        return
      }
      end = max(image.end, image.offset + 1)
      guard let payload = try? rom.payload(of: image.index),
        let pe = try? PEImage(parsing: payload.bytes), pe.sizeOfImage < 1 << 22
      else { continue }
      let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: Int(pe.sizeOfImage), alignment: 16)
      defer { memory.deallocate() }
      try? pe.load(into: memory, at: 0x1_0000_0000)
    }
  }
}
