/// Drops operations that leave no trace: the result is a temporary nobody reads, or none at all,
/// and no flag is needed. Temporaries end at the instruction's boundary; accesses stay, for they
/// may fault.
enum DeadCode {
  static func run(_ block: Block) {
    let first = block.operations
    var op = first + Int(block.operationCount)
    // By `Value.raw`; what is no temporary sets bits that nothing asks for.
    var live: UInt64 = 0
    while op > first {
      op -= 1
      let opcode = op.pointee.opcode
      if opcode == .boundary || opcode == .verbatim {
        live = 0
        continue
      }
      let to = op.pointee.destination
      if isRemovable(opcode) && op.pointee.flags.isEmpty && !to.isRegister
        && op.pointee.attributes.isDisjoint(with: .memory)
      {
        if to == .none || live & bit(to) == 0 {
          op.pointee.opcode = .nop
          continue
        }
        if op.pointee.width >= 4 { live &= ~bit(to) }
      }
      live |= bit(op.pointee.left) | bit(op.pointee.right) | bit(op.pointee.third)
      live |= bit(op.pointee.base) | bit(op.pointee.index)
      // A narrow write keeps the rest of its destination.
      if op.pointee.width < 4 { live |= bit(to) }
    }
  }

  @inline(__always)
  private static func bit(_ value: Value) -> UInt64 { 1 &<< UInt64(value.raw) }

  @inline(__always)
  private static func isRemovable(_ opcode: Opcode) -> Bool {
    switch opcode {
    case .move, .address, .extractHighByte, .signExtend, .zeroExtend, .swapBytes, .setCondition,
      .select, .readFlags, .add, .subtract, .and, .or, .xor, .not:
      true
    default: false
    }
  }
}
