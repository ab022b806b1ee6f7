import CUEFI
import SimulatedFirmware
import XCTest

final class EventTests: CoreTestCase {
  private func makeEvent(_ type: UInt32, _ level: EFI_TPL, _ context: UInt64) throws -> EFI_EVENT {
    try firmware.events.create(type: type, level: level, function: note(""), context: context)
  }

  func testNotificationsRunByLevelThenInOrder() throws {
    let signal = EVT_NOTIFY_SIGNAL
    let events = [
      try makeEvent(signal, TPL_CALLBACK, 1), try makeEvent(signal, TPL_NOTIFY, 2),
      try makeEvent(signal, TPL_CALLBACK, 3), try makeEvent(signal, TPL_NOTIFY, 4),
    ]
    XCTAssertEqual(boot.RaiseTPL(TPL_HIGH_LEVEL), TPL_APPLICATION)
    for event in events { XCTAssertEqual(boot.SignalEvent(event), EFI_SUCCESS) }
    // Signaled already: it stays queued once.
    XCTAssertEqual(boot.SignalEvent(events[0]), EFI_SUCCESS)
    XCTAssertEqual(notes, [])
    boot.RestoreTPL(TPL_CALLBACK)
    XCTAssertEqual(notes, ["2", "4"])
    boot.RestoreTPL(TPL_APPLICATION)
    XCTAssertEqual(notes, ["2", "4", "1", "3"])
  }

  func testANotificationRunsAtItsLevel() throws {
    let function: EFI_EVENT_NOTIFY = { _, _ in
      notes.append("\(Firmware.current.tpl.current)")
    }
    let event = try firmware.events.create(
      type: EVT_NOTIFY_SIGNAL, level: TPL_NOTIFY,
      function: unsafeBitCast(function, to: UInt64.self),
      context: 0)
    XCTAssertEqual(boot.SignalEvent(event), EFI_SUCCESS)
    XCTAssertEqual(notes, ["16"])
    XCTAssertEqual(firmware.tpl.current, TPL_APPLICATION)
  }

  func testCreationIsChecked() {
    var event: EFI_EVENT?
    let function: EFI_EVENT_NOTIFY = { _, _ in }
    XCTAssertEqual(
      boot.CreateEvent(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, nil, nil, &event), EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      boot.CreateEvent(EVT_NOTIFY_SIGNAL, TPL_APPLICATION, function, nil, &event),
      EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      boot.CreateEvent(EVT_NOTIFY_SIGNAL | EVT_NOTIFY_WAIT, TPL_CALLBACK, function, nil, &event),
      EFI_INVALID_PARAMETER)
    XCTAssertEqual(boot.CreateEvent(0, 0, nil, nil, &event), EFI_SUCCESS)
    XCTAssertEqual(boot.CheckEvent(event), EFI_NOT_READY)
    XCTAssertEqual(boot.SignalEvent(event), EFI_SUCCESS)
    XCTAssertEqual(boot.CheckEvent(event), EFI_SUCCESS)
    XCTAssertEqual(boot.CheckEvent(event), EFI_NOT_READY)
    XCTAssertEqual(boot.CloseEvent(event), EFI_SUCCESS)
    XCTAssertEqual(boot.CloseEvent(event), EFI_INVALID_PARAMETER)
  }

