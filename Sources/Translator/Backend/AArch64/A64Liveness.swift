/// Which flags an operation's successors truly read.
///
/// The dead-flag pass keeps alive what a fault could show. Here only readers count: what nothing but
/// a fault sees is not computed, but recovered from operands when a fault comes (`A64Recovery`).
enum A64Liveness {
  /// Fills `hard` with the flags that are read behind each operation, and `isInterpreted` at each
  /// boundary whose instruction the emitter leaves, from the plan's `taken` and `asked`. Returns those
  /// that are read from before the block.
  @discardableResult
  static func run(_ block: Block, _ plan: A64Plan) -> FlagSet {
    let (hard, taken, isInterpreted) = (plan.hard, plan.taken, plan.isInterpreted)
    var live = FlagSet.all
    // As `live`, but an instruction that is interpreted reads no more than others.
    var read = FlagSet.all
    var isCovered = true
    var n = Int(block.operationCount)
    while n > 0 {
      n -= 1
      let op = block.operations + n
      switch op.pointee.opcode {
      case .boundary:
        isInterpreted[n] = !isCovered
        if !isCovered { live = .all }
        live.formUnion(plan.asked[n])
        isCovered = true
        hard[n] = live
        continue
      case .jump:
        taken[n].formUnion(plan.asked[n])
        live = taken[n]
        read = live
      case .branch:
        // What is read if it is not taken is what is known so far.
        hard[n] = live
        taken[n].formUnion(plan.asked[n])
        live.formUnion(taken[n])
        live.formUnion(reads(op))
        read.formUnion(taken[n].union(reads(op)))
        continue
      case .branchCounter:
        taken[n].formUnion(plan.asked[n])
        live.formUnion(taken[n])
        read.formUnion(taken[n])
      default: break
      }
      hard[n] = live
      if !A64Coverage.covers(op, hard: live) { isCovered = false }
      live.subtract(defines(op))
      live.formUnion(reads(op))
      read.subtract(defines(op))
      read.formUnion(reads(op))
    }
    return read
  }

  /// Flags an operation surely overwrites, whatever the passes left of `flags`.
  static func defines(_ op: UnsafeMutablePointer<Operation>) -> FlagSet {
    switch op.pointee.opcode {
    case .add, .addCarry, .subtract, .subtractBorrow, .and, .or, .xor, .andNot, .negate, .multiply,
      .multiplyWideUnsigned, .multiplyWideSigned, .bitScanForward, .bitScanReverse, .leadingZeros,
      .trailingZeros, .populationCount, .compareExchange, .exchangeAdd:
      // Address arithmetic of the stack and the like defines none.
      return definesAny(op) ? .all : []
    case .increment, .decrement: return .allButCarry
    case .shiftLeft, .shiftRight, .shiftArithmetic:
      guard op.pointee.right == .immediate, op.pointee.immediate & countMask(op) != 0 else {
        return []
      }
      return definesAny(op) ? .all : []
    case .rotateLeft, .rotateRight:
      return op.pointee.right == .immediate && op.pointee.immediate & countMask(op) != 0
        && definesAny(op) ? [.carry, .overflow] : []
    case .bitTest, .bitSet, .bitReset, .bitComplement: return .carry
    case .vectorFlags: return .all
    case .scanString, .compareString: return op.pointee.selector == 0 ? .all : []
    default: return []
    }
  }

  static func countMask(_ op: UnsafeMutablePointer<Operation>) -> Int64 {
    op.pointee.width == 8 ? 63 : 31
  }

  /// The passes may have emptied the set of an instruction's own operation; what the lifter adds to
  /// an instruction (stack adjustment, exchange by addition) never had any. Taking the second for
  /// the first would lose flags, so only a set that is not empty counts: an emptied one means that
  /// a later operation overwrites the same flags.
  private static func definesAny(_ op: UnsafeMutablePointer<Operation>) -> Bool {
    !op.pointee.flags.isEmpty
  }

  /// Flags an operation truly reads.
  static func reads(_ op: UnsafeMutablePointer<Operation>) -> FlagSet {
    switch op.pointee.opcode {
    case .addCarry, .subtractBorrow, .rotateCarryLeft, .rotateCarryRight, .addCarryOnly:
      return .carry
    case .addOverflowOnly: return .overflow
    case .setCondition, .select, .branch:
      return (Condition(rawValue: op.pointee.selector & 15) ?? .overflow).reads
    case .branchCounter: return op.pointee.selector >= 2 ? .zero : []
    case .modifyFlags: return op.pointee.selector != 0 ? .carry : []
    case .readFlags, .raise, .halt, .port, .query, .unsupported, .system, .x87, .jumpIndirect:
      return .all
    default: return []
    }
  }
}

/// Which flags code at an address reads before it overwrites them.
///
/// All that is looked at is noted: where it changes, the block that looked is dropped. Code that
/// nobody would notice changing counts as reading all.
struct A64LookAhead {
  /// Room for a block for each step of `deepest`.
  let operations: UnsafeMutablePointer<Operation>
  let mode: ProcessorMode
  let detached: DetachedCode?
  private static let longest = 8
  static let deepest = 3

  func flagsRead(
    at address: UInt64, by index: Int, _ tables: inout CodeTables,
    _ sight: (UInt64, UInt32) -> CodeSight
  ) -> FlagSet {
    flagsRead(at: address, Self.deepest, .all, index, &tables, sight)
  }

  /// Follows branches and jumps a few steps; what is still open at the end counts as read.
  private func flagsRead(
    at address: UInt64, _ steps: Int, _ asked: FlagSet, _ index: Int, _ tables: inout CodeTables,
    _ sight: (UInt64, UInt32) -> CodeSight
  ) -> FlagSet {
    let seen = sight(address, 0)
    guard steps > 0, seen.isWatchable else { return asked }
    if let flags = seen.entryFlags {
      guard sight(address, seen.byteCount).isWatchable,
        tables.note(look: address, seen.byteCount, by: index)
      else { return asked }
      return flags.intersection(asked)
    }
    let room = operations + (steps - 1) * TranslationCache.longestBlock
    var translator = BlockTranslator(operations: room, mode: mode, features: .full)
    guard let block = translate(&translator, address), block.byteCount > 0,
      sight(address, block.byteCount).isWatchable,
      tables.note(look: address, block.byteCount, by: index)
    else { return asked }
    var read: FlagSet = []
    var open = asked
    for n in 0..<Int(block.operationCount) where !open.isEmpty {
      let op = block.operations + n
      read.formUnion(A64Liveness.reads(op).intersection(open))
      open.subtract(read)
      switch op.pointee.opcode {
      case .branch, .branchCounter, .jump:
        let target = UInt64(bitPattern: op.pointee.immediate)
        if target != address {
          read.formUnion(flagsRead(at: target, steps - 1, open, index, &tables, sight))
        }
        if op.pointee.opcode == .jump { return read }
        open.subtract(read)
      default: open.subtract(A64Liveness.defines(op))
      }
    }
    return read.union(open)
  }

  private func translate(_ translator: inout BlockTranslator, _ address: UInt64) -> Block? {
    guard let detached else {
      return translator.translate(address, longest: Self.longest, passes: false)
    }
    let offset = address &- detached.address
    guard offset < UInt64(detached.count) else { return nil }
    return translator.translate(
      detached.bytes + Int(offset), count: detached.count - Int(offset), at: address,
      longest: Self.longest, passes: false)
  }
}
