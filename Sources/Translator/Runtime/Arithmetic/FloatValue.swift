/// A floating-point number of any of the processor's formats, taken apart.
///
/// Finite values are `significand × 2^(exponent − 63)` with bit 63 of the significand set, so that
/// every format's values are exact here. A NaN's significand is its payload from bit 61 down, the
/// quiet bit at 62.
package struct FloatValue: Sendable {
  package enum Kind: UInt8, Sendable {
    case zero, finite, infinite, quietNaN, signalingNaN
    /// An x87 encoding the processor rejects (SDM volume 1, 8.2.2).
    case unsupported
  }

  package var kind: Kind
  package var isNegative: Bool
  package var exponent: Int
  package var significand: UInt64
  /// Whether the operand was encoded as a denormal.
  package var isDenormal = false

  package init(_ kind: Kind, negative: Bool, exponent: Int = 0, significand: UInt64 = 0) {
    self.kind = kind
    isNegative = negative
    self.exponent = exponent
    self.significand = significand
  }

  /// What invalid operations yield: the negative quiet NaN with no payload.
  package static var defaultNaN: FloatValue {
    FloatValue(.quietNaN, negative: true, significand: 0xc000_0000_0000_0000)
  }

  package static func zero(negative: Bool) -> FloatValue { FloatValue(.zero, negative: negative) }

  package static func infinity(negative: Bool) -> FloatValue {
    FloatValue(.infinite, negative: negative)
  }

  package var isNaN: Bool {
    kind == .quietNaN || kind == .signalingNaN || kind == .unsupported
  }
  package var isZero: Bool { kind == .zero }
  package var isInfinite: Bool { kind == .infinite }

  package var quieted: FloatValue {
    if kind == .unsupported { return .defaultNaN }
    return FloatValue(
      .quietNaN, negative: isNegative, significand: significand | 0xc000_0000_0000_0000)
  }

  package var negated: FloatValue {
    var result = self
    result.isNegative.toggle()
    return result
  }

  /// The value of a half, single or double.
  package init(bits: UInt64, _ format: FloatFormat) {
    let fractionBits = format.precision - 1
    let maximumField = 2 * format.maximumExponent + 1
    let fraction = bits & (1 << UInt64(fractionBits) - 1)
    let field = Int(truncatingIfNeeded: bits >> UInt64(fractionBits)) & maximumField
    let signBit = UInt64(fractionBits + (64 - UInt64(maximumField).leadingZeroBitCount))
    self.init(.zero, negative: bits >> signBit & 1 != 0)
    if field == 0 {
      if fraction == 0 { return }
      let shift = fraction.leadingZeroBitCount
      kind = .finite
      significand = fraction << UInt64(shift)
      exponent = format.minimumExponent - fractionBits + 63 - shift
      isDenormal = true
      return
    }
    significand = 1 << 63 | fraction << UInt64(63 - fractionBits)
    if field == maximumField {
      kind =
        fraction == 0
        ? .infinite : fraction >> UInt64(fractionBits - 1) != 0 ? .quietNaN : .signalingNaN
      return
    }
    kind = .finite
    exponent = field - format.maximumExponent
  }

  /// As above, with a denormal read as zero when the environment says so.
  package init(bits: UInt64, _ format: FloatFormat, _ environment: FloatEnvironment) {
    self.init(bits: bits, format)
    if isDenormal && environment.denormalsAreZero { self = .zero(negative: isNegative) }
  }

  /// The value of an x87 register.
  package init(significand bits: UInt64, signAndExponent: UInt16) {
    self.init(.zero, negative: signAndExponent >> 15 != 0)
    let field = Int(signAndExponent & 0x7fff)
    significand = bits
    if field == 0 {
      if bits == 0 { return }
      let shift = bits.leadingZeroBitCount
      kind = .finite
      significand = bits << UInt64(shift)
      exponent = -16382 - shift
      isDenormal = true
    } else if bits >> 63 == 0 {
      kind = .unsupported
    } else if field == 0x7fff {
      kind = bits << 1 == 0 ? .infinite : bits >> 62 & 1 != 0 ? .quietNaN : .signalingNaN
    } else {
      kind = .finite
      exponent = field - 16383
    }
  }

  /// The exact value of an integer.
  package init(integer: Int64) {
    self.init(.zero, negative: integer < 0)
    if integer == 0 { return }
    let magnitude = integer.magnitude
    let shift = magnitude.leadingZeroBitCount
    kind = .finite
    significand = magnitude << UInt64(shift)
    exponent = 63 - shift
  }

  /// The encoding in a half, single or double that holds the value exactly.
  package func bits(_ format: FloatFormat) -> UInt64 {
    let fractionBits = UInt64(format.precision - 1)
    let maximumField = UInt64(2 * format.maximumExponent + 1)
    let sign: UInt64 =
      isNegative ? 1 << (fractionBits + UInt64(64 - maximumField.leadingZeroBitCount)) : 0
    let fraction = (significand << 1) >> (64 - fractionBits)
    switch kind {
    case .zero: return sign
    case .infinite: return sign | maximumField << fractionBits
    case .quietNaN, .signalingNaN, .unsupported:
      return sign | maximumField << fractionBits | fraction
    case .finite:
      if exponent < format.minimumExponent {
        let shift = 63 - Int(fractionBits) + format.minimumExponent - exponent
        return sign | (shift > 63 ? 0 : significand >> UInt64(shift))
      }
      let field = UInt64(truncatingIfNeeded: exponent + format.maximumExponent)
      return sign | field << fractionBits | fraction
    }
  }

  /// The encoding as an x87 register.
  package var extended: (significand: UInt64, signAndExponent: UInt16) {
    let sign: UInt16 = isNegative ? 0x8000 : 0
    switch kind {
    case .zero: return (0, sign)
    case .infinite: return (1 << 63, sign | 0x7fff)
    case .quietNaN, .signalingNaN, .unsupported: return (significand, sign | 0x7fff)
    case .finite:
      if exponent < -16382 {
        let shift = -16382 - exponent
        return (shift > 63 ? 0 : significand >> UInt64(shift), sign)
      }
      return (significand, sign | UInt16(truncatingIfNeeded: exponent + 16383) & 0x7fff)
    }
  }
}
