internal import CTranslator

/// Loads, stores and moves between registers.
extension X87 {
  static func move(
    _ operation: X87Operation, _ state: State, _ word0: UInt64, _ word1: UInt64, _ index: Int
  ) {
    var stack = X87Stack(state)
    var environment = stack.environment()
    switch operation {
    case .incrementTop, .decrementTop:
      stack.top += operation == .incrementTop ? 1 : -1
      stack.condition(X87Stack.c1, false)
    case .free: stack.setTag(stack.slot(index), 3)
    case .freePop:
      stack.setTag(stack.slot(index), 3)
      stack.pop()
    case .loadSingle, .loadDouble:
      let format: FloatFormat = operation == .loadSingle ? .single : .double
      let value = SoftFloat.convert(
        FloatValue(bits: word0, format), to: .extended, &environment)
      // A denormal operand is reported but loaded even if its exception is unmasked.
      stack.push(value, environment, stoppedBy: FloatException.invalid)
    case .loadExtended:
      stack.push(
        significand: word0, signAndExponent: UInt16(truncatingIfNeeded: word1), environment)
    case .loadInt16:
      stack.push(
        FloatValue(integer: Int64(Int16(truncatingIfNeeded: word0))), environment)
    case .loadInt32:
      stack.push(
        FloatValue(integer: Int64(Int32(truncatingIfNeeded: word0))), environment)
    case .loadInt64:
      stack.push(FloatValue(integer: Int64(bitPattern: word0)), environment)
    case .loadDecimal: stack.push(fromDecimal(word0, word1), environment)
    case .loadRegister:
      if stack.isEmpty(index) {
        // An empty source is an underflow even where there is no room either.
        if stack.fault(overflow: false) {
          stack.top -= 1
          stack.set(0, .defaultNaN)
        }
        return
      }
      let raw = stack.register(stack.slot(index)).pointee
      stack.push(
        significand: raw.significand, signAndExponent: raw.signAndExponent, environment)
    case .exchange: exchange(&stack, index)
    case .storeRegister, .storeRegisterPop:
      if stack.require(0, 0, target: index) {
        let raw = stack.register(stack.slot(0)).pointee
        stack.set(index, significand: raw.significand, signAndExponent: raw.signAndExponent)
        stack.condition(X87Stack.c1, false)
      }
      if operation == .storeRegisterPop && !stack.isStopped { stack.pop() }
    case .storeRegisterPopQuietly:
      let raw = stack.register(stack.slot(0)).pointee
      let isEmpty = stack.isEmpty(0)
      stack.set(index, significand: raw.significand, signAndExponent: raw.signAndExponent)
      if isEmpty { stack.setTag(stack.slot(index), 3) }
      stack.condition(X87Stack.c1, false)
      stack.pop()
    case .conditionalMove:
      if stack.require(0, index, target: 0) && word0 & 1 != 0 {
        let raw = stack.register(stack.slot(index)).pointee
        stack.set(0, significand: raw.significand, signAndExponent: raw.signAndExponent)
      }
    default:
      let value = constant(operation, &environment)
      environment.flags = 0
      stack.push(value, environment)
    }
  }

  private static func exchange(_ stack: inout X87Stack, _ index: Int) {
    if stack.isEmpty(0) || stack.isEmpty(index) {
      guard stack.fault(overflow: false) else { return }
      if stack.isEmpty(0) { stack.set(0, .defaultNaN) }
      if stack.isEmpty(index) { stack.set(index, .defaultNaN) }
    } else {
      stack.condition(X87Stack.c1, false)
    }
    let a = stack.register(stack.slot(0)).pointee
    let b = stack.register(stack.slot(index)).pointee
    stack.set(0, significand: b.significand, signAndExponent: b.signAndExponent)
    stack.set(index, significand: a.significand, signAndExponent: a.signAndExponent)
  }

