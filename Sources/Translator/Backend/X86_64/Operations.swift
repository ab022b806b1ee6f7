/// From operation to function: the one place that lists what has a fast form.
extension X86_64BackEnd {
  /// Writes operation `n` of an instruction that ends before `end`; returns the next to write.
  /// Sets `failed` if there is no fast form.
  mutating func writeOperation(_ n: Int, _ end: Int, _ tables: inout CodeTables) -> Int {
    let op = ops[n]
    switch op.opcode {
    case .nop, .boundary, .verbatim: break
    case .fence:
      b.word16(0xAE0F)  // mfence
      b.byte(0xF0)
    case .move: move(op, n, end)
    case .load: return load(op, n, end)
    case .loadSigned: loadSigned(op)
    case .store: return store(op, n, end)
    case .address: formAddress(op)
    case .extractHighByte: extractHighByte(op)
    case .insertHighByte: insertHighByte(op, n, end)
    case .signExtend, .zeroExtend: extend(op, n, end)
    case .swapBytes: swapBytes(op, n, end)
    case .add: add(op, n, end)
    case .or: arithmetic(op, 1, n, end)
    case .addCarry: arithmetic(op, 2, n, end)
    case .subtractBorrow: arithmetic(op, 3, n, end)
    case .and: and(op, n, end)
    case .subtract: subtract(op, n, end)
    case .xor: arithmetic(op, 6, n, end)
    case .not: unary(op, 0xF6, 2, [], n)
    case .negate: unary(op, 0xF6, 3, .all, n)
    case .increment: unary(op, 0xFE, 0, .allButCarry, n)
    case .decrement: unary(op, 0xFE, 1, .allButCarry, n)
    case .shiftLeft: shift(op, 4, .all, n)
    case .shiftRight: shift(op, 5, .all, n)
    case .shiftArithmetic: shift(op, 7, .all, n)
    case .rotateLeft: shift(op, 0, [.carry, .overflow], n)
    case .rotateRight: shift(op, 1, [.carry, .overflow], n)
    case .rotateCarryLeft: shift(op, 2, [.carry, .overflow], n)
    case .rotateCarryRight: shift(op, 3, [.carry, .overflow], n)
    case .shiftLeftDouble: shiftDouble(op, 0xA4, n)
    case .shiftRightDouble: shiftDouble(op, 0xAC, n)
    case .multiply: multiply(op, n)
    case .multiplyWideUnsigned: multiplyWide(op, 4, n)
    case .multiplyWideSigned: multiplyWide(op, 5, n)
    case .divideUnsigned: divide(op, 6)
    case .divideSigned: divide(op, 7)
    case .bitScanForward: scan(op, X86Opcode(0xBC, map: 1), n)
    case .bitScanReverse: scan(op, X86Opcode(0xBD, map: 1), n)
    case .leadingZeros where host.has(.lzcnt):
      scan(op, X86Opcode(0xBD, map: 1, prefix: 0xF3), n)
    case .trailingZeros where host.has(.bmi1):
      scan(op, X86Opcode(0xBC, map: 1, prefix: 0xF3), n)
    case .populationCount where host.has(.popcnt):
      scan(op, X86Opcode(0xB8, map: 1, prefix: 0xF3), n)
    case .bitTest: bit(op, 4, n)
    case .bitSet: bit(op, 5, n)
    case .bitReset: bit(op, 6, n)
    case .bitComplement: bit(op, 7, n)
    case .setCondition: return setCondition(op, n, end)
    case .select: select(op)
    case .modifyFlags: modifyFlags(op)
    case .exchange: exchange(op)
    case .exchangeAdd: exchangeAdd(op, n)
    case .compareExchange: compareExchange(op, n)
    case .compareExchangeWide: compareExchangeWide(op)
    case .moveString: string(op, 0xA4)
    case .compareString: string(op, 0xA6)
    case .storeString: string(op, 0xAA)
    case .loadString: string(op, 0xAC)
    case .scanString: string(op, 0xAE)
    case .jump:
      writeExit(to: UInt64(bitPattern: op.immediate), condition: nil, &tables)
    case .branch:
      writeExit(to: UInt64(bitPattern: op.immediate), condition: op.selector, &tables)
    case .branchCounter: branchCounter(op, &tables)
    case .jumpIndirect: jumpIndirect(op)
    case .vector, .vectorLoad, .vectorStore, .vectorMove, .vectorToGeneral, .vectorFromGeneral,
      .vectorFlags:
      usesVectors = true
      return writeVector(op, n, end)
    default: failed = true
    }
    return n + 1
  }

  private mutating func writeVector(_ op: Operation, _ n: Int, _ end: Int) -> Int {
    switch op.opcode {
    case .vector: vector(op)
    case .vectorLoad: return vectorLoad(op, n, end)
    case .vectorStore: vectorStore(op)
    case .vectorMove: vectorMove(op)
    case .vectorToGeneral: vectorToGeneral(op)
    case .vectorFromGeneral: vectorFromGeneral(op)
    case .vectorFlags: vectorFlags(op, n)
    default: failed = true
    }
    return n + 1
  }
}
