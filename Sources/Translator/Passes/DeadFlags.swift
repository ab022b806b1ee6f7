/// Narrows each operation's flags to those that someone reads: one sweep backward.
///
/// At the block's end all flags are live, and so they are wherever state may be seen: at
/// operations that can fault or leave. A fault shows the flags of the instruction's start, so what
/// an earlier operation defined stays live across a memory access.
enum DeadFlags {
  static func run(_ block: Block) {
    let ops = block.operations
    var live = FlagSet.all
    var n = Int(block.operationCount)
    while n > 0 {
      n -= 1
      let op = ops + n
      if op.pointee.flags.rawValue != 0 && definesUnconditionally(op) {
        let defined = op.pointee.flags
        op.pointee.flags.formIntersection(live)
        live.subtract(defined)
      }
      live.formUnion(reads(op))
    }
  }

  /// A shift by a variable count may leave the flags alone.
  static func definesUnconditionally(_ op: UnsafeMutablePointer<Operation>) -> Bool {
    switch op.pointee.opcode {
    case .shiftLeft, .shiftRight, .shiftArithmetic, .rotateLeft, .rotateRight, .rotateCarryLeft,
      .rotateCarryRight:
      op.pointee.right == .immediate && op.pointee.immediate & 31 != 0
        && op.pointee.opcode != .rotateCarryLeft && op.pointee.opcode != .rotateCarryRight
    case .shiftLeftDouble, .shiftRightDouble, .modifyFlags, .writeFlags, .scanString,
      .compareString, .system:
      false
    default: true
    }
  }

  static func reads(_ op: UnsafeMutablePointer<Operation>) -> FlagSet {
    // Only what touches no memory cannot fault.
    if !op.pointee.attributes.isDisjoint(with: [.memoryLeft, .memoryRight, .memoryDestination]) {
      return .all
    }
    return switch op.pointee.opcode {
    case .addCarry, .subtractBorrow, .rotateCarryLeft, .rotateCarryRight, .addCarryOnly: .carry
    case .addOverflowOnly: .overflow
    case .setCondition, .select:
      (Condition(rawValue: op.pointee.selector & 15) ?? .overflow).reads
    case .add, .subtract, .and, .or, .xor, .andNot, .increment, .decrement, .negate, .not,
      .multiply, .shiftLeft, .shiftRight, .shiftArithmetic, .rotateLeft, .rotateRight,
      .boundary, .nop, .move, .address, .extractHighByte, .insertHighByte, .signExtend,
      .zeroExtend, .swapBytes:
      []
    default: .all
    }
  }
}
