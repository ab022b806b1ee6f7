import CFDT
import DeviceTree
import Foundation
import SimulatedFirmware
import XCTest

final class PlatformTests: XCTestCase {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/platforms")

  /// Runs dtc; skips where it is not installed.
  private func dtc(_ arguments: [String], input: Data? = nil) throws -> Data {
    let tool = ["/usr/bin/dtc", "/usr/local/bin/dtc"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    guard let tool else { throw XCTSkip("dtc is not installed") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = ["-q"] + arguments
    let (output, feed) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardInput = feed
    try process.run()
    if let input { feed.fileHandleForWriting.write(input) }
    try feed.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    XCTAssertEqual(process.terminationStatus, 0)
    return data
  }

  private func compile(_ name: String) throws -> [UInt8] {
    [UInt8](try dtc(["-O", "dtb", Self.fixtures.appendingPathComponent(name).path]))
  }

  func testVirtFromSourceEqualsTheBuiltIn() throws {
    let written = try Platform(deviceTree: compile("virt.dts"))
    let builtIn = try Platform.builtIn(.virt)
    XCTAssertEqual(written.memory, [Platform.Range(base: 0x4000_0000, size: 512 << 20)])
    XCTAssertEqual(written.memory, builtIn.memory)
    XCTAssertEqual(written.hostBridge?.windows, builtIn.hostBridge?.windows)
    XCTAssertEqual(written.hostBridge?.dmaRanges, builtIn.hostBridge?.dmaRanges)
    XCTAssertEqual(written.hostBridge?.configuration, builtIn.hostBridge?.configuration)
    let bridge = try XCTUnwrap(written.hostBridge)
    XCTAssertEqual(bridge.window(.memory64)?.hostBase, 0x80_0000_0000)
    XCTAssertEqual(bridge.window(.io)?.size, 0x1_0000)
    XCTAssertEqual(bridge.deviceAddress(host: 0x4000_1000, size: 16), 0x8000_1000)
    XCTAssertNil(bridge.deviceAddress(host: 0x5fff_fff8, size: 16))
  }

  func testNestedBusesTranslate() throws {
    let platform = try Platform(deviceTree: compile("nested.dts"))
    XCTAssertEqual(
      platform.memory,
      [
        Platform.Range(base: 0x8_0000_0000, size: 0x1000_0000),
        Platform.Range(base: 0x8_2000_0000, size: 0x1000_0000),
      ])
    let bridge = try XCTUnwrap(platform.hostBridge)
    XCTAssertEqual(bridge.segment, 3)
    XCTAssertEqual(bridge.lastBus, 1)
    XCTAssertEqual(bridge.configuration.base, 0x70_6000_0000)
    XCTAssertEqual(bridge.windows.count, 1)
    XCTAssertEqual(bridge.windows.first?.hostBase, 0x70_1000_0000)
    XCTAssertEqual(bridge.windows.first?.pciBase, 0x2000_0000)
    XCTAssertEqual(bridge.windows.first?.isPrefetchable, true)
    XCTAssertEqual(bridge.deviceAddress(host: 0x8_0000_0000, size: 1), 0x8_0000_0000)
  }

  func testHighHasNothingBelow4GiB() throws {
    let platform = try Platform.builtIn(.high)
    XCTAssertTrue(platform.memory.allSatisfy { $0.base >= 1 << 32 })
    let bridge = try XCTUnwrap(platform.hostBridge)
    XCTAssertTrue(bridge.windows.allSatisfy { $0.hostBase >= 1 << 32 })
    XCTAssertNil(bridge.window(.io))
  }

  func testHandedOnTreeCarriesTheFramebuffer() throws {
    let platform = try Platform.builtIn(.virt)
    let display = Platform.LitDisplay(
      address: 0x80_0000_0000, width: 1280, height: 800, stride: 5120)
    let blob = try platform.handedOnTree(display: display)
    let source = String(
      decoding: try dtc(["-I", "dtb", "-O", "dts", "-"], input: Data(blob)), as: UTF8.self)
    XCTAssertTrue(source.contains("framebuffer@8000000000 {"), source)
    XCTAssertTrue(source.contains("compatible = \"simple-framebuffer\";"))
    XCTAssertTrue(source.contains("reg = <0x80 0x00 0x00 0x3e8000>;"))
    XCTAssertTrue(source.contains("width = <0x500>;"))
    XCTAssertTrue(source.contains("height = <0x320>;"))
    XCTAssertTrue(source.contains("stride = <0x1400>;"))
    XCTAssertTrue(source.contains("format = \"x8r8g8b8\";"))
    XCTAssertEqual(try platform.handedOnTree(display: nil), platform.tree.bytes)
    // Handing on twice leaves one node.
    let again = try Platform(deviceTree: blob).handedOnTree(display: display)
    XCTAssertEqual(again.count, blob.count)
  }

  func testErrorsNameTheNodeAndTheProperty() throws {
    func error(_ change: (inout DeviceTree) throws -> Void) throws -> String {
      var tree = try Platform.builtIn(.virt).tree
      try change(&tree)
      do {
        _ = try Platform(tree: tree)
        return "none"
      } catch {
        return "\(error)"
      }
    }
    XCTAssertTrue(
      try error { try $0.set("reg", of: "/memory@40000000", cells: [0, 0x4000_0000, 0]) }
        .contains("/memory@40000000, reg"))
    XCTAssertTrue(
      try error {
        try $0.set("reg", of: "/memory@40000000", cells: [.max, .max, 0, 0x1000])
      }.contains("/memory@40000000, reg"))
    XCTAssertTrue(
      try error { try $0.set("ranges", of: "/pcie@4010000000", cells: [1, 2, 3]) }
        .contains("/pcie@4010000000, ranges"))
    XCTAssertTrue(
      try error { try $0.removeNode("/memory@40000000") }.contains("/memory"))
    XCTAssertTrue(
      try error { try $0.set("#address-cells", of: "/", cells: [77]) }.contains("#address-cells"))
    XCTAssertTrue(
      try error {
        try $0.set(
          "ranges", of: "/pcie@4010000000",
          cells: [
            0x0200_0000, 0, 0x1000_0000, 0, 0x4000_0000, 0, 0x1000_0000,
          ])
      }.contains("lies in the memory"))
  }

  /// Damaged blobs are read or refused, never trusted.
  func testDamagedBlobs() throws {
    let good = try Platform.builtIn(.virt).tree.bytes
    var generator = Generator(state: 0x2545_f491_4f6c_dd1d)
    var refused = 0
    for round in 0..<4000 {
      var bytes = good
      for _ in 0...(round % 4) {
        bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(
          truncatingIfNeeded: generator.next())
      }
      do {
        let platform = try Platform(deviceTree: bytes)
        _ = try platform.handedOnTree(
          display: .init(address: 0x1000, width: 1, height: 1, stride: 4))
      } catch {
        refused += 1
      }
    }
    XCTAssertGreaterThan(refused, 400)
    for length in 0..<good.count {
      XCTAssertThrowsError(try Platform(deviceTree: Array(good.prefix(length))))
    }
  }

  private struct Generator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }
}
