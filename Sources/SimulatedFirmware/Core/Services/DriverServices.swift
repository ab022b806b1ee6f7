import CSimulatedFirmware
import CUEFI

extension Firmware {
  /// Connecting drivers (UEFI 2.10, 7.3.12 and 7.3.13).
  func publishDriverServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.ConnectController = publish("gBS->ConnectController") {
      controller, drivers, remaining, recursive in
      Firmware.current.abandonment.enter(firmware_stack_position())
      return Firmware.current.connect(
        controller, drivers: drivers, remaining: remaining, recursive: recursive != 0)
    }
    table.pointee.DisconnectController = publish("gBS->DisconnectController") {
      controller, driver, child in
      Firmware.current.abandonment.enter(firmware_stack_position())
      return Firmware.current.disconnect(controller, driver: driver, child: child)
    }
  }

  /// Images (7.4).
  func publishImageServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.LoadImage = publish("gBS->LoadImage") {
      policy, parent, path, source, size, handle in
      statusOf { () throws(FirmwareError) in
        guard let handle else { throw .invalidParameter }
        handle.pointee = nil
        let bytes = source.map {
          UnsafeRawBufferPointer(start: $0, count: Int(clamping: size))
        }
        handle.pointee = try Firmware.current.images.load(
          parent: parent, path: path, source: bytes, bootPolicy: policy != 0)
      }
    }
    table.pointee.StartImage = publish("gBS->StartImage") { handle, size, data in
      Firmware.current.abandonment.enter(firmware_stack_position())
      return Firmware.current.images.start(handle, exitDataSize: size, exitData: data)
    }
    table.pointee.Exit = publish("gBS->Exit") { handle, status, size, data in
      Firmware.current.images.exit(handle, status: status, dataSize: size, data: data)
    }
    table.pointee.UnloadImage = publish("gBS->UnloadImage") { handle in
      Firmware.current.images.unload(handle)
    }
    table.pointee.ExitBootServices = publish("gBS->ExitBootServices") { handle, key in
      Firmware.current.exitBootServices(handle, key: key)
    }
  }

  /// ExitBootServices (7.4.6).
  func exitBootServices(_ handle: EFI_HANDLE?, key: UInt64) -> EFI_STATUS {
    guard images.name(of: handle) != nil else { return EFI_INVALID_PARAMETER }
    events.signalGroup(.eventBeforeExitBootServices)
    tpl.dispatch()
    guard key == memory.key else { return EFI_INVALID_PARAMETER }
    events.cancelAllTimers()
    if let watchdog {
      try? events.close(watchdog)
      self.watchdog = nil
    }
    events.signalGroup(.eventExitBootServices)
    tpl.dispatch()
    atRuntime = true
    systemTable.pointee.BootServices = nil
    systemTable.pointee.ConIn = nil
    systemTable.pointee.ConOut = nil
    systemTable.pointee.StdErr = nil
    systemTable.pointee.ConsoleInHandle = nil
    systemTable.pointee.ConsoleOutHandle = nil
    systemTable.pointee.StandardErrorHandle = nil
    refreshCRC(systemTable)
    hooks.bootServicesExited?()
    return EFI_SUCCESS
  }
}
