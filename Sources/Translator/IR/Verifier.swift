/// What is wrong with a block, and at which operation (its index in the block).
package enum VerificationError: Error, Equatable {
  /// The block is empty or does not begin with a boundary.
  case noBoundary
  /// A temporary is read that its instruction has not written.
  case undefinedTemporary(operation: Int)
  /// An operation may fault after its instruction has changed a register or a flag.
  case faultAfterCommit(operation: Int)
  /// Control runs out of the block's end.
  case noEnd
  /// An operation that leaves the block is followed by another.
  case operationAfterEnd(operation: Int)
  /// A width, condition, operand or offset that no operation has.
  case badField(operation: Int)
}

/// Checks that a block is what every back end may rely on: exceptions are precise, since nothing
/// of an instruction is visible before all of it that can fault is done.
package enum Verifier {
  package static func check(_ block: Block) throws(VerificationError) {
    let count = Int(block.operationCount)
    guard count > 0, block.operations[0].beginsInstruction else { throw .noBoundary }
    var state = InstructionState()
    var lastOffset = 0
    for n in 0..<count {
      let op = block.operations[n]
      if op.beginsInstruction {
        let offset = Int(op.offset)
        guard offset >= lastOffset, offset + Int(op.length) <= Int(block.byteCount) else {
          throw .badField(operation: n)
        }
        lastOffset = offset
        state = InstructionState()
        guard op.opcode == .boundary || isWhole(op) else { throw .badField(operation: n) }
        continue
      }
      if op.opcode == .nop { continue }
      guard hasSaneFields(op) else { throw .badField(operation: n) }
      guard state.reads(op) else { throw .undefinedTemporary(operation: n) }
      if state.hasCommitted && op.canFault { throw .faultAfterCommit(operation: n) }
      state.writes(op)
      if op.opcode.endsBlock && n != count - 1 { throw .operationAfterEnd(operation: n) }
    }
    guard block.operations[count - 1].opcode.endsBlock else { throw .noEnd }
  }

  /// Guest instructions as they stand say how long each is.
  private static func isWhole(_ op: Operation) -> Bool {
    var sum = 0
    for n in 0..<min(Int(op.width), 16) { sum += Int(op.immediate >> Int64(n * 4) & 15) }
    return op.width > 0 && op.width <= 16 && sum == Int(op.length)
      && (op.addressMode == 0 || op.width == 1)
  }

  private static func hasSaneFields(_ op: Operation) -> Bool {
    switch op.width {
    case 1, 2, 4, 8, 16, 32: break
    default: return false
    }
    switch op.opcode {
    case .branch, .setCondition, .select: guard op.selector < 16 else { return false }
    case .branchCounter: guard op.selector < 4 else { return false }
    case .loadSigned, .signExtend, .zeroExtend:
      guard op.selector == 1 || op.selector == 2 || op.selector == 4 || op.selector == 8 else {
        return false
      }
    case .vectorLoad, .vectorStore:
      guard op.selector > 0 && op.selector <= 32 else { return false }
    default: break
    }
    return isRegister(op.base) && isRegister(op.index)
  }

  private static func isRegister(_ value: Value) -> Bool { value == .none || value.isStored }
}

/// What an instruction has written so far.
private struct InstructionState {
  /// Temporaries by `Value.raw`, general and vector.
  var general: UInt64 = 0
  var vectors: UInt64 = 0
  var hasCommitted = false

  /// Every temporary the operation reads is defined.
  func reads(_ op: Operation) -> Bool {
    guard isDefined(op.base, general), isDefined(op.index, general) else { return false }
    switch op.opcode {
    case .x87: return true
    case .vectorToGeneral: return isDefined(op.left, vectors)
    case .vectorFromGeneral: return isDefined(op.right, general) && isDefined(op.left, vectors)
    default:
      let set = op.opcode.isVector ? vectors : general
      guard isDefined(op.left, set), isDefined(op.right, set), isDefined(op.third, set) else {
        // The upper half of a product is written, not read.
        return op.opcode == .multiplyWideUnsigned || op.opcode == .multiplyWideSigned
          || op.opcode == .multiplyNoFlags
      }
      return op.opcode != .insertHighByte || isDefined(op.destination, set)
    }
  }

  private func isDefined(_ value: Value, _ set: UInt64) -> Bool {
    !value.isTemporary || value.raw >= 32 && set == vectors && isMMX(value)
      || set >> UInt64(value.raw) & 1 != 0
  }

  private func isMMX(_ value: Value) -> Bool { value.raw >= 32 && value.raw < 40 }

  mutating func writes(_ op: Operation) {
    let to = op.destination
    if op.opcode.isVector || op.opcode == .vectorFromGeneral {
      if to.raw >= 16 && to.raw < 32 {
        vectors |= 1 << UInt64(to.raw)
      } else if to != .none {
        hasCommitted = true
      }
    } else if to.isTemporary {
      general |= 1 << UInt64(to.raw)
    } else if to.isRegister {
      hasCommitted = true
    }
    if !op.flags.isEmpty || op.opcode.commitsByItself { hasCommitted = true }
  }
}

extension Opcode {
  /// Operands 16 and up are vector temporaries and MMX registers.
  fileprivate var isVector: Bool {
    switch self {
    case .vector, .vectorLoad, .vectorStore, .vectorMove, .vectorFlags, .vectorString, .maskMove,
      .vectorMaskedLoad, .vectorMaskedStore, .vectorGather:
      true
    default: false
    }
  }

  /// Changes registers that its operands do not name.
  fileprivate var commitsByItself: Bool {
    switch self {
    case .divideUnsigned, .divideSigned, .multiplyWideUnsigned, .multiplyWideSigned,
      .multiplyNoFlags, .compareExchange, .compareExchangeWide, .moveString, .storeString,
      .loadString, .scanString, .compareString, .branchCounter, .writeFlags, .modifyFlags:
      true
    default: false
    }
  }
}

extension Operation {
  /// May raise an exception that must find the instruction's start unchanged. Strings and gathers
  /// are taken up again where they stopped; they are whole instructions, so nothing precedes them.
  fileprivate var canFault: Bool {
    if !attributes.isDisjoint(with: [.memoryLeft, .memoryRight, .memoryDestination]) {
      return true
    }
    switch opcode {
    case .load, .loadSigned, .store, .divideUnsigned, .divideSigned, .exchange, .exchangeAdd,
      .compareExchangeWide, .moveString, .storeString, .loadString, .scanString, .compareString,
      .vectorLoad, .vectorStore, .maskMove, .vectorMaskedLoad, .vectorMaskedStore, .vectorGather,
      .x87, .unsupported, .query:
      return true
    case .raise: return selector == 0
    case .system:
      switch SystemOperation(rawValue: selector) {
      case .readSegment, .writeSegment, .adjustPrivilege, .comparePrivilege, .daa, .das, .aaa, .aas,
        .aam, .aad:
        return false
      default: return true
      }
    default: return false
    }
  }
}
