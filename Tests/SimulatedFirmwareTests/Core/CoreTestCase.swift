import CUEFI
import SimulatedFirmware
import XCTest

/// What guests wrote down, in order: C functions cannot capture.
nonisolated(unsafe) var notes: [String] = []

/// A bare machine, and its services as a guest reaches them.
class CoreTestCase: XCTestCase {
  private(set) var firmware: Firmware!
  var boot: EFI_BOOT_SERVICES { firmware.bootServices.pointee }
  var runtime: EFI_RUNTIME_SERVICES { firmware.runtimeServices.pointee }

  override func setUp() async throws {
    notes = []
    firmware = try Firmware()
    try firmware.start()
  }

  override func tearDown() async throws { firmware.tearDown() }

  /// A GUID nobody else uses.
  static let guid = EFI_GUID(0x1234_5678, 0x9abc, 0xdef0, 0x0102_0304_0506_0708)
  static let other = EFI_GUID(0x1234_5678, 0x9abc, 0xdef0, 0x0102_0304_0506_0709)

  func makeHandle(_ guid: EFI_GUID = CoreTestCase.guid, _ value: UInt = 0x1000) throws
    -> EFI_HANDLE
  {
    try firmware.protocols.install(guid, UnsafeMutableRawPointer(bitPattern: value))
  }

  func open(
    _ handle: EFI_HANDLE?, _ agent: EFI_HANDLE?, _ controller: EFI_HANDLE?, _ attributes: UInt32,
    guid: EFI_GUID = CoreTestCase.guid
  ) -> EFI_STATUS {
    var guid = guid
    var interface: UnsafeMutableRawPointer?
    return boot.OpenProtocol(handle, &guid, &interface, agent, controller, attributes)
  }

  func close(_ handle: EFI_HANDLE?, _ agent: EFI_HANDLE?, _ controller: EFI_HANDLE?) -> EFI_STATUS {
    var guid = CoreTestCase.guid
    return boot.CloseProtocol(handle, &guid, agent, controller)
  }
}
