import ChromeChecking
import Foundation
import SimulatedFirmware
import Trace
import Transom
import XCTest

/// Traces of real drivers: named throughout, valid in each form, and the same twice.
final class TraceCommandTests: XCTestCase {
  private static let firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd"
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// Drivers and the devices they are given.
  static func corpus() throws -> [(image: String, device: String?)] {
    let ipxe = "/usr/lib/ipxe/qemu"
    let installed = [firmware, ipxe].allSatisfy { FileManager.default.fileExists(atPath: $0) }
    try XCTSkipUnless(installed, "ovmf or ipxe-qemu is not installed")
    var corpus: [(String, String?)] = try FileManager.default.contentsOfDirectory(atPath: ipxe)
      .filter { $0.hasPrefix("efi-") }.sorted().map { (ipxe + "/" + $0, nil) }
    corpus.append((firmware + ":QemuVideoDxe", nil))
    corpus.append((firmware + ":VirtioGpuDxe", "blank=1af4:1050:038000"))
    corpus.append((firmware + ":NvmExpressDxe", "blank=8086:5845:010802"))
    let fixtures = root + "/Fixtures/drivers/built"
    corpus += try FileManager.default.contentsOfDirectory(atPath: fixtures)
      .filter { $0.hasSuffix(".efi") }.sorted().map { (fixtures + "/" + $0, nil) }
    return corpus
  }

  private func trace(
    _ driver: (image: String, device: String?), _ form: String, _ more: [String] = []
  ) throws -> String {
    let device = driver.device.map { ["--device", $0] } ?? []
    return try Tool.run(["trace", driver.image, "--format", form] + device + more).text
  }

