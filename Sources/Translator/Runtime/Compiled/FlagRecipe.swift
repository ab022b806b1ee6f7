/// How to have the arithmetic flags at a place where compiled code does not keep all of them. Carried
/// out only if they are asked for there: by a fault, or by an instruction that is interpreted.
struct FlagRecipes {
  /// The back end's own: how to read the flags it does keep.
  var form: UInt8 = 0
  var formRegister: UInt8 = 0
  /// Of the last operation that defined flags, and of one before it that defined others.
  var last = FlagRecipe()
  var older = FlagRecipe()
}

/// What an operation that defined flags did, with operands that still stand in registers.
struct FlagRecipe {
  enum Kind: UInt8 {
    case nothing, add, subtract, and, or, xor
    /// Of a shift or the like only the result is known.
    case result
  }

  enum Operand {
    static let none: UInt8 = 0xFF
    /// `constant`.
    static let constant: UInt8 = 0xFE
    /// What compiled code keeps for PF: `TransomGuestState.compiledScratch.0`.
    static let kept: UInt8 = 0xFD
  }

  var kind = Kind.nothing
  var width: UInt8 = 8
  /// Guest registers, or as `Operand` says.
  var left = Operand.none
  var right = Operand.none
  var result = Operand.none
  /// Those that the operation has defined and that are to be had from it.
  var flags: FlagSet = []
  var constant: UInt64 = 0

  func uses(_ register: UInt8) -> Bool {
    left == register || right == register || result == register
  }

  mutating func lose(_ register: UInt8) {
    if left == register { left = Operand.none }
    if right == register { right = Operand.none }
    if result == register { result = Operand.none }
  }

  /// Those of `flags` that can be had from what still stands in guest registers.
  var available: FlagSet {
    func isThere(_ operand: UInt8) -> Bool { operand < 16 || operand == Operand.constant }
    let operands = (isThere(left) ? 1 : 0) + (isThere(right) ? 1 : 0)
    guard isThere(result) || operands == 2 && kind != .result else { return [] }
    switch kind {
    case .nothing: return []
    case .and, .or, .xor: return flags
    case .add,
      .subtract where operands > 0:
      return flags
    default: return flags.intersection([.zero, .sign, .parity])
    }
  }

  /// RFLAGS with what can be had put in.
  func applied(
    to rflags: UInt64, _ registers: UnsafePointer<UInt64>, kept: UInt64
  ) -> UInt64 {
    guard kind != .nothing, !flags.isEmpty else { return rflags }
    let bits = UInt64(width) * 8
    let mask: UInt64 = bits == 64 ? ~0 : (1 << bits) - 1
    func value(_ operand: UInt8) -> UInt64? {
      if operand == Operand.constant { return constant & mask }
      if operand == Operand.kept { return kept & mask }
      return operand < 16 ? registers[Int(operand)] & mask : nil
    }
    var l = value(left)
    var r = value(right)
    var result = value(result)
    complete(&l, &r, &result, mask)
    guard let result else { return rflags }
    var set: UInt64 = 0
    var known: FlagSet = [.zero, .sign, .parity]
    if result == 0 { set |= Flag.zero }
    if result >> (bits - 1) & 1 != 0 { set |= Flag.sign }
    if UInt8(truncatingIfNeeded: result).nonzeroBitCount & 1 == 0 { set |= Flag.parity }
    switch kind {
    case .and, .or, .xor: known.formUnion([.carry, .overflow, .adjust])
    case .add, .subtract:
      guard let l, let r else { break }
      known = .all
      let isCarry = kind == .add ? result < l : l < r
      let overflow = kind == .add ? ~(l ^ r) & (l ^ result) : (l ^ r) & (l ^ result)
      if isCarry { set |= Flag.carry }
      if overflow >> (bits - 1) & 1 != 0 { set |= Flag.overflow }
      set |= (l ^ r ^ result) & Flag.adjust
    default: break
    }
    let wanted = Flag.mask(flags.intersection(known))
    return rflags & ~wanted | set & wanted
  }

  /// Of the two operands and the result of a sum or difference any two will do.
  private func complete(
    _ l: inout UInt64?, _ r: inout UInt64?, _ result: inout UInt64?, _ mask: UInt64
  ) {
    if let l, let r, result == nil {
      switch kind {
      case .add: result = (l &+ r) & mask
      case .subtract: result = (l &- r) & mask
      case .and: result = l & r
      case .or: result = l | r
      case .xor: result = l ^ r
      default: break
      }
    }
    guard let result, kind == .add || kind == .subtract else { return }
    if l == nil, let r { l = (kind == .add ? result &- r : result &+ r) & mask }
    if r == nil, let l { r = (kind == .add ? result &- l : l &- result) & mask }
  }
}
