import CSimulatedFirmware
import CUEFI

extension Firmware {
  /// What the firmware calls itself, and its revision.
  static let vendor = "Transom simulated firmware"
  static let revision: UInt32 = 0x0001_0000

  /// Builds the tables of UEFI 2.10, 4.3 to 4.5 in guest-visible memory, with every service behind
  /// a stub of its own name, and the firmware's own image handle.
  func publishTables() throws(FirmwareError) {
    let boot = try allocate(EFI_BOOT_SERVICES.self)
    publishLevelServices(boot)
    publishMemoryServices(boot)
    publishEventServices(boot)
    publishProtocolServices(boot)
    publishLocatingServices(boot)
    publishDriverServices(boot)
    publishImageServices(boot)
    publishMiscellaneousServices(boot)
    bootServices = boot
    runtimeServices = try publishRuntimeServices()

    let table = try allocate(EFI_SYSTEM_TABLE.self, memoryType: EfiRuntimeServicesData)
    table.pointee.FirmwareVendor = try allocateString(Self.vendor, type: EfiRuntimeServicesData)
    table.pointee.FirmwareRevision = Self.revision
    table.pointee.RuntimeServices = runtimeServices
    table.pointee.BootServices = boot
    systemTable = table
    seal(&boot.pointee.Hdr, EFI_BOOT_SERVICES_SIGNATURE, MemoryLayout<EFI_BOOT_SERVICES>.size)
    seal(
      &runtimeServices.pointee.Hdr, EFI_RUNTIME_SERVICES_SIGNATURE,
      MemoryLayout<EFI_RUNTIME_SERVICES>.size)
    seal(&table.pointee.Hdr, EFI_SYSTEM_TABLE_SIGNATURE, MemoryLayout<EFI_SYSTEM_TABLE>.size)
    updateTableChecksums()

    let handle = try images.installNative("firmware", entry: { _, _ in EFI_UNSUPPORTED })
    images.images[UInt64(handle)]?.started = true
    firmwareHandle = handle
  }

  private func seal(_ header: inout EFI_TABLE_HEADER, _ signature: UInt64, _ size: Int) {
    header.Signature = signature
    header.Revision = EFI_2_100_SYSTEM_TABLE_REVISION
    header.HeaderSize = UInt32(size)
  }

  /// Recalculates the checksums of the tables (4.2), as whoever changes a table must.
  public func updateTableChecksums() {
    if let table = systemTable { Self.updateChecksum(of: table) }
    if let table = bootServices { Self.updateChecksum(of: table) }
    if let table = runtimeServices { Self.updateChecksum(of: table) }
  }

  /// Recalculates the checksum of one table: over HeaderSize bytes, the checksum taken as zero.
  private static func updateChecksum(of table: UnsafeMutableRawPointer) {
    let header = table.assumingMemoryBound(to: EFI_TABLE_HEADER.self)
    header.pointee.CRC32 = 0
    header.pointee.CRC32 = Checksum.crc32(
      UnsafeRawBufferPointer(start: table, count: Int(header.pointee.HeaderSize)))
  }

  /// Counts a service's entry from outside, at the caller's stack position: what frames at or
  /// below it had borrowed and were never returned to is reclaimed.
  @inline(__always)
  static func enterService() { current.abandonment.enter(firmware_stack_position()) }

  /// Services in the boot services table are gone after ExitBootServices (7.4.6).
  func withdrawBootServices() {
    let table = systemTable!
    table.pointee.ConsoleInHandle = nil
    table.pointee.ConIn = nil
    table.pointee.ConsoleOutHandle = nil
    table.pointee.ConOut = nil
    table.pointee.StandardErrorHandle = nil
    table.pointee.StdErr = nil
    table.pointee.BootServices = nil
    bootServices.pointee = EFI_BOOT_SERVICES()
    bootServices = nil
    updateTableChecksums()
  }
}

/// Functions with parameters narrower than 32 bits.
///
/// The host's convention lets a callee assume that such an argument was extended to 32 bits; a
/// guest's compiler does not promise it. They are written to take the whole register and shown
/// under their specified type.
enum WholeRegister {
  static func typed<Whole, Specified>(_ function: Whole) -> Specified {
    unsafeBitCast(function, to: Specified.self)
  }

  static func boolean(_ register: UInt64) -> Bool { register & 0xff != 0 }
}
