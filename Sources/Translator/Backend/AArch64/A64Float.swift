/// The floating-point operations of a run (`A64FloatRun`): none of them looks at FPSR itself.
extension A64Emitter {
  /// One lane. `x` is not an operand.
  mutating func floatScalar(
    _ o: Operation, _ kind: A64VectorTable.Float, _ p: A64Assembler.Precision, _ x: A64Vector,
    _ left: A64Vector, _ b: A64Vector
  ) {
    switch kind {
    case .add: a.float(.add, x, left, b, p)
    case .subtract: a.float(.subtract, x, left, b, p)
    case .multiply: a.float(.multiply, x, left, b, p)
    case .divide: a.float(.divide, x, left, b, p)
    case .squareRoot: a.floatSquareRoot(x, b, p)
    case .minimum:
      // The first if it is less, else the second: so x86 has it for zeroes and NaNs.
      a.floatCompare(.greater, x, b, left, p, isPacked: false)
      a.vectorLogic(.select, x, left, b)
    case .maximum:
      a.floatCompare(.greater, x, left, b, p, isPacked: false)
      a.vectorLogic(.select, x, left, b)
    case .compare:
      compareLanes(o, p, x, left, b, isPacked: false)
      // What lies above is to be zero.
      a.floatMove(x, x, p)
    }
  }

  /// All lanes. `x` is not an operand.
  mutating func floatPacked(
    _ o: Operation, _ kind: A64VectorTable.Float, _ p: A64Assembler.Precision, _ x: A64Vector,
    _ left: A64Vector, _ b: A64Vector
  ) {
    let size = p.rawValue
    switch kind {
    case .add: a.vectorThree(unsigned: false, 0x1A, size: size, x, left, b)
    case .subtract: a.vectorThree(unsigned: false, 0x1A, size: size | 2, x, left, b)
    case .multiply: a.vectorThree(unsigned: true, 0x1B, size: size, x, left, b)
    case .divide: a.vectorThree(unsigned: true, 0x1F, size: size, x, left, b)
    case .squareRoot: a.vectorTwo(unsigned: true, 0x1F, size: size | 2, x, b)
    case .minimum:
      a.floatCompare(.greater, x, b, left, p, isPacked: true)
      a.vectorLogic(.select, x, left, b)
    case .maximum:
      a.floatCompare(.greater, x, left, b, p, isPacked: true)
      a.vectorLogic(.select, x, left, b)
    case .compare: compareLanes(o, p, x, left, b, isPacked: true)
    }
  }

  /// CMPPS and kin: EQ, LT, LE, UNORD, and their opposites. Of quiet NaNs EQ and UNORD alone think
  /// nothing; so it is with FCMEQ.
  private mutating func compareLanes(
    _ o: Operation, _ p: A64Assembler.Precision, _ x: A64Vector, _ left: A64Vector, _ b: A64Vector,
    isPacked: Bool
  ) {
    let predicate = o.immediate & 7
    switch predicate & 3 {
    case 0: a.floatCompare(.equal, x, left, b, p, isPacked: isPacked)
    case 1: a.floatCompare(.greater, x, b, left, p, isPacked: isPacked)
    case 2: a.floatCompare(.greaterOrEqual, x, b, left, p, isPacked: isPacked)
    default:
      // Ordered: each equals itself.
      let y = A64Map.vectorScratch
      a.floatCompare(.equal, x, left, left, p, isPacked: isPacked)
      a.floatCompare(.equal, y, b, b, p, isPacked: isPacked)
      a.vectorLogic(.and, x, x, y)
    }
    if (predicate & 3 == 3) != (predicate & 4 != 0) { a.vectorNot(x, x) }
  }

  /// `d` is not an operand where the result needs the look.
  mutating func convert(_ code: VectorOp, _ d: A64Vector, _ b: A64Vector) {
    let x = A64Map.vectorScratch
    switch code {
    case .cvtdq2pd:
      a.vectorLongShift(x, b)
      a.vectorTwo(unsigned: false, 0x1D, size: 1, d, x)
    case .cvtdq2ps: a.vectorTwo(unsigned: false, 0x1D, size: 0, d, b)
    case .cvtps2pd: a.vectorTwo(unsigned: false, 0x17, size: 1, isFull: false, d, b)
    case .cvtpd2ps: a.vectorTwo(unsigned: false, 0x16, size: 1, isFull: false, d, b)
    default: a.vectorTwo(unsigned: false, 0x1B, size: 2, d, b)
    }
  }

  /// What CVTSI2SD and kin make, and of how many bits.
  func floatFromInteger(_ o: Operation) -> (precision: A64Assembler.Precision, is64: Bool) {
    let code = A64VectorCoverage.code(o)
    return (
      code == .cvtsi2sd || code == .cvtsi2sdq ? .double : .single,
      code == .cvtsi2sdq || code == .cvtsi2ssq
    )
  }
}
