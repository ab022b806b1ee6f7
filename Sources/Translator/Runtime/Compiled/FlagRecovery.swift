/// What recipes are carried out on.
struct FlagRecovery {
  let registers: UnsafePointer<UInt64>
  /// What compiled code keeps for PF and AF.
  let kept: UInt64
  let keptSecond: UInt64

  /// RFLAGS with what can be had put in.
  func apply(_ recipes: FlagRecipes, to rflags: UInt64) -> UInt64 {
    apply(recipes.last, to: apply(recipes.older, to: apply(recipes.oldest, to: rflags)))
  }

  private func apply(_ recipe: FlagRecipe, to rflags: UInt64) -> UInt64 {
    let given = recipe.given
    guard !given.isEmpty else { return rflags }
    var work = FlagWork(width: recipe.width)
    let left = value(recipe.left, recipe) & work.mask
    var right = value(recipe.right, recipe)
    let result = value(recipe.result, recipe) & work.mask
    switch recipe.kind {
    case .nothing: return rflags
    case .add, .subtract:
      work.sum(
        recipe.left == FlagRecipe.Operand.none ? nil : left,
        recipe.right == FlagRecipe.Operand.none ? nil : right & work.mask, result,
        isSubtraction: recipe.kind == .subtract)
    case .and, .or, .xor:
      right &= work.mask
      work.result(
        recipe.result != FlagRecipe.Operand.none
          ? result
          : recipe.kind == .and ? left & right : recipe.kind == .or ? left | right : left ^ right)
    case .withCarry:
      work.result(result)
      work.put(Flag.adjust, (left ^ result) & Flag.adjust != 0)
    case .shiftLeft, .shiftRight, .shiftArithmetic, .shiftLeftDouble, .shiftRightDouble,
      .rotateLeft, .rotateRight:
      let count = right & (recipe.width == 8 ? 63 : 31)
      if recipe.maySkip && count == 0 { return rflags }
      work.shift(
        recipe.kind, recipe.left == FlagRecipe.Operand.none ? nil : left, count, result)
    case .multiply:
      let isThere = recipe.left != FlagRecipe.Operand.none
      work.putCarryAndOverflow(
        work.productOverflows(isThere ? left : work.quotient(result, right), right & work.mask))
    case .multiplyUnsigned: work.putCarryAndOverflow(result != 0)
    case .multiplySigned:
      work.putCarryAndOverflow(result != (work.isNegative(left) ? work.mask : 0))
    case .bit: work.put(Flag.carry, left >> (right & (work.bits - 1)) & 1 != 0)
    case .scan: work.put(Flag.zero, left == 0)
    case .countZeros:
      work.put(Flag.carry, result == work.bits)
      work.put(Flag.zero, result == 0)
    case .population: work.put(Flag.zero, result == 0)
    }
    let wanted = Flag.mask(given)
    return rflags & ~wanted | work.set & wanted
  }

  /// Zero if it cannot be had.
  private func value(_ operand: UInt8, _ recipe: FlagRecipe) -> UInt64 {
    switch operand {
    case FlagRecipe.Operand.constant: recipe.constant
    case FlagRecipe.Operand.kept: kept
    case FlagRecipe.Operand.keptSecond: keptSecond
    default: operand < 16 ? registers[Int(operand)] : 0
    }
  }
}

/// Flags of one operation, being put together; those not put are clear.
private struct FlagWork {
  let bits: UInt64
  let mask: UInt64
  var set: UInt64 = 0

  init(width: UInt8) {
    bits = UInt64(width) * 8
    mask = bits == 64 ? ~0 : (1 << bits) - 1
  }

  mutating func put(_ flag: UInt64, _ isSet: Bool) { set = isSet ? set | flag : set & ~flag }

  mutating func putCarryAndOverflow(_ isSet: Bool) {
    put(Flag.carry, isSet)
    put(Flag.overflow, isSet)
  }

  func isNegative(_ value: UInt64) -> Bool { value >> (bits - 1) & 1 != 0 }

  /// ZF, SF and PF.
  mutating func result(_ value: UInt64) {
    put(Flag.zero, value == 0)
    put(Flag.sign, isNegative(value))
    put(Flag.parity, UInt8(truncatingIfNeeded: value).nonzeroBitCount & 1 == 0)
  }

  /// Of two operands and the result any two will do; the result alone gives what is its own.
  mutating func sum(_ left: UInt64?, _ right: UInt64?, _ given: UInt64, isSubtraction: Bool) {
    var value = given
    let l: UInt64
    let r: UInt64
    switch (left, right) {
    case (let left?, let right?):
      (l, r) = (left, right)
      value = (isSubtraction ? l &- r : l &+ r) & mask
    case (let left?, nil):
      l = left
      r = (isSubtraction ? l &- value : value &- l) & mask
    case (nil, let right?):
      r = right
      l = (isSubtraction ? value &+ r : value &- r) & mask
    case (nil, nil): return result(value)
    }
    result(value)
    put(Flag.carry, isSubtraction ? l < r : value < l)
    put(
      Flag.overflow,
      isNegative(isSubtraction ? (l ^ r) & (l ^ value) : ~(l ^ r) & (l ^ value)))
    put(Flag.adjust, (l ^ r ^ value) & Flag.adjust != 0)
  }

  /// A shift or rotation by a count that is not zero. OF is that of a count of one.
  mutating func shift(
    _ kind: FlagRecipe.Kind, _ left: UInt64?, _ count: UInt64, _ given: UInt64
  ) {
    let l = left ?? 0
    var value = given
    switch kind {
    case .shiftLeft, .shiftLeftDouble:
      if kind == .shiftLeft, left != nil { value = count < bits ? l << count & mask : 0 }
      put(Flag.carry, count <= bits && l >> (bits - count) & 1 != 0)
      result(value)
      put(Flag.overflow, isNegative(value) != (set & Flag.carry != 0))
    case .shiftRight, .shiftRightDouble:
      if kind == .shiftRight, left != nil { value = count < bits ? l >> count : 0 }
      put(Flag.carry, count <= bits && l >> (count - 1) & 1 != 0)
      result(value)
      put(Flag.overflow, isNegative(l))
    case .shiftArithmetic:
      let extended = isNegative(l) ? l | ~mask : l
      if left != nil {
        value = UInt64(bitPattern: Int64(bitPattern: extended) >> Int64(min(count, 63))) & mask
      }
      put(Flag.carry, extended >> min(count - 1, 63) & 1 != 0)
      result(value)
    case .rotateLeft:
      put(Flag.carry, value & 1 != 0)
      put(Flag.overflow, isNegative(value) != (value & 1 != 0))
    default:
      put(Flag.carry, isNegative(value))
      put(Flag.overflow, isNegative(value ^ value << 1))
    }
  }

  /// The number whose product with an odd one has these low bits.
  func quotient(_ product: UInt64, _ odd: UInt64) -> UInt64 {
    // Each step doubles the number of right bits (Newton); an odd number inverts its own low three.
    var inverse = odd
    for _ in 0..<5 { inverse = inverse &* (2 &- odd &* inverse) }
    return product &* inverse & mask
  }

  /// Whether a signed product does not fit.
  func productOverflows(_ left: UInt64, _ right: UInt64) -> Bool {
    func signed(_ value: UInt64) -> Int64 {
      Int64(bitPattern: value << (64 - bits)) >> Int64(64 - bits)
    }
    let (high, low) = signed(left).multipliedFullWidth(by: signed(right))
    let whole = Int64(bitPattern: low)
    return high != whole >> 63 || whole != signed(low & mask)
  }
}
