/// Instructions that a host of the guest's own kind executes as they stand.
///
/// Most guest instructions become, by way of IR, the very bytes they came from. Where the back end
/// says that this is so (`BackEnd.carriesGuestCode`), the first instruction of each form goes the
/// whole way; from its IR is read off whether the form may be carried over and what it does with
/// flags and registers. Those that follow take one look at a table instead.

/// What is known of all instructions that share an opcode, ModRM.reg, REX.W and whether ModRM.rm is
/// a register.
struct VerbatimForm: OptionSet {
  /// The sets' bits; 12–15 `immediateCount`, 16–21 `defined`, 24–29 `read`.
  var rawValue: UInt32
  /// An instruction of this form was lifted before; without `isCarried` none may be carried over.
  static let isKnown = VerbatimForm(rawValue: 1 << 0)
  static let isCarried = VerbatimForm(rawValue: 1 << 1)
  static let loads = VerbatimForm(rawValue: 1 << 3)
  static let stores = VerbatimForm(rawValue: 1 << 4)
  static let readsReg = VerbatimForm(rawValue: 1 << 5)
  static let writesReg = VerbatimForm(rawValue: 1 << 6)
  static let readsRM = VerbatimForm(rawValue: 1 << 7)
  static let writesRM = VerbatimForm(rawValue: 1 << 8)
  /// A near branch, jump, call or return of the plain kind: its meaning's function needs nothing but
  /// opcode, length and immediate.
  static let transfers = VerbatimForm(rawValue: 1 << 9)
  /// It defines all flags, reads none and does not fault: nobody sees those from before.
  static let endsFlags = VerbatimForm(rawValue: 1 << 10)
  static let hasModRM = VerbatimForm(rawValue: 1 << 11)

  /// Bytes of immediate.
  @inline(__always) var immediateCount: Int { Int(rawValue &>> 12 & 15) }
  /// What follows the opcode: bit 0 says whether ModRM does, bits 1–4 how many bytes of immediate.
  @inline(__always) var tail: UInt32 { rawValue &>> 11 & 31 }
  @inline(__always) static func tail(_ tail: UInt32) -> UInt32 { tail &<< 11 }
  /// In the low six bits flags that it certainly defines, without reading them.
  @inline(__always) var defined: UInt32 { rawValue &>> 16 }
  /// In the low six bits flags that it reads.
  @inline(__always) var read: UInt32 { rawValue &>> 24 }
  @inline(__always) var accesses: Bool { rawValue & 0x18 != 0 }

  init(rawValue: UInt32) { self.rawValue = rawValue }

  init(_ set: VerbatimForm, immediateCount: Int, flags: FlagEffect) {
    rawValue =
      set.rawValue | UInt32(immediateCount) << 12 | UInt32(flags.defined.rawValue) << 16
      | UInt32(flags.read.rawValue) << 24
    if flags.defined == .all, flags.read.isEmpty, isDisjoint(with: [.loads, .stores]) {
      insert(.endsFlags)
    }
  }
}

/// How a verbatim instruction is adapted to its place.
struct VerbatimNote {
  /// Registers that are not in the host's: those it needs are fetched before it and put back behind
  /// it. A bit each for R13 and R14; R15's place is never free.
  struct Registers: OptionSet {
    let rawValue: UInt8
    static let fetchR13 = Registers(rawValue: 1)
    static let fetchR14 = Registers(rawValue: 2)
    static let putR13 = Registers(rawValue: 4)
    static let putR14 = Registers(rawValue: 8)
  }

  /// Bits 0–3 `registers`, 4–7 `relativeModRM`.
  let rawValue: UInt8

  @inline(__always) init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `named`: R13 and R14 in bits 0 and 1 are fetched, in bits 4 and 5 put back.
  @inline(__always)
  init(_ named: UInt8, relativeModRM: Int) {
    rawValue = named & 3 | named >> 2 & 12 | UInt8(truncatingIfNeeded: relativeModRM) << 4
  }

  static let nothing = VerbatimNote(rawValue: 0)
  @inline(__always) var registers: Registers { Registers(rawValue: rawValue & 15) }
  /// Where its ModRM is, if its address counts from RIP; else 0.
  @inline(__always) var relativeModRM: Int { Int(rawValue >> 4) }
}

