internal import CTranslator

/// Integer arithmetic with x86 flags.
extension Interpreter {
  mutating func operandRight(_ op: Operation, _ value: inout UInt64, width: UInt8) -> Bool {
    if op.attributes.contains(.memoryRight) { return load(op, &value, width: width) }
    if op.right == .immediate {
      value = UInt64(bitPattern: op.immediate)
    } else if op.right != .none {
      value = r[Int(op.right.raw)]
    }
    return true
  }

  mutating func arithmetic(_ op: Operation) -> Outcome {
    var a: UInt64 = 0
    var b: UInt64 = 0
    let inMemory = !op.attributes.isDisjoint(with: [.memoryDestination, .memoryLeft])
    if inMemory {
      guard load(op, &a) else {
        return memoryFault(write: op.attributes.contains(.memoryDestination))
      }
    } else if op.left.isStored {
      a = r[Int(op.left.raw)]
    }
    let rightWidth = op.opcode == .crc32 ? op.selector : op.width
    guard operandRight(op, &b, width: rightWidth) else { return memoryFault(write: false) }

    let mask = widthMask(op.width)
    a &= mask
    b &= op.opcode == .crc32 ? widthMask(op.selector) : mask
    var result: UInt64 = 0
    var flags: UInt64 = 0
    var changed = Flag.mask(op.flags)
    let keeps = compute(op, a, b, mask, &result, &flags, &changed)

    if op.attributes.contains(.memoryDestination) {
      guard store(op, result) else { return memoryFault(write: true) }
    } else if op.destination != .none && !keeps {
      writeResult(op, result)
    }
    state.pointee.rflags = state.pointee.rflags & ~changed | flags & changed
    return .next
  }

  /// Result and flags of one operation. `changed` may shrink (a zero shift count changes none).
  /// Returns true if the destination stays as it is.
  private func compute(
    _ op: Operation, _ a: UInt64, _ b: UInt64, _ mask: UInt64, _ result: inout UInt64,
    _ flags: inout UInt64, _ changed: inout UInt64
  ) -> Bool {
    let carry = state.pointee.rflags & Flag.carry
    switch op.opcode {
    case .add: addition(a, b, 0, mask, op.width, &result, &flags)
    case .addCarry: addition(a, b, carry, mask, op.width, &result, &flags)
    case .subtract: subtraction(a, b, 0, mask, op.width, &result, &flags)
    case .subtractBorrow: subtraction(a, b, carry, mask, op.width, &result, &flags)
    case .increment: addition(a, 1, 0, mask, op.width, &result, &flags)
    case .decrement: subtraction(a, 1, 0, mask, op.width, &result, &flags)
    case .negate: subtraction(0, a, 0, mask, op.width, &result, &flags)
    case .not: result = ~a & mask
    case .and: logic(a & b, op.width, &result, &flags)
    case .or: logic(a | b, op.width, &result, &flags)
    case .xor: logic(a ^ b, op.width, &result, &flags)
    case .andNot: logic(~a & b & mask, op.width, &result, &flags)
    case .multiply: multiply(op, a, b, mask, &result, &flags)
    case .shiftLeft, .shiftRight, .shiftArithmetic:
      shift(op, a, b, mask, &result, &flags, &changed)
    case .rotateLeft, .rotateRight: rotate(op, a, b, mask, &result, &flags, &changed)
    case .rotateCarryLeft, .rotateCarryRight:
      rotateCarry(op, a, b, carry, mask, &result, &flags, &changed)
    case .shiftLeftDouble, .shiftRightDouble:
      return shiftDouble(op, a, b, mask, &result, &flags, &changed)
    case .addCarryOnly:
      addition(a, b, carry, mask, op.width, &result, &flags)
    case .addOverflowOnly:
      let overflow: UInt64 = state.pointee.rflags & Flag.overflow != 0 ? 1 : 0
      addition(a, b, overflow, mask, op.width, &result, &flags)
      flags = flags & Flag.carry != 0 ? Flag.overflow : 0
    case .crc32: result = crc32(UInt32(truncatingIfNeeded: a), b, op.selector)
    default: return bits(op, a, b, mask, &result, &flags)
    }
    return false
  }

  // MARK: Flags

  /// SF, ZF and PF of a result.
  @inline(__always)
  func resultFlags(_ result: UInt64, _ width: UInt8) -> UInt64 {
    var f: UInt64 = result == 0 ? Flag.zero : 0
    f |= (result >> (UInt64(width) &* 8 &- 1) & 1) << 7
    if UInt8(truncatingIfNeeded: result).nonzeroBitCount & 1 == 0 { f |= Flag.parity }
    return f
  }

  @inline(__always)
  private func addition(
    _ a: UInt64, _ b: UInt64, _ carry: UInt64, _ mask: UInt64, _ width: UInt8,
    _ result: inout UInt64, _ flags: inout UInt64
  ) {
    let sum = (a &+ b &+ carry) & mask
    result = sum
    let top = UInt64(width) &* 8 &- 1
    let carryOut = (a & b | (a | b) & ~sum) >> top & 1
    flags = carryOut | (a ^ b ^ sum) & Flag.adjust | resultFlags(sum, width)
    flags |= (((a ^ sum) & (b ^ sum)) >> top & 1) << 11
  }

