import ArgumentParser
import Benchmark
import Foundation
import Transom

/// `transom bench`: our kernels, timed against others.
public struct BenchCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time our kernels under the translator and under others.",
    discussion: """
      Example: transom bench --compare native,qemu,unicorn --svg bench.svg

      Cold is a first run in a fresh engine, translation included; warm is a larger run in an engine \
      that has run it before. Medians; means are geometric. QEMU and Unicorn are run where they are \
      installed (qemu-user, libunicorn2). Exit codes: 0 fine; 1 two disagreed, or one failed; 2 usage, \
      or something is not installed.
      """)

  @Option(help: "Whom to compare with: native, qemu, unicorn, with commas between them.")
  var compare = "native"

  @Option(help: "Who executes our side: interpreter, x86_64 or aarch64.")
  var backend = BackendName.native

  @Option(help: "Only these kernels, with commas between them.")
  var only = ""

  @Option(name: .customLong("repeat"), help: "How many runs each median is taken of.")
  var repeats = 7

  @Option(help: "The directory of built kernels. Default: Fixtures/kernels/built of this checkout.")
  var kernels: String?

  @Option(help: "Where to leave a picture, as SVG.")
  var svg: String?

  @Flag(help: "Print the report as JSON.")
  var json = false

  public init() {}

  public func run() throws {
    do {
      var repetitions = Repetitions()
      repetitions.cold = max(repeats, 1)
      repetitions.warm = max(repeats, 1)
      let run = try BenchmarkRun(
        files: KernelFiles(path: kernels), backend: backend,
        others: Self.list(compare).map(Self.peer), kernels: Kernel.named(Self.list(only)),
        repetitions: repetitions)
      let report = try run.run { CommandFailure.print("measuring \($0)") }
      if let svg { try Data(report.svg.utf8).write(to: URL(fileURLWithPath: svg)) }
      print(json ? JSONText.encode(report) : report.table)
    } catch let error as BenchmarkError {
      CommandFailure.print("bench: \(error)")
      switch error {
      case .peerFailed, .disagreement: throw ExitCode(1)
      default: throw ExitCode(2)
      }
    } catch {
      throw CommandFailure.exit(for: error, about: "bench")
    }
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func peer(_ name: String) throws -> Peer {
    switch name {
    case "native": return .native
    case "qemu": return .qemu
    case "unicorn": return .unicorn
    default: throw UsageError("--compare \(name): there is native, qemu and unicorn")
    }
  }
}
