/// Drops operations whose only result is a temporary nobody reads. Temporaries end at the
/// instruction's boundary; accesses stay, for they may fault.
enum DeadCode {
  static func run(_ block: Block) {
    let ops = block.operations
    var live: UInt64 = 0
    var n = Int(block.operationCount)
    while n > 0 {
      n -= 1
      let op = ops + n
      if op.pointee.opcode == .boundary { live = 0 }
      if isRemovable(op), op.pointee.destination.isTemporary {
        let result = bit(op.pointee.destination)
        if live & result == 0 {
          op.pointee.opcode = .nop
          continue
        }
        if op.pointee.width >= 4 && op.pointee.left != op.pointee.destination { live &= ~result }
      }
      live |= bit(op.pointee.left) | bit(op.pointee.right) | bit(op.pointee.third)
      live |= bit(op.pointee.base) | bit(op.pointee.index)
      // A narrow write keeps the rest of its destination.
      if op.pointee.destination.isTemporary && op.pointee.width < 4 {
        live |= 1 << UInt64(op.pointee.destination.raw)
      }
    }
  }

  @inline(__always)
  private static func bit(_ value: Value) -> UInt64 {
    value.isTemporary ? 1 << UInt64(value.raw) : 0
  }

  private static func isRemovable(_ op: UnsafeMutablePointer<Operation>) -> Bool {
    guard op.pointee.flags.isEmpty,
      op.pointee.attributes.isDisjoint(with: [.memoryLeft, .memoryRight, .memoryDestination])
    else { return false }
    switch op.pointee.opcode {
    case .move, .address, .extractHighByte, .signExtend, .zeroExtend, .swapBytes, .setCondition,
      .select, .readFlags, .add, .subtract, .and, .or, .xor, .not:
      return true
    default: return false
    }
  }
}