/// The forms met so far, and the look at an instruction's first bytes.
struct VerbatimForms {
  let forms: UnsafeMutablePointer<VerbatimForm>
  /// The `tail` that was last learned of each opcode. It is right nearly always, and known sooner than
  /// the form: looking at an instruction need not wait for the whole look at the one before.
  private let tails: UnsafeMutablePointer<UInt8>
  /// What each ModRM says of an instruction's length and registers.
  private let shapes: UnsafeMutablePointer<VerbatimShape>
  /// Instructions that the back end writes in another way.
  private let sites: StoreSites?
  private static let count = 512 * 32

  /// Bytes that are readable from the first of an instruction on that is carried: the longest one,
  /// and what is copied too much behind it.
  static let readable: UInt64 = 32

  init(sites: StoreSites? = nil) {
    self.sites = sites
    forms = .allocate(capacity: Self.count)
    forms.initialize(repeating: [], count: Self.count)
    tails = .allocate(capacity: 512)
    tails.initialize(repeating: 31, count: 512)
    shapes = .allocate(capacity: 256)
    for modRM in 0..<256 {
      (shapes + modRM).initialize(to: VerbatimShape(modRM: UInt16(modRM)))
    }
  }

  func deallocate() {
    forms.deallocate()
    tails.deallocate()
    shapes.deallocate()
  }

  /// A bit for each address modulo 64 at which an instruction may be such a one.
  @inline(__always) var siteFilter: UInt64 { sites?.filter ?? 0 }

  /// What stands at an address.
  struct Look {
    var form: VerbatimForm = []
    /// Foreseen, and the shape with it.
    var tail: UInt32 = 0
    var shape = VerbatimShape.withoutModRM
    var key = 0
    /// Of REX, if any, and opcode.
    var length = 0
    /// REX.W, R, X, B as 8, 4, 2, 1.
    var rex: UInt64 = 0
    /// ModRM and the byte behind it, or what else follows the opcode.
    var rest: UInt64 = 0

    @inline(__always) var opcode: UInt8 { UInt8(truncatingIfNeeded: key &>> 5) }
    @inline(__always) var needsCare: Bool { shape.needsCare(rex) }
  }

  /// Reads REX, opcode and ModRM. Other prefixes and maps end in forms that are not carried.
  @inline(__always)
  func look(_ bytes: UnsafePointer<UInt8>) -> Look {
    var head = UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self)
    // Without a branch: whether there is a prefix cannot be foreseen.
    let hasREX: UInt64 = head & 0xF0 == 0x40 ? 1 : 0
    let rex = head & 15 & (0 &- hasREX)
    head &>>= hasREX &<< 3
    var length = 1 &+ Int(truncatingIfNeeded: hasREX)
    var opcode = head & 0xFF
    if opcode == 0x0F {
      head &>>= 8
      opcode = 256 | head & 0xFF
      length &+= 1
    }
    head &>>= 8
    let shape = shapes[Int(head & 0xFF)]
    let key = opcode &<< 5 | (rex & 8) &<< 1 | UInt64(shape.key)
    let index = Int(truncatingIfNeeded: key)
    let tail = UInt32(tails[Int(truncatingIfNeeded: opcode)])
    return Look(
      form: forms[index], tail: tail, shape: tail & 1 != 0 ? shape : .withoutModRM, key: index,
      length: length, rex: rex, rest: head)
  }

  /// The instruction's length if it needs no care and its form has the tail that was foreseen.
  @inline(__always)
  func foreseenLength(_ look: Look) -> Int {
    look.length &+ Int(look.tail &>> 1) &+ look.shape.count
  }

  /// The instruction's length.
  @inline(__always)
  func length(_ look: Look) -> Int {
    let length = look.length &+ look.form.immediateCount
    guard look.form.contains(.hasModRM) else { return length }
    let shape = shapes[Int(look.rest & 0xFF)]
    // A base of 5 without displacement is a displacement without base.
    return length &+ shape.count
      &+ (shape.mayBeBaseless && look.rest & 0x700 == 0x500 ? 4 : 0)
  }

  func setTail(_ look: Look, _ form: VerbatimForm) {
    tails[look.key >> 5] = UInt8(truncatingIfNeeded: form.tail)
  }

  /// How an instruction that needs care is adapted; nil if it cannot be carried.
  @inline(__always)
  func note(_ look: Look) -> VerbatimNote? {
    var relativeModRM = 0
    if look.form.contains(.hasModRM) && look.rest & 0xC7 == 5 {
      // A byte register that a REX prefix would make another one. REX.X means nothing here, and would
      // where the address is written out.
      let mayBeHighByte = look.rex == 0 && look.rest & 0x20 != 0 && look.opcode & 1 == 0
      guard !mayBeHighByte, look.rex & 2 == 0 else { return nil }
      relativeModRM = look.length
    }
    guard look.rex & 7 != 0 else { return VerbatimNote(0, relativeModRM: relativeModRM) }
    let named = namedRegisters(look.form, look.rex, look.rest, look.opcode)
    guard named & 0x44 == 0 else { return nil }
    return VerbatimNote(named, relativeModRM: relativeModRM)
  }

  /// R13, R14 and R15 among an instruction's registers: bits 0–2 those whose value it needs, 4–6 those
  /// it changes.
  @inline(never)
  private func namedRegisters(
    _ form: VerbatimForm, _ rex: UInt64, _ rest: UInt64, _ opcode: UInt8
  ) -> UInt8 {
    @inline(__always)
    func bit(_ number: UInt64, _ extended: UInt64) -> UInt64 {
      extended != 0 ? (1 &<< (number & 7)) &>> 5 : 0
    }
    guard form.contains(.hasModRM) else {
      let named = bit(UInt64(opcode), rex & 1)
      return UInt8(
        truncatingIfNeeded: (form.contains(.readsRM) ? named : named & 4)
          | (form.contains(.writesRM) ? named &<< 4 : 0))
    }
    let reg = bit(rest &>> 3, rex & 4)
    var needed = form.contains(.readsReg) ? reg : reg & 4
    var changed = form.contains(.writesReg) ? reg : 0
    if rest & 0xC0 == 0xC0 {
      let rm = bit(rest, rex & 1)
      needed |= form.contains(.readsRM) ? rm : rm & 4
      changed |= form.contains(.writesRM) ? rm : 0
    } else if rest & 7 == 4 {
      needed |= bit(rest &>> 11, rex & 2) | bit(rest &>> 8, rex & 1)
    } else if rest & 0xC7 != 5 {
      needed |= bit(rest, rex & 1)
    }
    return UInt8(truncatingIfNeeded: needed | changed &<< 4)
  }
}

