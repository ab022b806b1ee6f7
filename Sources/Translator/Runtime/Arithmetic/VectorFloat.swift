/// SSE and AVX floating-point arithmetic, comparisons and rounding.
enum VectorFloat {
  typealias Binary = (FloatValue, FloatValue, FloatFormat, inout FloatEnvironment) -> FloatValue

  /// Writes the flags back; the result stands unless an unmasked exception was raised.
  static func finish(
    _ value: V256, _ environment: FloatEnvironment, _ mxcsr: inout UInt32, flags: UInt64 = 0
  ) -> VectorResult {
    mxcsr |= environment.reported
    return VectorResult(value, flags: flags, isFault: environment.traps)
  }

  /// One element as a number, denormals being zeros if the environment says so.
  @inline(__always)
  static func element(
    _ value: V256, _ index: Int, _ format: FloatFormat, _ environment: FloatEnvironment
  ) -> FloatValue {
    FloatValue(bits: bits(value, index, format), format, environment)
  }

  @inline(__always)
  static func bits(_ value: V256, _ index: Int, _ format: FloatFormat) -> UInt64 {
    format.precision == 24 ? UInt64(value.lane(index, as: UInt32.self)) : value.lane(index)
  }

  @inline(__always)
  static func set(_ value: inout V256, _ index: Int, _ bits: UInt64, _ format: FloatFormat) {
    if format.precision == 24 {
      value.setLane(index, UInt32(truncatingIfNeeded: bits))
    } else {
      value.setLane(index, bits)
    }
  }

  /// Which elements an operation covers: raw values come as ps, pd, ss, sd.
  struct Shape {
    let format: FloatFormat
    let count: Int
    let isScalar: Bool

    init(_ op: VectorOp, _ base: VectorOp, _ width: Int) {
      let kind = (op.rawValue - base.rawValue) & 3
      format = kind & 1 == 0 ? .single : .double
      isScalar = kind >= 2
      count = isScalar ? 1 : width / (kind & 1 == 0 ? 4 : 8)
    }

    /// What the result starts from: a scalar keeps the first operand's upper elements.
    func start(_ a: V256) -> V256 { isScalar ? a.half(0) : .zero }
  }

  private static func binary(
    _ op: VectorOp, _ base: VectorOp, _ width: Int, _ a: V256, _ b: V256, _ mxcsr: inout UInt32,
    _ body: Binary
  ) -> VectorResult {
    let shape = Shape(op, base, width)
    var environment = FloatEnvironment(mxcsr: mxcsr)
    var result = shape.start(a)
    for index in 0..<shape.count {
      let value = body(
        element(a, index, shape.format, environment), element(b, index, shape.format, environment),
        shape.format, &environment)
      set(&result, index, value.bits(shape.format), shape.format)
    }
    return finish(result, environment, &mxcsr)
  }

