import CUEFI
import SimulatedFirmware
import XCTest

final class ConnectServicesTests: ServiceTestCase {
  static let device = EFI_GUID(0xd, 0xe, 0xf, 1)

  /// A driver that notes its version when asked and when started.
  func installDriver(version: UInt32, takes: Bool = true) throws -> EFI_HANDLE {
    let image = try firmware.images.installNative("driver \(version)", entry: { _, _ in 0 })
    let binding = try firmware.allocate(EFI_DRIVER_BINDING_PROTOCOL.self)
    binding.pointee.Version = version
    binding.pointee.ImageHandle = image
    binding.pointee.DriverBindingHandle = image
    if takes {
      binding.pointee.Supported = { this, controller, _ in
        ServiceTestCase.log.append(UInt64(this!.pointee.Version))
        var guid = ConnectServicesTests.device
        var interface: UnsafeMutableRawPointer?
        let boot = Firmware.current.bootServices.pointee
        let status = boot.OpenProtocol(
          controller, &guid, &interface, this!.pointee.DriverBindingHandle, controller,
          EFI_OPEN_PROTOCOL_BY_DRIVER)
        guard status == EFI_SUCCESS else { return status }
        return boot.CloseProtocol(
          controller, &guid, this!.pointee.DriverBindingHandle, controller)
      }
    } else {
      binding.pointee.Supported = { this, _, _ in
        ServiceTestCase.log.append(UInt64(this!.pointee.Version))
        return EFI_UNSUPPORTED
      }
    }
    binding.pointee.Start = { this, controller, _ in
      ServiceTestCase.log.append(1000 + UInt64(this!.pointee.Version))
      var guid = ConnectServicesTests.device
      var interface: UnsafeMutableRawPointer?
      return Firmware.current.bootServices.pointee.OpenProtocol(
        controller, &guid, &interface, this!.pointee.DriverBindingHandle, controller,
        EFI_OPEN_PROTOCOL_BY_DRIVER)
    }
    binding.pointee.Stop = { this, controller, _, _ in
      ServiceTestCase.log.append(2000 + UInt64(this!.pointee.Version))
      var guid = ConnectServicesTests.device
      return Firmware.current.bootServices.pointee.CloseProtocol(
        controller, &guid, this!.pointee.DriverBindingHandle, controller)
    }
    return try firmware.protocols.install(.driverBinding, binding, on: image)
  }

  func makeController() throws -> EFI_HANDLE {
    try firmware.protocols.install(Self.device, try firmware.allocatePool(size: 16))
  }

  func testTheHighestVersionIsAskedFirstAndOneDriverStarts() throws {
    _ = try installDriver(version: 0x10)
    _ = try installDriver(version: 0x30, takes: false)
    _ = try installDriver(version: 0x20)
    let controller = try makeController()
    XCTAssertEqual(boot.ConnectController(controller, nil, nil, 0), EFI_SUCCESS)
    XCTAssertEqual(Array(Self.log.prefix(3)), [0x30, 0x20, 1000 + 0x20])
    XCTAssertFalse(Self.log.contains(1000 + 0x10))
  }

  func testTheCallersDriversGoFirst() throws {
    let low = try installDriver(version: 0x10)
    _ = try installDriver(version: 0x20)
    let controller = try makeController()
    var drivers: [EFI_HANDLE?] = [low, nil]
    XCTAssertEqual(boot.ConnectController(controller, &drivers, nil, 0), EFI_SUCCESS)
    XCTAssertEqual(Array(Self.log.prefix(2)), [0x10, 1000 + 0x10])
  }

  func testDisconnectStopsTheDriverAndNothingElse() throws {
    let driver = try installDriver(version: 0x10)
    let controller = try makeController()
    XCTAssertEqual(boot.DisconnectController(controller, nil, nil), EFI_SUCCESS)
    XCTAssertEqual(boot.DisconnectController(controller, driver, nil), EFI_NOT_FOUND)
    XCTAssertEqual(boot.ConnectController(controller, nil, nil, 0), EFI_SUCCESS)
    Self.log = []
    XCTAssertEqual(boot.DisconnectController(controller, driver, nil), EFI_SUCCESS)
    XCTAssertEqual(Self.log, [2000 + 0x10])
    XCTAssertEqual(boot.ConnectController(nil, nil, nil, 0), EFI_INVALID_PARAMETER)
  }

  func testNobodyForTheController() throws {
    let controller = try makeController()
    XCTAssertEqual(boot.ConnectController(controller, nil, nil, 0), EFI_NOT_FOUND)
  }

  func testAnOpeningByADriverKeepsOthersOut() throws {
    let one = try installDriver(version: 0x10)
    let other = try installDriver(version: 0x20, takes: false)
    let controller = try makeController()
    XCTAssertEqual(boot.ConnectController(controller, nil, nil, 0), EFI_SUCCESS)
    var guid = Self.device
    var interface: UnsafeMutableRawPointer?
    XCTAssertEqual(
      boot.OpenProtocol(
        controller, &guid, &interface, other, controller, EFI_OPEN_PROTOCOL_BY_DRIVER),
      EFI_ACCESS_DENIED)
    XCTAssertEqual(
      boot.OpenProtocol(
        controller, &guid, &interface, one, controller, EFI_OPEN_PROTOCOL_BY_DRIVER),
      EFI_ALREADY_STARTED)
    XCTAssertEqual(interface, firmware.protocols.interface(guid, on: controller))
  }
}
