/// SSE: the host executes what the guest would have. VEX forms, MMX and vector temporaries are
/// interpreted.
extension X86_64BackEnd {
  private mutating func isXMM(_ value: Value) -> Bool { value.raw < 16 }

  private mutating func isLegacy(_ op: Operation) -> Bool {
    op.width == 16 && !op.attributes.contains(.zeroUpper)
  }

  /// The right operand: a register, or memory.
  private mutating func vectorRight(_ op: Operation) -> X86Operand {
    if op.attributes.contains(.memoryRight) { return address(op) }
    if !isXMM(op.right) { failed = true }
    return .register(op.right.raw)
  }

  private mutating func encoding(_ op: Operation) -> VectorEncodings.Entry? {
    vectorEncodings.entry(UInt16(truncatingIfNeeded: op.immediate >> 16), host)
  }

  mutating func vector(_ op: Operation) {
    guard isLegacy(op), isXMM(op.destination), let entry = encoding(op) else {
      failed = true
      return
    }
    let immediate = UInt8(truncatingIfNeeded: op.immediate)
    if entry.isShift {
      guard op.destination == op.left else {
        failed = true
        return
      }
      b.instruction(
        entry.opcode, width: 4, reg: entry.number, .register(op.destination.raw), trailing: 1)
      return b.byte(immediate)
    }
    guard op.left == .none || op.left == op.destination, op.third == .none || op.third.raw == 0
    else {
      failed = true
      return
    }
    let right = vectorRight(op)
    b.instruction(
      entry.opcode, width: 4, reg: op.destination.raw, right, trailing: entry.hasImmediate ? 1 : 0)
    if entry.hasImmediate { b.byte(immediate) }
  }

  mutating func vectorFlags(_ op: Operation, _ n: Int) {
    guard isLegacy(op), isXMM(op.left), let entry = encoding(op), mayChange(.all, n) else {
      failed = true
      return
    }
    let right = vectorRight(op)
    b.instruction(entry.opcode, width: 4, reg: op.left.raw, right)
  }

  // MARK: Moves

  mutating func vectorLoad(_ op: Operation, _ n: Int, _ end: Int) -> Int {
    guard !op.attributes.contains(.zeroUpper) else {
      failed = true
      return n + 1
    }
    if !isXMM(op.destination) {
      // MOVLPS and MOVHPS: a load and a merge.
      let next = ops + n + 1
      guard n + 1 < end, op.selector == 8, next.pointee.opcode == .vectorMove,
        next.pointee.right == op.destination, next.pointee.destination == next.pointee.left,
        isXMM(next.pointee.destination),
        let kind = VectorMove(rawValue: next.pointee.selector),
        kind == .lowerHalf || kind == .upperHalf
      else {
        failed = true
        return n + 1
      }
      let from = address(op)
      b.instruction(
        X86Opcode(kind == .lowerHalf ? 0x12 : 0x16, map: 1), width: 4,
        reg: next.pointee.destination.raw, from)
      return n + 2
    }
    let from = address(op)
    let opcode: X86Opcode
    switch op.selector {
    case 4: opcode = X86Opcode(0x10, map: 1, prefix: 0xF3)
    case 8: opcode = X86Opcode(0x10, map: 1, prefix: 0xF2)
    case 16: opcode = X86Opcode(op.attributes.contains(.aligned) ? 0x28 : 0x10, map: 1)
    default:
      failed = true
      return n + 1
    }
    b.instruction(opcode, width: 4, reg: op.destination.raw, from)
    return n + 1
  }

  mutating func vectorStore(_ op: Operation) {
    guard !op.attributes.contains(.zeroUpper), isXMM(op.left) else {
      failed = true
      return
    }
    let to = address(op)
    let opcode: X86Opcode
    switch op.selector {
    case 4: opcode = X86Opcode(0x11, map: 1, prefix: 0xF3)
    case 8:
      opcode =
        op.immediate == 1 ? X86Opcode(0x17, map: 1) : X86Opcode(0x11, map: 1, prefix: 0xF2)
    case 16: opcode = X86Opcode(op.attributes.contains(.aligned) ? 0x29 : 0x11, map: 1)
    default:
      failed = true
      return
    }
    b.instruction(opcode, width: 4, reg: op.left.raw, to)
  }

