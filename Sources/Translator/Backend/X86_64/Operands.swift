/// Where a temporary of the instruction being written is.
enum TemporaryPlace {
  case nowhere
  case register(UInt8)
  case constant(Int64)
  /// In the state's own slot for it.
  case state
}

/// Values and memory operands of the IR as operands of host instructions.
extension X86_64BackEnd {
  // MARK: Temporaries

  /// Temporaries end with their instruction.
  mutating func forgetTemporaries() {
    while placed != 0 {
      temporaries[placed.trailingZeroBitCount] = .nowhere
      placed &= placed &- 1
    }
  }

  /// Notes where a temporary is.
  @inline(__always)
  mutating func place(_ temporary: Value, _ where: TemporaryPlace) {
    let t = Int(temporary.raw) &- 16
    temporaries[t] = `where`
    placed |= 1 << UInt32(truncatingIfNeeded: t)
  }

  /// Whether a temporary is read after operation `n`, before `end`.
  mutating func isRead(_ value: Value, after n: Int, _ end: Int) -> Bool {
    var k = n + 1
    while k < end {
      let op = ops + k
      if op.pointee.left == value || op.pointee.right == value || op.pointee.third == value
        || op.pointee.base == value || op.pointee.index == value
      {
        return true
      }
      k += 1
    }
    return false
  }

  /// A scratch register for the operation being written.
  mutating func scratch() -> UInt8 {
    for register in [HostRegister.scratch, HostRegister.otherScratch] {
      let bit = UInt16(1) << UInt16(register)
      if (held | transient) & bit == 0 {
        transient |= bit
        return register
      }
    }
    // A temporary makes room.
    for t in 0..<32 {
      guard case .register(let register) = temporaries[t] else { continue }
      let bit = UInt16(1) << UInt16(register)
      guard held & bit != 0, transient & bit == 0 else { continue }
      b.store(8, slot(t), register)
      temporaries[t] = .state
      held &= ~bit
      transient |= bit
      return register
    }
    failed = true
    return HostRegister.scratch
  }

  private mutating func slot(_ temporary: Int) -> X86Operand {
    state(UInt64(16 + temporary) * 8)
  }

  /// Gives a scratch register that holds a result to a temporary.
  mutating func assign(_ temporary: Value, _ register: UInt8) {
    let bit = UInt16(1) << UInt16(register)
    held |= bit
    transient &= ~bit
    place(temporary, .register(register))
  }

  /// Frees the register of a temporary that is not read any more.
  mutating func retire(_ value: Value, after n: Int, _ end: Int) {
    guard value.isTemporary, case .register(let register) = temporaries[Int(value.raw) - 16],
      !isRead(value, after: n, end)
    else { return }
    held &= ~(UInt16(1) << UInt16(register))
    temporaries[Int(value.raw) - 16] = .nowhere
  }

  // MARK: Values

  mutating func isInRegister(_ value: Value) -> Bool {
    value.isRegister && value.raw < HostRegister.firstInState
  }

  mutating func constant(_ value: Value) -> Int64? {
    guard value.isTemporary, case .constant(let c) = temporaries[Int(value.raw) - 16] else {
      return nil
    }
    return c
  }

  /// A value as an operand to read: a register, or a slot of the state.
  mutating func source(_ value: Value) -> X86Operand {
    if value.isRegister {
      return value.raw < HostRegister.firstInState
        ? .register(value.raw) : state(StateOffset.general(value.raw))
    }
    guard value.isTemporary else {
      failed = true
      return .register(0)
    }
    switch temporaries[Int(value.raw) - 16] {
    case .register(let register):
      // It stays where it is while the operation is written.
      transient |= UInt16(1) << UInt16(register)
      return .register(register)
    case .state: return slot(Int(value.raw) - 16)
    case .constant(let c):
      let register = scratch()
      b.constant(register, c)
      return .register(register)
    case .nowhere:
      failed = true
      return .register(0)
    }
  }

  /// A value in a register, loaded if need be.
  mutating func register(_ value: Value) -> UInt8 {
    let from = source(value)
    if from.kind == .register { return from.base }
    let register = scratch()
    b.load(8, register, from)
    return register
  }

  /// The register in which a result is to be made: the destination's own, or a scratch register
  /// that `finish` puts away. Its old value is loaded if `keepsOld`.
  mutating func target(_ value: Value, keepsOld: Bool) -> UInt8 {
    if isInRegister(value) { return value.raw }
    if value.isTemporary, case .register(let register) = temporaries[Int(value.raw) - 16] {
      transient |= UInt16(1) << UInt16(register)
      return register
    }
    let old: X86Operand? = keepsOld ? source(value) : nil
    if let old, old.kind == .register, old.base >= HostRegister.otherScratch {
      // A constant, just loaded.
      return old.base
    }
    let register = scratch()
    if let old { b.load(8, register, old) }
    return register
  }

  /// Puts a result made in `target`'s register where it belongs.
  mutating func finish(_ value: Value, _ register: UInt8) {
    if value.isTemporary {
      assign(value, register)
    } else if !isInRegister(value) {
      b.store(8, state(StateOffset.general(value.raw)), register)
    }
  }

  // MARK: Memory

  /// The memory operand of an operation.
  mutating func address(_ op: Operation) -> X86Operand {
    if op.addressMode & 0x5C != 0 {
      // A segment with a base, or 16-bit addresses.
      failed = true
    }
    var rm = X86Operand.memory(X86Operand.none)
    rm.isNarrow = op.addressMode & 32 != 0
    rm.scale = op.addressMode & 3
    if op.base != .none { rm.base = register(op.base) }
    if op.index != .none {
      rm.index = register(op.index)
      if rm.index == HostRegister.rsp { failed = true }
    }
    let d = op.displacement
    if d >= -0x8000_0000 && d <= 0x7FFF_FFFF {
      rm.displacement = Int32(truncatingIfNeeded: d)
    } else if rm.isNarrow {
      rm.displacement = Int32(truncatingIfNeeded: d)
    } else {
      let far = scratch()
      b.constant(far, d)
      if rm.base == X86Operand.none {
        rm.base = far
      } else if rm.index == X86Operand.none {
        rm.index = far
        rm.scale = 0
      } else {
        failed = true
      }
    }
    return site != nil && stores(op) ? redirected(rm, op) : rm
  }

  /// Whether flags that the host instruction changes and the operation does not define are dead.
  mutating func mayChange(_ flags: FlagSet, _ n: Int) -> Bool {
    flags.intersection(ops[n].seenFlags).isSubset(of: ops[n].flags)
  }
}
