internal import CTranslator

/// The transcendental instructions: operands and special cases (SDM volume 2, under each).
extension X87 {
  static func function(_ operation: X87Operation, _ stack: inout X87Stack) {
    switch operation {
    case .exponential: exponential(&stack)
    case .logarithm, .logarithmPlusOne, .arcTangent: binary(operation, &stack)
    default: trigonometric(operation, &stack)
    }
  }

  private static func exponential(_ stack: inout X87Stack) {
    guard stack.require(0, 0, target: 0) else { return }
    var environment = stack.environment()
    let x = stack.value(0)
    var value = x
    if x.isNaN {
      value = SoftFloat.propagate(x, x, &environment)
    } else if x.isInfinite {
      value = x.isNegative ? FloatValue(integer: -1) : x
    } else if x.kind == .finite {
      if x.isDenormal { environment.raise(FloatException.denormal) }
      if x.exponent == 0 && x.significand == 1 << 63 {
        value = FloatValue(integer: 1)
        if x.isNegative {
          value = FloatValue(.finite, negative: true, exponent: -1, significand: 1 << 63)
        }
      } else if x.exponent < 0 {
        value = Transcendental.exponentialMinusOne(WideFloat(x) * .ln2)
          .rounded(exact: false, &environment)
      }
      // Beyond ±1 the result is undefined; the operand stays.
    }
    if stack.record(environment) { stack.set(0, value) }
  }

  /// FYL2X, FYL2XP1 and FPATAN: ST(1) receives the result and the stack is popped.
  private static func binary(_ operation: X87Operation, _ stack: inout X87Stack) {
    guard stack.require(0, 1, target: 1) else {
      if !stack.isStopped { stack.pop() }
      return
    }
    var environment = stack.environment()
    let x = stack.value(0)
    let y = stack.value(1)
    let value: FloatValue
    if x.isNaN || y.isNaN {
      value = SoftFloat.propagate(x, y, &environment)
    } else {
      switch operation {
      case .logarithm: value = logarithm(x, y, &environment)
      case .logarithmPlusOne: value = logarithmPlusOne(x, y, &environment)
      default: value = arcTangent(x, y, &environment)
      }
    }
    guard stack.record(environment) else { return }
    stack.set(1, value)
    stack.pop()
  }

  private static func logarithm(
    _ x: FloatValue, _ y: FloatValue, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    if x.isZero {
      if y.isZero { return SoftFloat.invalid(&environment) }
      if !y.isInfinite { environment.raise(FloatException.divideByZero) }
      return .infinity(negative: !y.isNegative)
    }
    if x.isNegative { return SoftFloat.invalid(&environment) }
    let isOne = x.kind == .finite && x.exponent == 0 && x.significand == 1 << 63
    if (x.isInfinite && y.isZero) || (y.isInfinite && isOne) {
      return SoftFloat.invalid(&environment)
    }
    SoftFloat.noteDenormals(x, y, &environment)
    if x.isInfinite { return .infinity(negative: y.isNegative) }
    let isBelowOne = x.exponent < 0
    if y.isInfinite { return .infinity(negative: y.isNegative != isBelowOne) }
    if y.isZero { return .zero(negative: y.isNegative != isBelowOne) }
    if isOne { return .zero(negative: y.isNegative) }
    let result = Transcendental.binaryLogarithm(WideFloat(x))
    // Processors report even an integer as inexact.
    environment.raise(FloatException.precision)
    return (result.value * WideFloat(y)).rounded(exact: result.exact, &environment)
  }

  private static func logarithmPlusOne(
    _ x: FloatValue, _ y: FloatValue, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    if x.isInfinite {
      if x.isNegative || y.isZero { return SoftFloat.invalid(&environment) }
      if y.isDenormal { environment.raise(FloatException.denormal) }
      return .infinity(negative: y.isNegative)
    }
    let negative = x.isNegative != y.isNegative
    if x.isZero && y.isInfinite { return SoftFloat.invalid(&environment) }
    // At −1 and below the result is undefined.
    if x.isNegative && !x.isZero && x.exponent >= 0 { return SoftFloat.invalid(&environment) }
    SoftFloat.noteDenormals(x, y, &environment)
    if y.isInfinite { return .infinity(negative: negative) }
    if x.isZero || y.isZero { return .zero(negative: negative) }
    let result = Transcendental.binaryLogarithmOfOnePlus(WideFloat(x))
    return (result.value * WideFloat(y)).rounded(exact: result.exact, &environment)
  }

  private static func arcTangent(
    _ x: FloatValue, _ y: FloatValue, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    SoftFloat.noteDenormals(x, y, &environment)
    environment.roundedUp = false
    var angle = WideFloat(0)
    if y.isInfinite {
      // π/4, π/2 or 3π/4.
      angle = WideFloat.pi.scaled(by: x.isInfinite ? -2 : -1)
      if x.isInfinite && x.isNegative { angle = WideFloat.pi - angle }
    } else if x.isInfinite || y.isZero {
      if !x.isNegative { return .zero(negative: y.isNegative) }
      angle = .pi
    } else if x.isZero {
      angle = WideFloat.pi.scaled(by: -1)
    } else {
      // y/x is exact where x is a power of two and so small that the angle equals it; it never is
      // equal, so nothing here is exact.
      return Transcendental.angle(x: WideFloat(x), y: WideFloat(y))
        .rounded(exact: false, &environment)
    }
    angle.isNegative = y.isNegative
    return angle.rounded(exact: false, &environment)
  }

  /// FSIN, FCOS, FSINCOS and FPTAN. The last two push a second result.
  private static func trigonometric(_ operation: X87Operation, _ stack: inout X87Stack) {
    let pushes = operation == .sineCosine || operation == .tangent
    if stack.isEmpty(0) || (pushes && !stack.isEmpty(7)) {
      if stack.fault(overflow: !stack.isEmpty(0)) {
        stack.set(0, .defaultNaN)
        if pushes {
          stack.top -= 1
          stack.set(0, .defaultNaN)
        }
      }
      return
    }
    var environment = stack.environment()
    let x = stack.value(0)
    var value = x
    var second = FloatValue(integer: 1)
    if x.isNaN || x.isInfinite {
      value = x.isNaN ? SoftFloat.propagate(x, x, &environment) : SoftFloat.invalid(&environment)
      second = value
    } else if x.isZero {
      if operation == .cosine { value = FloatValue(integer: 1) }
    } else if x.exponent >= 63 {
      // Out of range: nothing happens but C2.
      stack.condition(X87Stack.c2, true)
      stack.condition(X87Stack.c1, false)
      return
    } else {
      if x.isDenormal { environment.raise(FloatException.denormal) }
      let result = Transcendental.sineAndCosine(WideFloat(x))
      switch operation {
      case .tangent:
        value = (result.sine / result.cosine).rounded(exact: false, &environment)
      case .cosine: value = result.cosine.rounded(exact: false, &environment)
      default:
        value = result.sine.rounded(exact: false, &environment)
        if operation == .sineCosine {
          second = result.cosine.rounded(exact: false, &environment)
        }
      }
    }
    guard stack.record(environment) else { return }
    stack.condition(X87Stack.c2, false)
    stack.set(0, value)
    if pushes {
      stack.top -= 1
      stack.set(0, second)
    }
  }
}
