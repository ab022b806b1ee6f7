/// Floating-point and Advanced SIMD instructions (Arm ARM, C4.1.95 and C4.1.96).
extension A64Assembler {
  // MARK: Scalar floating point

  /// Double or single, in the encoding of the type field.
  package enum Precision: UInt32 {
    case single = 0, double = 1
  }

  package enum FloatBinary: UInt32 {
    case multiply = 0, divide, add, subtract, maximum, minimum
  }

  package mutating func float(
    _ operation: FloatBinary, _ d: A64Vector, _ n: A64Vector, _ m: A64Vector, _ p: Precision
  ) {
    append(
      0x1E20_0800 | p.rawValue << 22 | m.number << 16 | operation.rawValue << 12 | n.number << 5
        | d.number)
  }

  package mutating func floatSquareRoot(_ d: A64Vector, _ n: A64Vector, _ p: Precision) {
    append(0x1E21_C000 | p.rawValue << 22 | n.number << 5 | d.number)
  }

  /// FCMP; `signaling`: FCMPE, for which quiet NaNs are invalid too.
  package mutating func floatCompare(
    _ n: A64Vector, _ m: A64Vector, _ p: Precision, signaling: Bool = false
  ) {
    writesFlags = true
    append(
      0x1E20_2000 | p.rawValue << 22 | (signaling ? 0x10 : 0) | m.number << 16 | n.number << 5)
  }

  /// FCVT between the two precisions.
  package mutating func floatConvert(_ d: A64Vector, _ n: A64Vector, from p: Precision) {
    append((p == .double ? 0x1E62_4000 : 0x1E22_C000) | n.number << 5 | d.number)
  }

  /// SCVTF from a general register.
  package mutating func floatFromSigned(
    _ d: A64Vector, _ n: A64Register, _ p: Precision, is64: Bool
  ) {
    append(
      0x1E22_0000 | (is64 ? 0x8000_0000 : 0) | p.rawValue << 22 | n.number << 5 | d.number)
  }

  /// FCVTZS or FCVTNS to a general register; saturates.
  package mutating func signedFromFloat(
    _ d: A64Register, _ n: A64Vector, _ p: Precision, is64: Bool, truncates: Bool
  ) {
    append(
      (truncates ? 0x1E38_0000 : 0x1E20_0000) | (is64 ? 0x8000_0000 : 0) | p.rawValue << 22 | n
        .number << 5 | d.number)
  }

  /// FMOV between S or D and W or X.
  package mutating func moveFromGeneral(_ d: A64Vector, _ n: A64Register, is64: Bool) {
    append((is64 ? 0x9E67_0000 : 0x1E27_0000) | n.number << 5 | d.number)
  }
  package mutating func moveToGeneral(_ d: A64Register, _ n: A64Vector, is64: Bool) {
    append((is64 ? 0x9E66_0000 : 0x1E26_0000) | n.number << 5 | d.number)
  }
  /// FMOV of S or D: the rest of the register becomes zero.
  package mutating func floatMove(_ d: A64Vector, _ n: A64Vector, _ p: Precision) {
    append(0x1E20_4000 | p.rawValue << 22 | n.number << 5 | d.number)
  }

  // MARK: Lanes

  private func lane(_ bytes: UInt32, _ index: UInt32) -> UInt32 {
    (index << 1 | 1) << UInt32(bytes.trailingZeroBitCount)
  }

  /// INS from a general register.
  package mutating func insertLane(_ d: A64Vector, _ index: UInt32, _ n: A64Register, bytes: UInt32)
  {
    append(0x4E00_1C00 | lane(bytes, index) << 16 | n.number << 5 | d.number)
  }

  /// INS from a lane.
  package mutating func insertLane(
    _ d: A64Vector, _ index: UInt32, _ n: A64Vector, _ from: UInt32, bytes: UInt32
  ) {
    append(
      0x6E00_0400 | lane(bytes, index) << 16 | (from << UInt32(bytes.trailingZeroBitCount)) << 11
        | n.number << 5 | d.number)
  }

  /// UMOV.
  package mutating func extractLane(
    _ d: A64Register, _ n: A64Vector, _ index: UInt32, bytes: UInt32
  ) {
    append(
      0x0E00_3C00 | (bytes == 8 ? 1 << 30 : 0) | lane(bytes, index) << 16 | n.number << 5
        | d.number)
  }

  /// DUP of a lane into all.
  package mutating func duplicate(_ d: A64Vector, _ n: A64Vector, lane index: UInt32, bytes: UInt32)
  {
    append(0x4E00_0400 | lane(bytes, index) << 16 | n.number << 5 | d.number)
  }

  /// DUP of a general register into all lanes.
  package mutating func duplicate(_ d: A64Vector, _ n: A64Register, bytes: UInt32) {
    append(0x4E00_0C00 | lane(bytes, 0) << 16 | n.number << 5 | d.number)
  }

  // MARK: Whole registers

  package mutating func vectorZero(_ d: A64Vector) { append(0x6F00_E400 | d.number) }

  package mutating func vectorMove(_ d: A64Vector, _ n: A64Vector) {
    append(0x4EA0_1C00 | n.number << 16 | n.number << 5 | d.number)
  }

  /// MOVI of one byte into all.
  package mutating func vectorBytes(_ d: A64Vector, _ byte: UInt32) {
    append(0x4F00_E400 | (byte >> 5) << 16 | (byte & 31) << 5 | d.number)
  }

