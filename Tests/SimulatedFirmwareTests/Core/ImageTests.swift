import CUEFI
import SimulatedFirmware
import XCTest

final class ImageTests: CoreTestCase {
  func testStartReturnsWhatTheEntryPointReturns() throws {
    let handle = try firmware.images.installNative(
      "test", entry: { _, _ in EFI_WARN_STALE_DATA })
    XCTAssertEqual(boot.StartImage(handle, nil, nil), EFI_WARN_STALE_DATA)
    XCTAssertEqual(boot.StartImage(handle, nil, nil), EFI_INVALID_PARAMETER)
  }

  func testAFailedDriverIsUnloaded() throws {
    let handle = try firmware.images.installNative("test", entry: { _, _ in EFI_NOT_READY })
    XCTAssertEqual(boot.StartImage(handle, nil, nil), EFI_NOT_READY)
    XCTAssertFalse(firmware.protocols.isValid(handle))
  }

  /// Exit from below a host frame: the entry point connects a controller, and the driver's
  /// Supported leaves the image.
  func testExitFromTheDepthOfAConnect() throws {
    let binding = try firmware.allocate(EFI_DRIVER_BINDING_PROTOCOL.self)
    binding.pointee.Supported = { _, _, _ in
      _ = Firmware.current.bootServices.pointee.RaiseTPL(TPL_NOTIFY)
      return Firmware.current.bootServices.pointee.Exit(running, EFI_ABORTED, 0, nil)
    }
    try firmware.protocols.install(.driverBinding, binding)
    controller = try makeHandle()
    for round in 1...50 {
      let handle = try firmware.images.installNative(
        "test",
        entry: { image, _ in
          running = image
          _ = Firmware.current.bootServices.pointee.ConnectController(controller, nil, nil, 1)
          notes.append("came back")
          return EFI_SUCCESS
        })
      XCTAssertEqual(boot.StartImage(handle, nil, nil), EFI_ABORTED)
      XCTAssertEqual(notes, [])
      XCTAssertEqual(firmware.tpl.current, TPL_APPLICATION)
      // What one round abandoned, the next reclaims: it does not pile up.
      XCTAssertLessThanOrEqual(firmware.abandonment.count, 1, "round \(round)")
    }
  }

  func testExitDataReachesTheStarter() throws {
    let handle = try firmware.images.installNative(
      "test",
      entry: { image, _ in
        var data: [CHAR16] = [0x68, 0x69, 0]
        return Firmware.current.bootServices.pointee.Exit(image, EFI_WARN_STALE_DATA, 6, &data)
      })
    var size: UInt64 = 0
    var data: UnsafeMutablePointer<CHAR16>?
    XCTAssertEqual(boot.StartImage(handle, &size, &data), EFI_WARN_STALE_DATA)
    XCTAssertEqual(size, 6)
    XCTAssertEqual(data?[1], 0x69)
    XCTAssertEqual(boot.FreePool(data), EFI_SUCCESS)
  }

  func testExitOfAnImageThatDoesNotRun() throws {
    let handle = try firmware.images.installNative("test", entry: { _, _ in EFI_SUCCESS })
    XCTAssertEqual(boot.StartImage(handle, nil, nil), EFI_SUCCESS)
    XCTAssertEqual(boot.Exit(handle, 0, 0, nil), EFI_INVALID_PARAMETER)
    XCTAssertEqual(boot.UnloadImage(handle), EFI_UNSUPPORTED)
    let never = try firmware.images.installNative("never", entry: { _, _ in EFI_SUCCESS })
    XCTAssertEqual(boot.Exit(never, 0, 0, nil), EFI_SUCCESS)
    XCTAssertFalse(firmware.protocols.isValid(never))
  }

  func testDamagedImagesAreLoadErrors() throws {
    var handle: EFI_HANDLE?
    var bytes: [UInt8] = Array(repeating: 0x4D, count: 512)
    XCTAssertEqual(
      boot.LoadImage(0, firmware.firmwareHandle, nil, &bytes, 512, &handle), EFI_LOAD_ERROR)
    XCTAssertEqual(boot.LoadImage(0, nil, nil, &bytes, 512, &handle), EFI_INVALID_PARAMETER)
    XCTAssertEqual(
      boot.LoadImage(0, firmware.firmwareHandle, nil, nil, 0, &handle), EFI_NOT_FOUND)
  }

  func testBootServicesEndOnlyWithTheCurrentMapKey() throws {
    let group = unsafeBitCast(note(""), to: EFI_EVENT_NOTIFY.self)
    var event: EFI_EVENT?
    let table = boot
    XCTAssertEqual(
      table.CreateEvent(EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_NOTIFY, group, nil, &event),
      EFI_SUCCESS)
    let exit: EFI_EXIT_BOOT_SERVICES = table.ExitBootServices
    XCTAssertEqual(exit(firmware.firmwareHandle, firmware.memory.key &- 1), EFI_INVALID_PARAMETER)
    XCTAssertEqual(notes, [])
    XCTAssertEqual(exit(firmware.firmwareHandle, firmware.memory.key), EFI_SUCCESS)
    XCTAssertEqual(notes, ["0"])
    XCTAssertNil(firmware.systemTable.pointee.BootServices)
  }
}

nonisolated(unsafe) private var running: EFI_HANDLE?
nonisolated(unsafe) private var controller: EFI_HANDLE?
