import Foundation
import Trace
import Transom
import TransomCommands
import XCTest

/// A driver does the same whoever carries out its code: each call in both directions, with its
/// arguments, its result and the number of guest instructions before it; the report; the picture.
/// The drivers are those of Debian's ipxe-qemu and ovmf.
final class BackEndTests: XCTestCase {
  private static let firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd"
  private static let iPXE = [
    "e1000", "e1000e", "eepro100", "ne2k_pci", "pcnet", "rtl8139", "virtio", "vmxnet3",
  ]

  /// What can be seen of a run.
  private struct Record: Equatable {
    var report = ""
    var lines: [String] = []
    var picture: Data?
    var outcome = RunReport.Outcome.success
  }

  private func record(
    _ image: String, on backend: Backend, device: [String] = [], budget: UInt64
  ) throws -> Record {
    var record = Record()
    let picture = FileManager.default.temporaryDirectory.appendingPathComponent(
      "transom-back-ends.png")
    defer { try? FileManager.default.removeItem(at: picture) }
    var trace: [UInt8] = []
    var options = RunOptions()
    options.backend = backend
    options.budget = budget
    options.devices = device
    options.screenshot = picture.path
    // This form has time and instruction count on each line.
    options.trace = TraceOutput(form: .jsonLines) { trace.append(contentsOf: $0) }
    let run = try DriverRun(DriverSource(resolving: image), options: options)
    run.run()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    record.report = String(decoding: try encoder.encode(run.report), as: UTF8.self)
    record.outcome = run.report.outcome
    record.lines = String(decoding: trace, as: UTF8.self).split(separator: "\n").map(String.init)
    record.picture = try? Data(contentsOf: picture)
    run.machine.tearDown()
    return record
  }

  private func check(
    _ image: String, device: [String] = [], budget: UInt64 = 2_000_000_000, line: UInt = #line
  ) throws -> Record {
    try XCTSkipUnless(
      FileManager.default.fileExists(atPath: String(image.prefix { $0 != ":" })),
      "\(image) is not installed")
    let reference = try record(image, on: .interpreter, device: device, budget: budget)
    let compiled = try record(image, on: .native, device: device, budget: budget)
    XCTAssertGreaterThan(reference.lines.count, 10, image, line: line)
    XCTAssertEqual(compiled.report, reference.report, image, line: line)
    XCTAssertEqual(compiled.picture, reference.picture, image, line: line)
    if compiled.lines != reference.lines {
      let n = zip(compiled.lines, reference.lines).prefix { $0 == $1 }.count
      func at(_ lines: [String]) -> String { n < lines.count ? lines[n] : "the end" }
      XCTFail(
        "\(image), crossing \(n): \(at(compiled.lines)) and not \(at(reference.lines))", line: line)
    }
    return compiled
  }

  func testTheEightNetworkROMs() throws {
    for name in Self.iPXE {
      _ = try check("/usr/lib/ipxe/qemu/efi-\(name).rom", budget: 400_000_000)
    }
  }

  func testQemuVideo() throws {
    let record = try check(Self.firmware + ":QemuVideoDxe")
    XCTAssertEqual(record.outcome, .success)
    XCTAssertNotNil(record.picture)
    // The same driver as a compressed option ROM.
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("transom-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let rom = directory.appendingPathComponent("video.rom").path
    let packed = try Tool.run([
      "pack", Self.firmware + ":QemuVideoDxe", "-o", rom, "--vendor", "0x1234", "--device",
      "0x1111", "--class", "0x038000", "--compress",
    ])
    XCTAssertEqual(packed.code, 0, packed.error)
    let compressed = try check(rom)
    XCTAssertEqual(compressed.outcome, .success)
    XCTAssertEqual(compressed.picture, record.picture)
  }

  func testDriversWithoutTheirDevice() throws {
    _ = try check(Self.firmware + ":VirtioGpuDxe", device: ["blank=1AF4:1050:038000"])
    _ = try check(Self.firmware + ":NvmExpressDxe", device: ["blank=1B36:0010:010802"])
  }

  /// A run in a process of its own, with its trace.
  private static func traced(
    _ image: String, on backend: Backend, budget: Int
  ) throws -> (tool: Tool.Output, trace: String) {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("transom-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    let output = try Tool.run([
      "run", image, "--json", "--trace", file.path, "--budget", "\(budget)", "--backend",
      backend.rawValue,
    ])
    let trace = FileManager.default.contents(atPath: file.path) ?? Data()
    return (output, String(decoding: trace, as: UTF8.self))
  }

