/// The CRC-32 of UEFI tables and CalculateCrc32 (UEFI 2.10, 7.5.5): the polynomial of IEEE 802.3,
/// reflected.
enum Checksum {
  private static let table: [UInt32] = (0..<256).map { byte in
    var value = UInt32(byte)
    for _ in 0..<8 { value = value & 1 != 0 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
    return value
  }

  static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      var value: UInt32 = .max
      for byte in bytes { value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
      return ~value
    }
  }
}
