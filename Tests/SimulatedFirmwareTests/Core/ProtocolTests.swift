import CUEFI
import SimulatedFirmware
import XCTest

/// OpenProtocol's table of UEFI 2.10, 7.3.9, and what goes with it.
final class ProtocolTests: CoreTestCase {
  private let driver = EFI_OPEN_PROTOCOL_BY_DRIVER
  private let exclusive = EFI_OPEN_PROTOCOL_EXCLUSIVE
  private let child = EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER

  func testDriversExcludeOneAnother() throws {
    let handle = try makeHandle()
    let first = try makeHandle(Self.other)
    let second = try makeHandle(Self.other)
    XCTAssertEqual(open(handle, first, handle, driver), EFI_SUCCESS)
    XCTAssertEqual(open(handle, first, handle, driver), EFI_ALREADY_STARTED)
    XCTAssertEqual(open(handle, second, handle, driver), EFI_ACCESS_DENIED)
    XCTAssertEqual(open(handle, second, nil, EFI_OPEN_PROTOCOL_GET_PROTOCOL), EFI_SUCCESS)
    XCTAssertEqual(close(handle, first, handle), EFI_SUCCESS)
    XCTAssertEqual(close(handle, first, handle), EFI_NOT_FOUND)
    XCTAssertEqual(open(handle, second, handle, driver), EFI_SUCCESS)
  }

  func testExclusiveOpening() throws {
    let handle = try makeHandle()
    let first = try makeHandle(Self.other)
    let second = try makeHandle(Self.other)
    XCTAssertEqual(open(handle, first, nil, exclusive), EFI_SUCCESS)
    XCTAssertEqual(open(handle, second, nil, exclusive), EFI_ACCESS_DENIED)
    XCTAssertEqual(open(handle, second, handle, driver), EFI_ACCESS_DENIED)
    XCTAssertEqual(open(handle, second, handle, driver | exclusive), EFI_ACCESS_DENIED)
    XCTAssertEqual(open(handle, second, nil, EFI_OPEN_PROTOCOL_TEST_PROTOCOL), EFI_SUCCESS)
  }

  func testParametersAreChecked() throws {
    let handle = try makeHandle()
    let agent = try makeHandle(Self.other)
    let bogus = EFI_HANDLE(bitPattern: 0x4000_0010)
    XCTAssertEqual(open(bogus, agent, handle, driver), EFI_INVALID_PARAMETER)
    XCTAssertEqual(open(handle, nil, handle, driver), EFI_INVALID_PARAMETER)
    XCTAssertEqual(open(handle, agent, nil, driver), EFI_INVALID_PARAMETER)
    XCTAssertEqual(open(handle, agent, handle, child), EFI_INVALID_PARAMETER)
    XCTAssertEqual(open(handle, agent, agent, child), EFI_SUCCESS)
    XCTAssertEqual(open(handle, agent, handle, 0x40), EFI_INVALID_PARAMETER)
    XCTAssertEqual(open(handle, agent, handle, child | driver), EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      open(handle, agent, nil, EFI_OPEN_PROTOCOL_GET_PROTOCOL, guid: .pciIo), EFI_UNSUPPORTED)
    XCTAssertEqual(firmware.ledger.missing[.pciIo]?.values.reduce(0, +), 1)
    XCTAssertEqual(
      open(handle, agent, nil, EFI_OPEN_PROTOCOL_GET_PROTOCOL, guid: Self.other), EFI_UNSUPPORTED)
    XCTAssertNil(firmware.ledger.missing[Self.other])
  }

  func testInformationCountsOpenings() throws {
    let handle = try makeHandle()
    let agent = try makeHandle(Self.other)
    for _ in 0..<3 {
      XCTAssertEqual(open(handle, agent, nil, EFI_OPEN_PROTOCOL_GET_PROTOCOL), EFI_SUCCESS)
    }
    XCTAssertEqual(open(handle, agent, handle, driver), EFI_SUCCESS)
    var guid = Self.guid
    var entries: UnsafeMutablePointer<EFI_OPEN_PROTOCOL_INFORMATION_ENTRY>?
    var count: UInt64 = 0
    XCTAssertEqual(
      boot.OpenProtocolInformation(handle, &guid, &entries, &count), EFI_SUCCESS)
    XCTAssertEqual(count, 2)
    let first = try XCTUnwrap(entries)
    XCTAssertEqual(first[0].OpenCount, 3)
    XCTAssertEqual(first[0].Attributes, EFI_OPEN_PROTOCOL_GET_PROTOCOL)
    XCTAssertEqual(first[1].OpenCount, 1)
    XCTAssertEqual(first[1].ControllerHandle, handle)
    XCTAssertEqual(boot.FreePool(first), EFI_SUCCESS)
  }

  func testInstallingTwiceIsRefusedAndTheLastProtocolTakesItsHandle() throws {
    var handle: EFI_HANDLE?
    var guid = Self.guid
    XCTAssertEqual(boot.InstallProtocolInterface(&handle, &guid, 0, nil), EFI_SUCCESS)
    XCTAssertEqual(boot.InstallProtocolInterface(&handle, &guid, 0, nil), EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      boot.UninstallProtocolInterface(handle, &guid, EFI_HANDLE(bitPattern: 8)), EFI_NOT_FOUND)
    XCTAssertEqual(boot.UninstallProtocolInterface(handle, &guid, nil), EFI_SUCCESS)
    XCTAssertEqual(boot.UninstallProtocolInterface(handle, &guid, nil), EFI_INVALID_PARAMETER)
  }

