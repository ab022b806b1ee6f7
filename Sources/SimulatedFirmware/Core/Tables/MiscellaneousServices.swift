import CUEFI
import Glibc

extension Firmware {
  /// UEFI 2.10, 7.5.
  func publishMiscellaneousServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.InstallConfigurationTable = publish(
      "gBS->InstallConfigurationTable",
      { guid, entry in
        statusOf { () throws(FirmwareError) in
          guard let guid else { throw .invalidParameter }
          try Firmware.current.installConfigurationTable(guid.value, entry)
        }
      } as EFI_INSTALL_CONFIGURATION_TABLE)
    table.pointee.GetNextMonotonicCount = publish(
      "gBS->GetNextMonotonicCount",
      { count in
        guard let count else { return EFI_INVALID_PARAMETER }
        Firmware.current.monotonicCount &+= 1
        count.pointee = Firmware.current.monotonicCount
        return EFI_SUCCESS
      } as EFI_GET_NEXT_MONOTONIC_COUNT)
    table.pointee.Stall = publish(
      "gBS->Stall",
      { microseconds in
        Firmware.current.stall(microseconds: microseconds)
        return EFI_SUCCESS
      } as EFI_STALL)
    table.pointee.SetWatchdogTimer = publish(
      "gBS->SetWatchdogTimer",
      { timeout, _, _, _ in
        statusOf { () throws(FirmwareError) in
          try Firmware.current.setWatchdog(seconds: timeout)
        }
      } as EFI_SET_WATCHDOG_TIMER)
    table.pointee.CalculateCrc32 = publish(
      "gBS->CalculateCrc32",
      { data, size, crc in
        guard let data, let crc, size > 0, size <= UInt64(Int.max) else {
          return EFI_INVALID_PARAMETER
        }
        crc.pointee = Checksum.crc32(UnsafeRawBufferPointer(start: data, count: Int(size)))
        return EFI_SUCCESS
      } as EFI_CALCULATE_CRC32)
    table.pointee.CopyMem = publish(
      "gBS->CopyMem",
      { destination, source, length in
        guard length > 0, let destination, let source else { return }
        memmove(destination, source, Int(truncatingIfNeeded: length))
      } as EFI_COPY_MEM)
    let setMem: @convention(c) (UnsafeMutableRawPointer?, UINTN, UInt64) -> Void = {
      buffer, size, value in
      guard size > 0, let buffer else { return }
      memset(buffer, Int32(value & 0xff), Int(truncatingIfNeeded: size))
    }
    table.pointee.SetMem = publish("gBS->SetMem", WholeRegister.typed(setMem) as EFI_SET_MEM)
  }

  /// InstallConfigurationTable (7.5.6): adds, changes, or with no table removes an entry, and
  /// signals the event group of that GUID. `notFound` when there is nothing to remove.
  public func installConfigurationTable(
    _ guid: EFI_GUID, _ entry: UnsafeMutableRawPointer?
  ) throws(FirmwareError) {
    var changed = configurationTables
    let index = changed.firstIndex { $0.guid == guid }
    if let entry {
      if let index { changed[index].table = entry } else { changed.append((guid, entry)) }
    } else {
      guard let index else { throw .notFound }
      changed.remove(at: index)
    }
    let stride = MemoryLayout<EFI_CONFIGURATION_TABLE>.stride
    let array = try allocatePool(EfiRuntimeServicesData, size: changed.count * stride)
      .bindMemory(to: EFI_CONFIGURATION_TABLE.self, capacity: changed.count)
    for (index, element) in changed.enumerated() {
      array[index] = EFI_CONFIGURATION_TABLE(VendorGuid: element.guid, VendorTable: element.table)
    }
    let old = systemTable.pointee.ConfigurationTable
    systemTable.pointee.ConfigurationTable = array
    systemTable.pointee.NumberOfTableEntries = UInt64(changed.count)
    configurationTables = changed
    updateTableChecksums()
    if let old { try freePool(old) }
    events.signalGroup(guid)
    tpl.dispatch()
  }

  /// SetWatchdogTimer (7.5.1), in seconds; zero switches it off. When it fires, the machine
  /// resets.
  func setWatchdog(seconds: UInt64) throws(FirmwareError) {
    if seconds == 0 {
      if let watchdog { try events.setTimer(watchdog, TimerCancel, trigger: 0) }
      return
    }
    if watchdog == nil {
      let bark: EFI_EVENT_NOTIFY = { _, _ in
        let firmware = Firmware.current!
        firmware.ledger.alarm("the watchdog timer ran out while \(firmware.asker) ran")
        firmware.hooks.reset?(EfiResetCold, EFI_TIMEOUT)
      }
      watchdog = try events.create(
        type: EVT_TIMER | EVT_NOTIFY_SIGNAL, level: TPL_NOTIFY,
        function: unsafeBitCast(publish("firmware.Watchdog", bark), to: UInt64.self), context: 0)
    }
    let (trigger, overflow) = seconds.multipliedReportingOverflow(by: 10_000_000)
    try events.setTimer(watchdog, TimerRelative, trigger: overflow ? .max : trigger)
  }
}