/// What ModRM says.
struct VerbatimShape {
  /// Bits 0–2 how many bytes ModRM, SIB and displacement are, 12–15 `key`.
  let rawValue: UInt16
  /// There is a SIB byte, and no displacement unless its base says so.
  private static let mayBeBaseless: UInt16 = 1 << 3
  /// B, X, R of REX in their order: where it is set, a register may be R13, R14 or R15.
  private static let bMatters: UInt16 = 1 << 4
  private static let xMatters: UInt16 = 1 << 5
  private static let rMatters: UInt16 = 1 << 6
  /// The address counts from RIP.
  private static let isRelative: UInt16 = 1 << 8

  /// The opcode's low bits may name a register.
  static let withoutModRM = VerbatimShape(rawValue: bMatters)

  private init(rawValue: UInt16) { self.rawValue = rawValue }

  init(modRM: UInt16) {
    let mod = modRM >> 6
    let reg = modRM >> 3 & 7
    let low = modRM & 7
    var count: UInt16 = 1
    var bits = (reg << 1 | (mod == 3 ? 1 : 0)) << 12
    if reg >= 5 { bits |= Self.rMatters }
    if low >= 5 { bits |= Self.bMatters }
    if mod != 3 {
      count += mod == 1 ? 1 : mod == 2 ? 4 : 0
      if low == 4 {
        count += 1
        bits |= Self.xMatters | Self.bMatters
        if mod == 0 { bits |= Self.mayBeBaseless }
      } else if mod == 0 && low == 5 {
        count += 4
        bits |= Self.isRelative
      }
    }
    rawValue = bits | count
  }

  @inline(__always) var count: Int { Int(rawValue & 7) }
  /// ModRM.reg and whether ModRM.rm is a register, as forms are told apart by.
  @inline(__always) var key: UInt16 { rawValue &>> 12 }
  @inline(__always) var mayBeBaseless: Bool { rawValue & Self.mayBeBaseless != 0 }

  /// Whether an instruction of this shape, with these bits of REX, has to be looked at closely.
  @inline(__always)
  func needsCare(_ rex: UInt64) -> Bool {
    let careful = UInt16(truncatingIfNeeded: rex &<< 4) | Self.isRelative | Self.mayBeBaseless
    return rawValue & careful != 0
  }
}
