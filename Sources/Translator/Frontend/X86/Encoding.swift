/// Where an operand comes from and how wide it is, in the letters of the SDM's opcode maps.
package enum OperandKind: UInt8 {
  case none
  // ModRM.rm, general register or memory: byte, word, doubleword, quadword, operand size,
  // 32/64 by REX.W
  case Eb, Ew, Ed, Eq, Ev, Ey
  // ModRM.reg, general register
  case Gb, Gw, Gd, Gq, Gv, Gy
  // VEX.vvvv, general register
  case By
  // ModRM.rm that must be a register, 64 bits in long mode
  case Rq
  // memory only: just the address, or a width in bytes
  case M, Mw, Md, Mq, Mo, My
  // immediates: byte, byte sign-extended, word, doubleword at most, operand size, the constant 1
  case Ib, Is, Iw, Iz, Iv, one
  case Jb, Jz
  case Ob, Ov
  // register in the opcode's low bits
  case Zb, Zv
  case AL, rAX, CL, DX
  case Sw, Cq, Dq
  // vector: reg, rm (whole, or 8…64 bits in memory), vvvv, immediate bits 7–4
  case Vx, Wx, Wb, Ww, Wd, Wq, Wo, Hx, Ux, Lx
  // MMX: reg, rm
  case Pq, Qq, Qd, Nq
  case STi
  case Ap
}

/// One row of the encoding table: how an instruction is spelled, and which meaning it has.
struct Encoding: Sendable {
  let pattern: StaticString
  let mnemonic: StaticString
  let meaning: Meaning
  let operands: (OperandKind, OperandKind, OperandKind, OperandKind)
  let feature: Feature
  let flags: RowFlags
  /// For meanings that cover many operations (vector, x87): which.
  let operation: UInt16

  init(
    _ pattern: StaticString, _ mnemonic: StaticString, _ meaning: Meaning,
    _ first: OperandKind = .none, _ second: OperandKind = .none,
    _ third: OperandKind = .none, _ fourth: OperandKind = .none,
    feature: Feature = .base, flags: RowFlags = [],
    operation: UInt16 = 0
  ) {
    self.pattern = pattern
    self.mnemonic = mnemonic
    self.meaning = meaning
    self.operands = (first, second, third, fourth)
    self.feature = feature
    self.flags = flags
    self.operation = operation
  }
}

/// What a row says beyond its operands.
struct RowFlags: OptionSet, Sendable {
  let rawValue: UInt8
  /// Operand size is 64 bits in long mode unless 66 makes it 16.
  static let default64 = RowFlags(rawValue: 1)
  /// Operand size is 64 bits in long mode whatever the prefixes say.
  static let force64 = RowFlags(rawValue: 2)
  /// LOCK is allowed with a memory destination.
  static let lockable = RowFlags(rawValue: 4)
  /// A vector memory operand must be aligned to its width.
  static let aligned = RowFlags(rawValue: 8)
  /// The 256-bit form needs AVX2, the 128-bit one AVX.
  static let wideAVX2 = RowFlags(rawValue: 16)
  /// The register form needs AVX2, the memory form AVX.
  static let registerAVX2 = RowFlags(rawValue: 32)
  /// The memory operand's index is a vector register.
  static let vectorIndex = RowFlags(rawValue: 64)
}

/// CPUID features a row may depend on.
public enum Feature: UInt8, Sendable {
  case base, mmx, sse, sse2, sse3, ssse3, sse41, sse42, aes, pclmulqdq, sha, popcnt, lzcnt
  case bmi1, bmi2, adx, movbe, rdrand, rdseed, fsgsbase, xsave, cx16, rdtscp
  case avx, avx2, fma, f16c, x87, clflushopt, prefetchw, rdpid, cet
  case vaes, vpclmulqdq, clwb, xsaveopt
}

/// A pattern compiled to a masked comparison over the decoder's discriminator word.
struct RowMatch {
  var mask: UInt32 = 0
  var value: UInt32 = 0
  var row: UInt16 = 0
}

/// The bits of the discriminator: what may tell rows of one opcode apart.
enum Discriminator {
  // 0–1 mandatory prefix (0 none, 1 66, 2 F3, 3 F2), 2 register form, 3–5 reg, 6–8 rm,
  // 9 W, 10 long mode, 11 L, 12 VEX
  static let prefix: UInt32 = 3
  static let registerForm: UInt32 = 1 << 2
  static let regShift: UInt32 = 3
  static let rmShift: UInt32 = 6
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
    if match.value & Discriminator.vex == 0 { require(Discriminator.vex, 0) }
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
