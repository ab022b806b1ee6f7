import CTransomDxe
import Shim

/// What the processor's own translation tables say about an address, at the exception level the
/// firmware runs at (Arm ARM, D8.3: VMSAv8-64, 4 KiB granule).
///
/// EFI_CPU_ARCH_PROTOCOL can set attributes but not tell them, so what must be restored exactly is
/// read here. Read afresh at each use: the firmware changes its tables at any time.
struct TranslationTables {
  /// The bits `PageRun.attributes` carries on this host.
  enum Attribute {
    static let readOnly: UInt64 = 1
    static let executeNever: UInt64 = 2
    static let device: UInt64 = 4
  }

  struct Leaf {
    /// The entry's own place, and what it holds.
    var entry: UnsafeMutablePointer<UInt64>
    var value: UInt64
    /// Bytes the entry maps.
    var size: UInt64
    /// Restrictions from the tables above.
    var inherited: UInt64
    /// How many entries follow in the same table.
    var following: Int
  }

  private static let addressMask: UInt64 = 0x0000_ffff_ffff_f000

  /// The entry that maps an address; nil where nothing is mapped or the granule is not 4 KiB.
  static func leaf(at address: UInt64) -> Leaf? {
    let registers = transomTranslationRegisters()
    let unused = registers.control & 63
    // TG0 = 0: 4 KiB.
    guard registers.control >> 14 & 3 == 0, unused >= 16, unused <= 39,
      address >> (64 - unused) == 0
    else { return nil }
    var level = unused < 25 ? 0 : unused < 34 ? 1 : 2
    var table = registers.table & addressMask
    var inherited: UInt64 = 0
    while true {
      let shift = UInt64(39 - 9 * level)
      let index = Int(address >> shift & 511)
      guard let entries = UnsafeMutablePointer<UInt64>(bitPattern: UInt(table)) else { return nil }
      let value = entries[index]
      guard value & 1 != 0 else { return nil }
      if level == 3 || value & 2 == 0 {
        // At level 3 bit 1 is part of what makes an entry valid; at level 0 there are no blocks.
        guard level == 3 ? value & 2 != 0 : level > 0 else { return nil }
        return Leaf(
          entry: entries + index, value: value, size: 1 << shift, inherited: inherited,
          following: 511 - index)
      }
      inherited |= value
      table = value & addressMask
      level += 1
    }
  }

  /// In terms of `Attribute`.
  static func attributes(of value: UInt64, inherited: UInt64) -> UInt64 {
    let registers = transomTranslationRegisters()
    var result: UInt64 = 0
    // AP[2], and APTable[1] above it.
    if value >> 7 & 1 != 0 || inherited >> 62 & 1 != 0 { result |= Attribute.readOnly }
    let neverBit: UInt64 = transomExceptionLevel() == 2 ? 54 : 53
    let neverTableBit: UInt64 = transomExceptionLevel() == 2 ? 60 : 59
    if value >> neverBit & 1 != 0 || inherited >> neverTableBit & 1 != 0 {
      result |= Attribute.executeNever
    }
    let type = registers.attributes >> ((value >> 2 & 7) * 8) & 0xff
    if type & 0xf0 == 0 { result |= Attribute.device }
    return result
  }

  /// SCTLR.WXN: what can be written cannot be executed.
  static func isExecutable(_ attributes: UInt64) -> Bool {
    if attributes & (Attribute.executeNever | Attribute.device) != 0 { return false }
    let writableIsNever = transomTranslationRegisters().system >> 19 & 1 != 0
    return attributes & Attribute.readOnly != 0 || !writableIsNever
  }

  static func pageRun(at address: UInt64) -> PageRun? {
    guard let leaf = leaf(at: address) else { return nil }
    let found = attributes(of: leaf.value, inherited: leaf.inherited)
    var end = (address & ~(leaf.size - 1)) &+ leaf.size
    var index = 1
    while index <= leaf.following {
      let next = leaf.entry[index]
      let isLeaf = leaf.size == 4096 ? next & 3 == 3 : next & 3 == 1
      guard isLeaf, attributes(of: next, inherited: leaf.inherited) == found else { break }
      end &+= leaf.size
      index += 1
    }
    return PageRun(
      attributes: found, end: end, isExecutable: TranslationTables.isExecutable(found))
  }
}
