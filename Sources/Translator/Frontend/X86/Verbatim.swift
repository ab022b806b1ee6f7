/// Instructions that a host of the guest's own kind executes as they stand.
///
/// Most guest instructions become, by way of IR, the very bytes they came from. Where the back end
/// says that this is so (`BackEnd.carriesGuestCode`), the first instruction of each form goes the
/// whole way; from its IR is read off whether the form may be carried over and what it does with
/// flags and registers. Those that follow take one look at a table instead.

/// What is known of all instructions that share an opcode, ModRM.reg, REX.W and whether ModRM.rm is
/// a register.
struct VerbatimForm: OptionSet {
  let rawValue: UInt32
  /// An instruction of this form was lifted before; without `isCarried` none may be carried over.
  static let isKnown = VerbatimForm(rawValue: 1 << 0)
  static let isCarried = VerbatimForm(rawValue: 1 << 1)
  static let hasModRM = VerbatimForm(rawValue: 1 << 2)
  static let loads = VerbatimForm(rawValue: 1 << 3)
  static let stores = VerbatimForm(rawValue: 1 << 4)
  static let readsReg = VerbatimForm(rawValue: 1 << 5)
  static let writesReg = VerbatimForm(rawValue: 1 << 6)
  static let readsRM = VerbatimForm(rawValue: 1 << 7)
  static let writesRM = VerbatimForm(rawValue: 1 << 8)

  /// Bytes of immediate.
  @inline(__always) var immediateCount: Int { Int(rawValue >> 12 & 15) }
  /// Flags that it certainly defines, without reading them.
  @inline(__always) var defined: FlagSet { FlagSet(rawValue: UInt8(rawValue >> 16 & 63)) }
  /// Flags that it reads.
  @inline(__always) var read: FlagSet { FlagSet(rawValue: UInt8(rawValue >> 24 & 63)) }

  init(rawValue: UInt32) { self.rawValue = rawValue }

  init(_ set: VerbatimForm, immediateCount: Int, flags: FlagEffect) {
    rawValue =
      set.rawValue | UInt32(immediateCount) << 12 | UInt32(flags.defined.rawValue) << 16
      | UInt32(flags.read.rawValue) << 24
  }
}

/// Which of a verbatim instruction's registers are not in the host's: those it needs are fetched
/// before it and put back behind it. A bit each for R13 and R14; R15's place is never free.
struct StateRegisters: OptionSet {
  let rawValue: UInt8
  static let fetchR13 = StateRegisters(rawValue: 1)
  static let fetchR14 = StateRegisters(rawValue: 2)
  static let putR13 = StateRegisters(rawValue: 4)
  static let putR14 = StateRegisters(rawValue: 8)
}

/// What `Operation.immediate` says of a verbatim instruction.
struct VerbatimNote {
  var registers: StateRegisters
  /// Where its ModRM is, if its address counts from RIP; else 0.
  var relativeModRM: UInt8

  @inline(__always)
  init(_ registers: StateRegisters, relativeModRM: Int = 0) {
    self.registers = registers
    self.relativeModRM = UInt8(truncatingIfNeeded: relativeModRM)
  }

  @inline(__always)
  init(_ immediate: Int64) {
    registers = StateRegisters(rawValue: UInt8(truncatingIfNeeded: immediate))
    relativeModRM = UInt8(truncatingIfNeeded: immediate >> 8)
  }

  @inline(__always) var immediate: Int64 {
    Int64(registers.rawValue) | Int64(relativeModRM) << 8
  }
}

/// The forms met so far, and the look at an instruction's first bytes.
struct VerbatimForms {
  private let forms: UnsafeMutablePointer<VerbatimForm>
  /// Instructions that the back end writes in another way.
  private let sites: StoreSites?
  private static let count = 512 * 32

  /// Bytes that may be read from an instruction's first on.
  static let readable = 16

  init(sites: StoreSites? = nil) {
    self.sites = sites
    forms = .allocate(capacity: Self.count)
    forms.initialize(repeating: [], count: Self.count)
  }

  func deallocate() { forms.deallocate() }

  @inline(__always)
  func mayCarry(_ address: UInt64) -> Bool { sites?.mayBeSite(address) != true }

  /// What stands at an address.
  struct Look {
    var form: VerbatimForm
    var key: Int
    var opcode: UInt8
    var length: Int
    var rex: UInt8
    /// ModRM and the byte behind it, or what else follows the opcode.
    var rest: UInt64

