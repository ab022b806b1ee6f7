import CUEFI
import SimulatedFirmware
import XCTest

final class ImageServicesTests: ServiceTestCase {
  /// An emulator that takes every x64 driver and enters a host function in its place.
  func installEmulator(entry: EFI_IMAGE_ENTRY_POINT) throws {
    let emulator = try firmware.allocate(EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL.self)
    emulator.pointee.Version = EDKII_PECOFF_IMAGE_EMULATOR_VERSION
    emulator.pointee.MachineType = 0x8664
    emulator.pointee.IsImageSupported = { _, type, _ in type == 10 || type == 11 ? 1 : 0 }
    Self.entry = entry
    emulator.pointee.RegisterImage = { _, base, size, entry in
      ServiceTestCase.log += [1, base, size]
      entry!.pointee = ImageServicesTests.entry
      return EFI_SUCCESS
    }
    emulator.pointee.UnregisterImage = { _, base in
      ServiceTestCase.log += [2, base]
      return EFI_SUCCESS
    }
    try firmware.protocols.install(.imageEmulator, emulator)
  }

  nonisolated(unsafe) static var entry: EFI_IMAGE_ENTRY_POINT?

  func information(_ handle: EFI_HANDLE?) throws -> EFI_LOADED_IMAGE_PROTOCOL {
    var guid = EFI_GUID.loadedImage
    var interface: UnsafeMutableRawPointer?
    XCTAssertEqual(boot.HandleProtocol(handle, &guid, &interface), EFI_SUCCESS)
    return try XCTUnwrap(interface).load(as: EFI_LOADED_IMAGE_PROTOCOL.self)
  }

  func testLoadImageRefusals() throws {
    var handle: EFI_HANDLE?
    var file = makeImage()
    let size = UInt64(file.count)
    let parent = firmware.firmwareHandle
    XCTAssertEqual(boot.LoadImage(0, nil, nil, &file, size, &handle), EFI_INVALID_PARAMETER)
    XCTAssertEqual(boot.LoadImage(0, parent, nil, &file, size, nil), EFI_INVALID_PARAMETER)
    XCTAssertEqual(boot.LoadImage(0, parent, nil, nil, 0, &handle), EFI_NOT_FOUND)
    var end = EFI_DEVICE_PATH_PROTOCOL(Type: 0x7f, SubType: 0xff, Length: (4, 0))
    XCTAssertEqual(boot.LoadImage(0, parent, &end, nil, 0, &handle), EFI_NOT_FOUND)
    XCTAssertEqual(load([UInt8](repeating: 0, count: 64), into: &handle), EFI_LOAD_ERROR)
    // Nobody runs x64 here.
    XCTAssertEqual(load(file, into: &handle), EFI_UNSUPPORTED)
    XCTAssertNil(handle)
    try installEmulator { _, _ in EFI_SUCCESS }
    XCTAssertEqual(load(makeImage(subsystem: 12), into: &handle), EFI_UNSUPPORTED)
    XCTAssertEqual(load(makeImage(machine: 0x014c), into: &handle), EFI_UNSUPPORTED)
  }

  func testADriverIsLoadedRegisteredAtStartAndStays() throws {
    try installEmulator { image, table in
      ServiceTestCase.log += [
        3, UInt64(UInt(bitPattern: image)), UInt64(UInt(bitPattern: table)),
      ]
      return EFI_SUCCESS
    }
    var handle: EFI_HANDLE?
    XCTAssertEqual(load(makeImage(), into: &handle), EFI_SUCCESS)
    XCTAssertEqual(Self.log, [])
    let image = try information(handle)
    XCTAssertEqual(image.Revision, 0x1000)
    XCTAssertEqual(image.ParentHandle, firmware.firmwareHandle)
    XCTAssertEqual(image.SystemTable, UnsafeMutableRawPointer(firmware.systemTable))
    XCTAssertEqual(image.ImageSize, 0x2000)
    XCTAssertEqual(image.ImageCodeType, EfiBootServicesCode)
    XCTAssertEqual(image.ImageDataType, EfiBootServicesData)
    XCTAssertNil(image.Unload)
    let base = UInt64(UInt(bitPattern: image.ImageBase))
    XCTAssertEqual(firmware.memory.entry(containing: base)?.type, EfiBootServicesCode)
    XCTAssertEqual(image.ImageBase.load(fromByteOffset: 0x1000, as: UInt8.self), 0xc3)
    XCTAssertTrue(firmware.protocols.has(.loadedImageDevicePath, on: handle))

    XCTAssertEqual(boot.StartImage(handle, nil, nil), EFI_SUCCESS)
    XCTAssertEqual(
      Self.log,
      [
        1, base, 0x2000, 3, UInt64(UInt(bitPattern: handle)),
        UInt64(UInt(bitPattern: firmware.systemTable)),
      ])
    XCTAssertEqual(boot.StartImage(handle, nil, nil), EFI_INVALID_PARAMETER)
    // A driver without an Unload function cannot go.
    XCTAssertEqual(boot.UnloadImage(handle), EFI_UNSUPPORTED)
    var guid = EFI_GUID.loadedImage
    let raw = try XCTUnwrap(firmware.protocols.interface(guid, on: handle))
    raw.assumingMemoryBound(to: EFI_LOADED_IMAGE_PROTOCOL.self).pointee.Unload = { _ in
      EFI_SUCCESS
    }
    Self.log = []
    XCTAssertEqual(boot.UnloadImage(handle), EFI_SUCCESS)
    XCTAssertEqual(Self.log, [2, base])
    var interface: UnsafeMutableRawPointer?
    XCTAssertEqual(boot.HandleProtocol(handle, &guid, &interface), EFI_INVALID_PARAMETER)
    XCTAssertNotEqual(firmware.memory.entry(containing: base)?.type, EfiBootServicesCode)
  }

