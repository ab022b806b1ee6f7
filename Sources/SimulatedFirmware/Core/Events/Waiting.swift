import CUEFI

extension Firmware {
  /// Stall (UEFI 2.10, 7.5.3): time passes, and timers fire on the way.
  public func stall(microseconds: UInt64) {
    let (product, overflow) = microseconds.multipliedReportingOverflow(by: 1000)
    let end = clock.nanoseconds.saturating(adding: overflow ? .max : product)
    passTime(until: end)
  }

  /// Lets virtual time pass to a moment, stopping at every timer on the way.
  public func passTime(until end: UInt64) {
    while tpl.current < TPL_HIGH_LEVEL, let next = nextDeadline, next <= end {
      clock.advance(to: next)
      pollEvents()
    }
    clock.advance(to: end)
  }

  /// WaitForEvent (7.1.5). Sets `index` to the event that was signaled or refused. When nothing can
  /// signal any more, or nothing did within the idle limit, it says so and gives up with
  /// `timeout`: real firmware would hang.
  public func waitForEvent(
    _ events: UnsafeMutablePointer<EFI_EVENT?>, count: UInt64, index: inout UInt64
  ) throws(FirmwareError) {
    guard tpl.current == TPL_APPLICATION else { throw .unsupported }
    let limit = clock.nanoseconds.saturating(adding: configuration.idleLimit)
    while true {
      index = 0
      while index < count {
        if try self.events.check(events[Int(index)]) { return }
        index += 1
      }
      if hooks.idle?() == true { continue }
      guard let next = nextDeadline, next <= limit else {
        ledger.alarm(
          nextDeadline == nil
            ? "WaitForEvent by \(asker): no event can be signaled any more"
            : "WaitForEvent by \(asker): nothing was signaled within the idle limit")
        throw .timeout
      }
      passTime(until: max(next, clock.nanoseconds))
    }
  }
}
