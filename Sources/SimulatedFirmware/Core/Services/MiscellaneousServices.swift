import CUEFI

extension Firmware {
  /// UEFI 2.10, 7.5.
  func publishMiscellaneousServices(_ table: UnsafeMutablePointer<EFI_BOOT_SERVICES>) {
    table.pointee.InstallConfigurationTable = publish("gBS->InstallConfigurationTable") {
      guid, entry in
      statusOf { () throws(FirmwareError) in
        guard let guid else { throw .invalidParameter }
        try Firmware.current.installConfigurationTable(guid.pointee, entry)
      }
    }
    table.pointee.GetNextMonotonicCount = publish("gBS->GetNextMonotonicCount") { count in
      guard let count else { return EFI_INVALID_PARAMETER }
      Firmware.current.monotonicCount &+= 1
      count.pointee = Firmware.current.monotonicCount
      return EFI_SUCCESS
    }
    table.pointee.Stall = publish("gBS->Stall") { microseconds in
      Firmware.current.stall(microseconds: microseconds)
      return EFI_SUCCESS
    }
    table.pointee.SetWatchdogTimer = publish("gBS->SetWatchdogTimer") {
      timeout, code, size, data in
      statusOf { () throws(FirmwareError) in
        try Firmware.current.setWatchdog(seconds: timeout, code: code)
      }
    }
  }

  /// SetWatchdogTimer (7.5.1): when it expires the platform resets. Zero seconds turns it off.
  func setWatchdog(seconds: UInt64, code: UInt64) throws(FirmwareError) {
    // Codes below 0x10000 are the firmware's own.
    guard code == 0 || code > 0xFFFF else { throw .invalidParameter }
    if let watchdog {
      try events.close(watchdog)
      self.watchdog = nil
    }
    guard seconds > 0 else { return }
    let expired: EFI_EVENT_NOTIFY = publish("watchdog") { _, _ in
      Firmware.current.ledger.alarm("the watchdog timer expired")
      Firmware.current.hooks.reset?(EfiResetCold, EFI_TIMEOUT)
    }
    let event = try events.create(
      type: EVT_TIMER | EVT_NOTIFY_SIGNAL, level: TPL_NOTIFY,
      function: unsafeBitCast(expired, to: UInt64.self), context: 0)
    let (trigger, overflow) = seconds.multipliedReportingOverflow(by: 10_000_000)
    try events.setTimer(event, TimerRelative, trigger: overflow ? .max : trigger)
    watchdog = event
  }
}
