/// Moving, the stack, and conversions of the accumulator.
extension Lifter {
  mutating func mov() {
    let to = kind(0)
    let from = kind(1)
    if isMemory(from), !isHighByte(to), let number = registerNumber(to) {
      var op = Operation(.load, width: width(from))
      op.destination = .register(number)
      op.memory = memory
      builder.append(op)
    } else if isImmediate(from), !isHighByte(to) {
      var op = Operation(isMemory(to) ? .store : .move, width: width(to))
      op.left = .immediate
      op.immediate = i.immediate
      if isMemory(to) {
        op.memory = memory
      } else {
        op.destination = .register(registerNumber(to) ?? 0)
      }
      builder.append(op)
    } else {
      write(to, read(from))
    }
  }

  mutating func lea() {
    var op = Operation(.address, width: operandSize)
    op.destination = .register(i.reg)
    op.memory = memory
    builder.append(op)
  }

  mutating func extend(_ opcode: Opcode, from: OperandKind) {
    if isMemory(from) {
      if opcode == .zeroExtend {
        let t = load(width(from), memory)
        move(operandSize, .register(i.reg), t)
        return
      }
      var op = Operation(.loadSigned, width: operandSize)
      op.selector = width(from)
      op.destination = .register(i.reg)
      op.memory = memory
      builder.append(op)
      return
    }
    var op = Operation(opcode, width: operandSize)
    op.left = read(from)
    op.selector = width(from)
    op.destination = .register(i.reg)
    builder.append(op)
  }

  mutating func movsxd() {
    if operandSize == 2 {
      write(.Gv, read(.Ew))
    } else {
      extend(.signExtend, from: .Ed)
    }
  }

  mutating func xchg() {
    let a = kind(0)
    let b = kind(1)
    if isMemory(a) {
      let value = read(b)
      var op = Operation(.exchange, width: width(a))
      op.memory = memory
      op.attributes = [.locked, .memoryDestination]
      let t = builder.temporary()
      op.destination = t
      op.left = value
      builder.append(op)
      write(b, t)
      return
    }
    let t = builder.temporary()
    move(8, t, read(a))
    let u = builder.temporary()
    move(8, u, read(b))
    write(a, u)
    write(b, t)
  }

  mutating func xchgAccumulator() {
    guard let number = registerNumber(.Zv), number != 0 else { return }
    let t = builder.temporary()
    move(8, t, .rax)
    move(operandSize, .rax, .register(number))
    move(operandSize, .register(number), t)
  }

  mutating func bswap() {
    if operandSize == 2 {
      // Undefined by the manual; processors clear the word.
      move(2, .register(registerNumber(.Zv) ?? 0), .immediate, 0)
      return
    }
    var op = Operation(.swapBytes, width: operandSize)
    op.left = .register(registerNumber(.Zv) ?? 0)
    op.destination = op.left
    builder.append(op)
  }

  mutating func movbe() {
    let t = builder.temporary()
    let value = read(kind(1))
    var op = Operation(.swapBytes, width: operandSize)
    op.left = value
    op.destination = t
    builder.append(op)
    write(kind(0), t)
  }

  mutating func cmov() {
    let value = read(.Ev)
    var op = Operation(.select, width: operandSize)
    op.selector = i.opcode & 15
    op.destination = .register(i.reg)
    op.left = .register(i.reg)
    op.right = value
    builder.append(op)
  }

  mutating func setcc() {
    let t = builder.temporary()
    var op = Operation(.setCondition, width: 1)
    op.selector = i.opcode & 15
    op.destination = t
    builder.append(op)
    write(.Eb, t)
  }

  /// CBW, CWDE, CDQE
  mutating func convertAccumulator() {
    var op = Operation(.signExtend, width: operandSize)
    op.selector = operandSize / 2
    op.left = .rax
    op.destination = .rax
    builder.append(op)
  }

  /// CWD, CDQ, CQO
  mutating func convertAccumulatorWide() {
    let t = builder.temporary()
    var extend = Operation(.signExtend, width: 8)
    extend.selector = operandSize
    extend.left = .rax
    extend.destination = t
    builder.append(extend)
    var shift = Operation(.shiftArithmetic, width: 8)
    shift.left = t
    shift.destination = t
    shift.right = .immediate
    shift.immediate = 63
    builder.append(shift)
    move(operandSize, .rdx, t)
  }

  mutating func xlat() {
    let t = builder.temporary()
    var low = Operation(.zeroExtend, width: 8)
    low.selector = 1
    low.left = .rax
    low.destination = t
    builder.append(low)
    var m = MemoryOperand(base: .rbx)
    m.index = t
    m.mode = i.segment << 2 | (i.addressSize == 4 ? 32 : i.addressSize == 2 ? 64 : 0)
    let value = load(1, m)
    move(1, .rax, value)
  }

  // MARK: Stack

  mutating func pushValue(_ value: Value, _ width: UInt8) {
    store(width, stackTop(-Int64(width)), value)
    adjustStack(-Int64(width))
  }

  mutating func push() {
    let from = kind(0)
    if isImmediate(from) {
      var op = Operation(.store, width: operandSize)
      op.left = .immediate
      op.immediate = i.immediate
      op.memory = stackTop(-Int64(operandSize))
      builder.append(op)
      adjustStack(-Int64(operandSize))
    } else {
      pushValue(read(from), operandSize)
    }
  }

