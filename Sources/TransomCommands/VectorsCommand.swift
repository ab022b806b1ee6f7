import ArgumentParser
import Foundation
import Translator
import Vectors

/// `transom vectors FILE.jsonl`: test cases, one a line, on the translated processor.
public struct VectorsCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "vectors",
    abstract: "Run processor test cases, one JSON object a line.",
    discussion: """
      Example: transom vectors cases.jsonl --backend native

      Every line holds code, the state before and what must hold after. A line that fails says \
      what differed; the last line counts. Exit codes: 0 all passed; 1 some failed; 2 usage, or \
      the file cannot be read.
      """)

  @Argument(help: "Cases, one JSON object a line.")
  var file: String

  @Option(help: "Which instructions the processor offers: baseline (no AVX) or full.")
  var profile = VectorRun.Profile.baseline

  @Option(
    help:
      """
      Who executes: interpreter; x86_64 for compiled code; native for the processor of this \
      machine; aarch64, or aarch64-interpreter, for the portable rooms under qemu-aarch64.
      """)
  var backend = VectorRun.Backend.interpreter

  @Flag(help: "One JSON object for each case, and one that counts.")
  var json = false

  public init() {}

  public func run() throws {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      CommandFailure.print("\(file): \(error.localizedDescription)")
      throw ExitCode(2)
    }
    let run: VectorRun
    do {
      run = try VectorRun(backend: backend, features: profile.features)
    } catch {
      CommandFailure.print("\(backend.rawValue): \(error)")
      throw ExitCode(2)
    }
    guard run.isAvailable else {
      CommandFailure.print("there is no \(backend.rawValue) back end on this machine")
      throw ExitCode(2)
    }
    var passed = 0
    var failed = 0
    run.run(lines: data) { result in
      if result.passed { passed += 1 } else { failed += 1 }
      if json {
        let line = CaseLine(
          line: result.line, name: result.name, passed: result.passed,
          differences: result.differences)
        print(Self.encode(line))
      } else if !result.passed {
        let name = result.name.isEmpty ? "" : " \(result.name)"
        print("line \(result.line)\(name): " + result.differences.joined(separator: "; "))
      }
    }
    print(
      json
        ? Self.encode(Summary(passed: passed, failed: failed))
        : "\(passed) passed, \(failed) failed")
    if failed > 0 { throw ExitCode(1) }
  }

  private struct CaseLine: Encodable {
    var line: Int
    var name: String
    var passed: Bool
    var differences: [String]
  }

  private struct Summary: Encodable {
    var passed: Int
    var failed: Int
  }

  private static func encode(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}

extension VectorRun.Backend: ExpressibleByArgument {}
extension VectorRun.Profile: ExpressibleByArgument {}
