import CUEFI

extension Firmware {
  /// UEFI 2.10, 7.1.
  func publishEventServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.RaiseTPL = publish("gBS->RaiseTPL") { level in
      Firmware.current.tpl.raise(to: level)
    }
    table.pointee.RestoreTPL = publish("gBS->RestoreTPL") { level in
      Firmware.current.tpl.restore(to: level)
    }
    table.pointee.CreateEvent = publish("gBS->CreateEvent") {
      type, level, function, context, event in
      statusOf { () throws(FirmwareError) in
        guard let event else { throw .invalidParameter }
        event.pointee = try Firmware.current.events.create(
          type: type, level: level, function: unsafeBitCast(function, to: UInt64.self),
          context: UInt64(context))
      }
    }
    table.pointee.CreateEventEx = publish("gBS->CreateEventEx") {
      type, level, function, context, group, event in
      statusOf { () throws(FirmwareError) in
        guard let event else { throw .invalidParameter }
        event.pointee = try Firmware.current.events.create(
          type: type, level: level, function: unsafeBitCast(function, to: UInt64.self),
          context: UInt64(UInt(bitPattern: context)), group: group?.pointee)
      }
    }
    table.pointee.SetTimer = publish("gBS->SetTimer") { event, kind, trigger in
      statusOf { () throws(FirmwareError) in
        try Firmware.current.events.setTimer(event, kind, trigger: trigger)
      }
    }
    table.pointee.WaitForEvent = publish("gBS->WaitForEvent") { count, events, index in
      guard count > 0, let events, let index else { return EFI_INVALID_PARAMETER }
      var signaled: UInt64 = 0
      let status = statusOf { () throws(FirmwareError) in
        try Firmware.current.waitForEvent(events, count: count, index: &signaled)
      }
      if status == EFI_SUCCESS || status == EFI_INVALID_PARAMETER { index.pointee = signaled }
      return status
    }
    table.pointee.SignalEvent = publish("gBS->SignalEvent") { event in
      statusOf { () throws(FirmwareError) in
        try Firmware.current.events.signalEvent(event)
      }
    }
    table.pointee.CloseEvent = publish("gBS->CloseEvent") { event in
      statusOf { () throws(FirmwareError) in
        try Firmware.current.events.close(event)
      }
    }
    table.pointee.CheckEvent = publish("gBS->CheckEvent") { event in
      statusOf { () throws(FirmwareError) in
        if !(try Firmware.current.events.check(event)) { throw .notReady }
      }
    }
  }
}
