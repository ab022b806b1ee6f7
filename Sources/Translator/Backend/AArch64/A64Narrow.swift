/// Arithmetic and logic of 1 and 2 bytes.
extension A64Emitter {
  /// Operands go to the top of a 32-bit register, so that its flags are those of the narrow result.
  mutating func narrow(_ o: Operation, _ left: A64Register, _ right: Operand) {
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
      a.add(.zero, .zero, x, by: shift, flags: true, is64: false)
      form = .logic
    }
  }

  /// The result stands at the top of the scratch register.
  private mutating func finishNarrow(_ o: Operation, _ shift: UInt32) {
    let needsParity = !need.isDisjoint(with: [.parity, .adjust])
    guard o.destination.isStored || needsParity else { return }
    guard o.destination.isStored else {
      return a.shift(.right, A64Map.parity, A64Map.scratch, by: shift, is64: false)
    }
    a.shift(.right, A64Map.scratch, A64Map.scratch, by: shift, is64: false)
    insert(o.destination, A64Map.scratch, width: o.width)
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
}
