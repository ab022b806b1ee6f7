/// Vector operations that are one AArch64 instruction, as data.
enum A64VectorTable {
  /// "Three same": dst = a OP b in lanes of 1 << size bytes.
  struct Three {
    var isUnsigned: Bool
    var opcode: UInt32
    var size: UInt32
  }

  static func three(_ operation: VectorOp) -> Three? {
    func row(_ u: Bool, _ opcode: UInt32, _ size: UInt32) -> Three {
      Three(isUnsigned: u, opcode: opcode, size: size)
    }
    return switch operation {
    case .paddb: row(false, 0x10, 0)
    case .paddw: row(false, 0x10, 1)
    case .paddd: row(false, 0x10, 2)
    case .paddq: row(false, 0x10, 3)
    case .psubb: row(true, 0x10, 0)
    case .psubw: row(true, 0x10, 1)
    case .psubd: row(true, 0x10, 2)
    case .psubq: row(true, 0x10, 3)
    case .paddsb: row(false, 0x01, 0)
    case .paddsw: row(false, 0x01, 1)
    case .paddusb: row(true, 0x01, 0)
    case .paddusw: row(true, 0x01, 1)
    case .psubsb: row(false, 0x05, 0)
    case .psubsw: row(false, 0x05, 1)
    case .psubusb: row(true, 0x05, 0)
    case .psubusw: row(true, 0x05, 1)
    case .pmullw: row(false, 0x13, 1)
    case .pmulld: row(false, 0x13, 2)
    case .pavgb: row(true, 0x02, 0)
    case .pavgw: row(true, 0x02, 1)
    case .pminub: row(true, 0x0D, 0)
    case .pminuw: row(true, 0x0D, 1)
    case .pminud: row(true, 0x0D, 2)
    case .pminsb: row(false, 0x0D, 0)
    case .pminsw: row(false, 0x0D, 1)
    case .pminsd: row(false, 0x0D, 2)
    case .pmaxub: row(true, 0x0C, 0)
    case .pmaxuw: row(true, 0x0C, 1)
    case .pmaxud: row(true, 0x0C, 2)
    case .pmaxsb: row(false, 0x0C, 0)
    case .pmaxsw: row(false, 0x0C, 1)
    case .pmaxsd: row(false, 0x0C, 2)
    case .pcmpeqb: row(true, 0x11, 0)
    case .pcmpeqw: row(true, 0x11, 1)
    case .pcmpeqd: row(true, 0x11, 2)
    case .pcmpeqq: row(true, 0x11, 3)
    case .pcmpgtb: row(false, 0x06, 0)
    case .pcmpgtw: row(false, 0x06, 1)
    case .pcmpgtd: row(false, 0x06, 2)
    case .pcmpgtq: row(false, 0x06, 3)
    default: nil
    }
  }

  /// Shifts by an immediate, with the lane's bytes.
  static func shift(_ operation: VectorOp) -> (kind: A64Assembler.VectorShift, bytes: UInt32)? {
    switch operation {
    case .psllwi: (.left, 2)
    case .pslldi: (.left, 4)
    case .psllqi: (.left, 8)
    case .psrlwi: (.rightUnsigned, 2)
    case .psrldi: (.rightUnsigned, 4)
    case .psrlqi: (.rightUnsigned, 8)
    case .psrawi: (.rightSigned, 2)
    case .psradi: (.rightSigned, 4)
    default: nil
    }
  }

  /// Interleaving: which half, and log2 of the lane's bytes.
  static func unpack(_ operation: VectorOp) -> (isHigh: Bool, size: UInt32)? {
    switch operation {
    case .punpcklbw: (false, 0)
    case .punpcklwd: (false, 1)
    case .punpckldq: (false, 2)
    case .punpcklqdq: (false, 3)
    case .punpckhbw: (true, 0)
    case .punpckhwd: (true, 1)
    case .punpckhdq: (true, 2)
    case .punpckhqdq: (true, 3)
    default: nil
    }
  }

