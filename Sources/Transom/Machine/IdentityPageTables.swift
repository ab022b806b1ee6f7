import SimulatedFirmware

/// The page tables a driver finds behind CR3, as UEFI 2.10, 2.3.4 promises x64 code: every address
/// maps to itself. Nothing here translates through them; drivers that read them (OVMF's CpuDxe
/// does) must find something true.
enum IdentityPageTables {
  private static let pageSize: UInt64 = 4096
  /// Present, writable.
  private static let table: UInt64 = 0x3
  /// Present, writable, a leaf: one GiB.
  private static let leaf: UInt64 = 0x83

  /// Builds tables for the first TiB, which holds both PCI windows, and returns what CR3 shall be.
  static func make(in firmware: Firmware) throws(FirmwareError) -> UInt64 {
    let top = try firmware.allocatePages(pages: 3)
    guard let entries = UnsafeMutablePointer<UInt64>(bitPattern: UInt(top)) else { return 0 }
    entries.update(repeating: 0, count: 3 * 512)
    for half in 0..<2 {
      entries[half] = (top + UInt64(half + 1) * pageSize) | table
      for index in 0..<512 {
        entries[(half + 1) * 512 + index] = UInt64(half * 512 + index) << 30 | leaf
      }
    }
    return top
  }
}
