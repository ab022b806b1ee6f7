import CUEFI
import SimulatedFirmware
import XCTest

/// ConnectController and DisconnectController (UEFI 2.10, 7.3.12 and 7.3.13).
final class ConnectTests: CoreTestCase {
  /// A driver that only writes down that it was asked; its name is its version.
  private func makeDriver(version: UInt32) throws -> EFI_HANDLE {
    let binding = try firmware.allocate(EFI_DRIVER_BINDING_PROTOCOL.self)
    binding.pointee.Version = version
    binding.pointee.Supported = { this, _, _ in
      notes.append("\(this?.pointee.Version ?? 0)")
      return EFI_UNSUPPORTED
    }
    binding.pointee.Start = { _, _, _ in EFI_DEVICE_ERROR }
    binding.pointee.Stop = { _, _, _, _ in EFI_DEVICE_ERROR }
    let handle = try firmware.protocols.install(.driverBinding, binding)
    binding.pointee.ImageHandle = handle
    binding.pointee.DriverBindingHandle = handle
    return handle
  }

  /// A bus driver: opens the test protocol as a driver and makes one child.
  private func makeBusDriver() throws -> EFI_HANDLE {
    let binding = try firmware.allocate(EFI_DRIVER_BINDING_PROTOCOL.self)
    binding.pointee.Version = 0x10
    binding.pointee.Supported = { this, controller, _ in
      var guid = CoreTestCase.guid
      var interface: UnsafeMutableRawPointer?
      let boot = Firmware.current.bootServices.pointee
      let handle = this?.pointee.DriverBindingHandle
      let status = boot.OpenProtocol(
        controller, &guid, &interface, handle, controller, EFI_OPEN_PROTOCOL_BY_DRIVER)
      if status == EFI_SUCCESS { _ = boot.CloseProtocol(controller, &guid, handle, controller) }
      return status
    }
    binding.pointee.Start = { this, controller, _ in
      var guid = CoreTestCase.guid
      var other = CoreTestCase.other
      var interface: UnsafeMutableRawPointer?
      let boot = Firmware.current.bootServices.pointee
      let handle = this?.pointee.DriverBindingHandle
      var child: EFI_HANDLE?
      _ = boot.OpenProtocol(
        controller, &guid, &interface, handle, controller, EFI_OPEN_PROTOCOL_BY_DRIVER)
      _ = boot.InstallProtocolInterface(&child, &other, 0, nil)
      notes.append("start")
      return boot.OpenProtocol(
        controller, &guid, &interface, handle, child, EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER)
    }
    binding.pointee.Stop = { this, controller, count, children in
      var guid = CoreTestCase.guid
      var other = CoreTestCase.other
      let boot = Firmware.current.bootServices.pointee
      let handle = this?.pointee.DriverBindingHandle
      notes.append("stop \(count)")
      guard count > 0 else { return boot.CloseProtocol(controller, &guid, handle, controller) }
      let child = children?[0]
      _ = boot.CloseProtocol(controller, &guid, handle, child)
      return boot.UninstallProtocolInterface(child, &other, nil)
    }
    let handle = try firmware.protocols.install(.driverBinding, binding)
    binding.pointee.ImageHandle = handle
    binding.pointee.DriverBindingHandle = handle
    return handle
  }

  func testHigherVersionsComeFirst() throws {
    for version in [2, 9, 5] as [UInt32] { _ = try makeDriver(version: version) }
    let controller = try makeHandle()
    XCTAssertEqual(boot.ConnectController(controller, nil, nil, 0), EFI_NOT_FOUND)
    XCTAssertEqual(notes, ["9", "5", "2"])
  }

