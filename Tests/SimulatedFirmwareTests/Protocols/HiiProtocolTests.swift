import CUEFI
import SimulatedFirmware
import XCTest

/// UEFI 2.10, chapters 34 and 35.
final class HiiProtocolTests: MachineTestCase {
  private typealias Header = EFI_HII_PACKAGE_LIST_HEADER

  private func publish(_ driver: EFI_HANDLE? = nil) throws -> EFI_HII_HANDLE {
    let hii = try locate(.hiiDatabase, as: EFI_HII_DATABASE_PROTOCOL.self)
    var handle: EFI_HII_HANDLE?
    let list = try copy(HiiValueTests.list(), as: Header.self)
    XCTAssertEqual(hii.pointee.NewPackageList(hii, list, driver, &handle), EFI_SUCCESS)
    XCTAssertEqual(hii.pointee.NewPackageList(hii, list, driver, &handle), EFI_INVALID_PARAMETER)
    return try XCTUnwrap(handle)
  }

  func testPackageLists() throws {
    let hii = try locate(.hiiDatabase, as: EFI_HII_DATABASE_PROTOCOL.self)
    let handle = try publish()
    var size: UInt64 = 0
    XCTAssertEqual(hii.pointee.ListPackageLists(hii, 4, nil, &size, nil), EFI_BUFFER_TOO_SMALL)
    XCTAssertEqual(size, 8)
    var found: EFI_HII_HANDLE?
    XCTAssertEqual(hii.pointee.ListPackageLists(hii, 4, nil, &size, &found), EFI_SUCCESS)
    XCTAssertEqual(found, handle)
    XCTAssertEqual(hii.pointee.ListPackageLists(hii, 2, nil, &size, &found), EFI_NOT_FOUND)

    size = 0
    XCTAssertEqual(hii.pointee.ExportPackageLists(hii, handle, &size, nil), EFI_BUFFER_TOO_SMALL)
    XCTAssertEqual(size, UInt64(HiiValueTests.list().count))
    let buffer = try copy([UInt8](repeating: 0, count: Int(size)), as: Header.self)
    XCTAssertEqual(hii.pointee.ExportPackageLists(hii, handle, &size, buffer), EFI_SUCCESS)
    XCTAssertEqual(
      Array(UnsafeRawBufferPointer(start: buffer, count: Int(size))), HiiValueTests.list())

    XCTAssertEqual(hii.pointee.RemovePackageList(hii, handle), EFI_SUCCESS)
    XCTAssertEqual(hii.pointee.RemovePackageList(hii, handle), EFI_NOT_FOUND)
  }

  nonisolated(unsafe) static var changes: [UInt64] = []

  func testNotifications() throws {
    let hii = try locate(.hiiDatabase, as: EFI_HII_DATABASE_PROTOCOL.self)
    Self.changes = []
    let notify: EFI_HII_DATABASE_NOTIFY = { type, _, package, _, change in
      let header = package?.pointee.LengthAndType ?? 0
      HiiProtocolTests.changes.append(type == 4 && header >> 24 == 4 ? change : 0)
      return EFI_SUCCESS
    }
    var registration: EFI_HANDLE?
    XCTAssertEqual(
      hii.pointee.RegisterPackageNotify(hii, 1, nil, notify, 1, &registration),
      EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      hii.pointee.RegisterPackageNotify(hii, 4, nil, notify, 0xb, &registration), EFI_SUCCESS)
    let handle = try publish()
    let list = try copy(HiiValueTests.list(), as: Header.self)
    XCTAssertEqual(hii.pointee.UpdatePackageList(hii, handle, list), EFI_SUCCESS)
    XCTAssertEqual(hii.pointee.RemovePackageList(hii, handle), EFI_SUCCESS)
    // New; removed and added by the update; removed.
    XCTAssertEqual(Self.changes, [1, 2, 8, 2])
    XCTAssertEqual(hii.pointee.UnregisterPackageNotify(hii, registration), EFI_SUCCESS)
    XCTAssertEqual(hii.pointee.UnregisterPackageNotify(hii, registration), EFI_NOT_FOUND)
  }

