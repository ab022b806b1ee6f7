/// Leaving: branches, jumps, and instructions for the interpreter.
extension A64Emitter {
  /// Keeps an exit to be written behind the block, reached by the instruction about to be appended.
  mutating func addExit(_ exit: A64PendingExit) {
    let count = plan.counts.pointee.exits
    guard count < A64Plan.exitCapacity else { return }
    var exit = exit
    exit.branch = a.count
    plan.exits[count] = exit
    plan.counts.pointee.exits = count + 1
  }

  private func direct(_ target: UInt64, flags: FlagSet, isConditional: Bool) -> A64PendingExit {
    var exit = A64PendingExit()
    exit.target = target
    exit.isConditional = isConditional
    exit.form = form
    exit.flags = flags
    exit.postponed = flags.isDisjoint(with: [.parity, .adjust]) ? nil : postponed
    exit.stale = stale
    exit.baseless = baseless
    exit.unsure = unsure
    exit.meaningless = meaningless
    exit.recipes = recipes
    exit.executed = executed + 1
    exit.operation = n
    return exit
  }

  private func needsConversion(_ flags: FlagSet) -> Bool {
    switch form {
    case .canonical: false
    case .direct, .logic: flags.contains(.carry)
    default: !flags.isEmpty
    }
  }

  /// `jump`: the end of the block.
  mutating func jump() {
    let target = UInt64(bitPattern: op.pointee.immediate)
    canonicalize(plan.hard[n])
    if target == block.address && !layout.isCounting {
      a.branch(by: Int32(loopStart - a.count))
    } else {
      addExit(direct(target, flags: [], isConditional: false))
      a.branch()
    }
    isEnded = true
  }

  mutating func branch() {
    let o = op.pointee
    let target = UInt64(bitPattern: o.immediate)
    if let step {
      branch(
        to: target, if: .zero(step.result, is64: step.is64, o.selector & 1 == 0))
      return settle(step)
    }
    branch(to: target, if: form.test(o.selector))
    settleBehindBranch()
  }

  /// The flags of INC or DEC for the way on: of its old value, C kept.
  private mutating func settle(_ done: A64Postponed) {
    step = nil
    let later = plan.hard[n]
    guard !later.isSubset(of: .carry) else { return }
    settled(later)
    if later.contains(.adjust) { recipes.lose(FlagRecipe.Operand.keptSecond) }
    if !later.isDisjoint(with: [.parity, .adjust]) { recipes.lose(FlagRecipe.Operand.kept) }
    carryToScratch()
    let old = A64Map.scratch
    a.addImmediate(old, done.result, 1, subtract: !done.isSubtraction, is64: done.is64)
    if later.contains(.adjust) { a.move(A64Map.adjust, old) }
    let to = later.isDisjoint(with: [.parity, .adjust]) ? A64Register.zero : A64Map.parity
    a.addImmediate(
      to, old, 1, subtract: done.isSubtraction, flags: true, is64: done.is64)
    carryFromScratch()
  }

  /// What only the way on reads is computed behind the branch.
  private mutating func settleBehindBranch() {
    let later = plan.hard[n]
    if case .result(let r, let is64) = form, !later.isEmpty {
      a.addImmediate(
        later.contains(.parity) ? A64Map.parity : .zero, r, 0, subtract: true, flags: true,
        is64: is64)
      form = .canonical
      if later.contains(.parity) { recipes.lose(FlagRecipe.Operand.kept) }
      settled(later)
    }
    guard let put = postponed else { return }
    postponed = nil
    recover(put, later)
    settled(later.intersection([.parity, .adjust]))
  }

  /// PF and AF of an operation that is done.
  mutating func recover(_ put: A64Postponed, _ flags: FlagSet) {
    guard !flags.isDisjoint(with: [.parity, .adjust]) else { return }
    if flags.contains(.adjust) { recoverAdjust(put) }
    recipes.lose(FlagRecipe.Operand.keptSecond)
    recipes.lose(FlagRecipe.Operand.kept)
    // A comparison has left its result there.
    if put.result != .zero { a.move(A64Map.parity, put.result) }
  }

  /// left ^ right of an operation that is done: a comparison's operands are still there, a constant
  /// can be taken back from the result.
  private mutating func recoverAdjust(_ put: A64Postponed) {
    switch put.right {
    case .register(let b): a.logic(.exclusiveOr, A64Map.adjust, put.left, b)
    case .constant(let value):
      var left = put.left
      if put.result != .zero {
        let amount = signExtended(value, put.is64 ? 8 : 4)
        addConstant(
          A64Map.adjust, put.result, put.isSubtraction ? amount : 0 &- amount, is64: put.is64)
        left = A64Map.adjust
      }
      if value & 16 != 0 {
        a.logicImmediate(
          .exclusiveOr, A64Map.adjust, left, pattern: A64Immediate.logical(16, is64: true) ?? 0)
      } else if left != A64Map.adjust {
        a.move(A64Map.adjust, left)
      }
    }
  }

  private var loopStart: Int { slots.keepsPinned ? loop : start }

