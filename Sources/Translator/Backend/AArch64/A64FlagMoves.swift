/// Moving flags between the forms they can be in.
extension A64Emitter {
  /// Keeps left ^ right for AF, if AF is read. Before the operation, which may overwrite them.
  mutating func noteAdjust(_ o: Operation, _ left: A64Register, _ right: Operand) {
    guard need.contains(.adjust) else { return }
    switch right {
    case .register(let b):
      a.logic(.exclusiveOr, A64Map.adjust, left, b)
    case .constant(let value):
      if value & 16 == 0 {
        a.move(A64Map.adjust, left)
      } else if let pattern = A64Immediate.logical(16, is64: true) {
        a.logicImmediate(.exclusiveOr, A64Map.adjust, left, pattern: pattern)
      }
    }
  }

  /// Keeps the result for PF and AF, if they are read.
  mutating func noteParity(_ result: A64Register) {
    guard !need.isDisjoint(with: [.parity, .adjust]), result != A64Map.parity else { return }
    a.move(A64Map.parity, result)
  }

  /// CF into `A64Map.third`, before an operation that leaves CF alone but sets C.
  mutating func carryToScratch() {
    switch form {
    case .canonical: a.set(A64Map.third, if: .carryClear)
    case .direct: a.set(A64Map.third, if: .carrySet)
    case .logic, .result: a.moveWide(A64Map.third, 0, is64: false)
    case .floatCompare: a.set(A64Map.third, if: .less)
    }
  }

  /// C becomes the inverse of `A64Map.third`; N, Z and V stay.
  mutating func carryFromScratch() {
    a.readFlags(A64Map.scratch)
    if let pattern = A64Immediate.logical(1, is64: false) {
      a.logicImmediate(.exclusiveOr, A64Map.third, A64Map.third, pattern: pattern, is64: false)
    }
    a.insert(A64Map.scratch, A64Map.third, bit: 29, width: 1, is64: false)
    a.writeFlags(A64Map.scratch)
    form = .canonical
  }

  /// Makes C the inverse of CF, or CF itself; the other flags may be lost.
  mutating func carry(inverted: Bool) {
    switch form {
    case .canonical where inverted, .direct where !inverted: return
    case .canonical, .direct:
      if plan.hasFlagM { return a.invertCarry() }
      let isSet: A64Condition = form == .canonical ? .carryClear : .carrySet
      a.set(A64Map.scratch, if: isSet)
      if inverted {
        a.add(.zero, .zero, A64Map.scratch, subtract: true, flags: true, is64: false)
      } else {
        a.addImmediate(.zero, A64Map.scratch, 1, subtract: true, flags: true, is64: false)
      }
    case .logic, .result:
      // CF is clear.
      if inverted {
        a.add(.zero, .zero, .zero, subtract: true, flags: true, is64: false)
      } else {
        a.add(.zero, .zero, .zero, flags: true, is64: false)
      }
    case .floatCompare:
      a.set(A64Map.scratch, if: .less)
      if inverted {
        a.add(.zero, .zero, A64Map.scratch, subtract: true, flags: true, is64: false)
      } else {
        a.addImmediate(.zero, A64Map.scratch, 1, subtract: true, flags: true, is64: false)
      }
    }
  }

  /// Brings the flags of a set into the form in which blocks hand them on.
  mutating func canonicalize(_ flags: FlagSet) {
    // No flag is lost by it that is not said to be.
    let writesFlags = a.writesFlags
    defer {
      form = .canonical
      a.writesFlags = writesFlags
    }
    guard !flags.isEmpty else { return leaveStale() }
    switch form {
    case .canonical: return
    case .direct:
      if flags.isDisjoint(with: [.carry]) { return leaveStale() }
      if plan.hasFlagM { return a.invertCarry() }
      a.readFlags(A64Map.scratch)
      if let pattern = A64Immediate.logical(1 << 29, is64: false) {
        a.logicImmediate(
          .exclusiveOr, A64Map.scratch, A64Map.scratch, pattern: pattern, is64: false)
      }
      a.writeFlags(A64Map.scratch)
    case .logic:
      if flags.isDisjoint(with: [.carry]) { return leaveStale() }
      if plan.hasFlagM { return a.invertCarry() }
      a.readFlags(A64Map.scratch)
      if let pattern = A64Immediate.logical(1 << 29, is64: false) {
        a.logicImmediate(.or, A64Map.scratch, A64Map.scratch, pattern: pattern, is64: false)
      }
      a.writeFlags(A64Map.scratch)
    case .result(let r, let is64):
      a.addImmediate(.zero, r, 0, subtract: true, flags: true, is64: is64)
    case .floatCompare: canonicalizeComparison()
    }
  }

  /// The form's flags stay as they are, and are none that blocks would understand.
  private mutating func leaveStale() {
    switch form {
    case .canonical: return
    case .direct, .logic: spoil(.carry)
    case .result: spoil(Self.hostFlags)
    case .floatCompare: spoil(.all)
    }
  }

  /// ZF, PF and CF of a floating-point comparison; SF, OF and AF are clear.
  private mutating func canonicalizeComparison() {
    let x = A64Map.scratch
    let y = A64Map.other
    recipes.lose(FlagRecipe.Operand.kept)
    recipes.lose(FlagRecipe.Operand.keptSecond)
    // PF: parity of a byte of 0 is even, of 1 odd.
    a.set(A64Map.parity, if: .noOverflow)
    a.move(A64Map.adjust, A64Map.parity)
    // C is the inverse of CF, Z is ZF.
    a.set(x, if: .greaterOrEqual)
    a.set(y, if: .equal)
    a.select(.increment, y, y, .zero, if: .noOverflow, is64: false)
    a.shift(.left, x, x, by: 29, is64: false)
    a.logic(.or, x, x, y, by: 30, is64: false)
    a.writeFlags(x)
  }

  /// The form's hold on NZCV ends: N, Z, C and V are about to be something else.
  mutating func settle() {
    if case .result = form { canonicalize(plan.hard[n]) }
  }
}
