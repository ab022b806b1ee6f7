/// RCPPS and RSQRTPS: approximations to 12 bits.
///
/// The processors' tables differ between makers. Intel's are what its manual promises (SDM volume 2,
/// RCPPS: relative error at most 1.5 × 2^−12, no flags, the special cases) in the plainest way: the
/// leading 11 bits of the fraction, or 10 and the exponent's parity, choose an interval, and the
/// result is that of its middle, rounded to nearest. So no table is needed.
enum VectorEstimate {
  static func execute(_ op: VectorOp, _ width: Int, _ a: V256, _ b: V256) -> V256 {
    let isScalar = op == .rcpss || op == .rsqrtss
    let isRoot = op == .rsqrtps || op == .rsqrtss
    var result = isScalar ? a.half(0) : V256.zero
    for index in 0..<(isScalar ? 1 : width / 4) {
      result.setLane(index, estimate(b.lane(index), isRoot: isRoot))
    }
    return result
  }

  /// Sign, exponent and 23 bits of fraction; denormals count as zero.
  private static func estimate(_ bits: UInt32, isRoot: Bool) -> UInt32 {
    let sign = bits & 0x8000_0000
    let exponent = bits >> 23 & 0xFF
    let fraction = bits & 0x7F_FFFF
    if exponent == 0 { return sign | 0x7F80_0000 }
    if exponent == 0xFF && fraction != 0 { return bits | 0x40_0000 }
    if isRoot && sign != 0 { return 0xFFC0_0000 }
    if exponent == 0xFF { return sign }
    if isRoot { return root(exponent, fraction) }
    // A tiny result is zero.
    return exponent >= 253 ? sign : sign | (253 - exponent) << 23 | reciprocal(fraction)
  }

  /// The fraction of 2 / m, m being the middle of the 2^−11 in which 1.fraction lies, to 12 bits.
  private static func reciprocal(_ fraction: UInt32) -> UInt32 {
    let middle = 4097 + 2 * (fraction >> 12)
    return ((1 << 26 + middle) / (2 * middle) - 4096) << 11
  }

  /// 1 / √m, m being the middle of the 2^−10 in which 1.fraction lies, or twice that where the
  /// exponent is odd, to 12 bits.
  private static func root(_ exponent: UInt32, _ fraction: UInt32) -> UInt32 {
    let isOdd = exponent & 1 == 0
    let middle = UInt64(2049 + 2 * (fraction >> 13)) * (isOdd ? 2 : 1)
    let square = 1 << 39 / middle
    var twice: UInt64 = 0
    var bit: UInt64 = 1 << 14
    while bit != 0 {
      if (twice | bit) * (twice | bit) <= square { twice |= bit }
      bit >>= 1
    }
    let result = UInt32(truncatingIfNeeded: (twice + 1) / 2) - 4096
    // Half the exponent, rounded down, the other way.
    let half = (Int32(bitPattern: exponent) - 127) >> 1
    return UInt32(bitPattern: 126 - half) << 23 | result << 11
  }
}
