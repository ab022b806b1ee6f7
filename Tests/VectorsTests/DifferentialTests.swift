import Vectors
import XCTest

/// Random cases from the encoding table, on our processor and on the host's own. The same cases on
/// every run; `transom fuzz` runs more (see README).
final class DifferentialTests: XCTestCase {
  private static let count: UInt64 = 200_000
  private static let compiledCount: UInt64 = 60_000

  func testTheHostProcessorAgrees() throws {
    try check(seed: 1, count: Self.count)
  }

  /// Other cases, and compiled code: what the fast forms do, and what they leave to the interpreter.
  func testCompiledCodeAgrees() throws {
    try check(seed: 0xC0DE, count: Self.compiledCount, compiles: true)
  }

  private func check(seed: UInt64, count: UInt64, compiles: Bool = false) throws {
    let fuzzer = try XCTUnwrap(try Fuzzer(seed: seed, backend: compiles ? .x86_64 : .interpreter))
    fuzzer.run(count: count) { failure in
      XCTFail("\(failure)")
    }
    let rows = fuzzer.rows()
    let judged = rows.filter { $0.exclusion == nil }
    print(
      "\(fuzzer.cases) cases, \(fuzzer.failures) differ, \(fuzzer.unjudged) not judged;",
      "\(rows.count) rows, \(judged.count) judged,",
      "executed \(judged.filter { $0.executed > 0 }.count)")
    XCTAssertEqual(fuzzer.failures, 0)
    XCTAssertGreaterThan(fuzzer.cases, count * 99 / 100)
    XCTAssertLessThan(fuzzer.unjudged, 100, "the host gave no answer too often")
    for row in judged where row.executed + row.faulted == 0 {
      XCTFail("never reached: \(row.pattern) \(row.mnemonic)")
    }
  }
}
