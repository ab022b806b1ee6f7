/// Arithmetic and logic: the host's instruction with the guest's operands.
extension X86_64BackEnd {
  /// One of the eight operations that share a form; `number` is their place in it.
  mutating func arithmetic(_ op: Operation, _ number: UInt8, _ n: Int, _ end: Int) {
    guard mayChange(.all, n) else {
      failed = true
      return
    }
    if !op.attributes.isDisjoint(with: [.memoryDestination, .memoryLeft]) {
      return memoryArithmetic(op, number)
    }
    let to = op.destination
    guard to == op.left || to == .none else {
      return threeOperand(op, number)
    }
    if to == .none || isInRegister(to) || (to.isRegister && op.width != 4) {
      // In place: a register, or a guest register's slot in the state.
      let left = source(op.left)
      combine(op, number, left)
      return
    }
    let register = target(to, keepsOld: true)
    combine(op, number, .register(register))
    finish(to, register)
  }

  /// left = left OP right
  private mutating func combine(_ op: Operation, _ number: UInt8, _ left: X86Operand) {
    if op.attributes.contains(.memoryRight) {
      let from = address(op)
      if left.kind == .register {
        return b.instruction(
          X86Opcode(number << 3 | (op.width == 1 ? 2 : 3)), width: op.width, reg: left.base, from,
          byteReg: op.width == 1)
      }
      let value = freeRegister(from)
      b.loadZero(op.width, value, from)
      return combine(number, op.width, left, value)
    }
    if let value = op.right == .immediate ? op.immediate : constant(op.right) {
      if fits(value, op.width) { return combineImmediate(number, op.width, left, value) }
      let register = scratch()
      b.constant(register, value)
      return combine(number, op.width, left, register)
    }
    combine(number, op.width, left, register(op.right))
  }

  private mutating func combine(
    _ number: UInt8, _ width: UInt8, _ left: X86Operand, _ right: UInt8
  ) {
    b.instruction(
      X86Opcode(number << 3 | (width == 1 ? 0 : 1)), width: width, reg: right, left,
      byteReg: width == 1, byteRM: width == 1)
  }

  mutating func combineImmediate(
    _ number: UInt8, _ width: UInt8, _ left: X86Operand, _ value: Int64
  ) {
    let short: Int64 =
      switch width {
      case 1: Int64(Int8(truncatingIfNeeded: value))
      case 2: Int64(Int16(truncatingIfNeeded: value))
      case 4: Int64(Int32(truncatingIfNeeded: value))
      default: value
      }
    if width == 1 {
      b.instruction(
        X86Opcode(0x80), width: 1, reg: number, left, trailing: 1, byteRM: true)
      b.byte(UInt8(truncatingIfNeeded: value))
    } else if short >= -128 && short <= 127 {
      b.instruction(X86Opcode(0x83), width: width, reg: number, left, trailing: 1)
      b.byte(UInt8(truncatingIfNeeded: value))
    } else {
      let count = width == 2 ? 2 : 4
      b.instruction(X86Opcode(0x81), width: width, reg: number, left, trailing: count)
      b.immediate(value, count)
    }
  }

  /// Memory as left operand, and as destination unless it is a comparison.
  private mutating func memoryArithmetic(_ op: Operation, _ number: UInt8) {
    let writes = op.attributes.contains(.memoryDestination)
    guard writes || op.destination == .none else {
      failed = true
      return
    }
    var value = op.right == .immediate ? op.immediate : constant(op.right)
    if let known = value, !fits(known, op.width) { value = nil }
    let right = value == nil ? register(op.right) : 0
    let at = address(op)
    if op.attributes.contains(.locked) { b.byte(0xF0) }
    if let value {
      combineImmediate(number, op.width, at, value)
    } else {
      combine(number, op.width, at, right)
    }
  }

  /// dst = left OP right with a destination of its own.
  private mutating func threeOperand(_ op: Operation, _ number: UInt8) {
    guard op.width >= 4, op.attributes.isEmpty, op.right != op.destination else {
      failed = true
      return
    }
    let register = target(op.destination, keepsOld: false)
    b.load(op.width, register, source(op.left))
    combine(op, number, .register(register))
    finish(op.destination, register)
  }

  mutating func add(_ op: Operation, _ n: Int, _ end: Int) {
    if mayChange(.all, n) { return arithmetic(op, 0, n, end) }
    // Flags must stay: LEA adds without them.
    guard op.width >= 4, op.attributes.isEmpty, op.right == .immediate, fits(op.immediate, 8) else {
      failed = true
      return
    }
    let from = register(op.left)
    let register = isInRegister(op.destination) ? op.destination.raw : from
    if !isInRegister(op.destination) && op.destination != op.left {
      failed = true
      return
    }
    b.lea(op.width, register, .memory(from, Int32(truncatingIfNeeded: op.immediate)))
    finish(op.destination, register)
  }

