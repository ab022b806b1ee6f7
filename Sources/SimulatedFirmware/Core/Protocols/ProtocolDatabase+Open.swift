import CUEFI

extension ProtocolDatabase {
  /// OpenProtocol (UEFI 2.10, 7.3.9). Returns the interface, which may be null.
  ///
  /// An exclusive open disconnects the drivers in its way, so this may run guest code.
  /// Errors: `unsupported` no such protocol; `alreadyStarted` the same driver has it;
  /// `accessDenied` another one has; `invalidParameter`.
  @discardableResult
  public func open(
    _ guid: EFI_GUID, on handle: EFI_HANDLE?, agent: EFI_HANDLE? = nil,
    controller: EFI_HANDLE? = nil, attributes: UInt32 = EFI_OPEN_PROTOCOL_GET_PROTOCOL
  ) throws(FirmwareError) -> UnsafeMutableRawPointer? {
    _ = try record(handle)
    let driver = EFI_OPEN_PROTOCOL_BY_DRIVER
    let exclusive = EFI_OPEN_PROTOCOL_EXCLUSIVE
    switch attributes {
    case EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER:
      guard isValid(agent), isValid(controller), handle != controller else {
        throw .invalidParameter
      }
    case driver, driver | exclusive:
      guard isValid(agent), isValid(controller) else { throw .invalidParameter }
    case exclusive:
      guard isValid(agent) else { throw .invalidParameter }
    case EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL, EFI_OPEN_PROTOCOL_GET_PROTOCOL,
      EFI_OPEN_PROTOCOL_TEST_PROTOCOL:
      break
    default:
      throw .invalidParameter
    }
    guard let interface = records[UInt64(handle)]?.find(guid) else {
      // Asking a handle is how drivers choose; it is missing when nobody has it.
      if handleCount(of: guid) == 0 { firmware.ledger.noteMissing(guid, by: firmware.asker) }
      throw .unsupported
    }
    var heldByDriver = false
    var heldExclusively = false
    for index in interface.openings.indices {
      let opening = interface.openings[index]
      let same =
        opening.agent == UInt64(agent) && opening.controller == UInt64(controller)
        && opening.attributes == attributes
      if opening.attributes & driver != 0 {
        heldByDriver = true
        if same { throw .alreadyStarted }
      }
      if opening.attributes & exclusive != 0 {
        heldExclusively = true
      } else if same {
        interface.openings[index].count += 1
        return UnsafeMutableRawPointer(interface.address)
      }
    }
    switch attributes {
    case driver:
      guard !heldByDriver, !heldExclusively else { throw .accessDenied }
    case exclusive, driver | exclusive:
      guard !heldExclusively else { throw .accessDenied }
      if heldByDriver {
        try disconnectDrivers(of: guid, on: UInt64(handle))
      }
    default:
      break
    }
    // Guest code may have run: look the interface up again.
    guard let interface = records[UInt64(handle)]?.find(guid) else { throw .unsupported }
    if let agent {
      interface.openings.append(
        Opening(
          agent: UInt64(agent), controller: UInt64(controller), attributes: attributes, count: 1))
    }
    return UnsafeMutableRawPointer(interface.address)
  }

  /// Disconnects whoever has a protocol open as a driver; `accessDenied` when one will not go.
  private func disconnectDrivers(of guid: EFI_GUID, on handle: UInt64) throws(FirmwareError) {
    while let opening = records[handle]?.find(guid)?.openings.first(where: {
      $0.attributes & EFI_OPEN_PROTOCOL_BY_DRIVER != 0
    }) {
      let status = firmware.disconnect(
        EFI_HANDLE(handle), driver: EFI_HANDLE(opening.agent), child: nil)
      guard !isError(status) else { throw .accessDenied }
      let stays = records[handle]?.find(guid)?.openings.contains {
        $0.agent == opening.agent && $0.attributes & EFI_OPEN_PROTOCOL_BY_DRIVER != 0
      }
      if stays == true { throw .accessDenied }
    }
  }

