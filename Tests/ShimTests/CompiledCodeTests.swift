import Foundation
import XCTest

/// The tests of this room once more, in a process in which guest code is compiled: what holds for
/// one back end holds for the other.
final class CompiledCodeTests: XCTestCase {
  static let variable = "TRANSOM_TESTS_COMPILE"
  private static let suites = [
    "ChangingCodeTests", "EventTests", "FaultTests", "FixtureTests", "JumpTests",
    "RegistrationTests", "SignalTests", "TrapTests", "UnwatchedCallTests",
  ]

  func testTheSameTests() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    process.arguments = [Self.suites.map { "ShimTests." + $0 }.joined(separator: ",")]
    process.environment = ProcessInfo.processInfo.environment.merging([Self.variable: "1"]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(
      decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    XCTAssertEqual(process.terminationReason, .exit, output)
    XCTAssertEqual(process.terminationStatus, 0, output)
    for suite in Self.suites {
      XCTAssertTrue(output.contains("Test Suite '\(suite)' passed"), suite)
    }
    let passed = output.split(separator: "\n").filter { $0.contains("' passed (") }
    XCTAssertGreaterThanOrEqual(passed.count, 39)
  }
}
