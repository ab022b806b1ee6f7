/// The most that a stream may decompress to, unless the caller says otherwise: 64 MiB.
public let maximumDecompressedSize = 64 << 20

/// Reads a compressed stream's header: the sizes in bytes, checked against `bytes` and `limit`.
///
/// A match takes at least one bit and makes at most 256 bytes, so 2,048-fold (and 64 KiB, for the
/// code sets of one symbol that take no bits) is as far as an honest stream goes.
public func decompressedSize(
  _ bytes: [UInt8], limit: Int = maximumDecompressedSize
) throws(CompressionError) -> (compressed: Int, original: Int) {
  guard let compressed = bytes.u32(at: 0), let original = bytes.u32(at: 4) else {
    throw .noHeader
  }
  let available = bytes.count - Coding.headerSize
  guard Int(compressed) <= available else {
    throw .truncated(declared: Int(compressed), available: available)
  }
  let bound = min(limit, Int(compressed) * 2048 + 65536)
  guard Int(original) <= bound else { throw .tooLarge(declared: Int(original), limit: bound) }
  return (Int(compressed), Int(original))
}

/// Decompresses a stream of either dialect: the specification's first, then Tiano's.
///
/// A short stream of one dialect can pass for the other; the one that uses up its bits wins. Bytes
/// behind the stream are ignored. If neither fits, the error is the first one's.
public func decompress(
  _ bytes: [UInt8], limit: Int = maximumDecompressedSize
) throws(CompressionError) -> (bytes: [UInt8], variant: CompressionVariant) {
  var fallback: (bytes: [UInt8], variant: CompressionVariant)?
  var failure: CompressionError?
  for variant in [CompressionVariant.uefi, .tiano] {
    do {
      let result = try decompressMeasured(bytes, variant: variant, limit: limit)
      if result.endsCleanly { return (result.bytes, variant) }
      if fallback == nil { fallback = (result.bytes, variant) }
    } catch {
      if failure == nil { failure = error }
    }
  }
  if let fallback { return fallback }
  throw failure ?? .noHeader
}

/// Decompresses a stream of one dialect into at most `limit` bytes.
public func decompress(
  _ bytes: [UInt8], variant: CompressionVariant, limit: Int = maximumDecompressedSize
) throws(CompressionError) -> [UInt8] {
  try decompressMeasured(bytes, variant: variant, limit: limit).bytes
}

private func decompressMeasured(
  _ bytes: [UInt8], variant: CompressionVariant, limit: Int
) throws(CompressionError) -> (bytes: [UInt8], endsCleanly: Bool) {
  let size = try decompressedSize(bytes, limit: limit)
  var decoder = StreamDecoder(
    bytes: bytes, end: Coding.headerSize + size.compressed, variant: variant)
  let output = try decoder.run(size.original)
  return (output, decoder.endsCleanly())
}

private struct StreamDecoder {
  let bytes: [UInt8]
  let end: Int
  let variant: CompressionVariant
  var position = Coding.headerSize
  /// Bits read but not yet taken, the next one on top of `available`.
  var buffer: UInt64 = 0
  var available = 0
  /// Zero bits handed out behind the end, which nobody may take.
  var invented = 0

  var characters = HuffmanDecoder(only: 0)
  var positions = HuffmanDecoder(only: 0)

  init(bytes: [UInt8], end: Int, variant: CompressionVariant) {
    self.bytes = bytes
    self.end = end
    self.variant = variant
  }

  /// Whether only a writer's padding is left: fewer than 32 bits, all zero.
  mutating func endsCleanly() -> Bool {
    let unused = (end - position) * 8 + available - invented
    guard unused < 32 else { return false }
    fill(32)
    return buffer >> UInt64(available - unused) & (1 << UInt64(unused) - 1) == 0
  }

