import CSimulatedFirmware
import CUEFI

extension Firmware {
  /// Installing, opening and closing (UEFI 2.10, 7.3).
  func publishProtocolServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.InstallProtocolInterface = publish("gBS->InstallProtocolInterface") {
      handle, guid, type, interface in
      statusOf { () throws(FirmwareError) in
        guard let handle, let guid, type == EFI_NATIVE_INTERFACE else { throw .invalidParameter }
        // The handle must be the caller's to see before notifications run.
        handle.pointee = try Firmware.current.protocols.add(
          guid.pointee, interface, on: handle.pointee)
        Firmware.current.tpl.dispatch()
      }
    }
    table.pointee.ReinstallProtocolInterface = publish("gBS->ReinstallProtocolInterface") {
      handle, guid, old, new in
      Firmware.current.abandonment.enter(firmware_stack_position())
      return statusOf { () throws(FirmwareError) in
        guard let guid else { throw .invalidParameter }
        try Firmware.current.protocols.reinstall(guid.pointee, old: old, new: new, on: handle)
      }
    }
    table.pointee.UninstallProtocolInterface = publish("gBS->UninstallProtocolInterface") {
      handle, guid, interface in
      Firmware.current.abandonment.enter(firmware_stack_position())
      return statusOf { () throws(FirmwareError) in
        guard let guid else { throw .invalidParameter }
        try Firmware.current.protocols.uninstall(guid.pointee, interface, on: handle)
      }
    }
    table.pointee.HandleProtocol = publish("gBS->HandleProtocol") { handle, guid, interface in
      statusOf { () throws(FirmwareError) in
        guard let guid, let interface else { throw .invalidParameter }
        interface.pointee = nil
        let firmware: Firmware = Firmware.current
        interface.pointee = try firmware.protocols.open(
          guid.pointee, on: handle, agent: firmware.firmwareHandle,
          attributes: EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL)
      }
    }
    table.pointee.OpenProtocol = publish("gBS->OpenProtocol") {
      handle, guid, interface, agent, controller, attributes in
      Firmware.current.abandonment.enter(firmware_stack_position())
      return openProtocol(handle, guid, interface, agent, controller, attributes)
    }
    table.pointee.CloseProtocol = publish("gBS->CloseProtocol") {
      handle, guid, agent, controller in
      statusOf { () throws(FirmwareError) in
        guard let guid else { throw .invalidParameter }
        try Firmware.current.protocols.close(
          guid.pointee, on: handle, agent: agent, controller: controller)
      }
    }
    let install: FirmwarePairs = { handle, pairs, count in
      Firmware.current.abandonment.enter(firmware_stack_position())
      return statusOf { () throws(FirmwareError) in
        try Firmware.current.installMultiple(
          handle?.assumingMemoryBound(to: EFI_HANDLE?.self), pairs, count: count)
      }
    }
    let uninstall: FirmwarePairs = { handle, pairs, count in
      Firmware.current.abandonment.enter(firmware_stack_position())
      return statusOf { () throws(FirmwareError) in
        try Firmware.current.uninstallMultiple(handle, pairs, count: count)
      }
    }
    firmware_set_pairs(install, uninstall)
    table.pointee.InstallMultipleProtocolInterfaces = publish(
      "gBS->InstallMultipleProtocolInterfaces", firmware_install_multiple())
    table.pointee.UninstallMultipleProtocolInterfaces = publish(
      "gBS->UninstallMultipleProtocolInterfaces", firmware_uninstall_multiple())
  }
}

/// OpenProtocol, with its rules for what becomes of `interface` when it fails.
private func openProtocol(
  _ handle: EFI_HANDLE?, _ guid: UnsafeMutablePointer<EFI_GUID>?,
  _ interface: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ agent: EFI_HANDLE?,
  _ controller: EFI_HANDLE?, _ attributes: UInt32
) -> EFI_STATUS {
  let isTest = attributes == EFI_OPEN_PROTOCOL_TEST_PROTOCOL
  guard let guid, isTest || interface != nil else { return EFI_INVALID_PARAMETER }
  let wanted = guid.pointee
  var found: UnsafeMutableRawPointer?
  let status = statusOf { () throws(FirmwareError) in
    found = try Firmware.current.protocols.open(
      wanted, on: handle, agent: agent, controller: controller, attributes: attributes)
  }
  guard !isTest, let interface else { return status }
  switch status {
  case EFI_SUCCESS: interface.pointee = found
  case EFI_UNSUPPORTED: interface.pointee = nil
  case EFI_ALREADY_STARTED:
    interface.pointee = Firmware.current.protocols.interface(wanted, on: handle)
  default: break
  }
  return status
}
