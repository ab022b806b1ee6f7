import CUEFI

/// EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL (UEFI 2.10, 11.3): the drivers from a device's own ROM
/// are offered to it before others.
enum DriverOverride {
  private typealias This = UnsafeMutablePointer<EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL>

  static func make(
    _ firmware: Firmware
  ) throws(FirmwareError) -> UnsafeMutablePointer<EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL> {
    let table = try firmware.allocate(EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL.self)
    table.pointee.GetDriver = firmware.publish("BusSpecificDriverOverride.GetDriver", getDriver)
    return table
  }

  /// Nil asks for the first; the last answers NOT_FOUND.
  private static let getDriver:
    @convention(c) (
      UnsafeMutablePointer<EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL>?,
      UnsafeMutablePointer<EFI_HANDLE?>?
    ) -> EFI_STATUS = { this, driver in
      statusOf { () throws(FirmwareError) in
        guard let driver,
          let function = PCIBus.current?.functions.first(where: { $0.override == this })
        else { throw .invalidParameter }
        guard let previous = driver.pointee else {
          guard let first = function.overrideDrivers.first else { throw .notFound }
          driver.pointee = first
          return
        }
        guard let index = function.overrideDrivers.firstIndex(of: previous) else {
          throw .invalidParameter
        }
        guard index + 1 < function.overrideDrivers.count else { throw .notFound }
        driver.pointee = function.overrideDrivers[index + 1]
      }
    }
}

extension PCIBus {
  /// Remembers a started driver as the device's own.
  func addOverride(_ image: EFI_HANDLE, on function: PCIFunction) {
    function.overrideDrivers.append(image)
    guard function.override == nil, let handle = function.handle else { return }
    do throws(FirmwareError) {
      let table = try DriverOverride.make(firmware)
      try firmware.protocols.install(
        .busSpecificDriverOverride, UnsafeMutableRawPointer(table), on: handle)
      function.override = table
    } catch {
      // Without it the driver is found in the ordinary way.
      firmware.ledger.alarm("PCI \(function.location): no driver override: \(error)")
    }
  }
}
