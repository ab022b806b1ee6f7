import OptionROM
import Testing

@Suite struct CompressionTests {
  private static let text = {
    var text: [UInt8] = []
    for _ in 0..<6 { text += Array("The quick brown fox jumps over the lazy dog. ".utf8) }
    return text + (0..<64).map { UInt8($0) }
  }()

  // Both made of `text` by the compressor of PyPI's uefi-firmware 1.16.
  private static let uefiGolden = bytes(
    """
    780000004e010000006c50ae82a3df0202800554e0004155006003d21003e440c716649c000139f7303b35bf5711\
    a5927ae83613d8e0d73ebdc13cb0c8f1f9dcb47df835936a43fd8d9bb872e9d94f1ebe7f0209664287122c68f224\
    ca9730d38f4119a274fa146953a956b57b166d256ee5dbc9a8aacbdfc187163c99730000
    """)
  private static let tianoGolden = bytes(
    """
    780000004e010000006c50ae82a3df0202800554e0004155006003d21003e440c716648e00009cfb981d9adfab88\
    d2c93d741b09ec706b9f5ee09e586478fcee5a3efc1ac9b521fec6cddc3974eca78f5f3f8104b321438916347912\
    654b9869c7a08cd13a7d0a34a9d4ab5abd8b3692b772ede4d45565efe0c38b1e4cb98000
    """)

  private static func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)!
    }
  }

  @Test func decodesAnotherCompressorsOutput() throws {
    let uefi = try decompress(CompressionTests.uefiGolden)
    #expect(uefi.bytes == CompressionTests.text)
    #expect(uefi.variant == .uefi)
    let tiano = try decompress(CompressionTests.tianoGolden)
    #expect(tiano.bytes == CompressionTests.text)
    #expect(tiano.variant == .tiano)
  }

  @Test(arguments: [CompressionVariant.uefi, .tiano])
  func roundTrip(variant: CompressionVariant) throws {
    var generator = Generator(state: 42)
    var samples: [[UInt8]] = [[], [7], [1, 2], [UInt8](repeating: 0, count: 70_000)]
    samples.append((0..<40_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
    // Few symbols, long runs, matches near and far.
    var mixed: [UInt8] = []
    while mixed.count < 60_000 {
      if mixed.count > 20, generator.below(3) > 0 {
        let from = generator.below(mixed.count - 10)
        mixed += mixed[from..<min(mixed.count, from + 3 + generator.below(400))]
      } else {
        mixed.append(UInt8(generator.below(40)))
      }
    }
    samples.append(mixed)
    // Fibonacci frequencies make the deepest trees.
    var (a, b) = (1, 1)
    var deep: [UInt8] = []
    for symbol in 0..<22 {
      for _ in 0..<a { deep.append(UInt8(symbol)) }
      (a, b) = (b, a + b)
    }
    for index in stride(from: deep.count - 1, to: 0, by: -1) {
      deep.swapAt(index, generator.below(index + 1))
    }
    samples.append(deep)
    for size in 1..<300 { samples.append((0..<size).map { UInt8(truncatingIfNeeded: $0 / 3) }) }
    for sample in samples {
      let stream = compress(sample, variant: variant)
      #expect(try decompress(stream, variant: variant) == sample)
    }
  }

  @Test(arguments: RealROMs.efi.prefix(1)) func realDriver(path: String) throws {
    let driver = try OptionROM(parsing: RealROMs.bytes(path)).payload(of: 1).bytes
    let stream = compress(driver)
    #expect(stream.count < driver.count * 3 / 4)
    let result = try decompress(stream)
    #expect(result.bytes == driver)
    #expect(result.variant == .uefi)
  }

  @Test func sizesAreBoundedBeforeAllocation() {
    let bomb: [UInt8] = [4, 0, 0, 0, 0xff, 0xff, 0xff, 0xcf, 1, 2, 3, 4]
    #expect(throws: CompressionError.tooLarge(declared: 0xcfff_ffff, limit: 4 * 2048 + 65536)) {
      try decompress(bomb)
    }
    #expect(throws: CompressionError.truncated(declared: 9, available: 4)) {
      try decompress([9, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 4])
    }
    #expect(throws: CompressionError.noHeader) { try decompress([1, 2, 3]) }
  }

  @Test func aShortenedStreamEndsInAnError() {
    var stream = CompressionTests.uefiGolden
    stream.removeLast(20)
    stream.put(UInt32(stream.count - 8), at: 0)
    #expect(throws: CompressionError.endOfData(offset: stream.count)) {
      try decompress(stream, variant: .uefi)
    }
  }
}
