/// Shifts of a register operand, in their encoding.
package enum A64Shift: UInt32 {
  case left, right, arithmetic, rotate
}

/// Integer instructions (Arm ARM, C4.1.92 and C4.1.93). `is64` chooses X or W.
extension A64Assembler {
  @inline(__always) private func size(_ is64: Bool) -> UInt32 { is64 ? 0x8000_0000 : 0 }

  // MARK: Add and subtract

  /// ADD, SUB, ADDS, SUBS with an immediate of 12 bits, perhaps shifted by 12. Register 31 is SP,
  /// as destination the zero register where flags are set.
  package mutating func addImmediate(
    _ d: A64Register, _ n: A64Register, _ value: UInt32, shifted: Bool = false,
    subtract: Bool = false, flags: Bool = false, is64: Bool = true
  ) {
    if flags { writesFlags = true }
    append(
      0x1100_0000 | size(is64) | (subtract ? 1 << 30 : 0) | (flags ? 1 << 29 : 0)
        | (shifted ? 1 << 22 : 0) | (value & 0xFFF) << 10 | n.number << 5 | d.number)
  }

  package mutating func add(
    _ d: A64Register, _ n: A64Register, _ m: A64Register, shift: A64Shift = .left,
    by amount: UInt32 = 0, subtract: Bool = false, flags: Bool = false, is64: Bool = true
  ) {
    if flags { writesFlags = true }
    append(
      0x0B00_0000 | size(is64) | (subtract ? 1 << 30 : 0) | (flags ? 1 << 29 : 0)
        | shift.rawValue << 22 | m.number << 16 | amount << 10 | n.number << 5 | d.number)
  }

  /// d = n + (m zero-extended from `bytes`) << amount, at most 4. Register 31 is SP for n.
  package mutating func addZeroExtended(
    _ d: A64Register, _ n: A64Register, _ m: A64Register, bytes: UInt32, by amount: UInt32
  ) {
    append(
      0x8B20_0000 | m.number << 16 | UInt32(bytes.trailingZeroBitCount) << 13 | amount << 10
        | n.number << 5 | d.number)
  }

  /// CMP of W registers, m zero-extended from `bytes`.
  package mutating func compareExtended(_ n: A64Register, _ m: A64Register, bytes: UInt32) {
    writesFlags = true
    append(
      0x6B20_001F | m.number << 16 | UInt32(bytes.trailingZeroBitCount) << 13 | n.number << 5)
  }

  /// ADC, ADCS, SBC, SBCS.
  package mutating func addCarry(
    _ d: A64Register, _ n: A64Register, _ m: A64Register, subtract: Bool = false,
    flags: Bool = false, is64: Bool = true
  ) {
    if flags { writesFlags = true }
    append(
      0x1A00_0000 | size(is64) | (subtract ? 1 << 30 : 0) | (flags ? 1 << 29 : 0)
        | m.number << 16 | n.number << 5 | d.number)
  }

  // MARK: Logic

  package enum Logic: UInt32 {
    case and, or, exclusiveOr, andFlags
  }

  /// `inverted`: BIC, ORN, EON, BICS.
  package mutating func logic(
    _ operation: Logic, _ d: A64Register, _ n: A64Register, _ m: A64Register,
    inverted: Bool = false, shift: A64Shift = .left, by amount: UInt32 = 0, is64: Bool = true
  ) {
    if operation == .andFlags { writesFlags = true }
    append(
      0x0A00_0000 | size(is64) | operation.rawValue << 29 | shift.rawValue << 22
        | (inverted ? 1 << 21 : 0) | m.number << 16 | amount << 10 | n.number << 5 | d.number)
  }

  /// With a bit pattern (`A64Immediate.logical`).
  package mutating func logicImmediate(
    _ operation: Logic, _ d: A64Register, _ n: A64Register, pattern: UInt32, is64: Bool = true
  ) {
    if operation == .andFlags { writesFlags = true }
    append(
      0x1200_0000 | size(is64) | operation.rawValue << 29 | pattern << 10 | n.number << 5
        | d.number)
  }

