/// Addresses known to be multiples of sixteen.
///
/// SSE's memory operands must be aligned, and no access of AArch64 looks at that by itself: the
/// address is tested first. Once tested, base + index·scale stays known while its registers keep
/// their values or move by multiples of sixteen. A loop of one block tests in front of itself.
struct A64Alignment: Equatable {
  var base: UInt8
  var index: UInt8
  var scale: UInt8
  /// With a displacement of so much modulo sixteen the address is aligned.
  var displacement: UInt8

  init?(_ o: Operation) {
    guard o.selector == 16, o.addressMode == 0, o.memory.segment == 0,
      o.base.isRegister || o.base == .none, o.index.isRegister || o.index == .none
    else { return nil }
    base = o.base.raw
    index = o.index.raw
    scale = UInt8(truncatingIfNeeded: o.memory.scale)
    displacement = UInt8(truncatingIfNeeded: o.displacement & 15)
  }

  /// Whether a register is part of the sum, in such a way that its low bits matter.
  func uses(_ register: UInt8) -> Bool { base == register || index == register && scale < 4 }
}

extension A64Emitter {
  static var mostAlignments: Int { 6 }

  /// An operand that must be aligned: the address is looked at first, where it is not known.
  mutating func alignedPlace(_ o: Operation) -> A64Place {
    let bytes = UInt32(o.selector)
    guard let fact = A64Alignment(o) else {
      let address = fullAddress(o)
      leave(ifMisaligned: address, bytes)
      return site == nil ? .scaled(address, 0) : target(o, bytes)
    }
    if o.base == .none && o.index == .none {
      if fact.displacement != 0 { leave(ifMisaligned: fullAddress(o), bytes) }
      return target(o, bytes)
    }
    if isAligned(fact) { return target(o, bytes) }
    if o.index == .none && fact.displacement == 0 {
      leave(ifMisaligned: register(o.base), bytes)
      note(fact)
      return target(o, bytes)
    }
    let address = fullAddress(o)
    leave(ifMisaligned: address, bytes)
    note(fact)
    return site == nil ? .scaled(address, 0) : target(o, bytes)
  }

  private mutating func target(_ o: Operation, _ bytes: UInt32) -> A64Place {
    o.opcode == .vectorStore ? storePlace(o, bytes: bytes) : place(o, bytes: bytes)
  }

  private mutating func leave(ifMisaligned address: A64Register, _ bytes: UInt32) {
    let pattern = A64Immediate.logical(UInt64(bytes) - 1, is64: false) ?? 0
    a.logicImmediate(.and, A64Map.other, address, pattern: pattern, is64: false)
    // The interpreter will fault: nothing comes back.
    leaveForGood(ifNotZero: A64Map.other)
  }

  private func isAligned(_ fact: A64Alignment) -> Bool {
    for k in 0..<alignmentCount where plan.alignments[k] == fact { return true }
    return false
  }

  private mutating func note(_ fact: A64Alignment) {
    if alignmentCount == Self.mostAlignments {
      for k in 1..<alignmentCount { plan.alignments[k - 1] = plan.alignments[k] }
      alignmentCount -= 1
    }
    plan.alignments[alignmentCount] = fact
    alignmentCount += 1
  }

  /// A register is about to change, by the operation being written.
  mutating func forgetAlignments(of value: Value) {
    guard alignmentCount != 0, !keepsAlignment(op.pointee, value) else { return }
    var kept = 0
    for k in 0..<alignmentCount where !plan.alignments[k].uses(value.raw) {
      plan.alignments[kept] = plan.alignments[k]
      kept += 1
    }
    alignmentCount = kept
  }

  /// Whether an operation moves a register by a multiple of sixteen, and does no more to it.
  private func keepsAlignment(_ o: Operation, _ value: Value) -> Bool {
    guard o.destination == value, o.width == 8, o.attributes.isEmpty else { return false }
    switch o.opcode {
    case .add, .subtract:
      return o.left == value && o.right == .immediate && o.immediate & 15 == 0
    case .address:
      return o.base == value && o.index == .none && o.addressMode == 0 && o.displacement & 15 == 0
    default: return false
    }
  }

  // MARK: Loops

  /// In front of a block that branches to itself: tests what each round accesses for certain, if the
  /// block moves those addresses by multiples of sixteen only.
  mutating func writeLoopAlignment() {
    var moved: UInt32 = 0
    for m in 0..<Int(block.operationCount) {
      if ops[m].opcode == .boundary && plan.isInterpreted[m] { return }
      moved |= movedUnevenly(ops[m])
    }
    var m = 0
    while m < Int(block.operationCount) && alignmentCount < Self.mostAlignments {
      switch ops[m].opcode {
      case .branch, .branchCounter, .jump, .jumpIndirect: return
      default: break
      }
      if ops[m].attributes.contains(.aligned), let fact = A64Alignment(ops[m]),
        fact.base != Value.none.raw || fact.index != Value.none.raw, !isAligned(fact),
        !isMoved(fact, moved)
      {
        n = m
        sum(A64Map.scratch, ops[m], is64: true)
        leave(ifMisaligned: A64Map.scratch, 16)
        let exit = plan.exits + (plan.counts.pointee.exits - 1)
        exit.pointee.operationCount = endOfInstruction(0)
        exit.pointee.resume = a.count
        note(fact)
      }
      m += 1
    }
    n = 0
  }

  private func isMoved(_ fact: A64Alignment, _ moved: UInt32) -> Bool {
    for r in 0..<16 as Range<UInt8> where moved >> UInt32(r) & 1 != 0 && fact.uses(r) {
      return true
    }
    return false
  }

  private func movedUnevenly(_ o: Operation) -> UInt32 {
    if o.destination.isRegister && keepsAlignment(o, o.destination) { return 0 }
    return registersWritten(by: o)
  }
}
