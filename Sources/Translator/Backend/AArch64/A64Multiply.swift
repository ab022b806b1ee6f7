/// Multiplication and division.
extension A64Emitter {
  /// dst = left × right; nobody reads CF or OF.
  mutating func multiply() {
    let o = op.pointee
    let is64 = o.width == 8
    var left = A64Map.other
    if o.attributes.contains(.memoryLeft) {
      left = loadTarget(.left)
      access(.load(bytes: UInt32(o.width)), left.number, o, bytes: UInt32(o.width))
    } else {
      left = register(o.left)
    }
    var right: A64Register
    if o.attributes.contains(.memoryRight) {
      right = loadTarget(.right)
      access(.load(bytes: UInt32(o.width)), right.number, o, bytes: UInt32(o.width))
    } else if let value = known(o.right) {
      right = inRegister(.constant(mask(value, o.width)), A64Map.scratch)
    } else {
      right = register(o.right)
    }
    save(left: left, right: .register(right))
    willWrite(o.destination)
    let d = A64Map.register(o.destination)
    a.multiplyAdd(d, left, right, is64: is64)
    if !need.isEmpty { flagsOfResult(d, is64) }
  }

  /// third:dst = RAX × right, or RDX × right without flags.
  mutating func multiplyWide() {
    let o = op.pointee
    let isSigned = o.opcode == .multiplyWideSigned
    let left = A64Map.register(o.opcode == .multiplyNoFlags ? .rdx : .rax)
    let right = inRegister(rightOperand(o), A64Map.other)
    let low = A64Map.register(o.destination)
    let high = A64Map.register(o.third)
    willWrite(o.destination)
    willWrite(o.third)
    if o.width == 4 {
      a.multiplyLong(A64Map.scratch, left, right, signed: isSigned)
      a.move(low, A64Map.scratch, is64: false)
      a.shift(.right, high, A64Map.scratch, by: 32)
    } else if high != left && high != right && high != low {
      a.multiplyHigh(high, left, right, signed: isSigned)
      a.multiplyAdd(low, left, right)
    } else {
      a.multiplyHigh(A64Map.scratch, left, right, signed: isSigned)
      a.multiplyAdd(low, left, right)
      a.move(high, A64Map.scratch)
    }
    save(left: low, result: high)
    if !need.isEmpty { flagsOfResult(low, o.width == 8) }
  }

  /// What does not fit or divides by zero is left to the interpreter.
  mutating func divide() {
    let o = op.pointee
    let isSigned = o.opcode == .divideSigned
    var divisor = A64Map.other
    if o.attributes.contains(.memoryRight) {
      access(.load(bytes: UInt32(o.width)), divisor.number, o, bytes: UInt32(o.width))
    } else {
      divisor = register(o.right)
    }
    // What is left for the interpreter comes back with all flags where blocks have them.
    canonicalize(plan.hard[n].union(plan.asked[boundary]))
    leaveToInterpret(ifZero: divisor, is64: o.width == 8)
    if owesZero {
      // RDX was left as it is, for it is about to be overwritten; where that does not happen it is
      // zero.
      let exit = plan.counts.pointee.exits - 1
      plan.exits[exit].firstUndo = plan.counts.pointee.undos
      plan.exits[exit].undoCount = 1
      plan.undos[plan.counts.pointee.undos] = A64Undo(register: Value.rdx.raw, isZeroed: true)
      plan.counts.pointee.undos += 1
      owesZero = false
    }
    if o.width == 8 { divideWide(divisor, isSigned) } else { divideNarrow(divisor, isSigned) }
    willWrite(.rax)
    willWrite(.rdx)
    // SDM: a division leaves all flags undefined.
    meaningless = .all
  }