  mutating func branch(to target: UInt64, if test: A64Test) {
    let flags = plan.taken[n]
    let isLoop =
      target == block.address && !layout.isCounting && !needsConversion(flags)
      && (postponed == nil || flags.isDisjoint(with: [.parity, .adjust]))
    switch test {
    case .never: return
    case .always:
      addExit(direct(target, flags: flags, isConditional: false))
      a.branch()
    case .any(let first, let second):
      leave(to: target, flags, isLoop) { $0.branch(if: first) }
      leave(to: target, flags, isLoop) { $0.branch(if: second) }
    case .all(let first, let second):
      let over = a.count
      a.branch(if: first.inverted)
      leave(to: target, flags, isLoop) { $0.branch(if: second) }
      a.patch(over, to: a.count)
    case .one(let c): leave(to: target, flags, isLoop) { $0.branch(if: c) }
    case .zero(let r, let is64, let isZero):
      leave(to: target, flags, isLoop) { $0.compareBranch(r, isZero: isZero, is64: is64) }
    case .sign(let r, let is64, let isSet):
      leave(to: target, flags, isLoop) {
        $0.testBranch(r, bit: is64 ? 63 : 31, isZero: !isSet)
      }
    case .parity(let isSet):
      parityBit(A64Map.other)
      leave(to: target, flags, isLoop) {
        $0.testBranch(A64Map.other, bit: 0, isZero: isSet)
      }
    }
  }

  private mutating func leave(
    to target: UInt64, _ flags: FlagSet, _ isLoop: Bool,
    _ branch: (inout A64Assembler) -> Void
  ) {
    if isLoop {
      let position = a.count
      branch(&a)
      a.patch(position, to: loopStart)
      return
    }
    addExit(direct(target, flags: flags, isConditional: true))
    branch(&a)
  }

  mutating func branchCounter() {
    let o = op.pointee
    let rcx = A64Map.register(.rcx)
    let is64 = o.width == 8
    let target = UInt64(bitPattern: o.immediate)
    if o.selector == 0 {
      return branch(to: target, if: .zero(rcx, is64: is64, true))
    }
    // A result that stands for the flags may be RCX.
    settle()
    willWrite(.rcx)
    a.addImmediate(rcx, rcx, 1, subtract: true, is64: is64)
    if o.selector == 1 { return branch(to: target, if: .zero(rcx, is64: is64, false)) }
    let zero = form.test(4)
    let skipIf = o.selector == 2 ? zero.inverted : zero
    switch skipIf {
    case .one(let c):
      let over = a.count
      a.branch(if: c)
      branch(to: target, if: .zero(rcx, is64: is64, false))
      a.patch(over, to: a.count)
    default:
      canonicalize(plan.hard[n].union(plan.taken[n]).union(.zero))
      let over = a.count
      a.branch(if: o.selector == 2 ? .notEqual : .equal)
      branch(to: target, if: .zero(rcx, is64: is64, false))
      a.patch(over, to: a.count)
    }
  }

  /// Through the branch table.
  mutating func jumpIndirect() {
    let target = readyTarget ?? register(op.pointee.left)
    if target == A64Map.scratch {
      // Conversions of flags want scratch registers.
      if form != .canonical && !plan.hasFlagM || form == .floatCompare {
        a.move(A64Map.third, A64Map.scratch)
        canonicalize(.all)
        a.move(A64Map.scratch, A64Map.third)
      } else {
        canonicalize(.all)
      }
    } else {
      canonicalize(.all)
    }
    count(executed + 1)
    a.addZeroExtended(A64Map.other, A64Map.branchTable, target, bytes: 2, by: 4)
    a.pair(load: true, A64Map.other, A64Map.third, A64Map.other, offset: 0)
    a.add(A64Map.third, A64Map.third, target, subtract: true)
    missBranch = a.count
    missTarget = target
    a.compareBranch(A64Map.third, isZero: false, is64: true)
    a.branch(to: A64Map.other)
    isEnded = true
  }

  /// At an indirect exit the counter is made exact; all instructions of a block are counted at its
  /// start, and an indirect exit is its end.
  private mutating func count(_ done: Int) {
    let rest = Int(block.instructionCount) - done
    guard layout.isCounting, rest > 0 else { return }
    a.addImmediate(A64Map.remaining, A64Map.remaining, UInt32(rest))
  }

  // MARK: The interpreter

  private mutating func interpretExit() -> A64PendingExit {
    var exit = A64PendingExit()
    exit.kind = isInRun ? .leave : .interpret
    exit.executed = executed
    exit.boundary = boundary
    exit.isConditional = true
    exit.recipe = recipe(at: boundary)
    return exit
  }

  mutating func addInterpretExit() { addExit(interpretExit()) }

  /// As the others, but what follows is reached as a block of its own: it need not find the flags
  /// where this block has them.
  mutating func leaveForGood(ifNotZero r: A64Register) {
    var exit = interpretExit()
    exit.kind = .leave
    exit.isForGood = true
    addExit(exit)
    a.compareBranch(r, isZero: false, is64: true)
  }

  mutating func leaveToInterpret(ifZero r: A64Register, is64: Bool) {
    addExit(interpretExit())
    a.compareBranch(r, isZero: true, is64: is64)
  }

  mutating func leaveToInterpret(ifNotZero r: A64Register) {
    addExit(interpretExit())
    a.compareBranch(r, isZero: false, is64: true)
  }
}
