import OptionROM

/// A small PE32+ driver, made field by field: headers, .text, and a .reloc with one block.
struct SyntheticPE {
  static let base: UInt64 = 0x1_8000_0000
  var bytes: [UInt8]

  init(machine: Machine = .x64, relocation: (type: UInt16, offset: UInt16) = (10, 0x210)) {
    bytes = [UInt8](repeating: 0, count: 0x400)
    bytes.put(UInt16(0x5a4d), at: 0)
    bytes.put(UInt32(0x40), at: 0x3c)
    bytes.put(UInt32(0x4550), at: 0x40)
    bytes.put(machine.rawValue, at: 0x44)
    bytes.put(UInt16(2), at: 0x46)
    bytes.put(UInt16(240), at: 0x54)
    bytes.put(UInt16(0x22), at: 0x56)
    let optional = 0x58
    bytes.put(UInt16(0x20b), at: optional)
    bytes.put(UInt32(0x200), at: optional + 16)  // entry point
    bytes.put(UInt32(SyntheticPE.base & 0xffff_ffff), at: optional + 24)
    bytes.put(UInt32(SyntheticPE.base >> 32), at: optional + 28)
    bytes.put(UInt32(0x20), at: optional + 32)
    bytes.put(UInt32(0x20), at: optional + 36)
    bytes.put(UInt32(0x400), at: optional + 56)
    bytes.put(UInt32(0x200), at: optional + 60)
    bytes.put(UInt16(11), at: optional + 68)
    bytes.put(UInt32(16), at: optional + 108)
    bytes.put(UInt32(0x300), at: optional + 112 + 40)  // relocations
    bytes.put(UInt32(12), at: optional + 112 + 44)
    section(0, ".text", 0x200, 0x100, 0x6000_0020)
    section(1, ".reloc", 0x300, 0x100, 0x4200_0040)
    for index in 0x200..<0x300 { bytes[index] = UInt8(truncatingIfNeeded: index &* 7) }
    bytes.put(UInt32(0x8000_0230), at: 0x210)
    bytes.put(UInt32(0x1), at: 0x214)
    bytes.put(UInt32(0), at: 0x300)
    bytes.put(UInt32(12), at: 0x304)
    bytes.put(relocation.type << 12 | relocation.offset, at: 0x308)
  }

  private mutating func section(
    _ index: Int, _ name: String, _ address: UInt32, _ size: UInt32, _ flags: UInt32
  ) {
    let header = 0x148 + index * 40
    for (place, byte) in name.utf8.enumerated() { bytes[header + place] = byte }
    bytes.put(size, at: header + 8)
    bytes.put(address, at: header + 12)
    bytes.put(size, at: header + 16)
    bytes.put(address, at: header + 20)
    bytes.put(flags, at: header + 36)
  }
}
