/// How the guest lives in the host's registers while compiled code runs.
///
/// x0–x15 are the guest's RAX … R15 in their encoding's order, v0–v15 its XMM registers. x18 is the
/// platform's and never touched.
enum A64Map {
  /// For whoever needs one within an instruction; both are lost between instructions, and hold an
  /// indirect branch's target (x16) on the way to it.
  static let scratch = A64Register(16 as UInt32)
  static let other = A64Register(17 as UInt32)
  static let third = A64Register(30 as UInt32)
  /// The guest's state.
  static let state = A64Register(19 as UInt32)
  /// The table of indirect branch targets.
  static let branchTable = A64Register(20 as UInt32)
  /// Guest instructions that may still run, where they are counted.
  static let remaining = A64Register(21 as UInt32)
  /// PF is the parity of this one's low byte.
  static let parity = A64Register(22 as UInt32)
  /// AF is bit 4 of this one ^ `parity`.
  static let adjust = A64Register(23 as UInt32)
  /// Slots: see `A64Slots`.
  static let saved = A64Register(24 as UInt32)
  /// Temporaries of the instruction.
  static let firstTemporary: UInt32 = 25
  static let temporaryCount: UInt8 = 3
  static let lastTemporary = A64Register(27 as UInt32)
  /// The marks in FPSR that send a run of floating-point instructions to the interpreter.
  static let marks = A64Register(28 as UInt32)
  static let constantAddress = A64Register(29 as UInt32)

  static let vectorScratch = A64Vector(24)
  static let vectorOther = A64Vector(25)
  static let vectorThird = A64Vector(26)
  /// Constants that more than one operation may want; within an instruction the first is a scratch
  /// register too.
  static let firstVectorConstant: UInt32 = 27
  static let vectorConstantCount: UInt32 = 3

  @inline(__always) static func isMapped(_ value: Value) -> Bool {
    value.raw < 16 + temporaryCount
  }

  @inline(__always) static func register(_ value: Value) -> A64Register {
    value.raw < 16
      ? A64Register(value.raw) : A64Register(UInt32(value.raw) - 16 + firstTemporary)
  }

  /// Guest XMM registers and the eight vector temporaries.
  @inline(__always) static func vector(_ value: Value) -> A64Vector {
    A64Vector(UInt32(value.raw))
  }
}
