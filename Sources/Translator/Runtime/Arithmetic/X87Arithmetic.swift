internal import CTranslator

/// The four operations, comparisons and the functions of the top of the stack.
extension X87 {
  /// The regular block of `X87Operation`.
  static func arithmetic(
    _ operation: X87Operation, _ state: State, _ word0: UInt64, _ index: Int
  ) {
    var stack = X87Stack(state)
    var environment = stack.environment()
    let kind = operation.rawValue >> 3 & 7
    let form = operation.rawValue & 7
    let target = form >= 5 ? index : 0
    let isComparison = kind == 2 || kind == 3
    var right = FloatValue.zero(negative: false)
    switch form {
    case 0: right = FloatValue(bits: word0, .single)
    case 1: right = FloatValue(integer: Int64(Int32(truncatingIfNeeded: word0)))
    case 2: right = FloatValue(bits: word0, .double)
    case 3: right = FloatValue(integer: Int64(Int16(truncatingIfNeeded: word0)))
    default: break
    }
    let other = form >= 4 ? index : 0
    if isComparison {
      compareTop(
        &stack, form >= 4 ? other : nil, right, signaling: true, pops: kind == 3 ? 1 : 0)
      return
    }
    if !stack.require(0, other, target: target) {
      if form == 6 && !stack.isStopped { stack.pop() }
      return
    }
    var left = stack.value(target)
    if form == 4 { right = stack.value(index) }
    if form >= 5 { right = stack.value(0) }
    if kind == 5 || kind == 7 { (left, right) = (right, left) }
    let format = environment.x87Format
    let value: FloatValue
    switch kind {
    case 0: value = SoftFloat.add(left, right, format, &environment)
    case 1: value = SoftFloat.multiply(left, right, format, &environment)
    case 4, 5: value = SoftFloat.subtract(left, right, format, &environment)
    default: value = SoftFloat.divide(left, right, format, &environment)
    }
    guard stack.record(environment) else { return }
    stack.set(target, value)
    if form == 6 { stack.pop() }
  }

  /// The condition bits of a comparison.
  private static func bits(_ relation: SoftFloat.Relation) -> UInt16 {
    switch relation {
    case .greater: return 0
    case .less: return X87Stack.c0
    case .equal: return X87Stack.c3
    case .unordered: return X87Stack.c0 | X87Stack.c2 | X87Stack.c3
    }
  }

  private static func setConditions(_ stack: X87Stack, _ bits: UInt16) {
    stack.status = stack.status & ~(X87Stack.c0 | X87Stack.c2 | X87Stack.c3) | bits
  }

  /// Compares the top with ST(other), or with `operand` where `other` is nil.
  private static func compareTop(
    _ stack: inout X87Stack, _ other: Int?, _ operand: FloatValue, signaling: Bool, pops: Int
  ) {
    if stack.isEmpty(0) || stack.isEmpty(other ?? 0) {
      _ = stack.fault(overflow: false)
      setConditions(stack, bits(.unordered))
    } else {
      var environment = stack.environment()
      let right = other.map { stack.value($0) } ?? operand
      let relation = SoftFloat.compare(
        stack.value(0), right, signaling: signaling, &environment)
      _ = stack.record(environment)
      setConditions(stack, bits(relation))
    }
    // The condition codes are written even when an exception stops the pop.
    if stack.isStopped { return }
    for _ in 0..<pops { stack.pop() }
  }

  static func compare(
    _ operation: X87Operation, _ state: State, _ index: Int, _ result: inout X87Result
  ) {
    var stack = X87Stack(state)
    let zero = FloatValue.zero(negative: false)
    switch operation {
    case .compareUnordered: compareTop(&stack, index, zero, signaling: false, pops: 0)
    case .compareUnorderedPop: compareTop(&stack, index, zero, signaling: false, pops: 1)
    case .comparePopPop: compareTop(&stack, 1, zero, signaling: true, pops: 2)
    case .compareUnorderedPopPop: compareTop(&stack, 1, zero, signaling: false, pops: 2)
    case .test: compareTop(&stack, nil, zero, signaling: true, pops: 0)
    case .examine:
      let raw = stack.register(stack.slot(0)).pointee
      stack.condition(X87Stack.c1, raw.signAndExponent >> 15 != 0)
      var bits: UInt16
      let value = stack.value(0)
      switch value.kind {
      case .unsupported: bits = 0
      case .quietNaN, .signalingNaN: bits = X87Stack.c0
      case .finite: bits = X87Stack.c2
      case .infinite: bits = X87Stack.c2 | X87Stack.c0
      case .zero: bits = X87Stack.c3
      }
      if value.isDenormal { bits = X87Stack.c3 | X87Stack.c2 }
      if stack.isEmpty(0) { bits = X87Stack.c3 | X87Stack.c0 }
      setConditions(stack, bits)
    default:
      let signaling = operation == .compareFlags || operation == .compareFlagsPop
      let pops = operation == .compareFlagsPop || operation == .compareUnorderedFlagsPop
      var relation = SoftFloat.Relation.unordered
      if stack.isEmpty(0) || stack.isEmpty(index) {
        _ = stack.fault(overflow: false)
      } else {
        var environment = stack.environment()
        relation = SoftFloat.compare(
          stack.value(0), stack.value(index), signaling: signaling, &environment)
        _ = stack.record(environment)
      }
      result.flags = flags(relation)
      // Flags are written even when the comparison is stopped; the pop is not done.
      if pops && !stack.isStopped { stack.pop() }
    }
  }

