internal import CTranslator

/// Writes one block. Everything is written once, in order; branches out of the block lead to exits
/// that are written behind it.
struct A64Emitter {
  var a: A64Assembler
  let layout: CodeLayout
  let block: Block
  let ops: UnsafeMutablePointer<Operation>
  let plan: A64Plan
  /// Where the flags are at this point.
  var form = A64FlagForm.canonical
  /// How to have the flags in `stale`, which are not there; those that an operation has made though
  /// nobody reads them.
  var recipes = FlagRecipes()
  var stale: FlagSet = []
  var madeFlags: FlagSet = []
  /// Those of `stale` that are in no place even if operations that may leave them alone have.
  var baseless: FlagSet = []
  /// Flags that no operation of the block has defined yet, and that the block before may have left
  /// where they do not belong.
  var unsure: FlagSet = []
  /// Flags whose value nobody may rely on.
  var meaningless: FlagSet = []
  /// What the operation being written has saved.
  var saved = A64Saved()
  /// Index of the block's first recipe.
  var firstRecipe = 0
  /// The operation being written, and the boundary of its instruction.
  var n = 0
  var boundary = 0
  /// Guest instructions completed before the one being written.
  var executed = 0
  /// Operations that the one before them carried out too.
  var skip = 0
  /// Temporaries that hold a constant which is in no register yet.
  var constants: A64Constants
  /// Guest registers known to be zero, by number; and that RDX holds RAX's sign.
  var zeroes: UInt32 = 0
  var signInRDX: UInt8 = 0
  /// PF and AF that are computed behind the branch that comes next.
  var postponed: A64Postponed?
  /// An INC or DEC whose result the branch that comes next tests itself.
  var step: A64Postponed?
  /// Where the target of the indirect jump that follows is already.
  var readyTarget: A64Register?
  var slots: A64Slots
  /// Position of the block's first instruction, where a branch to its own start goes.
  var start = 0
  /// Where such a branch may go instead, while the slots have what is pinned there.
  var loop = 0
  /// RDX ought to be zero in front of the division that comes next.
  var owesZero = false
  /// What the next instruction has in its destination: not computed yet, but an operand of it.
  var shifted: A64Shifted?
  /// A run of floating-point instructions is being written; where its undos begin.
  var isInRun = false
  var firstUndo = 0
  /// How many of the plan's alignments are known to hold.
  var alignmentCount = 0
  /// Which registers hold the plan's vector constants, as bits, and the next to be replaced.
  var keptConstants: UInt32 = 0
  var nextConstant: UInt32 = 0
  /// The branch of an indirect jump that the branch table does not know.
  var missBranch = -1
  var missTarget = A64Map.scratch
  /// Whether the code of this instruction is followed by more.
  var isEnded = false
  /// Some operation had to do with vector registers.
  var usesVectors = false
  /// Stores that are to be written with care; the one that is being written; its test for the window
  /// may change NZCV.
  var sites: StoreSites?
  var site: StoreSite?
  var losesFlags = false

  /// The address at which the first instruction written is executed.
  var base: UInt64 = 0

  var op: UnsafeMutablePointer<Operation> { ops + n }
  /// The flags that must be right behind the operation being written.
  var need: FlagSet {
    let all = plan.hard[n].intersection(ops[n].flags)
    return postponed == nil ? all : all.subtracting([.parity, .adjust])
  }
  var is32BitMode: Bool { block.mode != .long64 }
}