  // MARK: Moves

  package mutating func move(_ d: A64Register, _ m: A64Register, is64: Bool = true) {
    logic(.or, d, .zero, m, is64: is64)
  }

  /// MOVZ, or MOVN with `inverted`; `lane` in halfwords.
  package mutating func moveWide(
    _ d: A64Register, _ value: UInt32, lane: UInt32 = 0, inverted: Bool = false, is64: Bool = true
  ) {
    append(
      0x1280_0000 | size(is64) | (inverted ? 0 : 1 << 30) | lane << 21 | (value & 0xFFFF) << 5
        | d.number)
  }

  /// MOVK.
  package mutating func moveKeep(_ d: A64Register, _ value: UInt32, lane: UInt32, is64: Bool = true)
  {
    append(0x7280_0000 | size(is64) | lane << 21 | (value & 0xFFFF) << 5 | d.number)
  }

  // MARK: Bit fields

  package enum Field: UInt32 {
    case signed, insert, unsigned
  }

  /// SBFM, BFM, UBFM.
  package mutating func field(
    _ kind: Field, _ d: A64Register, _ n: A64Register, rotate: UInt32, last: UInt32,
    is64: Bool = true
  ) {
    append(
      0x1300_0000 | size(is64) | (is64 ? 1 << 22 : 0) | kind.rawValue << 29 | rotate << 16
        | last << 10 | n.number << 5 | d.number)
  }

  /// BFI: the low `width` bits of n into d from `bit` on.
  package mutating func insert(
    _ d: A64Register, _ n: A64Register, bit: UInt32, width: UInt32, is64: Bool = true
  ) {
    let size: UInt32 = is64 ? 64 : 32
    field(.insert, d, n, rotate: (size - bit) & (size - 1), last: width - 1, is64: is64)
  }

  /// UBFX.
  package mutating func extract(
    _ d: A64Register, _ n: A64Register, bit: UInt32, width: UInt32, is64: Bool = true
  ) {
    field(.unsigned, d, n, rotate: bit, last: bit + width - 1, is64: is64)
  }

  /// SXTB, SXTH, SXTW by `bytes`.
  package mutating func signExtend(
    _ d: A64Register, _ n: A64Register, bytes: UInt32, is64: Bool = true
  ) {
    field(.signed, d, n, rotate: 0, last: bytes * 8 - 1, is64: is64)
  }

  package mutating func zeroExtend(_ d: A64Register, _ n: A64Register, bytes: UInt32) {
    if bytes == 4 {
      move(d, n, is64: false)
    } else {
      field(.unsigned, d, n, rotate: 0, last: bytes * 8 - 1, is64: false)
    }
  }

  package mutating func shift(
    _ kind: A64Shift, _ d: A64Register, _ n: A64Register, by amount: UInt32, is64: Bool = true
  ) {
    let size: UInt32 = is64 ? 64 : 32
    switch kind {
    case .left:
      field(
        .unsigned, d, n, rotate: (size - amount) & (size - 1), last: size - 1 - amount, is64: is64)
    case .right: field(.unsigned, d, n, rotate: amount, last: size - 1, is64: is64)
    case .arithmetic: field(.signed, d, n, rotate: amount, last: size - 1, is64: is64)
    case .rotate: extractPair(d, n, n, bit: amount, is64: is64)
    }
  }

  /// EXTR: bits of high:low from `bit` on.
  package mutating func extractPair(
    _ d: A64Register, _ high: A64Register, _ low: A64Register, bit: UInt32, is64: Bool = true
  ) {
    append(
      0x1380_0000 | size(is64) | (is64 ? 1 << 22 : 0) | low.number << 16 | bit << 10
        | high.number << 5 | d.number)
  }

