/// A register-or-memory operand of a host instruction.
struct X86Operand {
  enum Kind: UInt8 { case register, memory, data }
  var kind: Kind
  /// Register number, or the base (`none` for none).
  var base: UInt8
  var index: UInt8 = X86Operand.none
  var scale: UInt8 = 0
  var displacement: Int32 = 0
  /// The address is computed with 32 bits.
  var isNarrow = false
  /// Of data near the code: its address.
  var address: UInt64 = 0

  static let none: UInt8 = 0xFF

  @inline(__always) static func register(_ number: UInt8) -> X86Operand {
    X86Operand(kind: .register, base: number)
  }
  @inline(__always) static func memory(_ base: UInt8, _ displacement: Int32 = 0) -> X86Operand {
    X86Operand(kind: .memory, base: base, displacement: displacement)
  }
  @inline(__always) static func data(_ address: UInt64) -> X86Operand {
    X86Operand(kind: .data, base: none, address: address)
  }
}

/// Opcode maps and mandatory prefixes, as one value: prefix byte, map, opcode.
struct X86Opcode {
  var prefix: UInt8 = 0
  /// 0 one byte, 1 0F, 2 0F 38, 3 0F 3A.
  var map: UInt8 = 0
  var byte: UInt8
  @inline(__always) init(_ byte: UInt8, map: UInt8 = 0, prefix: UInt8 = 0) {
    self.byte = byte
    self.map = map
    self.prefix = prefix
  }
}

/// Writes x86-64 machine code.
extension CodeBuffer {
  /// An instruction with ModRM. `width` 2 gives 66 and 8 gives REX.W. `byteReg` and `byteRM` say
  /// that a register operand is a byte. `trailing`: immediate bytes to follow.
  @inline(__always)
  mutating func instruction(
    _ opcode: X86Opcode, width: UInt8, reg: UInt8, _ rm: X86Operand, trailing: Int = 0,
    byteReg: Bool = false, byteRM: Bool = false
  ) {
    // Gathered in a word and written at once.
    var rex: UInt8 = (width == 8 ? 0x48 : 0) | (reg & 8) >> 1
    if byteReg && reg >= 4 { rex |= 0x40 }
    var head: UInt64 = 0
    var bits: UInt64 = 0
    if rm.isNarrow {
      head = 0x67
      bits = 8
    }
    if width == 2 {
      head |= 0x66 &<< bits
      bits &+= 8
    }
    if opcode.prefix != 0 {
      head |= UInt64(opcode.prefix) &<< bits
      bits &+= 8
    }
    switch rm.kind {
    case .register:
      rex |= rm.base >> 3
      if byteRM && rm.base >= 4 { rex |= 0x40 }
    case .memory:
      // `none` has bit 3 set as well; its own bit 4 tells it from R8 to R15.
      rex |= (rm.base >> 3) & ~(rm.base >> 4) & 1
      rex |= ((rm.index >> 3) & ~(rm.index >> 4) & 1) << 1
    case .data: break
    }
    if rex != 0 {
      head |= UInt64(rex | 0x40) &<< bits
      bits &+= 8
    }
    switch opcode.map {
    case 0: break
    case 1:
      head |= 0x0F &<< bits
      bits &+= 8
    default:
      head |= (opcode.map == 2 ? 0x380F : 0x3A0F) &<< bits
      bits &+= 16
    }
    head |= UInt64(opcode.byte) &<< bits
    bits &+= 8
    if rm.kind == .register {
      head |= UInt64(0xC0 | (reg & 7) << 3 | rm.base & 7) &<< bits
      bits &+= 8
    }
    UnsafeMutableRawPointer(cursor).storeBytes(of: head, as: UInt64.self)
    cursor += Int(truncatingIfNeeded: bits &>> 3)
    switch rm.kind {
    case .register: break
    case .data: dataModRM(reg & 7, rm, trailing)
    case .memory: memoryModRM(reg & 7, rm)
    }
  }

  @inline(__always)
  private mutating func dataModRM(_ reg: UInt8, _ rm: X86Operand, _ trailing: Int) {
    byte(reg << 3 | 5)
    let next = address &+ 4 &+ UInt64(trailing)
    word32(UInt32(truncatingIfNeeded: rm.address &- next))
  }

