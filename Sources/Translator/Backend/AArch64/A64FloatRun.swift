/// Floating point on the host's own, in runs.
///
/// The processor runs with FZ set, so that every operand or result that is not normal leaves a mark
/// in FPSR, as invalid operations, divisions by zero and overflows do. What remains without a mark
/// are normal numbers, infinities and quiet NaNs, for which both processors do the same. A run is a
/// row of instructions whose results stay in shadow registers until one look at FPSR speaks for all
/// of them. With a mark, and with a fault on the way, nothing of it has happened: its first
/// instruction is interpreted by itself, whose result and MXCSR are x86's, and what follows it
/// becomes a block of its own.
extension A64Emitter {
  /// What an instruction can be to a run.
  enum RunPart {
    /// It cannot be in one.
    case none
    /// It changes vector registers and may load; nothing of it needs the look.
    case move
    /// As `move`, and its result needs the look.
    case float
    /// Its result needs the look and lands elsewhere: in flags or a general register.
    case last
    /// It changes one general register and can be taken back.
    case integer
  }

  /// Writes the run that begins at this boundary. False: there is none, and nothing was written.
  /// What precedes it from `from` on counts as its own.
  mutating func writeFloatRun(_ from: Int, _ tables: inout CodeTables) -> Bool {
    let first = part(at: boundary)
    guard first == .float || first == .last,
      plan.counts.pointee.undos + Int(A64Map.temporaryCount) <= A64Plan.undoCapacity
    else { return false }
    tables.usesVectors = 1
    let firstExit = plan.counts.pointee.exits
    let start = boundary
    canonicalize(plan.hard[n])
    let standing = recipe(at: boundary)
    let spared = recipeWithoutHost()
    let recipe = keepRecipe(&tables)
    isInRun = true
    firstUndo = plan.counts.pointee.undos
    var length = 0
    var at = start
    while true {
      let part = part(at: at)
      let end = endOfPart(at)
      // Whatever fails on the way finds the run's first instruction.
      constants.pending = 0
      n = at + 1
      while n < end {
        skip = 0
        // Nothing uses that register between here and the look.
        if ops[n].opcode == .vectorFlags && spared == nil { a.readFlags(A64Map.third) }
        if part == .integer { writeUndoable() } else { writeShadowed() }
        n += 1 + skip
      }
      length += 1
      at = end
      if part == .last || !goesOn(at) { break }
    }
    let look = commit(firstExit, at, standing)
    if ops[at - 1].opcode == .vectorFlags {
      plan.exits[look].recipe = spared ?? standing
      plan.exits[look].restoresFlags = spared == nil
    }
    executed += length - 1
    if at < Int(block.operationCount), ops[at].opcode == .jump {
      n = at
      jump()
      at += 1
    }
    note(from, count: length, start, recipe, &tables)
    executed += 1
    n = at
    return true
  }

  /// Without the flags that AArch64 keeps, which a comparison overwrites before the look: nil if some
  /// of them are nowhere else.
  private mutating func recipeWithoutHost() -> FlagRecipes? {
    let (wereStale, wereBaseless) = (stale, baseless)
    defer { (stale, baseless) = (wereStale, wereBaseless) }
    spoil(Self.hostFlags)
    let lost = recipes.lost(of: stale, baseless: baseless)
    return lost.isSubset(of: meaningless) ? currentRecipe() : nil
  }

  /// Behind an instruction's operations, but for the jump with which a block may end.
  private func endOfPart(_ first: Int) -> Int {
    let end = endOfInstruction(first)
    return end > first + 1 && ops[end - 1].opcode == .jump ? end - 1 : end
  }

  /// One look for all, then results go where they belong. The number of the look's exit.
  private mutating func commit(_ firstExit: Int, _ end: Int, _ recipe: FlagRecipes?) -> Int {
    n = end - 1
    readFloatMarks()
    leaveForGood(ifNotZero: A64Map.scratch)
    let look = plan.counts.pointee.exits - 1
    plan.exits[look].firstUndo = firstUndo
    plan.exits[look].undoCount = undoCount
    for e in firstExit..<plan.counts.pointee.exits {
      plan.exits[e].kind = .leave
      plan.exits[e].recipe = recipe
      plan.exits[e].operationCount = endOfInstruction(boundary) - boundary
      plan.exits[e].resume = a.count
    }
    isInRun = false
    commitPlaces()
    if ops[n].opcode == .vectorFlags {
      form = .floatCompare
      forgetRecipe()
    } else if ops[n].opcode == .vectorToGeneral {
      willWrite(ops[n].destination)
      a.move(A64Map.register(ops[n].destination), A64Map.other, is64: A64Conversion(ops[n]).is64)
    }
    return look
  }

  /// All host code belongs to the run's first instruction.
  private func note(
    _ from: Int, count: Int, _ start: Int, _ recipe: UInt8, _ tables: inout CodeTables
  ) {
    var at = start
    for number in 0..<count {
      (tables.lengths + tables.lengthCount).initialize(
        to: InstructionLength(
          host: number == 0 ? UInt16(truncatingIfNeeded: (a.count - from) * 4) : 0,
          guest: ops[at].length, recipe: number == 0 ? recipe : 0))
      tables.lengthCount += 1
      at = endOfInstruction(at)
    }
  }

  /// Leaves in `A64Map.scratch` whether FPSR has noted what it must not.
  private mutating func readFloatMarks() {
    a.readFloatStatus(A64Map.scratch)
    a.logic(.and, A64Map.scratch, A64Map.scratch, A64Map.marks, is64: false)
  }

