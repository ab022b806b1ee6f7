/// Conversions between floating-point formats and integers.
///
/// Packed forms take `b`; where the result is narrower the rest is zero. The pi2ps forms keep the
/// upper half of `a`; scalar forms its upper elements.
enum VectorConversion {
  static func execute(
    _ op: VectorOp, _ width: Int, _ a: V256, _ b: V256, _ immediate: UInt8, _ mxcsr: inout UInt32
  ) -> VectorResult {
    var environment = FloatEnvironment(mxcsr: mxcsr)
    var result = V256.zero
    let truncates = RoundingMode.towardZero
    let current = environment.rounding
    switch op {
    case .cvtps2pd:
      result = floats(b, width / 8, .single, .double, &environment)
    case .cvtpd2ps:
      result = floats(b, width / 8, .double, .single, &environment)
    case .cvtss2sd:
      result = a.half(0)
      result.w0 = floats(b, 1, .single, .double, &environment).w0
    case .cvtsd2ss:
      result = a.half(0)
      result.setLane(0, floats(b, 1, .double, .single, &environment).lane(0, as: UInt32.self))
    case .cvtdq2ps: result = fromIntegers(b, width / 4, .single, &environment)
    case .cvtdq2pd: result = fromIntegers(b, width / 8, .double, &environment)
    case .cvtpi2ps:
      result = V256(fromIntegers(b, 2, .single, &environment).w0, a.w1)
    case .cvtpi2pd: result = fromIntegers(b, 2, .double, &environment)
    case .cvtps2dq: result = toIntegers(b, width / 4, .single, current, &environment)
    case .cvttps2dq: result = toIntegers(b, width / 4, .single, truncates, &environment)
    case .cvtpd2dq: result = toIntegers(b, width / 8, .double, current, &environment)
    case .cvttpd2dq: result = toIntegers(b, width / 8, .double, truncates, &environment)
    case .cvtps2pi: result = toIntegers(b, 2, .single, current, &environment)
    case .cvttps2pi: result = toIntegers(b, 2, .single, truncates, &environment)
    case .cvtpd2pi: result = toIntegers(b, 2, .double, current, &environment)
    case .cvttpd2pi: result = toIntegers(b, 2, .double, truncates, &environment)
    case .cvtsi2ss, .cvtsi2sd, .cvtsi2ssq, .cvtsi2sdq:
      let isWide = op == .cvtsi2ssq || op == .cvtsi2sdq
      let format: FloatFormat = op == .cvtsi2ss || op == .cvtsi2ssq ? .single : .double
      let integer =
        isWide ? Int64(bitPattern: b.w0) : Int64(Int32(truncatingIfNeeded: b.w0))
      let value = SoftFloat.convert(integer: integer, to: format, &environment)
      result = a.half(0)
      VectorFloat.set(&result, 0, value.bits(format), format)
    case .cvtss2si, .cvtsd2si, .cvttss2si, .cvttsd2si, .cvtss2siq, .cvtsd2siq, .cvttss2siq,
      .cvttsd2siq:
      result = scalarInteger(op, b, &environment)
    case .cvtph2ps: return halves(b, width, &mxcsr)
    case .cvtps2ph: return toHalves(b, width, immediate, &mxcsr)
    default: break
    }
    return VectorFloat.finish(result, environment, &mxcsr)
  }

  private static func floats(
    _ b: V256, _ count: Int, _ from: FloatFormat, _ to: FloatFormat,
    _ environment: inout FloatEnvironment
  ) -> V256 {
    var result = V256.zero
    for index in 0..<count {
      let value = SoftFloat.convert(
        VectorFloat.element(b, index, from, environment), to: to, &environment)
      VectorFloat.set(&result, index, value.bits(to), to)
    }
    return result
  }

  private static func fromIntegers(
    _ b: V256, _ count: Int, _ format: FloatFormat, _ environment: inout FloatEnvironment
  ) -> V256 {
    var result = V256.zero
    for index in 0..<count {
      let value = SoftFloat.convert(
        integer: Int64(b.lane(index, as: Int32.self)), to: format, &environment)
      VectorFloat.set(&result, index, value.bits(format), format)
    }
    return result
  }

  private static func toIntegers(
    _ b: V256, _ count: Int, _ format: FloatFormat, _ mode: RoundingMode,
    _ environment: inout FloatEnvironment
  ) -> V256 {
    var result = V256.zero
    for index in 0..<count {
      let value = SoftFloat.integer(
        VectorFloat.element(b, index, format, environment), bits: 32, mode, &environment)
      result.setLane(index, Int32(truncatingIfNeeded: value))
    }
    return result
  }

  private static func scalarInteger(
    _ op: VectorOp, _ b: V256, _ environment: inout FloatEnvironment
  ) -> V256 {
    let position = op.rawValue - VectorOp.cvtss2si.rawValue
    let format: FloatFormat = position & 1 == 0 ? .single : .double
    let mode = position & 2 == 0 ? environment.rounding : .towardZero
    let bits = position < 4 ? 32 : 64
    let value = SoftFloat.integer(
      VectorFloat.element(b, 0, format, environment), bits: bits, mode, &environment)
    return V256(UInt64(bitPattern: value) & UInt64.max >> UInt64(64 - bits))
  }

  /// VCVTPH2PS: denormal halves are numbers whatever DAZ says, and raise nothing.
  private static func halves(_ b: V256, _ width: Int, _ mxcsr: inout UInt32) -> VectorResult {
    var environment = FloatEnvironment(mxcsr: mxcsr)
    var result = V256.zero
    for index in 0..<width / 4 {
      var value = FloatValue(bits: UInt64(b.lane(index, as: UInt16.self)), .half)
      value.isDenormal = false
      value = SoftFloat.convert(value, to: .single, &environment)
      VectorFloat.set(&result, index, value.bits(.single), .single)
    }
    return VectorFloat.finish(result, environment, &mxcsr)
  }

  /// VCVTPS2PH: `width` is the source's; FTZ does not apply. The rounding is the immediate's.
  private static func toHalves(
    _ b: V256, _ width: Int, _ immediate: UInt8, _ mxcsr: inout UInt32
  ) -> VectorResult {
    var environment = FloatEnvironment(mxcsr: mxcsr)
    environment.flushToZero = false
    if immediate & 4 == 0 { environment.rounding = RoundingMode(field: UInt32(immediate)) }
    var result = V256.zero
    for index in 0..<width / 4 {
      let value = SoftFloat.convert(
        VectorFloat.element(b, index, .single, environment), to: .half, &environment)
      result.setLane(index, UInt16(truncatingIfNeeded: value.bits(.half)))
    }
    return VectorFloat.finish(result, environment, &mxcsr)
  }
}
