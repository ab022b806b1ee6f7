import CUEFI
import SimulatedFirmware
import XCTest

/// UEFI 2.10, 8.2, on the store alone.
final class VariableStoreTests: XCTestCase {
  private let store = VariableStore()
  private let boot = EFI_VARIABLE_BOOTSERVICE_ACCESS
  private let volatile = EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS
  private let lasting =
    EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS

  private func set(
    _ name: String, _ attributes: UInt32, _ data: [UInt8], atRuntime: Bool = false
  ) -> FirmwareError? {
    do throws(FirmwareError) {
      try store.set(
        Array(name.utf16), .globalVariable, attributes: attributes, data: data,
        atRuntime: atRuntime)
      return nil
    } catch {
      return error
    }
  }

  private func data(_ name: String, atRuntime: Bool = false) -> [UInt8]? {
    store.find(Array(name.utf16), .globalVariable, atRuntime: atRuntime)?.data
  }

  func testOtherAttributesNeitherChangeNorDelete() {
    XCTAssertNil(set("A", lasting, [1]))
    XCTAssertEqual(set("A", volatile, [2]), .invalidParameter)
    XCTAssertEqual(set("A", volatile, []), .invalidParameter)
    XCTAssertEqual(data("A"), [1])
    XCTAssertNil(set("A", 0, [2]))
    XCTAssertNil(data("A"))
  }

  func testAppendingNothingChangesNothing() {
    XCTAssertNil(set("A", lasting | EFI_VARIABLE_APPEND_WRITE, []))
    XCTAssertNil(data("A"))
    XCTAssertNil(set("A", lasting | EFI_VARIABLE_APPEND_WRITE, [1]))
    XCTAssertNil(set("A", lasting | EFI_VARIABLE_APPEND_WRITE, []))
    XCTAssertEqual(data("A"), [1])
    XCTAssertEqual(store.variables.first?.attributes, lasting)
  }

  func testTheSameNameOfTwoVendorsIsTwoVariables() throws {
    XCTAssertNil(set("A", lasting, [1]))
    let other = EFI_GUID(1, 2, 3, 4)
    try store.set([0x41], other, attributes: lasting, data: [2])
    XCTAssertEqual(data("A"), [1])
    XCTAssertEqual(store.find([0x41], other)?.data, [2])
    XCTAssertNil(set("A", lasting, []))
    XCTAssertEqual(store.variables.map(\.vendor), [other])
  }

  func testAtRuntimeVolatileIsReadOnlyAndTheRestUnseen() throws {
    XCTAssertNil(set("Boot", boot, [1]))
    XCTAssertNil(set("Volatile", volatile, [2]))
    XCTAssertNil(set("Lasting", lasting, [3]))
    XCTAssertNil(data("Boot", atRuntime: true))
    XCTAssertEqual(data("Volatile", atRuntime: true), [2])
    XCTAssertEqual(set("Volatile", volatile, [9], atRuntime: true), .writeProtected)
    XCTAssertEqual(set("Volatile", volatile, [], atRuntime: true), .writeProtected)
    XCTAssertEqual(set("Boot", lasting, [9], atRuntime: true), .writeProtected)
    XCTAssertNil(set("Lasting", lasting, [9], atRuntime: true))
    XCTAssertNil(set("New", lasting, [4], atRuntime: true))
    XCTAssertEqual(store.variables.map(\.data), [[1], [2], [9], [4]])
    let first = try store.next(after: [], .globalVariable, atRuntime: true)
    XCTAssertEqual(first.name, Array("Volatile".utf16))
  }

  func testAFullStoreRefusesAndKeepsWhatItHas() {
    let size = Int(VariableStore.maximumSize)
    XCTAssertEqual(set("A", lasting, Array(repeating: 0, count: size)), .outOfResources)
    let most = [UInt8](repeating: 7, count: size - 100)
    var stored = 0
    while stored < 100, set("\(stored)", lasting, most) == nil { stored += 1 }
    XCTAssertEqual(stored, Int(VariableStore.capacity) / size)
    XCTAssertLessThanOrEqual(store.used, VariableStore.capacity)
    XCTAssertEqual(
      set("0", lasting | EFI_VARIABLE_APPEND_WRITE, Array(repeating: 0, count: 200)),
      .outOfResources)
    XCTAssertEqual(data("0"), most)
  }
}

/// UEFI 2.10, 8.3 to 8.5, through the table.
final class RuntimeServicesTests: ServiceTestCase {
  private var runtime: EFI_RUNTIME_SERVICES { firmware.runtimeServices.pointee }