  private mutating func divideNarrow(_ divisor: A64Register, _ isSigned: Bool) {
    let rax = A64Map.register(.rax)
    let rdx = A64Map.register(.rdx)
    let quotient = A64Map.scratch
    if !isSigned && zeroes & 4 != 0 {
      a.divide(quotient, rax, divisor, signed: false, is64: false)
      a.multiplyAdd(rdx, quotient, divisor, rax, subtract: true, is64: false)
      a.move(rax, quotient, is64: false)
      return
    }
    let dividend = A64Map.third
    if isSigned && signInRDX == 4 {
      a.signExtend(dividend, rax, bytes: 4)
    } else {
      a.move(dividend, rax, is64: false)
      a.insert(dividend, rdx, bit: 32, width: 32)
    }
    var d = divisor
    if isSigned {
      a.signExtend(A64Map.other, divisor, bytes: 4)
      d = A64Map.other
    } else if divisor != A64Map.other {
      // The upper half of a register may hold anything in 32-bit operations on memory only; a
      // general register is taken at its low half.
      a.move(A64Map.other, divisor, is64: false)
      d = A64Map.other
    }
    a.divide(quotient, dividend, d, signed: isSigned)
    // The quotient must be 32 bits.
    let excess = A64Map.lastTemporary
    if isSigned {
      a.signExtend(excess, quotient, bytes: 4)
      a.logic(.exclusiveOr, excess, excess, quotient)
    } else {
      a.shift(.right, excess, quotient, by: 32)
    }
    leaveToInterpret(ifNotZero: excess)
    a.multiplyAdd(rdx, quotient, d, dividend, subtract: true, is64: false)
    a.move(rax, quotient, is64: false)
  }

  private mutating func divideWide(_ divisor: A64Register, _ isSigned: Bool) {
    if isSigned {
      return signInRDX == 8 ? divideSignExtended(divisor) : divideLongSigned(divisor)
    }
    if zeroes & 4 == 0 { divideLong(divisor) } else { quotientAndRemainder(divisor, false) }
  }

  /// RDX is RAX's sign.
  private mutating func divideSignExtended(_ divisor: A64Register) {
    let rax = A64Map.register(.rax)
    // −2⁶³ / −1 does not fit: both are their own negatives' doubles.
    a.addImmediate(A64Map.third, divisor, 1)
    let over = a.count
    a.compareBranch(A64Map.third, isZero: false, is64: true)
    a.logicImmediate(
      .exclusiveOr, A64Map.third, rax, pattern: A64Immediate.logical(1 << 63, is64: true) ?? 0)
    leaveToInterpret(ifZero: A64Map.third, is64: true)
    a.patch(over, to: a.count)
    quotientAndRemainder(divisor, true)
  }

  private mutating func quotientAndRemainder(_ divisor: A64Register, _ isSigned: Bool) {
    let rax = A64Map.register(.rax)
    let rdx = A64Map.register(.rdx)
    let quotient = A64Map.scratch
    a.divide(quotient, rax, divisor, signed: isSigned)
    if divisor == rdx {
      a.multiplyAdd(A64Map.third, quotient, divisor, rax, subtract: true)
      a.move(rdx, A64Map.third)
    } else {
      a.multiplyAdd(rdx, quotient, divisor, rax, subtract: true)
    }
    a.move(rax, quotient)
  }

  /// 128 bits by 64, unsigned. RDX is mostly zero all the same.
  private mutating func divideLong(_ divisor: A64Register) {
    let short = a.count
    a.compareBranch(A64Map.register(.rdx), isZero: true, is64: true)
    callDivision(layout.stubs.divide, divisor)
    let over = a.count
    a.branch()
    a.patch(short, to: a.count)
    quotientAndRemainder(divisor, false)
    a.patch(over, to: a.count)
  }

  /// 128 bits by 64, signed. RDX is mostly RAX's sign all the same.
  private mutating func divideLongSigned(_ divisor: A64Register) {
    a.logic(
      .exclusiveOr, A64Map.third, A64Map.register(.rdx), A64Map.register(.rax),
      shift: .arithmetic, by: 63)
    let short = a.count
    a.compareBranch(A64Map.third, isZero: true, is64: true)
    callDivision(layout.stubs.divideSigned, divisor)
    let over = a.count
    a.branch()
    a.patch(short, to: a.count)
    divideSignExtended(divisor)
    a.patch(over, to: a.count)
  }

  private mutating func callDivision(_ stub: UInt32, _ divisor: A64Register) {
    a.move(A64Map.scratch, divisor)
    let at = layout.base &+ UInt64(stub)
    a.branchLink(by: Int32(truncatingIfNeeded: Int64(bitPattern: at &- address(of: a.count)) / 4))
    leaveToInterpret(ifNotZero: A64Map.other)
  }
}
