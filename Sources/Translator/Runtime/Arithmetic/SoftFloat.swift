/// IEEE 754 arithmetic on any of the processor's formats, with the flags and NaNs an Intel
/// processor gives (SDM volume 1, 4.8, 8.5 and 11.5).
package enum SoftFloat {
  /// Rounds a magnitude of `word` and the fraction `fraction / 2^64` to an integer.
  static func roundWord(
    _ word: UInt64, fraction: UInt64, negative: Bool, _ mode: RoundingMode
  ) -> (word: UInt64, carry: Bool, inexact: Bool, up: Bool) {
    if fraction == 0 { return (word, false, false, false) }
    let up: Bool
    switch mode {
    case .nearestEven: up = fraction > 1 << 63 || (fraction == 1 << 63 && word & 1 != 0)
    case .down: up = negative
    case .up: up = !negative
    case .towardZero: up = false
    }
    let (sum, carry) = word.addingReportingOverflow(up ? 1 : 0)
    return (sum, carry, true, up)
  }

  /// Rounds the top `precision` bits of a 128-bit fixed-point number; the result stays in place.
  private static func roundTop(
    _ value: Wide, precision: Int, negative: Bool, _ mode: RoundingMode
  ) -> (word: UInt64, carry: Bool, inexact: Bool, up: Bool) {
    let drop = 64 - precision
    let shifted = value.shiftedRightJamming(drop)
    var result = roundWord(shifted.high, fraction: shifted.low, negative: negative, mode)
    if drop > 0 {
      result.carry = result.word >> UInt64(precision) != 0
      result.word <<= UInt64(drop)
    }
    return result
  }

  /// Rounds `±significand × 2^(exponent − 127)` into a format: overflow, underflow with tininess
  /// after rounding, and the inexact flag are settled here and nowhere else.
  package static func round(
    negative: Bool, exponent: Int, _ significand: Wide, _ format: FloatFormat,
    _ environment: inout FloatEnvironment
  ) -> FloatValue {
    environment.roundedUp = false
    if significand.isZero { return .zero(negative: negative) }
    let shift = significand.leadingZeroBitCount
    let normal = significand.shiftedLeft(shift)
    var exponent = exponent - shift
    let mode = environment.rounding
    let rounded = roundTop(normal, precision: format.precision, negative: negative, mode)
    let exact = exponent
    var word = rounded.word
    if rounded.carry {
      word = 1 << 63
      exponent += 1
    }

    if exponent < format.minimumExponent {
      if environment.isUnmasked(FloatException.underflow) {
        environment.raise(FloatException.underflow)
        // The x87 delivers the result scaled back into range; SSE delivers nothing.
        exponent += 24576
        if exponent < format.minimumExponent {
          environment.raise(FloatException.precision)
          return .zero(negative: negative)
        }
      } else if environment.flushToZero {
        environment.raise(FloatException.underflow | FloatException.precision)
        return .zero(negative: negative)
      } else {
        let denormal = normal.shiftedRightJamming(format.minimumExponent - exact)
        let result = roundTop(denormal, precision: format.precision, negative: negative, mode)
        if result.inexact {
          environment.raise(FloatException.underflow | FloatException.precision)
          environment.roundedUp = result.up
        }
        if result.word == 0 && !result.carry { return .zero(negative: negative) }
        let lead = result.word.leadingZeroBitCount
        return FloatValue(
          .finite, negative: negative, exponent: format.minimumExponent - lead,
          significand: result.word << UInt64(lead))
      }
    } else if exponent > format.maximumExponent {
      environment.raise(FloatException.overflow)
      if environment.isUnmasked(FloatException.overflow) {
        exponent -= 24576
        if exponent > format.maximumExponent {
          environment.raise(FloatException.precision)
          environment.roundedUp = true
          return .infinity(negative: negative)
        }
      } else {
        environment.raise(FloatException.precision)
        let toInfinity =
          mode == .nearestEven || (mode == .up && !negative) || (mode == .down && negative)
        environment.roundedUp = toInfinity
        if toInfinity { return .infinity(negative: negative) }
        return FloatValue(
          .finite, negative: negative, exponent: format.maximumExponent,
          significand: UInt64.max << UInt64(64 - format.precision))
      }
    }
    if rounded.inexact {
      environment.raise(FloatException.precision)
      environment.roundedUp = rounded.up
    }
    return FloatValue(.finite, negative: negative, exponent: exponent, significand: word)
  }

  /// The NaN two operands yield of which one at least is a NaN.
  package static func propagate(
    _ a: FloatValue, _ b: FloatValue, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    environment.roundedUp = false
    if a.kind == .signalingNaN || b.kind == .signalingNaN || a.kind == .unsupported
      || b.kind == .unsupported
    {
      environment.raise(FloatException.invalid)
    }
    if !environment.isX87 { return a.isNaN ? a.quieted : b.quieted }
    if a.kind == .unsupported || b.kind == .unsupported { return .defaultNaN }
    if !a.isNaN { return b.quieted }
    if !b.isNaN { return a.quieted }
    if a.kind != b.kind { return a.kind == .quietNaN ? a : b }
    if a.significand != b.significand {
      return a.significand > b.significand ? a.quieted : b.quieted
    }
    return a.isNegative ? b.quieted : a.quieted
  }

  static func invalid(_ environment: inout FloatEnvironment) -> FloatValue {
    environment.roundedUp = false
    environment.raise(FloatException.invalid)
    return .defaultNaN
  }

  static func noteDenormals(
    _ a: FloatValue, _ b: FloatValue, _ environment: inout FloatEnvironment
  ) {
    if a.isDenormal || b.isDenormal { environment.raise(FloatException.denormal) }
  }

  /// Adds two finite magnitudes given as 128-bit significands.
  private static func sum(
    _ aNegative: Bool, _ aExponent: Int, _ a: Wide, _ bNegative: Bool, _ bExponent: Int, _ b: Wide,
    _ format: FloatFormat, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    let swap = aExponent < bExponent || (aExponent == bExponent && a < b)
    let large = swap ? b : a
    let exponent = swap ? bExponent : aExponent
    let negative = swap ? bNegative : aNegative
    let small = (swap ? a : b).shiftedRightJamming(exponent - (swap ? aExponent : bExponent))
    if aNegative != bNegative {
      let difference = large.subtracting(small)
      if difference.isZero {
        environment.roundedUp = false
        return .zero(negative: environment.rounding == .down)
      }
      return round(negative: negative, exponent: exponent, difference, format, &environment)
    }
    var (total, carry) = large.adding(small)
    if carry {
      total = total.shiftedRightJamming(1)
      total.high |= 1 << 63
    }
    return round(
      negative: negative, exponent: carry ? exponent + 1 : exponent, total, format, &environment)
  }

  package static func add(
    _ a: FloatValue, _ b: FloatValue, _ format: FloatFormat, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    if a.isNaN || b.isNaN { return propagate(a, b, &environment) }
    if a.isInfinite && b.isInfinite && a.isNegative != b.isNegative {
      return invalid(&environment)
    }
    noteDenormals(a, b, &environment)
    environment.roundedUp = false
    if a.isInfinite { return a }
    if b.isInfinite { return b }
    if a.isZero && b.isZero {
      let negative =
        a.isNegative == b.isNegative ? a.isNegative : environment.rounding == .down
      return .zero(negative: negative)
    }
    if a.isZero {
      return round(
        negative: b.isNegative, exponent: b.exponent, Wide(b.significand, 0), format, &environment)
    }
    if b.isZero {
      return round(
        negative: a.isNegative, exponent: a.exponent, Wide(a.significand, 0), format, &environment)
    }
    return sum(
      a.isNegative, a.exponent, Wide(a.significand, 0), b.isNegative, b.exponent,
      Wide(b.significand, 0), format, &environment)
  }

  package static func subtract(
    _ a: FloatValue, _ b: FloatValue, _ format: FloatFormat, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    if a.isNaN || b.isNaN { return propagate(a, b, &environment) }
    return add(a, b.negated, format, &environment)
  }

  package static func multiply(
    _ a: FloatValue, _ b: FloatValue, _ format: FloatFormat, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    if a.isNaN || b.isNaN { return propagate(a, b, &environment) }
    let negative = a.isNegative != b.isNegative
    if (a.isInfinite && b.isZero) || (a.isZero && b.isInfinite) { return invalid(&environment) }
    noteDenormals(a, b, &environment)
    environment.roundedUp = false
    if a.isInfinite || b.isInfinite { return .infinity(negative: negative) }
    if a.isZero || b.isZero { return .zero(negative: negative) }
    return round(
      negative: negative, exponent: a.exponent + b.exponent + 1,
      Wide.product(a.significand, b.significand), format, &environment)
  }

  package static func divide(
    _ a: FloatValue, _ b: FloatValue, _ format: FloatFormat, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    if a.isNaN || b.isNaN { return propagate(a, b, &environment) }
    let negative = a.isNegative != b.isNegative
    if (a.isInfinite && b.isInfinite) || (a.isZero && b.isZero) { return invalid(&environment) }
    environment.roundedUp = false
    if b.isZero && !a.isInfinite {
      environment.raise(FloatException.divideByZero)
      return .infinity(negative: negative)
    }
    noteDenormals(a, b, &environment)
    if a.isInfinite { return .infinity(negative: negative) }
    if a.isZero || b.isInfinite { return .zero(negative: negative) }
    // Halve the dividend so that each quotient word fits.
    let first = Wide(a.significand >> 1, a.significand << 63).divided(by: b.significand)
    var rest = Wide(first.remainder, 0).divided(by: b.significand)
    if rest.remainder != 0 { rest.quotient |= 1 }
    return round(
      negative: negative, exponent: a.exponent - b.exponent, Wide(first.quotient, rest.quotient),
      format, &environment)
  }

  package static func squareRoot(
    _ a: FloatValue, _ format: FloatFormat, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    if a.isNaN { return propagate(a, a, &environment) }
    environment.roundedUp = false
    if a.isZero { return a }
    if a.isNegative { return invalid(&environment) }
    if a.isDenormal { environment.raise(FloatException.denormal) }
    if a.isInfinite { return a }
    // An even exponent: the radicand is 01.x or 1x.x, its root 1.x. Two bits of it come down for
    // each bit of the root; 66 bits and a sticky one are enough for every format.
    let odd = a.exponent & 1 != 0
    var radicand = Wide(a.significand, 0).shiftedRight(odd ? 0 : 1)
    var root = Wide(0, 0)
    var remainder = Wide(0, 0)
    for _ in 0..<66 {
      remainder = remainder.shiftedLeft(2)
      remainder.low |= radicand.high >> 62
      radicand = radicand.shiftedLeft(2)
      var trial = root.shiftedLeft(2)
      trial.low |= 1
      root = root.shiftedLeft(1)
      if !(remainder < trial) {
        remainder = remainder.subtracting(trial)
        root.low |= 1
      }
    }
    var significand = root.shiftedLeft(62)
    if !remainder.isZero { significand.low |= 1 }
    return round(
      negative: false, exponent: (a.exponent - (odd ? 1 : 0)) / 2, significand, format,
      &environment)
  }

  /// `x × y + z` rounded once; NaNs are taken in the order x, y, z.
  package static func fusedMultiplyAdd(
    _ x: FloatValue, _ y: FloatValue, _ z: FloatValue, _ format: FloatFormat,
    _ environment: inout FloatEnvironment
  ) -> FloatValue {
    if x.isNaN || y.isNaN || z.isNaN {
      if z.kind == .signalingNaN { environment.raise(FloatException.invalid) }
      if x.isNaN || y.isNaN { return propagate(x, y, &environment) }
      return z.quieted
    }
    let negative = x.isNegative != y.isNegative
    if (x.isInfinite && y.isZero) || (x.isZero && y.isInfinite) { return invalid(&environment) }
    let infiniteProduct = x.isInfinite || y.isInfinite
    if infiniteProduct && z.isInfinite && z.isNegative != negative { return invalid(&environment) }
    noteDenormals(x, y, &environment)
    noteDenormals(z, z, &environment)
    if infiniteProduct { return .infinity(negative: negative) }
    if z.isInfinite { return z }
    if x.isZero || y.isZero {
      if z.isZero {
        return .zero(
          negative: negative == z.isNegative ? negative : environment.rounding == .down)
      }
      return round(
        negative: z.isNegative, exponent: z.exponent, Wide(z.significand, 0), format, &environment)
    }
    var product = Wide.product(x.significand, y.significand)
    var exponent = x.exponent + y.exponent + 1
    if product.high >> 63 == 0 {
      product = product.shiftedLeft(1)
      exponent -= 1
    }
    if z.isZero {
      return round(negative: negative, exponent: exponent, product, format, &environment)
    }
    return sum(
      negative, exponent, product, z.isNegative, z.exponent, Wide(z.significand, 0), format,
      &environment)
  }
}
