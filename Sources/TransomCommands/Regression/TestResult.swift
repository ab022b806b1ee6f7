import Foundation

/// How one driver did against its expectation.
package struct TestResult: Encodable {
  package enum Verdict: String, Encodable {
    case passed, failed, updated
    /// There is no expectation yet.
    case unexpected
    /// The child was killed, or died.
    case timeout, memory, crashed
    /// The expectation cannot be read, or the child not be run.
    case broken

    var isGood: Bool { self == .passed || self == .updated }
  }

  /// The file's path as it was found.
  package var name: String
  package var verdict: Verdict
  /// One sentence, where the verdict needs one.
  package var reason: String?
  /// "- expected" and "+ found".
  package var differences: [String] = []

  package init(
    name: String, verdict: Verdict, reason: String? = nil, differences: [String] = []
  ) {
    self.name = name
    self.verdict = verdict
    self.reason = reason
    self.differences = differences
  }

  var line: String {
    "\(name): \(verdict.rawValue)" + (reason.map { " (\($0))" } ?? "")
  }
}

/// Results in the forms that other programs read. Nothing in them differs from run to run.
package enum TestReport {
  package static func text(_ results: [TestResult]) -> String {
    var lines: [String] = []
    for result in results where result.verdict != .passed {
      lines.append(result.line)
      lines += result.differences.map { "    " + $0 }
    }
    return (lines + [summary(results)]).joined(separator: "\n")
  }

  package static func summary(_ results: [TestResult]) -> String {
    let counts = Dictionary(grouping: results, by: \.verdict).mapValues(\.count)
    let order: [TestResult.Verdict] = [
      .passed, .updated, .failed, .unexpected, .timeout, .memory, .crashed, .broken,
    ]
    let words = order.compactMap { verdict in counts[verdict].map { "\($0) \(verdict.rawValue)" } }
    return "\(results.count) drivers: " + words.joined(separator: ", ")
  }

  /// Test Anything Protocol 14.
  package static func tap(_ results: [TestResult]) -> String {
    var lines = ["TAP version 14", "1..\(results.count)"]
    for (index, result) in results.enumerated() {
      let name = result.name.replacingOccurrences(of: "#", with: "\\#")
      lines.append("\(result.verdict.isGood ? "ok" : "not ok") \(index + 1) - \(name)")
      guard !result.verdict.isGood else { continue }
      lines += ["  ---", "  verdict: \(result.verdict.rawValue)"]
      if let reason = result.reason { lines.append("  reason: \(quoted(reason))") }
      if !result.differences.isEmpty {
        lines.append("  differences:")
        lines += result.differences.map { "    - \(quoted($0))" }
      }
      lines.append("  ...")
    }
    return lines.joined(separator: "\n")
  }

  private static func quoted(_ text: String) -> String {
    "\""
      + text.replacingOccurrences(of: "\\", with: "\\\\")
      .replacingOccurrences(of: "\"", with: "\\\"") + "\""
  }

  package static func junit(_ results: [TestResult]) -> String {
    let failures = results.filter { $0.verdict == .failed || $0.verdict == .unexpected }.count
    let errors = results.filter { !$0.verdict.isGood }.count - failures
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      "<testsuite name=\"transom\" tests=\"\(results.count)\" failures=\"\(failures)\" "
        + "errors=\"\(errors)\">",
    ]
    for result in results {
      let head = "  <testcase classname=\"transom\" name=\"\(escaped(result.name))\""
      guard !result.verdict.isGood else {
        lines.append(head + "/>")
        continue
      }
      let isFailure = result.verdict == .failed || result.verdict == .unexpected
      let element = isFailure ? "failure" : "error"
      let message = [result.verdict.rawValue, result.reason].compactMap(\.self)
        .joined(separator: ": ")
      lines.append(head + ">")
      lines.append("    <\(element) message=\"\(escaped(message))\">")
      lines += result.differences.map { escaped($0) }
      lines += ["    </\(element)>", "  </testcase>"]
    }
    return (lines + ["</testsuite>"]).joined(separator: "\n")
  }

  /// XML 1.0, 2.2 and 2.4: characters it cannot hold are replaced.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default:
        result.unicodeScalars.append(scalar.value < 0x20 && scalar != "\t" ? "\u{FFFD}" : scalar)
      }
    }
    return result
  }

  package static func json(_ results: [TestResult]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(results), as: UTF8.self)
  }
}
