import DeviceModels
import Foundation
import SimulatedFirmware
import Transom
import XCTest

/// QemuVideoDxe, a graphics driver that nobody here wrote, inside this process. XCTest, as the
/// machine is process-wide.
final class QemuVideoTests: XCTestCase {
  private func finishedRun(_ change: (inout RunOptions) -> Void = { _ in }) throws -> DriverRun {
    let firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd"
    try XCTSkipUnless(FileManager.default.fileExists(atPath: firmware), "ovmf is not installed")
    var options = RunOptions()
    change(&options)
    let run = try DriverRun(DriverSource(resolving: firmware + ":QemuVideoDxe"), options: options)
    run.run()
    return run
  }

  func testTheConversationIsTheOneWithRealFirmware() throws {
    let run = try finishedRun {
      $0.recordsConversation = true
      $0.mode = ModeSize(width: 800, height: 600)
    }
    defer { run.machine.tearDown() }
    XCTAssertEqual(run.report.outcome, .success, run.report.message ?? "")
    var sections: [[String]] = []
    for line in run.conversation {
      if line.hasPrefix("## ") { sections.append([]) }
      if !sections.isEmpty { sections[sections.count - 1].append(line) }
    }
    XCTAssertEqual(sections.count, 3)
    guard sections.count == 3 else { return }
    XCTAssertEqual(
      QemuVideoConversation.normalised(sections[0]), QemuVideoConversation.entryPoint)

    // ConnectController asks again for the child that Start made.
    XCTAssertEqual(
      QemuVideoConversation.normalised(sections[1]),
      QemuVideoConversation.supported + "\n" + QemuVideoConversation.start
        + "\nOpenProtocol PciIo BY_DRIVER !UNSUPPORTED")

    // QueryMode allocates its answer, once for each mode.
    let queries = Array(repeating: "AllocatePool", count: QemuVideoConversation.modes.count)
    XCTAssertEqual(
      QemuVideoConversation.normalised(sections[2]),
      queries.joined(separator: "\n") + "\n" + QemuVideoConversation.setMode800x600 + "\n"
        + QemuVideoConversation.blt)
  }

  func testEveryModeCanBeSet() throws {
    let run = try finishedRun()
    defer { run.machine.tearDown() }
    let gop = try XCTUnwrap(GraphicsOutput(on: run.machine.firmware))
    let display = try XCTUnwrap(run.machine.bus.display?.model)
    var seen: [String] = []
    XCTAssertTrue(
      run.machine.shim.run {
        for mode in (try? gop.modes()) ?? [] {
          XCTAssertEqual(gop.setMode(mode.number), 0, mode.name)
          XCTAssertEqual(gop.current?.mode.name, mode.name)
          XCTAssertEqual(display.screen.map { "\($0.width)x\($0.height)" }, mode.name)
          seen.append(mode.name)
        }
      })
    XCTAssertEqual(seen, QemuVideoConversation.modes)
  }

  /// UEFI 2.10, 12.9.2.3, played on an array beside the display.
  func testTheFourBltOperations() throws {
    let run = try finishedRun { $0.mode = ModeSize(width: 640, height: 480) }
    defer { run.machine.tearDown() }
    let gop = try XCTUnwrap(GraphicsOutput(on: run.machine.firmware))
    let display = try XCTUnwrap(run.machine.bus.display?.model)
    let (width, height) = (640, 480)
    typealias Point = GraphicsOutput.Point

    func screen() throws -> [UInt32] {
      let memory = try XCTUnwrap(display.framebuffer)
      let start = try XCTUnwrap(display.screen)
      return (0..<width * height).map { index in
        memory.load(
          fromByteOffset: start.offset + index / width * start.stride + index % width * 4,
          as: UInt32.self)
      }
    }
    func blt(
      _ operation: GraphicsOutput.Operation, _ buffer: [UInt32], from source: Point,
      to destination: Point, _ columns: Int, _ rows: Int, delta: Int = 0
    ) -> [UInt32] {
      var result = buffer
      XCTAssertTrue(
        run.machine.shim.run {
          XCTAssertEqual(
            try? gop.blt(
              operation, buffer: &result, from: source, to: destination, width: columns,
              height: rows, delta: delta), 0)
        })
      return result
    }

    var model = try screen()
    /// Names the first pixel that is wrong, and how many are.
    func check(line: UInt = #line) throws {
      let seen = try screen()
      let wrong = model.indices.filter { seen[$0] != model[$0] }
      guard let first = wrong.first else { return }
      XCTFail(
        "\(wrong.count) pixels, the first at (\(first % width), \(first / width)): "
          + "\(seen[first]) and not \(model[first])", line: line)
    }
    // Fill a rectangle, and one that touches the last pixel.
    for (corner, columns, rows, colour) in [
      (Point(x: 3, y: 5), 70, 41, UInt32(0x0012_3456)),
      (Point(x: 600, y: 470), 40, 10, 0x00FE_DCBA),
    ] {
      _ = blt(.fillVideo, [colour], from: Point(x: 0, y: 0), to: corner, columns, rows)
      for y in 0..<rows {
        for x in 0..<columns { model[(corner.y + y) * width + corner.x + x] = colour }
      }
      try check()
    }

    // A part of a wider buffer onto the screen.
    let buffer = (0..<90 * 50).map { UInt32($0) &* 2_654_435_761 & 0x00FF_FFFF }
    _ = blt(
      .bufferToVideo, buffer, from: Point(x: 7, y: 9), to: Point(x: 100, y: 200), 60, 33,
      delta: 90 * 4)
    for y in 0..<33 {
      for x in 0..<60 { model[(200 + y) * width + 100 + x] = buffer[(9 + y) * 90 + 7 + x] }
    }
    try check()

    // The screen into a part of a wider buffer.
    let before = [UInt32](repeating: 0xAAAA_AAAA, count: 80 * 60)
    let after = blt(
      .videoToBuffer, before, from: Point(x: 98, y: 198), to: Point(x: 5, y: 6), 64, 40,
      delta: 80 * 4)
    var expected = before
    for y in 0..<40 {
      for x in 0..<64 { expected[(6 + y) * 80 + 5 + x] = model[(198 + y) * width + 98 + x] }
    }
    XCTAssertEqual(after.map { $0 & 0xFF_FFFF }, expected.map { $0 & 0xFF_FFFF })
    try check()

    // The screen onto itself, overlapping, towards the top. (Towards the bottom this driver copies
    // the lines 1 to n for 0 to n - 1: its own slip, which it shows on a PC as well.)
    for (source, destination) in [
      (Point(x: 110, y: 203), Point(x: 95, y: 198)), (Point(x: 90, y: 190), Point(x: 99, y: 181)),
      (Point(x: 100, y: 200), Point(x: 96, y: 200)),
    ] {
      _ = blt(.videoToVideo, [0], from: source, to: destination, 80, 50)
      let old = model
      for y in 0..<50 {
        for x in 0..<80 {
          model[(destination.y + y) * width + destination.x + x] =
            old[(source.y + y) * width + source.x + x]
        }
      }
      try check()
    }
  }

  func testTheTreeHandedOnNamesTheFramebuffer() throws {
    let run = try finishedRun()
    defer { run.machine.tearDown() }
    // Devicetree specification, 5.2: the blob's magic, and the binding's name in its strings.
    let tree = try XCTUnwrap(run.deviceTreeHandedOn)
    XCTAssertEqual(Array(tree.prefix(4)), [0xD0, 0x0D, 0xFE, 0xED])
    XCTAssertNotNil(Data(tree).range(of: Data("simple-framebuffer\0".utf8)))
  }
}