  /// Narrowing with saturation: to unsigned or not, log2 of the result's bytes.
  static func pack(_ operation: VectorOp) -> (isUnsigned: Bool, size: UInt32)? {
    switch operation {
    case .packsswb: (false, 0)
    case .packuswb: (true, 0)
    case .packssdw: (false, 1)
    case .packusdw: (true, 1)
    default: nil
    }
  }

  enum Float { case add, subtract, multiply, divide, minimum, maximum, squareRoot, compare }

  /// Floating point: what, of doubles or singles, all lanes or the lowest.
  static func float(
    _ operation: VectorOp
  ) -> (kind: Float, precision: A64Assembler.Precision, isPacked: Bool)? {
    switch operation {
    case .addsd: (.add, .double, false)
    case .addss: (.add, .single, false)
    case .addpd: (.add, .double, true)
    case .addps: (.add, .single, true)
    case .subsd: (.subtract, .double, false)
    case .subss: (.subtract, .single, false)
    case .subpd: (.subtract, .double, true)
    case .subps: (.subtract, .single, true)
    case .mulsd: (.multiply, .double, false)
    case .mulss: (.multiply, .single, false)
    case .mulpd: (.multiply, .double, true)
    case .mulps: (.multiply, .single, true)
    case .divsd: (.divide, .double, false)
    case .divss: (.divide, .single, false)
    case .divpd: (.divide, .double, true)
    case .divps: (.divide, .single, true)
    case .minsd: (.minimum, .double, false)
    case .minss: (.minimum, .single, false)
    case .maxsd: (.maximum, .double, false)
    case .maxss: (.maximum, .single, false)
    case .minpd: (.minimum, .double, true)
    case .minps: (.minimum, .single, true)
    case .maxpd: (.maximum, .double, true)
    case .maxps: (.maximum, .single, true)
    case .sqrtsd: (.squareRoot, .double, false)
    case .sqrtss: (.squareRoot, .single, false)
    case .sqrtpd: (.squareRoot, .double, true)
    case .sqrtps: (.squareRoot, .single, true)
    case .cmpsd: (.compare, .double, false)
    case .cmpss: (.compare, .single, false)
    case .cmppd: (.compare, .double, true)
    case .cmpps: (.compare, .single, true)
    default: nil
    }
  }

  /// The host's result is right only if FPSR has no mark.
  static func isChecked(_ operation: VectorOp) -> Bool {
    switch operation {
    case .cvtsd2ss, .cvtss2sd, .cvttps2dq, .cvtps2pd, .cvtpd2ps, .cvtdq2ps: true
    default: float(operation) != nil
    }
  }

  /// COMISD and kin: precision, and whether quiet NaNs are invalid too.
  static func comparison(
    _ operation: VectorOp?
  ) -> (precision: A64Assembler.Precision, isSignaling: Bool)? {
    switch operation {
    case .comisd?: (.double, true)
    case .ucomisd?: (.double, false)
    case .comiss?: (.single, true)
    case .ucomiss?: (.single, false)
    default: nil
    }
  }

  static func covers(_ operation: VectorOp?, _ immediate: UInt8) -> Bool {
    guard let operation else { return false }
    if three(operation) != nil || shift(operation) != nil || unpack(operation) != nil
      || pack(operation) != nil || float(operation) != nil
    {
      return true
    }
    switch operation {
    case .pand, .pandn, .por, .pxor, .pslldq, .psrldq, .pshufd, .pshufb, .palignr, .pmuludq,
      .pmaddwd, .pmulhw, .pmulhuw, .psadbw, .cvtsd2ss, .cvtss2sd, .shufps, .shufpd, .pshuflw,
      .pshufhw, .movddup, .cvtdq2pd, .cvtdq2ps, .cvttps2dq, .cvtps2pd, .cvtpd2ps:
      return true
    default: return false
    }
  }
}
