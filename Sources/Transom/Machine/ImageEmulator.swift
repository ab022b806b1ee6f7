import CUEFI
import Glibc
import LinuxHost
import Shim
import SimulatedFirmware

/// EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL on the shim: how the firmware learns that x64 images can
/// run, and hands them over.
enum ImageEmulator {
  nonisolated(unsafe) private static var shim: Shim<LinuxHost>?
  nonisolated(unsafe) private static var marksPages = true
  /// Numbers images for the shim's reports.
  nonisolated(unsafe) private static var imageCount: UInt32 = 0

  /// Publishes the protocol. Without `marksPages` registered images stay natively executable, so
  /// that a test can show that nothing runs without the trap.
  static func install(
    on firmware: Firmware, shim: Shim<LinuxHost>, marksPages: Bool
  ) throws(FirmwareError) {
    Self.shim = shim
    Self.marksPages = marksPages
    let table = try firmware.allocate(EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL.self)
    table.pointee.Version = EDKII_PECOFF_IMAGE_EMULATOR_VERSION
    table.pointee.MachineType = UInt16(IMAGE_FILE_MACHINE_X64)
    table.pointee.IsImageSupported = firmware.publish("ImageEmulator.IsImageSupported") {
      _, imageType, _ in
      // Runtime drivers (12) would have to survive SetVirtualAddressMap.
      imageType == 10 || imageType == 11 ? 1 : 0
    }
    table.pointee.RegisterImage = firmware.publish("ImageEmulator.RegisterImage") {
      _, base, size, _ in
      ImageEmulator.register(base, size)
    }
    table.pointee.UnregisterImage = firmware.publish("ImageEmulator.UnregisterImage") { _, base in
      ImageEmulator.unregister(base)
    }
    try firmware.protocols.install(.imageEmulator, UnsafeMutableRawPointer(table))
  }

  static func drop() { shim = nil }

  private static func register(_ base: UInt64, _ size: UInt64) -> EFI_STATUS {
    guard let shim else { return EFI_UNSUPPORTED }
    let pages = (size + 0xFFF) & ~0xFFF
    do {
      imageCount += 1
      try shim.register(base: base, size: pages, name: imageCount)
    } catch {
      return EFI_OUT_OF_RESOURCES
    }
    if !marksPages {
      mprotect(
        UnsafeMutableRawPointer(bitPattern: UInt(base)), Int(pages),
        PROT_READ | PROT_WRITE | PROT_EXEC)
    }
    return EFI_SUCCESS
  }

  private static func unregister(_ base: UInt64) -> EFI_STATUS {
    guard let shim else { return EFI_UNSUPPORTED }
    do {
      try shim.unregister(base: base)
      return EFI_SUCCESS
    } catch {
      // The firmware unregisters images that were never started, too.
      return EFI_NOT_FOUND
    }
  }
}
