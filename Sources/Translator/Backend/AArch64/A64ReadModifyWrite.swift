/// Arithmetic and logic whose destination is in memory.
extension A64Emitter {
  /// Load, compute, store, and only then the flags: a store may fault.
  mutating func readModifyWrite(_ o: Operation) {
    let bytes = UInt32(o.width)
    let is64 = o.width == 8
    var right = Operand.register(.zero)
    switch o.opcode {
    case .increment, .decrement: right = .constant(1)
    case .negate, .not: break
    default:
      if let value = known(o.right) {
        right = .constant(mask(value, o.width))
      } else {
        right = .register(register(o.right))
      }
    }
    let isPlain =
      site != nil && need.isEmpty && plan.saving[n].isEmpty && isPlain(right, o, is64)
    let place = storePlace(o, bytes: bytes, isSingle: !isPlain)
    let old = isPlain ? A64Map.third : A64Map.other
    let result = A64Map.third
    access(.load(bytes: bytes), old.number, place)
    compute(o, result, old, right, is64)
    access(.store(bytes: bytes), result.number, place)
    save(left: old, right: o.opcode == .negate ? .register(old) : right, result: result)
    guard !need.isEmpty else { return }
    memoryFlags(o, old, result, right)
  }

  /// Whether `compute` can do it in one register.
  private func isPlain(_ right: Operand, _ o: Operation, _ is64: Bool) -> Bool {
    guard case .constant(let value) = right else { return true }
    switch o.opcode {
    case .add, .increment, .subtract, .decrement:
      return A64Immediate.arithmetic(signExtended(value, o.width).magnitude) != nil
    default: return A64Immediate.logical(value, is64: is64) != nil
    }
  }

  /// As the operation, without flags. `A64Map.scratch` may hold the address.
  mutating func compute(
    _ o: Operation, _ d: A64Register, _ left: A64Register, _ right: Operand, _ is64: Bool
  ) {
    switch o.opcode {
    case .add, .increment, .subtract, .decrement:
      let subtract = o.opcode == .subtract || o.opcode == .decrement
      switch right {
      case .register(let b): a.add(d, left, b, subtract: subtract, is64: is64)
      case .constant(let value):
        let signed = signExtended(value, o.width)
        let amount = subtract ? 0 &- signed : signed
        if let (part, shifted) = A64Immediate.arithmetic(amount.magnitude) {
          a.addImmediate(d, left, part, shifted: shifted, subtract: amount < 0, is64: is64)
        } else {
          constant(d, UInt64(bitPattern: amount))
          a.add(d, left, d, is64: is64)
        }
      }
    case .negate: a.add(d, .zero, left, subtract: true, is64: is64)
    case .not: a.logic(.or, d, .zero, left, inverted: true, is64: is64)
    default:
      let kind: A64Assembler.Logic =
        o.opcode == .or ? .or : o.opcode == .xor ? .exclusiveOr : .and
      switch right {
      case .register(let b): a.logic(kind, d, left, b, is64: is64)
      case .constant(let value):
        if let pattern = A64Immediate.logical(value, is64: is64) {
          a.logicImmediate(kind, d, left, pattern: pattern, is64: is64)
        } else {
          constant(d, value)
          a.logic(kind, d, left, d, is64: is64)
        }
      }
    }
  }

  func signExtended(_ value: UInt64, _ width: UInt8) -> Int64 {
    switch width {
    case 1: Int64(Int8(truncatingIfNeeded: value))
    case 2: Int64(Int16(truncatingIfNeeded: value))
    case 4: Int64(Int32(truncatingIfNeeded: value))
    default: Int64(bitPattern: value)
    }
  }

  /// Flags of what has been stored, from the old value.
  private mutating func memoryFlags(
    _ o: Operation, _ old: A64Register, _ result: A64Register, _ right: Operand
  ) {
    let is64 = o.width == 8
    let shift: UInt32 = o.width >= 4 ? 0 : 32 - UInt32(o.width) * 8
    let isArithmetic: Bool
    switch o.opcode {
    case .add, .subtract, .increment, .decrement, .negate: isArithmetic = true
    default: isArithmetic = false
    }
    if !need.isDisjoint(with: [.parity, .adjust]) {
      if isArithmetic { noteAdjust(o, old, right) }
      a.move(A64Map.parity, result)
    }
    if !isArithmetic {
      if shift != 0 { a.shift(.left, result, result, by: shift, is64: false) }
      a.addImmediate(.zero, result, 0, subtract: true, flags: true, is64: is64)
      form = .canonical
      return
    }
    let keepsCarry =
      (o.opcode == .increment || o.opcode == .decrement) && plan.hard[n].contains(.carry)
    if keepsCarry { carryToScratch() }
    let subtract = o.opcode != .add && o.opcode != .increment
    if o.opcode == .negate {
      a.add(.zero, .zero, old, by: shift, subtract: true, flags: true, is64: is64)
    } else {
      if shift != 0 { a.shift(.left, old, old, by: shift, is64: false) }
      switch right {
      case .register(let b):
        a.add(.zero, old, b, by: shift, subtract: subtract, flags: true, is64: is64)
      case .constant(let value):
        let top = shift == 0 ? value : value << UInt64(shift) & 0xFFFF_FFFF
        setFlags(.zero, old, .constant(top), subtract: subtract, is64)
      }
    }
    if keepsCarry { return carryFromScratch() }
    form = subtract ? .canonical : .direct
  }
}
