/// A floating-point number with 128 significand bits and unbounded exponent, results truncated:
/// the working precision of the transcendental instructions.
///
/// The value is `±significand × 2^(exponent − 127)`, bit 127 set unless it is zero.
struct WideFloat {
  var isNegative: Bool
  var exponent: Int
  var significand: Wide

  init(negative: Bool = false, exponent: Int, _ significand: Wide) {
    isNegative = negative
    let shift = significand.leadingZeroBitCount
    self.exponent = exponent - shift
    self.significand = significand.shiftedLeft(shift)
  }

  /// An exact copy of a finite value or zero.
  init(_ value: FloatValue) {
    self.init(
      negative: value.isNegative, exponent: value.exponent,
      Wide(value.kind == .finite ? value.significand : 0, 0))
  }

  init(_ integer: Int) {
    self.init(
      negative: integer < 0, exponent: 63, Wide(UInt64(integer.magnitude), 0))
  }

  static var pi: WideFloat {
    WideFloat(exponent: 1, Wide(0xc90f_daa2_2168_c234, 0xc4c6_628b_80dc_1cd1))
  }
  static var ln2: WideFloat {
    WideFloat(exponent: -1, Wide(0xb172_17f7_d1cf_79ab, 0xc9e3_b398_03f2_f6af))
  }
  static var log2e: WideFloat {
    WideFloat(exponent: 0, Wide(0xb8aa_3b29_5c17_f0bb, 0xbe87_fed0_691d_3e88))
  }
  static var log2ten: WideFloat {
    WideFloat(exponent: 1, Wide(0xd49a_784b_cd1b_8afe, 0x492b_f6ff_4daf_db4c))
  }
  static var log10two: WideFloat {
    WideFloat(exponent: -2, Wide(0x9a20_9a84_fbcf_f798, 0x8f89_59ac_0b7c_9178))
  }
  /// The arc tangent of one half.
  static var arcTangentOfHalf: WideFloat {
    WideFloat(exponent: -2, Wide(0xed63_382b_0dda_7b45, 0x6fe4_45ec_bc3a_8d03))
  }

  var isZero: Bool { significand.isZero }

  var negated: WideFloat {
    var result = self
    result.isNegative.toggle()
    return result
  }

  var magnitude: WideFloat {
    var result = self
    result.isNegative = false
    return result
  }

  func scaled(by power: Int) -> WideFloat {
    var result = self
    result.exponent += power
    return result
  }

  static func + (a: WideFloat, b: WideFloat) -> WideFloat {
    if a.isZero { return b }
    if b.isZero { return a }
    let swap =
      a.exponent < b.exponent || (a.exponent == b.exponent && a.significand < b.significand)
    let large = swap ? b : a
    let small = swap ? a : b
    let aligned = small.significand.shiftedRightJamming(large.exponent - small.exponent)
    if large.isNegative != small.isNegative {
      return WideFloat(
        negative: large.isNegative, exponent: large.exponent,
        large.significand.subtracting(aligned))
    }
    var (total, carry) = large.significand.adding(aligned)
    if carry {
      total = total.shiftedRight(1)
      total.high |= 1 << 63
    }
    return WideFloat(
      negative: large.isNegative, exponent: large.exponent + (carry ? 1 : 0), total)
  }

  static func - (a: WideFloat, b: WideFloat) -> WideFloat { a + b.negated }

  static func * (a: WideFloat, b: WideFloat) -> WideFloat {
    let x = a.significand
    let y = b.significand
    let top = Wide.product(x.high, y.high)
    let cross = Wide.product(x.high, y.low)
    let other = Wide.product(x.low, y.high)
    let middle = Wide(0, cross.high).adding(Wide(0, other.high)).sum
    let carry = Wide(0, cross.low).adding(Wide(0, other.low)).sum.high
    let total = top.adding(middle).sum.adding(Wide(0, carry)).sum
    return WideFloat(
      negative: a.isNegative != b.isNegative, exponent: a.exponent + b.exponent + 1, total)
  }

  /// Division by a nonzero number.
  static func / (a: WideFloat, b: WideFloat) -> WideFloat {
    if a.isZero { return a }
    var rest = a.significand
    var quotient = Wide(0, 0)
    var carry = false
    for step in 0..<128 {
      if step > 0 {
        carry = rest.high >> 63 != 0
        rest = rest.shiftedLeft(1)
      }
      quotient = quotient.shiftedLeft(1)
      if carry || !(rest < b.significand) {
        rest = rest.subtracting(b.significand)
        quotient.low |= 1
      }
    }
    return WideFloat(
      negative: a.isNegative != b.isNegative, exponent: a.exponent - b.exponent, quotient)
  }

  /// The magnitude over a small positive integer.
  func divided(by integer: UInt64) -> WideFloat {
    let high = Wide(0, significand.high).divided(by: integer)
    let low = Wide(high.remainder, significand.low).divided(by: integer)
    return WideFloat(
      negative: isNegative, exponent: exponent, Wide(high.quotient, low.quotient))
  }

  /// Rounds into the extended format. An inexact result never looks exact: a one is put below it.
  func rounded(exact: Bool, _ environment: inout FloatEnvironment) -> FloatValue {
    var bits = significand
    if !exact { bits.low |= 1 }
    return SoftFloat.round(
      negative: isNegative, exponent: exponent, bits, .extended, &environment)
  }
}
