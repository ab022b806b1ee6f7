import Foundation
import Transom

/// What a driver is expected to do, as lines of "key: value" in a file beside it. A kind of line
/// that the file does not have is not looked at, so that what does not matter can be deleted.
package struct Expectation {
  package struct Line: Equatable {
    package var key: String
    package var value: String
    package var text: String { "\(key): \(value)" }
  }

  static let head = """
    # What this driver is expected to do. `transom test --update` writes it anew. Kinds of lines that
    # are deleted are not looked at.
    """

  /// Keys in the order of the file. `run` has arguments for the run, `picture` and `trace` name
  /// files beside this one; the others are compared.
  static let keys = [
    "run", "outcome", "message", "driver", "step", "installs", "modes", "mode", "screen", "picture",
    "fault", "missing-service", "missing-protocol", "console", "service", "behaviour", "trace",
  ]

  package var lines: [Line] = []

  package init(lines: [Line]) { self.lines = lines }

  /// Reads a file's text. The error names the line.
  package init(parsing text: String) throws {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
      guard let colon = trimmed.firstIndex(of: ":") else {
        throw UsageError("line \(index + 1): no \"key: value\"")
      }
      let key = String(trimmed[..<colon])
      guard Self.keys.contains(key) else {
        throw UsageError("line \(index + 1): no key \(key)")
      }
      let value = trimmed[trimmed.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      lines.append(Line(key: key, value: value))
    }
  }

  package func values(_ key: String) -> [String] { lines.filter { $0.key == key }.map(\.value) }

  /// Arguments for the run.
  package var arguments: [String] {
    values("run").flatMap { $0.split(separator: " ").map(String.init) }
  }

  package var text: String {
    let ordered = Self.keys.flatMap { key in lines.filter { $0.key == key } }
    return Self.head + "\n" + ordered.map(\.text).joined(separator: "\n") + "\n"
  }

  /// Lines that differ, "- " expected and "+ " found, kind by kind.
  package func differences(from actual: Expectation) -> [String] {
    var result: [String] = []
    for key in Self.keys where !["run", "picture", "trace"].contains(key) {
      let expected = values(key)
      // What must not be there has no line: an unexpected fault or message is always told.
      let isLoud = key == "fault" || key == "message"
      guard !expected.isEmpty || isLoud else { continue }
      let found = actual.values(key)
      guard expected != found else { continue }
      let change = found.difference(from: expected)
      let removed = Set(change.removals.map(Self.offset))
      let added = Set(change.insertions.map(Self.offset))
      result += expected.indices.filter(removed.contains).map { "- \(key): \(expected[$0])" }
      result += found.indices.filter(added.contains).map { "+ \(key): \(found[$0])" }
    }
    return result
  }

  private static func offset(_ change: CollectionDifference<String>.Change) -> Int {
    switch change {
    case .insert(let offset, _, _), .remove(let offset, _, _): offset
    }
  }
}