/// Memory that the back end keeps for writing blocks.
struct A64Plan {
  let hard: UnsafeMutablePointer<FlagSet>
  let isInterpreted: UnsafeMutablePointer<Bool>
  /// At conditional branches: the flags read where they lead to.
  let taken: UnsafeMutablePointer<FlagSet>
  /// Flags that have to be there although only a fault, or an exit, shows them.
  let asked: UnsafeMutablePointer<FlagSet>
  /// What operations have to save for those that a recipe gives.
  let saving: UnsafeMutablePointer<A64Saving>
  /// At boundaries: the instruction before carried this one out too.
  let isPaired: UnsafeMutablePointer<Bool>
  let exits: UnsafeMutablePointer<A64PendingExit>
  let detours: UnsafeMutablePointer<A64Detour>
  /// How many pairs of constants lie in front of the branch table.
  let pairCount: UnsafeMutablePointer<Int>
  let literals: UnsafeMutablePointer<A64Literal>
  let constants: UnsafeMutablePointer<UInt64>
  let counts: UnsafeMutablePointer<A64Counts>
  let lookAhead: UnsafeMutablePointer<Operation>
  /// Where the guest's vector registers are, and what a run has to take back.
  let places: UnsafeMutablePointer<A64VectorPlace>
  let undos: UnsafeMutablePointer<A64Undo>
  let slots: UnsafeMutablePointer<A64Slot>
  /// Operations that were given other operands, as they were.
  let retargets: UnsafeMutablePointer<(operation: Int, was: Operation)>
  let candidates: UnsafeMutablePointer<(slot: A64Slot, uses: Int)>
  let alignments: UnsafeMutablePointer<A64Alignment>
  let vectorConstants: UnsafeMutablePointer<(UInt64, UInt64)>
  /// FEAT_FlagM.
  var hasFlagM = false
  static let exitCapacity = 512
  static let detourCapacity = 64
  static let literalCapacity = 1024
  static let undoCapacity = 128

  init() {
    let longest = TranslationCache.longestBlock
    hard = .allocate(capacity: longest)
    isInterpreted = .allocate(capacity: longest)
    isPaired = .allocate(capacity: longest)
    taken = .allocate(capacity: longest)
    asked = .allocate(capacity: longest)
    saving = .allocate(capacity: longest)
    retargets = .allocate(capacity: longest)
    exits = .allocate(capacity: Self.exitCapacity)
    detours = .allocate(capacity: Self.detourCapacity)
    pairCount = .allocate(capacity: 1)
    pairCount.initialize(to: 0)
    literals = .allocate(capacity: Self.literalCapacity)
    constants = .allocate(capacity: 32)
    counts = .allocate(capacity: 1)
    lookAhead = .allocate(capacity: longest * A64LookAhead.deepest)
    places = .allocate(capacity: 16)
    undos = .allocate(capacity: Self.undoCapacity)
    slots = .allocate(capacity: A64Slots.most)
    slots.initialize(repeating: A64Slot(), count: A64Slots.most)
    candidates = .allocate(capacity: 16)
    alignments = .allocate(capacity: A64Emitter.mostAlignments)
    vectorConstants = .allocate(capacity: Int(A64Map.vectorConstantCount))
    counts.initialize(to: A64Counts())
  }

  /// Gives operations back the operands that writing has changed.
  func undoRetargets(_ block: Block) {
    var n = counts.pointee.retargets
    while n > 0 {
      n -= 1
      block.operations[retargets[n].operation] = retargets[n].was
    }
    counts.pointee.retargets = 0
  }

  func deallocate() {
    hard.deallocate()
    isInterpreted.deallocate()
    isPaired.deallocate()
    taken.deallocate()
    asked.deallocate()
    saving.deallocate()
    retargets.deallocate()
    exits.deallocate()
    detours.deallocate()
    pairCount.deallocate()
    literals.deallocate()
    constants.deallocate()
    counts.deallocate()
    lookAhead.deallocate()
    places.deallocate()
    undos.deallocate()
    slots.deallocate()
    candidates.deallocate()
    alignments.deallocate()
    vectorConstants.deallocate()
  }
}

struct A64Counts {
  var exits = 0
  var detours = 0
  var literals = 0
  var undos = 0
  var retargets = 0
  /// `A64Plan.asked` has grown.
  var isAsking = false
}

/// Constants in temporaries.
struct A64Constants {
  let values: UnsafeMutablePointer<UInt64>
  var pending: UInt32 = 0
}

/// A 64-bit constant that an LDR at `position` reads.
struct A64Literal {
  var position: Int
  var value: UInt64
}

/// PF and AF of an operation in front of a branch: computed behind it, on the ways that need them.
struct A64Postponed {
  var left: A64Register
  var right: A64Emitter.Operand
  /// The zero register for a comparison.
  var result: A64Register
  var isSubtraction: Bool
  var is64: Bool
}

