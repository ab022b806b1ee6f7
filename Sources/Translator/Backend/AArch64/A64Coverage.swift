/// What the emitter carries out itself. Everything else leaves for the interpreter, one instruction
/// at a time: right, and slow.
enum A64Coverage {
  /// `hard`: the flags read behind the operation.
  static func covers(_ op: UnsafeMutablePointer<Operation>, hard: FlagSet) -> Bool {
    let o = op.pointee
    guard memory(o), mapped(o) else { return false }
    let need = hard.intersection(o.flags)
    if o.attributes.contains(.locked) { return need.isEmpty && A64Locked.covers(o) }
    switch o.opcode {
    case .boundary, .nop, .fence, .move, .load, .loadSigned, .store, .address, .extractHighByte,
      .insertHighByte, .signExtend, .zeroExtend, .swapBytes, .setCondition, .select, .jump, .branch,
      .branchCounter, .jumpIndirect:
      return o.opcode != .branchCounter || branchCounter(o)
    case .add, .subtract, .and, .or, .xor, .negate, .not, .increment, .decrement: return true
    case .andNot: return o.width >= 4
    case .addCarry, .subtractBorrow:
      return o.width >= 4 && !o.attributes.contains(.memoryDestination)
    case .shiftLeft, .shiftRight, .shiftArithmetic: return shift(o, need)
    case .rotateLeft, .rotateRight:
      // What a rotate leaves alone must not be lost.
      guard need.isEmpty, o.right == .immediate || o.right.isRegister else { return false }
      if o.width >= 4 { return true }
      return o.right == .immediate
        && o.attributes.isDisjoint(with: [.memoryDestination, .memoryLeft])
    case .shiftLeftDouble, .shiftRightDouble:
      return o.width >= 4 && need.isEmpty && o.third == .immediate
        && o.attributes.isDisjoint(with: [.memoryLeft, .memoryDestination])
    case .multiply: return o.width >= 4 && need.isDisjoint(with: [.carry, .overflow])
    case .multiplyWideUnsigned, .multiplyWideSigned:
      return o.width >= 4 && need.isDisjoint(with: [.carry, .overflow])
    case .multiplyNoFlags: return o.width >= 4
    case .divideUnsigned, .divideSigned: return o.width >= 4
    case .bitScanForward, .bitScanReverse: return o.width >= 4
    case .leadingZeros, .trailingZeros: return o.width >= 4 && need.isEmpty
    case .populationCount: return o.width >= 4 && need.isEmpty
    case .bitTest, .bitSet, .bitReset, .bitComplement: return bitTest(o, hard)
    case .modifyFlags: return false
    case .moveString, .storeString, .loadString: return string(o)
    default: return A64VectorCoverage.covers(o, hard: hard)
    }
  }

  private static func memory(_ o: Operation) -> Bool {
    // The sum wraps at 16 bits, or goes through a segment other than FS and GS.
    guard o.addressMode & 64 == 0 else { return false }
    let segment = o.memory.segment
    return segment == 0 || segment == SegmentOverride.fs.rawValue
      || segment == SegmentOverride.gs.rawValue
  }

  private static func mapped(_ o: Operation) -> Bool {
    if o.base != .none && !A64Map.isMapped(o.base) { return false }
    if o.index != .none && !A64Map.isMapped(o.index) { return false }
    if o.opcode.namesVectors { return true }
    return isMapped(o.destination) && isMapped(o.left) && isMapped(o.right) && isMapped(o.third)
  }

  @inline(__always)
  private static func isMapped(_ value: Value) -> Bool {
    !value.isStored || A64Map.isMapped(value)
  }

  private static func branchCounter(_ o: Operation) -> Bool { o.width >= 4 }

  private static func shift(_ o: Operation, _ need: FlagSet) -> Bool {
    if o.right == .immediate {
      return !o.attributes.contains(.memoryDestination)
        || need.isDisjoint(with: [.carry, .overflow])
    }
    // A count of zero leaves flags alone.
    return o.width >= 4 && need.isEmpty
  }

  private static func bitTest(_ o: Operation, _ hard: FlagSet) -> Bool {
    guard o.width >= 4, o.attributes.isDisjoint(with: [.memoryLeft, .memoryDestination]) else {
      return false
    }
    // ZF and the others stay as they are.
    return hard.subtracting(.carry).isEmpty
  }

  private static func string(_ o: Operation) -> Bool {
    o.length == 8 && o.addressMode == 0 && (o.selector == 0 || o.opcode != .loadString)
  }
}
