import ArgumentParser
import Foundation
import Transom

/// `transom audit PATH...`: what ROMs hold, who signed them, and how they would do on an ARM server.
public struct AuditCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Tell of each ROM what it holds and needs, who signed it, and whether it would run.",
    discussion: """
      Example: transom audit dumps --html audit.html

      Each x64 image is run in a process of its own, within limits. A signature that verifies is one \
      over this image by the certificate that comes with it; whether to trust that is not told. \
      Exit codes: 0 the audit is complete, whatever it found; 2 usage.
      """)

  @Argument(help: "ROM dumps and EFI files, or folders of them.")
  var paths: [String]

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  @Option(help: "Write a page of HTML with the screenshots to this file.")
  var html: String?

  @Option(help: "How many drivers run at once. Default: one for each processor.")
  var jobs: Int?

  @Option(help: "Seconds a driver may take.")
  var timeout = 60.0

  @Option(help: "MiB of memory a driver's process may use.")
  var memory: UInt64 = 1024

  @Option(help: "How many guest instructions a driver may run.")
  var budget: UInt64 = 200_000_000

  public init() {}

  public func run() throws {
    let names: [String]
    do {
      names = try TestRunner.find(paths)
    } catch {
      throw CommandFailure.exit(for: error, about: paths.first ?? "")
    }
    let bar = ProgressBar(total: names.count)
    let entries = Workers.map(names, jobs: jobs) { name in
      let entry = audit(name)
      bar.advance(failed: entry.verdict == .blocked || entry.verdict == .malformed)
      return entry
    }
    bar.clear()
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(entries), as: UTF8.self))
    } else {
      print(Self.table(entries))
    }
    if let html {
      do {
        try AuditPage.html(entries).write(toFile: html, atomically: true, encoding: .utf8)
      } catch {
        CommandFailure.print("\(html): \(error.localizedDescription)")
        throw ExitCode(2)
      }
    }
  }

  private func audit(_ name: String) -> AuditEntry {
    var entry = AuditEntry(file: name)
    guard entry.verdict == .blocked else { return entry }
    let work = FileManager.default.temporaryDirectory.path + "/transom-" + UUID().uuidString
    defer {
      for ending in ["", ".err", ".png"] {
        try? FileManager.default.removeItem(atPath: work + ending)
      }
    }
    let limits = ChildProcess(timeLimit: timeout, memoryLimit: memory << 20)
    var arguments = ["run", name, "--json", "--budget", String(budget)]
    var end = limits.run(
      "/proc/self/exe", arguments + ["--screenshot", work + ".png"], output: work,
      errors: work + ".err")
    var screenshot = FileManager.default.contents(atPath: work + ".png")
    if screenshot == nil, case .exited = end {
      // Without a display the wish for a picture is a failure of its own.
      arguments = ["run", name, "--json", "--budget", String(budget)]
      end = limits.run("/proc/self/exe", arguments, output: work, errors: work + ".err")
      screenshot = nil
    }
    switch end {
    case .exited:
      guard let data = FileManager.default.contents(atPath: work),
        let run = try? JSONDecoder().decode(RunSummary.self, from: data)
      else {
        let errors = (try? String(contentsOfFile: work + ".err", encoding: .utf8)) ?? ""
        entry.fail(errors.split(separator: "\n").first.map(String.init) ?? "no report")
        return entry
      }
      entry.take(run, screenshot: screenshot)
    case .signalled(let signal): entry.fail("the run crashed with signal \(signal)")
    case .outOfTime: entry.fail("not done after \(timeout) s")
    case .outOfMemory: entry.fail("takes more than \(memory) MiB")
    case .notStarted(let code): entry.fail(String(cString: strerror(code)))
    }
    return entry
  }

  /// Columns as wide as they need to be.
  static func table(_ entries: [AuditEntry]) -> String {
    let rows =
      [["FILE", "FOR", "SIGNED BY", "ON AN ARM SERVER", "IN THE WAY"]]
      + entries.map { entry in
        let signers = entry.signatures.map {
          ($0.signer.split(separator: ",").first.map(String.init) ?? $0.signer)
            + ($0.verifies ? "" : " (bad)")
        }
        return [
          URL(fileURLWithPath: entry.file).lastPathComponent,
          entry.pciIDs.joined(separator: " "),
          signers.isEmpty ? "-" : signers.joined(separator: "; "), entry.verdict.words,
          entry.obstacles.first ?? "",
        ]
      }
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, text in
        column < 4 ? text.padding(toLength: widths[column], withPad: " ", startingAt: 0) : text
      }.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
    }.joined(separator: "\n")
  }
}