  static func execute(
    _ op: VectorOp, _ width: Int, _ a: V256, _ b: V256, _ immediate: UInt8, _ mxcsr: inout UInt32
  ) -> VectorResult {
    switch op {
    case .addps, .addpd, .addss, .addsd:
      return binary(op, .addps, width, a, b, &mxcsr, SoftFloat.add)
    case .subps, .subpd, .subss, .subsd:
      return binary(op, .subps, width, a, b, &mxcsr, SoftFloat.subtract)
    case .mulps, .mulpd, .mulss, .mulsd:
      return binary(op, .mulps, width, a, b, &mxcsr, SoftFloat.multiply)
    case .divps, .divpd, .divss, .divsd:
      return binary(op, .divps, width, a, b, &mxcsr, SoftFloat.divide)
    case .sqrtps, .sqrtpd, .sqrtss, .sqrtsd:
      return binary(op, .sqrtps, width, a, b, &mxcsr) {
        SoftFloat.squareRoot($1, $2, &$3)
      }
    case .minps, .minpd, .minss, .minsd:
      return select(Shape(op, .minps, width), a, b, maximum: false, &mxcsr)
    case .maxps, .maxpd, .maxss, .maxsd:
      return select(Shape(op, .maxps, width), a, b, maximum: true, &mxcsr)
    case .cmpps, .cmppd, .cmpss, .cmpsd:
      return compare(Shape(op, .cmpps, width), a, b, immediate, &mxcsr)
    case .roundps, .roundpd, .roundss, .roundsd:
      return round(Shape(op, .roundps, width), a, b, immediate, &mxcsr)
    case .comiss, .comisd, .ucomiss, .ucomisd:
      let format: FloatFormat = op == .comiss || op == .ucomiss ? .single : .double
      var environment = FloatEnvironment(mxcsr: mxcsr)
      let relation = SoftFloat.compare(
        element(a, 0, format, environment), element(b, 0, format, environment),
        signaling: op == .comiss || op == .comisd, &environment)
      return finish(.zero, environment, &mxcsr, flags: X87.flags(relation))
    case .haddps, .hsubps: return horizontal(op, .single, width, a, b, &mxcsr)
    case .haddpd, .hsubpd: return horizontal(op, .double, width, a, b, &mxcsr)
    case .addsubps, .addsubpd:
      let format: FloatFormat = op == .addsubps ? .single : .double
      var environment = FloatEnvironment(mxcsr: mxcsr)
      var result = V256.zero
      for index in 0..<width / (op == .addsubps ? 4 : 8) {
        let x = element(a, index, format, environment)
        let y = element(b, index, format, environment)
        let value =
          index & 1 == 0
          ? SoftFloat.subtract(x, y, format, &environment)
          : SoftFloat.add(x, y, format, &environment)
        set(&result, index, value.bits(format), format)
      }
      return finish(result, environment, &mxcsr)
    case .dpps, .dppd: return dotProduct(op, width, a, b, immediate, &mxcsr)
    default: return VectorResult(VectorEstimate.execute(op, width, a, b))
    }
  }

  private static func select(
    _ shape: Shape, _ a: V256, _ b: V256, maximum: Bool, _ mxcsr: inout UInt32
  ) -> VectorResult {
    var environment = FloatEnvironment(mxcsr: mxcsr)
    var result = shape.start(a)
    for index in 0..<shape.count {
      let x = element(a, index, shape.format, environment)
      let y = element(b, index, shape.format, environment)
      let first = SoftFloat.selectsFirst(x, y, maximum: maximum, &environment)
      // A NaN passes unchanged; a denormal read as zero arrives as zero.
      set(&result, index, (first ? x : y).bits(shape.format), shape.format)
    }
    return finish(result, environment, &mxcsr)
  }

  /// The 32 predicates: bits 0–2 name the relation with bit 3 inverting which of unordered counts,
  /// bit 4 exchanges signalling and quiet (SDM volume 2, CMPPD, table 3-1).
  private static func compare(
    _ shape: Shape, _ a: V256, _ b: V256, _ predicate: UInt8, _ mxcsr: inout UInt32
  ) -> VectorResult {
    var environment = FloatEnvironment(mxcsr: mxcsr)
    var result = shape.start(a)
    let kind = predicate & 15
    // LT, LE, NLT, NLE and NGE, NGT, GE, GT signal in their plain form.
    let ordering = 0x6666 >> UInt16(kind) & 1 != 0
    let signaling = ordering != (predicate & 16 != 0)
    for index in 0..<shape.count {
      let relation = SoftFloat.compare(
        element(a, index, shape.format, environment), element(b, index, shape.format, environment),
        signaling: signaling, &environment)
      let bit: UInt16
      switch relation {
      case .less: bit = 0
      case .equal: bit = 1
      case .greater: bit = 2
      case .unordered: bit = 3
      }
      let holds = truth(kind) >> bit & 1 != 0
      set(&result, index, holds ? UInt64.max : 0, shape.format)
    }
    return finish(result, environment, &mxcsr)
  }

