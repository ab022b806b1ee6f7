import CUEFI

extension Firmware {
  /// Finding handles and protocols (UEFI 2.10, 7.3.6, 7.3.7 and 7.3.14 to 7.3.16).
  func publishLocatingServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.LocateHandle = publish(
      "gBS->LocateHandle",
      { search, guid, key, size, buffer in
        statusOf { () throws(FirmwareError) in
          try Firmware.current.locateHandle(search, guid, key, size, buffer)
        }
      } as EFI_LOCATE_HANDLE)
    table.pointee.LocateHandleBuffer = publish(
      "gBS->LocateHandleBuffer",
      { search, guid, key, count, buffer in
        statusOf { () throws(FirmwareError) in
          guard let count, let buffer else { throw .invalidParameter }
          count.pointee = 0
          buffer.pointee = nil
          let firmware = Firmware.current!
          let found = try firmware.protocols.locate(search, guid?.value, key: key)
          let copy = try firmware.allocatePool(size: found.count * 8)
            .bindMemory(to: EFI_HANDLE?.self, capacity: found.count)
          for (index, handle) in found.enumerated() { copy[index] = handle }
          buffer.pointee = copy
          count.pointee = UInt64(found.count)
        }
      } as EFI_LOCATE_HANDLE_BUFFER)
    table.pointee.LocateProtocol = publish(
      "gBS->LocateProtocol",
      { guid, registration, interface in
        statusOf { () throws(FirmwareError) in
          guard let guid, let interface else { throw .invalidParameter }
          interface.pointee = nil
          interface.pointee = try Firmware.current.protocols.locate(
            guid.value, registration: registration)
        }
      } as EFI_LOCATE_PROTOCOL)
    table.pointee.LocateDevicePath = publish(
      "gBS->LocateDevicePath",
      { guid, path, device in
        statusOf { () throws(FirmwareError) in
          guard let guid, let path, let whole = path.pointee else { throw .invalidParameter }
          let found = try Firmware.current.protocols.locateDevicePath(guid.value, path: whole)
          guard let device else { throw .invalidParameter }
          device.pointee = found.handle
          path.pointee = found.rest
        }
      } as EFI_LOCATE_DEVICE_PATH)
    table.pointee.ProtocolsPerHandle = publish(
      "gBS->ProtocolsPerHandle",
      { handle, buffer, count in
        statusOf { () throws(FirmwareError) in
          try Firmware.current.protocolsPerHandle(handle, buffer, count)
        }
      } as EFI_PROTOCOLS_PER_HANDLE)
  }

  private func locateHandle(
    _ search: UInt32, _ guid: UnsafeMutablePointer<EFI_GUID>?, _ key: UnsafeMutableRawPointer?,
    _ size: UnsafeMutablePointer<UINTN>?, _ buffer: UnsafeMutablePointer<EFI_HANDLE?>?
  ) throws(FirmwareError) {
    guard let size, size.pointee == 0 || buffer != nil else { throw .invalidParameter }
    // A handle that does not fit stays new to the registration.
    let registration =
      search == ByRegisterNotify
      ? protocols.registrations.first { $0.key == UInt64(key) } : nil
    let position = registration?.position ?? 0
    let found = try protocols.locate(search, guid?.value, key: key)
    let needed = UInt64(found.count) * 8
    let given = size.pointee
    size.pointee = needed
    guard given >= needed, let buffer else {
      registration?.position = position
      throw .bufferTooSmall
    }
    for (index, handle) in found.enumerated() { buffer[index] = handle }
  }

  /// ProtocolsPerHandle (7.3.14). One block holds the array and, behind it, the GUIDs it points at.
  private func protocolsPerHandle(
    _ handle: EFI_HANDLE?,
    _ buffer: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<EFI_GUID>?>?>?,
    _ count: UnsafeMutablePointer<UINTN>?
  ) throws(FirmwareError) {
    guard let handle, protocols.isValid(handle), let buffer, let count else {
      throw .invalidParameter
    }
    count.pointee = 0
    buffer.pointee = nil
    let found = protocols.protocols(on: handle)
    let block = try allocatePool(size: found.count * (8 + MemoryLayout<EFI_GUID>.stride))
    let names = (block + found.count * 8).bindMemory(to: EFI_GUID.self, capacity: found.count)
    let array = block.bindMemory(
      to: UnsafeMutablePointer<EFI_GUID>?.self, capacity: found.count)
    for (index, guid) in found.enumerated() {
      names[index] = guid
      array[index] = names + index
    }
    buffer.pointee = array
    count.pointee = UInt64(found.count)
  }
}
