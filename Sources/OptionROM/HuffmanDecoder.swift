/// A canonical prefix code of up to 16 bits: shorter codes first, symbols in order within a length.
///
/// Short codes resolve by one table look-up, long ones by walking the lengths.
struct HuffmanDecoder {
  private static let tableBits = 9

  /// `symbol << 5 | length` for every 9-bit prefix, 0 where the code is longer.
  private var table: [UInt16]
  /// Symbols sorted by code.
  private var sorted: [UInt16]
  private var counts: [Int]
  /// A set with a single symbol costs no bits at all.
  private var single: Int

  /// A code with one symbol, which takes zero bits.
  init(only symbol: Int) {
    table = []
    sorted = []
    counts = []
    single = symbol
  }

  /// The code with these lengths; nil unless they form a complete prefix code.
  init?(lengths: [UInt8]) {
    var counts = [Int](repeating: 0, count: Coding.maximumCodeLength + 1)
    for length in lengths {
      guard Int(length) <= Coding.maximumCodeLength else { return nil }
      counts[Int(length)] += 1
    }
    counts[0] = 0
    var space = 0
    for length in 1...Coding.maximumCodeLength {
      space += counts[length] << (Coding.maximumCodeLength - length)
    }
    guard space == 1 << Coding.maximumCodeLength else { return nil }

    var sorted: [UInt16] = []
    var table = [UInt16](repeating: 0, count: 1 << HuffmanDecoder.tableBits)
    var filled = 0
    for length in 1...Coding.maximumCodeLength where counts[length] != 0 {
      for symbol in 0..<lengths.count where Int(lengths[symbol]) == length {
        sorted.append(UInt16(symbol))
        guard length <= HuffmanDecoder.tableBits else { continue }
        let span = 1 << (HuffmanDecoder.tableBits - length)
        for index in filled..<filled + span {
          table[index] = UInt16(symbol) << 5 | UInt16(length)
        }
        filled += span
      }
    }
    self.table = table
    self.sorted = sorted
    self.counts = counts
    single = -1
  }

  /// The next symbol, given the next 16 bits, and how many of them it takes.
  func decode(_ bits: UInt32) -> (symbol: Int, length: Int) {
    if single >= 0 { return (single, 0) }
    let entry = table[Int(bits >> UInt32(16 - HuffmanDecoder.tableBits))]
    if entry != 0 { return (Int(entry >> 5), Int(entry & 31)) }
    var code = 0
    var first = 0
    var index = 0
    for length in 1...Coding.maximumCodeLength {
      code |= Int(bits >> UInt32(16 - length)) & 1
      if code - first < counts[length] { return (Int(sorted[index + code - first]), length) }
      index += counts[length]
      first = (first + counts[length]) << 1
      code <<= 1
    }
    // A complete code has no such bits.
    return (0, Coding.maximumCodeLength)
  }
}
