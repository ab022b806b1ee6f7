/// A pattern compiled to a masked comparison over the decoder's discriminator word.
struct RowMatch {
  var mask: UInt32 = 0
  var value: UInt32 = 0
  var row: UInt16 = 0
}

/// The bits of the discriminator: what may tell rows of one opcode apart.
enum Discriminator {
  // 0–1 mandatory prefix (0 none, 1 66, 2 F3, 3 F2), 2 register form, 3–5 rm, 6–8 reg,
  // 9 W, 10 long mode, 11 L, 12 VEX
  static let prefix: UInt32 = 3
  static let registerForm: UInt32 = 1 << 2
  static let regShift: UInt32 = 6
  static let rmShift: UInt32 = 3
  static let w: UInt32 = 1 << 9
  static let longMode: UInt32 = 1 << 10
  static let l: UInt32 = 1 << 11
  static let vex: UInt32 = 1 << 12
}

/// The pattern language of the table: tokens of the SDM's "Opcode" column, a space between.
///
/// `NP` no 66/F3/F2 · `NF` no F3/F2 · `66` `F3` `F2` before `0F`: mandatory prefix · hex bytes: the opcode ·
/// `+r` register in the low three bits · `/r` ModRM · `/0`…`/7` ModRM.reg · a suffix `m` memory
/// only, `R` register only · `=C8` the whole ModRM byte · `W0` `W1` · `V` VEX · `L0` `L1` vector
/// length · `i64` not in long mode · `o64` only in long mode.
struct PatternReader {
  var map: UInt8 = 0
  var opcode: UInt8 = 0
  /// `+r`: eight opcodes.
  var spansRegisters = false
  var hasModRM = false
  var match = RowMatch()
  var isVEX: Bool { match.value & Discriminator.vex != 0 }

  init(_ text: StaticString) {
    let bytes = text.utf8Start
    let count = text.utf8CodeUnitCount
    var i = 0
    var opcodeSeen = false
    var escape: UInt8 = 0
    while i < count {
      var end = i
      while end < count && bytes[end] != 0x20 { end += 1 }
      token(bytes + i, end - i, &opcodeSeen, &escape)
      i = end + 1
    }
    map = escape
    if !isVEX { require(Discriminator.vex, 0) }
  }

  private mutating func require(_ mask: UInt32, _ value: UInt32) {
    match.mask |= mask
    match.value |= value
  }

  private mutating func token(
    _ t: UnsafePointer<UInt8>, _ n: Int, _ opcodeSeen: inout Bool, _ escape: inout UInt8
  ) {
    switch t[0] {
    case UInt8(ascii: "N"):
      // The prefix's upper bit tells F3 and F2 from none and 66.
      require(t[1] == UInt8(ascii: "P") ? Discriminator.prefix : 2, 0)
    case UInt8(ascii: "/"):
      hasModRM = true
      var rest = 1
      if t[1] == UInt8(ascii: "r") {
        rest = 2
      } else if t[1] >= 0x30 && t[1] <= 0x37 {
        require(7 << Discriminator.regShift, UInt32(t[1] - 0x30) << Discriminator.regShift)
        rest = 2
      }
      if rest < n {
        require(
          Discriminator.registerForm, t[rest] == UInt8(ascii: "R") ? Discriminator.registerForm : 0)
      }
    case UInt8(ascii: "="):
      hasModRM = true
      let byte = Self.hex(t[1]) << 4 | Self.hex(t[2])
      require(
        7 << Discriminator.regShift | 7 << Discriminator.rmShift | Discriminator.registerForm,
        UInt32((byte >> 3) & 7) << Discriminator.regShift | UInt32(byte & 7)
          << Discriminator.rmShift | Discriminator.registerForm)
    case UInt8(ascii: "+"):
      spansRegisters = true
    case UInt8(ascii: "W"):
      require(Discriminator.w, t[1] == 0x31 ? Discriminator.w : 0)
    case UInt8(ascii: "L"):
      require(Discriminator.l, t[1] == 0x31 ? Discriminator.l : 0)
    case UInt8(ascii: "V"):
      require(Discriminator.vex, Discriminator.vex)
    case UInt8(ascii: "i"):
      require(Discriminator.longMode, 0)
    case UInt8(ascii: "o"):
      require(Discriminator.longMode, Discriminator.longMode)
    default:
      let byte = Self.hex(t[0]) << 4 | Self.hex(t[1])
      opcodeByte(byte, t, n, &opcodeSeen, &escape)
    }
  }

  /// A hex byte is a mandatory prefix, an escape or the opcode, by where it stands: the pattern's
  /// bytes are read left to right, and prefixes are only written before an escape.
  private mutating func opcodeByte(
    _ byte: UInt8, _ t: UnsafePointer<UInt8>, _ n: Int, _ opcodeSeen: inout Bool,
    _ escape: inout UInt8
  ) {
    // `66'` with an apostrophe is the mandatory prefix; the plain byte is an opcode.
    if n == 3 {
      require(Discriminator.prefix, byte == 0x66 ? 1 : byte == 0xF3 ? 2 : 3)
    } else if byte == 0x0F && !opcodeSeen && escape == 0 {
      escape = 1
    } else if escape == 1 && !opcodeSeen && (byte == 0x38 || byte == 0x3A) {
      escape = byte == 0x38 ? 2 : 3
    } else {
      opcode = byte
      opcodeSeen = true
    }
  }

  private static func hex(_ c: UInt8) -> UInt8 {
    c <= 0x39 ? c - 0x30 : c - 0x41 + 10
  }
}