  // MARK: How far it goes

  /// Another instruction that needs the look follows, behind none that a run cannot have.
  private mutating func goesOn(_ boundary: Int) -> Bool {
    guard freeShadowCount >= 3 else { return false }
    var at = boundary
    var integers = undoCount
    var steps = 0
    while at < Int(block.operationCount) && steps < 16 {
      let part = part(at: at)
      if part == .none { return false }
      // What was changed before a fault would have to be taken back by a handler.
      if integers > 0 && needsTemporaryOrLoads(at) { return false }
      if part == .float || part == .last { return true }
      if part == .integer {
        integers += 1
        if integers > Int(A64Map.temporaryCount) { return false }
      }
      at = endOfInstruction(at)
      steps += 1
    }
    return false
  }

  private func needsTemporaryOrLoads(_ boundary: Int) -> Bool {
    var m = boundary + 1
    while m < Int(block.operationCount) && ops[m].opcode != .boundary {
      if ops[m].opcode == .load || ops[m].opcode == .vectorLoad || ops[m].opcode == .zeroExtend
        || !ops[m].attributes.isDisjoint(with: .memory)
      {
        return true
      }
      m += 1
    }
    return false
  }

  private func part(at boundary: Int) -> RunPart {
    guard boundary < Int(block.operationCount), !plan.isInterpreted[boundary],
      !plan.isPaired[boundary]
    else { return .none }
    let end = endOfPart(boundary)
    var result = RunPart.none
    var m = boundary + 1
    while m < end {
      let part = part(of: m, isOnly: end == boundary + 2)
      switch part {
      case .none: return .none
      case .move: if result == .none { result = .move }
      default: result = part
      }
      m += 1
    }
    return result
  }

  private func part(of m: Int, isOnly: Bool) -> RunPart {
    let o = ops[m]
    switch o.opcode {
    case .vector:
      guard o.destination.raw < 16, let code = A64VectorCoverage.code(o) else { return .none }
      return A64VectorTable.isChecked(code) ? .float : .move
    case .vectorLoad: return .move
    case .vectorMove: return o.destination.raw < 16 ? .move : .none
    case .vectorFromGeneral:
      guard o.destination.raw < 16 else { return .none }
      return VectorFromGeneral(rawValue: o.selector) == .operation && !isExact(o) ? .float : .move
    case .vectorFlags: return .last
    case .vectorToGeneral:
      return VectorToGeneral(rawValue: o.selector) == .operation
        && A64VectorCoverage.code(o) != .pmovmskb && o.destination.isRegister ? .last : .none
    case .load: return o.destination.isTemporary ? .move : .none
    case .zeroExtend: return o.destination.isTemporary ? .move : .none
    case .add, .subtract, .and, .or, .xor, .address, .shiftLeft, .shiftRight, .shiftArithmetic:
      return isOnly && isUndoable(m) ? .integer : .none
    case .increment, .decrement:
      return isOnly && isUndoable(m) && plan.hard[m].isEmpty ? .integer : .none
    default: return .none
    }
  }

  /// CVTSI2SD of 32 bits: nothing of MXCSR matters.
  func isExact(_ o: Operation) -> Bool { A64VectorCoverage.code(o) == .cvtsi2sd }

  /// One register changes, and nobody reads a flag of it.
  private func isUndoable(_ m: Int) -> Bool {
    let o = ops[m]
    return o.destination.isRegister && o.width >= 4 && o.attributes.isEmpty
      && (o.left.isRegister || o.left == .none)
      && (o.right.isRegister || o.right == .immediate || o.right == .none)
      && plan.hard[m].intersection(o.flags).isEmpty
  }

  // MARK: Taking back

  /// Registers changed in the run so far.
  private var undoCount: Int { plan.counts.pointee.undos - firstUndo }

  /// Writes an operation on a general register, and notes how to take it back.
  private mutating func writeUndoable() {
    let o = op.pointee
    var undo = A64Undo(register: o.destination.raw)
    if o.width == 8, o.left == o.destination, o.right == .immediate || o.right == .none,
      let step = step(of: o), A64Immediate.arithmetic(step.magnitude) != nil
    {
      undo.step = step
    } else {
      let saved = A64Map.firstTemporary + UInt32(undoCount)
      undo.saved = UInt8(truncatingIfNeeded: saved)
      a.move(A64Register(saved), A64Map.register(o.destination))
    }
    plan.undos[plan.counts.pointee.undos] = undo
    plan.counts.pointee.undos += 1
    writeDefining()
  }

  /// What an addition adds.
  private func step(of o: Operation) -> Int64? {
    switch o.opcode {
    case .add: o.immediate
    case .subtract: 0 &- o.immediate
    case .increment: 1
    case .decrement: -1
    default: nil
    }
  }

  /// In front of an exit's way out.
  mutating func takeBack(_ exit: A64PendingExit) {
    if exit.restoresFlags { a.writeFlags(A64Map.third) }
    var u = exit.firstUndo + exit.undoCount
    while u > exit.firstUndo {
      u -= 1
      let undo = plan.undos[u]
      let register = A64Register(undo.register)
      if undo.isZeroed {
        a.moveWide(register, 0, is64: false)
      } else if undo.saved != 0 {
        a.move(register, A64Register(undo.saved))
      } else {
        addConstant(register, register, 0 &- undo.step, is64: true)
      }
    }
  }
}
