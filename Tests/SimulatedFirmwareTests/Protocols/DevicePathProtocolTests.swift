import CUEFI
import SimulatedFirmware
import XCTest

/// UEFI 2.10, 10.5 and 10.6.
final class DevicePathProtocolTests: MachineTestCase {
  private typealias Node = EFI_DEVICE_PATH_PROTOCOL

  private func path(_ text: String) throws -> UnsafeMutablePointer<Node> {
    try copy(DevicePath(text: text).bytes, as: Node.self)
  }

  private func text(_ node: UnsafePointer<Node>?) throws -> String {
    try DevicePath(at: UnsafeRawPointer(XCTUnwrap(node))).text
  }

  func testUtilities() throws {
    let utilities = try locate(
      .devicePathUtilities, as: EFI_DEVICE_PATH_UTILITIES_PROTOCOL.self
    ).pointee
    let root = try path("PciRoot(0x0)")
    let device = try path("Pci(0x2,0x0)")
    XCTAssertEqual(utilities.GetDevicePathSize(root), 16)
    XCTAssertEqual(utilities.GetDevicePathSize(nil), 0)
    XCTAssertEqual(try text(utilities.AppendDeviceNode(root, device)), "PciRoot(0x0)/Pci(0x2,0x0)")
    XCTAssertEqual(try text(utilities.AppendDeviceNode(root, nil)), "PciRoot(0x0)")
    XCTAssertEqual(try text(utilities.AppendDevicePath(root, device)), "PciRoot(0x0)/Pci(0x2,0x0)")
    XCTAssertEqual(try text(utilities.AppendDevicePath(nil, nil)), "")
    XCTAssertNil(utilities.DuplicateDevicePath(nil))
    XCTAssertEqual(try text(utilities.DuplicateDevicePath(device)), "Pci(0x2,0x0)")
    XCTAssertEqual(utilities.IsDevicePathMultiInstance(root), 0)

    let both = try XCTUnwrap(utilities.AppendDevicePathInstance(root, device))
    XCTAssertEqual(utilities.IsDevicePathMultiInstance(both), 1)
    XCTAssertNil(utilities.AppendDevicePathInstance(root, nil))
    var cursor: UnsafeMutablePointer<Node>? = both
    var size: UInt64 = 0
    XCTAssertEqual(try text(utilities.GetNextDevicePathInstance(&cursor, &size)), "PciRoot(0x0)")
    XCTAssertEqual(size, 16)
    XCTAssertEqual(try text(utilities.GetNextDevicePathInstance(&cursor, &size)), "Pci(0x2,0x0)")
    XCTAssertNil(cursor)
    XCTAssertNil(utilities.GetNextDevicePathInstance(&cursor, &size))

    XCTAssertNil(utilities.CreateDeviceNode(1, 1, 3))
    let node = try XCTUnwrap(utilities.CreateDeviceNode(4, 8, 24))
    XCTAssertEqual([node.pointee.Type, node.pointee.SubType, node.pointee.Length.0], [4, 8, 24])
  }

  func testText() throws {
    let toText = try locate(.devicePathToText, as: EFI_DEVICE_PATH_TO_TEXT_PROTOCOL.self).pointee
    let fromText = try locate(
      .devicePathFromText, as: EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL.self
    ).pointee
    let written = "PciRoot(0x0)/Pci(0x1,0x0)/MAC(525400123456,0x1)"
    let path = try XCTUnwrap(fromText.ConvertTextToDevicePath(text(written)))
    XCTAssertEqual(try string(toText.ConvertDevicePathToText(path, 0, 0)), written)
    XCTAssertEqual(try string(toText.ConvertDeviceNodeToText(path, 0, 0)), "PciRoot(0x0)")
    XCTAssertNil(toText.ConvertDevicePathToText(nil, 0, 0))
    XCTAssertNil(fromText.ConvertTextToDeviceNode(nil))
    XCTAssertNil(fromText.ConvertTextToDeviceNode(try text("Pci(bad)")))
    let node = try XCTUnwrap(fromText.ConvertTextToDeviceNode(text("USB(0x1,0x0)")))
    XCTAssertEqual([node.pointee.Type, node.pointee.SubType, node.pointee.Length.0], [3, 5, 6])
  }
}
