import CUEFI
import SimulatedFirmware
import XCTest

/// A bare machine, used through its tables as a guest uses it.
class ServiceTestCase: XCTestCase {
  private(set) var firmware: Firmware!
  /// What C functions without context wrote down.
  nonisolated(unsafe) static var log: [UInt64] = []

  var boot: EFI_BOOT_SERVICES { firmware.bootServices.pointee }

  override func setUp() async throws {
    Self.log = []
    firmware = try Firmware()
    try firmware.start()
  }

  override func tearDown() async throws { firmware.tearDown() }

  /// A PE32+ file of two pages with its entry point at 0x1000 and nothing to relocate.
  func makeImage(machine: UInt16 = 0x8664, subsystem: UInt16 = 11) -> [UInt8] {
    var file = [UInt8](repeating: 0, count: 0x400)
    func put(_ value: UInt64, _ width: Int, _ offset: Int) {
      for index in 0..<width { file[offset + index] = UInt8(value >> (8 * index) & 0xff) }
    }
    put(0x5a4d, 2, 0)
    put(0x40, 4, 0x3c)
    put(0x4550, 4, 0x40)
    put(UInt64(machine), 2, 0x44)
    put(1, 2, 0x46)  // sections
    put(240, 2, 0x54)  // size of the optional header
    put(0x22, 2, 0x56)
    let optional = 0x58
    put(0x20b, 2, optional)
    put(0x1000, 4, optional + 16)
    put(0x1_8000_0000, 8, optional + 24)
    put(0x1000, 4, optional + 32)
    put(0x200, 4, optional + 36)
    put(0x2000, 4, optional + 56)
    put(0x200, 4, optional + 60)
    put(UInt64(subsystem), 2, optional + 68)
    put(16, 4, optional + 108)
    let section = optional + 240
    put(0x74_7865_742e, 8, section)  // .text
    put(0x200, 4, section + 8)
    put(0x1000, 4, section + 12)
    put(0x200, 4, section + 16)
    put(0x200, 4, section + 20)
    put(0x6000_0020, 4, section + 36)
    for index in 0x200..<0x400 { file[index] = 0xc3 }
    return file
  }

  /// LoadImage from a buffer, the firmware being the parent.
  func load(_ file: [UInt8], into handle: inout EFI_HANDLE?) -> EFI_STATUS {
    var file = file
    return boot.LoadImage(
      0, firmware.firmwareHandle, nil, &file, UInt64(file.count), &handle)
  }
}
