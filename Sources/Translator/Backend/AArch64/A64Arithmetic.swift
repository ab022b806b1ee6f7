/// Addition, subtraction and logic, with flags as they are needed.
extension A64Emitter {
  /// An operand as instructions take it.
  enum Operand {
    case register(A64Register)
    case constant(UInt64)
  }

  /// dst = left OP right for ADD … NOT of any width.
  mutating func arithmetic() {
    let o = op.pointee
    if o.attributes.contains(.memoryDestination) { return readModifyWrite(o) }
    var left = A64Register.zero
    if o.attributes.contains(.memoryLeft) {
      access(.load(bytes: UInt32(o.width)), A64Map.other.number, o, bytes: UInt32(o.width))
      left = A64Map.other
    } else if o.left.isStored {
      left = register(o.left)
    }
    let right = rightOperand(o)
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
      access(.load(bytes: UInt32(o.width)), A64Map.other.number, o, bytes: UInt32(o.width))
      return .register(A64Map.other)
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
  private mutating func setFlags(
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
      !need.contains(.adjust)
    else {
      return false
    }
    form = .result(left, is64: is64)
    return true
  }

  /// The next operation is a branch on one of these flags, and where it leads nobody reads any.
  private func isOnlyForBranch(_ flags: FlagSet) -> Bool {
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

  // MARK: Logic

  private mutating func logic(
    _ o: Operation, _ d: A64Register, _ left: A64Register, _ right: Operand, _ is64: Bool
  ) {
    let need = self.need
    // TEST of a register with itself, for a branch: no code of its own.
    if o.opcode == .and, d == .zero, o.left == o.right, isOnlyForBranch([.zero, .sign]),
      o.left.isRegister
    {
      form = .result(left, is64: is64)
      return
    }
    if o.opcode == .xor && o.left == o.right && o.left.isStored { return zero(o, d, is64) }
    let needsParity = !need.isDisjoint(with: [.parity])
    let isForFlags = d == .zero
    let isLost = !o.attributes.isDisjoint(with: [.memoryLeft, .memoryRight])
    if isForFlags && need.isEmpty && (o.flags.isEmpty || !isLost) { return }
    willWrite(o.destination)
    let isFree = o.opcode == .and && need.isEmpty && !o.flags.isEmpty && !isInRun
    if isFree { madeFlags = [.carry, .zero, .sign, .overflow] }
    if isFree && isForFlags { madeFlags.insert(.parity) }
    if isFree || o.opcode == .and && !need.isEmpty && !need.contains(.carry) {
      let to = isForFlags && (needsParity || isFree) ? A64Map.parity : d
      bitwise(.andFlags, to, left, right, inverted: false, is64)
      if needsParity && to != A64Map.parity { a.move(A64Map.parity, to) }
      form = .logic
      return
    }
    if isForFlags, o.opcode == .and, o.left == o.right, o.left.isRegister {
      a.addImmediate(
        needsParity ? A64Map.parity : .zero, left, 0, subtract: true, flags: true, is64: is64)
      form = .canonical
      return
    }
    let to = isForFlags ? A64Map.parity : d
    let kind: A64Assembler.Logic =
      o.opcode == .or ? .or : o.opcode == .xor ? .exclusiveOr : .and
    bitwise(kind, to, left, right, inverted: o.opcode == .andNot, is64)
    guard !need.isEmpty else { return }
    flagsOfResult(to, is64)
  }

  /// N and Z of a result, with CF and OF clear; PF if it is needed.
  mutating func flagsOfResult(_ r: A64Register, _ is64: Bool) {
    if need.contains(.parity) && r != A64Map.parity { a.move(A64Map.parity, r) }
    if isOnlyForBranch([.zero, .sign]) && r != A64Map.other && r != A64Map.scratch {
      form = .result(r, is64: is64)
      return
    }
    a.addImmediate(.zero, r, 0, subtract: true, flags: true, is64: is64)
    form = .canonical
  }

  private mutating func zero(_ o: Operation, _ d: A64Register, _ is64: Bool) {
    willWrite(o.destination)
    if d != .zero {
      if isForDivision(o) { owesZero = true } else { a.moveWide(d, 0, is64: false) }
      if o.destination.isRegister { zeroes |= 1 << UInt32(o.destination.raw) }
    }
    guard !need.isEmpty else { return }
    if need.contains(.parity) { a.move(A64Map.parity, .zero) }
    a.add(.zero, .zero, .zero, subtract: true, flags: true)
    form = .canonical
  }

  /// `xor edx, edx` in front of a division that overwrites RDX, unless it is left for the interpreter
  /// because of its divisor.
  private func isForDivision(_ o: Operation) -> Bool {
    guard o.destination == .rdx, need.isEmpty, n == boundary + 1,
      n + 2 < Int(block.operationCount), ops[n + 1].opcode == .boundary,
      !plan.isInterpreted[n + 1], plan.counts.pointee.undos < A64Plan.undoCapacity
    else { return false }
    let next = ops[n + 2]
    return next.opcode == .divideUnsigned && next.attributes.isEmpty && next.right.isRegister
      && next.right != .rdx
  }

  private mutating func bitwise(
    _ kind: A64Assembler.Logic, _ d: A64Register, _ left: A64Register, _ right: Operand,
    inverted: Bool, _ is64: Bool
  ) {
    if case .constant(let value) = right {
      let mask: UInt64 = is64 ? ~0 : 0xFFFF_FFFF
      if kind == .or && value == mask {
        a.moveWide(d, 0, inverted: true, is64: is64)
        return
      }
      if kind == .exclusiveOr && value == mask {
        return a.logic(.or, d, .zero, left, inverted: true, is64: is64)
      }
      if !inverted, let pattern = A64Immediate.logical(value, is64: is64) {
        if d.number != 31 || kind == .andFlags {
          return a.logicImmediate(kind, d, left, pattern: pattern, is64: is64)
        }
      }
    }
    let b = inRegister(right, A64Map.scratch)
    if inverted {
      // ANDN: not left, and right.
      a.logic(kind, d, b, left, inverted: true, is64: is64)
    } else {
      a.logic(kind, d, left, b, is64: is64)
    }
  }

  // MARK: 1 and 2 bytes

  /// Operands go to the top of a 32-bit register, so that its flags are those of the narrow result.
  private mutating func narrow(_ o: Operation, _ left: A64Register, _ right: Operand) {
    let shift = 32 - UInt32(o.width) * 8
    if need.isEmpty { return narrowPlain(o, left, right) }
    if narrowForZero(o, left, right) { return }
    let x = A64Map.scratch
    switch o.opcode {
    case .add, .subtract, .increment, .decrement, .negate:
      let keepsCarry =
        (o.opcode == .increment || o.opcode == .decrement) && plan.hard[n].contains(.carry)
      if keepsCarry { carryToScratch() }
      let subtract = o.opcode != .add && o.opcode != .increment
      let high = o.opcode == .negate ? A64Register.zero : x
      if o.opcode == .negate {
        noteAdjust(o, left, .constant(0))
        a.add(x, .zero, left, by: shift, subtract: true, flags: true, is64: false)
      } else {
        noteAdjust(o, left, right)
        a.shift(.left, x, left, by: shift, is64: false)
        switch right {
        case .register(let b):
          a.add(x, high, b, by: shift, subtract: subtract, flags: true, is64: false)
        case .constant(let value):
          let top = value << UInt64(shift) & 0xFFFF_FFFF
          if let (part, shifted) = A64Immediate.arithmetic(top) {
            a.addImmediate(
              x, high, part, shifted: shifted, subtract: subtract, flags: true, is64: false)
          } else {
            constant(A64Map.other, top)
            a.add(x, high, A64Map.other, subtract: subtract, flags: true, is64: false)
          }
        }
      }
      finishNarrow(o, shift)
      if keepsCarry { return carryFromScratch() }
      form = subtract ? .canonical : .direct
    default:
      let kind: A64Assembler.Logic =
        o.opcode == .or ? .or : o.opcode == .xor ? .exclusiveOr : .and
      bitwise(kind, x, left, right, inverted: false, false)
      if o.destination.isStored { insert(o.destination, x, width: o.width) }
      if need.contains(.parity) { a.move(A64Map.parity, x) }
      a.shift(.left, x, x, by: shift, is64: false)
      a.addImmediate(.zero, x, 0, subtract: true, flags: true, is64: false)
      form = .canonical
    }
  }

  /// The result stands at the top of the scratch register.
  private mutating func finishNarrow(_ o: Operation, _ shift: UInt32) {
    let needsParity = !need.isDisjoint(with: [.parity, .adjust])
    guard o.destination.isStored || needsParity else { return }
    a.shift(.right, A64Map.scratch, A64Map.scratch, by: shift, is64: false)
    if o.destination.isStored { insert(o.destination, A64Map.scratch, width: o.width) }
    if needsParity { a.move(A64Map.parity, A64Map.scratch) }
  }

  private mutating func narrowPlain(_ o: Operation, _ left: A64Register, _ right: Operand) {
    guard o.destination.isStored else { return }
    let x = A64Map.scratch
    switch o.opcode {
    case .add, .increment, .subtract, .decrement:
      let subtract = o.opcode == .subtract || o.opcode == .decrement
      if case .constant(let value) = right {
        let signed =
          o.width == 1
          ? Int64(Int8(truncatingIfNeeded: value)) : Int64(Int16(truncatingIfNeeded: value))
        addConstant(x, left, subtract ? -signed : signed, is64: false)
      } else {
        a.add(x, left, inRegister(right, A64Map.other), subtract: subtract, is64: false)
      }
    case .negate: a.add(x, .zero, left, subtract: true, is64: false)
    case .not: a.logic(.or, x, .zero, left, inverted: true, is64: false)
    default:
      if o.opcode == .xor && o.left == o.right && o.left.isStored {
        return insert(o.destination, .zero, width: o.width)
      }
      let kind: A64Assembler.Logic =
        o.opcode == .or ? .or : o.opcode == .xor ? .exclusiveOr : .and
      bitwise(kind, x, left, right, inverted: false, false)
    }
    if isExtendedNext(o) {
      // The next instruction clears what lies above.
      willWrite(o.destination)
      return a.zeroExtend(A64Map.register(o.destination), x, bytes: UInt32(o.width))
    }
    insert(o.destination, x, width: o.width)
  }

  /// `movzx r, r` of the same part follows; it is then done already.
  private mutating func isExtendedNext(_ o: Operation) -> Bool {
    guard o.destination.isRegister, n == boundary + 1, n + 2 < Int(block.operationCount),
      ops[n + 1].opcode == .boundary, !plan.isInterpreted[n + 1]
    else { return false }
    let next = ops[n + 2]
    guard next.opcode == .zeroExtend, next.selector == o.width, next.left == o.destination,
      next.destination == o.destination, next.width >= 4,
      n + 3 >= Int(block.operationCount) || ops[n + 3].opcode == .boundary
    else { return false }
    plan.isPaired[n + 1] = true
    return true
  }

  /// Comparisons of which only ZF, or ZF and CF, are read: zero-extended operands will do.
  private mutating func narrowForZero(
    _ o: Operation, _ left: A64Register, _ right: Operand
  ) -> Bool {
    let isUnsigned = need.isSubset(of: [.zero, .carry])
    guard !o.destination.isStored else { return false }
    if o.opcode == .and, case .constant(let value) = right, value < 0x80 {
      // Too small to be negative in any width.
      let needsParity = need.contains(.parity)
      bitwise(
        .andFlags, needsParity ? A64Map.parity : .zero, left, right, inverted: false, false)
      form = .logic
      return true
    }
    guard isUnsigned else { return false }
    let bytes = UInt32(o.width)
    switch o.opcode {
    case .and:
      guard !need.contains(.carry) else { return false }
      let all: UInt64 = o.width == 1 ? 0xFF : 0xFFFF
      if o.left == o.right || right.isConstant(all) {
        guard let pattern = A64Immediate.logical(all, is64: false) else { return false }
        a.logicImmediate(.andFlags, .zero, left, pattern: pattern, is64: false)
      } else if case .constant = right {
        bitwise(.andFlags, .zero, left, right, inverted: false, false)
      } else {
        return false
      }
      form = .logic
    case .subtract:
      var x = left
      if !(o.attributes.contains(.memoryLeft)) {
        a.zeroExtend(A64Map.scratch, left, bytes: bytes)
        x = A64Map.scratch
      }
      switch right {
      case .constant(let value):
        if let (part, shifted) = A64Immediate.arithmetic(value) {
          a.addImmediate(
            .zero, x, part, shifted: shifted, subtract: true, flags: true, is64: false)
        } else {
          let scratch = x == A64Map.other ? A64Map.scratch : A64Map.other
          constant(scratch, value)
          a.add(.zero, x, scratch, subtract: true, flags: true, is64: false)
        }
      case .register(let b):
        if o.attributes.contains(.memoryRight) {
          a.add(.zero, x, b, subtract: true, flags: true, is64: false)
        } else {
          a.compareExtended(x, b, bytes: bytes)
        }
      }
      form = .canonical
    default: return false
    }
    return true
  }

  // MARK: Memory as destination

  /// Load, compute, store, and only then the flags: a store may fault.
  private mutating func readModifyWrite(_ o: Operation) {
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
    let place = place(o, bytes: bytes)
    let old = A64Map.other
    let result = A64Map.third
    access(.load(bytes: bytes), old.number, place)
    compute(o, result, old, right, is64)
    access(.store(bytes: bytes), result.number, place)
    guard !need.isEmpty else { return }
    memoryFlags(o, old, result, right)
  }

  /// As the operation, without flags. `A64Map.scratch` may hold the address.
  private mutating func compute(
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

extension A64Emitter.Operand {
  func isConstant(_ value: UInt64) -> Bool {
    if case .constant(let mine) = self { return mine == value }
    return false
  }
}
