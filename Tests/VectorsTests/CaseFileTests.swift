import Foundation
import Vectors
import XCTest

/// The committed cases (Tests/TranslatorTests/Cases): every row of the encoding table with what a
/// real processor made of it, and every difference that was ever found.
final class CaseFileTests: XCTestCase {
  private static let directory = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("TranslatorTests/Cases")

  private func files() throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: Self.directory, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "jsonl" }
  }

  private func run(_ backend: VectorRun.Backend, _ file: URL) throws -> Int {
    let run = try VectorRun(backend: backend, features: .full)
    var passed = 0
    run.run(lines: try Data(contentsOf: file)) { result in
      if result.passed { passed += 1 }
      XCTAssert(
        result.passed,
        "\(file.lastPathComponent):\(result.line) \(result.name): \(result.differences)")
    }
    return passed
  }

  func testOurProcessorPassesEveryCase() throws {
    var passed = 0
    for file in try files() { passed += try run(.interpreter, file) }
    XCTAssertGreaterThan(passed, 3000)
  }

  /// The portable rooms as AArch64 code are the same processor.
  func testThePortableRunnerPassesEveryCase() throws {
    var passed = 0
    for file in try files() { passed += try run(.aarch64Interpreter, file) }
    XCTAssertGreaterThan(passed, 3000)
  }

  func testEveryRowTheHostCanJudgeHasACase() throws {
    let text = try String(
      contentsOf: Self.directory.appendingPathComponent("rows.jsonl"), encoding: .utf8)
    for row in Fuzzer.tableRows() where row.exclusion == nil {
      XCTAssert(text.contains("\(row.mnemonic) [\(row.pattern)]"), row.pattern)
    }
  }
}
