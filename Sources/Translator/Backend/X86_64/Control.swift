/// Conditions, transfers of control, strings, flags.
extension X86_64BackEnd {
  mutating func setCondition(_ op: Operation, _ n: Int, _ end: Int) -> Int {
    let opcode = X86Opcode(0x90 | op.selector, map: 1)
    // SETcc is this and a move of the low byte.
    if n + 1 < end, ops[n + 1].opcode == .move, ops[n + 1].width == 1,
      ops[n + 1].left == op.destination, ops[n + 1].destination.isRegister,
      !isRead(op.destination, after: n + 1, end)
    {
      b.instruction(opcode, width: 4, reg: 0, source(ops[n + 1].destination), byteRM: true)
      return n + 2
    }
    let register = scratch()
    b.instruction(opcode, width: 4, reg: 0, .register(register), byteRM: true)
    b.loadZero(1, register, .register(register))
    finish(op.destination, register)
    return n + 1
  }

  /// CMOVcc; its source is read, and may fault, whatever the condition.
  mutating func select(_ op: Operation) {
    guard op.destination == op.left, op.width >= 2 else {
      failed = true
      return
    }
    let right = source(op.right)
    let register = target(op.destination, keepsOld: true)
    b.instruction(X86Opcode(0x40 | op.selector, map: 1), width: op.width, reg: register, right)
    finish(op.destination, register)
  }

  mutating func modifyFlags(_ op: Operation) {
    switch (op.displacement, op.immediate, op.selector) {
    case (1, 0, 0): b.byte(0xF8)
    case (0, 1, 0): b.byte(0xF9)
    case (0, 0, 1): b.byte(0xF5)
    case (0x400, 0, 0):
      b.byte(0xFC)
      storeImmediate(4, state(StateOffset.direction), 0)
    case (0, 0x400, 0):
      b.byte(0xFD)
      storeImmediate(4, state(StateOffset.direction), 1)
    default: failed = true
    }
  }

  /// The instruction itself: its registers are where the host's expects them, and the host's faults
  /// stop it between two elements as the guest's do.
  mutating func string(_ op: Operation, _ opcode: UInt8) {
    // An empty repetition with 32-bit addresses differs from maker to maker in long mode.
    let isCommon = mode == .long64 ? op.length == 8 || op.selector == 0 : op.length == 4
    guard op.addressMode == 0, isCommon, site == nil else {
      failed = true
      return
    }
    if op.selector != 0 { b.byte(op.selector == 1 ? 0xF3 : 0xF2) }
    if op.length == 4 { b.byte(0x67) }
    if op.width == 2 { b.byte(0x66) }
    if op.width == 8 { b.byte(0x48) }
    b.byte(opcode | (op.width == 1 ? 0 : 1))
  }

  /// LOOP and JRCXZ reach a byte far: over a jump.
  mutating func branchCounter(_ op: Operation, _ tables: inout CodeTables) {
    guard op.width >= 4 else {
      failed = true
      return
    }
    if op.width == 4 { b.byte(0x67) }
    let opcodes: (UInt8, UInt8, UInt8, UInt8) = (0xE3, 0xE2, 0xE1, 0xE0)
    let opcode =
      switch op.selector {
      case 0: opcodes.0
      case 1: opcodes.1
      case 2: opcodes.2
      default: opcodes.3
      }
    b.byte(opcode)
    b.byte(2)
    b.byte(0xEB)
    b.byte(5)
    writeExit(to: UInt64(bitPattern: op.immediate), condition: nil, &tables)
  }

  /// Through the branch table, by the low bits of the target. No flag is touched.
  mutating func jumpIndirect(_ op: Operation) {
    let target = register(op.left)
    b.store(8, state(StateOffset.branchTarget), target)
    b.loadZero(2, HostRegister.scratch, .register(target))
    b.lea(8, HostRegister.otherScratch, .data(layout.branchTable))
    var entry = X86Operand.memory(HostRegister.otherScratch)
    entry.index = HostRegister.scratch
    entry.scale = 3
    b.instruction(X86Opcode(0xFF), width: 4, reg: 4, entry)
  }
}