    @inline(__always) var isRegisterForm: Bool { rest & 0xC0 == 0xC0 }
    /// The address counts from RIP.
    @inline(__always) var isRelative: Bool { form.contains(.hasModRM) && rest & 0xC7 == 5 }
    /// A byte register that a REX prefix would make another one.
    var mayBeHighByte: Bool { rex == 0 && rest & 0x20 != 0 && opcode & 1 == 0 }
  }

  /// Reads REX, opcode and ModRM. Other prefixes and maps end in forms that are not carried.
  @inline(__always)
  func look(_ bytes: UnsafePointer<UInt8>) -> Look {
    var head = UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self)
    var length = 1
    var rex: UInt8 = 0
    if head & 0xF0 == 0x40 {
      rex = UInt8(truncatingIfNeeded: head) & 15
      head >>= 8
      length = 2
    }
    var opcode = Int(head & 0xFF)
    head >>= 8
    if opcode == 0x0F {
      opcode = 256 | Int(head & 0xFF)
      head >>= 8
      length &+= 1
    }
    let isRegister = head & 0xC0 == 0xC0 ? 1 : 0
    let key = opcode << 5 | Int(rex & 8) << 1 | Int(head >> 2 & 14) | isRegister
    return Look(
      form: forms[key], key: key, opcode: UInt8(truncatingIfNeeded: opcode), length: length,
      rex: rex, rest: head)
  }

  /// Adds what follows the opcode to its length.
  @inline(__always)
  func length(_ look: Look) -> Int {
    var length = look.length &+ look.form.immediateCount
    guard look.form.contains(.hasModRM) else { return length }
    length &+= 1
    let mod = look.rest >> 6 & 3
    guard mod != 3 else { return length }
    let low = look.rest & 7
    var base = low
    if low == 4 {
      length &+= 1
      base = look.rest >> 8 & 7
    }
    if mod == 0 {
      if base == 5 { length &+= 4 }
    } else {
      length &+= mod == 1 ? 1 : 4
    }
    return length
  }

  /// Whether R13, R14 or R15 may be among an instruction's registers.
  @inline(__always)
  func mayNameStateRegisters(_ look: Look) -> Bool {
    let rex = UInt64(look.rex)
    guard look.form.contains(.hasModRM) else { return rex & 1 != 0 }
    // ModRM.reg of 5 and more; ModRM.rm of 4, where SIB has the base, and more.
    let reg = ((look.rest & 0x38) &+ 0x18) >> 6
    let rm = ((look.rest & 7) &+ 4) >> 3
    return (reg & rex >> 2 | rex >> 1 | rm & rex) & 1 != 0
  }

  /// The registers R13 and R14 among an instruction's; nil if R15 is. Asked where a REX prefix
  /// extends one.
  func stateRegisters(_ look: Look) -> StateRegisters? {
    var fetched: UInt32 = 0
    var put: UInt32 = 0
    func note(_ number: UInt64, _ extends: UInt8, _ reads: Bool, _ writes: Bool) {
      guard look.rex & extends != 0 else { return }
      let bit = UInt32(1) << UInt32(number)
      if reads || number == 7 { fetched |= bit }
      if writes { put |= bit }
    }
    let form = look.form
    if form.contains(.hasModRM) {
      note(look.rest >> 3 & 7, 4, form.contains(.readsReg), form.contains(.writesReg))
      let low = look.rest & 7
      if look.isRegisterForm {
        note(low, 1, form.contains(.readsRM), form.contains(.writesRM))
      } else if low == 4 {
        note(look.rest >> 11 & 7, 2, true, false)
        note(look.rest >> 8 & 7, 1, true, false)
      } else {
        note(low, 1, true, false)
      }
    } else {
      note(UInt64(look.opcode & 7), 1, form.contains(.readsRM), form.contains(.writesRM))
    }
    guard (fetched | put) & 0x80 == 0 else { return nil }
    return StateRegisters(
      rawValue: UInt8(fetched >> 5 & 3) | UInt8(put >> 5 & 3) << 2)
  }

  // MARK: Learning

  /// Notes what an instruction that was lifted says about its form: `operations` are its IR without
  /// the boundary. True: the form is carried.
  func learn(
    _ look: Look, _ i: DecodedInstruction, _ row: Row, _ operations: UnsafePointer<Operation>,
    _ count: Int
  ) -> Bool {
    var form = describe(look, i, row, operations, count)
    var seen = look
    seen.form = form
    if form.contains(.isCarried), length(seen) != Int(i.length) { form = .isKnown }
    // Without ModRM the bits that would be its fields are whatever follows.
    guard !form.contains(.hasModRM), look.opcode == i.opcode else {
      forms[look.key] = form
      return form.contains(.isCarried)
    }
    for n in 0..<16 { forms[look.key & ~15 | n] = form }
    return form.contains(.isCarried)
  }

  private func describe(
    _ look: Look, _ i: DecodedInstruction, _ row: Row, _ operations: UnsafePointer<Operation>,
    _ count: Int
  ) -> VerbatimForm {
    let isPlain =
      look.opcode == i.opcode && i.repeatPrefix == 0 && !i.hasLock && i.segment == 0
      && i.addressSize == 8 && i.operandSize != 2 && !i.isVEX
    // Hints that do nothing are no instruction at all on some processors.
    guard isPlain, count > 0, row.feature == .base, row.unit == .none,
      let immediateCount = row.immediate.plainCount(i.operandSize)
    else { return .isKnown }
    var form: VerbatimForm = [.isKnown, .isCarried]
    if look.length + immediateCount < Int(i.length) { form.insert(.hasModRM) }
    let reg = Value.register(i.reg)
    let rm = Value.register(form.contains(.hasModRM) ? i.rm : i.opcode & 7 | (i.rex & 1) << 3)
    let rmIsRegister = i.isRegisterForm || !form.contains(.hasModRM)
    for n in 0..<count {
      let op = operations[n]
      guard op.opcode.isVerbatim, op.attributes.isDisjoint(with: .locked) else { return .isKnown }
      if op.opcode == .extractHighByte || op.opcode == .insertHighByte {
        // The same form names other bytes where REX is there.
        form.formUnion([.readsReg, .writesReg, .readsRM, .writesRM])
      }
      if op.reads(reg) { form.insert(.readsReg) }
      if op.destination == reg { form.insert(.writesReg) }
      if rmIsRegister {
        if op.reads(rm) { form.insert(.readsRM) }
        if op.destination == rm { form.insert(.writesRM) }
      }
      if op.opcode == .store || op.attributes.contains(.memoryDestination) {
        form.insert(.stores)
      } else if op.opcode == .load || op.opcode == .loadSigned
        || !op.attributes.isDisjoint(with: .memory)
      {
        form.insert(.loads)
      }
    }
    return VerbatimForm(
      form, immediateCount: immediateCount, flags: DeadFlags.effect(operations, count))
  }
}

