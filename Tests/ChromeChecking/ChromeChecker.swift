import Foundation
import XCTest

/// Chrome's trace event format, as far as a viewer needs it to nest: phases, times that do not go
/// back, every end closing the beginning that is innermost.
package enum ChromeChecker {
  package static func check(
    _ data: Data, file: StaticString = #filePath, line: UInt = #line
  ) throws {
    let root = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let events = try XCTUnwrap(root?["traceEvents"] as? [[String: Any]], file: file, line: line)
    var stack: [String] = []
    var last = 0.0
    var begun = 0
    for event in events {
      let name = try XCTUnwrap(event["name"] as? String, file: file, line: line)
      XCTAssertNotNil(event["pid"], file: file, line: line)
      let phase = event["ph"] as? String
      if phase == "M" { continue }
      let time = try XCTUnwrap(event["ts"] as? Double, file: file, line: line)
      XCTAssertGreaterThanOrEqual(time, last, name, file: file, line: line)
      last = time
      switch phase {
      case "B":
        stack.append(name)
        begun += 1
      case "E": XCTAssertEqual(stack.popLast(), name, file: file, line: line)
      case "i": XCTAssertEqual(event["s"] as? String, "t", file: file, line: line)
      default: XCTFail("phase \(phase ?? "none")", file: file, line: line)
      }
    }
    XCTAssertEqual(stack, [], file: file, line: line)
    XCTAssertGreaterThan(begun, 0, file: file, line: line)
  }
}
