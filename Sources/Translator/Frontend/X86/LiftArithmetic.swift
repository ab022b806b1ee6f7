/// Arithmetic, logic, multiplication and division, atomic exchange, decimal adjustment.
extension Lifter {
  /// ADD and its seven siblings.
  mutating func binary(_ opcode: Opcode, _ flags: FlagSet = .all, writes: Bool = true) {
    var op = Operation(opcode, width: width(kind(0)), flags: flags)
    setRight(&op, kind(1))
    modify(kind(0), op, writes: writes)
  }

  mutating func unary(_ opcode: Opcode, _ flags: FlagSet) {
    modify(kind(0), Operation(opcode, width: width(kind(0)), flags: flags))
  }

  mutating func mul(_ opcode: Opcode) {
    let from = kind(0)
    var op = Operation(opcode, width: width(from), flags: .all)
    op.left = .rax
    op.destination = .rax
    op.third = .rdx
    setRight(&op, from)
    builder.append(op)
  }

  mutating func imul() {
    var op = Operation(.multiply, width: operandSize, flags: .all)
    op.destination = .register(i.reg)
    if kind(2) == .none {
      op.left = .register(i.reg)
      setRight(&op, .Ev)
    } else {
      op.right = .immediate
      op.immediate = i.immediate
      if i.isRegisterForm {
        op.left = .register(i.rm)
      } else {
        op.attributes.insert(.memoryLeft)
        op.memory = memory
      }
    }
    builder.append(op)
  }

  mutating func divide(_ opcode: Opcode) {
    let from = kind(0)
    var op = Operation(opcode, width: width(from))
    setRight(&op, from)
    builder.append(op)
  }

  mutating func mulx() {
    var op = Operation(.multiplyNoFlags, width: operandSizeVEX)
    op.destination = .register(i.vexV)
    op.third = .register(i.reg)
    setRight(&op, .Ey)
    builder.append(op)
  }

  var operandSizeVEX: UInt8 { i.w && mode == .long64 ? 8 : 4 }

  mutating func cmpxchg() {
    let to = kind(0)
    let value = read(kind(1))
    var op = Operation(.compareExchange, width: width(to), flags: .all)
    op.right = value
    if isMemory(to) {
      op.memory = memory
      op.attributes = i.hasLock ? [.locked, .memoryDestination] : .memoryDestination
      builder.append(op)
    } else if isHighByte(to) {
      let t = read(to)
      op.left = t
      op.destination = t
      builder.append(op)
      write(to, t)
    } else {
      op.left = .register(registerNumber(to) ?? 0)
      op.destination = op.left
      builder.append(op)
    }
  }

  mutating func cmpxchgWide() {
    var op = Operation(
      .compareExchangeWide, width: i.w && mode == .long64 ? 16 : 8, flags: .zero)
    op.memory = memory
    op.attributes = i.hasLock ? [.locked, .memoryDestination] : .memoryDestination
    builder.append(op)
  }

  mutating func xadd() {
    let to = kind(0)
    let size = width(to)
    let source = kind(1)
    if isMemory(to) {
      let value = read(source)
      let t = builder.temporary()
      var op = Operation(.exchangeAdd, width: size, flags: .all)
      op.destination = t
      op.right = value
      op.memory = memory
      op.attributes = i.hasLock ? [.locked, .memoryDestination] : .memoryDestination
      builder.append(op)
      write(source, t)
      return
    }
    let old = builder.temporary()
    move(8, old, read(to))
    let sum = builder.temporary()
    move(8, sum, old)
    var op = Operation(.add, width: size, flags: .all)
    op.destination = sum
    op.left = sum
    op.right = read(source)
    builder.append(op)
    write(source, old)
    write(to, sum)
  }

  mutating func crc32() {
    let from = kind(1)
    var op = Operation(.crc32, width: operandSizeVEX)
    op.selector = width(from)
    op.destination = .register(i.reg)
    op.left = .register(i.reg)
    setRight(&op, from)
    // A high byte or memory is taken at its own width.
    builder.append(op)
  }

  mutating func decimal(_ operation: SystemOperation, _ flags: FlagSet) {
    var op = Operation(.system, width: 1, flags: flags)
    op.selector = operation.rawValue
    op.immediate = i.immediate
    builder.append(op)
  }
}