  func testOverridesComeInTheSpecifiedOrder() throws {
    _ = try makeDriver(version: 50)
    let callers = try makeDriver(version: 1)
    let platforms = try makeDriver(version: 2)
    let families = try makeDriver(version: 3)
    let buses = try makeDriver(version: 4)
    let controller = try makeHandle()
    overrides = (platforms, buses)
    let platform = try firmware.allocate(EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL.self)
    platform.pointee.GetDriver = { _, _, image in
      guard image?.pointee == nil else { return EFI_NOT_FOUND }
      image?.pointee = overrides.platform
      return EFI_SUCCESS
    }
    try firmware.protocols.install(.platformDriverOverride, platform)
    let bus = try firmware.allocate(EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL.self)
    bus.pointee.GetDriver = { _, image in
      guard image?.pointee == nil else { return EFI_NOT_FOUND }
      image?.pointee = overrides.bus
      return EFI_SUCCESS
    }
    try firmware.protocols.install(.busSpecificDriverOverride, bus, on: controller)
    let family = try firmware.allocate(EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL.self)
    family.pointee.GetVersion = { _ in 7 }
    try firmware.protocols.install(.driverFamilyOverride, family, on: families)
    var list: [EFI_HANDLE?] = [callers, nil]
    XCTAssertEqual(boot.ConnectController(controller, &list, nil, 0), EFI_NOT_FOUND)
    XCTAssertEqual(notes, ["1", "2", "3", "4", "50"])
  }

  func testConnectingAndDisconnectingABusDriver() throws {
    let driver = try makeBusDriver()
    let controller = try makeHandle()
    XCTAssertEqual(boot.ConnectController(controller, nil, nil, 1), EFI_SUCCESS)
    XCTAssertEqual(firmware.protocols.handles(with: Self.other).count, 1)
    XCTAssertEqual(boot.ConnectController(controller, nil, nil, 1), EFI_NOT_FOUND)
    XCTAssertEqual(notes, ["start"])
    XCTAssertEqual(boot.DisconnectController(controller, driver, nil), EFI_SUCCESS)
    XCTAssertEqual(notes, ["start", "stop 1", "stop 0"])
    XCTAssertTrue(firmware.protocols.handles(with: Self.other).isEmpty)
    XCTAssertEqual(boot.DisconnectController(controller, nil, nil), EFI_SUCCESS)
    XCTAssertEqual(boot.DisconnectController(controller, driver, nil), EFI_NOT_FOUND)
    XCTAssertEqual(boot.DisconnectController(controller, controller, nil), EFI_INVALID_PARAMETER)
  }

  func testAnExclusiveOpeningDisconnectsTheDriver() throws {
    _ = try makeBusDriver()
    let controller = try makeHandle()
    let agent = try makeHandle(EFI_GUID.blockIo)
    XCTAssertEqual(boot.ConnectController(controller, nil, nil, 0), EFI_SUCCESS)
    XCTAssertEqual(open(controller, agent, nil, EFI_OPEN_PROTOCOL_EXCLUSIVE), EFI_SUCCESS)
    XCTAssertEqual(notes, ["start", "stop 1", "stop 0"])
  }

  func testUninstallingAsksADriverToGoAndConnectsItAgainWhenItStays() throws {
    let driver = try makeDriver(version: 1)
    let controller = try makeHandle()
    XCTAssertEqual(open(controller, driver, controller, EFI_OPEN_PROTOCOL_BY_DRIVER), EFI_SUCCESS)
    var guid = Self.guid
    XCTAssertEqual(
      boot.UninstallProtocolInterface(
        controller, &guid, UnsafeMutableRawPointer(bitPattern: 0x1000)), EFI_ACCESS_DENIED)
    // The one note is Supported of the reconnect.
    XCTAssertEqual(notes, ["1"])
  }

  func testScratchIsGivenBack() throws {
    _ = try makeBusDriver()
    let controller = try makeHandle()
    for _ in 0..<10 {
      _ = boot.ConnectController(controller, nil, nil, 1)
      _ = boot.DisconnectController(controller, nil, nil)
    }
    XCTAssertEqual(firmware.abandonment.count, 0)
  }
}

nonisolated(unsafe) private var overrides: (platform: EFI_HANDLE?, bus: EFI_HANDLE?)
