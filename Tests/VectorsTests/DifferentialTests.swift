import Vectors
import XCTest

/// Random cases from the encoding table, on our processor and on the host's own.
final class DifferentialTests: XCTestCase {
  func testTheHostProcessorAgrees() throws {
    let fuzzer = try XCTUnwrap(Fuzzer(seed: 1))
    fuzzer.run(count: 6_000) { failure in
      XCTFail("\(failure)")
    }
  }
}
