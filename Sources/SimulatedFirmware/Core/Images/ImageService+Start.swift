import CSimulatedFirmware
import CUEFI

extension ImageService {
  /// StartImage (UEFI 2.10, 7.4.2). Calls guest code; returns what the entry point or Exit gave.
  /// An application, and a driver that failed, is unloaded.
  public func start(
    _ handle: EFI_HANDLE?, exitDataSize: UnsafeMutablePointer<UInt64>? = nil,
    exitData: UnsafeMutablePointer<UnsafeMutablePointer<CHAR16>?>? = nil
  ) -> EFI_STATUS {
    let address = UInt64(handle)
    guard images[address]?.started == false else { return EFI_INVALID_PARAMETER }
    let registered = registerWithEmulator(address)
    guard !isError(registered) else { return registered }
    let words = MemoryLayout<FirmwareCall>.stride / 8
    let scratch = firmware.abandonment.borrow(words: words, at: firmware_stack_position())
    let call = UnsafeMutableRawPointer(scratch).bindMemory(to: FirmwareCall.self, capacity: 1)
    let level = firmware.tpl.current
    let outer = current
    let outerRunning = running
    begin(address, call)
    let status = firmware_enter(
      call, unsafeBitCast(UInt(entry(of: address)), to: EFI_IMAGE_ENTRY_POINT.self), handle,
      firmware.systemTable)
    current = outer
    running = outerRunning
    firmware.checkLevel(level, after: "an image's entry point")
    firmware.abandonment.giveBack(scratch)
    finish(address, status, exitDataSize, exitData)
    return status
  }

  private func entry(of handle: UInt64) -> UInt64 { images[handle]?.entry ?? 0 }

  private func registerWithEmulator(_ handle: UInt64) -> EFI_STATUS {
    guard let image = images[handle], image.emulator != 0, let placed = image.placed else {
      return EFI_SUCCESS
    }
    let emulator = UnsafeMutablePointer<EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL>(
      bitPattern: UInt(image.emulator))!
    guard let register = emulator.pointee.RegisterImage else { return EFI_UNSUPPORTED }
    var entry: EFI_IMAGE_ENTRY_POINT? = unsafeBitCast(
      UInt(placed.entry), to: EFI_IMAGE_ENTRY_POINT.self)
    let status = register(
      emulator, placed.pageBase, placed.pages * MemoryMap.pageSize, &entry)
    if !isError(status) { image.entry = unsafeBitCast(entry, to: UInt64.self) }
    return status
  }

  private func begin(_ handle: UInt64, _ call: UnsafeMutablePointer<FirmwareCall>) {
    guard let image = images[handle] else { return }
    image.started = true
    image.call = call
    current = handle
    running = handle
    report(.started, image)
  }

  private func finish(
    _ handle: UInt64, _ status: EFI_STATUS, _ exitDataSize: UnsafeMutablePointer<UInt64>?,
    _ exitData: UnsafeMutablePointer<UnsafeMutablePointer<CHAR16>?>?
  ) {
    guard let image = images[handle] else { return }
    image.call = nil
    if let exitData, let exitDataSize {
      exitDataSize.pointee = image.exitDataSize
      exitData.pointee = UnsafeMutablePointer(bitPattern: UInt(image.exitData))
    } else if image.exitData != 0 {
      try? firmware.pool.release(image.exitData)
    }
    image.exitData = 0
    image.exitDataSize = 0
    report(.returned, image, status: status)
    if isError(status) || image.placed?.subsystem == 10 { discard(handle) }
  }

  /// Exit (7.4.5). Does not return when the image is the one running; an image that was never
  /// started is unloaded.
  public func exit(
    _ handle: EFI_HANDLE?, status: EFI_STATUS, dataSize: UInt64,
    data: UnsafeMutablePointer<CHAR16>?
  ) -> EFI_STATUS {
    let (answer, call) = prepareExit(handle, dataSize: dataSize, data: data)
    // From here this frame is abandoned: it must own nothing.
    if let call { firmware_leave(call, status) }
    return answer
  }

  @inline(never)
  private func prepareExit(
    _ handle: EFI_HANDLE?, dataSize: UInt64, data: UnsafeMutablePointer<CHAR16>?
  ) -> (EFI_STATUS, UnsafeMutablePointer<FirmwareCall>?) {
    let address = UInt64(handle)
    guard let image = images[address] else { return (EFI_INVALID_PARAMETER, nil) }
    if !image.started {
      discard(address)
      return (EFI_SUCCESS, nil)
    }
    guard address == current, let call = image.call else { return (EFI_INVALID_PARAMETER, nil) }
    if let data, dataSize > 0,
      let copy = try? firmware.pool.allocate(EfiBootServicesData, size: dataSize)
    {
      UnsafeMutableRawPointer(copy)!.copyMemory(from: data, byteCount: Int(dataSize))
      image.exitData = copy
      image.exitDataSize = dataSize
    }
    return (EFI_SUCCESS, call)
  }

  /// UnloadImage (7.4.3): asks the image first when it was started.
  public func unload(_ handle: EFI_HANDLE?) -> EFI_STATUS {
    guard let image = images[UInt64(handle)] else { return EFI_INVALID_PARAMETER }
    // It cannot go while its own entry point runs.
    guard image.call == nil else { return EFI_UNSUPPORTED }
    if image.started {
      guard let unload = image.information.pointee.Unload else { return EFI_UNSUPPORTED }
      let outer = enter(handle)
      let status = unload(handle)
      running = outer
      if isError(status) { return status }
    }
    discard(UInt64(handle))
    return EFI_SUCCESS
  }

  /// Takes an image out of memory and everything it had open out of the database.
  private func discard(_ handle: UInt64) {
    guard let image = images[handle] else { return }
    report(.unloading, image)
    if image.emulator != 0, let placed = image.placed {
      let emulator = UnsafeMutablePointer<EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL>(
        bitPattern: UInt(image.emulator))!
      _ = emulator.pointee.UnregisterImage?(emulator, placed.pageBase)
    }
    images[handle] = nil
    firmware.protocols.closeAll(agent: handle)
    firmware.protocols.remove(.loadedImageDevicePath, from: handle)
    firmware.protocols.remove(.loadedImage, from: handle)
    if let placed = image.placed {
      try? firmware.memory.freePages(placed.pageBase, pages: placed.pages)
    }
    for block in image.pool { try? firmware.pool.release(block) }
  }
}