  func testTimersFireInVirtualTime() throws {
    let periodic = try makeEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, 1)
    let single = try makeEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, 2)
    // 1 ms and 2.5 ms, in units of 100 ns.
    XCTAssertEqual(boot.SetTimer(periodic, TimerPeriodic, 10_000), EFI_SUCCESS)
    XCTAssertEqual(boot.SetTimer(single, TimerRelative, 25_000), EFI_SUCCESS)
    XCTAssertEqual(firmware.nextDeadline, 1_000_000)
    XCTAssertEqual(boot.Stall(3_500), EFI_SUCCESS)
    XCTAssertEqual(notes, ["1", "1", "2", "1"])
    XCTAssertEqual(firmware.clock.nanoseconds, 3_500_000)
    XCTAssertEqual(boot.SetTimer(periodic, TimerCancel, 0), EFI_SUCCESS)
    XCTAssertNil(firmware.nextDeadline)
  }

  func testTimersWaitWhileTheLevelIsHighest() throws {
    let event = try makeEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, 1)
    XCTAssertEqual(boot.SetTimer(event, TimerPeriodic, 10_000), EFI_SUCCESS)
    _ = boot.RaiseTPL(TPL_HIGH_LEVEL)
    XCTAssertEqual(boot.Stall(5_000), EFI_SUCCESS)
    XCTAssertEqual(notes, [])
    boot.RestoreTPL(TPL_APPLICATION)
    XCTAssertEqual(notes, ["1"])
  }

  func testInstructionsThatPassMakeTimersDue() throws {
    let event = try makeEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, 1)
    XCTAssertEqual(boot.SetTimer(event, TimerRelative, 1), EFI_SUCCESS)
    firmware.clock.advance(by: 99)
    firmware.pollEvents()
    XCTAssertEqual(notes, [])
    firmware.clock.advance(by: 1)
    firmware.pollEvents()
    XCTAssertEqual(notes, ["1"])
  }

  func testWaiting() throws {
    var events: [EFI_EVENT?] = [
      try firmware.events.create(type: EVT_TIMER, level: 0, function: 0, context: 0),
      try firmware.events.create(type: EVT_TIMER, level: 0, function: 0, context: 0),
    ]
    XCTAssertEqual(boot.SetTimer(events[0], TimerRelative, 20_000), EFI_SUCCESS)
    XCTAssertEqual(boot.SetTimer(events[1], TimerRelative, 10_000), EFI_SUCCESS)
    var index: UInt64 = 9
    XCTAssertEqual(boot.WaitForEvent(2, &events, &index), EFI_SUCCESS)
    XCTAssertEqual(index, 1)
    XCTAssertEqual(firmware.clock.nanoseconds, 1_000_000)
    let level = boot.RaiseTPL(TPL_CALLBACK)
    XCTAssertEqual(boot.WaitForEvent(2, &events, &index), EFI_UNSUPPORTED)
    boot.RestoreTPL(level)
    XCTAssertEqual(boot.SetTimer(events[0], TimerCancel, 0), EFI_SUCCESS)
    // Nothing can happen any more: it must end, and be heard of.
    XCTAssertTrue(isError(boot.WaitForEvent(2, &events, &index)))
    XCTAssertEqual(firmware.ledger.alarms.count, 1)
  }

  func testAGroupIsSignaledTogether() throws {
    var group = Self.guid
    var first: EFI_EVENT?
    var second: EFI_EVENT?
    let function = unsafeBitCast(note(""), to: EFI_EVENT_NOTIFY.self)
    for (context, event) in [(1, 0), (2, 1)] {
      var made: EFI_EVENT?
      XCTAssertEqual(
        boot.CreateEventEx(
          EVT_NOTIFY_SIGNAL, TPL_CALLBACK, function, UnsafeRawPointer(bitPattern: context), &group,
          &made), EFI_SUCCESS)
      if event == 0 { first = made } else { second = made }
    }
    XCTAssertEqual(boot.SignalEvent(second), EFI_SUCCESS)
    XCTAssertEqual(notes, ["1", "2"])
    XCTAssertNotNil(first)
  }

  func testConfigurationTablesSignalTheirGroup() throws {
    var group = Self.guid
    var event: EFI_EVENT?
    XCTAssertEqual(
      boot.CreateEventEx(
        EVT_NOTIFY_SIGNAL, TPL_CALLBACK, unsafeBitCast(note(""), to: EFI_EVENT_NOTIFY.self), nil,
        &group, &event), EFI_SUCCESS)
    XCTAssertEqual(boot.InstallConfigurationTable(&group, nil), EFI_NOT_FOUND)
    let table = UnsafeMutableRawPointer(bitPattern: 0x5000)
    XCTAssertEqual(boot.InstallConfigurationTable(&group, table), EFI_SUCCESS)
    XCTAssertEqual(notes, ["0"])
    XCTAssertEqual(firmware.systemTable.pointee.NumberOfTableEntries, 1)
    XCTAssertEqual(firmware.systemTable.pointee.ConfigurationTable[0].VendorTable, table)
    XCTAssertEqual(boot.InstallConfigurationTable(&group, nil), EFI_SUCCESS)
    XCTAssertEqual(firmware.systemTable.pointee.NumberOfTableEntries, 0)
  }
}