  func testADriverThatFailsIsUnloaded() throws {
    try installEmulator { _, _ in EFI_DEVICE_ERROR }
    var handle: EFI_HANDLE?
    XCTAssertEqual(load(makeImage(), into: &handle), EFI_SUCCESS)
    XCTAssertEqual(boot.StartImage(handle, nil, nil), EFI_DEVICE_ERROR)
    XCTAssertFalse(firmware.protocols.isValid(handle))
  }

  func testExitEndsAnApplicationFromBelowAndBringsItsData() throws {
    try installEmulator { image, _ in
      let boot = Firmware.current.bootServices.pointee
      var text: [CHAR16] = [0x62, 0x79, 0x65, 0]
      // Neither another image nor a wrong handle may leave in its place.
      ServiceTestCase.log.append(boot.Exit(Firmware.current.firmwareHandle, 0, 0, nil))
      _ = boot.RaiseTPL(TPL_NOTIFY)
      _ = boot.Exit(image, EFI_ABORTED, 8, &text)
      ServiceTestCase.log.append(99)
      return EFI_SUCCESS
    }
    var handle: EFI_HANDLE?
    XCTAssertEqual(load(makeImage(subsystem: 10), into: &handle), EFI_SUCCESS)
    XCTAssertEqual(try information(handle).ImageCodeType, EfiLoaderCode)
    var size: UInt64 = 0
    var data: UnsafeMutablePointer<CHAR16>?
    XCTAssertEqual(boot.StartImage(handle, &size, &data), EFI_ABORTED)
    XCTAssertEqual(size, 8)
    XCTAssertEqual(String(decodingCString: try XCTUnwrap(data), as: UTF16.self), "bye")
    XCTAssertEqual(boot.FreePool(data), EFI_SUCCESS)
    XCTAssertEqual(Self.log[3], EFI_INVALID_PARAMETER)
    XCTAssertFalse(Self.log.contains(99))
    XCTAssertEqual(firmware.tpl.current, TPL_APPLICATION)
    XCTAssertFalse(firmware.protocols.isValid(handle))
    XCTAssertEqual(firmware.abandonment.count, 0)
  }

  func testExitOfAnImageThatWasNotStartedUnloadsIt() throws {
    try installEmulator { _, _ in EFI_SUCCESS }
    var handle: EFI_HANDLE?
    XCTAssertEqual(load(makeImage(), into: &handle), EFI_SUCCESS)
    XCTAssertEqual(boot.Exit(handle, EFI_SUCCESS, 0, nil), EFI_SUCCESS)
    XCTAssertFalse(firmware.protocols.isValid(handle))
    XCTAssertEqual(boot.Exit(handle, EFI_SUCCESS, 0, nil), EFI_INVALID_PARAMETER)
  }

  nonisolated(unsafe) static var outer: EFI_HANDLE?
  nonisolated(unsafe) static var inner: EFI_HANDLE?

  func testOnlyTheImageRunningMayExit() throws {
    Self.inner = try firmware.images.installNative("inner") { image, _ in
      let boot = Firmware.current.bootServices.pointee
      ServiceTestCase.log.append(boot.Exit(ImageServicesTests.outer, EFI_ABORTED, 0, nil))
      return boot.Exit(image, 5, 0, nil)
    }
    Self.outer = try firmware.images.installNative("outer") { image, _ in
      let boot = Firmware.current.bootServices.pointee
      ServiceTestCase.log.append(boot.StartImage(ImageServicesTests.inner, nil, nil))
      return boot.Exit(image, 6, 0, nil)
    }
    XCTAssertEqual(boot.StartImage(Self.outer, nil, nil), 6)
    XCTAssertEqual(Self.log, [EFI_INVALID_PARAMETER, 5])
  }
}
