internal import CTranslator

/// Where the guest's arithmetic flags are while a block is being written.
///
/// Canonical, as blocks hand them to each other: N, Z and V in NZCV, C the inverse of CF as after a
/// subtraction, PF and AF in `A64Map.parity` and `.adjust`.
enum A64FlagForm: Equatable {
  case canonical
  /// As canonical, but C is CF: after an addition.
  case direct
  /// CF and OF are clear; C is 0: after ANDS.
  case logic
  /// N and Z are those of a register, CF and OF are clear; NZCV holds nothing of it.
  case result(A64Register, is64: Bool)
  /// After FCMP: ZF, PF and CF as x86 sets them by a comparison, SF, OF and AF clear.
  case floatCompare
}

/// A condition in terms of NZCV: some AArch64 conditions, of which one or all must hold.
enum A64Test: Equatable {
  case never
  case always
  case one(A64Condition)
  case any(A64Condition, A64Condition)
  case all(A64Condition, A64Condition)
  /// The register is zero, or not; or its top bit is set, or not.
  case zero(A64Register, is64: Bool, Bool)
  case sign(A64Register, is64: Bool, Bool)
  /// PF is set, or not: by `A64Map.parity`.
  case parity(Bool)

  var inverted: A64Test {
    switch self {
    case .never: .always
    case .always: .never
    case .one(let c): .one(c.inverted)
    case .any(let a, let b): .all(a.inverted, b.inverted)
    case .all(let a, let b): .any(a.inverted, b.inverted)
    case .zero(let r, let is64, let isZero): .zero(r, is64: is64, !isZero)
    case .sign(let r, let is64, let isSet): .sign(r, is64: is64, !isSet)
    case .parity(let isSet): .parity(!isSet)
    }
  }
}

extension A64FlagForm {
  /// How an x86 condition is tested.
  func test(_ selector: UInt8) -> A64Test {
    let positive = positiveTest(selector & 14)
    return selector & 1 == 0 ? positive : positive.inverted
  }

  /// O, B, E, BE, S, P, L, LE.
  private func positiveTest(_ selector: UInt8) -> A64Test {
    switch self {
    case .canonical, .direct, .logic: integerTest(selector)
    case .result(let r, let is64):
      switch selector {
      case 0, 2: .never
      case 4: .zero(r, is64: is64, true)
      case 8, 12: .sign(r, is64: is64, true)
      default: .parity(true)
      }
    case .floatCompare:
      switch selector {
      case 0, 8: .never
      case 2: .one(.less)
      case 4: .any(.equal, .overflow)
      case 6: .one(.lessOrEqual)
      case 10: .one(.overflow)
      case 12: .never
      default: .any(.equal, .overflow)
      }
    }
  }

  private func integerTest(_ selector: UInt8) -> A64Test {
    switch selector {
    case 0: self == .logic ? .never : .one(.overflow)
    case 2: self == .canonical ? .one(.carryClear) : self == .direct ? .one(.carrySet) : .never
    case 4: .one(.equal)
    case 6:
      self == .canonical
        ? .one(.lowerOrSame) : self == .direct ? .any(.carrySet, .equal) : .one(.equal)
    case 8: .one(.minus)
    case 10: .parity(true)
    case 12: .one(.less)
    default: .one(.lessOrEqual)
    }
  }
}

extension AArch64BackEnd {
  // NZCV's bits.
  private static let n: UInt32 = 1 << 31
  private static let z: UInt32 = 1 << 30
  private static let c: UInt32 = 1 << 29
  private static let v: UInt32 = 1 << 28

  static func importFlags(_ state: UnsafeMutablePointer<TransomGuestState>) {
    let f = state.pointee.rflags
    var packed: UInt32 = 0
    if f & Flag.sign != 0 { packed |= n }
    if f & Flag.zero != 0 { packed |= z }
    if f & Flag.carry == 0 { packed |= c }
    if f & Flag.overflow != 0 { packed |= v }
    state.pointee.packedFlags = packed
    let parity: UInt64 = f & Flag.parity != 0 ? 0 : 1
    state.pointee.compiledScratch.0 = parity
    state.pointee.compiledScratch.1 = parity ^ (f & Flag.adjust)
    state.pointee.compiledScratch.2 = CodeEntry.floatStatus(state)
  }

  static func exportFlags(_ state: UnsafeMutablePointer<TransomGuestState>) {
    let packed = state.pointee.packedFlags
    var f: UInt64 = 0
    if packed & n != 0 { f |= Flag.sign }
    if packed & z != 0 { f |= Flag.zero }
    if packed & c == 0 { f |= Flag.carry }
    if packed & v != 0 { f |= Flag.overflow }
    let parity = UInt8(truncatingIfNeeded: state.pointee.compiledScratch.0)
    if parity.nonzeroBitCount & 1 == 0 { f |= Flag.parity }
    f |= (state.pointee.compiledScratch.0 ^ state.pointee.compiledScratch.1) & Flag.adjust
    let all = Flag.mask(.all)
    state.pointee.rflags = state.pointee.rflags & ~all | f
  }
}