  mutating func pop() {
    let to = kind(0)
    let size = Int64(operandSize)
    if let number = registerNumber(to) {
      if number == 4 {
        let t = load(operandSize, stackTop())
        adjustStack(size)
        move(operandSize, .rsp, t)
      } else {
        var op = Operation(.load, width: operandSize)
        op.destination = .register(number)
        op.memory = stackTop()
        builder.append(op)
        adjustStack(size)
      }
      return
    }
    let t = load(operandSize, stackTop())
    var m = memory
    // The address is formed after RSP has moved.
    if m.base == .rsp { m.displacement &+= size }
    store(operandSize, m, t)
    adjustStack(size)
  }

  mutating func pushSegment() {
    let number: UInt8 =
      switch i.opcode {
      case 0x06: 0
      case 0x0E: 1
      case 0x16: 2
      case 0x1E: 3
      case 0xA0: 4
      default: 5
      }
    let t = builder.temporary()
    system(.readSegment, destination: t, right: number)
    // A 32-bit push of a segment register writes 16 bits and leaves the rest of the slot.
    store(operandSize == 4 ? 2 : operandSize, stackTop(-Int64(operandSize)), t)
    adjustStack(-Int64(operandSize))
  }

  mutating func popSegment() {
    let number: UInt8 =
      switch i.opcode {
      case 0x07: 0
      case 0x17: 2
      case 0x1F: 3
      case 0xA1: 4
      default: 5
      }
    let t = load(operandSize, stackTop())
    system(.writeSegment, left: t, right: number)
    adjustStack(Int64(operandSize))
  }

  mutating func pusha() {
    let size = Int64(operandSize)
    for n in 0..<8 {
      store(operandSize, stackTop(-size * Int64(n + 1)), .register(UInt8(n)))
    }
    adjustStack(-size * 8)
  }

  mutating func popa() {
    let size = Int64(operandSize)
    var values: (Value, Value, Value, Value, Value, Value, Value, Value) = (
      .none, .none, .none, .none, .none, .none, .none, .none
    )
    withUnsafeMutableBytes(of: &values) { raw in
      // From the top of the stack up, which decides where a fault is.
      for n in (0..<8).reversed() {
        raw[n] = load(operandSize, stackTop(size * Int64(7 - n))).raw
      }
    }
    withUnsafeBytes(of: &values) { raw in
      for n in 0..<8 where n != 4 {
        move(operandSize, .register(UInt8(n)), Value(raw: raw[n]))
      }
    }
    adjustStack(size * 8)
  }

  mutating func pushf() {
    let t = builder.temporary()
    var op = Operation(.readFlags, width: operandSize)
    op.destination = t
    builder.append(op)
    pushValue(t, operandSize)
  }

  mutating func popf() {
    let t = load(operandSize, stackTop())
    var op = Operation(.writeFlags, width: operandSize, flags: .all)
    op.left = t
    // CF PF AF ZF SF TF IF DF OF IOPL NT, and with 32 bits or more AC and ID.
    op.immediate = operandSize == 2 ? 0x7FD5 : 0x24_7FD5
    builder.append(op)
    adjustStack(Int64(operandSize))
    // TF may have been set: whether to trap is decided between blocks.
    jump(to: nextAddress)
  }

  mutating func leave() {
    var m = MemoryOperand(base: .rbp)
    if mode != .long64 { m.mode = 32 }
    let t = load(operandSize, m)
    move(stackWidth, .rsp, .rbp)
    adjustStack(Int64(operandSize))
    move(operandSize, .rbp, t)
  }

  mutating func enter() {
    let size = Int64(operandSize)
    let level = i.immediate2 & 31
    let frame = builder.temporary()
    store(operandSize, stackTop(-size), .rbp)
    if level > 0 {
      let t = builder.temporary()
      for n in 1..<max(level, 1) {
        var m = MemoryOperand(base: .rbp, displacement: -size * n)
        if mode != .long64 { m.mode = 32 }
        var op = Operation(.load, width: operandSize)
        op.destination = t
        op.memory = m
        builder.append(op)
        store(operandSize, stackTop(-size * (n + 1)), t)
      }
    }
    var address = Operation(.address, width: stackWidth)
    address.destination = frame
    address.memory = stackTop(-size)
    builder.append(address)
    if level > 0 { store(operandSize, stackTop(-size * (level + 1)), frame) }
    // The new stack must be writable before anything is committed: touched, and left as it is.
    var touch = Operation(.or, width: operandSize)
    touch.right = .immediate
    touch.memory = stackTop(-size * (level + 1) - i.immediate)
    touch.attributes = .memoryDestination
    builder.append(touch)
    adjustStack(-size * (level + 1) - i.immediate)
    move(operandSize, .rbp, frame)
  }

  mutating func lahf() {
    let t = builder.temporary()
    var op = Operation(.readFlags, width: 2)
    op.destination = t
    builder.append(op)
    var insert = Operation(.insertHighByte, width: 1)
    insert.destination = .rax
    insert.left = t
    builder.append(insert)
  }

  mutating func sahf() {
    let t = builder.temporary()
    var extract = Operation(.extractHighByte, width: 1)
    extract.destination = t
    extract.left = .rax
    builder.append(extract)
    var op = Operation(.writeFlags, width: 1, flags: [.carry, .parity, .adjust, .zero, .sign])
    op.left = t
    op.immediate = 0xD5
    builder.append(op)
  }
}
