/// What a load or store transfers: the size and opcode fields of its encoding.
package struct A64Access: Equatable {
  /// log2 of the bytes.
  package var size: UInt32
  /// V, and opc in bits 22–23.
  private var bits: UInt32

  private init(size: UInt32, bits: UInt32) {
    self.size = size
    self.bits = bits
  }

  package static func load(bytes: UInt32) -> A64Access {
    A64Access(size: log(bytes), bits: 1 << 22)
  }
  package static func store(bytes: UInt32) -> A64Access { A64Access(size: log(bytes), bits: 0) }
  /// Sign-extended to 64 bits, or to 32.
  package static func loadSigned(bytes: UInt32, is64: Bool) -> A64Access {
    A64Access(size: log(bytes), bits: is64 ? 2 << 22 : 3 << 22)
  }
  /// B, H, S, D or Q register.
  package static func loadVector(bytes: UInt32) -> A64Access {
    A64Access(size: log(bytes), bits: 1 << 26 | (bytes == 16 ? 3 << 22 : 1 << 22))
  }
  package static func storeVector(bytes: UInt32) -> A64Access {
    A64Access(size: log(bytes), bits: 1 << 26 | (bytes == 16 ? 2 << 22 : 0))
  }

  private static func log(_ bytes: UInt32) -> UInt32 { UInt32(bytes.trailingZeroBitCount) }

  var encoding: UInt32 { (size & 3) << 30 | bits }
}

/// Loads and stores (Arm ARM, C4.1.94). `t` is the number of a general or vector register.
extension A64Assembler {
  /// [n, #offset], offset a multiple of the size, up to 4095 of them.
  package mutating func access(
    _ kind: A64Access, _ t: UInt32, _ n: A64Register, scaled offset: UInt32
  ) {
    append(0x3900_0000 | kind.encoding | (offset >> kind.size) << 10 | n.number << 5 | t)
  }

  /// [n, #offset], −256…255.
  package mutating func access(
    _ kind: A64Access, _ t: UInt32, _ n: A64Register, unscaled offset: Int32
  ) {
    append(
      0x3800_0000 | kind.encoding | (UInt32(bitPattern: offset) & 0x1FF) << 12 | n.number << 5 | t)
  }

  /// [n, #offset]! or [n], #offset, −256…255.
  package mutating func access(
    _ kind: A64Access, _ t: UInt32, _ n: A64Register, indexed offset: Int32, before: Bool
  ) {
    append(
      0x3800_0400 | (before ? 0x800 : 0) | kind.encoding
        | (UInt32(bitPattern: offset) & 0x1FF) << 12 | n.number << 5 | t)
  }

  /// How an index register is taken.
  package enum Extend: UInt32 {
    case unsigned32 = 2, full = 3, signed32 = 6
  }

  /// [n, m], the index perhaps scaled by the size.
  package mutating func access(
    _ kind: A64Access, _ t: UInt32, _ n: A64Register, _ m: A64Register, extend: Extend = .full,
    scaled: Bool
  ) {
    append(
      0x3820_0800 | kind.encoding | m.number << 16 | extend.rawValue << 13
        | (scaled ? 1 << 12 : 0) | n.number << 5 | t)
  }

  package enum PairMode: UInt32 {
    case after = 1, offset = 2, before = 3
  }

  /// LDP, STP of X registers; the offset a multiple of 8, −512…504.
  package mutating func pair(
    load: Bool, _ t: A64Register, _ u: A64Register, _ n: A64Register, offset: Int32,
    mode: PairMode = .offset
  ) {
    append(
      0xA800_0000 | mode.rawValue << 23 | (load ? 1 << 22 : 0)
        | (UInt32(bitPattern: offset / 8) & 0x7F) << 15 | u.number << 10 | n.number << 5 | t.number)
  }

  /// LDP, STP of Q registers; the offset a multiple of 16, −1024…1008.
  package mutating func vectorPair(
    load: Bool, _ t: A64Vector, _ u: A64Vector, _ n: A64Register, offset: Int32,
    mode: PairMode = .offset
  ) {
    append(
      0xAC00_0000 | mode.rawValue << 23 | (load ? 1 << 22 : 0)
        | (UInt32(bitPattern: offset / 16) & 0x7F) << 15 | u.number << 10 | n.number << 5
        | t.number)
  }

  // MARK: Exclusive access

  /// LDAXR of 1, 2, 4 or 8 bytes.
  package mutating func loadExclusive(_ t: A64Register, _ n: A64Register, bytes: UInt32) {
    append(
      0x085F_FC00 | UInt32(bytes.trailingZeroBitCount) << 30 | n.number << 5 | t.number)
  }

  /// STLXR; `status` is 0 if it was done.
  package mutating func storeExclusive(
    _ status: A64Register, _ t: A64Register, _ n: A64Register, bytes: UInt32
  ) {
    append(
      0x0800_FC00 | UInt32(bytes.trailingZeroBitCount) << 30 | status.number << 16
        | n.number << 5 | t.number)
  }
}
