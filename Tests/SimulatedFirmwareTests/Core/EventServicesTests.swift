import CUEFI
import SimulatedFirmware
import XCTest

final class EventServicesTests: ServiceTestCase {
  let note: EFI_EVENT_NOTIFY = { _, context in
    ServiceTestCase.log.append(UInt64(UInt(bitPattern: context)))
  }

  func makeEvent(_ type: UInt32, _ level: UInt64, _ context: UInt) -> EFI_EVENT? {
    var event: EFI_EVENT?
    XCTAssertEqual(
      boot.CreateEvent(type, level, note, UnsafeMutableRawPointer(bitPattern: context), &event),
      EFI_SUCCESS)
    return event
  }

  func testNotificationsRunByLevelThenByOrderOfSignalling() throws {
    let low = makeEvent(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, 1)
    let alsoLow = makeEvent(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, 2)
    let high = makeEvent(EVT_NOTIFY_SIGNAL, TPL_NOTIFY, 3)
    XCTAssertEqual(boot.RaiseTPL(TPL_HIGH_LEVEL), TPL_APPLICATION)
    for event in [alsoLow, low, high, low] {
      XCTAssertEqual(boot.SignalEvent(event), EFI_SUCCESS)
    }
    XCTAssertEqual(Self.log, [])
    boot.RestoreTPL(TPL_CALLBACK)
    XCTAssertEqual(Self.log, [3])
    boot.RestoreTPL(TPL_APPLICATION)
    XCTAssertEqual(Self.log, [3, 2, 1])
    XCTAssertEqual(boot.CheckEvent(low), EFI_INVALID_PARAMETER)
  }

  func testTimersFireInVirtualTimeDuringStall() throws {
    let once = makeEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, 1)
    let often = makeEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, 2)
    XCTAssertEqual(boot.SetTimer(once, TimerRelative, 25_000), EFI_SUCCESS)  // 2.5 ms
    XCTAssertEqual(boot.SetTimer(often, TimerPeriodic, 10_000), EFI_SUCCESS)  // 1 ms
    XCTAssertEqual(boot.Stall(3500), EFI_SUCCESS)
    XCTAssertEqual(Self.log, [2, 2, 1, 2])
    XCTAssertEqual(boot.SetTimer(often, TimerCancel, 0), EFI_SUCCESS)
    XCTAssertEqual(boot.Stall(3500), EFI_SUCCESS)
    XCTAssertEqual(Self.log.count, 4)
    XCTAssertEqual(boot.SetTimer(often, 3, 0), EFI_INVALID_PARAMETER)
  }

  func testWaitForEventNamesTheEventThatWasSignaled() throws {
    var events: [EFI_EVENT?] = [nil, nil]
    XCTAssertEqual(boot.CreateEvent(0, 0, nil, nil, &events[0]), EFI_SUCCESS)
    XCTAssertEqual(boot.CreateEvent(EVT_TIMER, 0, nil, nil, &events[1]), EFI_SUCCESS)
    XCTAssertEqual(boot.SetTimer(events[1], TimerRelative, 50_000), EFI_SUCCESS)
    var index: UInt64 = 7
    XCTAssertEqual(boot.WaitForEvent(2, &events, &index), EFI_SUCCESS)
    XCTAssertEqual(index, 1)
    XCTAssertEqual(firmware.clock.nanoseconds, 5_000_000)
    XCTAssertEqual(boot.CheckEvent(events[1]), EFI_NOT_READY)
    XCTAssertEqual(boot.WaitForEvent(0, &events, &index), EFI_INVALID_PARAMETER)
    let level = boot.RaiseTPL(TPL_CALLBACK)
    XCTAssertEqual(boot.WaitForEvent(2, &events, &index), EFI_UNSUPPORTED)
    boot.RestoreTPL(level)
  }

  func testEventsOfAGroupAreSignaledTogether() throws {
    var group = EFI_GUID(1, 2, 3, 4)
    var events: [EFI_EVENT?] = [nil, nil]
    for index in 0..<2 {
      XCTAssertEqual(
        boot.CreateEventEx(
          EVT_NOTIFY_SIGNAL, TPL_CALLBACK, note,
          UnsafeRawPointer(bitPattern: UInt(index + 1)), &group, &events[index]), EFI_SUCCESS)
    }
    XCTAssertEqual(boot.SignalEvent(events[1]), EFI_SUCCESS)
    XCTAssertEqual(Self.log.sorted(), [1, 2])
    XCTAssertEqual(boot.CloseEvent(events[0]), EFI_SUCCESS)
    XCTAssertEqual(boot.CloseEvent(events[0]), EFI_INVALID_PARAMETER)
  }
}
