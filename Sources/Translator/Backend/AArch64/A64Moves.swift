/// Moves, extensions and what consumes conditions.
extension A64Emitter {
  mutating func move() {
    let o = op.pointee
    if let value = known(o.left) {
      if o.destination.isTemporary && o.width == 8 {
        constants.values[Int(o.destination.raw) - 16] = value
        constants.pending |= 1 << UInt32(o.destination.raw - 16)
        return
      }
      let masked = mask(value, o.width)
      if o.width >= 4 {
        willWrite(o.destination)
        constant(A64Map.register(o.destination), masked)
        if masked == 0 && o.destination.isRegister { zeroes |= 1 << UInt32(o.destination.raw) }
        return
      }
      let from = inRegister(.constant(masked), A64Map.other)
      return insert(o.destination, from, width: o.width)
    }
    let from = register(o.left)
    if o.width < 4 { return insert(o.destination, from, width: o.width) }
    if isTakenByNext(o) { return }
    if o.width == 8, isOnlyTarget(o.destination) {
      // The push of a return address leaves every register but RSP.
      if o.left.isRegister && o.left != .rsp {
        readyTarget = from
      } else {
        a.move(A64Map.scratch, from)
        readyTarget = A64Map.scratch
      }
      return
    }
    willWrite(o.destination)
    let to = A64Map.register(o.destination)
    if to == from && o.width == 8 { return }
    a.move(to, from, is64: o.width == 8)
  }

  /// `mov d, s` in front of an instruction that only changes d: AArch64 takes s as its operand. That
  /// instruction must not be able to fault, or the move would be missing.
  private func isTakenByNext(_ o: Operation) -> Bool {
    guard o.destination.isRegister, o.left.isRegister, n == boundary + 1,
      n + 2 < Int(block.operationCount), ops[n + 1].opcode == .boundary,
      !plan.isInterpreted[n + 1]
    else { return false }
    let next = ops[n + 2]
    guard next.destination == o.destination, next.left == o.destination, next.width >= 4,
      next.width <= o.width, next.attributes.isEmpty, next.third == .none
    else { return false }
    switch next.opcode {
    case .add, .subtract, .and, .or, .xor, .increment, .decrement, .negate, .not, .multiply,
      .shiftLeft, .shiftRight, .shiftArithmetic, .select, .rotateLeft, .rotateRight:
      break
    default: return false
    }
    // What stands behind it reads the new value; only its own operands are the old one's.
    guard next.right != o.destination || next.right == next.left else { return false }
    plan.retargets[plan.counts.pointee.retargets] = (n + 2, next)
    plan.counts.pointee.retargets += 1
    if next.right == o.destination { ops[n + 2].right = o.left }
    ops[n + 2].left = o.left
    return true
  }

  mutating func address() {
    let o = op.pointee
    let d = A64Map.register(o.destination)
    let is64 = o.width == 8 && o.addressMode & 32 == 0
    if o.width < 4 {
      sum(A64Map.scratch, o, is64: false)
      return insert(o.destination, A64Map.scratch, width: o.width)
    }
    sum(d, o, is64: is64)
    willWrite(o.destination)
  }

  mutating func extractHighByte() {
    let o = op.pointee
    let from = register(o.left)
    willWrite(o.destination)
    a.extract(A64Map.register(o.destination), from, bit: 8, width: 8, is64: false)
  }

  mutating func insertHighByte() {
    let o = op.pointee
    let from = o.left == .none ? A64Register.zero : register(o.left)
    _ = register(o.destination)
    willWrite(o.destination)
    a.insert(A64Map.register(o.destination), from, bit: 8, width: 8)
  }

