import ArgumentParser
import DeviceTree
import Foundation
import OptionROM
import Transom

/// `transom run IMAGE`: a driver under the simulated firmware.
public struct RunCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run an x64 driver under the simulated firmware and report what it did.",
    discussion: """
      Example: transom run card.rom --mode 1024x768 --screenshot splash.png

      Exit codes: 0 fine; 1 the driver refused or failed; 2 usage; 3 malformed input; 4 guest \
      fault; 5 unsupported instruction; 6 out of budget.
      """)

  @OptionGroup var machine: MachineArguments

  @Flag(help: "Print the report as JSON.")
  var json = false

  @Option(
    name: .customLong("trace"),
    help: """
      Write every call between driver and firmware to this file: JSON Lines (.jsonl), Chrome's \
      trace format for Perfetto (.json), or text; - is standard error.
      """)
  var traceFile: String?

  @OptionGroup(title: "Trace options") var trace: TraceArguments

  public init() {}

  public func run() throws {
    let run: DriverRun
    do {
      var options = machine.options
      options.signatures = try trace.signatures()
      if let traceFile { options.trace = try trace.output(to: traceFile) }
      run = try DriverRun(DriverSource(resolving: machine.image), options: options)
    } catch {
      throw CommandFailure.exit(for: error, about: machine.image)
    }
    run.run()
    print(json ? try run.report.json : run.report.text)
    run.machine.tearDown()
    if run.report.outcome != .success { throw ExitCode(run.report.outcome.rawValue) }
  }
}

/// Errors on their way to standard error and an exit code.
enum CommandFailure {
  static func print(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  /// Says what is wrong and returns the code to exit with: 2 for what another argument would have
  /// avoided, 3 for malformed input.
  static func exit(for error: any Error, about image: String) -> ExitCode {
    switch error {
    case let error as DriverSourceError:
      print(error.description)
      return ExitCode(error.exitCode)
    case let error as OptionROMError:
      print("\(image): \(error)")
      return ExitCode(3)
    case let error as DeviceTreeError:
      print("device tree: \(error)")
      return ExitCode(3)
    default:
      print("\(error)")
      return ExitCode(2)
    }
  }
}