  /// LDR of a 128-bit literal: distance in instructions.
  package mutating func loadVectorLiteral(_ d: A64Vector, by distance: Int32 = 0) {
    append(0x9C00_0000 | (UInt32(bitPattern: distance) & 0x7FFFF) << 5 | d.number)
  }

  /// SXTL of two words.
  package mutating func vectorLongShift(_ d: A64Vector, _ n: A64Vector) {
    append(0x0F20_A400 | n.number << 5 | d.number)
  }

  package enum FloatCompare: UInt32 {
    case equal = 0x0E20_E400, greaterOrEqual = 0x2E20_E400, greater = 0x2EA0_E400
  }

  /// FCMEQ, FCMGE, FCMGT: all ones where it holds.
  package mutating func floatCompare(
    _ kind: FloatCompare, _ d: A64Vector, _ n: A64Vector, _ m: A64Vector, _ p: Precision,
    isPacked: Bool
  ) {
    append(
      kind.rawValue | (isPacked ? 0x4000_0000 : 0x5000_0000) | p.rawValue << 22 | m.number << 16
        | n.number << 5 | d.number)
  }

  package mutating func vectorNot(_ d: A64Vector, _ n: A64Vector) {
    append(0x6E20_5800 | n.number << 5 | d.number)
  }

  package enum VectorLogic: UInt32 {
    case and = 0x0E20_1C00, andNot = 0x0E60_1C00, or = 0x0EA0_1C00, orNot = 0x0EE0_1C00
    case exclusiveOr = 0x2E20_1C00, select = 0x2E60_1C00
  }

  package mutating func vectorLogic(
    _ kind: VectorLogic, _ d: A64Vector, _ n: A64Vector, _ m: A64Vector
  ) {
    append(1 << 30 | kind.rawValue | m.number << 16 | n.number << 5 | d.number)
  }

  /// "Three same": U in bit 0 of `code` shifted up, opcode; `size` log2 of the lane's bytes.
  package mutating func vectorThree(
    unsigned: Bool, _ opcode: UInt32, size: UInt32, _ d: A64Vector, _ n: A64Vector, _ m: A64Vector
  ) {
    append(
      0x4E20_0400 | (unsigned ? 1 << 29 : 0) | size << 22 | opcode << 11 | m.number << 16
        | n.number << 5 | d.number)
  }

  /// "Two registers, miscellaneous".
  package mutating func vectorTwo(
    unsigned: Bool, _ opcode: UInt32, size: UInt32, isFull: Bool = true, _ d: A64Vector,
    _ n: A64Vector
  ) {
    append(
      0x0E20_0800 | (isFull ? 1 << 30 : 0) | (unsigned ? 1 << 29 : 0) | size << 22 | opcode << 12
        | n.number << 5 | d.number)
  }

  package enum VectorShift {
    case left, rightSigned, rightUnsigned
  }

  /// SHL, SSHR, USHR of lanes of `bytes`.
  package mutating func vectorShift(
    _ kind: VectorShift, _ d: A64Vector, _ n: A64Vector, by amount: UInt32, bytes: UInt32
  ) {
    let bits = bytes * 8
    let field = kind == .left ? bits + amount : 2 * bits - amount
    let base: UInt32 =
      switch kind {
      case .left: 0x4F00_5400
      case .rightSigned: 0x4F00_0400
      case .rightUnsigned: 0x6F00_0400
      }
    append(base | field << 16 | n.number << 5 | d.number)
  }

  package enum Permute: UInt32 {
    case unzipEven = 1, transposeEven, zipLow, unzipOdd = 5, transposeOdd, zipHigh
  }

  package mutating func permute(
    _ kind: Permute, size: UInt32, _ d: A64Vector, _ n: A64Vector, _ m: A64Vector
  ) {
    append(
      0x4E00_0800 | size << 22 | kind.rawValue << 12 | m.number << 16 | n.number << 5 | d.number)
  }

  /// EXT: bytes of m:n from `byte` on.
  package mutating func vectorExtract(_ d: A64Vector, _ n: A64Vector, _ m: A64Vector, byte: UInt32)
  {
    append(0x6E00_0000 | m.number << 16 | byte << 11 | n.number << 5 | d.number)
  }

  /// TBL with one or two table registers.
  package mutating func tableLookup(
    _ d: A64Vector, _ n: A64Vector, _ m: A64Vector, tables: UInt32 = 1
  ) {
    append(0x4E00_0000 | (tables - 1) << 13 | m.number << 16 | n.number << 5 | d.number)
  }

  /// "Three different": long and widening forms; `isHigh` takes the upper halves.
  package mutating func vectorLong(
    unsigned: Bool, _ opcode: UInt32, size: UInt32, isHigh: Bool, _ d: A64Vector, _ n: A64Vector,
    _ m: A64Vector
  ) {
    append(
      0x0E20_0000 | (isHigh ? 1 << 30 : 0) | (unsigned ? 1 << 29 : 0) | size << 22 | opcode << 12
        | m.number << 16 | n.number << 5 | d.number)
  }

  /// "Across lanes": UMAXV and kin.
  package mutating func vectorAcross(
    unsigned: Bool, _ opcode: UInt32, size: UInt32, isFull: Bool = true, _ d: A64Vector,
    _ n: A64Vector
  ) {
    append(
      0x0E30_0800 | (isFull ? 1 << 30 : 0) | (unsigned ? 1 << 29 : 0) | size << 22 | opcode << 12
        | n.number << 5
        | d.number)
  }
}
