/// Compresses `bytes` into a stream of the given dialect, header included.
///
/// Any UEFI firmware decompresses the `.uefi` dialect. Input is limited to 2 GiB.
public func compress(_ bytes: [UInt8], variant: CompressionVariant = .uefi) -> [UInt8] {
  precondition(bytes.count <= Int(Int32.max))
  var finder = MatchFinder(bytes, window: 1 << variant.windowBits)
  let tokens = finder.tokens()
  var writer = StreamWriter(variant: variant)
  var start = 0
  while start < tokens.count {
    let end = min(start + StreamWriter.blockSize, tokens.count)
    writer.writeBlock(tokens[start..<end])
    start = end
  }
  var stream = writer.finish()
  stream.put(UInt32(stream.count - Coding.headerSize), at: 0)
  stream.put(UInt32(bytes.count), at: 4)
  return stream
}

private struct StreamWriter {
  /// Symbols per block; the format's limit is 65,535.
  static let blockSize = 16384

  let variant: CompressionVariant
  private var stream = [UInt8](repeating: 0, count: Coding.headerSize)
  private var partial: UInt32 = 0
  private var partialBits = 0

  init(variant: CompressionVariant) {
    self.variant = variant
  }

  mutating func writeBlock(_ tokens: ArraySlice<Token>) {
    var characterFrequencies = [Int](repeating: 0, count: Coding.characterCount)
    var positionFrequencies = [Int](repeating: 0, count: variant.windowBits + 1)
    for token in tokens {
      characterFrequencies[Int(token.symbol)] += 1
      if token.symbol >= 256 { positionFrequencies[bitWidth(token.position)] += 1 }
    }
    let characters = HuffmanEncoder(frequencies: characterFrequencies)
    let positions = HuffmanEncoder(frequencies: positionFrequencies)

    put(UInt32(tokens.count), 16)
    writeCharacterLengths(characters)
    writeSmallSet(positions, sizeBits: variant.positionSizeBits, gap: -1)
    for token in tokens {
      write(Int(token.symbol), in: characters)
      guard token.symbol >= 256 else { continue }
      let width = bitWidth(token.position)
      write(width, in: positions)
      if width > 1 { put(token.position - 1 << UInt32(width - 1), width - 1) }
    }
  }

  mutating func finish() -> [UInt8] {
    // Readers look ahead; a last whole byte behind the bits is the custom.
    put(0, 7)
    if partialBits != 0 { put(0, 8 - partialBits) }
    return stream
  }

  // MARK: Code lengths

  /// Zero runs are symbols 0 to 2 of the extra set, a length is its value plus two.
  private struct LengthItem {
    var symbol: Int
    var extra = 0
    var extraBits = 0
  }

  private mutating func writeCharacterLengths(_ code: HuffmanEncoder) {
    if let only = code.only {
      put(0, Coding.lengthSizeBits)
      put(0, Coding.lengthSizeBits)
      put(0, Coding.characterSizeBits)
      put(UInt32(only), Coding.characterSizeBits)
      return
    }
    let count = usedCount(code.lengths)
    let items = lengthItems(code.lengths, count: count)
    var frequencies = [Int](repeating: 0, count: Coding.lengthCount)
    for item in items { frequencies[item.symbol] += 1 }
    let extra = HuffmanEncoder(frequencies: frequencies)
    writeSmallSet(extra, sizeBits: Coding.lengthSizeBits, gap: Coding.lengthGap)
    put(UInt32(count), Coding.characterSizeBits)
    for item in items {
      write(item.symbol, in: extra)
      if item.extraBits != 0 { put(UInt32(item.extra), item.extraBits) }
    }
  }

  private func lengthItems(_ lengths: [UInt8], count: Int) -> [LengthItem] {
    var items: [LengthItem] = []
    var index = 0
    while index < count {
      if lengths[index] != 0 {
        items.append(LengthItem(symbol: Int(lengths[index]) + 2))
        index += 1
        continue
      }
      var run = 0
      while index < count, lengths[index] == 0 {
        run += 1
        index += 1
      }
      if run >= 20 {
        items.append(
          LengthItem(symbol: 2, extra: run - 20, extraBits: Coding.characterSizeBits))
        continue
      }
      // 19 lies between the two run symbols.
      if run == 19 {
        items.append(LengthItem(symbol: 0))
        run = 18
      }
      if run >= 3 {
        items.append(LengthItem(symbol: 1, extra: run - 3, extraBits: 4))
      } else {
        for _ in 0..<run { items.append(LengthItem(symbol: 0)) }
      }
    }
    return items
  }

  private mutating func writeSmallSet(_ code: HuffmanEncoder, sizeBits: Int, gap: Int) {
    if let only = code.only {
      put(0, sizeBits)
      put(UInt32(only), sizeBits)
      return
    }
    let count = usedCount(code.lengths)
    put(UInt32(count), sizeBits)
    var index = 0
    while index < count {
      let length = Int(code.lengths[index])
      index += 1
      if length <= 6 {
        put(UInt32(length), 3)
      } else {
        // 7 and above: that many ones minus four, then a zero.
        put((1 << UInt32(length - 3)) - 2, length - 3)
      }
      if index == gap {
        let before = index
        while index < count, index < gap + 3, code.lengths[index] == 0 { index += 1 }
        put(UInt32(index - before), 2)
      }
    }
  }

  private func usedCount(_ lengths: [UInt8]) -> Int {
    var count = lengths.count
    while count > 0, lengths[count - 1] == 0 { count -= 1 }
    return count
  }

  // MARK: Bits

  private func bitWidth(_ value: UInt32) -> Int { 32 - value.leadingZeroBitCount }

  private mutating func write(_ symbol: Int, in code: HuffmanEncoder) {
    put(UInt32(code.codes[symbol]), Int(code.lengths[symbol]))
  }

  private mutating func put(_ value: UInt32, _ count: Int) {
    // At most 7 bits wait and at most 19 come.
    partial = partial << UInt32(count) | value
    partialBits += count
    while partialBits >= 8 {
      partialBits -= 8
      stream.append(UInt8(truncatingIfNeeded: partial >> UInt32(partialBits)))
    }
  }
}
