import CUEFI

extension Firmware {
  /// UEFI 2.10, 8.3.
  func publishTimeServices(_ table: UnsafeMutablePointer<EFI_RUNTIME_SERVICES>) {
    table.pointee.GetTime = publish("gRT->GetTime") { time, capabilities in
      guard let time else { return EFI_INVALID_PARAMETER }
      let firmware: Firmware = Firmware.current
      time.pointee = firmware.wallClock.time(elapsed: firmware.clock.nanoseconds)
      capabilities?.pointee = EFI_TIME_CAPABILITIES(
        Resolution: 1_000_000_000, Accuracy: 0, SetsToZero: 0)
      return EFI_SUCCESS
    }
    table.pointee.SetTime = publish("gRT->SetTime") { time in
      statusOf { () throws(FirmwareError) in
        guard let time else { throw .invalidParameter }
        let firmware: Firmware = Firmware.current
        try firmware.wallClock.set(time.pointee, elapsed: firmware.clock.nanoseconds)
      }
    }
    table.pointee.GetWakeupTime = publish("gRT->GetWakeupTime") { enabled, pending, time in
      guard let enabled, let pending, let time else { return EFI_INVALID_PARAMETER }
      let wakeup = Firmware.current.wallClock.wakeup
      enabled.pointee = wakeup == nil ? 0 : 1
      pending.pointee = 0
      time.pointee = wakeup ?? EFI_TIME()
      return EFI_SUCCESS
    }
    let setWakeup: @convention(c) (UInt64, UnsafeMutablePointer<EFI_TIME>?) -> EFI_STATUS = {
      enable, time in
      guard WholeRegister.boolean(enable) else {
        Firmware.current.wallClock.wakeup = nil
        return EFI_SUCCESS
      }
      guard let time, WallClock.isValid(time.pointee) else { return EFI_INVALID_PARAMETER }
      Firmware.current.wallClock.wakeup = time.pointee
      return EFI_SUCCESS
    }
    table.pointee.SetWakeupTime = publish(
      "gRT->SetWakeupTime", WholeRegister.typed(setWakeup) as EFI_SET_WAKEUP_TIME)
  }
}
