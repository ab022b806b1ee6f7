/// RCPPS and RSQRTPS: approximations to 12 bits.
///
/// The processors' tables differ between makers. What is promised (SDM volume 2, RCPPS: relative
/// error at most 1.5 × 2^−12, no flags, the special cases) holds here: the exact result is rounded
/// to 12 significant bits.
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

  private static func estimate(_ bits: UInt32, isRoot: Bool) -> UInt32 {
    var environment = FloatEnvironment()
    environment.denormalsAreZero = true
    environment.flushToZero = true
    let x = FloatValue(bits: UInt64(bits), .single, environment)
    if x.isNaN { return UInt32(truncatingIfNeeded: x.quieted.bits(.single)) }
    if x.isZero { return UInt32(x.isNegative ? 0xff80_0000 : 0x7f80_0000) }
    if isRoot && x.isNegative { return 0xffc0_0000 }
    if x.isInfinite { return x.isNegative ? 0x8000_0000 : 0 }
    let coarse = FloatFormat(precision: 12, minimumExponent: -126, maximumExponent: 127)
    let one = FloatValue(integer: 1)
    let value: FloatValue
    if isRoot {
      let root = SoftFloat.squareRoot(x, .extended, &environment)
      value = SoftFloat.divide(one, root, coarse, &environment)
    } else {
      value = SoftFloat.divide(one, x, coarse, &environment)
    }
    return UInt32(truncatingIfNeeded: value.bits(.single))
  }
}
