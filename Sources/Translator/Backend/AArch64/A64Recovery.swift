internal import CTranslator

/// Flags that nobody reads unless a fault comes: instead of code, a note how to have them then.
extension A64Emitter {
  /// Flags that AArch64 keeps itself.
  static var hostFlags: FlagSet { [.carry, .zero, .sign, .overflow] }

  /// In front of an operation: what it must leave right for readers.
  func neededFlags() -> FlagSet { plan.hard[n].intersection(ops[n].flags) }

  /// Behind it: what can be had of the flags it defines, and how.
  mutating func noteDefinition(_ o: Operation, needed: FlagSet) {
    let mayLeave = mayLeaveFlags(o)
    let defined = definesNothing(o) ? [] : o.flags
    // What waits for the branch is not there yet.
    var made = needed.union(madeFlags)
    if postponed != nil { made.subtract([.parity, .adjust]) }
    if step != nil { made = [] }
    noteOverwritten(needed, butFor: defined)
    guard !defined.isEmpty else { return }
    let undefined = A64FlagMeaning.undefined(o).intersection(defined)
    stale = stale.subtracting(defined).union(defined.subtracting(made))
    if mayLeave {
      stale.formUnion(defined)
      meaningless.formUnion(undefined)
    } else {
      baseless = baseless.subtracting(defined).union(defined.subtracting(made))
      meaningless = meaningless.subtracting(defined).union(undefined)
      unsure.subtract(defined)
      recipes.drop(defined)
    }
    var note = recipe(of: o)
    guard note.kind != .nothing || mayLeave else { return }
    note.maySkip = mayLeave
    note.flags = defined
    note.operation = UInt16(truncatingIfNeeded: n)
    recipes.push(note)
  }

  /// A count in a register, which may be zero.
  private func mayLeaveFlags(_ o: Operation) -> Bool {
    switch o.opcode {
    case .shiftLeft, .shiftRight, .shiftArithmetic, .rotateLeft, .rotateRight: o.right != .immediate
    case .shiftLeftDouble, .shiftRightDouble: o.third != .immediate
    default: false
    }
  }

  /// A constant count of zero.
  private func definesNothing(_ o: Operation) -> Bool {
    switch o.opcode {
    case .shiftLeft, .shiftRight, .shiftArithmetic, .rotateLeft, .rotateRight:
      o.right == .immediate && o.immediate & A64Liveness.countMask(op) == 0
    case .shiftLeftDouble, .shiftRightDouble:
      o.third == .immediate && o.immediate & A64Liveness.countMask(op) == 0
    default: false
    }
  }

  /// The operation has used registers in which flags, or what recipes want, may have been.
  private mutating func noteOverwritten(_ needed: FlagSet, butFor defined: FlagSet) {
    if !needed.isDisjoint(with: [.parity, .adjust]) || madeFlags.contains(.parity) {
      recipes.lose(FlagRecipe.Operand.kept)
    }
    if needed.contains(.adjust) { recipes.lose(FlagRecipe.Operand.keptSecond) }
    guard a.writesFlags else { return }
    a.writesFlags = false
    spoil(Self.hostFlags.subtracting(defined).subtracting(plan.hard[n]))
  }

  /// These flags are not in their place any more.
  mutating func spoil(_ flags: FlagSet) {
    stale.formUnion(flags)
    baseless.formUnion(flags)
  }

  /// They are again.
  mutating func settled(_ flags: FlagSet) {
    stale.subtract(flags)
    baseless.subtract(flags)
  }

  private func recipe(of o: Operation) -> FlagRecipe {
    var note = FlagRecipe()
    note.kind = A64FlagMeaning.kind(o)
    guard note.kind != .nothing else { return note }
    note.width = o.width
    let isInMemory = !o.attributes.isDisjoint(with: [.memoryDestination, .locked])
    if o.destination.isRegister && !isInMemory { note.result = o.destination.raw }
    note.left = operand(o.left, o, isMemory: isInMemory || o.attributes.contains(.memoryLeft))
    if !o.attributes.contains(.memoryRight), let value = known(o.right) {
      note.right = FlagRecipe.Operand.constant
      note.constant = value
    } else {
      note.right = operand(o.right, o, isMemory: o.attributes.contains(.memoryRight))
    }
    adapt(&note, o)
    if saved.left != FlagRecipe.Operand.none { note.left = saved.left }
    if saved.right != FlagRecipe.Operand.none { note.right = saved.right }
    if saved.result != FlagRecipe.Operand.none { note.result = saved.result }
    if madeFlags.contains(.parity) { note.result = FlagRecipe.Operand.kept }
    return note
  }