  /// Budgets end a run at the same instruction, wherever that is, with the same registers.
  func testBudgets() throws {
    try XCTSkipUnless(
      FileManager.default.fileExists(atPath: Self.firmware), "ovmf is not installed")
    for budget in [1, 1000, 20_011, 49_999, 50_000, 50_013, 60_001] {
      let outputs = try [Backend.interpreter, .native].map { backend in
        try Self.traced(Self.firmware + ":QemuVideoDxe", on: backend, budget: budget)
      }
      XCTAssertEqual(outputs[0].tool.text, outputs[1].tool.text, "budget \(budget)")
      XCTAssertEqual(outputs[0].trace, outputs[1].trace, "budget \(budget)")
      XCTAssertFalse(outputs[1].trace.isEmpty)
      XCTAssertEqual(outputs[1].tool.code, 6)
      XCTAssertEqual(outputs[1].tool.json["guestInstructions"] as? Int, budget)
    }
  }

  /// Every driver of OVMF, each in processes of its own: report and trace to the byte.
  func testEveryDriverOfOVMF() throws {
    try XCTSkipUnless(
      FileManager.default.fileExists(atPath: Self.firmware), "ovmf is not installed")
    let listing = try Tool.run(["info", Self.firmware, "--json"])
    let images = listing.json["images"] as? [[String: Any]] ?? []
    let names = images.compactMap { image in
      image["machine"] as? String == "x64" ? image["name"] as? String : nil
    }
    XCTAssertGreaterThanOrEqual(names.count, 100)
    let lock = NSLock()
    nonisolated(unsafe) var differences: [String] = []
    nonisolated(unsafe) var calls = 0
    DispatchQueue.concurrentPerform(iterations: names.count) { index in
      let outputs = [Backend.interpreter, .native].map { backend in
        try? Self.traced(
          "\(Self.firmware):\(names[index])", on: backend, budget: 10_000_000)
      }
      lock.withLock {
        guard let one = outputs[0], let other = outputs[1] else {
          return differences.append("\(names[index]) could not be run")
        }
        calls += one.trace.split(separator: "\n").count
        // Each has a report: usage errors would be equal, too.
        if one.tool.code != other.tool.code || [2, 3].contains(one.tool.code)
          || one.tool.signalled || other.tool.signalled || one.tool.text != other.tool.text
          || one.tool.error != other.tool.error || one.trace != other.trace
        {
          differences.append(
            "\(names[index]): exit codes \(one.tool.code) and \(other.tool.code), reports "
              + (one.tool.text == other.tool.text ? "equal" : "differ") + ", traces "
              + (one.trace == other.trace ? "equal" : "differ"))
        }
      }
    }
    XCTAssertEqual(differences.sorted(), [])
    XCTAssertGreaterThan(calls, 1000)
  }

  /// While a driver runs no page of the process is writable and executable.
  func testNoMappingIsWritableAndExecutable() throws {
    try XCTSkipUnless(
      FileManager.default.fileExists(atPath: Self.firmware), "ovmf is not installed")
    func both() -> [Substring] {
      let maps = FileManager.default.contents(atPath: "/proc/self/maps") ?? Data()
      let lines = String(decoding: maps, as: UTF8.self).split(separator: "\n")
      XCTAssertGreaterThan(lines.count, 20)
      return lines.filter { line in
        let permissions = line.split(separator: " ")[1]
        return permissions.contains("w") && permissions.contains("x")
      }
    }
    // Another test of this process may have left one behind.
    let before = both()
    var seen: [[Substring]] = []
    weak var machine: SimulatedMachine?
    var options = RunOptions()
    var output = TraceOutput(form: .text(coloured: false)) { _ in
      // Before that an image that is loaded and not started is what the firmware made it: code.
      guard let machine, machine.guestInstructions > 0, seen.count < 200 else { return }
      seen.append(both())
    }
    output.isInteractive = true
    options.trace = output
    let run = try DriverRun(
      DriverSource(resolving: Self.firmware + ":QemuVideoDxe"), options: options)
    machine = run.machine
    run.run()
    run.machine.tearDown()
    XCTAssertEqual(run.report.outcome, .success)
    XCTAssertEqual(seen.count, 200)
    // What was left behind may go meanwhile; nothing may come.
    for mappings in seen { XCTAssertEqual(mappings.filter { !before.contains($0) }, []) }
  }

  func testAnotherHostsBackEndIsRefused() throws {
    let other = Backend.native == .x86_64 ? "aarch64" : "x86_64"
    let rom = "/usr/lib/ipxe/qemu/efi-e1000.rom"
    try XCTSkipUnless(FileManager.default.fileExists(atPath: rom), "ipxe-qemu is not installed")
    let output = try Tool.run(["run", rom, "--backend", other])
    XCTAssertEqual(output.code, 2)
    XCTAssertTrue(output.error.contains("there is no \(other) back end on this host"), output.error)
    XCTAssertEqual(try Tool.run(["run", rom, "--backend", "magic"]).code, 2)
  }
}
