/// Narrows each operation's flags to those that something sees: one sweep backward.
///
/// Two kinds of seeing are told apart. A flag is *hard* live where an operation of the block reads
/// it or control leaves with it. It is *soft* live where only a fault would show it: a fault shows
/// the flags of the instruction's start, so what was defined before stays visible across every
/// operation that may fault. `Operation.flags` is both, `hardFlags` the first; a back end may keep
/// the rest as a recipe that is carried out if the fault ever comes.
package enum DeadFlags {
  package static func run(_ block: inout Block) {
    let first = block.operations
    var op = first + Int(block.operationCount)
    var live = FlagSet.all
    var hard = FlagSet.all
    while op > first {
      op -= 1
      if op.pointee.opcode == .boundary {
        op.pointee.seenFlags = live
        continue
      }
      if op.pointee.opcode == .verbatim {
        pass(op, &live, &hard)
        continue
      }
      if op.pointee.opcode == .branch || op.pointee.opcode == .jump {
        // Wherever it leads, all are seen.
        op.pointee.seenFlags = live
        live = .all
        hard = .all
        continue
      }
      let use = FlagUse.of(op.pointee.opcode)
      let attributes = op.pointee.attributes
      // The store may change the code that follows, and then any code follows.
      if attributes.contains(.memoryDestination) { live = .all }
      op.pointee.seenFlags = live
      let defined = op.pointee.flags
      if !defined.isEmpty {
        op.pointee.hardFlags = defined.intersection(hard)
        if !use.contains(.keepsFlags) { op.pointee.flags = defined.intersection(live) }
        if !use.contains(.maySkip) || definesAnyway(op) {
          live.subtract(defined)
          hard.subtract(defined)
        }
      }
      hard.formUnion(use.reads)
      if use.contains(.readsCondition) {
        hard.formUnion((Condition(rawValue: op.pointee.selector & 15) ?? .overflow).reads)
      }
      if use.contains(.mayFault) || !attributes.isDisjoint(with: .memory) {
        live = .all
      } else {
        live.formUnion(hard)
      }
    }
    block.liveFlags = live
    block.hardFlags = hard
  }

  /// Verbatim instructions say themselves what they do with flags, and make them all.
  @inline(__always)
  private static func pass(
    _ op: UnsafeMutablePointer<Operation>, _ live: inout FlagSet, _ hard: inout FlagSet
  ) {
    let defined = op.pointee.flags
    hard = hard.subtracting(defined).union(FlagSet(rawValue: op.pointee.selector))
    live = live.subtracting(defined).union(hard).union(op.pointee.hardFlags)
    op.pointee.hardFlags = live
  }

  /// What the operations of one instruction do with the flags, whatever its immediates are.
  static func effect(_ operations: UnsafePointer<Operation>, _ count: Int) -> FlagEffect {
    var effect = FlagEffect()
    var n = count
    while n > 0 {
      n -= 1
      let op = operations[n]
      let use = FlagUse.of(op.opcode)
      if !use.contains(.maySkip) {
        effect.defined.formUnion(op.flags)
        effect.read.subtract(op.flags)
      }
      var read = use.reads
      if use.contains(.readsCondition) {
        read.formUnion((Condition(rawValue: op.selector & 15) ?? .overflow).reads)
      }
      effect.read.formUnion(read)
      effect.defined.subtract(read)
    }
    return effect
  }

  /// A count that may be zero leaves the flags alone; a constant is known. Rotations through carry
  /// may come round to where they began.
  private static func definesAnyway(_ op: UnsafeMutablePointer<Operation>) -> Bool {
    switch op.pointee.opcode {
    case .shiftLeft, .shiftRight, .shiftArithmetic, .rotateLeft, .rotateRight:
      op.pointee.right == .immediate && op.pointee.immediate & 31 != 0
    default: false
    }
  }
}

/// Flags in and out.
struct FlagEffect {
  /// Certainly defined, and not read before.
  var defined: FlagSet = []
  var read: FlagSet = []
}

/// What an opcode does with flags beside those its operation defines.
private struct FlagUse: OptionSet {
  let rawValue: UInt16
  init(rawValue: UInt16) { self.rawValue = rawValue }
  /// In the low bits, the flags read.
  var reads: FlagSet { FlagSet(rawValue: UInt8(truncatingIfNeeded: rawValue) & 63) }
  static let carry = FlagUse(rawValue: UInt16(FlagSet.carry.rawValue))
  static let overflow = FlagUse(rawValue: UInt16(FlagSet.overflow.rawValue))
  static let all = FlagUse(rawValue: UInt16(FlagSet.all.rawValue))
  /// Reads what the condition in `selector` asks for.
  static let readsCondition = FlagUse(rawValue: 1 << 8)
  /// May fault even without a memory operand.
  static let mayFault = FlagUse(rawValue: 1 << 9)
  /// May leave the flags as they were.
  static let maySkip = FlagUse(rawValue: 1 << 10)
  /// `flags` names what may change and is left as it is.
  static let keepsFlags = FlagUse(rawValue: 1 << 11)

  /// A function of its own, so that it becomes a table: a branch by opcode is foreseen badly.
  @inline(never)
  static func of(_ opcode: Opcode) -> FlagUse {
    switch opcode {
    case .add, .subtract, .and, .or, .xor, .andNot, .increment, .decrement, .negate, .not,
      .multiply, .boundary, .nop, .fence, .move, .address, .extractHighByte, .insertHighByte,
      .signExtend, .zeroExtend, .swapBytes, .multiplyWideUnsigned, .multiplyWideSigned,
      .multiplyNoFlags, .bitScanForward, .bitScanReverse, .leadingZeros, .trailingZeros,
      .populationCount, .bitTest, .bitSet, .bitReset, .bitComplement, .bitFieldExtract,
      .lowestSet, .resetLowest, .maskLowest, .zeroHighBits, .bitDeposit, .bitExtract, .crc32,
      .compareExchange, .verbatim:
      []
    case .addCarry, .subtractBorrow, .addCarryOnly: .carry
    case .addOverflowOnly: .overflow
    case .shiftLeft, .shiftRight, .shiftArithmetic, .rotateLeft, .rotateRight,
      .shiftLeftDouble, .shiftRightDouble:
      .maySkip
    case .rotateCarryLeft, .rotateCarryRight: [.carry, .maySkip]
    case .setCondition, .select: .readsCondition
    // CMC reads the carry; CLC and STC are too rare to tell apart.
    case .modifyFlags: .carry
    case .writeFlags: []
    // A move to or from an MMX register reports a pending x87 exception.
    case .vectorMove, .vectorFromGeneral, .load, .loadSigned, .store, .divideUnsigned,
      .divideSigned, .exchange, .exchangeAdd, .compareExchangeWide, .vector, .vectorLoad,
      .vectorStore, .vectorToGeneral, .vectorFlags, .vectorString, .maskMove, .vectorMaskedLoad,
      .vectorMaskedStore, .vectorGather:
      .mayFault
    case .moveString, .storeString, .loadString, .scanString, .compareString:
      [.mayFault, .maySkip, .keepsFlags]
    // They leave the block, or do with flags what only they know.
    case .readFlags, .jump, .branch, .branchCounter, .jumpIndirect, .raise, .halt, .port,
      .query, .unsupported, .system, .x87:
      [.all, .mayFault, .maySkip, .keepsFlags]
    }
  }
}
