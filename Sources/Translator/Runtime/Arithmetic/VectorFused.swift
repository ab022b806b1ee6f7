/// The FMA instructions: ±(x × y) ± z, rounded once.
enum VectorFused {
  static func execute(
    _ op: VectorOp, _ width: Int, _ x: V256, _ y: V256, _ z: V256, _ mxcsr: inout UInt32
  ) -> VectorResult {
    let alternates = op.rawValue >= VectorOp.fmaddsubps.rawValue
    let family = (op.rawValue - VectorOp.fmaddps.rawValue) >> 2
    let kind = (op.rawValue - VectorOp.fmaddps.rawValue) & (alternates ? 1 : 3)
    let format: FloatFormat = kind & 1 == 0 ? .single : .double
    let isScalar = kind >= 2
    let count = isScalar ? 1 : width / (kind & 1 == 0 ? 4 : 8)
    let addsFirst = op == .fmsubaddps || op == .fmsubaddpd
    var environment = FloatEnvironment(mxcsr: mxcsr)
    var result = isScalar ? x.half(0) : V256.zero
    for index in 0..<count {
      let negatesProduct = !alternates && family >= 2
      let negatesAddend =
        alternates ? (index & 1 == 0) != addsFirst : family & 1 != 0
      var a = VectorFloat.element(x, index, format, environment)
      var c = VectorFloat.element(z, index, format, environment)
      // A NaN keeps its sign: only numbers are negated.
      if negatesProduct && !a.isNaN { a.isNegative.toggle() }
      if negatesAddend && !c.isNaN { c.isNegative.toggle() }
      let value = SoftFloat.fusedMultiplyAdd(
        a, VectorFloat.element(y, index, format, environment), c, format, &environment)
      VectorFloat.set(&result, index, value.bits(format), format)
    }
    return VectorFloat.finish(result, environment, &mxcsr)
  }
}
