// LZ77 with hash chains: for every position the longest match among the most recent positions
// that begin with the same three bytes.

/// What the compressor writes: a byte, or a match.
struct Token {
  /// A byte, or 256 + length - 3.
  var symbol: UInt16
  /// Distance minus one; of no meaning for a byte.
  var position: UInt32
}

struct MatchFinder {
  private static let hashBits = 14
  /// How many candidates to look at: a bound on time, not on correctness.
  private static let searchDepth = 128

  private let bytes: [UInt8]
  private let window: Int
  /// Most recent position per hash, and each position's predecessor, both plus one; 0 is none.
  private var heads: [Int32]
  private var previous: [Int32]

  init(_ bytes: [UInt8], window: Int) {
    self.bytes = bytes
    self.window = window
    heads = [Int32](repeating: 0, count: 1 << MatchFinder.hashBits)
    previous = [Int32](repeating: 0, count: bytes.count)
  }

  /// All of the input as tokens. A match gives way to a longer one that begins a byte later.
  mutating func tokens() -> [Token] {
    var tokens: [Token] = []
    var index = 0
    var pending = longest(at: 0)
    while index < bytes.count {
      let here = pending
      insert(index)
      if here.length >= Coding.minimumMatch {
        let later = here.length < 32 ? longest(at: index + 1) : (length: 0, distance: 0)
        if later.length <= here.length {
          tokens.append(
            Token(
              symbol: UInt16(256 + here.length - Coding.minimumMatch),
              position: UInt32(here.distance - 1)))
          for covered in index + 1..<index + here.length { insert(covered) }
          index += here.length
          pending = longest(at: index)
          continue
        }
      }
      tokens.append(Token(symbol: UInt16(bytes[index]), position: 0))
      index += 1
      pending = longest(at: index)
    }
    return tokens
  }

  private func hash(_ index: Int) -> Int {
    let word =
      UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
    return Int((word &* 2_654_435_761) >> UInt32(32 - MatchFinder.hashBits))
  }

  private mutating func insert(_ index: Int) {
    guard index + Coding.minimumMatch <= bytes.count else { return }
    let slot = hash(index)
    previous[index] = heads[slot]
    heads[slot] = Int32(index + 1)
  }

  private func longest(at index: Int) -> (length: Int, distance: Int) {
    guard index + Coding.minimumMatch <= bytes.count else { return (0, 0) }
    let limit = min(Coding.maximumMatch, bytes.count - index)
    var best = (length: 0, distance: 0)
    var candidate = Int(heads[hash(index)]) - 1
    var tries = MatchFinder.searchDepth
    while candidate >= 0, index - candidate <= window, tries > 0 {
      var length = 0
      while length < limit, bytes[candidate + length] == bytes[index + length] { length += 1 }
      if length > best.length {
        best = (length, index - candidate)
        if length == limit { break }
      }
      candidate = Int(previous[candidate]) - 1
      tries -= 1
    }
    return best.length >= Coding.minimumMatch ? best : (0, 0)
  }
}
