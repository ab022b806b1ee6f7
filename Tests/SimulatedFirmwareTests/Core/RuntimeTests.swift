import CUEFI
import SimulatedFirmware
import XCTest

final class RuntimeTests: CoreTestCase {
  private let kept =
    EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS

  private func set(_ name: String, _ attributes: UInt32, _ bytes: [UInt8]) -> EFI_STATUS {
    var name = Array(name.utf16) + [0]
    var guid = Self.guid
    var bytes = bytes
    let size = UInt64(bytes.count)
    return runtime.SetVariable(&name, &guid, attributes, size, &bytes)
  }

  private func get(_ name: String, room: Int = 64) -> (EFI_STATUS, [UInt8], UInt32) {
    var name = Array(name.utf16) + [0]
    var guid = Self.guid
    var bytes = [UInt8](repeating: 0, count: room)
    var size = UInt64(room)
    var attributes: UInt32 = 0
    let status = runtime.GetVariable(&name, &guid, &attributes, &size, &bytes)
    return (status, Array(bytes.prefix(Int(size))), attributes)
  }

  func testVariables() {
    XCTAssertEqual(get("A").0, EFI_NOT_FOUND)
    XCTAssertEqual(set("A", kept, [1, 2, 3]), EFI_SUCCESS)
    XCTAssertEqual(get("A").1, [1, 2, 3])
    XCTAssertEqual(get("A").2, kept)
    XCTAssertEqual(get("A", room: 2).0, EFI_BUFFER_TOO_SMALL)
    XCTAssertEqual(set("A", kept | EFI_VARIABLE_APPEND_WRITE, [4]), EFI_SUCCESS)
    XCTAssertEqual(get("A").1, [1, 2, 3, 4])
    XCTAssertEqual(set("A", EFI_VARIABLE_BOOTSERVICE_ACCESS, [1]), EFI_INVALID_PARAMETER)
    XCTAssertEqual(set("A", kept, []), EFI_SUCCESS)
    XCTAssertEqual(get("A").0, EFI_NOT_FOUND)
    XCTAssertEqual(set("A", kept, []), EFI_NOT_FOUND)
  }

  func testVariablesThatAreRefused() {
    XCTAssertEqual(set("", kept, [1]), EFI_INVALID_PARAMETER)
    XCTAssertEqual(set("B", EFI_VARIABLE_RUNTIME_ACCESS, [1]), EFI_INVALID_PARAMETER)
    XCTAssertEqual(set("B", kept | EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS, [1]), EFI_UNSUPPORTED)
    XCTAssertEqual(
      set("B", kept | EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS, [1]),
      EFI_SECURITY_VIOLATION)
    XCTAssertEqual(
      set("B", kept, [UInt8](repeating: 0, count: 1 << 20)), EFI_OUT_OF_RESOURCES)
  }

  func testNamesAreListedOnce() {
    for name in ["A", "B", "Boot0000"] { XCTAssertEqual(set(name, kept, [1]), EFI_SUCCESS) }
    var name = [UInt16](repeating: 0, count: 32)
    var guid = Self.other
    var found: [String] = []
    while true {
      var size: UInt64 = 64
      let status = runtime.GetNextVariableName(&size, &name, &guid)
      if status == EFI_NOT_FOUND { break }
      XCTAssertEqual(status, EFI_SUCCESS)
      XCTAssertEqual(guid, Self.guid)
      found.append(String(decoding: name.prefix { $0 != 0 }, as: UTF16.self))
      if found.count > 10 { break }
    }
    XCTAssertEqual(found, ["A", "B", "Boot0000"])
    name[0] = 0x58
    name[1] = 0
    var size: UInt64 = 64
    XCTAssertEqual(runtime.GetNextVariableName(&size, &name, &guid), EFI_INVALID_PARAMETER)
  }

  func testTimeIsVirtual() {
    var time = EFI_TIME()
    XCTAssertEqual(runtime.GetTime(&time, nil), EFI_SUCCESS)
    // 1,704,067,200 s after the epoch.
    XCTAssertEqual([time.Year, UInt16(time.Month), UInt16(time.Day)], [2024, 1, 1])
    XCTAssertEqual(time.Hour, 0)
    time.Month = 2
    time.Day = 29
    time.Hour = 23
    time.Minute = 59
    time.Second = 59
    XCTAssertEqual(runtime.SetTime(&time), EFI_SUCCESS)
    XCTAssertEqual(boot.Stall(1_500_000), EFI_SUCCESS)
    XCTAssertEqual(runtime.GetTime(&time, nil), EFI_SUCCESS)
    XCTAssertEqual([time.Year, UInt16(time.Month), UInt16(time.Day)], [2024, 3, 1])
    XCTAssertEqual(time.Second, 0)
    XCTAssertEqual(time.Nanosecond, 500_000_000)
    time.Year = 2023
    time.Month = 2
    time.Day = 29
    XCTAssertEqual(runtime.SetTime(&time), EFI_INVALID_PARAMETER)
  }

  func testCountersAndCapsules() {
    var first: UInt64 = 0
    var second: UInt64 = 0
    var high: UInt32 = 0
    XCTAssertEqual(boot.GetNextMonotonicCount(&first), EFI_SUCCESS)
    XCTAssertEqual(boot.GetNextMonotonicCount(&second), EFI_SUCCESS)
    XCTAssertGreaterThan(second, first)
    XCTAssertEqual(runtime.GetNextHighMonotonicCount(&high), EFI_SUCCESS)
    XCTAssertEqual(high, UInt32(second >> 32) + 1)
    XCTAssertEqual(runtime.UpdateCapsule(nil, 0, 0), EFI_UNSUPPORTED)
    XCTAssertEqual(firmware.ledger.unsupported.values.reduce(0, +), 1)
  }

  func testAPointerConvertsOnlyWhileTheMapIsSet() {
    var pointer = UnsafeMutableRawPointer(bitPattern: 0x5000)
    XCTAssertEqual(runtime.ConvertPointer(0, &pointer), EFI_NOT_FOUND)
    pointer = nil
    XCTAssertEqual(runtime.ConvertPointer(0, &pointer), EFI_INVALID_PARAMETER)
    XCTAssertEqual(runtime.ConvertPointer(EFI_OPTIONAL_PTR, &pointer), EFI_SUCCESS)
    XCTAssertEqual(runtime.SetVirtualAddressMap(0, 48, 1, &pointer), EFI_UNSUPPORTED)
  }

  func testResetReachesThePlatform() {
    firmware.hooks.reset = { kind, status in notes.append("\(kind) \(status)") }
    runtime.ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, nil)
    XCTAssertEqual(notes, ["2 0"])
  }
}