  private func exitBootServices() {
    XCTAssertEqual(
      boot.ExitBootServices(firmware.firmwareHandle, firmware.memory.key), EFI_SUCCESS)
  }

  /// The map an operating system passes: every runtime range, moved up by `offset`.
  private func virtualMap(offset: UInt64) -> [EFI_MEMORY_DESCRIPTOR] {
    firmware.memory.entries.filter { $0.attributes & EFI_MEMORY_RUNTIME != 0 }.map {
      var descriptor = EFI_MEMORY_DESCRIPTOR()
      descriptor.Type = $0.type
      descriptor.PhysicalStart = $0.range.lowerBound
      descriptor.VirtualStart = $0.range.lowerBound + offset
      descriptor.NumberOfPages = UInt64($0.range.count) / 4096
      descriptor.Attribute = $0.attributes
      return descriptor
    }
  }

  private func setVirtual(_ map: [EFI_MEMORY_DESCRIPTOR], version: UInt32 = 1) -> EFI_STATUS {
    var map = map
    let step = MemoryLayout<EFI_MEMORY_DESCRIPTOR>.stride
    return runtime.SetVirtualAddressMap(UInt64(map.count * step), UInt64(step), version, &map)
  }

  func testAClockBefore1970() {
    var time = EFI_TIME()
    time.Year = 1900
    time.Month = 3
    time.Day = 1
    XCTAssertEqual(runtime.SetTime(&time), EFI_SUCCESS)
    XCTAssertEqual(runtime.GetTime(&time, nil), EFI_SUCCESS)
    XCTAssertEqual([time.Year, UInt16(time.Month), UInt16(time.Day)], [1900, 3, 1])
    time.Hour = 12
    time.Minute = 34
    XCTAssertEqual(runtime.SetTime(&time), EFI_SUCCESS)
    XCTAssertEqual(runtime.GetTime(&time, nil), EFI_SUCCESS)
    XCTAssertEqual([time.Year, UInt16(time.Month), UInt16(time.Day)], [1900, 3, 1])
    XCTAssertEqual([time.Hour, time.Minute, time.Second], [12, 34, 0])
    // 1900 was no leap year.
    time.Month = 2
    time.Day = 28
    time.Hour = 23
    time.Minute = 59
    time.Second = 59
    XCTAssertEqual(runtime.SetTime(&time), EFI_SUCCESS)
    XCTAssertEqual(boot.Stall(1_000_000), EFI_SUCCESS)
    XCTAssertEqual(runtime.GetTime(&time, nil), EFI_SUCCESS)
    XCTAssertEqual([time.Year, UInt16(time.Month), UInt16(time.Day)], [1900, 3, 1])
    XCTAssertEqual([time.Hour, time.Minute, time.Second], [0, 0, 0])
  }

  func testTimesOutOfRangeAreRefused() {
    var good = EFI_TIME()
    XCTAssertEqual(runtime.GetTime(&good, nil), EFI_SUCCESS)
    let changes: [(inout EFI_TIME) -> Void] = [
      { $0.Year = 1899 }, { $0.Year = 10_000 }, { $0.Month = 0 }, { $0.Month = 13 },
      { $0.Day = 0 }, { $0.Day = 32 }, { $0.Hour = 24 }, { $0.Minute = 60 },
      { $0.Second = 60 }, { $0.Nanosecond = 1_000_000_000 }, { $0.TimeZone = 1441 },
      { $0.Daylight = 4 },
    ]
    for (index, change) in changes.enumerated() {
      var time = good
      change(&time)
      XCTAssertEqual(runtime.SetTime(&time), EFI_INVALID_PARAMETER, "change \(index)")
    }
    good.TimeZone = 0x7ff
    XCTAssertEqual(runtime.SetTime(&good), EFI_SUCCESS)
    XCTAssertEqual(runtime.SetTime(nil), EFI_INVALID_PARAMETER)
    XCTAssertEqual(runtime.GetTime(nil, nil), EFI_INVALID_PARAMETER)
  }

