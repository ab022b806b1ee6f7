import Foundation
import Translator
import Vectors
import XCTest

/// The committed cases (Tests/TranslatorTests/Cases):
/// - rows: each row of the encoding table that a host can judge, with what a processor made of it;
/// - written: the others, and manual: prefixes, addressing, faults, changing code, both with what
///   the Intel manuals say;
/// - found: every difference that was ever found.
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

  func testCompiledCodePassesEveryCase() throws {
    var passed = 0
    for file in try files() { passed += try run(.x86_64, file) }
    XCTAssertGreaterThan(passed, 3000)
  }

  /// The portable rooms as AArch64 code are the same processor.
  func testThePortableRunnerPassesEveryCase() throws {
    var passed = 0
    for file in try files() { passed += try run(.aarch64Interpreter, file) }
    XCTAssertGreaterThan(passed, 3000)
  }

  func testCodeForAArch64PassesEveryCase() throws {
    var passed = 0
    for file in try files() { passed += try run(.aarch64, file) }
    XCTAssertGreaterThan(passed, 3000)
  }

  /// What the decoder finds in the cases' code, up to the first HLT, is every row there is.
  func testEveryRowHasACase() throws {
    var reached = Set<Int>()
    for file in try files() {
      for line in try Data(contentsOf: file).split(separator: 10) {
        let test = try TestCase(json: line)
        collectRows(test, &reached)
      }
    }
    let missing = (0..<EncodingCatalog.count).filter { !reached.contains($0) }
    print("\(reached.count) of \(EncodingCatalog.count) rows have a case")
    for index in missing {
      let row = EncodingCatalog.row(index)
      XCTFail("no case: \(row.pattern) \(row.mnemonic)")
    }
  }

  private func collectRows(_ test: TestCase, _ reached: inout Set<Int>) {
    let code = test.code + [UInt8](repeating: 0xF4, count: 16)
    code.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      var at = Int(test.entry - test.load)
      while at < test.code.count {
        let decoded = EncodingCatalog.decode(
          start + at, count: bytes.count - at, mode: test.is32Bit ? .protected32 : .long64)
        guard let decoded else { return }
        reached.insert(decoded.row)
        at += decoded.length
        if bytes[at - 1] == 0xF4 && decoded.length == 1 { return }
      }
    }
  }
}
