import Foundation
import XCTest

import TransomCommands

final class ExpectationTests: XCTestCase {
  func testWhatIsDeletedIsNotLookedAt() throws {
    let expected = try Expectation(
      parsing: """
        # a remark
        outcome: success
        step: LoadImage = EFI_SUCCESS
        step: StartImage = EFI_SUCCESS
        """)
    let actual = try Expectation(
      parsing: """
        outcome: driverFailed
        driver: A driver
        step: LoadImage = EFI_SUCCESS
        step: StartImage = EFI_UNSUPPORTED
        """)
    XCTAssertEqual(
      expected.differences(from: actual),
      [
        "- outcome: success", "+ outcome: driverFailed", "- step: StartImage = EFI_SUCCESS",
        "+ step: StartImage = EFI_UNSUPPORTED",
      ])
    XCTAssertEqual(expected.differences(from: expected), [])
  }

  func testAnUnexpectedFaultIsAlwaysTold() throws {
    let expected = try Expectation(parsing: "step: a\n")
    let actual = try Expectation(parsing: "step: a\nfault: divide error, at x+0x1\n")
    XCTAssertEqual(expected.differences(from: actual), ["+ fault: divide error, at x+0x1"])
  }

  func testWrongFilesNameTheirLine() {
    for text in ["outcome: a\nnonsense\n", "outcome: a\nnosuch: b\n"] {
      XCTAssertThrowsError(try Expectation(parsing: text)) {
        XCTAssertTrue("\($0)".contains("line 2"), "\($0)")
      }
    }
  }

  func testShardsAreAPartition() throws {
    let names = (0..<10).map(String.init)
    let parts = try (1...3).map { try TestCommand.part("\($0)/3", of: names) }
    XCTAssertEqual(parts.flatMap(\.self).sorted(), names)
    XCTAssertEqual(parts[1], ["1", "4", "7"])
    for wrong in ["0/3", "4/3", "1", "a/b", "1/0"] {
      XCTAssertThrowsError(try TestCommand.part(wrong, of: names), wrong)
    }
  }

  func testReportsEscapeWhatTheirFormsNeed() throws {
    let results = [
      TestResult(name: "a<b>.rom", verdict: .passed),
      TestResult(
        name: "c#.rom", verdict: .failed, differences: ["- console: \"\u{1}&\"", "+ console: x"]),
      TestResult(name: "d.rom", verdict: .crashed, reason: "signal 11"),
    ]
    XCTAssertEqual(
      TestReport.tap(results),
      """
      TAP version 14
      1..3
      ok 1 - a<b>.rom
      not ok 2 - c\\#.rom
        ---
        verdict: failed
        differences:
          - "- console: \\"\u{1}&\\""
          - "+ console: x"
        ...
      not ok 3 - d.rom
        ---
        verdict: crashed
        reason: "signal 11"
        ...
      """)
    let xml = TestReport.junit(results)
    XCTAssertTrue(xml.contains("failures=\"1\" errors=\"1\""), xml)
    XCTAssertTrue(xml.contains("a&lt;b&gt;.rom"), xml)
    XCTAssertNoThrow(try XMLDocumentCheck.parse(xml))
  }
}

/// Whether text is well-formed as far as tags go: every element closed in order.
private enum XMLDocumentCheck {
  struct Broken: Error { var at: String }
  static func parse(_ text: String) throws {
    var stack: [String] = []
    for piece in text.split(separator: "<").dropFirst() {
      guard let end = piece.firstIndex(of: ">") else { throw Broken(at: String(piece)) }
      let tag = piece[..<end]
      if tag.hasPrefix("?") || tag.hasSuffix("/") { continue }
      if tag.hasPrefix("/") {
        guard stack.popLast() == String(tag.dropFirst()) else { throw Broken(at: String(tag)) }
      } else {
        stack.append(String(tag.prefix { $0 != " " }))
      }
    }
    guard stack.isEmpty else { throw Broken(at: "end") }
  }
}

/// `transom test` as users have it.
final class TestCommandTests: XCTestCase {
  private static let firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd"
  private static let fixtures =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures/drivers/built/"

