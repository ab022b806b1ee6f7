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
    publishWakeup(table)
  }

  /// There is no alarm that could wake the machine. Accepting one would promise that it fires.
  private func publishWakeup(_ table: UnsafeMutablePointer<EFI_RUNTIME_SERVICES>) {
    table.pointee.GetWakeupTime = publish("gRT->GetWakeupTime") { enabled, pending, time in
      guard enabled != nil, pending != nil, time != nil else { return EFI_INVALID_PARAMETER }
      Firmware.current.ledger.noteUnsupported("gRT->GetWakeupTime", by: Firmware.current.asker)
      return EFI_UNSUPPORTED
    }
    let setWakeup: @convention(c) (UInt64, UnsafeMutablePointer<EFI_TIME>?) -> EFI_STATUS = {
      enable, time in
      if WholeRegister.boolean(enable) {
        guard let time, WallClock.isValid(time.pointee) else { return EFI_INVALID_PARAMETER }
      }
      Firmware.current.ledger.noteUnsupported("gRT->SetWakeupTime", by: Firmware.current.asker)
      return EFI_UNSUPPORTED
    }
    table.pointee.SetWakeupTime = publish(
      "gRT->SetWakeupTime", WholeRegister.typed(setWakeup) as EFI_SET_WAKEUP_TIME)
  }
}
