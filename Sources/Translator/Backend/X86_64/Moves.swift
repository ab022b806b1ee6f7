/// Moving, extending, the stack.
extension X86_64BackEnd {
  mutating func move(_ op: Operation, _ n: Int, _ end: Int) {
    let to = op.destination
    guard op.left == .immediate || constant(op.left) != nil else { return moveValue(op, n, end) }
    let value = op.left == .immediate ? op.immediate : constant(op.left) ?? 0
    if to.isTemporary && op.width == 8 {
      place(to, .constant(value))
      return
    }
    if isInRegister(to) && op.width >= 4 {
      b.constant(to.raw, op.width == 4 ? value & 0xFFFF_FFFF : value)
      return
    }
    if to.isRegister && op.width != 4 && fits(value, op.width) {
      storeImmediate(op.width, source(to), value)
      return
    }
    let register = target(to, keepsOld: op.width < 4)
    if op.width >= 4 {
      b.constant(register, op.width == 4 ? value & 0xFFFF_FFFF : value)
    } else {
      storeImmediate(op.width, .register(register), value)
    }
    finish(to, register)
  }

  private mutating func moveValue(_ op: Operation, _ n: Int, _ end: Int) {
    let to = op.destination
    let from = source(op.left)
    if to.isRegister && !isInRegister(to) && op.width != 4 && from.kind == .register {
      return b.store(op.width, source(to), from.base)
    }
    if to.isTemporary && op.left.isTemporary && from.kind == .register
      && op.width == 8 && !isRead(op.left, after: n, end)
    {
      temporaries[Int(op.left.raw) - 16] = .nowhere
      return assign(to, from.base)
    }
    let register = target(to, keepsOld: op.width < 4)
    b.load(op.width, register, from)
    finish(to, register)
    retire(op.left, after: n, end)
  }

  /// Whether a constant can be an immediate operand at a width.
  mutating func fits(_ value: Int64, _ width: UInt8) -> Bool {
    width < 8 || (value >= -0x8000_0000 && value <= 0x7FFF_FFFF)
  }

  mutating func storeImmediate(
    _ width: UInt8, _ to: X86Operand, _ value: Int64
  ) {
    let count = width == 8 ? 4 : Int(width)
    b.instruction(
      X86Opcode(width == 1 ? 0xC6 : 0xC7), width: width, reg: 0, to, trailing: count,
      byteRM: width == 1)
    b.immediate(value, count)
  }

  mutating func load(_ op: Operation, _ n: Int, _ end: Int) -> Int {
    if isStackOperation(op, 0), isAdjustment(n + 1, end, by: 8) { return pop(op, n + 2) }
    let to = op.destination
    let from = address(op)
    guard to.isTemporary else {
      if op.width >= 4 || isInRegister(to) {
        let register = isInRegister(to) ? to.raw : freeRegister(from)
        b.load(op.width, register, from)
        finish(to, register)
      } else {
        let register = freeRegister(from)
        b.loadZero(op.width, register, from)
        b.store(op.width, source(to), register)
      }
      return n + 1
    }
    // MOVZX is a load and a move.
    if n + 1 < end, ops[n + 1].opcode == .move, ops[n + 1].left == to, ops[n + 1].width >= 4,
      isInRegister(ops[n + 1].destination), !isRead(to, after: n + 1, end)
    {
      b.loadZero(op.width, ops[n + 1].destination.raw, from)
      return n + 2
    }
    let register = freeRegister(from)
    b.loadZero(op.width, register, from)
    assign(to, register)
    return n + 1
  }

  /// A register for what is loaded: one that held part of the address will do.
  mutating func freeRegister(_ from: X86Operand) -> UInt8 {
    for register in [from.base, from.index] where register != X86Operand.none {
      let bit = UInt16(1) << UInt16(register & 15)
      if from.kind == .memory && transient & bit != 0 && held & bit == 0 { return register }
    }
    return scratch()
  }

  mutating func loadSigned(_ op: Operation) {
    let from = address(op)
    let to = op.destination
    if isInRegister(to) {
      b.loadSigned(op.selector, op.width, to.raw, from)
    } else if to.isRegister && op.width == 2 {
      let register = freeRegister(from)
      b.loadSigned(op.selector, 4, register, from)
      b.store(2, source(to), register)
    } else {
      let register = freeRegister(from)
      b.loadSigned(op.selector, op.width, register, from)
      finish(to, register)
    }
  }

  mutating func store(_ op: Operation, _ n: Int, _ end: Int) -> Int {
    if site == nil, isStackOperation(op, -8), isAdjustment(n + 1, end, by: -8), push(op) {
      return n + 2
    }
    let value = op.left == .immediate ? op.immediate : constant(op.left)
    if let value, fits(value, op.width) {
      let to = address(op)
      storeImmediate(op.width, to, value)
      return n + 1
    }
    let from: UInt8
    if let value {
      from = scratch()
      b.constant(from, value)
    } else {
      from = register(op.left)
    }
    let to = address(op)
    b.store(op.width, to, from)
    retire(op.left, after: n, end)
    return n + 1
  }

  mutating func formAddress(_ op: Operation) {
    let to = op.destination
    if op.base == .none && op.index == .none {
      let mask: Int64 = op.addressMode & 32 != 0 ? 0xFFFF_FFFF : ~0
      if isInRegister(to) && op.width >= 4 {
        return b.constant(to.raw, op.displacement & mask & (op.width == 4 ? 0xFFFF_FFFF : ~0))
      }
    }
    var plain = op
    // The address's segment does not matter to LEA.
    plain.addressMode &= ~0x1C
    let from = address(plain)
    if to.isRegister && !isInRegister(to) && op.width == 2 {
      let register = freeRegister(from)
      b.lea(4, register, from)
      return b.store(2, source(to), register)
    }
    let register = isInRegister(to) ? to.raw : freeRegister(from)
    b.lea(op.width, register, from)
    finish(to, register)
  }