  mutating func extend() {
    let o = op.pointee
    let from = register(o.left)
    let isSigned = o.opcode == .signExtend
    if o.width < 4 {
      if isSigned {
        a.signExtend(A64Map.other, from, bytes: UInt32(o.selector), is64: false)
      } else {
        a.zeroExtend(A64Map.other, from, bytes: UInt32(o.selector))
      }
      return insert(o.destination, A64Map.other, width: o.width)
    }
    if isSigned && isSignInRDX(o) { return }
    willWrite(o.destination)
    let to = A64Map.register(o.destination)
    if o.selector >= o.width {
      a.move(to, from, is64: o.width == 8)
    } else if isSigned {
      a.signExtend(to, from, bytes: UInt32(o.selector), is64: o.width == 8)
    } else if to != from || o.selector < 4 || o.destination.isRegister {
      a.zeroExtend(to, from, bytes: UInt32(o.selector))
    }
  }

  /// CDQ and CQO: extend, shift, move, made one shift.
  private mutating func isSignInRDX(_ o: Operation) -> Bool {
    guard o.left == .rax, o.destination.isTemporary, n + 2 < Int(block.operationCount),
      ops[n + 1].opcode == .shiftArithmetic, ops[n + 1].immediate == 63,
      ops[n + 1].left == o.destination, ops[n + 2].opcode == .move, ops[n + 2].destination == .rdx,
      ops[n + 2].width == o.selector, o.selector >= 4
    else { return false }
    willWrite(.rdx)
    let is64 = o.selector == 8
    a.shift(
      .arithmetic, A64Map.register(.rdx), A64Map.register(.rax), by: is64 ? 63 : 31, is64: is64)
    signInRDX = o.selector
    skip = 2
    return true
  }

  mutating func swapBytes() {
    let o = op.pointee
    let from = register(o.left)
    if o.width == 2 {
      a.unary(.reverseHalfwords, A64Map.other, from, is64: false)
      if o.destination.isTemporary {
        willWrite(o.destination)
        return a.zeroExtend(A64Map.register(o.destination), A64Map.other, bytes: 2)
      }
      return insert(o.destination, A64Map.other, width: 2)
    }
    willWrite(o.destination)
    a.unary(.reverse, A64Map.register(o.destination), from, is64: o.width == 8)
  }

  // MARK: Conditions

  mutating func setCondition() {
    let o = op.pointee
    let test = form.test(o.selector)
    if let to = wholeByte(o) {
      willWrite(to)
      skip = 1
      return set(A64Map.register(to), test)
    }
    willWrite(o.destination)
    set(A64Map.register(o.destination), test)
  }

  /// The register that takes the bit next, where all of it may be written: it is zero, or the next
  /// instruction clears what lies above its byte.
  private mutating func wholeByte(_ o: Operation) -> Value? {
    guard o.destination.isTemporary, n + 1 < Int(block.operationCount) else { return nil }
    let take = ops[n + 1]
    guard take.opcode == .move, take.width == 1, take.left == o.destination,
      take.destination.isRegister, isDead(o.destination, after: n + 1)
    else { return nil }
    if zeroes >> UInt32(take.destination.raw) & 1 != 0 { return take.destination }
    guard n == boundary + 1, n + 3 < Int(block.operationCount), ops[n + 2].opcode == .boundary,
      !plan.isInterpreted[n + 2]
    else { return nil }
    let next = ops[n + 3]
    guard next.opcode == .zeroExtend, next.selector == 1, next.left == take.destination,
      next.destination == take.destination, next.width >= 4,
      n + 4 >= Int(block.operationCount) || ops[n + 4].opcode == .boundary
    else { return nil }
    plan.isPaired[n + 2] = true
    return take.destination
  }

