/// What an instruction that was lifted says about its form.
extension VerbatimForms {
  /// Notes it: `operations` are the instruction's IR without the boundary. True: the form is carried.
  func learn(
    _ look: Look, _ i: DecodedInstruction, _ row: Row, _ operations: UnsafePointer<Operation>,
    _ count: Int
  ) -> Bool {
    var form = transfer(look, i, row) ?? describe(look, i, row, operations, count)
    var seen = look
    seen.form = form
    if length(seen) != Int(i.length) { form = .isKnown }
    if form.contains(.isCarried) { setTail(look, form) }
    // Without ModRM the bits that would be its fields are whatever follows.
    guard !form.contains(.hasModRM), look.opcode == i.opcode else {
      forms[look.key] = form
      return form.contains(.isCarried)
    }
    for n in 0..<16 { forms[look.key & ~15 | n] = form }
    return form.contains(.isCarried)
  }

  /// The form of a plain transfer of control.
  private func transfer(_ look: Look, _ i: DecodedInstruction, _ row: Row) -> VerbatimForm? {
    guard i.length > 0, look.opcode == i.opcode, i.repeatPrefix == 0, !i.hasLock, i.segment == 0,
      i.addressSize == 8, i.operandSize == 8
    else { return nil }
    let immediateCount =
      switch (row.meaning, row.immediate) {
      case (.jcc, .signedByte), (.jmp, .signedByte): 1
      case (.jcc, .long), (.jmp, .long), (.call, .long): 4
      case (.ret, .none): 0
      default: -1
      }
    guard immediateCount >= 0 else { return nil }
    return VerbatimForm(
      [.isKnown, .transfers], immediateCount: immediateCount, flags: FlagEffect())
  }

  private func describe(
    _ look: Look, _ i: DecodedInstruction, _ row: Row, _ operations: UnsafePointer<Operation>,
    _ count: Int
  ) -> VerbatimForm {
    let isPlain =
      look.opcode == i.opcode && i.repeatPrefix == 0 && !i.hasLock && i.segment == 0
      && i.addressSize == 8 && i.operandSize != 2 && !i.isVEX
    // Hints that do nothing are no instruction at all on some processors.
    guard isPlain, count > 0, row.feature == .base, row.unit == .none,
      let immediateCount = row.immediate.plainCount(i.operandSize)
    else { return .isKnown }
    var form: VerbatimForm = [.isKnown, .isCarried]
    if look.length + immediateCount < Int(i.length) { form.insert(.hasModRM) }
    let reg = Value.register(i.reg)
    let rm = Value.register(form.contains(.hasModRM) ? i.rm : i.opcode & 7 | (i.rex & 1) << 3)
    let rmIsRegister = i.isRegisterForm || !form.contains(.hasModRM)
    for n in 0..<count {
      let op = operations[n]
      guard op.opcode.isVerbatim, op.attributes.isDisjoint(with: .locked) else { return .isKnown }
      if op.opcode == .extractHighByte || op.opcode == .insertHighByte {
        // The same form names other bytes where REX is there.
        form.formUnion([.readsReg, .writesReg, .readsRM, .writesRM])
      }
      if op.reads(reg) { form.insert(.readsReg) }
      if op.destination == reg { form.insert(.writesReg) }
      if rmIsRegister {
        if op.reads(rm) { form.insert(.readsRM) }
        if op.destination == rm { form.insert(.writesRM) }
      }
      if op.opcode == .store || op.attributes.contains(.memoryDestination) {
        form.insert(.stores)
      } else if op.opcode == .load || op.opcode == .loadSigned
        || !op.attributes.isDisjoint(with: .memory)
      {
        form.insert(.loads)
      }
    }
    return VerbatimForm(
      form, immediateCount: immediateCount, flags: DeadFlags.effect(operations, count))
  }
}

extension ImmediateForm {
  /// How many bytes, for operands of 32 and 64 bits; nil for what is not carried over.
  fileprivate func plainCount(_ operandSize: UInt8) -> Int? {
    switch self {
    case .none: 0
    case .byte, .signedByte: 1
    case .word: 2
    case .long: 4
    case .whole: Int(operandSize)
    case .address, .far, .wordAndByte: nil
    }
  }
}

extension Operation {
  /// The old value of a register matters: as an operand, or as what a result leaves of it.
  fileprivate func reads(_ register: Value) -> Bool {
    if left == register || right == register || third == register { return true }
    if base == register || index == register { return true }
    guard destination == register else { return false }
    return width < 4 || opcode == .insertHighByte || opcode == .bitScanForward
      || opcode == .bitScanReverse
  }
}

extension Opcode {
  /// The processor itself does what the operation says, wherever the instruction lies, with no more
  /// than general registers, flags and memory.
  fileprivate var isVerbatim: Bool {
    switch self {
    case .nop, .move, .load, .loadSigned, .store, .address, .extractHighByte, .insertHighByte,
      .signExtend, .zeroExtend, .swapBytes, .add, .addCarry, .subtract, .subtractBorrow, .and, .or,
      .xor, .increment, .decrement, .negate, .not, .shiftLeft, .shiftRight, .shiftArithmetic,
      .rotateLeft, .rotateRight, .rotateCarryLeft, .rotateCarryRight, .shiftLeftDouble,
      .shiftRightDouble, .multiply, .multiplyWideUnsigned, .multiplyWideSigned, .bitScanForward,
      .bitScanReverse, .bitTest, .bitSet, .bitReset, .bitComplement, .setCondition, .select:
      true
    default: false
    }
  }
}
