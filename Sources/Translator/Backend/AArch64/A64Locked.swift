/// Locked arithmetic: drivers use it as a barrier towards a device, and to count references.
enum A64Locked {
  /// Where no flag is read: then one register less is needed. A constant has to fit the instruction,
  /// since between the exclusive load and store there is to be no other access.
  static func covers(_ o: Operation) -> Bool {
    guard o.attributes.contains(.memoryDestination) else { return false }
    switch o.opcode {
    case .increment, .decrement, .negate, .not: return true
    case .add, .subtract, .and, .or, .xor: break
    default: return false
    }
    guard o.right == .immediate else { return o.right.isRegister }
    let value = UInt64(bitPattern: o.immediate)
    if value == 0 { return true }
    switch o.opcode {
    case .add, .subtract: return A64Immediate.arithmetic(o.immediate.magnitude) != nil
    default: return o.width >= 4 && A64Immediate.logical(value, is64: o.width == 8) != nil
    }
  }
}

extension A64Emitter {
  /// An address that is not aligned faults, and the interpreter does it.
  mutating func lockedReadModifyWrite(_ o: Operation) {
    let bytes = UInt32(o.width)
    var right = Operand.register(.zero)
    switch o.opcode {
    case .increment, .decrement: right = .constant(1)
    case .negate, .not: break
    default:
      if o.right != .immediate {
        right = .register(register(o.right))
      } else if o.immediate != 0 {
        right = .constant(mask(UInt64(bitPattern: o.immediate), o.width))
      }
    }
    let address = storeAddress(o, bytes: bytes)
    let old = A64Map.other
    let result = A64Map.third
    let again = a.count
    a.loadExclusive(old, address, bytes: bytes)
    compute(o, result, old, right, o.width == 8)
    a.storeExclusive(old, result, address, bytes: bytes)
    a.compareBranch(old, isZero: false, is64: false, by: Int32(again - a.count))
    save(right: right, result: result)
    // Acquire and release order less than LOCK does: a later load could come before the store.
    a.systemBarrier()
  }
}