  /// The constants are kept with more bits than fit, and obey the rounding control.
  private static func constant(
    _ operation: X87Operation, _ environment: inout FloatEnvironment
  ) -> FloatValue {
    switch operation {
    case .loadOne: return FloatValue(integer: 1)
    case .loadLog2Ten: return WideFloat.log2ten.rounded(exact: false, &environment)
    case .loadLog2E: return WideFloat.log2e.rounded(exact: false, &environment)
    case .loadPi: return WideFloat.pi.rounded(exact: false, &environment)
    case .loadLog10Two: return WideFloat.log10two.rounded(exact: false, &environment)
    case .loadLn2: return WideFloat.ln2.rounded(exact: false, &environment)
    default: return .zero(negative: false)
    }
  }

  private static func fromDecimal(_ word0: UInt64, _ word1: UInt64) -> FloatValue {
    var magnitude = (word1 >> 4 & 15) &* 10 &+ (word1 & 15)
    for digit in 0..<16 {
      magnitude = magnitude &* 10 &+ (word0 >> UInt64(60 - 4 * digit) & 15)
    }
    var value = FloatValue(integer: Int64(bitPattern: magnitude))
    value.isNegative = word1 >> 15 & 1 != 0
    return value
  }

  private static func toDecimal(_ value: Int64) -> (UInt64, UInt64) {
    var rest = value.magnitude
    var low: UInt64 = 0
    for digit in 0..<16 {
      low |= (rest % 10) << UInt64(4 * digit)
      rest /= 10
    }
    return (low, (rest / 10) << 4 | rest % 10 | (value < 0 ? 0x8000 : 0))
  }

  static func store(_ operation: X87Operation, _ state: State, _ result: inout X87Result) {
    var stack = X87Stack(state)
    var environment = stack.environment()
    let isEmpty = stack.isEmpty(0)
    if isEmpty && !stack.fault(overflow: false) { return }
    let value = isEmpty ? FloatValue.defaultNaN : stack.value(0)
    var pops = true
    switch operation {
    case .storeSingle, .storeSinglePop, .storeDouble, .storeDoublePop:
      let single = operation == .storeSingle || operation == .storeSinglePop
      let format: FloatFormat = single ? .single : .double
      // A denormal extended operand is not reported by a store.
      var operand = value
      operand.isDenormal = false
      result.word0 = SoftFloat.convert(operand, to: format, &environment).bits(format)
      pops = operation == .storeSinglePop || operation == .storeDoublePop
    case .storeExtendedPop:
      let raw = stack.register(stack.slot(0)).pointee
      let indefinite = FloatValue.defaultNaN.extended
      result.word0 = isEmpty ? indefinite.significand : raw.significand
      result.word1 = UInt64(isEmpty ? indefinite.signAndExponent : raw.signAndExponent)
    case .storeDecimalPop:
      let integer = SoftFloat.integer(value, bits: 64, environment.rounding, &environment)
      if integer.magnitude > 999_999_999_999_999_999 {
        environment.flags = FloatException.invalid
        environment.roundedUp = false
        (result.word0, result.word1) = (0xc000_0000_0000_0000, 0xffff)
      } else {
        (result.word0, result.word1) = toDecimal(integer)
        if value.isNegative { result.word1 |= 0x8000 }
      }
    default:
      let bits: Int
      var mode = environment.rounding
      switch operation {
      case .storeInt16, .storeInt16Pop: bits = 16
      case .storeInt32, .storeInt32Pop: bits = 32
      case .storeInt64Pop: bits = 64
      case .truncateInt16Pop: (bits, mode) = (16, .towardZero)
      case .truncateInt32Pop: (bits, mode) = (32, .towardZero)
      default: (bits, mode) = (64, .towardZero)
      }
      pops = operation != .storeInt16 && operation != .storeInt32
      let integer = SoftFloat.integer(value, bits: bits, mode, &environment)
      result.word0 = UInt64(bitPattern: integer) & UInt64.max >> UInt64(64 - bits)
    }
    if isEmpty {
      result.stores = true
    } else {
      // Overflow and underflow stop a store too: there is no register to hold the scaled result.
      let fatal = environment.reported & ~environment.masks & ~FloatException.precision
      if fatal != 0 { environment.flags &= ~FloatException.precision }
      result.stores = stack.record(environment) && fatal == 0
    }
    if pops && result.stores { stack.pop() }
  }
}
