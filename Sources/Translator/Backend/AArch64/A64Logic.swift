/// AND, OR, XOR and their kin of 4 and 8 bytes.
extension A64Emitter {
  mutating func logic(
    _ o: Operation, _ d: A64Register, _ left: A64Register, _ right: Operand, _ is64: Bool
  ) {
    let need = self.need
    if let shifted {
      self.shifted = nil
      willWrite(o.destination)
      let kind: A64Assembler.Logic =
        o.opcode == .or ? .or : o.opcode == .xor ? .exclusiveOr : .and
      a.logic(
        kind, d, register(o.right), shifted.register, shift: shifted.kind, by: shifted.count,
        is64: is64)
      if !need.isEmpty { flagsOfResult(d, is64) }
      return
    }
    // TEST of a register with itself, for a branch: no code of its own.
    if o.opcode == .and, d == .zero, o.left == o.right, isOnlyForBranch([.zero, .sign]),
      o.left.isRegister
    {
      form = .result(left, is64: is64)
      return
    }
    if o.opcode == .xor && o.left == o.right && o.left.isStored { return zero(o, d, is64) }
    let needsParity = !need.isDisjoint(with: [.parity])
    let isForFlags = d == .zero
    let isLost = !o.attributes.isDisjoint(with: [.memoryLeft, .memoryRight])
    if isForFlags && need.isEmpty && (o.flags.isEmpty || !isLost) { return }
    willWrite(o.destination)
    let isFree = o.opcode == .and && need.isEmpty && !o.flags.isEmpty && !isInRun
    if isFree { madeFlags = [.carry, .zero, .sign, .overflow] }
    if isFree && isForFlags { madeFlags.insert(.parity) }
    if isFree || o.opcode == .and && !need.isEmpty && !need.contains(.carry) {
      let to = isForFlags && (needsParity || isFree) ? A64Map.parity : d
      bitwise(.andFlags, to, left, right, inverted: false, is64)
      if needsParity && to != A64Map.parity { a.move(A64Map.parity, to) }
      form = .logic
      return
    }
    if isForFlags, o.opcode == .and, o.left == o.right, o.left.isRegister {
      a.addImmediate(
        needsParity ? A64Map.parity : .zero, left, 0, subtract: true, flags: true, is64: is64)
      form = .canonical
      return
    }
    let to = isForFlags ? A64Map.parity : d
    let kind: A64Assembler.Logic =
      o.opcode == .or ? .or : o.opcode == .xor ? .exclusiveOr : .and
    bitwise(kind, to, left, right, inverted: o.opcode == .andNot, is64)
    guard !need.isEmpty else { return }
    flagsOfResult(to, is64)
  }

  /// N and Z of a result, with CF and OF clear; PF if it is needed.
  mutating func flagsOfResult(_ r: A64Register, _ is64: Bool) {
    let needsParity = need.contains(.parity) && r != A64Map.parity
    if isOnlyForBranch([.zero, .sign]) && r != A64Map.other && r != A64Map.scratch {
      if needsParity { a.move(A64Map.parity, r) }
      form = .result(r, is64: is64)
      return
    }
    a.addImmediate(
      needsParity ? A64Map.parity : .zero, r, 0, subtract: true, flags: true, is64: is64)
    form = .canonical
  }

  private mutating func zero(_ o: Operation, _ d: A64Register, _ is64: Bool) {
    willWrite(o.destination)
    if d != .zero {
      if isForDivision(o) { owesZero = true } else { a.moveWide(d, 0, is64: false) }
      if o.destination.isRegister { zeroes |= 1 << UInt32(o.destination.raw) }
    }
    guard !need.isEmpty else { return }
    if need.contains(.parity) { a.move(A64Map.parity, .zero) }
    a.add(.zero, .zero, .zero, subtract: true, flags: true)
    form = .canonical
  }

  /// `xor edx, edx` in front of a division that overwrites RDX, unless it is left for the interpreter
  /// because of its divisor.
  private func isForDivision(_ o: Operation) -> Bool {
    guard o.destination == .rdx, need.isEmpty, n == boundary + 1,
      n + 2 < Int(block.operationCount), ops[n + 1].opcode == .boundary,
      !plan.isInterpreted[n + 1], plan.counts.pointee.undos < A64Plan.undoCapacity
    else { return false }
    let next = ops[n + 2]
    return next.opcode == .divideUnsigned && next.attributes.isEmpty && next.right.isRegister
      && next.right != .rdx
  }

  mutating func bitwise(
    _ kind: A64Assembler.Logic, _ d: A64Register, _ left: A64Register, _ right: Operand,
    inverted: Bool, _ is64: Bool
  ) {
    if case .constant(let value) = right {
      let mask: UInt64 = is64 ? ~0 : 0xFFFF_FFFF
      if kind == .or && value == mask {
        a.moveWide(d, 0, inverted: true, is64: is64)
        return
      }
      if kind == .exclusiveOr && value == mask {
        return a.logic(.or, d, .zero, left, inverted: true, is64: is64)
      }
      if !inverted, let pattern = A64Immediate.logical(value, is64: is64) {
        if d.number != 31 || kind == .andFlags {
          return a.logicImmediate(kind, d, left, pattern: pattern, is64: is64)
        }
      }
    }
    let b = inRegister(right, A64Map.scratch)
    if inverted {
      // ANDN: not left, and right.
      a.logic(kind, d, b, left, inverted: true, is64: is64)
    } else {
      a.logic(kind, d, left, b, is64: is64)
    }
  }
}
