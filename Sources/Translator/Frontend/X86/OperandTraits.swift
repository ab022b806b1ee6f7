/// What an operand kind says of general registers, memory and immediates, as bits: looked up, not
/// branched on, since kinds come in no order that a processor could foresee.
struct OperandTraits {
  let bits: UInt16

  /// Bits 0–1: which of rm, reg, vvvv and the opcode's low bits names a register; bits 2–3: what
  /// the operand is; bit 4: a byte register, where 4–7 may be high bytes; bits 8–11: its width.
  private static let reg: UInt16 = 1
  private static let vvvv: UInt16 = 2
  private static let low: UInt16 = 3
  private static let register: UInt16 = 1 << 2
  /// A register or memory, as ModRM says.
  private static let either: UInt16 = 2 << 2
  private static let memory: UInt16 = 3 << 2
  private static let high: UInt16 = 1 << 4
  private static let immediate: UInt16 = 1 << 5
  /// One register whatever the encoding: its number in bits 0–1.
  private static let fixed: UInt16 = 1 << 6
  /// Widths other than 1, 2, 4 and 8, and 0 for operand size: 4 or 8 by REX.W, by mode.
  private static let byW: UInt16 = 9 << 8
  private static let byMode: UInt16 = 10 << 8

  @inline(__always)
  init(_ kind: OperandKind) {
    bits =
      switch kind {
      case .Eb: Self.either | Self.high | 1 << 8
      case .Ew: Self.either | 2 << 8
      case .Ed: Self.either | 4 << 8
      case .Eq: Self.either | 8 << 8
      case .Ev: Self.either
      case .Ey: Self.either | Self.byW
      case .Rq: Self.either | Self.byMode
      case .Gb: Self.register | Self.reg | Self.high | 1 << 8
      case .Gw: Self.register | Self.reg | 2 << 8
      case .Gd: Self.register | Self.reg | 4 << 8
      case .Gq: Self.register | Self.reg | 8 << 8
      case .Gv: Self.register | Self.reg
      case .Gy: Self.register | Self.reg | Self.byW
      case .By: Self.register | Self.vvvv | Self.byW
      case .Zb: Self.register | Self.low | Self.high | 1 << 8
      case .Zv: Self.register | Self.low
      case .AL: Self.register | Self.fixed | 1 << 8
      case .rAX: Self.register | Self.fixed
      case .CL: Self.register | Self.fixed | 1 | 1 << 8
      case .DX: Self.register | Self.fixed | 2 | 2 << 8
      case .M: Self.memory
      case .Mw: Self.memory | 2 << 8
      case .Md: Self.memory | 4 << 8
      case .Mq: Self.memory | 8 << 8
      case .Mo: Self.memory
      case .My: Self.memory | Self.byW
      case .Ob: Self.memory | 1 << 8
      case .Ov: Self.memory
      case .Ib: Self.immediate | 1 << 8
      case .Iw: Self.immediate | 2 << 8
      case .Is, .Iz, .Iv, .one: Self.immediate
      case .Sw: 2 << 8
      case .Cq, .Dq: Self.byMode
      case .none, .Jb, .Jz, .Vx, .Wx, .Wb, .Ww, .Wd, .Wq, .Wo, .Hx, .Ux, .Lx, .Pq, .Qq, .Qd, .Nq,
        .STi, .Ap:
        0
      }
  }

  @inline(__always) var isImmediate: Bool { bits & Self.immediate != 0 }

  @inline(__always) func isMemory(_ isRegisterForm: Bool) -> Bool {
    bits & 12 == Self.memory || bits & 12 == Self.either && !isRegisterForm
  }

  @inline(__always) func isRegister(_ isRegisterForm: Bool) -> Bool {
    bits & 12 == Self.register || bits & 12 == Self.either && isRegisterForm
  }

  /// The register's number, if it is one.
  @inline(__always) func number(_ i: DecodedInstruction) -> UInt8 {
    if bits & Self.fixed != 0 { return UInt8(truncatingIfNeeded: bits & 3) }
    let low = i.opcode & 7 | (i.rex & 1) << 3
    let all = UInt32(i.rm) | UInt32(i.reg) << 8 | UInt32(i.vexV) << 16 | UInt32(low) << 24
    return UInt8(truncatingIfNeeded: all >> UInt32((bits & 3) << 3))
  }

  @inline(__always) var mayBeHighByte: Bool { bits & Self.high != 0 }

  /// In bytes.
  @inline(__always) func width(_ i: DecodedInstruction, _ mode: ProcessorMode) -> UInt8 {
    let form = bits >> 8
    if form == 0 { return i.operandSize }
    if form <= 8 { return UInt8(truncatingIfNeeded: form) }
    return mode == .long64 && (form == 10 || i.w) ? 8 : 4
  }
}
