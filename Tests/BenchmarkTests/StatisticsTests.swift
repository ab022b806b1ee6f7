import Benchmark
import XCTest

final class StatisticsTests: XCTestCase {
  func testMedians() {
    XCTAssertNil(Statistics.median([]))
    XCTAssertEqual(Statistics.median([5]), 5)
    XCTAssertEqual(Statistics.median([9, 1, 5]), 5)
    XCTAssertEqual(Statistics.median([1, 9, 5, 7]), 6)
    XCTAssertEqual(Statistics.median([.max, .max]), .max)
  }

  func testGeometricMeans() throws {
    XCTAssertNil(Statistics.geometricMean([]))
    XCTAssertNil(Statistics.geometricMean([1, 0]))
    XCTAssertEqual(try XCTUnwrap(Statistics.geometricMean([2, 8])), 4, accuracy: 1e-12)
    XCTAssertEqual(try XCTUnwrap(Statistics.geometricMean([1, 10, 100])), 10, accuracy: 1e-12)
  }
}
