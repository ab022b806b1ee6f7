/// Floating point on the host's own.
///
/// The processor runs with FZ set, so that every operand or result that is not normal leaves a mark
/// in FPSR, as invalid operations, divisions by zero and overflows do. Where there is a mark the
/// instruction is left to the interpreter, whose results and MXCSR are x86's. So what remains are
/// normal numbers, infinities and quiet NaNs, for which both processors do the same.
extension A64Emitter {
  /// Leaves if FPSR has noted anything but inexactness. Nothing of the instruction is done yet.
  mutating func checkFloat() {
    readFloatMarks()
    leaveToInterpret(ifNotZero: A64Map.scratch)
  }

  private mutating func readFloatMarks() {
    a.readFloatStatus(A64Map.scratch)
    // IOC, DZC, OFC, UFC and IDC; the rest of the pattern is zero.
    if let pattern = A64Immediate.logical(0x8F8F_8F8F, is64: false) {
      a.logicImmediate(.and, A64Map.scratch, A64Map.scratch, pattern: pattern, is64: false)
    }
  }

  mutating func floatOperation(
    _ o: Operation, _ kind: A64VectorTable.Float, _ p: A64Assembler.Precision, isPacked: Bool
  ) {
    canonicalize(plan.hard[n])
    let d = A64Map.vector(o.destination)
    let b = vectorRight(o)
    let left = o.left == .none ? b : A64Map.vector(o.left)
    let x = A64Map.vectorScratch
    if isPacked {
      packed(kind, p, x, left, b)
      checkFloat()
      return a.vectorMove(d, x)
    }
    switch kind {
    case .add: a.float(.add, x, left, b, p)
    case .subtract: a.float(.subtract, x, left, b, p)
    case .multiply: a.float(.multiply, x, left, b, p)
    case .divide: a.float(.divide, x, left, b, p)
    case .squareRoot: a.floatSquareRoot(x, b, p)
    case .minimum:
      // The first if it is less, else the second: so x86 has it for zeroes and NaNs.
      a.floatGreater(x, b, left, p)
      a.vectorLogic(.select, x, left, b)
    case .maximum:
      a.floatGreater(x, left, b, p)
      a.vectorLogic(.select, x, left, b)
    }
    checkFloat()
    a.insertLane(d, 0, x, 0, bytes: p == .double ? 8 : 4)
  }

  private mutating func packed(
    _ kind: A64VectorTable.Float, _ p: A64Assembler.Precision, _ x: A64Vector, _ left: A64Vector,
    _ b: A64Vector
  ) {
    let size = p.rawValue
    switch kind {
    case .subtract: a.vectorThree(unsigned: false, 0x1A, size: size | 2, x, left, b)
    case .multiply: a.vectorThree(unsigned: true, 0x1B, size: size, x, left, b)
    case .divide: a.vectorThree(unsigned: true, 0x1F, size: size, x, left, b)
    default: a.vectorThree(unsigned: false, 0x1A, size: size, x, left, b)
    }
  }

  /// COMISD and kin.
  mutating func compareFloats(_ o: Operation) {
    guard let (precision, isSignaling) = A64VectorTable.comparison(A64VectorCoverage.code(o)) else {
      return
    }
    // All flags are overwritten, by the interpreter too.
    form = .canonical
    let b = vectorRight(o)
    a.floatCompare(A64Map.vector(o.left), b, precision, signaling: isSignaling)
    readFloatMarks()
    leaveForGood(ifNotZero: A64Map.scratch)
    form = .floatCompare
  }

  mutating func convert(_ code: VectorOp, _ o: Operation, _ d: A64Vector, _ b: A64Vector) {
    canonicalize(plan.hard[n])
    let x = A64Map.vectorScratch
    switch code {
    case .cvtsd2ss:
      a.floatConvert(x, b, from: .double)
      checkFloat()
      a.insertLane(d, 0, x, 0, bytes: 4)
    case .cvtss2sd:
      a.floatConvert(x, b, from: .single)
      checkFloat()
      a.insertLane(d, 0, x, 0, bytes: 8)
    case .cvtdq2pd:
      a.vectorLongShift(x, b)
      a.vectorTwo(unsigned: false, 0x1D, size: 1, d, x)
    case .cvtdq2ps:
      a.vectorTwo(unsigned: false, 0x1D, size: 0, x, b)
      checkFloat()
      a.vectorMove(d, x)
    default:
      a.vectorTwo(unsigned: false, 0x1B, size: 2, x, b)
      checkFloat()
      a.vectorMove(d, x)
    }
  }
}
