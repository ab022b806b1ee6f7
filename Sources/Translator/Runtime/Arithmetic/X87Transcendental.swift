/// The transcendental functions of the x87 on finite, nonzero operands, to well below one unit in
/// the last place of the extended format.
enum Transcendental {
  /// Whether the terms after this one no longer matter beside a sum.
  private static func isNegligible(_ term: WideFloat, beside sum: WideFloat) -> Bool {
    term.isZero || sum.exponent - term.exponent > 127
  }

  /// `e^t − 1` for |t| below 0.7.
  static func exponentialMinusOne(_ t: WideFloat) -> WideFloat {
    var sum = t
    var term = t
    var n: UInt64 = 2
    while n < 64 {
      term = (term * t).divided(by: n)
      sum = sum + term
      if isNegligible(term, beside: sum) { break }
      n += 1
    }
    return sum
  }

  /// `2 · artanh(s)`, the natural logarithm of `(1 + s) / (1 − s)`, for |s| below 0.5.
  private static func logarithmOfRatio(_ s: WideFloat) -> WideFloat {
    let square = s * s
    var sum = s
    var power = s
    var n: UInt64 = 3
    while n < 256 {
      power = power * square
      let term = power.divided(by: n)
      sum = sum + term
      if isNegligible(term, beside: sum) { break }
      n += 2
    }
    return sum.scaled(by: 1)
  }

  /// The binary logarithm of a positive number, and whether it is exact (an integer).
  static func binaryLogarithm(_ x: WideFloat) -> (value: WideFloat, exact: Bool) {
    var mantissa = x
    var power = x.exponent
    mantissa.exponent = 0
    if x.significand.high == 1 << 63 && x.significand.low == 0 {
      return (WideFloat(power), true)
    }
    // Bring the mantissa near one from both sides: below √2.
    if x.significand.high >= 0xb504_f333_f9de_6484 {
      mantissa.exponent = -1
      power += 1
    }
    let one = WideFloat(1)
    let logarithm = logarithmOfRatio((mantissa - one) / (mantissa + one)) * .log2e
    return (WideFloat(power) + logarithm, false)
  }

  /// The binary logarithm of `1 + x`, for x above −1.
  static func binaryLogarithmOfOnePlus(_ x: WideFloat) -> (value: WideFloat, exact: Bool) {
    let one = WideFloat(1)
    if x.exponent >= -1 { return binaryLogarithm(one + x) }
    return (logarithmOfRatio(x / (x + WideFloat(2))) * .log2e, false)
  }

  /// The arc tangent of a positive number up to one.
  private static func arcTangent(_ r: WideFloat) -> WideFloat {
    var t = r
    var offset = WideFloat(0)
    if r.exponent >= -2 {
      // tan(a − c) for the nearest c of arctan ½ and π/4.
      let one = WideFloat(1)
      let high = r.exponent >= 0 || r.significand.high >= 0xc000_0000_0000_0000
      if r.exponent >= -1 && high {
        t = (r - one) / (one + r)
        offset = WideFloat.pi.scaled(by: -2)
      } else {
        let half = one.scaled(by: -1)
        t = (r - half) / (one + r.scaled(by: -1))
        offset = .arcTangentOfHalf
      }
    }
    let square = t * t
    var sum = t
    var power = t
    var n: UInt64 = 3
    while n < 256 {
      power = (power * square).negated
      let term = power.divided(by: n)
      sum = sum + term
      if isNegligible(term, beside: sum) { break }
      n += 2
    }
    return offset + sum
  }

  /// The angle of the point (x, y), both nonzero.
  static func angle(x: WideFloat, y: WideFloat) -> WideFloat {
    let ax = x.magnitude
    let ay = y.magnitude
    let steep =
      ax.exponent != ay.exponent ? ax.exponent < ay.exponent : ax.significand < ay.significand
    var result =
      steep ? WideFloat.pi.scaled(by: -1) - arcTangent(ax / ay) : arcTangent(ay / ax)
    if x.isNegative { result = WideFloat.pi - result }
    result.isNegative = y.isNegative
    return result
  }

  /// The sine and cosine of a number of magnitude below 2^63.
  ///
  /// The argument is reduced by the 66-bit π the processor has (SDM volume 1, 8.3.8).
  static func sineAndCosine(_ x: WideFloat) -> (sine: WideFloat, cosine: WideFloat) {
    // π/2 of 66 bits, exponent 0; subtract it as often as it goes.
    let halfPi = WideFloat(exponent: 0, Wide(0xc90f_daa2_2168_c234, 0xc000_0000_0000_0000))
    var rest = x.magnitude
    var quadrant = 0
    while rest.exponent >= 0 {
      let aligned = WideFloat(exponent: rest.exponent, halfPi.significand)
      var step = rest.exponent
      var part = aligned
      if rest.significand < halfPi.significand {
        if step == 0 { break }
        step -= 1
        part.exponent -= 1
      }
      if step == 0 { quadrant += 1 }
      if step == 1 { quadrant += 2 }
      rest = rest - part
    }
    // Now below π/2; above π/4 count from the other side.
    if rest.exponent >= 0 || (rest.exponent == -1 && halfPi.significand < rest.significand) {
      rest = rest - halfPi
      quadrant += 1
    }
    let square = rest * rest
    var sine = rest
    var cosine = WideFloat(1)
    var term = rest
    var n: UInt64 = 2
    while n < 64 && !rest.isZero {
      term = (term * square).divided(by: n).divided(by: n + 1).negated
      sine = sine + term
      if isNegligible(term, beside: sine) { break }
      n += 2
    }
    term = WideFloat(1)
    n = 1
    while n < 64 && !rest.isZero {
      term = (term * square).divided(by: n).divided(by: n + 1).negated
      cosine = cosine + term
      if isNegligible(term, beside: cosine) { break }
      n += 2
    }
    var result: (sine: WideFloat, cosine: WideFloat)
    switch quadrant & 3 {
    case 0: result = (sine, cosine)
    case 1: result = (cosine, sine.negated)
    case 2: result = (sine.negated, cosine.negated)
    default: result = (cosine.negated, sine)
    }
    if x.isNegative { result.sine.isNegative.toggle() }
    return result
  }
}