  /// d = test ? 1 : 0
  private mutating func set(_ d: A64Register, _ test: A64Test) {
    switch test {
    case .never: a.moveWide(d, 0, is64: false)
    case .always: a.moveWide(d, 1, is64: false)
    case .one(let c): a.set(d, if: c)
    case .any(let first, let second):
      a.set(d, if: first)
      a.select(.increment, d, d, .zero, if: second.inverted, is64: false)
    case .all(let first, let second):
      a.set(d, if: first)
      a.select(d, d, .zero, if: second, is64: false)
    case .parity(let isSet):
      parityBit(d)
      if isSet { flip(d) }
    case .zero(let r, let is64, let isZero):
      a.addImmediate(.zero, r, 0, subtract: true, flags: true, is64: is64)
      form = .canonical
      a.set(d, if: isZero ? .equal : .notEqual)
    case .sign(let r, let is64, let isSet):
      a.extract(d, r, bit: is64 ? 63 : 31, width: 1, is64: is64)
      if !isSet { flip(d) }
    }
  }

  private mutating func flip(_ d: A64Register) {
    guard let pattern = A64Immediate.logical(1, is64: false) else { return }
    a.logicImmediate(.exclusiveOr, d, d, pattern: pattern, is64: false)
  }

  /// d = 1 if the low byte of the last result has an odd number of ones, PF is clear.
  mutating func parityBit(_ d: A64Register) {
    let x = A64Map.parity
    a.logic(.exclusiveOr, d, x, x, shift: .right, by: 4, is64: false)
    a.logic(.exclusiveOr, d, d, d, shift: .right, by: 2, is64: false)
    a.logic(.exclusiveOr, d, d, d, shift: .right, by: 1, is64: false)
    if let pattern = A64Immediate.logical(1, is64: false) {
      a.logicImmediate(.and, d, d, pattern: pattern, is64: false)
    }
  }

  mutating func select() {
    let o = op.pointee
    let no = register(o.left)
    let yes = register(o.right)
    let is64 = o.width == 8
    var test = form.test(o.selector)
    // What is not in NZCV is brought there, if NZCV is free for it.
    switch test {
    case .parity, .sign, .zero:
      set(A64Map.other, test)
      // The condition is now that bit, and flags that are still wanted would be lost to a test of
      // it: so the choice is made by masks.
      return selectByBit(o, no, yes, is64)
    default: break
    }
    if o.width < 4 {
      choose(A64Map.other, no, yes, test, is64: false)
      return insert(o.destination, A64Map.other, width: o.width)
    }
    willWrite(o.destination)
    let d = A64Map.register(o.destination)
    if case .all(let first, let second) = test, d == no || d == yes {
      test = .all(first, second)
      choose(A64Map.other, no, yes, test, is64: is64)
      return a.move(d, A64Map.other, is64: is64)
    }
    choose(d, no, yes, test, is64: is64)
  }

  private mutating func choose(
    _ d: A64Register, _ no: A64Register, _ yes: A64Register, _ test: A64Test, is64: Bool
  ) {
    switch test {
    case .always: a.move(d, yes, is64: is64)
    case .one(let c): a.select(d, yes, no, if: c, is64: is64)
    case .any(let first, let second):
      let middle = A64Map.third
      a.select(middle, yes, no, if: first, is64: is64)
      a.select(d, yes, middle, if: second, is64: is64)
    case .all(let first, let second):
      let middle = A64Map.third
      a.select(middle, yes, no, if: first, is64: is64)
      a.select(d, middle, no, if: second, is64: is64)
    default: a.move(d, no, is64: is64)
    }
  }

  /// `A64Map.other` is 1 or 0.
  private mutating func selectByBit(
    _ o: Operation, _ no: A64Register, _ yes: A64Register, _ is64: Bool
  ) {
    // no ^ ((no ^ yes) & −bit)
    let mask = A64Map.other
    a.add(mask, .zero, mask, subtract: true)
    a.logic(.exclusiveOr, A64Map.scratch, no, yes)
    a.logic(.and, mask, mask, A64Map.scratch)
    a.logic(.exclusiveOr, mask, mask, no)
    if o.width < 4 { return insert(o.destination, mask, width: o.width) }
    willWrite(o.destination)
    a.move(A64Map.register(o.destination), mask, is64: is64)
  }
}
