/// Names a scalar: a guest general register, a temporary of the block, an immediate or nothing.
public struct Value: Sendable, Equatable {
  public var raw: UInt8
  @inline(__always) public init(raw: UInt8) { self.raw = raw }

  public static let none = Value(raw: 255)
  /// The operation's `immediate` field.
  public static let immediate = Value(raw: 254)
  /// Temporaries 0–31 follow the sixteen registers.
  @inline(__always) public static func temporary(_ index: Int) -> Value {
    Value(raw: UInt8(truncatingIfNeeded: 16 + index))
  }
  @inline(__always) public static func register(_ number: UInt8) -> Value { Value(raw: number) }

  public static let rax = Value(raw: 0)
  public static let rcx = Value(raw: 1)
  public static let rdx = Value(raw: 2)
  public static let rbx = Value(raw: 3)
  public static let rsp = Value(raw: 4)
  public static let rbp = Value(raw: 5)
  public static let rsi = Value(raw: 6)
  public static let rdi = Value(raw: 7)

  @inline(__always) public var isRegister: Bool { raw < 16 }
  @inline(__always) public var isTemporary: Bool { raw >= 16 && raw < 48 }
  @inline(__always) public var isStored: Bool { raw < 48 }
}

/// The arithmetic flags, as a set. The bits are our own: `Flags.swift` maps them to RFLAGS.
public struct FlagSet: Sendable, OptionSet {
  public var rawValue: UInt8
  @inline(__always) public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let carry = FlagSet(rawValue: 1)
  public static let parity = FlagSet(rawValue: 2)
  public static let adjust = FlagSet(rawValue: 4)
  public static let zero = FlagSet(rawValue: 8)
  public static let sign = FlagSet(rawValue: 16)
  public static let overflow = FlagSet(rawValue: 32)
  public static let all: FlagSet = [.carry, .parity, .adjust, .zero, .sign, .overflow]
  public static let allButCarry: FlagSet = [.parity, .adjust, .zero, .sign, .overflow]
}

/// x86 condition codes, in their encoding.
public enum Condition: UInt8 {
  case overflow, notOverflow, below, aboveOrEqual, equal, notEqual, belowOrEqual, above
  case sign, notSign, parity, notParity, less, greaterOrEqual, lessOrEqual, greater

  /// The flags that decide it.
  public var reads: FlagSet {
    switch self {
    case .overflow, .notOverflow: .overflow
    case .below, .aboveOrEqual: .carry
    case .equal, .notEqual: .zero
    case .belowOrEqual, .above: [.carry, .zero]
    case .sign, .notSign: .sign
    case .parity, .notParity: .parity
    case .less, .greaterOrEqual: [.sign, .overflow]
    case .lessOrEqual, .greater: [.sign, .overflow, .zero]
    }
  }
}

/// How an operation's operands are to be taken.
public struct Attributes: Sendable, OptionSet {
  public var rawValue: UInt8
  @inline(__always) public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// The left operand is the memory operand.
  public static let memoryLeft = Attributes(rawValue: 1)
  /// The right operand is the memory operand.
  public static let memoryRight = Attributes(rawValue: 2)
  /// The left operand and the destination are the memory operand: read, modify, write.
  public static let memoryDestination = Attributes(rawValue: 4)
  /// The access is atomic (LOCK, or XCHG with memory).
  public static let locked = Attributes(rawValue: 8)
  /// A vector result zeroes the register above its width (VEX) instead of keeping it.
  public static let zeroUpper = Attributes(rawValue: 16)
  /// The memory operand must be aligned to the width, else #GP.
  public static let aligned = Attributes(rawValue: 32)
  /// A jump that is a call (`immediate2` names the return address) or a return.
  public static let call = Attributes(rawValue: 64)
  public static let `return` = Attributes(rawValue: 128)
  /// Any that gives the operation a memory operand to read or write.
  static let memory: Attributes = [.memoryLeft, .memoryRight, .memoryDestination]
}

/// The segment whose base is added to an address; 0 where the mode makes it flat.
public enum SegmentOverride: UInt8 {
  case none = 0
  case es, cs, ss, ds, fs, gs
}

/// base + index·scale + displacement, with segment and address size.
public struct MemoryOperand: Sendable {
  public var base: Value = .none
  public var index: Value = .none
  /// Bits 0–1 scale (log2), 2–4 `SegmentOverride`, bit 5: the sum wraps at 32 bits, bit 6: at 16.
  public var mode: UInt8 = 0
  public var displacement: Int64 = 0

  public init() {}
  public init(base: Value, displacement: Int64 = 0) {
    self.base = base
    self.displacement = displacement
  }
  @inline(__always) public var scale: UInt64 { UInt64(mode & 3) }
  @inline(__always) public var segment: UInt8 { (mode >> 2) & 7 }
}

/// One IR operation: 32 bytes, no references, so that blocks live in one arena.
///
/// Results are written at `width`: 1 and 2 bytes replace the low bits of the destination, 4 bytes
/// zero-extend, 8 bytes replace. `flags` are the arithmetic flags the operation defines *and* that
/// something sees; the dead-flag pass narrows them.
public struct Operation: Sendable {
  public var opcode: Opcode
  /// Operand width in bytes: 1, 2, 4, 8; vectors 4, 8, 16, 32.
  public var width: UInt8
  public var flags: FlagSet
  public var attributes: Attributes = []
  /// Condition code, source width, repeat kind or a selector, as the opcode says.
  public var selector: UInt8 = 0
  public var destination: Value = .none
  public var left: Value = .none
  public var right: Value = .none
  public var third: Value = .none
  public var base: Value = .none
  public var index: Value = .none
  public var addressMode: UInt8 = 0
  /// Guest instruction length in bytes, at boundaries and exits.
  public var length: UInt8 = 0
  /// Those of `flags` that an operation of the block reads or control leaves with; the others show
  /// only if a fault comes. Filled in by the dead-flag pass.
  public var hardFlags: FlagSet = []
  /// Guest instruction's offset from the block's start, in bytes.
  public var offset: UInt16 = 0
  public var displacement: Int64 = 0
  public var immediate: Int64 = 0

  public init(_ opcode: Opcode, width: UInt8 = 8, flags: FlagSet = []) {
    self.opcode = opcode
    self.width = width
    self.flags = flags
  }

  /// The flags that something sees behind the operation, filled in by the dead-flag pass; of guest
  /// instructions as they stand, before it. It lies where boundaries, which alone have an offset,
  /// have none of it: theirs is in `selector`.
  @inline(__always) var seenFlags: FlagSet {
    get {
      switch opcode {
      case .boundary: FlagSet(rawValue: selector)
      case .verbatim: hardFlags
      default: FlagSet(rawValue: UInt8(truncatingIfNeeded: offset))
      }
    }
    set {
      switch opcode {
      case .boundary: selector = newValue.rawValue
      case .verbatim: hardFlags = newValue
      default: offset = UInt16(newValue.rawValue)
      }
    }
  }

  /// A guest instruction begins with it.
  @inline(__always) var beginsInstruction: Bool { opcode == .boundary || opcode == .verbatim }

  public var memory: MemoryOperand {
    get {
      var m = MemoryOperand()
      m.base = base
      m.index = index
      m.mode = addressMode
      m.displacement = displacement
      return m
    }
    set {
      base = newValue.base
      index = newValue.index
      addressMode = newValue.mode
      displacement = newValue.displacement
    }
  }
}