  private func folder() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    addTeardownBlock { try? FileManager.default.removeItem(atPath: path) }
    return path
  }

  private func copy(_ fixture: String, to path: String, run: String? = nil) throws {
    try FileManager.default.copyItem(atPath: Self.fixtures + fixture + ".efi", toPath: path)
    if let run {
      try "run: \(run)\noutcome: success\n".write(
        toFile: path + ".expect", atomically: true, encoding: .utf8)
    }
  }

  func testUpdateThenCompareThenFindAChange() throws {
    try XCTSkipUnless(FileManager.default.fileExists(atPath: Self.firmware), "no ovmf")
    let folder = try folder()
    let pack = try Tool.run([
      "pack", Self.firmware + ":QemuVideoDxe", "-o", folder + "/video.rom", "--vendor", "0x1234",
      "--device", "0x1111", "--class", "0x038000",
    ])
    XCTAssertEqual(pack.code, 0, pack.error)
    try copy("marshal", to: folder + "/marshal.efi")
    XCTAssertEqual(try Tool.run(["test", folder]).code, 1)
    let update = try Tool.run(["test", folder, "--update", "--traces", "--pictures"])
    XCTAssertEqual(update.code, 0, update.text + update.error)
    let first = try Tool.run(["test", folder, "--tap"])
    XCTAssertEqual(first.code, 0, first.text)
    XCTAssertEqual(first.text, try Tool.run(["test", folder, "--tap"]).text)
    let path = folder + "/video.rom.expect"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for line in [
      "outcome: success", "driver: QEMU Video Driver", "mode: 1280x800",
      "picture: video.rom.png tolerance 0",
    ] { XCTAssertTrue(text.contains(line + "\n"), "\(line)\n\(text)") }

    XCTAssertTrue(text.contains(" DriverBinding ComponentName ComponentName2"), text)

    // Another mode: screen, picture, steps and trace differ, and are shown as differences.
    try ("run: --mode 800x600\n" + text).write(toFile: path, atomically: true, encoding: .utf8)
    let changed = try Tool.run(["test", folder])
    XCTAssertEqual(changed.code, 1)
    for line in [
      "- mode: 1280x800", "+ mode: 800x600", "- picture: 1280x800", "trace parts at line",
    ] { XCTAssertTrue(changed.text.contains(line), changed.text) }
    // What is deleted stays deleted in an update, and the arguments stay.
    try "run: --mode 800x600\nmode: x\n".write(toFile: path, atomically: true, encoding: .utf8)
    XCTAssertEqual(try Tool.run(["test", folder, "--update"]).code, 0)
    let kept = try String(contentsOfFile: path, encoding: .utf8)
    XCTAssertTrue(kept.hasSuffix("run: --mode 800x600\nmode: 800x600\n"), kept)
  }

  func testDamagedDriversAreResultsToo() throws {
    let folder = try folder()
    try Data([0x55, 0xAA, 1] + [UInt8](repeating: 0xFF, count: 500))
      .write(to: URL(fileURLWithPath: folder + "/bad.rom"))
    XCTAssertEqual(try Tool.run(["test", folder, "--update"]).code, 0)
    let text = try String(contentsOfFile: folder + "/bad.rom.expect", encoding: .utf8)
    XCTAssertTrue(text.contains("outcome: malformedInput\n"), text)
    XCTAssertFalse(text.contains(folder), text)
    XCTAssertEqual(try Tool.run(["test", folder]).code, 0)
  }

  func testTwoHundredDriversAndThreeThatMisbehave() throws {
    try XCTSkipUnless(FileManager.default.fileExists(atPath: Self.firmware), "no ovmf")
    let folder = try folder()
    let names = ["QemuVideoDxe", "VirtioGpuDxe", "NvmExpressDxe", "VirtioNetDxe", "Virtio10"]
    for (index, name) in names.enumerated() {
      let rom = folder + "/\(name)-0.rom"
      let pack = try Tool.run([
        "pack", Self.firmware + ":" + name, "-o", rom, "--vendor", "0x1234", "--device",
        "0x111\(index)", "--class", "0x038000",
      ])
      XCTAssertEqual(pack.code, 0, pack.error)
      for copy in 1..<40 {
        try FileManager.default.copyItem(atPath: rom, toPath: folder + "/\(name)-\(copy).rom")
      }
    }
    XCTAssertEqual(try Tool.run(["test", folder, "--update"]).code, 0)
    try copy("fault", to: folder + "/hangs.efi", run: "--load-options l --budget 999999999999")
    try copy("fault", to: folder + "/hungry.efi", run: "--load-options m --budget 999999999999")
    try copy("fault", to: folder + "/crashes.efi", run: "--load-options h")
    let start = Date()
    let limits = ["--timeout", "20", "--memory", "300"]
    let run = try Tool.run(["test", folder, "--json"] + limits)
    let seconds = Date().timeIntervalSince(start)
    print("200 drivers and 3 that misbehave: \(Int(seconds)) s")
    // The goal is 60 s on two cores; this machine may be doing other work.
    XCTAssertLessThan(seconds, 240)
    XCTAssertEqual(run.code, 1)
    let results =
      try JSONSerialization.jsonObject(with: Data(run.text.utf8)) as? [[String: Any]] ?? []
    XCTAssertEqual(results.count, 203)
    var verdicts: [String: String] = [:]
    for result in results where result["verdict"] as? String != "passed" {
      let name = URL(fileURLWithPath: result["name"] as? String ?? "").lastPathComponent
      verdicts[name] = result["verdict"] as? String
    }
    XCTAssertEqual(
      verdicts, ["hangs.efi": "timeout", "hungry.efi": "memory", "crashes.efi": "crashed"])
    XCTAssertEqual(
      results.compactMap { $0["name"] as? String },
      results.compactMap { $0["name"] as? String }.sorted())
    let part = try Tool.run(["test", folder, "--shard", "2/7", "--json"] + limits)
    let partial =
      try JSONSerialization.jsonObject(with: Data(part.text.utf8)) as? [[String: Any]] ?? []
    XCTAssertEqual(partial.count, 29)
  }
}
