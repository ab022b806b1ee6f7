import CTranslator
import Translator

/// A deterministic generator (xorshift64*), so that a failure repeats.
struct Sequence64: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_f491_4f6c_dd1d
  }

  /// A double's bits, the corners of the format far more often than chance has them.
  mutating func doubleBits() -> UInt64 {
    let corners: [UInt64] = [
      0, 1 << 63, 1, 0x000f_ffff_ffff_ffff, 0x0010_0000_0000_0000, 0x7fef_ffff_ffff_ffff,
      0x7ff0_0000_0000_0000, 0xfff0_0000_0000_0000, 0x3ff0_0000_0000_0000,
      0xbff0_0000_0000_0000,
    ]
    switch next() % 5 {
    case 0: return corners[Int(next() % UInt64(corners.count))]
    case 1: return next() & 0x801f_ffff_ffff_ffff
    case 2: return next() & 0x800f_ffff_ffff_ffff | 0x3fe0_0000_0000_0000
    case 3: return next() & 0x803f_ffff_ffff_ffff | 0x7fc0_0000_0000_0000
    default: return next()
    }
  }

  mutating func singleBits() -> UInt32 {
    let wide = doubleBits()
    return UInt32(wide >> 63) << 31 | UInt32(truncatingIfNeeded: wide >> 29) & 0x007f_ffff
      | UInt32((wide >> 52 & 7) | (wide >> 55 & 0xf8)) << 23
  }

  mutating func vector() -> V256 { V256(next(), next(), next(), next()) }
}

/// Bytes from hexadecimal, the first byte lowest.
func vector(_ hex: String) -> V256 {
  var result = V256()
  var digits = Substring(hex)
  var index = 0
  while let byte = UInt8(digits.prefix(2), radix: 16), digits.count >= 2 {
    result.setLane(index, byte)
    digits = digits.dropFirst(2)
    index += 1
  }
  return result
}

/// Runs a vector operation with every exception masked.
func run(
  _ op: VectorOp, _ a: V256 = V256(), _ b: V256 = V256(), _ c: V256 = V256(),
  immediate: UInt8 = 0, width: Int = 16
) -> VectorResult {
  var mxcsr: UInt32 = 0x1f80
  return VectorUnit.run(
    op, width: width, a: a, b: b, c: c, immediate: immediate, mxcsr: &mxcsr)
}

/// A guest state with the x87 freshly initialised, for one test.
final class Machine87 {
  let state: UnsafeMutablePointer<TransomGuestState>

  init() {
    state = .allocate(capacity: 1)
    state.initialize(to: TransomGuestState())
    X87.initialize(state)
  }

  deinit { state.deallocate() }

  @discardableResult
  func run(_ op: X87Operation, _ word0: UInt64 = 0, _ word1: UInt64 = 0, index: Int = 1)
    -> X87Result
  {
    let result = X87.execute(op, state, word0: word0, word1: word1, index: index)
    if op.isStore && !result.isFault { X87.commit(result, state) }
    return result
  }

  func load(_ value: Double) { run(.loadDouble, value.bitPattern) }
  func popDouble() -> Double { Double(bitPattern: run(.storeDoublePop).word0) }

  var status: UInt16 { state.pointee.x87Status }
  var top: Int { Int(status >> 11 & 7) }
}
