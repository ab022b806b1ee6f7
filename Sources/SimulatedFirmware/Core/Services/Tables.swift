import CSimulatedFirmware
import CUEFI

extension Firmware {
  /// Allocates and fills the system table (UEFI 2.10, 4.3) and what hangs off it.
  func publishTables() throws(FirmwareError) {
    let boot = try allocate(EFI_BOOT_SERVICES.self, memoryType: EfiRuntimeServicesData)
    let runtime = try allocate(EFI_RUNTIME_SERVICES.self, memoryType: EfiRuntimeServicesData)
    let system = try allocate(EFI_SYSTEM_TABLE.self, memoryType: EfiRuntimeServicesData)
    publishMemoryServices(boot)
    publishEventServices(boot)
    publishProtocolServices(boot)
    publishLookupServices(boot)
    publishDriverServices(boot)
    publishImageServices(boot)
    publishMiscellaneousServices(boot)
    publishTimeServices(runtime)
    publishVariableServices(runtime)
    publishRuntimeServices(runtime)
    boot.pointee.Hdr = header(EFI_BOOT_SERVICES_SIGNATURE, MemoryLayout<EFI_BOOT_SERVICES>.size)
    runtime.pointee.Hdr = header(
      EFI_RUNTIME_SERVICES_SIGNATURE, MemoryLayout<EFI_RUNTIME_SERVICES>.size)
    system.pointee.Hdr = header(
      EFI_SYSTEM_TABLE_SIGNATURE, MemoryLayout<EFI_SYSTEM_TABLE>.size)
    system.pointee.FirmwareVendor = try allocateString("Transom", type: EfiRuntimeServicesData)
    system.pointee.FirmwareRevision = 1
    system.pointee.BootServices = boot
    system.pointee.RuntimeServices = runtime
    bootServices = boot
    runtimeServices = runtime
    systemTable = system
    refreshCRC(boot)
    refreshCRC(runtime)
    refreshCRC(system)
    let entry: EFI_IMAGE_ENTRY_POINT = { _, _ in EFI_UNSUPPORTED }
    firmwareHandle = try images.installNative("firmware", entry: entry)
  }

  private func header(_ signature: UInt64, _ size: Int) -> EFI_TABLE_HEADER {
    EFI_TABLE_HEADER(
      Signature: signature, Revision: EFI_2_100_SYSTEM_TABLE_REVISION, HeaderSize: UInt32(size),
      CRC32: 0, Reserved: 0)
  }

  /// Recomputes a table's CRC (4.2) after its contents changed.
  public func refreshCRC<Table>(_ table: UnsafeMutablePointer<Table>) {
    let raw = UnsafeMutableRawPointer(table)
    let header = raw.assumingMemoryBound(to: EFI_TABLE_HEADER.self)
    header.pointee.CRC32 = 0
    header.pointee.CRC32 = CRC32.of(
      UnsafeRawBufferPointer(start: raw, count: Int(header.pointee.HeaderSize)))
  }

  /// InstallConfigurationTable (7.5.6): a null table takes the entry away. Signals the event
  /// group of the table's GUID.
  public func installConfigurationTable(_ guid: EFI_GUID, _ table: UnsafeMutableRawPointer?)
    throws(FirmwareError)
  {
    if let index = configurationTables.firstIndex(where: { $0.guid == guid }) {
      if let table {
        configurationTables[index].table = table
      } else {
        configurationTables.remove(at: index)
      }
    } else {
      guard let table else { throw .notFound }
      configurationTables.append((guid, table))
    }
    let old = systemTable.pointee.ConfigurationTable
    let size = MemoryLayout<EFI_CONFIGURATION_TABLE>.stride
    let entries = try allocatePool(
      EfiRuntimeServicesData, size: max(configurationTables.count, 1) * size
    ).bindMemory(to: EFI_CONFIGURATION_TABLE.self, capacity: max(configurationTables.count, 1))
    for (index, entry) in configurationTables.enumerated() {
      entries[index] = EFI_CONFIGURATION_TABLE(VendorGuid: entry.guid, VendorTable: entry.table)
    }
    systemTable.pointee.ConfigurationTable = entries
    systemTable.pointee.NumberOfTableEntries = UInt64(configurationTables.count)
    refreshCRC(systemTable)
    if let old { try freePool(UnsafeMutableRawPointer(old)) }
    events.signalGroup(guid)
    tpl.dispatch()
  }
}

/// CRC-32 as UEFI uses it (ISO 3309, reflected, polynomial 0xEDB88320).
public enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    var value = UInt32(index)
    for _ in 0..<8 { value = value & 1 != 0 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    return value
  }

  public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes { crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8) }
    return ~crc
  }
}
