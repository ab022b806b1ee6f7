/// What operations do to flags, as recipes must know it.
enum A64FlagMeaning {
  /// Flags whose value behind an operation is the processor's choice (SDM: "undefined").
  static func undefined(_ o: Operation) -> FlagSet {
    switch o.opcode {
    case .and, .or, .xor, .andNot: .adjust
    case .shiftLeft, .shiftRight, .shiftArithmetic: isByOne(o) ? .adjust : [.adjust, .overflow]
    case .shiftLeftDouble, .shiftRightDouble: [.adjust, .overflow]
    case .rotateLeft, .rotateRight: isByOne(o) ? [] : .overflow
    case .multiply, .multiplyWideUnsigned, .multiplyWideSigned: [.zero, .sign, .parity, .adjust]
    case .bitScanForward, .bitScanReverse: FlagSet.all.subtracting(.zero)
    case .leadingZeros, .trailingZeros: [.overflow, .sign, .parity, .adjust]
    default: []
    }
  }

  private static func isByOne(_ o: Operation) -> Bool {
    o.right == .immediate && o.immediate & (o.width == 8 ? 63 : 31) == 1
  }

  static func kind(_ o: Operation) -> FlagRecipe.Kind {
    switch o.opcode {
    case .add, .increment: .add
    case .subtract, .decrement, .negate: .subtract
    case .and: .and
    case .or: .or
    case .xor: .xor
    case .addCarry, .subtractBorrow: .withCarry
    case .shiftLeft: .shiftLeft
    case .shiftRight: .shiftRight
    case .shiftArithmetic: .shiftArithmetic
    case .shiftLeftDouble: .shiftLeftDouble
    case .shiftRightDouble: .shiftRightDouble
    case .rotateLeft: .rotateLeft
    case .rotateRight: .rotateRight
    case .multiply: .multiply
    case .multiplyWideUnsigned: .multiplyUnsigned
    case .multiplyWideSigned: .multiplySigned
    case .bitTest, .bitSet, .bitReset, .bitComplement: .bit
    case .bitScanForward, .bitScanReverse: .scan
    case .leadingZeros, .trailingZeros: .countZeros
    case .populationCount: .population
    default: .nothing
    }
  }
}