extension ImmediateForm {
  /// How many bytes, for operands of 32 and 64 bits; nil for what is not carried over.
  fileprivate func plainCount(_ operandSize: UInt8) -> Int? {
    switch self {
    case .none: 0
    case .byte, .signedByte: 1
    case .word: 2
    case .long: 4
    case .whole: Int(operandSize)
    case .address, .far, .wordAndByte: nil
    }
  }
}

extension Operation {
  /// The old value of a register matters: as an operand, or as what a result leaves of it.
  fileprivate func reads(_ register: Value) -> Bool {
    if left == register || right == register || third == register { return true }
    if base == register || index == register { return true }
    guard destination == register else { return false }
    return width < 4 || opcode == .insertHighByte || opcode == .bitScanForward
      || opcode == .bitScanReverse
  }
}

extension Opcode {
  /// The processor itself does what the operation says, wherever the instruction lies, with no more
  /// than general registers, flags and memory.
  fileprivate var isVerbatim: Bool {
    switch self {
    case .nop, .move, .load, .loadSigned, .store, .address, .extractHighByte, .insertHighByte,
      .signExtend, .zeroExtend, .swapBytes, .add, .addCarry, .subtract, .subtractBorrow, .and, .or,
      .xor, .increment, .decrement, .negate, .not, .shiftLeft, .shiftRight, .shiftArithmetic,
      .rotateLeft, .rotateRight, .rotateCarryLeft, .rotateCarryRight, .shiftLeftDouble,
      .shiftRightDouble, .multiply, .multiplyWideUnsigned, .multiplyWideSigned, .bitScanForward,
      .bitScanReverse, .bitTest, .bitSet, .bitReset, .bitComplement, .setCondition, .select:
      true
    default: false
    }
  }
}