  func testNothingWakesTheMachineAndTheLedgerSaysSo() {
    var time = EFI_TIME()
    var enabled: UInt8 = 0
    var pending: UInt8 = 0
    XCTAssertEqual(runtime.GetWakeupTime(nil, &pending, &time), EFI_INVALID_PARAMETER)
    XCTAssertEqual(runtime.SetWakeupTime(1, nil), EFI_INVALID_PARAMETER)
    XCTAssertEqual(firmware.ledger.unsupported.count, 0)
    XCTAssertEqual(runtime.GetWakeupTime(&enabled, &pending, &time), EFI_UNSUPPORTED)
    XCTAssertEqual(runtime.SetWakeupTime(0, nil), EFI_UNSUPPORTED)
    XCTAssertEqual(
      Set(firmware.ledger.unsupported.keys.map(\.subject)),
      ["gRT->GetWakeupTime", "gRT->SetWakeupTime"])
  }

  func testQueryVariableInfo() {
    var storage: UInt64 = 0
    var remaining: UInt64 = 0
    var size: UInt64 = 0
    let query = { [runtime] (attributes: UInt32) in
      runtime.QueryVariableInfo(attributes, &storage, &remaining, &size)
    }
    XCTAssertEqual(query(0), EFI_INVALID_PARAMETER)
    XCTAssertEqual(query(EFI_VARIABLE_RUNTIME_ACCESS), EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      query(EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_HARDWARE_ERROR_RECORD),
      EFI_UNSUPPORTED)
    XCTAssertEqual(firmware.ledger.unsupported.count, 1)
    XCTAssertEqual(query(EFI_VARIABLE_BOOTSERVICE_ACCESS), EFI_SUCCESS)
    XCTAssertGreaterThan(size, 0)
    XCTAssertLessThanOrEqual(size, remaining)
    XCTAssertLessThanOrEqual(remaining, storage)
    exitBootServices()
    XCTAssertEqual(query(EFI_VARIABLE_BOOTSERVICE_ACCESS), EFI_INVALID_PARAMETER)
  }

  func testANameWithoutEndIsRefused() {
    var name = [UInt16](repeating: 0x41, count: 8)
    var vendor = EFI_GUID.globalVariable
    for bytes: UInt64 in [0, 1, 16] {
      var size = bytes
      XCTAssertEqual(
        runtime.GetNextVariableName(&size, &name, &vendor), EFI_INVALID_PARAMETER)
    }
  }

  func testVirtualAddressesAreSetOnceAndCompletely() {
    XCTAssertEqual(setVirtual(virtualMap(offset: 0)), EFI_UNSUPPORTED)
    exitBootServices()
    let map = virtualMap(offset: 1 << 40)
    XCTAssertFalse(map.isEmpty)
    XCTAssertEqual(setVirtual(map, version: 2), EFI_INVALID_PARAMETER)
    XCTAssertEqual(setVirtual(Array(map.dropLast())), EFI_NO_MAPPING)
    var stranger = map[0]
    stranger.PhysicalStart = 0x7fff_0000_0000
    XCTAssertEqual(setVirtual(map + [stranger]), EFI_NOT_FOUND)
    stranger.NumberOfPages = .max / 4096
    XCTAssertEqual(setVirtual(map + [stranger]), EFI_INVALID_PARAMETER)
    XCTAssertEqual(setVirtual(map), EFI_SUCCESS)
    XCTAssertEqual(setVirtual(map), EFI_UNSUPPORTED)
  }

  func testPointersConvertInTheNotification() throws {
    let services = firmware.runtimeServices!
    Self.log = [UInt64(UInt(bitPattern: services)), 0x10]
    var event: EFI_EVENT?
    var group = EFI_GUID.eventVirtualAddressChange
    XCTAssertEqual(
      boot.CreateEventEx(
        EVT_NOTIFY_SIGNAL, TPL_NOTIFY,
        { _, _ in
          let table: UnsafeMutablePointer<EFI_RUNTIME_SERVICES> = Firmware.current.runtimeServices
          for index in 0..<2 {
            var pointer = UnsafeMutableRawPointer(bitPattern: UInt(ServiceTestCase.log[index]))
            ServiceTestCase.log.append(table.pointee.ConvertPointer(0, &pointer))
            ServiceTestCase.log.append(UInt64(UInt(bitPattern: pointer)))
          }
        }, nil, &group, &event),
      EFI_SUCCESS)
    exitBootServices()
    XCTAssertEqual(setVirtual(virtualMap(offset: 1 << 40)), EFI_SUCCESS)
    XCTAssertEqual(
      Array(Self.log.dropFirst(2)),
      [EFI_SUCCESS, UInt64(UInt(bitPattern: services)) + (1 << 40), EFI_NOT_FOUND, 0x10])
  }
}
