/// What AArch64 instructions can carry as an immediate.
package enum A64Immediate {
  /// The N:immr:imms field of a logical immediate (Arm ARM, DecodeBitMasks), or nil.
  package static func logical(_ value: UInt64, is64: Bool) -> UInt32? {
    var pattern = value
    if !is64 {
      pattern &= 0xFFFF_FFFF
      pattern |= pattern << 32
    }
    if pattern == 0 || pattern == ~0 { return nil }
    // The smallest element that repeats.
    var size: UInt64 = 64
    while size > 2 {
      let half = size / 2
      let mask: UInt64 = (1 << half) - 1
      if pattern & mask != pattern >> half & mask { break }
      size = half
    }
    let mask: UInt64 = size == 64 ? ~0 : (1 << size) - 1
    let element = pattern & mask
    // A run of ones, rotated.
    let ones = UInt64(element.nonzeroBitCount)
    var rotation: UInt64 = 0
    var rotated = element
    let run: UInt64 = ones == 64 ? ~0 : (1 << ones) - 1
    while rotated != run {
      rotation += 1
      if rotation == size { return nil }
      rotated = (element >> rotation | element << (size - rotation)) & mask
    }
    let immr = (size - rotation) & (size - 1)
    let imms = (~(size * 2 - 1) & 0x3F) | (ones - 1)
    let n: UInt64 = size == 64 ? 1 : 0
    return UInt32(n << 12 | immr << 6 | imms & 0x3F)
  }

  /// An immediate for ADD and SUB: 12 bits, perhaps shifted by 12.
  package static func arithmetic(_ value: UInt64) -> (value: UInt32, shifted: Bool)? {
    if value < 0x1000 { return (UInt32(value), false) }
    if value & 0xFFF == 0 && value < 0x100_0000 { return (UInt32(value >> 12), true) }
    return nil
  }

  /// How many MOVZ, MOVN and MOVK a constant takes.
  package static func moveCount(_ value: UInt64) -> Int {
    var zeroes = 0
    var ones = 0
    for lane in 0..<4 {
      let part = value >> (UInt64(lane) * 16) & 0xFFFF
      if part == 0 { zeroes += 1 }
      if part == 0xFFFF { ones += 1 }
    }
    return max(1, 4 - max(zeroes, ones))
  }
}

extension A64Assembler {
  /// A constant in as few instructions as MOVZ, MOVN, ORR and MOVK allow.
  package mutating func constant(_ d: A64Register, _ value: UInt64) {
    if value >> 32 == 0, value & 0xFFFF_0000 == 0xFFFF_0000 {
      return moveWide(d, ~UInt32(truncatingIfNeeded: value), inverted: true, is64: false)
    }
    let count = A64Immediate.moveCount(value)
    if count > 1, let pattern = A64Immediate.logical(value, is64: true) {
      return logicImmediate(.or, d, .zero, pattern: pattern)
    }
    var zeroes = 0
    var ones = 0
    for lane in 0..<4 {
      let part = value >> (UInt64(lane) * 16) & 0xFFFF
      if part == 0 { zeroes += 1 }
      if part == 0xFFFF { ones += 1 }
    }
    let inverted = ones > zeroes
    let background: UInt64 = inverted ? 0xFFFF : 0
    var isFirst = true
    for lane in 0..<4 as Range<UInt32> {
      let part = value >> (UInt64(lane) * 16) & 0xFFFF
      if part == background { continue }
      if isFirst {
        moveWide(
          d, UInt32(inverted ? ~part & 0xFFFF : part), lane: lane, inverted: inverted)
        isFirst = false
      } else {
        moveKeep(d, UInt32(part), lane: lane)
      }
    }
    if isFirst { moveWide(d, 0, inverted: inverted) }
  }
}
