import CSimulatedFirmware
import CUEFI

extension UnsafeMutablePointer<EFI_GUID> {
  /// The GUID a guest points at, which need not be aligned.
  var value: EFI_GUID { UnsafeRawPointer(self).loadUnaligned(as: EFI_GUID.self) }
}

extension Firmware {
  /// Installing and opening protocols (UEFI 2.10, 7.3.2 to 7.3.5, 7.3.9 to 7.3.11, 7.3.17 to
  /// 7.3.18).
  func publishProtocolServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.InstallProtocolInterface = publish(
      "gBS->InstallProtocolInterface",
      { handle, guid, type, interface in
        statusOf { () throws(FirmwareError) in
          guard let handle, let guid, type == EFI_NATIVE_INTERFACE else {
            throw .invalidParameter
          }
          // The handle is told before anybody is notified of what is on it.
          let firmware = Firmware.current!
          handle.pointee = try firmware.protocols.add(
            guid.value, interface, on: handle.pointee)
          firmware.tpl.dispatch()
        }
      } as EFI_INSTALL_PROTOCOL_INTERFACE)
    table.pointee.ReinstallProtocolInterface = publish(
      "gBS->ReinstallProtocolInterface",
      { handle, guid, old, new in
        Firmware.enterService()
        return statusOf { () throws(FirmwareError) in
          guard let guid else { throw .invalidParameter }
          try Firmware.current.protocols.reinstall(guid.value, old: old, new: new, on: handle)
        }
      } as EFI_REINSTALL_PROTOCOL_INTERFACE)
    table.pointee.UninstallProtocolInterface = publish(
      "gBS->UninstallProtocolInterface",
      { handle, guid, interface in
        Firmware.enterService()
        return statusOf { () throws(FirmwareError) in
          guard let guid else { throw .invalidParameter }
          try Firmware.current.protocols.uninstall(guid.value, interface, on: handle)
        }
      } as EFI_UNINSTALL_PROTOCOL_INTERFACE)
    firmware_set_pairs(
      { handle, pairs, count in
        statusOf { () throws(FirmwareError) in
          try Firmware.current.installMultiple(
            handle?.assumingMemoryBound(to: EFI_HANDLE?.self), pairs, count: count)
        }
      },
      { handle, pairs, count in
        Firmware.enterService()
        return statusOf { () throws(FirmwareError) in
          try Firmware.current.uninstallMultiple(handle, pairs, count: count)
        }
      })
    table.pointee.InstallMultipleProtocolInterfaces = publish(
      "gBS->InstallMultipleProtocolInterfaces", firmware_install_multiple())
    table.pointee.UninstallMultipleProtocolInterfaces = publish(
      "gBS->UninstallMultipleProtocolInterfaces", firmware_uninstall_multiple())
    publishOpening(table)
  }

  private func publishOpening(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.HandleProtocol = publish(
      "gBS->HandleProtocol",
      { handle, guid, interface in
        Firmware.openService(
          handle, guid, interface, Firmware.current.firmwareHandle, nil,
          EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL)
      } as EFI_HANDLE_PROTOCOL)
    table.pointee.OpenProtocol = publish(
      "gBS->OpenProtocol",
      { handle, guid, interface, agent, controller, attributes in
        Firmware.enterService()
        return Firmware.openService(handle, guid, interface, agent, controller, attributes)
      } as EFI_OPEN_PROTOCOL)
    table.pointee.CloseProtocol = publish(
      "gBS->CloseProtocol",
      { handle, guid, agent, controller in
        statusOf { () throws(FirmwareError) in
          guard let guid else { throw .invalidParameter }
          try Firmware.current.protocols.close(
            guid.value, on: handle, agent: agent, controller: controller)
        }
      } as EFI_CLOSE_PROTOCOL)
    table.pointee.OpenProtocolInformation = publish(
      "gBS->OpenProtocolInformation",
      { handle, guid, buffer, count in
        statusOf { () throws(FirmwareError) in
          guard let guid, let buffer, let count else { throw .invalidParameter }
          let firmware = Firmware.current!
          let entries = try firmware.protocols.openInformation(guid.value, on: handle)
          let stride = MemoryLayout<EFI_OPEN_PROTOCOL_INFORMATION_ENTRY>.stride
          let copy = try firmware.allocatePool(size: entries.count * stride)
            .bindMemory(to: EFI_OPEN_PROTOCOL_INFORMATION_ENTRY.self, capacity: entries.count)
          for (index, entry) in entries.enumerated() { copy[index] = entry }
          buffer.pointee = copy
          count.pointee = UInt64(entries.count)
        }
      } as EFI_OPEN_PROTOCOL_INFORMATION)
    table.pointee.RegisterProtocolNotify = publish(
      "gBS->RegisterProtocolNotify",
      { guid, event, registration in
        statusOf { () throws(FirmwareError) in
          guard let guid, let event, let registration else { throw .invalidParameter }
          registration.pointee = try Firmware.current.protocols.registerNotify(
            guid.value, event: event)
        }
      } as EFI_REGISTER_PROTOCOL_NOTIFY)
  }

  /// OpenProtocol at the edge: `interface` may be null for a test only, and is set for an opening
  /// that was there already as well as for a new one.
  private static func openService(
    _ handle: EFI_HANDLE?, _ guid: UnsafeMutablePointer<EFI_GUID>?,
    _ interface: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ agent: EFI_HANDLE?,
    _ controller: EFI_HANDLE?, _ attributes: UInt32
  ) -> EFI_STATUS {
    let testing = attributes == EFI_OPEN_PROTOCOL_TEST_PROTOCOL
    guard let guid, interface != nil || testing else { return EFI_INVALID_PARAMETER }
    let name = guid.value
    do throws(FirmwareError) {
      let found = try current.protocols.open(
        name, on: handle, agent: agent, controller: controller, attributes: attributes)
      if !testing { interface?.pointee = found }
      return EFI_SUCCESS
    } catch .alreadyStarted {
      if !testing { interface?.pointee = current.protocols.interface(name, on: handle) }
      return EFI_ALREADY_STARTED
    } catch {
      if error == .unsupported, !testing { interface?.pointee = nil }
      return error.status
    }
  }
}
