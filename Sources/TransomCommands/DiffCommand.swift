import ArgumentParser
import Foundation
import Transom

/// `transom diff A.jsonl B.jsonl`: where two traces part.
public struct DiffCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show the first place where the behaviour in two traces differs.",
    discussion: """
      Example: transom diff before.jsonl after.jsonl

      Services, arguments and results count; addresses, handle numbers, times and instruction \
      counts do not. Exit codes: 0 the same behaviour; 1 a difference; 2 usage; 3 no trace.
      """)

  @Argument(help: "A trace in JSON Lines.")
  var first: String

  @Argument(help: "Another one.")
  var second: String

  @Flag(help: "Show every difference.")
  var all = false

  @Option(help: "Lines to show of each side of a difference.")
  var lines = 8

  public init() {}

  public func run() throws {
    let (a, b) = (try read(first), try read(second))
    let diff = TraceDiff(a, b, limit: all ? .max : 1)
    guard !diff.differences.isEmpty else {
      print("the same behaviour: \(diff.common) lines")
      return
    }
    for difference in diff.differences {
      print("after \(difference.before.last.map { "line \($0.line)" } ?? "the beginning"):")
      for record in difference.before { print("  " + record.text) }
      show("-", difference.first)
      show("+", difference.second)
    }
    throw ExitCode(1)
  }

  private func show(_ mark: String, _ records: [TraceRecord]) {
    for record in records.prefix(max(1, lines)) { print(mark + " " + record.text) }
    if records.count > lines { print("\(mark) … \(records.count - lines) more") }
  }

  private func read(_ path: String) throws -> [TraceRecord] {
    do {
      return try TraceRecord.read(String(decoding: try readWholeFile(path), as: UTF8.self))
    } catch let error as TraceReadError {
      CommandFailure.print("\(path): \(error)")
      throw ExitCode(3)
    } catch {
      throw CommandFailure.exit(for: error, about: path)
    }
  }
}
