/// Conversions, comparisons and the selections that are not arithmetic proper.
extension SoftFloat {
  package enum Relation: Sendable {
    case less, equal, greater, unordered
  }

  /// How `a` stands to `b`, raising nothing.
  package static func relation(_ a: FloatValue, _ b: FloatValue) -> Relation {
    if a.isNaN || b.isNaN { return .unordered }
    if a.isZero && b.isZero { return .equal }
    if a.isZero { return b.isNegative ? .greater : .less }
    if b.isZero || a.isNegative != b.isNegative { return a.isNegative ? .less : .greater }
    let above: Bool
    if a.isInfinite || b.isInfinite {
      if a.isInfinite && b.isInfinite { return .equal }
      above = a.isInfinite
    } else if a.exponent != b.exponent {
      above = a.exponent > b.exponent
    } else if a.significand != b.significand {
      above = a.significand > b.significand
    } else {
      return .equal
    }
    return above != a.isNegative ? .greater : .less
  }

  /// Compares; `signaling` makes quiet NaNs invalid operands too.
  package static func compare(
    _ a: FloatValue, _ b: FloatValue, signaling: Bool, _ environment: inout FloatEnvironment
  ) -> Relation {
    environment.roundedUp = false
    let result = relation(a, b)
    if result == .unordered {
      let quietOnly =
        (a.kind == .quietNaN || !a.isNaN) && (b.kind == .quietNaN || !b.isNaN)
      if signaling || !quietOnly { environment.raise(FloatException.invalid) }
    } else {
      noteDenormals(a, b, &environment)
    }
    return result
  }

  /// Whether MINPS and its kin take the first operand: the second wins for NaNs and equal zeros.
  package static func selectsFirst(
    _ a: FloatValue, _ b: FloatValue, maximum: Bool, _ environment: inout FloatEnvironment
  ) -> Bool {
    let result = compare(a, b, signaling: true, &environment)
    return result == (maximum ? .greater : .less)
  }

  /// The same number in another format.
  package static func convert(
    _ a: FloatValue, to format: FloatFormat, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    if a.isNaN {
      let result = propagate(a, a, &environment)
      return a.kind == .unsupported ? .defaultNaN : result
    }
    environment.roundedUp = false
    if a.isDenormal { environment.raise(FloatException.denormal) }
    if a.kind != .finite { return FloatValue(a.kind, negative: a.isNegative) }
    return round(
      negative: a.isNegative, exponent: a.exponent, Wide(a.significand, 0), format, &environment)
  }

  /// An integer rounded into a format.
  package static func convert(
    integer: Int64, to format: FloatFormat, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    let value = FloatValue(integer: integer)
    if value.isZero { return value }
    return round(
      negative: value.isNegative, exponent: value.exponent, Wide(value.significand, 0), format,
      &environment)
  }

  /// Splits a finite magnitude into its integer part and 64 bits of fraction, the last sticky.
  private static func split(_ a: FloatValue) -> Wide {
    Wide(a.significand, 0).shiftedRightJamming(63 - a.exponent)
  }

  /// The integer in `bits` bits, sign-extended; the integer indefinite (the most negative number)
  /// with the invalid flag when it does not fit.
  package static func integer(
    _ a: FloatValue, bits: Int, _ mode: RoundingMode, _ environment: inout FloatEnvironment
  ) -> Int64 {
    environment.roundedUp = false
    let indefinite = Int64(-1) << Int64(bits - 1)
    if a.isZero { return 0 }
    if a.kind != .finite || a.exponent > 63 {
      environment.raise(FloatException.invalid)
      return indefinite
    }
    let parts = split(a)
    let rounded = roundWord(parts.high, fraction: parts.low, negative: a.isNegative, mode)
    let limit: UInt64 = 1 << UInt64(bits - 1)
    if rounded.carry || rounded.word > limit || (rounded.word == limit && !a.isNegative) {
      environment.raise(FloatException.invalid)
      return indefinite
    }
    if rounded.inexact {
      environment.raise(FloatException.precision)
      environment.roundedUp = rounded.up
    }
    let value = Int64(bitPattern: rounded.word)
    return a.isNegative ? 0 &- value : value
  }