  mutating func vectorMove(_ op: Operation) {
    let to = op.destination
    guard isLegacy(op), isXMM(to), isXMM(op.left), let kind = VectorMove(rawValue: op.selector)
    else {
      failed = true
      return
    }
    switch kind {
    case .whole: return registers(X86Opcode(0x28, map: 1), to, op.left)
    case .low8: return registers(X86Opcode(0x7E, map: 1, prefix: 0xF3), to, op.left)
    default: break
    }
    guard op.left == to, isXMM(op.right) else {
      failed = true
      return
    }
    switch kind {
    case .mergeLow4: registers(X86Opcode(0x10, map: 1, prefix: 0xF3), to, op.right)
    case .mergeLow8, .lowerHalf: registers(X86Opcode(0x10, map: 1, prefix: 0xF2), to, op.right)
    case .upperHalf: registers(X86Opcode(0x16, map: 1), to, op.right)
    default: registers(X86Opcode(0x12, map: 1), to, op.right)
    }
  }

  private mutating func registers(_ opcode: X86Opcode, _ to: Value, _ from: Value) {
    b.instruction(opcode, width: 4, reg: to.raw, .register(from.raw))
  }

  // MARK: General registers

  mutating func vectorToGeneral(_ op: Operation) {
    guard isXMM(op.left), !op.attributes.contains(.zeroUpper) else {
      failed = true
      return
    }
    let to = op.destination
    switch VectorToGeneral(rawValue: op.selector) {
    case .low where op.width == 4 || op.width == 8:
      let register = target(to, keepsOld: false)
      b.instruction(
        X86Opcode(0x7E, map: 1, prefix: 0x66), width: op.width, reg: op.left.raw,
        .register(register))
      finish(to, register)
    case .lane: extractLane(op)
    case .operation: operationToGeneral(op)
    default: failed = true
    }
  }

  private mutating func extractLane(_ op: Operation) {
    let isWord = op.width == 2
    guard isWord || host.has(.sse41) else {
      failed = true
      return
    }
    let register = target(op.destination, keepsOld: false)
    if isWord {
      b.instruction(
        X86Opcode(0xC5, map: 1, prefix: 0x66), width: 4, reg: register,
        .register(op.left.raw), trailing: 1)
    } else {
      b.instruction(
        X86Opcode(op.width == 1 ? 0x14 : 0x16, map: 3, prefix: 0x66), width: op.width == 8 ? 8 : 4,
        reg: op.left.raw, .register(register), trailing: 1)
    }
    b.byte(UInt8(truncatingIfNeeded: op.immediate))
    finish(op.destination, register)
  }

  /// MOVMSK and conversions to an integer; the 64-bit conversions follow the 32-bit ones, four on.
  private mutating func operationToGeneral(_ op: Operation) {
    var number = UInt16(truncatingIfNeeded: op.immediate >> 16)
    var width: UInt8 = 4
    if number >= VectorOp.cvtss2siq.rawValue && number <= VectorOp.cvttsd2siq.rawValue {
      number -= 4
      width = 8
    }
    guard op.width == 16, let entry = vectorEncodings.entry(number, host) else {
      failed = true
      return
    }
    let register = target(op.destination, keepsOld: false)
    b.instruction(entry.opcode, width: width, reg: register, .register(op.left.raw))
    finish(op.destination, register)
  }

  mutating func vectorFromGeneral(_ op: Operation) {
    guard isLegacy(op), isXMM(op.destination) else {
      failed = true
      return
    }
    switch VectorFromGeneral(rawValue: op.selector) {
    case .low:
      b.instruction(
        X86Opcode(0x6E, map: 1, prefix: 0x66), width: 8, reg: op.destination.raw,
        source(op.right))
    case .lane: insertLane(op)
    case .operation:
      var number = UInt16(truncatingIfNeeded: op.immediate >> 16)
      var width: UInt8 = 4
      if number == VectorOp.cvtsi2ssq.rawValue || number == VectorOp.cvtsi2sdq.rawValue {
        number -= 2
        width = 8
      }
      guard op.left == op.destination, let entry = vectorEncodings.entry(number, host) else {
        failed = true
        return
      }
      b.instruction(entry.opcode, width: width, reg: op.destination.raw, source(op.right))
    default: failed = true
    }
  }

  private mutating func insertLane(_ op: Operation) {
    let size = UInt8(truncatingIfNeeded: op.immediate >> 8)
    guard op.left == op.destination, size == 2 || host.has(.sse41) else {
      failed = true
      return
    }
    let opcode =
      size == 2
      ? X86Opcode(0xC4, map: 1, prefix: 0x66)
      : X86Opcode(size == 1 ? 0x20 : 0x22, map: 3, prefix: 0x66)
    let from = register(op.right)
    b.instruction(
      opcode, width: size == 8 ? 8 : 4, reg: op.destination.raw, .register(from), trailing: 1)
    b.byte(UInt8(truncatingIfNeeded: op.immediate))
  }
}