  @inline(__always)
  private func subtraction(
    _ a: UInt64, _ b: UInt64, _ borrow: UInt64, _ mask: UInt64, _ width: UInt8,
    _ result: inout UInt64, _ flags: inout UInt64
  ) {
    let difference = (a &- b &- borrow) & mask
    result = difference
    let top = UInt64(width) &* 8 &- 1
    let borrowOut = (~a & b | (~a | b) & difference) >> top & 1
    flags = borrowOut | (a ^ b ^ difference) & Flag.adjust | resultFlags(difference, width)
    flags |= (((a ^ b) & (a ^ difference)) >> top & 1) << 11
  }

  @inline(__always)
  private func logic(
    _ value: UInt64, _ width: UInt8, _ result: inout UInt64, _ flags: inout UInt64
  ) {
    result = value
    flags = resultFlags(value, width)
  }

  private func multiply(
    _ op: Operation, _ a: UInt64, _ b: UInt64, _ mask: UInt64, _ result: inout UInt64,
    _ flags: inout UInt64
  ) {
    let x = Int64(bitPattern: signExtend(a, op.width))
    let y = Int64(bitPattern: signExtend(b, op.width))
    let (low, overflow) = x.multipliedReportingOverflow(by: y)
    result = UInt64(bitPattern: low) & mask
    let truncated = overflow || Int64(bitPattern: signExtend(result, op.width)) != low
    flags =
      resultFlags(result, op.width) & ~Flag.zero | (truncated ? Flag.carry | Flag.overflow : 0)
  }

  mutating func multiplyWide(_ op: Operation) -> Outcome {
    var b: UInt64 = 0
    guard operandRight(op, &b, width: op.width) else { return memoryFault(write: false) }
    let mask = widthMask(op.width)
    let a = (op.opcode == .multiplyNoFlags ? r[2] : r[0]) & mask
    b &= mask
    let bits = UInt64(op.width) &* 8
    var low: UInt64
    var high: UInt64
    let truncated: Bool
    if op.opcode == .multiplyWideSigned {
      let full = Int64(bitPattern: signExtend(a, op.width)).multipliedFullWidth(
        by: Int64(bitPattern: signExtend(b, op.width)))
      low = full.low & mask
      high = op.width == 8 ? UInt64(bitPattern: full.high) : full.low >> bits & mask
      truncated = high != (signExtend(low, op.width) >> 63 == 0 ? 0 : mask)
    } else {
      let full = a.multipliedFullWidth(by: b)
      low = full.low & mask
      high = op.width == 8 ? full.high : full.low >> bits & mask
      truncated = high != 0
    }
    if op.width == 1 {
      write(.rax, 2, low | high << 8)
    } else {
      write(op.destination, op.width, low)
      write(op.third, op.width, high)
    }
    let changed = Flag.mask(op.flags)
    let flags = (truncated ? Flag.carry | Flag.overflow : 0) | resultFlags(low, op.width)
    state.pointee.rflags = state.pointee.rflags & ~changed | flags & changed
    return .next
  }

  mutating func divideUnsigned(_ op: Operation) -> Outcome {
    var d: UInt64 = 0
    guard operandRight(op, &d, width: op.width) else { return memoryFault(write: false) }
    let mask = widthMask(op.width)
    d &= mask
    guard d != 0 else { return fault(0) }
    if op.width == 8 {
      guard r[2] < d else { return fault(0) }
      let (q, m) = d.dividingFullWidth((r[2], r[0]))
      r[0] = q
      r[2] = m
      return .next
    }
    let bits = UInt64(op.width) &* 8
    let n = op.width == 1 ? r[0] & 0xFFFF : (r[2] & mask) << bits | r[0] & mask
    let q = n / d
    guard q <= mask else { return fault(0) }
    writeQuotient(op.width, q, n % d)
    return .next
  }

  mutating func divideSigned(_ op: Operation) -> Outcome {
    var raw: UInt64 = 0
    guard operandRight(op, &raw, width: op.width) else { return memoryFault(write: false) }
    let d = Int64(bitPattern: signExtend(raw, op.width))
    guard d != 0 else { return fault(0) }
    let bits = UInt64(op.width) &* 8
    if op.width == 8 {
      let high = Int64(bitPattern: r[2])
      // The magnitude of the quotient must fit before the full-width division is asked.
      let negative = high < 0
      var low = r[0]
      var top = r[2]
      if negative {
        low = ~low &+ 1
        top = ~top &+ (low == 0 ? 1 : 0)
      }
      let m = d.magnitude
      guard top < m else { return fault(0) }
      let (q, rest) = m.dividingFullWidth((top, low))
      let quotientNegative = negative != (d < 0)
      guard q <= (quotientNegative ? 1 << 63 : (1 << 63) - 1) else { return fault(0) }
      r[0] = quotientNegative ? 0 &- q : q
      r[2] = negative ? 0 &- rest : rest
      return .next
    }
    let n =
      op.width == 1
      ? Int64(bitPattern: signExtend(r[0], 2))
      : Int64(
        bitPattern: signExtend(
          (r[2] & widthMask(op.width)) << bits | r[0] & widthMask(op.width), op.width * 2))
    let (q, overflow) = n.dividedReportingOverflow(by: d)
    guard !overflow, Int64(bitPattern: signExtend(UInt64(bitPattern: q), op.width)) == q else {
      return fault(0)
    }
    writeQuotient(op.width, UInt64(bitPattern: q), UInt64(bitPattern: n % d))
    return .next
  }

  private func writeQuotient(_ width: UInt8, _ q: UInt64, _ m: UInt64) {
    if width == 1 {
      write(.rax, 2, q & 0xFF | (m & 0xFF) << 8)
    } else {
      write(.rax, width, q)
      write(.rdx, width, m)
    }
  }
}