  func testKeyboardLayouts() throws {
    let hii = try locate(.hiiDatabase, as: EFI_HII_DATABASE_PROTOCOL.self)
    // One layout of no keys (UEFI 2.10, 33.3.9): length, GUID, offset of its string, count.
    let layout: [UInt8] = [23, 0] + Array(100..<116) + [23, 0, 0, 0, 0]
    let package = [UInt8(layout.count + 6), 0, 0, 9, 1, 0] + layout + [4, 0, 0, 0xdf]
    let bytes = Array(16..<32) + [UInt8(package.count + 20), 0, 0, 0] + package
    var handle: EFI_HII_HANDLE?
    let list = try copy(bytes, as: Header.self)
    XCTAssertEqual(hii.pointee.NewPackageList(hii, list, nil, &handle), EFI_SUCCESS)
    var length: UInt16 = 16
    var guid = EFI_GUID()
    XCTAssertEqual(hii.pointee.FindKeyboardLayouts(hii, &length, &guid), EFI_SUCCESS)
    XCTAssertEqual(guid.registryFormat, "67666564-6968-6b6a-6c6d-6e6f70717273")
    length = 0
    XCTAssertEqual(hii.pointee.GetKeyboardLayout(hii, nil, &length, nil), EFI_NOT_FOUND)
    XCTAssertEqual(hii.pointee.SetKeyboardLayout(hii, &guid), EFI_SUCCESS)
    XCTAssertEqual(hii.pointee.GetKeyboardLayout(hii, nil, &length, nil), EFI_BUFFER_TOO_SMALL)
    XCTAssertEqual(length, 23)
    var stranger = EFI_GUID()
    XCTAssertEqual(hii.pointee.SetKeyboardLayout(hii, &stranger), EFI_NOT_FOUND)
  }

  func testStrings() throws {
    let strings = try locate(.hiiString, as: EFI_HII_STRING_PROTOCOL.self)
    let handle = try publish()
    func get(_ identifier: UInt16, _ language: String) throws -> (UInt64, String) {
      var size: UInt64 = 64
      let buffer = try copy([UInt8](repeating: 0, count: 64), as: UInt16.self)
      let status = strings.pointee.GetString(
        strings, language, handle, identifier, buffer, &size, nil)
      return (status, try string(buffer))
    }
    XCTAssertEqual(try get(1, "en-US").1, "English")
    XCTAssertEqual(try get(3, "en-US").0, EFI_NOT_FOUND)
    XCTAssertEqual(try get(1, "de-DE").0, EFI_INVALID_LANGUAGE)

    var size: UInt64 = 0
    XCTAssertEqual(
      strings.pointee.GetString(strings, "en-US", handle, 1, nil, &size, nil), EFI_BUFFER_TOO_SMALL)
    XCTAssertEqual(size, 16)

    var identifier: UInt16 = 0
    XCTAssertEqual(
      strings.pointee.NewString(strings, handle, &identifier, "en-US", nil, try text("new"), nil),
      EFI_SUCCESS)
    XCTAssertEqual(identifier, 7)
    XCTAssertEqual(try get(7, "en-US").1, "new")
    XCTAssertEqual(
      strings.pointee.SetString(strings, handle, 7, "en-US", try text("newer"), nil), EFI_SUCCESS)
    XCTAssertEqual(try get(7, "en-US").1, "newer")
    XCTAssertEqual(
      strings.pointee.SetString(strings, handle, 3, "en-US", try text("x"), nil), EFI_NOT_FOUND)

    size = 0
    XCTAssertEqual(
      strings.pointee.GetLanguages(strings, handle, nil, &size), EFI_BUFFER_TOO_SMALL)
    XCTAssertEqual(size, 6)
    var languages = [CChar](repeating: 0, count: 6)
    XCTAssertEqual(strings.pointee.GetLanguages(strings, handle, &languages, &size), EFI_SUCCESS)
    XCTAssertEqual(languages, Array("en-US".utf8CString))
  }

