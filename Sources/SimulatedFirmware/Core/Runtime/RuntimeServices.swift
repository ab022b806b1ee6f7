import CUEFI

/// One runtime range and where the operating system mapped it.
struct VirtualMapping {
  var physical: UInt64
  var virtual: UInt64
  var size: UInt64
}

extension Firmware {
  /// The runtime services of UEFI 2.10, chapter 8, in memory that stays at run time.
  func publishRuntimeServices()
    throws(FirmwareError) -> UnsafeMutablePointer<EFI_RUNTIME_SERVICES>
  {
    let table = try allocate(EFI_RUNTIME_SERVICES.self, memoryType: EfiRuntimeServicesData)
    publishTimeServices(table)
    publishVariableServices(table)
    publishAddressServices(table)
    publishResetAndCapsules(table)
    return table
  }

  /// Virtual addresses and the counter (8.4, 8.5.2).
  private func publishAddressServices(_ table: UnsafeMutablePointer<EFI_RUNTIME_SERVICES>) {
    table.pointee.SetVirtualAddressMap = publish("gRT->SetVirtualAddressMap") {
      size, step, version, map in
      Firmware.current.setVirtualAddressMap(size, step, version, map)
    }
    table.pointee.ConvertPointer = publish("gRT->ConvertPointer") { disposition, address in
      guard let address else { return EFI_INVALID_PARAMETER }
      let value = UInt64(address.pointee)
      if value == 0 {
        return disposition & EFI_OPTIONAL_PTR != 0 ? EFI_SUCCESS : EFI_INVALID_PARAMETER
      }
      guard let map = Firmware.current.virtualMap else { return EFI_NOT_FOUND }
      for mapping in map where value >= mapping.physical && value - mapping.physical < mapping.size
      {
        address.pointee = UnsafeMutableRawPointer(value - mapping.physical &+ mapping.virtual)
        return EFI_SUCCESS
      }
      return EFI_NOT_FOUND
    }
    table.pointee.GetNextHighMonotonicCount = publish("gRT->GetNextHighMonotonicCount") { high in
      guard let high else { return EFI_INVALID_PARAMETER }
      let firmware: Firmware = Firmware.current
      firmware.monotonicCount = (firmware.monotonicCount >> 32 &+ 1) << 32
      high.pointee = UInt32(truncatingIfNeeded: firmware.monotonicCount >> 32)
      return EFI_SUCCESS
    }
  }

  /// Resets and capsules (8.5.1, 8.5.3).
  private func publishResetAndCapsules(_ table: UnsafeMutablePointer<EFI_RUNTIME_SERVICES>) {
    table.pointee.ResetSystem = publish("gRT->ResetSystem") { kind, status, _, _ in
      Firmware.current.hooks.reset?(kind, status)
      // A platform without a hook cannot reset; saying so is all that is left.
      Firmware.current.ledger.alarm("ResetSystem \(kind) came back")
    }
    table.pointee.UpdateCapsule = publish("gRT->UpdateCapsule") { _, _, _ in
      Firmware.current.ledger.noteUnsupported("gRT->UpdateCapsule", by: Firmware.current.asker)
      return EFI_UNSUPPORTED
    }
    table.pointee.QueryCapsuleCapabilities = publish("gRT->QueryCapsuleCapabilities") {
      _, _, _, _ in
      Firmware.current.ledger.noteUnsupported(
        "gRT->QueryCapsuleCapabilities", by: Firmware.current.asker)
      return EFI_UNSUPPORTED
    }
  }

  /// SetVirtualAddressMap (8.4.1): once, after ExitBootServices. Memory itself does not move
  /// here; whoever converts pointers in the notification gets the new addresses.
  private func setVirtualAddressMap(
    _ size: UInt64, _ step: UInt64, _ version: UInt32, _ map: UnsafeMutableRawPointer?
  ) -> EFI_STATUS {
    // The map describes run time, so boot services must be gone.
    guard atRuntime, virtualMap == nil else { return EFI_UNSUPPORTED }
    guard version == EFI_MEMORY_DESCRIPTOR_VERSION, let map, step < 0x1000,
      step >= UInt64(MemoryLayout<EFI_MEMORY_DESCRIPTOR>.size), size <= 0x100_0000
    else { return EFI_INVALID_PARAMETER }
    var mappings: [VirtualMapping] = []
    for index in 0..<(size / step) {
      let descriptor = map.loadUnaligned(
        fromByteOffset: Int(index * step), as: EFI_MEMORY_DESCRIPTOR.self)
      guard descriptor.Attribute & EFI_MEMORY_RUNTIME != 0 else { continue }
      let (bytes, overflow) = descriptor.NumberOfPages.multipliedReportingOverflow(
        by: MemoryMap.pageSize)
      guard !overflow, bytes <= UInt64.max - descriptor.PhysicalStart else {
        return EFI_INVALID_PARAMETER
      }
      guard bytes > 0 else { continue }
      mappings.append(
        VirtualMapping(
          physical: descriptor.PhysicalStart, virtual: descriptor.VirtualStart, size: bytes))
    }
    mappings.sort { $0.physical < $1.physical }
    for mapping in mappings where !isDescribed(mapping) { return EFI_NOT_FOUND }
    for entry in memory.entries where entry.attributes & EFI_MEMORY_RUNTIME != 0 {
      guard covers(mappings, entry.range) else { return EFI_NO_MAPPING }
    }
    virtualMap = mappings
    events.signalGroup(.eventVirtualAddressChange)
    tpl.dispatch()
    // Pointers convert only while the map is being set.
    virtualMap = []
    return EFI_SUCCESS
  }

  /// Whether the memory map describes all of a range that was given virtual addresses.
  private func isDescribed(_ mapping: VirtualMapping) -> Bool {
    let end = mapping.physical + mapping.size
    var reached = mapping.physical
    while reached < end {
      guard let entry = memory.entry(containing: reached) else { return false }
      reached = entry.range.upperBound
    }
    return true
  }

  /// Whether mappings, in ascending order, leave nothing of a range out.
  private func covers(_ mappings: [VirtualMapping], _ range: Range<UInt64>) -> Bool {
    var reached = range.lowerBound
    for mapping in mappings where mapping.physical <= reached {
      reached = max(reached, mapping.physical + mapping.size)
    }
    return reached >= range.upperBound
  }
}
