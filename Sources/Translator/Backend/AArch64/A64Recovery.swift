internal import CTranslator

/// Flags that nobody reads unless a fault comes: instead of code, a note how to have them then.
extension A64Emitter {
  /// In front of an operation: what it must leave right for readers.
  func neededFlags() -> FlagSet { plan.hard[n].intersection(ops[n].flags) }

  /// Behind it: what can be had of the flags it defines, and how.
  mutating func noteDefinition(_ o: Operation, needed: FlagSet) {
    let defined = o.flags
    guard !defined.isEmpty else { return }
    // What waits for the branch is not there yet.
    var made = needed.union(madeFlags)
    if postponed != nil { made.subtract([.parity, .adjust]) }
    if step != nil { made = [] }
    stale = stale.subtracting(defined).union(defined.subtracting(made))
    var note = recipe(of: o)
    recipe.flags.subtract(defined)
    older.flags.subtract(defined)
    guard note.kind != .nothing else { return }
    if !recipe.flags.isEmpty { older = recipe }
    note.flags = defined
    recipe = note
  }

  private func recipe(of o: Operation) -> FlagRecipe {
    var note = FlagRecipe()
    guard o.attributes.isDisjoint(with: [.memoryDestination, .locked]) else { return note }
    switch o.opcode {
    case .add, .increment: note.kind = .add
    case .subtract, .decrement, .negate: note.kind = .subtract
    case .and: note.kind = .and
    case .or: note.kind = .or
    case .xor: note.kind = .xor
    case .addCarry, .subtractBorrow: note.kind = .result
    case .shiftLeft, .shiftRight, .shiftArithmetic:
      guard o.right == .immediate else { return note }
      note.kind = .result
    default: return note
    }
    note.width = o.width
    if o.destination.isRegister { note.result = o.destination.raw }
    if madeFlags.contains(.parity) { note.result = FlagRecipe.Operand.kept }
    let left = operand(o.left, o, isMemory: o.attributes.contains(.memoryLeft))
    switch o.opcode {
    case .increment, .decrement:
      note.left = left
      note.right = FlagRecipe.Operand.constant
      note.constant = 1
    case .negate:
      note.left = FlagRecipe.Operand.constant
      note.right = left
    default:
      note.left = left
      if !o.attributes.contains(.memoryRight), let value = known(o.right) {
        note.right = FlagRecipe.Operand.constant
        note.constant = value
      } else {
        note.right = operand(o.right, o, isMemory: o.attributes.contains(.memoryRight))
      }
    }
    // x ^ x and x − x are zero, whatever x was.
    if o.opcode == .xor || o.opcode == .subtract, o.left == o.right, o.left.isRegister {
      note.left = FlagRecipe.Operand.constant
      note.right = FlagRecipe.Operand.constant
      note.result = FlagRecipe.Operand.none
      note.constant = 0
    }
    return note
  }

  /// A register that still has the operand behind the operation.
  private func operand(_ value: Value, _ o: Operation, isMemory: Bool) -> UInt8 {
    !isMemory && value.isRegister && value != o.destination ? value.raw : FlagRecipe.Operand.none
  }

  /// The flags are read as compiled code keeps them from here on.
  mutating func forgetRecipe() {
    recipe = FlagRecipe()
    older = FlagRecipe()
    stale = []
  }

  /// What stands here, if the flags are not simply where they belong.
  func currentRecipe() -> FlagRecipes? {
    var note = FlagRecipes()
    note.last = recipe
    note.last.flags.formIntersection(stale)
    note.older = older
    note.older.flags.formIntersection(stale)
    switch form {
    case .canonical: if note.last.flags.isEmpty && note.older.flags.isEmpty { return nil }
    case .direct: note.form = 1
    case .logic: note.form = 2
    case .result(let r, let is64):
      // The register is a guest's, or the note is of no use.
      note.form = is64 ? 4 : 3
      note.formRegister = UInt8(truncatingIfNeeded: r.number)
    case .floatCompare: note.form = 5
    }
    return note
  }
}

extension AArch64BackEnd {
  /// RFLAGS from what compiled code has left, read as the recipe says.
  static func recoverFlags(_ state: UnsafeMutablePointer<TransomGuestState>, _ recipe: FlagRecipes)
  {
    // The general registers come first in the state: so compiled code stores them.
    let registers = UnsafeRawPointer(state).assumingMemoryBound(to: UInt64.self)
    let packed = state.pointee.packedFlags
    var f = state.pointee.rflags
    func put(_ flag: UInt64, _ isSet: Bool) { f = isSet ? f | flag : f & ~flag }
    let (n, z, c, v) = (packed >> 31 & 1, packed >> 30 & 1, packed >> 29 & 1, packed >> 28 & 1)
    switch recipe.form {
    case 1: put(Flag.carry, c != 0)
    case 2:
      put(Flag.carry, false)
      put(Flag.overflow, false)
    case 3, 4:
      guard recipe.formRegister < 16 else { break }
      let value = registers[Int(recipe.formRegister)]
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
    let kept = state.pointee.compiledScratch.0
    f = recipe.older.applied(to: f, registers, kept: kept)
    state.pointee.rflags = recipe.last.applied(to: f, registers, kept: kept)
  }
}