  func testAChildKeepsAnInterface() throws {
    let handle = try makeHandle()
    let agent = try makeHandle(Self.other)
    var guid = Self.guid
    XCTAssertEqual(open(handle, agent, agent, child), EFI_SUCCESS)
    let interface = UnsafeMutableRawPointer(bitPattern: 0x1000)
    XCTAssertEqual(boot.UninstallProtocolInterface(handle, &guid, interface), EFI_ACCESS_DENIED)
    XCTAssertEqual(close(handle, agent, agent), EFI_SUCCESS)
    XCTAssertEqual(boot.UninstallProtocolInterface(handle, &guid, interface), EFI_SUCCESS)
  }

  func testLocatingByProtocolAndByNotification() throws {
    var guid = Self.guid
    let seen = try makeHandle()
    let event = try firmware.events.create(
      type: EVT_NOTIFY_SIGNAL, level: TPL_CALLBACK,
      function: note("installed"), context: 0)
    var registration: UnsafeMutableRawPointer?
    XCTAssertEqual(boot.RegisterProtocolNotify(&guid, event, &registration), EFI_SUCCESS)
    let added = try makeHandle()
    XCTAssertEqual(notes, ["installed"])
    var size: UInt64 = 8
    var found: EFI_HANDLE?
    XCTAssertEqual(
      boot.LocateHandle(ByRegisterNotify, nil, registration, &size, &found), EFI_SUCCESS)
    XCTAssertEqual(found, seen)
    XCTAssertEqual(
      boot.LocateHandle(ByRegisterNotify, nil, registration, &size, &found), EFI_SUCCESS)
    XCTAssertEqual(found, added)
    XCTAssertEqual(
      boot.LocateHandle(ByRegisterNotify, nil, registration, &size, &found), EFI_NOT_FOUND)
    var count: UInt64 = 0
    var list: UnsafeMutablePointer<EFI_HANDLE?>?
    XCTAssertEqual(
      boot.LocateHandleBuffer(ByProtocol, &guid, nil, &count, &list), EFI_SUCCESS)
    XCTAssertEqual(Array(UnsafeBufferPointer(start: list, count: Int(count))), [seen, added])
    size = 8
    XCTAssertEqual(boot.LocateHandle(ByProtocol, &guid, nil, &size, &found), EFI_BUFFER_TOO_SMALL)
    XCTAssertEqual(size, 16)
  }

  func testVariadicInstallIsAllOrNothing() throws {
    typealias Five =
      @convention(c) (
        UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?,
        UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
      ) -> EFI_STATUS
    let install = unsafeBitCast(boot.InstallMultipleProtocolInterfaces, to: Five.self)
    let uninstall = unsafeBitCast(boot.UninstallMultipleProtocolInterfaces, to: Five.self)
    let guids = UnsafeMutablePointer<EFI_GUID>.allocate(capacity: 2)
    defer { guids.deallocate() }
    guids[0] = Self.guid
    guids[1] = Self.guid
    var handle: EFI_HANDLE?
    XCTAssertEqual(install(&handle, guids, nil, guids + 1, nil, nil), EFI_INVALID_PARAMETER)
    XCTAssertNil(handle)
    XCTAssertTrue(firmware.protocols.handles(with: Self.guid).isEmpty)
    guids[1] = Self.other
    XCTAssertEqual(install(&handle, guids, nil, guids + 1, nil, nil), EFI_SUCCESS)
    XCTAssertEqual(firmware.protocols.protocols(on: try XCTUnwrap(handle)).count, 2)
    let wrong = UnsafeMutableRawPointer(bitPattern: 8)
    XCTAssertEqual(
      uninstall(handle, guids, nil, guids + 1, wrong, nil), EFI_INVALID_PARAMETER)
    XCTAssertEqual(firmware.protocols.protocols(on: try XCTUnwrap(handle)).count, 2)
    // The list's first entry is the handle's last protocol: it must survive the failure.
    let lonely = try makeHandle(.blockIo, 0)
    guids[0] = .blockIo
    XCTAssertEqual(uninstall(lonely, guids, nil, guids + 1, nil, nil), EFI_INVALID_PARAMETER)
    XCTAssertTrue(firmware.protocols.isValid(lonely))
    guids[0] = Self.guid
    XCTAssertEqual(uninstall(handle, guids, nil, guids + 1, nil, nil), EFI_SUCCESS)
    XCTAssertFalse(firmware.protocols.isValid(handle))
  }

  func testLongestDevicePathPrefixIsFound() throws {
    // Two vendor-type hardware nodes of four bytes' header and none of payload, then the end.
    let end: [UInt8] = [0x7F, 0xFF, 4, 0]
    let a: [UInt8] = [1, 4, 4, 0]
    let b: [UInt8] = [1, 3, 4, 0]
    func node(_ bytes: [UInt8]) throws -> UnsafeMutableRawPointer {
      try firmware.allocateCopy(of: bytes)
    }
    let short = try makeHandle()
    let long = try makeHandle()
    try firmware.protocols.install(.devicePath, try node(a + end), on: short)
    try firmware.protocols.install(.devicePath, try node(a + b + end), on: long)
    var guid = Self.guid
    let whole = try node(a + b + a + end)
    var path: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>? = whole.assumingMemoryBound(
      to: EFI_DEVICE_PATH_PROTOCOL.self)
    var device: EFI_HANDLE?
    XCTAssertEqual(boot.LocateDevicePath(&guid, &path, &device), EFI_SUCCESS)
    XCTAssertEqual(device, long)
    XCTAssertEqual(UnsafeMutableRawPointer(path), whole + 8)
  }
}

/// Addresses of notification functions that write down a word each.
func note(_ word: String) -> UInt64 {
  let function: EFI_EVENT_NOTIFY
  switch word {
  case "installed": function = { _, _ in notes.append("installed") }
  default:
    function = { _, context in notes.append("\(UInt(bitPattern: context))") }
  }
  return unsafeBitCast(function, to: UInt64.self)
}