  mutating func subtract(_ op: Operation, _ n: Int, _ end: Int) {
    arithmetic(
      op, op.destination == .none && !op.attributes.contains(.memoryDestination) ? 7 : 5,
      n, end)
  }

  /// AND, or without a destination TEST.
  mutating func and(_ op: Operation, _ n: Int, _ end: Int) {
    if op.destination != .none || op.attributes.contains(.memoryDestination) {
      return arithmetic(op, 4, n, end)
    }
    guard mayChange(.all, n), !op.attributes.contains(.memoryRight) else {
      failed = true
      return
    }
    let value = op.right == .immediate ? op.immediate : constant(op.right)
    let right = value == nil || !fits(value ?? 0, op.width) ? register(op.right) : 0
    let left = op.attributes.contains(.memoryLeft) ? address(op) : source(op.left)
    if let value, fits(value, op.width) {
      let count = op.width == 8 ? 4 : Int(op.width)
      b.instruction(
        X86Opcode(op.width == 1 ? 0xF6 : 0xF7), width: op.width, reg: 0, left, trailing: count,
        byteRM: op.width == 1)
      b.immediate(value, count)
    } else {
      b.instruction(
        X86Opcode(op.width == 1 ? 0x84 : 0x85), width: op.width, reg: right, left,
        byteReg: op.width == 1, byteRM: op.width == 1)
    }
  }

  /// An operation with one operand, read and written.
  private mutating func inPlace(
    _ op: Operation, _ write: (inout X86_64BackEnd, X86Operand) -> Void
  ) {
    if op.attributes.contains(.memoryDestination) {
      let at = address(op)
      if op.attributes.contains(.locked) { b.byte(0xF0) }
      return write(&self, at)
    }
    let to = op.destination
    guard to == op.left, op.attributes.isDisjoint(with: [.memoryLeft, .memoryRight]) else {
      failed = true
      return
    }
    if isInRegister(to) || (to.isRegister && op.width != 4) { return write(&self, source(to)) }
    let register = target(to, keepsOld: true)
    write(&self, .register(register))
    finish(to, register)
  }

  mutating func unary(
    _ op: Operation, _ opcode: UInt8, _ number: UInt8, _ changes: FlagSet, _ n: Int
  ) {
    guard mayChange(changes, n) else {
      failed = true
      return
    }
    inPlace(op) { code, at in
      code.b.instruction(
        X86Opcode(opcode | (op.width == 1 ? 0 : 1)), width: op.width, reg: number, at,
        byteRM: op.width == 1)
    }
  }

  mutating func shift(_ op: Operation, _ number: UInt8, _ changes: FlagSet, _ n: Int) {
    guard mayChange(changes, n), op.right == .immediate || op.right == .rcx else {
      failed = true
      return
    }
    inPlace(op) { code, at in
      let isByte = op.width == 1
      if op.right == .rcx {
        code.b.instruction(
          X86Opcode(isByte ? 0xD2 : 0xD3), width: op.width, reg: number, at, byteRM: isByte)
      } else if op.immediate == 1 {
        code.b.instruction(
          X86Opcode(isByte ? 0xD0 : 0xD1), width: op.width, reg: number, at, byteRM: isByte)
      } else {
        code.b.instruction(
          X86Opcode(isByte ? 0xC0 : 0xC1), width: op.width, reg: number, at, trailing: 1,
          byteRM: isByte)
        code.b.byte(UInt8(truncatingIfNeeded: op.immediate))
      }
    }
  }

  mutating func shiftDouble(_ op: Operation, _ opcode: UInt8, _ n: Int) {
    // What words shifted by more than sixteen become differs from maker to maker.
    let isCommon = op.width > 2 || op.third == .immediate && op.immediate & 31 <= 16
    guard mayChange(.all, n), isCommon, op.third == .immediate || op.third == .rcx else {
      failed = true
      return
    }
    let from = register(op.right)
    inPlace(op) { code, at in
      if op.third == .rcx {
        code.b.instruction(X86Opcode(opcode | 1, map: 1), width: op.width, reg: from, at)
      } else {
        code.b.instruction(
          X86Opcode(opcode, map: 1), width: op.width, reg: from, at, trailing: 1)
        code.b.byte(UInt8(truncatingIfNeeded: op.immediate))
      }
    }
  }

  // MARK: Multiplication and division