  /// ZF, PF and CF in their RFLAGS places.
  static func flags(_ relation: SoftFloat.Relation) -> UInt64 {
    switch relation {
    case .greater: return 0
    case .less: return 1
    case .equal: return 0x40
    case .unordered: return 0x45
    }
  }

  /// The instructions that work on the top of the stack alone, or on it and ST(1).
  static func unary(_ operation: X87Operation, _ state: State) {
    var stack = X87Stack(state)
    switch operation {
    case .absolute, .changeSign:
      guard stack.require(0, 0, target: 0) else { return }
      let register = stack.register(stack.slot(0))
      if operation == .absolute {
        register.pointee.signAndExponent &= 0x7fff
      } else {
        register.pointee.signAndExponent ^= 0x8000
      }
      stack.condition(X87Stack.c1, false)
    case .roundToInteger:
      guard stack.require(0, 0, target: 0) else { return }
      var environment = stack.environment()
      let operand = stack.value(0)
      if operand.isDenormal { environment.raise(FloatException.denormal) }
      let value = SoftFloat.integral(operand, environment.rounding, exact: true, &environment)
      if stack.record(environment) { stack.set(0, value) }
    case .squareRoot:
      guard stack.require(0, 0, target: 0) else { return }
      var environment = stack.environment()
      let value = SoftFloat.squareRoot(stack.value(0), environment.x87Format, &environment)
      if stack.record(environment) { stack.set(0, value) }
    case .scale: scale(&stack)
    case .extract: extract(&stack)
    case .partialRemainder: remainder(&stack, nearest: false)
    case .partialRemainderNearest: remainder(&stack, nearest: true)
    default: function(operation, &stack)
    }
  }

  private static func scale(_ stack: inout X87Stack) {
    guard stack.require(0, 1, target: 0) else { return }
    var environment = stack.environment()
    let a = stack.value(0)
    let b = stack.value(1)
    let value: FloatValue
    if a.isNaN || b.isNaN {
      value = SoftFloat.propagate(a, b, &environment)
    } else if b.isInfinite && (b.isNegative ? a.isInfinite : a.isZero) {
      value = SoftFloat.invalid(&environment)
    } else {
      SoftFloat.noteDenormals(a, b, &environment)
      if a.kind != .finite {
        value = a
      } else if b.isInfinite {
        value = b.isNegative ? .zero(negative: a.isNegative) : .infinity(negative: a.isNegative)
      } else {
        var step = 0
        if b.kind == .finite && b.exponent >= 0 {
          step = b.exponent > 15 ? 0x10000 : Int(b.significand >> UInt64(63 - b.exponent))
          if b.isNegative { step = -step }
        }
        value = SoftFloat.round(
          negative: a.isNegative, exponent: a.exponent + step, Wide(a.significand, 0), .extended,
          &environment)
      }
    }
    if stack.record(environment) { stack.set(0, value) }
  }

  private static func extract(_ stack: inout X87Stack) {
    var environment = stack.environment()
    if stack.isEmpty(0) || !stack.isEmpty(7) {
      if stack.fault(overflow: !stack.isEmpty(0)) {
        stack.set(0, .defaultNaN)
        stack.top -= 1
        stack.set(0, .defaultNaN)
      }
      return
    }
    let a = stack.value(0)
    var exponent = a
    var significand = a
    if a.isNaN {
      exponent = SoftFloat.propagate(a, a, &environment)
      significand = exponent
    } else if a.isInfinite {
      exponent = .infinity(negative: false)
    } else if a.isZero {
      environment.raise(FloatException.divideByZero)
      exponent = .infinity(negative: true)
    } else {
      if a.isDenormal { environment.raise(FloatException.denormal) }
      exponent = FloatValue(integer: Int64(a.exponent))
      significand.exponent = 0
    }
    guard stack.record(environment) else { return }
    stack.set(0, exponent)
    stack.top -= 1
    stack.set(0, significand)
  }

  private static func remainder(_ stack: inout X87Stack, nearest: Bool) {
    guard stack.require(0, 1, target: 0) else {
      stack.condition(X87Stack.c2, false)
      return
    }
    var environment = stack.environment()
    let a = stack.value(0)
    let b = stack.value(1)
    // Nil: there is none, and the bits that would show it stay.
    var quotient: UInt64?
    var isComplete = true
    var value = a
    if a.isNaN || b.isNaN {
      value = SoftFloat.propagate(a, b, &environment)
    } else if a.isInfinite || b.isZero {
      value = SoftFloat.invalid(&environment)
    } else {
      SoftFloat.noteDenormals(a, b, &environment)
      quotient = 0
      if a.kind == .finite && b.kind == .finite {
        let result = SoftFloat.remainder(a, b, nearest: nearest)
        value = result.value
        quotient = result.quotient
        isComplete = result.isComplete
      }
      // Exact, but a denormal one may be tiny with underflow unmasked.
      if value.kind == .finite {
        value = SoftFloat.round(
          negative: value.isNegative, exponent: value.exponent, Wide(value.significand, 0),
          .extended, &environment)
      }
    }
    guard stack.record(environment) else {
      stack.condition(X87Stack.c2, false)
      return
    }
    stack.set(0, value)
    stack.condition(X87Stack.c2, !isComplete)
    guard var quotient else { return }
    if !isComplete { quotient = 0 }
    stack.condition(X87Stack.c1, quotient & 1 != 0)
    stack.condition(X87Stack.c3, quotient & 2 != 0)
    stack.condition(X87Stack.c0, quotient & 4 != 0)
  }
}