  /// What is particular to some operations.
  private func adapt(_ note: inout FlagRecipe, _ o: Operation) {
    func constant(_ value: UInt64) -> UInt8 {
      note.constant = value
      return FlagRecipe.Operand.constant
    }
    switch o.opcode {
    case .increment, .decrement: note.right = constant(1)
    case .negate:
      note.right = note.left
      note.left = constant(0)
    case .addCarry, .subtractBorrow:
      note.right = FlagRecipe.Operand.none
      note.left = o.left == o.right ? constant(0) : FlagRecipe.Operand.none
    case .xor, .subtract:
      // x ^ x and x − x are zero, whatever x was.
      guard o.left == o.right, o.left.isRegister else { break }
      note.left = constant(0)
      note.right = constant(0)
      note.result = FlagRecipe.Operand.none
    case .shiftLeftDouble, .shiftRightDouble:
      note.right = o.third == .immediate ? constant(UInt64(bitPattern: o.immediate)) : note.right
    case .multiplyWideUnsigned, .multiplyWideSigned:
      note.result = o.third.raw
      note.left = o.destination.raw
    case .bitScanForward, .bitScanReverse: note.left = note.right
    default: break
    }
  }

  /// A register that still has the operand behind the operation.
  private func operand(_ value: Value, _ o: Operation, isMemory: Bool) -> UInt8 {
    !isMemory && value.isRegister && value != o.destination ? value.raw : FlagRecipe.Operand.none
  }

  /// The flags are read as compiled code keeps them from here on.
  mutating func forgetRecipe() {
    recipes = FlagRecipes()
    stale = []
    baseless = []
    unsure = []
    meaningless = []
    a.writesFlags = false
  }

  /// What stands here, if the flags are not simply where they belong.
  func currentRecipe() -> FlagRecipes? {
    var note = recipes
    note.drop(FlagSet.all.subtracting(stale))
    note.entry = unsure.subtracting(baseless)
    switch form {
    case .canonical: if note.isEmpty && note.entry.isEmpty { return nil }
    case .direct: note.form = 1
    case .logic: note.form = 2
    case .result(let r, let is64):
      note.form = is64 ? 4 : 3
      note.formRegister = r == A64Map.parity ? FlagRecipe.Operand.kept : UInt8(r.number)
    case .floatCompare: note.form = 5
    }
    return note
  }
}

extension AArch64BackEnd {
  /// RFLAGS from what compiled code has left, read as the recipe says.
  static func recoverFlags(
    _ state: UnsafeMutablePointer<TransomGuestState>, _ recipe: FlagRecipes, before: FlagRecipes?
  ) {
    // The general registers come first in the state: so compiled code stores them.
    let registers = UnsafeRawPointer(state).assumingMemoryBound(to: UInt64.self)
    let kept = state.pointee.compiledScratch.0
    let packed = state.pointee.packedFlags
    let recovery = FlagRecovery(
      registers: registers, kept: kept, keptSecond: state.pointee.compiledScratch.1)
    var f = state.pointee.rflags
    if let before { f = recovery.apply(before.reaching(recipe), to: f) }
    func put(_ flag: UInt64, _ isSet: Bool) { f = isSet ? f | flag : f & ~flag }
    let (n, z, c, v) = (packed >> 31 & 1, packed >> 30 & 1, packed >> 29 & 1, packed >> 28 & 1)
    switch recipe.form {
    case 1: put(Flag.carry, c != 0)
    case 2:
      put(Flag.carry, false)
      put(Flag.overflow, false)
    case 3, 4:
      let isKept = recipe.formRegister == FlagRecipe.Operand.kept
      guard isKept || recipe.formRegister < 16 else { break }
      let value = isKept ? kept : registers[Int(recipe.formRegister)]
      put(Flag.zero, recipe.form == 4 ? value == 0 : UInt32(truncatingIfNeeded: value) == 0)
      put(Flag.sign, value >> (recipe.form == 4 ? 63 : 31) & 1 != 0)
      put(Flag.carry, false)
      put(Flag.overflow, false)
    case 5:
      put(Flag.zero, z | v != 0)
      put(Flag.parity, v != 0)
      put(Flag.carry, n != v)
      for flag in [Flag.sign, Flag.overflow, Flag.adjust] { put(flag, false) }
    default: break
    }
    state.pointee.rflags = recovery.apply(recipe, to: f)
  }
}
