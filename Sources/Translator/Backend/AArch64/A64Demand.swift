/// What an operation saves for its recipe, because the registers it works on do not last.
struct A64Saving: OptionSet {
  let rawValue: UInt8
  static let left = A64Saving(rawValue: 1)
  static let right = A64Saving(rawValue: 2)
  static let result = A64Saving(rawValue: 4)
}

/// Where that was saved, as operands of a recipe.
struct A64Saved {
  var left = FlagRecipe.Operand.none
  var right = FlagRecipe.Operand.none
  var result = FlagRecipe.Operand.none

  func has(_ operand: UInt8) -> Bool { left == operand || right == operand || result == operand }
}

/// Flags that nobody reads and that a fault would show, where no recipe gives them.
///
/// A block is written in the hope that operands outlive what could fault. Where they do not, the
/// operation is asked to save one, in a register for PF and AF that nobody reads then; where it
/// cannot, the place asks for the flags as a reader would. The block is then written again.
extension A64Emitter {
  /// What stands at operation `m`, where a fault or an exit may show the flags.
  mutating func recipe(at m: Int) -> FlagRecipes? {
    var lost = recipes.lost(of: stale, baseless: baseless)
    if case .result(let r, _) = form, r.number >= 16, r != A64Map.parity {
      lost.formUnion(Self.hostFlags)
    }
    lost.subtract(meaningless)
    if !layout.keepsUnreadFlags { lost.formIntersection(flagsBehindStore(m)) }
    lost.subtract(plan.asked[m])
    if !lost.isEmpty {
      plan.counts.pointee.isAsking = true
      var rest = lost
      askToSave(recipes.last, &rest)
      askToSave(recipes.older, &rest)
      askToSave(recipes.oldest, &rest)
      plan.asked[m].formUnion(rest)
    }
    return currentRecipe()
  }

  /// At an exit: the flags that were defined in front of a store, which may have made the code behind
  /// the exit one that reads them. At a fault none.
  private func flagsBehindStore(_ m: Int) -> FlagSet {
    switch ops[m].opcode {
    case .branch, .branchCounter, .jump: break
    default: return []
    }
    var open = FlagSet.all
    var k = m
    while k > 0 && !open.isEmpty {
      k -= 1
      if mayStore(ops[k]) { return open }
      open.subtract(A64Liveness.defines(ops + k))
    }
    return []
  }

  /// Whether an operation may store where code is: not on the stack.
  private func mayStore(_ o: Operation) -> Bool {
    stores(o) && (o.base != .rsp || o.index != .none) || o.attributes.contains(.locked)
      || o.opcode == .moveString || o.opcode == .storeString
  }

  /// Without effect where nothing that the operation could save, and has not saved, would help.
  private func askToSave(_ recipe: FlagRecipe, _ lost: inout FlagSet) {
    guard !recipe.flags.isDisjoint(with: lost) else { return }
    let d = Int(recipe.operation)
    let wanted = recipe.missing(isStored: ops[d].destination.isStored, ops[d].attributes)
    guard !wanted.isSubset(of: plan.saving[d]) else { return }
    plan.saving[d].formUnion(wanted)
    lost.subtract(recipe.flags)
  }

  // MARK: Saving

  /// Saves what is asked for of an operation's operands: before it overwrites them, and where it is in
  /// memory behind its store.
  mutating func save(
    left: A64Register? = nil, right: Operand? = nil, result: A64Register? = nil
  ) {
    let wanted = plan.saving[n]
    guard !wanted.isEmpty else { return }
    let none = FlagRecipe.Operand.none
    if wanted.contains(.left), saved.left == none, let left { saved.left = put(left) }
    if wanted.contains(.right), saved.right == none, case .register(let right)? = right {
      saved.right = put(right)
    }
    if wanted.contains(.result), saved.result == none, let result { saved.result = put(result) }
  }

  /// Where an operand from memory comes into: where it is to be saved, if that is free.
  mutating func loadTarget(_ which: A64Saving) -> A64Register {
    guard plan.saving[n].contains(which), A64FlagMeaning.kind(op.pointee) != .withCarry,
      freePlace() == FlagRecipe.Operand.keptSecond
    else { return A64Map.other }
    if which == .left {
      saved.left = FlagRecipe.Operand.keptSecond
    } else {
      saved.right = FlagRecipe.Operand.keptSecond
    }
    recipes.note(FlagRecipe.Operand.keptSecond)
    return A64Map.adjust
  }

  private mutating func put(_ register: A64Register) -> UInt8 {
    guard let place = freePlace() else { return FlagRecipe.Operand.none }
    recipes.note(place)
    a.move(place == FlagRecipe.Operand.kept ? A64Map.parity : A64Map.adjust, register)
    return place
  }

  /// left ^ right, for AF of an addition with carry.
  mutating func saveDifference(_ left: A64Register, _ right: A64Register) {
    guard plan.saving[n].contains(.left), let place = freePlace() else { return }
    saved.left = place
    recipes.note(place)
    a.logic(
      .exclusiveOr, place == FlagRecipe.Operand.kept ? A64Map.parity : A64Map.adjust, left, right)
  }

  /// A register that holds neither flags which somebody sees nor what another recipe wants.
  private func freePlace() -> UInt8? {
    guard !isInRun else { return nil }
    let defined = A64Liveness.defines(op)
    func isFree(_ flags: FlagSet, _ operand: UInt8) -> Bool {
      flags.isDisjoint(with: plan.hard[n]) && flags.subtracting(defined).isSubset(of: baseless)
        && !recipes.use(operand, butFor: defined) && !saved.has(operand)
    }
    if isFree(.adjust, FlagRecipe.Operand.keptSecond) { return FlagRecipe.Operand.keptSecond }
    // A comparison may leave its result in the other one.
    let hasResult =
      op.pointee.destination.isStored
      || op.pointee.attributes.contains(.memoryDestination)
    return hasResult && isFree([.parity, .adjust], FlagRecipe.Operand.kept)
      ? FlagRecipe.Operand.kept : nil
  }
}

extension FlagRecipe {
  /// What the operation should have saved. `isStored`: its result goes to a register.
  func missing(isStored: Bool, _ attributes: Attributes) -> A64Saving {
    let lacksLeft: A64Saving = left == Operand.none ? .left : []
    let lacksRight: A64Saving = right == Operand.none ? .right : []
    let lacksResult: A64Saving = result == Operand.none ? .result : []
    switch kind {
    case .nothing: return []
    case .add, .subtract:
      if attributes.contains(.locked) { return lacksResult.isEmpty ? lacksRight : lacksResult }
      if known == 0 { return [.left, .right] }
      return lacksLeft.isEmpty ? lacksRight : lacksLeft
    case .and, .or, .xor:
      return isStored || attributes.contains(.memoryDestination)
        ? lacksResult : lacksLeft.union(lacksRight)
    case .withCarry: return lacksLeft.union(lacksResult)
    case .shiftLeft, .shiftRight, .shiftArithmetic, .multiply, .bit:
      return lacksLeft.union(lacksRight)
    case .shiftLeftDouble, .shiftRightDouble: return lacksLeft.union(lacksRight).union(lacksResult)
    case .rotateLeft, .rotateRight:
      return maySkip ? lacksRight.union(lacksResult) : lacksResult
    case .multiplyUnsigned, .countZeros, .population: return lacksResult
    case .multiplySigned: return lacksLeft.union(lacksResult)
    case .scan: return lacksLeft
    }
  }
}
