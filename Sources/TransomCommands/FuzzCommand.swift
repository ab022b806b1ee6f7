import ArgumentParser
import Foundation
import Vectors

/// `transom fuzz`: random instructions on our processor and on this machine's, compared.
public struct FuzzCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "fuzz",
    abstract: "Compare the translated processor with this machine's over random cases.",
    discussion: """
      Example: transom fuzz --count 10000 --only adc

      Cases come from the encoding table; the same seed gives the same cases. What differs is \
      shrunk and shown; --keep writes it in the form `transom vectors` reads. Exit codes: 0 no \
      difference; 1 differences; 2 usage, this machine is no x86-64, or the back end is not there.
      """)

  @Option(help: "How many cases.")
  var count: UInt64 = 200_000

  @Option(help: "Where the random sequence starts.")
  var seed: UInt64 = 1

  @Option(
    help:
      """
      Who executes our side: interpreter; x86_64 for compiled code; aarch64 for compiled code under \
      qemu-aarch64.
      """)
  var backend: Fuzzer.Backend?

  @Flag(help: "The same as --backend x86_64.")
  var compile = false

  @Flag(help: "No cases of a single instruction.")
  var sequences = false

  @Flag(help: "Only general instructions: no x87, MMX, SSE and later.")
  var general = false

  @Option(help: "First case to run, by number: a reported one can be run alone.")
  var from: UInt64 = 0

  @Option(help: "Only instructions with this mnemonic, or one row by its pattern.")
  var only: String?

  @Option(help: "How many failures that look alike are shrunk and shown; all are counted.")
  var examples = 2

  @Option(help: "Append failing cases to this file.")
  var keep: String?

  @Option(
    help: "Write cases that reach every row, this machine's results as expectation, and end.")
  var corpus: String?

  @Flag(help: "List every row of the encoding table and how often it was reached.")
  var rows = false

  public init() {}

  public func run() throws {
    let fuzzer = try makeFuzzer()
    if let corpus {
      let text = fuzzer.corpus(perRow: 2).joined(separator: "\n") + "\n"
      try Data(text.utf8).write(to: URL(fileURLWithPath: corpus))
      return
    }
    var lines = ""
    fuzzer.run(from: from, count: count) { failure in
      let code = failure.code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      print(
        "\(failure.number) \(failure.mnemonics) \(code): "
          + failure.differences.joined(separator: "; "))
      lines += failure.line + "\n"
    }
    if let keep, !lines.isEmpty {
      do {
        let before = (try? Data(contentsOf: URL(fileURLWithPath: keep))) ?? Data()
        try (before + Data(lines.utf8)).write(to: URL(fileURLWithPath: keep))
      } catch {
        CommandFailure.print("\(keep): \(error.localizedDescription)")
        throw ExitCode(2)
      }
    }
    report(fuzzer)
    if let problem = fuzzer.problem {
      CommandFailure.print("after \(fuzzer.cases) cases: \(problem)")
      throw ExitCode(2)
    }
    if fuzzer.failures > 0 { throw ExitCode(1) }
  }

  private func makeFuzzer() throws -> Fuzzer {
    let backend = backend ?? (compile ? .x86_64 : .interpreter)
    do throws(PortableRunnerError) {
      if let fuzzer = try Fuzzer(
        seed: seed, only: only, failuresPerKind: examples, backend: backend,
        onlySequences: sequences, onlyBase: general)
      {
        return fuzzer
      }
    } catch {
      CommandFailure.print("\(backend.rawValue): \(error)")
      throw ExitCode(2)
    }
    CommandFailure.print("this machine's processor cannot be asked")
    throw ExitCode(2)
  }

  private func report(_ fuzzer: Fuzzer) {
    let table = fuzzer.rows()
    if rows {
      for row in table {
        let note = row.exclusion.map { "  not judged: \($0)" } ?? ""
        print("\(row.executed) \(row.faulted) \(row.pattern) \(row.mnemonic)\(note)")
      }
    }
    let judged = table.filter { $0.exclusion == nil }
    let never = judged.filter { $0.executed + $0.faulted == 0 }
    print(
      "rows: \(table.count), judged \(judged.count), executed "
        + "\(judged.filter { $0.executed > 0 }.count), never reached \(never.count)")
    if only == nil {
      for row in never { print("never reached: \(row.pattern) \(row.mnemonic)") }
    }
    print(
      "\(fuzzer.cases) cases, \(fuzzer.faultedCases) with a fault, \(fuzzer.failures) differ, "
        + "\(fuzzer.unjudged) not judged")
  }
}

extension Fuzzer.Backend: ExpressibleByArgument {}