  func testBlocksAndConfigurationStrings() throws {
    let routing = try locate(.hiiConfigRouting, as: EFI_HII_CONFIG_ROUTING_PROTOCOL.self)
    let header = "GUID=00112233445566778899aabbccddeeff&NAME=0041&PATH=7fff0400"
    let request = try text(header + "&OFFSET=1&WIDTH=2&OFFSET=0&WIDTH=1")
    var block: [UInt8] = [0x11, 0x22, 0x33]
    var config: UnsafeMutablePointer<UInt16>?
    var progress: UnsafeMutablePointer<UInt16>?
    XCTAssertEqual(
      routing.pointee.BlockToConfig(routing, request, &block, 3, &config, &progress), EFI_SUCCESS)
    let values = header + "&OFFSET=1&WIDTH=2&VALUE=3322&OFFSET=0&WIDTH=1&VALUE=11"
    XCTAssertEqual(try string(config), values)
    XCTAssertEqual(
      routing.pointee.BlockToConfig(routing, request, &block, 2, &config, &progress),
      EFI_DEVICE_ERROR)
    XCTAssertEqual(progress, request + header.utf16.count)

    var target = [UInt8](repeating: 0, count: 4)
    var size: UInt64 = 4
    let response = try text(values)
    XCTAssertEqual(
      routing.pointee.ConfigToBlock(routing, response, &target, &size, &progress), EFI_SUCCESS)
    XCTAssertEqual(target, [0x11, 0x22, 0x33, 0])
    XCTAssertEqual(size, 2)
    XCTAssertEqual(progress, response + values.utf16.count)
  }

  func testAlternates() throws {
    let routing = try locate(.hiiConfigRouting, as: EFI_HII_CONFIG_ROUTING_PROTOCOL.self)
    let header = "GUID=00112233445566778899aabbccddeeff&NAME=0041&PATH=7fff0400"
    let response = try text(header + "&A=1&" + header + "&ALTCFG=0002&A=2")
    var result: UnsafeMutablePointer<UInt16>?
    var identifier: UInt16 = 2
    XCTAssertEqual(
      routing.pointee.GetAltConfig(routing, response, nil, nil, nil, &identifier, &result),
      EFI_SUCCESS)
    XCTAssertEqual(try string(result), header + "&A=2")
    XCTAssertEqual(
      routing.pointee.GetAltConfig(routing, response, nil, try text("A"), nil, nil, &result),
      EFI_SUCCESS)
    XCTAssertEqual(try string(result), header + "&A=1")
    XCTAssertEqual(
      routing.pointee.GetAltConfig(routing, response, nil, try text("B"), nil, nil, &result),
      EFI_NOT_FOUND)
  }

  func testRoutingReachesTheDriverOfAPath() throws {
    let routing = try locate(.hiiConfigRouting, as: EFI_HII_CONFIG_ROUTING_PROTOCOL.self)
    let path = try DevicePath(text: "Pci(0x2,0x0)")
    let access = try firmware.allocate(EFI_HII_CONFIG_ACCESS_PROTOCOL.self)
    access.pointee.ExtractConfig = { _, request, progress, results in
      guard let firmware = Firmware.current, let request else { return EFI_INVALID_PARAMETER }
      let text = String(decodingCString: request, as: UTF16.self) + "&VALUE=7"
      results?.pointee = try? firmware.allocateString(text)
      return EFI_SUCCESS
    }
    access.pointee.RouteConfig = { _, configuration, progress in
      progress?.pointee = configuration.map { $0 + 5 }
      return EFI_ACCESS_DENIED
    }
    let driver = try firmware.protocols.install(.hiiConfigAccess, access)
    try firmware.protocols.install(
      .devicePath, try firmware.allocateCopy(of: path.bytes), on: driver)
    _ = try publish(driver)

    let digits = path.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let header = "GUID=00112233445566778899aabbccddeeff&NAME=0041&PATH=" + digits
    let request = try text(header + "&OFFSET=0&WIDTH=1")
    var progress: UnsafeMutablePointer<UInt16>?
    var results: UnsafeMutablePointer<UInt16>?
    XCTAssertEqual(
      routing.pointee.ExtractConfig(routing, request, &progress, &results), EFI_SUCCESS)
    XCTAssertEqual(try string(results), header + "&OFFSET=0&WIDTH=1&VALUE=7")
    XCTAssertEqual(routing.pointee.RouteConfig(routing, request, &progress), EFI_ACCESS_DENIED)
    XCTAssertEqual(progress, request + 5)
    let stranger = try text("GUID=00112233445566778899aabbccddeeff&NAME=0041&PATH=7fff0400")
    XCTAssertEqual(routing.pointee.RouteConfig(routing, stranger, &progress), EFI_NOT_FOUND)
  }
}