  /// CloseProtocol (7.3.10): ends every opening of the agent for the controller.
  public func close(
    _ guid: EFI_GUID, on handle: EFI_HANDLE?, agent: EFI_HANDLE?, controller: EFI_HANDLE?
  ) throws(FirmwareError) {
    let record = try self.record(handle)
    guard isValid(agent), controller == nil || isValid(controller) else {
      throw .invalidParameter
    }
    guard let interface = record.find(guid) else { throw .notFound }
    let before = interface.openings.count
    interface.openings.removeAll {
      $0.agent == UInt64(agent) && $0.controller == UInt64(controller)
    }
    guard interface.openings.count < before else { throw .notFound }
  }

  /// OpenProtocolInformation (7.3.11), in the order of opening.
  public func openInformation(_ guid: EFI_GUID, on handle: EFI_HANDLE?)
    throws(FirmwareError) -> [EFI_OPEN_PROTOCOL_INFORMATION_ENTRY]
  {
    let record = try self.record(handle)
    guard let interface = record.find(guid) else { throw .notFound }
    return interface.openings.map {
      EFI_OPEN_PROTOCOL_INFORMATION_ENTRY(
        AgentHandle: EFI_HANDLE($0.agent), ControllerHandle: EFI_HANDLE($0.controller),
        Attributes: $0.attributes, OpenCount: $0.count)
    }
  }

  /// UninstallProtocolInterface (7.3.3). Drivers that have it open are disconnected first; when
  /// one stays, they are connected again and the answer is `accessDenied`.
  public func uninstall(
    _ guid: EFI_GUID, _ interface: UnsafeMutableRawPointer?, on handle: EFI_HANDLE?
  ) throws(FirmwareError) {
    let record = try self.record(handle)
    guard let found = record.find(guid), found.address == UInt64(interface) else {
      throw .notFound
    }
    try release(guid, on: UInt64(handle))
    remove(guid, from: UInt64(handle))
  }

  /// ReinstallProtocolInterface (7.3.4): the new interface counts as newly installed, and the
  /// controller is connected again.
  public func reinstall(
    _ guid: EFI_GUID, old: UnsafeMutableRawPointer?, new: UnsafeMutableRawPointer?,
    on handle: EFI_HANDLE?
  ) throws(FirmwareError) {
    let record = try self.record(handle)
    guard let found = record.find(guid), found.address == UInt64(old) else { throw .notFound }
    try release(guid, on: UInt64(handle))
    guard let interface = records[UInt64(handle)]?.find(guid) else { throw .notFound }
    interface.address = UInt64(new)
    sequence += 1
    interface.sequence = sequence
    signalRegistrations(of: guid)
    firmware.tpl.dispatch()
    _ = firmware.connect(handle, recursive: true)
  }

  /// Gets an interface out of use.
  private func release(_ guid: EFI_GUID, on handle: UInt64) throws(FirmwareError) {
    do throws(FirmwareError) {
      try disconnectDrivers(of: guid, on: handle)
      guard let interface = records[handle]?.find(guid) else { return }
      // Mere users do not keep it; whoever opened it as a child or exclusively does.
      let passing =
        EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL | EFI_OPEN_PROTOCOL_GET_PROTOCOL
        | EFI_OPEN_PROTOCOL_TEST_PROTOCOL
      guard interface.openings.allSatisfy({ $0.attributes & passing != 0 }) else {
        throw .accessDenied
      }
      interface.openings = []
    } catch {
      _ = firmware.connect(EFI_HANDLE(handle), recursive: true)
      throw .accessDenied
    }
  }

  /// Ends every opening an agent has anywhere, as when its image is unloaded.
  func closeAll(agent: UInt64) {
    for record in records.values {
      for interface in record.interfaces {
        interface.openings.removeAll { $0.agent == agent }
      }
    }
  }
}
