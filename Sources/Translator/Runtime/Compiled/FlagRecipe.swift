/// How to have the arithmetic flags at a place where compiled code does not keep all of them. Carried
/// out only if they are asked for there: by a fault, or by an instruction that is interpreted.
struct FlagRecipes: Equatable {
  /// The back end's own: how to read the flags it does keep.
  var form: UInt8 = 0
  var formRegister: UInt8 = 0
  /// Of the last operation that defined flags, and of those before it that defined others.
  var last = FlagRecipe()
  var older = FlagRecipe()
  var oldest = FlagRecipe()
  /// Flags that are still as the block before left them, which a link may not say to be right.
  var entry: FlagSet = []
  /// Registers that have changed since the block's beginning, as bits; 16 and 17 are those kept for PF
  /// and AF.
  var written: UInt32 = 0

  /// Which flags of `stale` cannot be had. `baseless` are those that were not in their place either
  /// before operations that may have left them alone.
  func lost(of stale: FlagSet, baseless: FlagSet) -> FlagSet {
    var open = stale
    var lost: FlagSet = []
    func look(_ recipe: FlagRecipe) {
      let mine = recipe.flags.intersection(open)
      let missing = mine.subtracting(recipe.given)
      lost.formUnion(missing)
      open.subtract(recipe.maySkip ? missing : mine)
    }
    look(last)
    look(older)
    look(oldest)
    return lost.union(open.intersection(baseless))
  }

  var isEmpty: Bool { last.flags.isEmpty && older.flags.isEmpty && oldest.flags.isEmpty }

  /// Forgets a register that is about to be overwritten. Called from everywhere: a call is shorter
  /// than what it does.
  @inline(never)
  mutating func lose(_ register: UInt8) {
    note(register)
    last.lose(register)
    older.lose(register)
    oldest.lose(register)
  }

  /// A register has changed.
  mutating func note(_ register: UInt8) {
    let bit =
      register == FlagRecipe.Operand.kept
      ? 16 : register == FlagRecipe.Operand.keptSecond ? 17 : UInt32(register)
    written |= 1 << bit
  }

  /// What is left of this in a later block, where `recipes` stands.
  func reaching(_ recipes: FlagRecipes) -> FlagRecipes {
    var rest = self
    rest.drop(FlagSet.all.subtracting(recipes.entry))
    rest.last.lose(all: recipes.written)
    rest.older.lose(all: recipes.written)
    rest.oldest.lose(all: recipes.written)
    return rest
  }

  /// The flags of a set are defined anew.
  mutating func drop(_ flags: FlagSet) {
    last.flags.subtract(flags)
    older.flags.subtract(flags)
    oldest.flags.subtract(flags)
  }

  /// Another operation has defined flags. Without room for all, what is oldest is lost.
  mutating func push(_ recipe: FlagRecipe) {
    if !last.flags.isEmpty {
      if !older.flags.isEmpty { oldest = older }
      older = last
    }
    last = recipe
  }

  /// Whether any flag but those of a set is had with the help of an operand.
  func use(_ operand: UInt8, butFor flags: FlagSet) -> Bool {
    last.uses(operand, butFor: flags) || older.uses(operand, butFor: flags)
      || oldest.uses(operand, butFor: flags)
  }
}

/// What an operation that defined flags did, with operands that still stand in registers.
struct FlagRecipe: Equatable {
  enum Kind: UInt8 {
    case nothing, add, subtract, and, or, xor
    /// With carry, whose flags but PF and AF are kept. `left` is left ^ right.
    case withCarry
    case shiftLeft, shiftRight, shiftArithmetic
    case shiftLeftDouble, shiftRightDouble
    case rotateLeft, rotateRight
    case multiply
    /// `result` is the upper half; of a signed product `left` is the lower.
    case multiplyUnsigned, multiplySigned
    /// Bit `right` of `left`.
    case bit
    /// Whether `left` is zero.
    case scan
    case countZeros, population
  }

  enum Operand {
    static let none: UInt8 = 0xFF
    /// `constant`.
    static let constant: UInt8 = 0xFE
    /// What compiled code keeps for PF: `TransomGuestState.compiledScratch.0`; and for AF, `.1`.
    static let kept: UInt8 = 0xFD
    static let keptSecond: UInt8 = 0xFC
  }

  var kind = Kind.nothing
  var width: UInt8 = 8
  /// Guest registers, or as `Operand` says. Of shifts `right` is the count.
  var left = Operand.none
  var right = Operand.none
  var result = Operand.none
  /// With a count of zero nothing was defined.
  var maySkip = false
  /// Those that the operation has defined and that are to be had from it.
  var flags: FlagSet = []
  var constant: UInt64 = 0
  /// The operation's index in its block, while that is being written.
  var operation: UInt16 = 0

  /// Forgets registers, by the bits of `FlagRecipes.written`.
  mutating func lose(all written: UInt32) {
    func rest(_ operand: UInt8) -> UInt8 {
      let bit: UInt32 =
        operand == Operand.kept ? 16 : operand == Operand.keptSecond ? 17 : UInt32(operand)
      return bit < 18 && written >> bit & 1 != 0 ? Operand.none : operand
    }
    left = rest(left)
    right = rest(right)
    result = rest(result)
  }

  mutating func lose(_ register: UInt8) {
    if left == register { left = Operand.none }
    if right == register { right = Operand.none }
    if result == register { result = Operand.none }
  }

  func uses(_ operand: UInt8, butFor others: FlagSet) -> Bool {
    (left == operand || right == operand || result == operand)
      && !flags.subtracting(others).isEmpty
  }

  private var hasLeft: Bool { left != Operand.none }
  private var hasRight: Bool { right != Operand.none }
  private var hasResult: Bool { result != Operand.none }

  /// The flags that can be had, whatever the registers hold.
  var given: FlagSet {
    if maySkip && !hasRight { return [] }
    let ofResult: FlagSet = hasResult ? [.zero, .sign, .parity] : []
    let can: FlagSet =
      switch kind {
      case .nothing: []
      case .add, .subtract: known >= 2 ? .all : ofResult
      // CF, OF and AF are clear whatever the operands are.
      case .and, .or, .xor:
        hasResult || hasLeft && hasRight ? .all : [.carry, .overflow, .adjust]
      case .withCarry: hasLeft && hasResult ? ofResult.union(.adjust) : ofResult
      case .shiftLeft, .shiftRight, .shiftArithmetic: hasLeft && hasRight ? .all : ofResult
      case .shiftLeftDouble, .shiftRightDouble:
        hasLeft && hasRight ? ofResult.union(.carry) : ofResult
      case .rotateLeft, .rotateRight: hasResult ? [.carry, .overflow] : []
      case .multiply: hasLeft && hasRight || isInvertible ? [.carry, .overflow] : []
      case .multiplyUnsigned: hasResult ? [.carry, .overflow] : []
      case .multiplySigned: hasResult && hasLeft ? [.carry, .overflow] : []
      case .bit: hasLeft && hasRight ? .carry : []
      case .scan: hasLeft ? .zero : []
      case .countZeros: hasResult ? [.carry, .zero] : []
      case .population: hasResult ? .all : []
      }
    return can.intersection(flags)
  }

  /// A product with an odd constant has one left operand only.
  var isInvertible: Bool { hasResult && right == Operand.constant && constant & 1 != 0 }

  /// How many of the operands and the result can be had.
  var known: Int { (hasLeft ? 1 : 0) + (hasRight ? 1 : 0) + (hasResult ? 1 : 0) }
}