  private mutating func memoryModRM(_ reg: UInt8, _ rm: X86Operand) {
    let hasIndex = rm.index != X86Operand.none
    let d = UInt32(bitPattern: rm.displacement)
    guard rm.base != X86Operand.none else {
      byte(reg << 3 | 4)
      byte(rm.scale << 6 | (hasIndex ? (rm.index & 7) << 3 : 0x20) | 5)
      word32(d)
      return
    }
    let isByte = rm.displacement >= -128 && rm.displacement <= 127
    let mod: UInt8 = rm.displacement == 0 && rm.base & 7 != 5 ? 0 : isByte ? 0x40 : 0x80
    if hasIndex || rm.base & 7 == 4 {
      byte(mod | reg << 3 | 4)
      byte(rm.scale << 6 | (hasIndex ? (rm.index & 7) << 3 : 0x20) | rm.base & 7)
    } else {
      byte(mod | reg << 3 | rm.base & 7)
    }
    if mod == 0x40 {
      byte(UInt8(truncatingIfNeeded: d))
    } else if mod == 0x80 {
      word32(d)
    }
  }

  // MARK: Common instructions

  @inline(__always) mutating func immediate(_ value: Int64, _ count: Int) {
    switch count {
    case 1: byte(UInt8(truncatingIfNeeded: value))
    case 2: word16(UInt16(truncatingIfNeeded: value))
    default: word32(UInt32(truncatingIfNeeded: value))
    }
  }

  /// reg = rm, at a width.
  @inline(__always) mutating func load(_ width: UInt8, _ to: UInt8, _ from: X86Operand) {
    instruction(
      X86Opcode(width == 1 ? 0x8A : 0x8B), width: width, reg: to, from, byteReg: width == 1,
      byteRM: width == 1)
  }

  /// rm = reg, at a width.
  @inline(__always) mutating func store(_ width: UInt8, _ to: X86Operand, _ from: UInt8) {
    instruction(
      X86Opcode(width == 1 ? 0x88 : 0x89), width: width, reg: from, to, byteReg: width == 1,
      byteRM: width == 1)
  }

  /// reg = rm of 1, 2, 4 or 8 bytes, zero-extended.
  @inline(__always) mutating func loadZero(_ from: UInt8, _ to: UInt8, _ rm: X86Operand) {
    switch from {
    case 1: instruction(X86Opcode(0xB6, map: 1), width: 4, reg: to, rm, byteRM: true)
    case 2: instruction(X86Opcode(0xB7, map: 1), width: 4, reg: to, rm)
    default: load(from, to, rm)
    }
  }

  /// reg = rm of `from` bytes, sign-extended to `width`.
  @inline(__always)
  mutating func loadSigned(_ from: UInt8, _ width: UInt8, _ to: UInt8, _ rm: X86Operand) {
    switch from {
    case 1: instruction(X86Opcode(0xBE, map: 1), width: width, reg: to, rm, byteRM: true)
    case 2: instruction(X86Opcode(0xBF, map: 1), width: width, reg: to, rm)
    default: instruction(X86Opcode(0x63), width: width, reg: to, rm)
    }
  }

  @inline(__always) mutating func lea(_ width: UInt8, _ to: UInt8, _ from: X86Operand) {
    instruction(X86Opcode(0x8D), width: width, reg: to, from)
  }

  /// reg = a 64-bit constant; flags stay.
  @inline(__always) mutating func constant(_ to: UInt8, _ value: Int64) {
    if value >= 0 && value <= 0xFFFF_FFFF {
      if to & 8 != 0 { byte(0x41) }
      byte(0xB8 | to & 7)
      word32(UInt32(truncatingIfNeeded: value))
    } else if value >= -0x8000_0000 && value < 0 {
      instruction(X86Opcode(0xC7), width: 8, reg: 0, .register(to), trailing: 4)
      word32(UInt32(truncatingIfNeeded: value))
    } else {
      byte(0x48 | to >> 3)
      byte(0xB8 | to & 7)
      word64(UInt64(bitPattern: value))
    }
  }

  @inline(__always) mutating func jump(to target: UInt64) {
    byte(0xE9)
    word32(UInt32(truncatingIfNeeded: target &- (address &+ 4)))
  }

  @inline(__always) mutating func branch(_ condition: UInt8, to target: UInt64) {
    byte(0x0F)
    byte(0x80 | condition)
    word32(UInt32(truncatingIfNeeded: target &- (address &+ 4)))
  }
}