  mutating func multiply(_ op: Operation, _ n: Int) {
    guard mayChange(.all, n), op.width >= 2 else {
      failed = true
      return
    }
    let to = op.destination
    if op.right == .immediate {
      let left = op.attributes.contains(.memoryLeft) ? address(op) : source(op.left)
      let register = isInRegister(to) ? to.raw : scratch()
      if !isInRegister(to) && op.width == 2 { b.load(8, register, source(to)) }
      let isShort = op.immediate >= -128 && op.immediate <= 127
      let count = isShort ? 1 : op.width == 2 ? 2 : 4
      b.instruction(
        X86Opcode(isShort ? 0x6B : 0x69), width: op.width, reg: register, left, trailing: count)
      b.immediate(op.immediate, count)
      return finish(to, register)
    }
    guard to == op.left else {
      failed = true
      return
    }
    let right = op.attributes.contains(.memoryRight) ? address(op) : source(op.right)
    let register = target(to, keepsOld: true)
    b.instruction(X86Opcode(0xAF, map: 1), width: op.width, reg: register, right)
    finish(to, register)
  }

  mutating func multiplyWide(_ op: Operation, _ number: UInt8, _ n: Int) {
    guard mayChange(.all, n) else {
      failed = true
      return
    }
    let right = op.attributes.contains(.memoryRight) ? address(op) : source(op.right)
    b.instruction(
      X86Opcode(op.width == 1 ? 0xF6 : 0xF7), width: op.width, reg: number, right,
      byteRM: op.width == 1)
  }

  /// The host raises #DE as the guest does: a fault like another.
  mutating func divide(_ op: Operation, _ number: UInt8) {
    let right = op.attributes.contains(.memoryRight) ? address(op) : source(op.right)
    b.instruction(
      X86Opcode(op.width == 1 ? 0xF6 : 0xF7), width: op.width, reg: number, right,
      byteRM: op.width == 1)
  }

  // MARK: Bits

  mutating func scan(_ op: Operation, _ opcode: X86Opcode, _ n: Int) {
    guard mayChange(.all, n) else {
      failed = true
      return
    }
    let right = op.attributes.contains(.memoryRight) ? address(op) : source(op.right)
    let register = target(op.destination, keepsOld: true)
    b.instruction(opcode, width: op.width, reg: register, right)
    finish(op.destination, register)
  }

  mutating func bit(_ op: Operation, _ number: UInt8, _ n: Int) {
    // What BT does not define is undefined, and processors keep it: as the operation says.
    guard mayChange(.carry, n) else {
      failed = true
      return
    }
    let writes = op.opcode != .bitTest
    let isMemory = !op.attributes.isDisjoint(with: [.memoryLeft, .memoryDestination])
    let right: UInt8? = op.right == .immediate ? nil : register(op.right)
    if isMemory {
      let at = address(op)
      if op.attributes.contains(.locked) { b.byte(0xF0) }
      return bitInstruction(op, number, at, right)
    }
    // In a register the number wraps; in the state's slot it would reach beyond.
    let register = target(op.left, keepsOld: true)
    bitInstruction(op, number, .register(register), right)
    if writes { finish(op.destination, register) }
  }

  private mutating func bitInstruction(
    _ op: Operation, _ number: UInt8, _ at: X86Operand, _ right: UInt8?
  ) {
    if let right {
      b.instruction(
        X86Opcode(0x83 | number << 3, map: 1), width: op.width, reg: right, at)
    } else {
      b.instruction(X86Opcode(0xBA, map: 1), width: op.width, reg: number, at, trailing: 1)
      b.byte(UInt8(truncatingIfNeeded: op.immediate))
    }
  }

  // MARK: Atomic

  mutating func exchangeAdd(_ op: Operation, _ n: Int) {
    guard mayChange(.all, n) else {
      failed = true
      return
    }
    let from = source(op.right)
    let register = scratch()
    b.load(8, register, from)
    let at = address(op)
    if op.attributes.contains(.locked) { b.byte(0xF0) }
    b.instruction(
      X86Opcode(op.width == 1 ? 0xC0 : 0xC1, map: 1), width: op.width, reg: register, at,
      byteReg: op.width == 1)
    if op.width < 4 { b.loadZero(op.width, register, .register(register)) }
    finish(op.destination, register)
  }

  mutating func compareExchange(_ op: Operation, _ n: Int) {
    let isMemory = op.attributes.contains(.memoryDestination)
    guard mayChange(.all, n), isMemory || isInRegister(op.left) && op.left == op.destination else {
      failed = true
      return
    }
    let from = register(op.right)
    let at = isMemory ? address(op) : .register(op.left.raw)
    if op.attributes.contains(.locked) { b.byte(0xF0) }
    b.instruction(
      X86Opcode(op.width == 1 ? 0xB0 : 0xB1, map: 1), width: op.width, reg: from, at,
      byteReg: op.width == 1, byteRM: op.width == 1)
  }

  mutating func compareExchangeWide(_ op: Operation) {
    let at = address(op)
    if op.attributes.contains(.locked) { b.byte(0xF0) }
    b.instruction(X86Opcode(0xC7, map: 1), width: op.width == 16 ? 8 : 4, reg: 1, at)
  }
}
