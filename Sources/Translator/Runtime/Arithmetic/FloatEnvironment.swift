/// How a result that does not fit is rounded; the raw values are those of the RC fields
/// (Intel SDM volume 1, table 4-8).
package enum RoundingMode: UInt8, Sendable {
  case nearestEven = 0
  case down = 1
  case up = 2
  case towardZero = 3

  package init(field: UInt32) {
    switch field & 3 {
    case 0: self = .nearestEven
    case 1: self = .down
    case 2: self = .up
    default: self = .towardZero
    }
  }
}

/// The exception bits, in the order MXCSR and the x87 status word share.
package enum FloatException {
  package static let invalid: UInt32 = 1
  package static let denormal: UInt32 = 2
  package static let divideByZero: UInt32 = 4
  package static let overflow: UInt32 = 8
  package static let underflow: UInt32 = 16
  package static let precision: UInt32 = 32
  /// Those found before an operation computes: if one is unmasked nothing else is reported.
  package static let preComputation: UInt32 = invalid | denormal | divideByZero
}

/// A binary format by its numbers.
package struct FloatFormat: Sendable {
  /// Significand bits, the integer bit included.
  package var precision: Int
  /// Exponent of the smallest normal number.
  package var minimumExponent: Int
  /// Exponent of the largest number.
  package var maximumExponent: Int

  package static var half: FloatFormat {
    FloatFormat(precision: 11, minimumExponent: -14, maximumExponent: 15)
  }
  package static var single: FloatFormat {
    FloatFormat(precision: 24, minimumExponent: -126, maximumExponent: 127)
  }
  package static var double: FloatFormat {
    FloatFormat(precision: 53, minimumExponent: -1022, maximumExponent: 1023)
  }
  package static var extended: FloatFormat {
    FloatFormat(precision: 64, minimumExponent: -16382, maximumExponent: 16383)
  }
}

/// What an operation obeys (rounding, masks) and what it reports (flags).
package struct FloatEnvironment: Sendable {
  package var rounding: RoundingMode
  /// MXCSR.FTZ: tiny results become zero while underflow is masked.
  package var flushToZero = false
  /// MXCSR.DAZ: denormal operands are zeros.
  package var denormalsAreZero = false
  /// `FloatException` bits raised so far.
  package var flags: UInt32 = 0
  /// `FloatException` bits whose trap is off.
  package var masks: UInt32
  /// Whether the x87 rules hold for NaNs and unmasked exceptions.
  package var isX87 = false
  /// Whether the last rounding enlarged the magnitude (x87 C1).
  package var roundedUp = false
  /// What x87 arithmetic rounds to: the extended range with the precision control's precision.
  package var x87Format = FloatFormat.extended

  package init(rounding: RoundingMode = .nearestEven) {
    self.rounding = rounding
    masks = 0x3f
  }

  package init(mxcsr: UInt32) {
    rounding = RoundingMode(field: mxcsr >> 13)
    flushToZero = mxcsr & 0x8000 != 0
    denormalsAreZero = mxcsr & 0x40 != 0
    masks = mxcsr >> 7 & 0x3f
  }

  package init(x87Control: UInt16) {
    rounding = RoundingMode(field: UInt32(x87Control) >> 10)
    masks = UInt32(x87Control) & 0x3f
    isX87 = true
    switch x87Control >> 8 & 3 {
    case 0: x87Format.precision = 24
    case 2: x87Format.precision = 53
    default: break
    }
  }

  package mutating func raise(_ exceptions: UInt32) { flags |= exceptions }

  package func isUnmasked(_ exception: UInt32) -> Bool { masks & exception != exception }

  /// The flags to record: pre-computation exceptions alone when one of them is unmasked.
  package var reported: UInt32 {
    let early = flags & FloatException.preComputation
    return early & ~masks != 0 ? early : flags
  }

  /// Whether a reported exception is unmasked.
  package var traps: Bool { reported & ~masks != 0 }
}
