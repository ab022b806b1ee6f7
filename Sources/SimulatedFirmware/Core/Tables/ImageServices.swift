import CUEFI

extension Firmware {
  /// Connecting and disconnecting drivers (UEFI 2.10, 7.3.12 and 7.3.13).
  func publishDriverServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    let connect:
      @convention(c) (
        EFI_HANDLE?, UnsafeMutablePointer<EFI_HANDLE?>?,
        UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>?, UInt64
      ) -> EFI_STATUS = { controller, drivers, remaining, recursive in
        Firmware.enterService()
        return Firmware.current.connect(
          controller, drivers: drivers, remaining: remaining,
          recursive: WholeRegister.boolean(recursive))
      }
    table.pointee.ConnectController = publish(
      "gBS->ConnectController", WholeRegister.typed(connect) as EFI_CONNECT_CONTROLLER)
    table.pointee.DisconnectController = publish(
      "gBS->DisconnectController",
      { controller, driver, child in
        Firmware.enterService()
        return Firmware.current.disconnect(controller, driver: driver, child: child)
      } as EFI_DISCONNECT_CONTROLLER)
  }

  /// Images (7.4).
  func publishImageServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    let load:
      @convention(c) (
        UInt64, EFI_HANDLE?, UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>?,
        UnsafeMutableRawPointer?, UINTN, UnsafeMutablePointer<EFI_HANDLE?>?
      ) -> EFI_STATUS = { bootPolicy, parent, path, source, size, handle in
        Firmware.enterService()
        return statusOf { () throws(FirmwareError) in
          guard let handle, let parent else { throw .invalidParameter }
          guard size <= UInt64(Int.max) else { throw .loadError }
          handle.pointee = try Firmware.current.images.load(
            parent: parent, path: path,
            source: source.map { UnsafeRawBufferPointer(start: $0, count: Int(size)) },
            bootPolicy: WholeRegister.boolean(bootPolicy))
        }
      }
    table.pointee.LoadImage = publish(
      "gBS->LoadImage", WholeRegister.typed(load) as EFI_IMAGE_LOAD)
    table.pointee.StartImage = publish(
      "gBS->StartImage",
      { handle, size, data in
        Firmware.enterService()
        return Firmware.current.images.start(handle, exitDataSize: size, exitData: data)
      } as EFI_IMAGE_START)
    table.pointee.Exit = publish(
      "gBS->Exit",
      { handle, status, size, data in
        Firmware.current.images.exit(handle, status: status, dataSize: size, data: data)
      } as EFI_EXIT)
    table.pointee.UnloadImage = publish(
      "gBS->UnloadImage",
      { handle in
        Firmware.enterService()
        return Firmware.current.images.unload(handle)
      } as EFI_IMAGE_UNLOAD)
    table.pointee.ExitBootServices = publish(
      "gBS->ExitBootServices",
      { _, key in
        Firmware.enterService()
        return Firmware.current.exitBootServices(key: key)
      } as EFI_EXIT_BOOT_SERVICES)
  }

  /// ExitBootServices (7.4.6). Calls guest code; `EFI_INVALID_PARAMETER` when the memory map
  /// changed since `key` was given out.
  func exitBootServices(key: UInt64) -> EFI_STATUS {
    guard !atRuntime else { return EFI_UNSUPPORTED }
    if !announcedExit {
      announcedExit = true
      events.signalGroup(.eventBeforeExitBootServices)
      tpl.dispatch()
    }
    guard key == memory.key else { return EFI_INVALID_PARAMETER }
    events.stopTimers()
    events.signalGroup(.eventExitBootServices)
    tpl.dispatch()
    atRuntime = true
    withdrawBootServices()
    hooks.bootServicesExited?()
    return EFI_SUCCESS
  }
}
