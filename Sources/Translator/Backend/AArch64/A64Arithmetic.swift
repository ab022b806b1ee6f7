/// Arithmetic of 4 and 8 bytes, with flags as they are needed.
extension A64Emitter {
  /// An operand as instructions take it.
  enum Operand {
    case register(A64Register)
    case constant(UInt64)
  }

  /// dst = left OP right for ADD … NOT of any width.
  mutating func arithmetic() {
    let o = op.pointee
    if o.attributes.contains(.locked) { return lockedReadModifyWrite(o) }
    if o.attributes.contains(.memoryDestination) { return readModifyWrite(o) }
    var left = A64Register.zero
    if o.attributes.contains(.memoryLeft) {
      left = loadTarget(.left)
      access(.load(bytes: UInt32(o.width)), left.number, o, bytes: UInt32(o.width))
    } else if o.left.isStored {
      left = register(o.left)
    }
    let right = rightOperand(o)
    if o.opcode != .addCarry && o.opcode != .subtractBorrow {
      save(left: left, right: o.opcode == .negate ? .register(left) : right)
    }
    if o.width >= 4 {
      wide(o, destination(o), left, right)
    } else {
      narrow(o, left, right)
    }
  }

  /// Where a result goes; the zero register if it goes nowhere.
  private mutating func destination(_ o: Operation) -> A64Register {
    guard o.destination.isStored else { return .zero }
    return A64Map.register(o.destination)
  }

  /// The right operand; from memory it comes into `A64Map.other`.
  mutating func rightOperand(_ o: Operation) -> Operand {
    if o.attributes.contains(.memoryRight) {
      let right = loadTarget(.right)
      access(.load(bytes: UInt32(o.width)), right.number, o, bytes: UInt32(o.width))
      return .register(right)
    }
    switch o.opcode {
    case .increment, .decrement: return .constant(1)
    case .negate, .not: return .register(.zero)
    default: break
    }
    if let value = known(o.right) { return .constant(mask(value, o.width)) }
    return .register(register(o.right))
  }

  func mask(_ value: UInt64, _ width: UInt8) -> UInt64 {
    width == 8 ? value : value & ((1 << (UInt64(width) * 8)) - 1)
  }

  /// A constant operand in a register.
  mutating func inRegister(_ operand: Operand, _ scratch: A64Register) -> A64Register {
    switch operand {
    case .register(let r): return r
    case .constant(0): return .zero
    case .constant(let value):
      if let there = slots.find(.constant(value)) { return there }
      constant(scratch, value)
      return scratch
    }
  }

  // MARK: 4 and 8 bytes

  /// The result lands in `d`; flags are set as needed.
  private mutating func wide(
    _ o: Operation, _ d: A64Register, _ left: A64Register, _ right: Operand
  ) {
    let is64 = o.width == 8
    switch o.opcode {
    case .add, .increment: addition(o, d, left, right, subtract: false, is64)
    case .subtract, .decrement: addition(o, d, left, right, subtract: true, is64)
    case .negate: negation(o, d, left, is64)
    case .addCarry, .subtractBorrow: withCarry(o, d, left, right, is64)
    case .not:
      willWrite(o.destination)
      a.logic(.or, d, .zero, left, inverted: true, is64: is64)
    default: logic(o, d, left, right, is64)
    }
  }

  private mutating func addition(
    _ o: Operation, _ d: A64Register, _ left: A64Register, _ right: Operand, subtract: Bool,
    _ is64: Bool
  ) {
    let need = self.need
    let keepsCarry =
      (o.opcode == .increment || o.opcode == .decrement) && plan.hard[n].contains(.carry)
    if need.isEmpty && !keepsCarry {
      if makesFlags(o, right) {
        willWrite(o.destination)
        setFlags(d == .zero ? A64Map.parity : d, left, right, subtract: subtract, is64)
        form = subtract ? .canonical : .direct
        madeFlags = [.carry, .zero, .sign, .overflow]
        if d == .zero { madeFlags.insert(.parity) }
        return
      }
      willWrite(o.destination)
      guard d != .zero else { return }
      if case .constant(let value) = right {
        let signed = is64 ? Int64(bitPattern: value) : Int64(Int32(truncatingIfNeeded: value))
        return addConstant(d, left, subtract ? 0 &- signed : signed, is64: is64)
      }
      return a.add(d, left, inRegister(right, A64Map.other), subtract: subtract, is64: is64)
    }
    if keepsCarry && stepForBranch(o, d, left, subtract: subtract, is64) { return }
    if subtract, d == .zero, o.opcode == .subtract, compareWithZero(o, left, right, is64) { return }
    // A comparison leaves its result there for nothing.
    let to = d == .zero && !need.isDisjoint(with: [.parity, .adjust]) ? A64Map.parity : d
    postpone(d, left, right, subtract: subtract, is64)
    noteAdjust(o, left, right)
    if keepsCarry { carryToScratch() }
    willWrite(o.destination)
    setFlags(to, left, right, subtract: subtract, is64)
    noteParity(to)
    if keepsCarry { return carryFromScratch() }
    // The carry of a sum is that of subtracting its negative too.
    form = subtract ? .canonical : .direct
  }

