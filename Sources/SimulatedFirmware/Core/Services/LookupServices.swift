import CUEFI

extension Firmware {
  /// Finding handles and protocols (UEFI 2.10, 7.3).
  func publishLookupServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.RegisterProtocolNotify = publish("gBS->RegisterProtocolNotify") {
      guid, event, registration in
      statusOf { () throws(FirmwareError) in
        guard let guid, let event, let registration else { throw .invalidParameter }
        registration.pointee = try Firmware.current.protocols.registerNotify(
          guid.pointee, event: event)
      }
    }
    table.pointee.LocateHandle = publish("gBS->LocateHandle") { search, guid, key, size, buffer in
      statusOf { () throws(FirmwareError) in
        guard let size else { throw .invalidParameter }
        let found = try Firmware.current.protocols.locate(
          search, guid?.pointee, key: key, capacity: size.pointee / 8)
        let needed = UInt64(found.count) * 8
        let given = size.pointee
        size.pointee = needed
        guard given >= needed else { throw .bufferTooSmall }
        guard let buffer else { throw .invalidParameter }
        for (index, handle) in found.enumerated() { buffer[index] = handle }
      }
    }
    table.pointee.LocateHandleBuffer = publish("gBS->LocateHandleBuffer") {
      search, guid, key, count, buffer in
      statusOf { () throws(FirmwareError) in
        guard let count, let buffer else { throw .invalidParameter }
        count.pointee = 0
        buffer.pointee = nil
        let firmware: Firmware = Firmware.current
        let found = try firmware.protocols.locate(search, guid?.pointee, key: key)
        let list = try firmware.allocatePool(size: found.count * 8)
          .bindMemory(to: EFI_HANDLE?.self, capacity: found.count)
        for (index, handle) in found.enumerated() { list[index] = handle }
        count.pointee = UInt64(found.count)
        buffer.pointee = list
      }
    }
    table.pointee.LocateProtocol = publish("gBS->LocateProtocol") {
      guid, registration, interface in
      statusOf { () throws(FirmwareError) in
        guard let interface, let guid else { throw .invalidParameter }
        interface.pointee = nil
        interface.pointee = try Firmware.current.protocols.locate(
          guid.pointee, registration: registration)
      }
    }
    table.pointee.LocateDevicePath = publish("gBS->LocateDevicePath") { guid, path, device in
      statusOf { () throws(FirmwareError) in
        guard let guid, let path, let start = path.pointee else { throw .invalidParameter }
        let found = try Firmware.current.protocols.locateDevicePath(guid.pointee, path: start)
        guard let device else { throw .invalidParameter }
        device.pointee = found.handle
        path.pointee = found.rest
      }
    }
    table.pointee.OpenProtocolInformation = publish("gBS->OpenProtocolInformation") {
      handle, guid, buffer, count in
      statusOf { () throws(FirmwareError) in
        guard let guid, let buffer, let count else { throw .invalidParameter }
        let firmware: Firmware = Firmware.current
        let entries = try firmware.protocols.openInformation(guid.pointee, on: handle)
        let size = MemoryLayout<EFI_OPEN_PROTOCOL_INFORMATION_ENTRY>.stride
        let list = try firmware.allocatePool(size: max(entries.count, 1) * size).bindMemory(
          to: EFI_OPEN_PROTOCOL_INFORMATION_ENTRY.self, capacity: max(entries.count, 1))
        for (index, entry) in entries.enumerated() { list[index] = entry }
        buffer.pointee = list
        count.pointee = UInt64(entries.count)
      }
    }
    table.pointee.ProtocolsPerHandle = publish("gBS->ProtocolsPerHandle") {
      handle, buffer, count in
      statusOf { () throws(FirmwareError) in
        guard let handle, let buffer, let count else { throw .invalidParameter }
        count.pointee = 0
        let firmware: Firmware = Firmware.current
        _ = try firmware.protocols.record(handle)
        let guids = firmware.protocols.protocols(on: handle)
        // One block: the pointers, then the GUIDs they point to.
        let block = try firmware.allocatePool(size: guids.count * (8 + 16))
        let list = block.bindMemory(
          to: UnsafeMutablePointer<EFI_GUID>?.self, capacity: guids.count)
        for (index, guid) in guids.enumerated() {
          let copy = (block + guids.count * 8 + index * 16)
            .bindMemory(to: EFI_GUID.self, capacity: 1)
          copy.pointee = guid
          list[index] = copy
        }
        buffer.pointee = list
        count.pointee = UInt64(guids.count)
      }
    }
  }
}