  /// Rounds to an integral number of the same format (exact in every format the value is of).
  package static func integral(
    _ a: FloatValue, _ mode: RoundingMode, exact: Bool, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    if a.isNaN { return propagate(a, a, &environment) }
    environment.roundedUp = false
    if a.kind != .finite || a.exponent >= 63 { return a }
    let parts = split(a)
    let rounded = roundWord(parts.high, fraction: parts.low, negative: a.isNegative, mode)
    if rounded.inexact && exact {
      environment.raise(FloatException.precision)
      environment.roundedUp = rounded.up
    }
    if rounded.word == 0 { return .zero(negative: a.isNegative) }
    let shift = rounded.word.leadingZeroBitCount
    return FloatValue(
      .finite, negative: a.isNegative, exponent: 63 - shift,
      significand: rounded.word << UInt64(shift))
  }

  /// What a remainder step yields.
  package struct Remainder: Sendable {
    package var value: FloatValue
    /// The low bits of the quotient; three are reported.
    package var quotient: UInt64
    /// Whether the reduction is finished (C2 clear).
    package var isComplete: Bool
  }

  /// FPREM (`nearest` false: truncating quotient) and FPREM1 (`nearest` true) on finite, nonzero
  /// operands. An exponent difference of 64 or more takes one partial step.
  package static func remainder(_ a: FloatValue, _ b: FloatValue, nearest: Bool) -> Remainder {
    let difference = a.exponent - b.exponent
    if difference < (nearest ? -1 : 0) {
      return Remainder(value: a, quotient: 0, isComplete: true)
    }
    let isComplete = difference < 64
    let steps = isComplete ? difference : 32 + difference & 31
    var rest = a.significand
    var quotient: UInt64 = 0
    var exponent = b.exponent
    if difference < 0 {
      // |a| is below |b| but may be above half of it.
      exponent = a.exponent
    } else {
      var carry = false
      for step in 0...steps {
        if step > 0 {
          carry = rest >> 63 != 0
          rest <<= 1
        }
        quotient <<= 1
        if carry || rest >= b.significand {
          rest &-= b.significand
          quotient |= 1
        }
      }
      exponent = a.exponent - steps
    }
    var negative = a.isNegative
    if nearest && isComplete {
      // Compare twice the rest with the divisor, at the rest's scale.
      let divisor =
        Wide(b.significand, 0)
      let twice: Wide
      if difference < 0 {
        // The rest stands one binary place lower: doubled it has the divisor's scale.
        twice = Wide(rest, 0)
      } else {
        twice = Wide(rest, 0).shiftedLeft(1)
      }
      let overflow = difference >= 0 && rest >> 63 != 0
      if overflow || divisor < twice || (divisor == twice && quotient & 1 != 0) {
        quotient &+= 1
        negative.toggle()
        if difference < 0 {
          // b − a with b's significand doubled relative to a's.
          let value = Wide(b.significand, 0).subtracting(
            Wide(rest, 0).shiftedRight(1))
          return Remainder(
            value: normalized(negative: negative, exponent: b.exponent, value),
            quotient: quotient, isComplete: true)
        }
        rest = b.significand &- rest
      }
    }
    let value = normalized(negative: negative, exponent: exponent, Wide(rest, 0))
    return Remainder(
      value: rest == 0 ? .zero(negative: a.isNegative) : value, quotient: quotient,
      isComplete: isComplete)
  }

  /// `±significand × 2^(exponent − 127)`, known to fit 64 bits.
  static func normalized(negative: Bool, exponent: Int, _ significand: Wide) -> FloatValue {
    if significand.isZero { return .zero(negative: negative) }
    let shift = significand.leadingZeroBitCount
    return FloatValue(
      .finite, negative: negative, exponent: exponent - shift,
      significand: significand.shiftedLeft(shift).high)
  }
}
