import CUEFI

extension Firmware {
  /// Task priority levels (UEFI 2.10, 7.1.8 and 7.1.9).
  func publishLevelServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.RaiseTPL = publish(
      "gBS->RaiseTPL", { Firmware.current.tpl.raise(to: $0) } as EFI_RAISE_TPL)
    table.pointee.RestoreTPL = publish(
      "gBS->RestoreTPL", { Firmware.current.tpl.restore(to: $0) } as EFI_RESTORE_TPL)
  }

  /// Events and timers (7.1.1 to 7.1.7).
  func publishEventServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.CreateEvent = publish(
      "gBS->CreateEvent",
      { type, level, function, context, event in
        statusOf { () throws(FirmwareError) in
          guard let event else { throw .invalidParameter }
          event.pointee = try Firmware.current.events.create(
            type: type, level: level, function: unsafeBitCast(function, to: UInt64.self),
            context: UInt64(context))
        }
      } as EFI_CREATE_EVENT)
    table.pointee.CreateEventEx = publish(
      "gBS->CreateEventEx",
      { type, level, function, context, group, event in
        statusOf { () throws(FirmwareError) in
          guard let event else { throw .invalidParameter }
          event.pointee = try Firmware.current.events.create(
            type: type, level: level, function: unsafeBitCast(function, to: UInt64.self),
            context: UInt64(UInt(bitPattern: context)),
            group: group.map { UnsafeRawPointer($0).loadUnaligned(as: EFI_GUID.self) })
        }
      } as EFI_CREATE_EVENT_EX)
    table.pointee.SetTimer = publish(
      "gBS->SetTimer",
      { event, kind, trigger in
        statusOf { () throws(FirmwareError) in
          try Firmware.current.events.setTimer(event, kind, trigger: trigger)
        }
      } as EFI_SET_TIMER)
    table.pointee.WaitForEvent = publish(
      "gBS->WaitForEvent",
      { count, events, index in
        Firmware.enterService()
        guard count > 0, let events else { return EFI_INVALID_PARAMETER }
        var found: UInt64 = 0
        let status = statusOf { () throws(FirmwareError) in
          try Firmware.current.waitForEvent(events, count: count, index: &found)
        }
        if status == EFI_SUCCESS || status == EFI_INVALID_PARAMETER { index?.pointee = found }
        return status
      } as EFI_WAIT_FOR_EVENT)
    table.pointee.SignalEvent = publish(
      "gBS->SignalEvent",
      { event in
        statusOf { () throws(FirmwareError) in try Firmware.current.events.signalEvent(event) }
      } as EFI_SIGNAL_EVENT)
    table.pointee.CloseEvent = publish(
      "gBS->CloseEvent",
      { event in
        statusOf { () throws(FirmwareError) in try Firmware.current.events.close(event) }
      } as EFI_CLOSE_EVENT)
    table.pointee.CheckEvent = publish(
      "gBS->CheckEvent",
      { event in
        statusOf { () throws(FirmwareError) in
          guard try Firmware.current.events.check(event) else { throw .notReady }
        }
      } as EFI_CHECK_EVENT)
  }
}
