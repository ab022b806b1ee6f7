import CUEFI
import SimulatedFirmware
import XCTest

/// A machine with the standard protocols, and their interfaces found as a guest finds them.
class MachineTestCase: XCTestCase {
  private(set) var firmware: Firmware!
  private(set) var protocols: StandardProtocols!

  override func setUp() async throws {
    firmware = try Firmware()
    try firmware.start()
    protocols = try StandardProtocols.install(
      on: firmware,
      platform: .init(
        systemMemory: [(base: 0x4000_0000, length: 512 << 20)],
        deviceMemory: [(base: 0x1000_0000, length: 0x2eff_0000)],
        ports: [(base: 0, length: 0x1_0000)]))
  }

  override func tearDown() async throws { firmware.tearDown() }

  /// The first interface of a protocol.
  func locate<T>(_ guid: EFI_GUID, as type: T.Type) throws -> UnsafeMutablePointer<T> {
    let handle = try XCTUnwrap(firmware.protocols.handles(with: guid).first)
    let interface = try XCTUnwrap(firmware.protocols.interface(guid, on: handle))
    return interface.assumingMemoryBound(to: T.self)
  }

  /// A NUL-terminated text in guest memory.
  func text(_ text: String) throws -> UnsafeMutablePointer<UInt16> {
    try firmware.allocateString(text)
  }

  func string(_ text: UnsafePointer<UInt16>?) throws -> String {
    String(decodingCString: try XCTUnwrap(text), as: UTF16.self)
  }

  func copy<T>(_ bytes: [UInt8], as type: T.Type) throws -> UnsafeMutablePointer<T> {
    try firmware.allocateCopy(of: bytes).assumingMemoryBound(to: T.self)
  }
}