  /// Nobody reads a flag, but a fault may show them, and they cost nothing; or there is no other way to
  /// have them.
  private func makesFlags(_ o: Operation, _ right: Operand) -> Bool {
    guard !o.flags.isEmpty, !isInRun, o.opcode == .add || o.opcode == .subtract else {
      return false
    }
    if !o.destination.isStored {
      return !o.attributes.isDisjoint(with: [.memoryLeft, .memoryRight])
    }
    guard case .constant(let value) = right else { return true }
    return A64Immediate.arithmetic(value) != nil
  }

  /// INC or DEC, which leave CF alone, in front of a branch on ZF: the count is tested itself, and
  /// NZCV keeps its C. A loop then carries CF through for nothing.
  private mutating func stepForBranch(
    _ o: Operation, _ d: A64Register, _ left: A64Register, subtract: Bool, _ is64: Bool
  ) -> Bool {
    guard form == .canonical, o.destination.isRegister, o.destination == o.left,
      n + 2 < Int(block.operationCount), ops[n + 1].opcode == .boundary,
      ops[n + 2].opcode == .branch, ops[n + 2].selector & 14 == 4, !plan.isInterpreted[n + 1],
      plan.taken[n + 2].isSubset(of: .carry)
    else { return false }
    willWrite(o.destination)
    a.addImmediate(d, left, 1, subtract: subtract, is64: is64)
    step = A64Postponed(
      left: d, right: .constant(1), result: d, isSubtraction: subtract, is64: is64)
    return true
  }

  /// PF and AF wait until behind a branch, if they can be had there.
  private mutating func postpone(
    _ d: A64Register, _ left: A64Register, _ right: Operand, subtract: Bool, _ is64: Bool
  ) {
    guard !need.isDisjoint(with: [.parity, .adjust]), n + 2 < Int(block.operationCount),
      ops[n + 1].opcode == .boundary, ops[n + 2].opcode == .branch, !plan.isInterpreted[n + 1],
      ops[n + 2].selector & 14 != 10,
      left != A64Map.other, left != A64Map.scratch
    else { return }
    if case .register(let b) = right {
      guard d == .zero, b != A64Map.other, b != A64Map.scratch else { return }
    }
    postponed = A64Postponed(
      left: left, right: right, result: d, isSubtraction: subtract, is64: is64)
  }

  /// ADDS or SUBS in the cheapest form.
  mutating func setFlags(
    _ d: A64Register, _ left: A64Register, _ right: Operand, subtract: Bool, _ is64: Bool
  ) {
    if case .constant(let value) = right {
      if let (part, shifted) = A64Immediate.arithmetic(value) {
        return a.addImmediate(
          d, left, part, shifted: shifted, subtract: subtract, flags: true, is64: is64)
      }
      let negative = is64 ? 0 &- value : (0 &- value) & 0xFFFF_FFFF
      if let (part, shifted) = A64Immediate.arithmetic(negative) {
        return a.addImmediate(
          d, left, part, shifted: shifted, subtract: !subtract, flags: true, is64: is64)
      }
    }
    a.add(
      d, left, inRegister(right, A64Map.scratch), subtract: subtract, flags: true, is64: is64)
  }

  /// `cmp r, 0` whose only reader is the branch behind it.
  private mutating func compareWithZero(
    _ o: Operation, _ left: A64Register, _ right: Operand, _ is64: Bool
  ) -> Bool {
    guard case .constant(0) = right, isOnlyForBranch([.zero, .sign]), left != A64Map.other,
      left != A64Map.adjust,
      !need.contains(.adjust)
    else {
      return false
    }
    form = .result(left, is64: is64)
    return true
  }

  /// The next operation is a branch on one of these flags, and where it leads nobody reads any.
  func isOnlyForBranch(_ flags: FlagSet) -> Bool {
    guard n + 2 < Int(block.operationCount), ops[n + 1].opcode == .boundary,
      ops[n + 2].opcode == .branch, !plan.isInterpreted[n + 1]
    else { return false }
    let selector = ops[n + 2].selector & 14
    return plan.taken[n + 2].isEmpty
      && (selector == 4 && flags.contains(.zero) || selector == 8 && flags.contains(.sign))
  }

  private mutating func negation(
    _ o: Operation, _ d: A64Register, _ left: A64Register, _ is64: Bool
  ) {
    noteAdjust(o, left, .constant(0))
    willWrite(o.destination)
    a.add(d, .zero, left, subtract: true, flags: !need.isEmpty, is64: is64)
    if need.isEmpty { return }
    noteParity(d)
    form = .canonical
  }

  private mutating func withCarry(
    _ o: Operation, _ d: A64Register, _ left: A64Register, _ right: Operand, _ is64: Bool
  ) {
    let subtract = o.opcode == .subtractBorrow
    let b = inRegister(right, A64Map.other)
    saveDifference(left, b)
    carry(inverted: subtract)
    noteAdjust(o, left, .register(b))
    willWrite(o.destination)
    let to = d == .zero ? A64Map.parity : d
    let isFree = !o.flags.isEmpty && !isInRun
    a.addCarry(to, left, b, subtract: subtract, flags: isFree || !need.isEmpty, is64: is64)
    if need.isEmpty {
      if isFree {
        madeFlags = [.carry, .zero, .sign, .overflow]
        form = subtract ? .canonical : .direct
      }
      return
    }
    noteParity(to)
    form = subtract ? .canonical : .direct
  }
}

extension A64Emitter.Operand {
  func isConstant(_ value: UInt64) -> Bool {
    if case .constant(let mine) = self { return mine == value }
    return false
  }
}
