/// A small random number generator whose sequence is the same everywhere.
struct RandomSource {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1
    if state == 0 { state = 1 }
    for _ in 0..<4 { _ = next() }
  }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }

  mutating func below(_ limit: Int) -> Int {
    Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(limit)) >> 32)
  }

  /// True in `percent` of a hundred.
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }
}

/// Values at which arithmetic goes wrong.
extension RandomSource {
  mutating func integer() -> UInt64 {
    switch below(6) {
    case 0: return pick(Self.edges)
    case 1: return next() & 0xFF
    case 2: return pick(Self.edges) &+ next() % 3 &- 1
    case 3: return next() & (~0 >> UInt64(below(64)))
    default: return next()
    }
  }

  mutating func single() -> UInt64 {
    switch below(4) {
    case 0: return pick(Self.singles)
    case 1: return pick(Self.singles) ^ (next() & 3)
    // Exponents close together, so that sums and products round.
    case 2: return (next() & 0x807F_FFFF) | (0x3C + next() & 7) << 24
    default: return next() & 0xFFFF_FFFF
    }
  }

  mutating func double() -> UInt64 {
    switch below(4) {
    case 0: return pick(Self.doubles)
    case 1: return pick(Self.doubles) ^ (next() & 3)
    case 2: return (next() & 0x800F_FFFF_FFFF_FFFF) | (0x3FC + next() & 7) << 52
    default: return next()
    }
  }

  /// Significand, sign and exponent.
  mutating func extended() -> (UInt64, UInt64) {
    switch below(8) {
    case 0: return (0, next() & 0x8000)
    case 1: return (0x8000_0000_0000_0000, 0x7FFF | next() & 0x8000)
    case 2: return (0xC000_0000_0000_0000 | next() >> 2, 0x7FFF | next() & 0x8000)
    case 3: return (0x8000_0000_0000_0000 | next() >> 2, 0x7FFF | next() & 0x8000)
    case 4: return (next() >> UInt64(below(64)), next() & 0x8000)
    case 5: return (0x8000_0000_0000_0000 | next(), next() & 0xFFFF)
    case 6: return (0x8000_0000_0000_0000 | next() << UInt64(below(64)), 0x3FF0 + next() % 0x50)
    default: return (0x8000_0000_0000_0000 | next(), (0x3FF8 + next() & 15) | next() & 0x8000)
    }
  }

  /// One word of a vector register or of memory.
  mutating func mixed() -> UInt64 {
    switch below(6) {
    case 0, 1: return single() | single() << 32
    case 2, 3: return double()
    case 4: return integer()
    default: return next()
    }
  }

  private static let edges: [UInt64] = [
    0, 1, 2, ~0, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    0x8000_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 0x5555_5555_5555_5555,
  ]
  private static let singles: [UInt64] = [
    0, 0x8000_0000, 0x3F80_0000, 0xBF80_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0xFFC0_0000,
    0x7F80_0001, 0xFFBF_FFFF, 1, 0x8000_0001, 0x007F_FFFF, 0x0080_0000, 0x7F7F_FFFF, 0x4F00_0000,
    0xCF00_0000, 0x5F00_0000, 0x3F00_0000, 0x3FC0_0000, 0x4020_0000, 0x3380_0000, 0x477F_F000,
    0x3880_0000, 0x3300_0000,
  ]
  private static let doubles: [UInt64] = [
    0, 0x8000_0000_0000_0000, 0x3FF0_0000_0000_0000, 0xBFF0_0000_0000_0000, 0x7FF0_0000_0000_0000,
    0xFFF0_0000_0000_0000, 0x7FF8_0000_0000_0000, 0x7FF0_0000_0000_0001, 1, 0x8000_0000_0000_0001,
    0x000F_FFFF_FFFF_FFFF, 0x0010_0000_0000_0000, 0x7FEF_FFFF_FFFF_FFFF, 0x41E0_0000_0000_0000,
    0xC1E0_0000_0000_0000, 0x43E0_0000_0000_0000, 0x3FE0_0000_0000_0000, 0x3FF8_0000_0000_0000,
    0x4004_0000_0000_0000, 0x36A0_0000_0000_0000, 0x47EF_FFFF_E000_0000, 0x3810_0000_0000_0000,
  ]
}
