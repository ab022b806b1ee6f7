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
      Example: transom run card.rom --trace trace.jsonl --bundle crash.tar.gz

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

  @Option(help: "Keep what the devices answer in this file.")
  var record: String?

  @Option(help: "Run against such a file, with no device at all.")
  var replay: String?

  @Option(
    help: "A program that is told of calls and decides about them, over pipes; see hooks.md.")
  var hooks: String?

  @Option(help: "Wait on this TCP port for gdb's `target remote`; 0 takes a free one.")
  var gdb: UInt16?

  @Option(help: "If the run does not end well, leave all that reproduces it in this .tar.gz.")
  var bundle: String?

  @Flag(help: "Put the driver itself into the bundle.")
  var bundleRom = false

  public init() {}

  public func run() throws {
    let run: DriverRun
    let recorder: DeviceRecorder?
    var machine: SimulatedMachine?
    let tail = TraceTail(limit: CrashBundle.traceLines)
    do {
      let driver = try DriverSource(resolving: self.machine.image)
      var options = self.machine.options
      options.signatures = try trace.signatures()
      if bundle != nil {
        guard traceFile == nil else {
          throw UsageError("--bundle keeps a trace of its own; not with --trace")
        }
        options.trace = TraceOutput(form: .text(coloured: false)) { tail.append($0) }
      }
      if let traceFile { options.trace = try trace.output(to: traceFile) }
      recorder = try RecordingFile.attach(record: record, replay: replay, driver, &options)
      if let hooks {
        options.hooks = try HookProgram(hooks, image: driver.name).makeHooks { machine?.recorder }
      }
      if let gdb {
        options.debugger = try GDBServer(port: gdb) {
          CommandFailure.print("waiting for gdb: target remote localhost:\($0)")
        }.debugger
      }
      run = try DriverRun(driver, options: options)
      machine = run.machine
    } catch {
      throw CommandFailure.exit(for: error, about: self.machine.image)
    }
    run.run()
    print(json ? try run.report.json : run.report.text)
    run.machine.tearDown()
    machine = nil
    if let record, let recorder {
      do {
        try RecordingFile.write(recorder.recording, to: record)
      } catch {
        throw CommandFailure.exit(for: error, about: record)
      }
    }
    if let bundle, run.report.outcome != .success { try write(bundle, run, tail) }
    if run.report.outcome != .success { throw ExitCode(run.report.outcome.rawValue) }
  }

  private func write(_ path: String, _ run: DriverRun, _ tail: TraceTail) throws {
    do {
      try CrashBundle(
        report: run.report, driver: DriverSource(resolving: machine.image),
        arguments: machine.reproduction, platform: machine.platform, trace: tail.bytes,
        includesROM: bundleRom
      ).write(to: path)
    } catch {
      throw CommandFailure.exit(for: error, about: path)
    }
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