  func testEveryLineFitsTheSchemaAndNamesWhatItCalls() throws {
    let schema = try JSONSchema(path: Self.root + "/firmware-notes/trace.schema.json")
    for driver in try Self.corpus() {
      let text = try trace(driver, "jsonl", ["--categories", "all"])
      let lines = text.split(separator: "\n")
      XCTAssertGreaterThan(lines.count, 5, driver.image)
      for line in lines {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        XCTAssertEqual(schema.problems(object), [], "\(driver.image): \(line)")
        guard let call = object as? [String: Any], let target = call["target"] as? String else {
          continue
        }
        // No bare address: a name, with or without an instance.
        XCTAssertNil(
          target.range(of: #"^0x|^[^(]*\+0x"#, options: .regularExpression),
          "\(driver.image): \(target)")
      }
      XCTAssertTrue(lines.last?.contains("\"type\":\"end\"") ?? false, driver.image)
    }
  }

  func testChromeFormNestsForEveryDriver() throws {
    for driver in try Self.corpus() {
      try ChromeChecker.check(Data(try trace(driver, "chrome").utf8))
    }
  }

  func testTracesRepeatByteForByte() throws {
    for driver in try Self.corpus() {
      XCTAssertEqual(try trace(driver, "jsonl"), try trace(driver, "jsonl"), driver.image)
    }
  }

  func testTracesAreTheSameOnEveryBackEnd() throws {
    for driver in try Self.corpus() {
      XCTAssertEqual(
        try trace(driver, "jsonl"), try trace(driver, "jsonl", ["--backend", "interpreter"]),
        driver.image)
    }
  }

  func testEveryServiceTheFirmwarePublishesHasASignature() throws {
    let machine = try SimulatedMachine(platform: .builtIn(.virt), devices: [], budget: 1)
    defer { machine.tearDown() }
    let code = machine.firmware.code
    XCTAssertGreaterThan(code.count, 150)
    for slot in 0..<code.count {
      let name = code.name(ofSlot: slot)
      // Native functions that drivers never see.
      if name.hasPrefix("firmware") || name == "TextInput.WaitForKey" { continue }
      XCTAssertNotNil(Signatures.builtIn[name], name)
    }
  }

  func testTraceFilesTakeTheirFormFromTheirName() throws {
    let driver = Self.firmware + ":QemuVideoDxe"
    try XCTSkipUnless(FileManager.default.fileExists(atPath: Self.firmware), "no ovmf")
    let directory = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var first: [String: String] = [:]
    for name in ["a.jsonl", "a.json", "a.txt"] {
      let path = directory + "/" + name
      XCTAssertEqual(try Tool.run(["run", driver, "--trace", path]).code, 0)
      first[name] = String(
        try String(contentsOfFile: path, encoding: .utf8).prefix { $0 != "\n" })
    }
    XCTAssertTrue(first["a.jsonl"]?.hasPrefix("{\"type\":\"header\"") ?? false)
    XCTAssertTrue(first["a.json"]?.hasPrefix("{\"displayTimeUnit\"") ?? false)
    XCTAssertEqual(first["a.txt"], "## EntryPoint")
    XCTAssertEqual(try Tool.run(["run", driver, "--trace", "/nonexistent/x.txt"]).code, 2)
  }

  func testDiffFindsWhatAnotherModeChanges() throws {
    let driver = Self.firmware + ":QemuVideoDxe"
    try XCTSkipUnless(FileManager.default.fileExists(atPath: Self.firmware), "no ovmf")
    let directory = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let (a, b, c) = (directory + "/a.jsonl", directory + "/b.jsonl", directory + "/c.jsonl")
    XCTAssertEqual(try Tool.run(["run", driver, "--trace", a]).code, 0)
    XCTAssertEqual(try Tool.run(["run", driver, "--trace", b, "--platform", "high"]).code, 0)
    XCTAssertEqual(try Tool.run(["run", driver, "--trace", c, "--mode", "800x600"]).code, 0)
    let same = try Tool.run(["diff", a, a])
    XCTAssertEqual(same.code, 0, same.text)
    // All addresses differ on a machine without low memory, and one answer: page 0 cannot be had.
    let platforms = try Tool.run(["diff", a, b, "--all"])
    XCTAssertTrue(platforms.text.contains("AllocatePages"), platforms.text)
    let modes = try Tool.run(["diff", a, c])
    XCTAssertEqual(modes.code, 1)
    XCTAssertTrue(modes.text.contains("GraphicsOutput.SetMode"), modes.text)
    XCTAssertEqual(try Tool.run(["diff", a, "/nonexistent"]).code, 2)
  }

  func testOptionsChooseAndClocksAreOnlyOnRequest() throws {
    let driver = (Self.firmware + ":QemuVideoDxe", String?.none)
    try XCTSkipUnless(FileManager.default.fileExists(atPath: Self.firmware), "no ovmf")
    func lines(_ more: String...) throws -> [Substring] {
      try trace(driver, "jsonl", more).split(separator: "\n")
        .filter { $0.contains("\"target\"") }
    }
    XCTAssertFalse(try lines().contains { $0.contains("\"wall\"") })
    XCTAssertTrue(try lines("--wall-clock").allSatisfy { $0.contains("\"wall\"") })
    let located = try lines("--service", "gBS->Locate*")
    XCTAssertEqual(located.count, 2)
    XCTAssertTrue(located.allSatisfy { $0.contains("gBS->LocateProtocol") })
    XCTAssertTrue(
      try lines("--handle", "00:01.0").allSatisfy { $0.contains("PciIo(00:01.0)->") })
    XCTAssertEqual(try lines("--from-image", "nobody").count, 0)
    XCTAssertEqual(try lines("--status", "NOT_FOUND").count, 0)
    for wrong in [["--categories", "nonsense"], ["--status", "NONSENSE"]] {
      XCTAssertEqual(try Tool.run(["trace", driver.0] + wrong).code, 2)
    }
    XCTAssertEqual(
      try Tool.run(["trace", driver.0, "--format", "chrome", "--status", "NOT_FOUND"]).code, 2)
  }

  func testAUsersTableNamesAVendorsProtocol() throws {
    let driver = Self.firmware + ":QemuVideoDxe"
    try XCTSkipUnless(FileManager.default.fileExists(atPath: Self.firmware), "no ovmf")
    let path = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    let table = "11b34006-d85b-4d0a-a290-d5a571310ef7 TheirPcd\n[Pcd]\nGet16 number:uintn -> hex\n"
    try table.write(toFile: path, atomically: true, encoding: .utf8)
    let run = try Tool.run(["trace", driver, "--protocols", path])
    XCTAssertTrue(run.text.contains("Pcd->Get16(number: 19) = 0x0"), run.error)
    XCTAssertTrue(run.text.contains("protocol: TheirPcd"))
    try "[X]\nWrong a:b:c\n".write(toFile: path, atomically: true, encoding: .utf8)
    let wrong = try Tool.run(["trace", driver, "--protocols", path])
    XCTAssertEqual(wrong.code, 3)
    XCTAssertTrue(wrong.error.contains("line 2"), wrong.error)
  }
}
