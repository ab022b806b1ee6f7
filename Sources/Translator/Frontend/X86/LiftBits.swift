/// Shifts, rotates, bit tests and counts, BMI.
extension Lifter {
  mutating func shift(_ opcode: Opcode) {
    let isRotate =
      opcode == .rotateLeft || opcode == .rotateRight || opcode == .rotateCarryLeft
      || opcode == .rotateCarryRight
    var op = Operation(
      opcode, width: width(kind(0)), flags: isRotate ? [.carry, .overflow] : .all)
    switch kind(1) {
    case .CL: op.right = .rcx
    default:
      op.right = .immediate
      op.immediate = immediate(kind(1))
    }
    modify(kind(0), op)
  }

  mutating func doubleShift(_ opcode: Opcode) {
    var op = Operation(opcode, width: operandSize, flags: .all)
    op.right = .register(i.reg)
    if kind(2) == .CL {
      op.third = .rcx
    } else {
      op.third = .immediate
      op.immediate = i.immediate
    }
    modify(.Ev, op)
  }

  mutating func bit(_ opcode: Opcode) {
    var op = Operation(opcode, width: operandSize, flags: .carry)
    setRight(&op, kind(1))
    if op.right == .immediate { op.immediate &= Int64(operandSize) * 8 - 1 }
    modify(.Ev, op, writes: opcode != .bitTest)
  }

  /// BSF, BSR, LZCNT, TZCNT, POPCNT
  mutating func count(_ opcode: Opcode, _ flags: FlagSet = .all) {
    var op = Operation(opcode, width: operandSize, flags: flags)
    op.destination = .register(i.reg)
    op.left = .register(i.reg)
    setRight(&op, .Ev)
    builder.append(op)
  }

  mutating func carryAdd(_ opcode: Opcode, _ flag: FlagSet) {
    var op = Operation(opcode, width: operandSizeVEX, flags: flag)
    op.destination = .register(i.reg)
    op.left = .register(i.reg)
    setRight(&op, .Ey)
    builder.append(op)
  }

  /// dst = OP(left, right) without partial writes; operands by kind, the right one may be memory.
  mutating func bmi(
    _ opcode: Opcode, _ to: OperandKind, _ left: OperandKind, _ right: OperandKind,
    _ flags: FlagSet = []
  ) {
    var op = Operation(opcode, width: operandSizeVEX, flags: flags)
    op.destination = .register(registerNumber(to) ?? 0)
    if isMemory(left) {
      op.attributes.insert(.memoryLeft)
      op.memory = memory
    } else if left != .none {
      op.left = .register(registerNumber(left) ?? 0)
    }
    if right != .none { setRight(&op, right) }
    builder.append(op)
  }
}