  mutating func run(_ size: Int) throws(CompressionError) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(size)
    var left = 0
    while output.count < size {
      if left == 0 {
        left = Int(try take(16))
        // The count is 16 bits wide and counts down before it is tested: zero means 65,536.
        if left == 0 { left = 65536 }
        try readTables()
      }
      left -= 1
      let symbol = try next(characters)
      if symbol < 256 {
        output.append(UInt8(symbol))
        continue
      }
      let length = symbol - 256 + Coding.minimumMatch
      let distance = try readDistance()
      guard distance <= output.count else { throw .badDistance(offset: position) }
      // The source may run into what it writes, so byte by byte.
      for _ in 0..<min(length, size - output.count) {
        output.append(output[output.count - distance])
      }
    }
    return output
  }

  private mutating func readDistance() throws(CompressionError) -> Int {
    let code = try next(positions)
    guard code > 1 else { return code + 1 }
    return (1 << (code - 1)) + Int(try take(code - 1)) + 1
  }

  // MARK: Tables

  private mutating func readTables() throws(CompressionError) {
    let lengths = try readSmallSet(
      count: Coding.lengthCount, sizeBits: Coding.lengthSizeBits, gap: Coding.lengthGap)
    try readCharacters(lengths)
    // 31 symbols bound both dialects: distances below 2^30.
    positions = try readSmallSet(count: 31, sizeBits: variant.positionSizeBits, gap: -1)
  }

  private mutating func readSmallSet(
    count: Int, sizeBits: Int, gap: Int
  ) throws(CompressionError) -> HuffmanDecoder {
    let number = Int(try take(sizeBits))
    if number == 0 {
      let symbol = Int(try take(sizeBits))
      guard symbol < count else { throw .badTable(offset: position) }
      return HuffmanDecoder(only: symbol)
    }
    guard number <= count else { throw .badTable(offset: position) }
    var lengths = [UInt8](repeating: 0, count: count)
    var index = 0
    while index < number {
      var length = Int(try take(3))
      if length == 7 {
        while try take(1) == 1 {
          length += 1
          guard length <= Coding.maximumCodeLength else { throw .badTable(offset: position) }
        }
      }
      lengths[index] = UInt8(length)
      index += 1
      if index == gap { index += Int(try take(2)) }
    }
    guard let code = HuffmanDecoder(lengths: lengths) else { throw .badTable(offset: position) }
    return code
  }

  private mutating func readCharacters(_ code: HuffmanDecoder) throws(CompressionError) {
    let number = Int(try take(Coding.characterSizeBits))
    if number == 0 {
      let symbol = Int(try take(Coding.characterSizeBits))
      guard symbol < Coding.characterCount else { throw .badTable(offset: position) }
      characters = HuffmanDecoder(only: symbol)
      return
    }
    guard number <= Coding.characterCount else { throw .badTable(offset: position) }
    var lengths = [UInt8](repeating: 0, count: Coding.characterCount)
    var index = 0
    while index < number {
      let symbol = try next(code)
      switch symbol {
      case 0: index += 1
      case 1: index += Int(try take(4)) + 3
      case 2: index += Int(try take(Coding.characterSizeBits)) + 20
      default:
        lengths[index] = UInt8(symbol - 2)
        index += 1
      }
    }
    guard let table = HuffmanDecoder(lengths: lengths) else {
      throw .badTable(offset: position)
    }
    characters = table
  }

  // MARK: Bits

  private mutating func fill(_ count: Int) {
    while available < count {
      var byte: UInt8 = 0
      if position < end {
        byte = bytes[position]
        position += 1
      } else {
        invented += 8
      }
      buffer = buffer << 8 | UInt64(byte)
      available += 8
    }
  }

  private mutating func take(_ count: Int) throws(CompressionError) -> UInt32 {
    fill(count)
    available -= count
    guard available >= invented else { throw .endOfData(offset: position) }
    return UInt32(truncatingIfNeeded: buffer >> UInt64(available) & (1 << UInt64(count) - 1))
  }

  private mutating func next(_ code: HuffmanDecoder) throws(CompressionError) -> Int {
    fill(16)
    let window = UInt32(truncatingIfNeeded: buffer >> UInt64(available - 16) & 0xffff)
    let (symbol, length) = code.decode(window)
    available -= length
    guard available >= invented else { throw .endOfData(offset: position) }
    return symbol
  }
}
