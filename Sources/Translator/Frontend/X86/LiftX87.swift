/// x87 instructions: one operation each, with the memory operand or ST(i).
extension Lifter {
  mutating func x87() {
    let modRM = i.isRegisterForm ? 0xC0 | (i.reg & 7) << 3 | i.rm & 7 : (i.reg & 7) << 3
    guard let operation = X87Operation.decode(opcode: i.opcode, modRM: modRM) else {
      return unsupported()
    }
    var op = Operation(.x87)
    op.selector = operation.rawValue
    op.immediate = Int64(i.rm & 7)
    // What FSTENV later reports as the opcode.
    op.third = Value(raw: i.opcode & 7)
    op.length = modRM
    if !i.isRegisterForm {
      op.memory = memory
      op.attributes = .memoryLeft
    } else if operation == .conditionalMove {
      let conditions: [UInt8] = [2, 4, 6, 10]
      op.displacement = Int64(conditions[Int(i.reg & 3)] | (i.opcode == 0xDB ? 1 : 0))
    }
    builder.append(op)
  }

  mutating func x87Wait() {
    var op = Operation(.x87)
    op.selector = X87Operation.wait.rawValue
    builder.append(op)
  }

  mutating func x87Area(_ row: Row) {
    var op = Operation(.system, width: operandSize)
    op.selector = UInt8(truncatingIfNeeded: row.operation)
    op.memory = memory
    op.attributes = .memoryRight
    builder.append(op)
  }
}
