import ArgumentParser
import Foundation
import Transom

/// `transom test PATH...`: ROM dumps as regression tests.
public struct TestCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run ROM dumps and compare with what is expected of them.",
    discussion: """
      Example: transom test dumps --update && transom test dumps --tap

      Beside card.rom stands card.rom.expect. Each driver runs in a process of its own, within \
      limits. Exit codes: 0 all as expected; 1 something is not; 2 usage.
      """)

  enum Form: String, EnumerableFlag { case tap, junit, json }

  @Argument(help: "ROM dumps and EFI files, or folders of them.")
  var paths: [String]

  @Flag(help: "Write the expectations instead of comparing.")
  var update = false

  @Flag(help: "With --update, keep the whole normalised trace too.")
  var traces = false

  @Flag(help: "With --update, keep the screen as a picture too.")
  var pictures = false

  @Flag(exclusivity: .exclusive, help: "Print TAP, JUnit XML or JSON.")
  var form: Form?

  @Option(help: "How many drivers run at once. Default: one for each processor.")
  var jobs: Int?

  @Option(help: "Seconds a driver may take.")
  var timeout = 60.0

  @Option(help: "MiB of memory a driver's process may use.")
  var memory: UInt64 = 1024

  @Option(help: "Take part I of N parts, as I/N: for the elements of a job array.")
  var shard: String?

  @Option(help: "A flattened device tree, or virt or high.")
  var platform: String?

  @Option(help: "How many guest instructions a driver may run.")
  var budget: UInt64?

  public init() {}

  public func run() throws {
    let names: [String]
    do {
      names = try Self.part(shard, of: TestRunner.find(paths))
    } catch {
      throw CommandFailure.exit(for: error, about: paths.first ?? "")
    }
    var arguments: [String] = []
    if let platform { arguments += ["--platform", platform] }
    if let budget { arguments += ["--budget", String(budget)] }
    let runner = TestRunner(
      program: "/proc/self/exe", jobs: max(1, jobs ?? ProcessInfo.processInfo.activeProcessorCount),
      timeLimit: timeout, memoryLimit: memory << 20, arguments: arguments, isUpdate: update,
      keepsTraces: traces, keepsPictures: pictures)
    let bar = ProgressBar(total: names.count)
    let results = runner.run(names) { bar.advance(failed: !$0.verdict.isGood) }
    bar.clear()
    switch form {
    case .tap: print(TestReport.tap(results))
    case .junit: print(TestReport.junit(results))
    case .json: print(try TestReport.json(results))
    case nil: print(TestReport.text(results))
    }
    if results.contains(where: { !$0.verdict.isGood }) { throw ExitCode(1) }
  }

  /// "2/5" of a list: every fifth, from the second.
  package static func part(_ shard: String?, of names: [String]) throws -> [String] {
    guard let shard else { return names }
    let numbers = shard.split(separator: "/").map { Int($0) }
    guard numbers.count == 2, let part = numbers[0], let parts = numbers[1], part >= 1,
      part <= parts
    else { throw UsageError("--shard \(shard): not I/N with I from 1 to N") }
    return names.enumerated().filter { $0.offset % parts == part - 1 }.map(\.element)
  }
}

/// A bar on standard error, where that is a terminal.
final class ProgressBar: @unchecked Sendable {
  private let lock = NSLock()
  private let isShown = isatty(2) == 1
  private let total: Int
  private var done = 0
  private var failed = 0

  init(total: Int) { self.total = total }

  func advance(failed isFailure: Bool) {
    lock.withLock {
      done += 1
      if isFailure { failed += 1 }
      guard isShown, total > 0 else { return }
      let filled = done * 40 / total
      let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: 40 - filled)
      let text = "\r[\(bar)] \(done)/\(total)" + (failed > 0 ? ", \(failed) not as expected" : "")
      FileHandle.standardError.write(Data(text.utf8))
    }
  }

  func clear() {
    guard isShown else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }
}