/// A way out of the block, to be written behind it.
struct A64PendingExit {
  var kind: ExitRecord.Kind = .direct
  var target: UInt64 = 0
  /// The branch that leads here.
  var branch = 0
  /// The branch is conditional, or short: it may be retargeted only as far as it reaches.
  var isConditional = false
  /// Where the flags are, and which of them the target reads.
  var form = A64FlagForm.canonical
  var flags: FlagSet = []
  /// PF and AF that are computed on the way out.
  var postponed: A64Postponed?
  var stale: FlagSet = []
  var baseless: FlagSet = []
  var unsure: FlagSet = []
  var meaningless: FlagSet = []
  var recipes = FlagRecipes()
  var executed = 0
  var operation = 0
  /// Nothing comes back from it to this block.
  var isForGood = false
  /// For instructions that are interpreted.
  var boundary = 0
  var operationCount = 0
  var resume = -1
  var recipe: FlagRecipes?
  /// What is taken back before it leaves, in `A64Plan.undos`.
  var firstUndo = 0
  var undoCount = 0
  /// NZCV is taken back too, from `A64Map.third`.
  var restoresFlags = false
}

/// How a general register that a run has changed gets its old value.
struct A64Undo {
  var register: UInt8
  /// The host register with the old value; 0: `step` was added.
  var saved: UInt8 = 0
  var step: Int64 = 0
  /// It gets zero instead.
  var isZeroed = false
}

// MARK: Values

extension A64Emitter {
  /// A literal, or as few moves.
  mutating func constant(_ d: A64Register, _ value: UInt64) {
    if value >> 32 == 0 || A64Immediate.moveCount(value) == 1
      || A64Immediate.logical(value, is64: true) != nil
    {
      if A64Immediate.moveCount(value) == 1 || A64Immediate.logical(value, is64: true) != nil
        || value >> 16 == 0xFFFF
      {
        return a.constant(d, value)
      }
    }
    let count = plan.counts.pointee.literals
    guard count < A64Plan.literalCapacity else { return a.constant(d, value) }
    plan.literals[count] = A64Literal(position: a.count, value: value)
    plan.counts.pointee.literals = count + 1
    a.loadLiteral(d)
  }

  /// The register of a value; constants are put there first.
  mutating func register(_ value: Value) -> A64Register {
    let register = A64Map.register(value)
    if value.isTemporary && constants.pending >> UInt32(value.raw - 16) & 1 != 0 {
      constants.pending &= ~(1 << UInt32(value.raw - 16))
      constant(register, constants.values[Int(value.raw) - 16])
    }
    return register
  }

  /// The constant a value is known to be.
  func known(_ value: Value) -> UInt64? {
    if value == .immediate { return UInt64(bitPattern: op.pointee.immediate) }
    guard value.isTemporary, constants.pending >> UInt32(value.raw - 16) & 1 != 0 else {
      return nil
    }
    return constants.values[Int(value.raw) - 16]
  }

  /// A register is about to get another value.
  mutating func willWrite(_ value: Value) {
    if value.isTemporary {
      constants.pending &= ~(1 << UInt32(value.raw - 16))
    } else if value.isRegister {
      slots.forget(value.raw)
      recipes.lose(value.raw)
      forgetAlignments(of: value)
      if case .result(A64Map.register(value), _) = form {
        spoil(Self.hostFlags)
        form = .canonical
      }
      zeroes &= ~(1 << UInt32(value.raw))
      if value == .rax || value == .rdx { signInRDX = 0 }
    }
  }

  /// Writes a register's low part, as results of 1 and 2 bytes do.
  mutating func insert(_ to: Value, _ from: A64Register, width: UInt8) {
    _ = register(to)
    willWrite(to)
    a.insert(A64Map.register(to), from, bit: 0, width: UInt32(width) * 8)
  }

  /// Whether nothing of the instruction reads a temporary behind operation `after`.
  func isDead(_ value: Value, after: Int) -> Bool {
    guard value.isTemporary else { return false }
    var m = after + 1
    while m < Int(block.operationCount) && ops[m].opcode != .boundary {
      let o = ops[m]
      if o.left == value || o.right == value || o.third == value || o.base == value
        || o.index == value
      {
        return false
      }
      if o.destination == value && o.width >= 4 { return true }
      m += 1
    }
    return true
  }
}
