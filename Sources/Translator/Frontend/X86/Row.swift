/// What decoder and lifter need of an `Encoding`, in sixteen bytes: names stay behind.
struct Row {
  let operands: (OperandKind, OperandKind, OperandKind, OperandKind)
  let operation: UInt16
  let meaning: Meaning
  let feature: Feature
  let flags: RowFlags
  let immediate: ImmediateForm
  let unit: ProcessorUnit
  /// An operand is VEX.vvvv; where none is, it must be all ones.
  let usesVVVV: Bool

  init(_ encoding: Encoding, isVEX: Bool) {
    let o = encoding.operands
    operands = o
    operation = encoding.operation
    meaning = encoding.meaning
    feature = encoding.feature
    flags = encoding.flags
    immediate = ImmediateForm(o)
    unit = ProcessorUnit(encoding.meaning, o, isVEX: isVEX)
    usesVVVV =
      o.0 == .By || o.0 == .Hx || o.1 == .By || o.1 == .Hx || o.2 == .By || o.2 == .Hx
  }
}

/// What follows ModRM and displacement.
enum ImmediateForm: UInt8 {
  case none
  case byte, signedByte
  /// A word or a doubleword by operand size. What follows is rare.
  case long
  case word
  /// As long as the operand.
  case whole
  /// An address as long as addresses are.
  case address
  /// Offset and selector.
  case far
  /// A word and a byte: ENTER.
  case wordAndByte

  init(_ o: (OperandKind, OperandKind, OperandKind, OperandKind)) {
    let first = Self(o.0)
    let second = Self(o.1)
    let third = Self(o.2)
    if first == .word && second == .byte {
      self = .wordAndByte
    } else if first != .none {
      self = first
    } else if second != .none {
      self = second
    } else {
      self = third != .none ? third : Self(o.3)
    }
  }

  private init(_ kind: OperandKind) {
    self =
      switch kind {
      case .Ib, .Lx: .byte
      case .Is, .Jb: .signedByte
      case .Iw: .word
      case .Iz, .Jz: .long
      case .Iv: .whole
      case .Ob, .Ov: .address
      case .Ap: .far
      default: .none
      }
  }
}

/// What control registers can switch off: see `UnitAccess`.
enum ProcessorUnit: UInt8 {
  case none, x87, wait, mmx, sse, avx, xsave, extendedControl, segmentBases

  init(
    _ meaning: Meaning, _ o: (OperandKind, OperandKind, OperandKind, OperandKind), isVEX: Bool
  ) {
    self =
      switch meaning {
      case .x87, .x87Area, .fxsave, .fxrstor: .x87
      case .fwait: .wait
      case .xsave, .xrstor: .xsave
      case .xgetbv, .xsetbv: .extendedControl
      case .rdfsbase, .rdgsbase, .wrfsbase, .wrgsbase: .segmentBases
      case .emms: .mmx
      case .flushLine, .rdpid, .syscall, .sysenter, .salc: .none
      default:
        if meaning.rawValue < Meaning.vector.rawValue {
          .none
        } else if isVEX {
          .avx
        } else {
          Self.isMMX(o.0) && o.1 != .Wx && o.1 != .Wq && o.1 != .Ux
            || Self.isMMX(o.1) && o.0 != .Vx ? .mmx : .sse
        }
      }
  }

  private static func isMMX(_ kind: OperandKind) -> Bool {
    kind == .Pq || kind == .Qq || kind == .Qd || kind == .Nq
  }
}