  // MARK: Stack

  /// A 64-bit access at RSP plus an offset.
  private mutating func isStackOperation(_ op: Operation, _ displacement: Int64) -> Bool {
    op.width == 8 && op.base == .rsp && op.index == .none && op.displacement == displacement
      && op.addressMode == 0
  }

  /// Whether operation `n` moves RSP by an amount without touching flags.
  private mutating func isAdjustment(_ n: Int, _ end: Int, by amount: Int64) -> Bool {
    guard n < end else { return false }
    let op = ops + n
    return op.pointee.opcode == .add && op.pointee.destination == .rsp
      && op.pointee.left == .rsp && op.pointee.right == .immediate
      && op.pointee.immediate == amount && op.pointee.width == 8 && op.pointee.flags.isEmpty
  }

  /// False if the value cannot be pushed as it is.
  private mutating func push(_ op: Operation) -> Bool {
    if let value = op.left == .immediate ? op.immediate : constant(op.left) {
      if fits(value, 8) {
        b.byte(0x68)
        b.word32(UInt32(truncatingIfNeeded: value))
        return true
      }
      let register = scratch()
      b.constant(register, value)
      pushRegister(register)
      return true
    }
    let from = source(op.left)
    if from.kind == .register {
      pushRegister(from.base)
    } else {
      b.instruction(X86Opcode(0xFF), width: 4, reg: 6, from)
    }
    return true
  }

  private mutating func pushRegister(_ register: UInt8) {
    if register & 8 != 0 { b.byte(0x41) }
    b.byte(0x50 | register & 7)
  }

  private mutating func pop(_ op: Operation, _ next: Int) -> Int {
    let to = op.destination
    if to.isRegister && !isInRegister(to) {
      b.instruction(X86Opcode(0x8F), width: 4, reg: 0, source(to))
      return next
    }
    let register = isInRegister(to) ? to.raw : scratch()
    if register & 8 != 0 { b.byte(0x41) }
    b.byte(0x58 | register & 7)
    finish(to, register)
    return next
  }

  // MARK: Parts of registers

  mutating func extractHighByte(_ op: Operation) {
    guard op.left.raw < 4, host.has(.bmi2) else {
      failed = true
      return
    }
    let register = scratch()
    rotate(register, op.left.raw, 8)
    b.loadZero(1, register, .register(register))
    finish(op.destination, register)
  }

  /// RORX: a rotation that leaves flags alone.
  private mutating func rotate(_ to: UInt8, _ from: UInt8, _ count: UInt8) {
    b.byte(0xC4)
    b.byte(0x43 | (to & 8 == 0 ? 0x80 : 0) | (from & 8 == 0 ? 0x20 : 0) | 0x40)
    b.byte(0xFB)
    b.byte(0xF0)
    b.byte(0xC0 | (to & 7) << 3 | from & 7)
    b.byte(count)
  }

  mutating func insertHighByte(_ op: Operation, _ n: Int, _ end: Int) {
    let to = op.destination
    guard to.raw < 4, op.left != .none, host.has(.bmi2) else {
      failed = true
      return
    }
    let from = register(op.left)
    if from == to.raw {
      // Its own low byte: through a copy.
      let copy = scratch()
      b.load(8, copy, .register(from))
      rotate(to.raw, to.raw, 8)
      b.load(1, to.raw, .register(copy))
    } else {
      rotate(to.raw, to.raw, 8)
      b.load(1, to.raw, .register(from))
    }
    rotate(to.raw, to.raw, 56)
    retire(op.left, after: n, end)
  }

  mutating func extend(_ op: Operation, _ n: Int, _ end: Int) {
    let from = source(op.left)
    let to = op.destination
    if op.width == 2 && !isInRegister(to) {
      failed = true
      return
    }
    let register = isInRegister(to) ? to.raw : target(to, keepsOld: false)
    if op.opcode == .signExtend {
      if op.selector >= op.width {
        b.load(op.width, register, from)
      } else {
        b.loadSigned(op.selector, op.width, register, from)
      }
    } else if op.width == 2 {
      b.instruction(
        X86Opcode(op.selector == 1 ? 0xB6 : 0x8B, map: op.selector == 1 ? 1 : 0), width: 2,
        reg: register, from, byteRM: op.selector == 1)
    } else {
      b.loadZero(min(op.selector, op.width), register, from)
    }
    finish(to, register)
    if op.left != to { retire(op.left, after: n, end) }
  }

  mutating func swapBytes(_ op: Operation, _ n: Int, _ end: Int) {
    guard op.width >= 4 else {
      failed = true
      return
    }
    let register = target(op.destination, keepsOld: false)
    let from = source(op.left)
    if from.kind != .register || from.base != register { b.load(op.width, register, from) }
    b.byte(0x40 | (op.width == 8 ? 8 : 0) | register >> 3)
    b.byte(0x0F)
    b.byte(0xC8 | register & 7)
    finish(op.destination, register)
  }

  mutating func exchange(_ op: Operation) {
    let from = source(op.left)
    let register = scratch()
    b.load(8, register, from)
    let to = address(op)
    b.instruction(
      X86Opcode(op.width == 1 ? 0x86 : 0x87), width: op.width, reg: register, to,
      byteReg: op.width == 1)
    if op.width < 4 { b.loadZero(op.width, register, .register(register)) }
    finish(op.destination, register)
  }
}
