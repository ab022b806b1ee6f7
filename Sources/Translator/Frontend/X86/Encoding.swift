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
  /// No row's: CPUID tells of RDRAND and RDSEED where they work.
  case announcedRandom
}