  /// For which relations a predicate holds: bit 0 less, 1 equal, 2 greater, 3 unordered.
  private static func truth(_ predicate: UInt8) -> UInt16 {
    switch predicate {
    case 0: return 0b0010  // EQ
    case 1: return 0b0001  // LT
    case 2: return 0b0011  // LE
    case 3: return 0b1000  // UNORD
    case 4: return 0b1101  // NEQ
    case 5: return 0b1110  // NLT
    case 6: return 0b1100  // NLE
    case 7: return 0b0111  // ORD
    case 8: return 0b1010  // EQ_U
    case 9: return 0b1001  // NGE
    case 10: return 0b1011  // NGT
    case 11: return 0b0000  // FALSE
    case 12: return 0b0101  // NEQ_O
    case 13: return 0b0110  // GE
    case 14: return 0b0100  // GT
    default: return 0b1111  // TRUE
    }
  }

  private static func round(
    _ shape: Shape, _ a: V256, _ b: V256, _ immediate: UInt8, _ mxcsr: inout UInt32
  ) -> VectorResult {
    var environment = FloatEnvironment(mxcsr: mxcsr)
    let mode =
      immediate & 4 != 0 ? environment.rounding : RoundingMode(field: UInt32(immediate))
    var result = shape.start(a)
    for index in 0..<shape.count {
      let value = SoftFloat.integral(
        element(b, index, shape.format, environment), mode, exact: immediate & 8 == 0, &environment)
      set(&result, index, value.bits(shape.format), shape.format)
    }
    return finish(result, environment, &mxcsr)
  }

  private static func horizontal(
    _ op: VectorOp, _ format: FloatFormat, _ width: Int, _ a: V256, _ b: V256,
    _ mxcsr: inout UInt32
  ) -> VectorResult {
    var environment = FloatEnvironment(mxcsr: mxcsr)
    let subtracts = op == .hsubps || op == .hsubpd
    let pairs = format.precision == 24 ? 2 : 1
    let result = Lanes.perLane(a, b, width) { a, b in
      var result = V256.zero
      for index in 0..<2 * pairs {
        let source = index < pairs ? a : b
        let first = 2 * (index % pairs)
        let x = element(source, first, format, environment)
        let y = element(source, first + 1, format, environment)
        let value =
          subtracts
          ? SoftFloat.subtract(x, y, format, &environment)
          : SoftFloat.add(x, y, format, &environment)
        set(&result, index, value.bits(format), format)
      }
      return result
    }
    return finish(result, environment, &mxcsr)
  }

  private static func dotProduct(
    _ op: VectorOp, _ width: Int, _ a: V256, _ b: V256, _ immediate: UInt8, _ mxcsr: inout UInt32
  ) -> VectorResult {
    var environment = FloatEnvironment(mxcsr: mxcsr)
    let format: FloatFormat = op == .dpps ? .single : .double
    let count = op == .dpps ? 4 : 2
    // The sums take the rounded products and partial sums as operands like any others: denormal
    // ones are reported, or read as zeros.
    func again(_ value: FloatValue) -> FloatValue {
      FloatValue(bits: value.bits(format), format, environment)
    }
    func product(_ a: V256, _ b: V256, _ index: Int) -> FloatValue {
      if immediate >> UInt8(4 + index) & 1 == 0 { return .zero(negative: false) }
      let value = SoftFloat.multiply(
        element(a, index, format, environment), element(b, index, format, environment), format,
        &environment)
      return again(value)
    }
    // An unmasked exception of the products stops before the sums.
    if environment.masks != 0x3f {
      _ = Lanes.perLane(a, b, width) { a, b in
        for index in 0..<count { _ = product(a, b, index) }
        return V256.zero
      }
      if environment.reported & ~environment.masks != 0 {
        return finish(.zero, environment, &mxcsr)
      }
      // What the products raised stays, whatever stops the sums.
      mxcsr |= environment.reported
    }
    let result = Lanes.perLane(a, b, width) { a, b in
      var sum = SoftFloat.add(product(a, b, 0), product(a, b, 1), format, &environment)
      if count == 4 {
        let high = SoftFloat.add(product(a, b, 2), product(a, b, 3), format, &environment)
        sum = SoftFloat.add(again(sum), again(high), format, &environment)
      }
      var result = V256.zero
      for index in 0..<count where immediate >> UInt8(index) & 1 != 0 {
        set(&result, index, sum.bits(format), format)
      }
      return result
    }
    return finish(result, environment, &mxcsr)
  }
}