  /// LSLV, LSRV, ASRV, RORV.
  package mutating func shift(
    _ kind: A64Shift, _ d: A64Register, _ n: A64Register, by m: A64Register, is64: Bool = true
  ) {
    append(
      0x1AC0_2000 | size(is64) | kind.rawValue << 10 | m.number << 16 | n.number << 5 | d.number)
  }

  // MARK: Multiply and divide

  /// MADD, MSUB.
  package mutating func multiplyAdd(
    _ d: A64Register, _ n: A64Register, _ m: A64Register, _ a: A64Register = .zero,
    subtract: Bool = false, is64: Bool = true
  ) {
    append(
      0x1B00_0000 | size(is64) | (subtract ? 1 << 15 : 0) | m.number << 16 | a.number << 10
        | n.number << 5 | d.number)
  }

  /// SMULL, UMULL.
  package mutating func multiplyLong(
    _ d: A64Register, _ n: A64Register, _ m: A64Register, signed: Bool
  ) {
    append(
      0x9B20_7C00 | (signed ? 0 : 1 << 23) | m.number << 16 | n.number << 5 | d.number)
  }

  /// SMULH, UMULH.
  package mutating func multiplyHigh(
    _ d: A64Register, _ n: A64Register, _ m: A64Register, signed: Bool
  ) {
    append(
      0x9B40_7C00 | (signed ? 0 : 1 << 23) | m.number << 16 | n.number << 5 | d.number)
  }

  package mutating func divide(
    _ d: A64Register, _ n: A64Register, _ m: A64Register, signed: Bool, is64: Bool = true
  ) {
    append(
      0x1AC0_0800 | size(is64) | (signed ? 1 << 10 : 0) | m.number << 16 | n.number << 5
        | d.number)
  }

  /// CRC32C of `bytes` of m into n.
  package mutating func crc32c(_ d: A64Register, _ n: A64Register, _ m: A64Register, bytes: UInt32)
  {
    let log: UInt32 = bytes == 8 ? 3 : bytes >> 1
    append(
      0x1AC0_5000 | (bytes == 8 ? 0x8000_0000 : 0) | log << 10 | m.number << 16 | n.number << 5
        | d.number)
  }

  // MARK: One operand

  package enum Unary: UInt32 {
    case reverseBits = 0, reverseHalfwords = 1, reverseWords = 2, reverse = 3, leadingZeros = 4
  }

  /// RBIT, REV16, REV32, REV, CLZ. `reverse` turns the whole register of either size round.
  package mutating func unary(_ kind: Unary, _ d: A64Register, _ n: A64Register, is64: Bool = true)
  {
    let code: UInt32 = kind == .reverse && !is64 ? 2 : kind.rawValue
    append(0x5AC0_0000 | size(is64) | code << 10 | n.number << 5 | d.number)
  }

  // MARK: Conditions

  package enum Select: UInt32 {
    case select = 0x000, increment = 0x400, invert = 0x4000_0000, negate = 0x4000_0400
  }

  /// CSEL, CSINC, CSINV, CSNEG: n if the condition holds, else m (changed as said).
  package mutating func select(
    _ kind: Select, _ d: A64Register, _ n: A64Register, _ m: A64Register,
    if condition: A64Condition, is64: Bool = true
  ) {
    append(
      0x1A80_0000 | size(is64) | kind.rawValue | m.number << 16 | condition.rawValue << 12
        | n.number << 5 | d.number)
  }

  /// CSEL.
  package mutating func select(
    _ d: A64Register, _ n: A64Register, _ m: A64Register, if condition: A64Condition,
    is64: Bool = true
  ) {
    select(.select, d, n, m, if: condition, is64: is64)
  }

  /// CSET.
  package mutating func set(_ d: A64Register, if condition: A64Condition) {
    select(.increment, d, .zero, .zero, if: condition.inverted, is64: false)
  }
}
