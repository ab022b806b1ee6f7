import ArgumentParser
import Foundation
import Transom

/// `transom trace IMAGE`: what a driver and its firmware say to each other, as it happens.
public struct TraceCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Print every call between a driver and the firmware.",
    discussion: """
      Example: transom trace card.rom --service 'gBS->Locate*' --status NOT_FOUND

      Coloured on a terminal, plain in a pipe. The same input gives the same bytes. Exit codes are \
      those of run.
      """)

  enum Form: String, ExpressibleByArgument, CaseIterable { case text, jsonl, chrome }

  @OptionGroup var machine: MachineArguments
  @OptionGroup var trace: TraceArguments

  @Option(help: "text, jsonl (JSON Lines) or chrome (for Perfetto).")
  var format = Form.text

  public init() {}

  public func run() throws {
    let run: DriverRun
    do {
      var options = machine.options
      options.signatures = try trace.signatures()
      let isTerminal = isatty(FileHandle.standardOutput.fileDescriptor) == 1
      let form: TraceOutput.Form =
        switch format {
        case .text: .text(coloured: isTerminal)
        case .jsonl: .jsonLines
        case .chrome: .chrome
        }
      var output = try trace.output(form, to: .standardOutput)
      output.isInteractive = isTerminal
      options.trace = output
      run = try DriverRun(DriverSource(resolving: machine.image), options: options)
    } catch {
      throw CommandFailure.exit(for: error, about: machine.image)
    }
    run.run()
    run.machine.tearDown()
    if let message = run.report.message { CommandFailure.print(message) }
    if run.report.outcome != .success { throw ExitCode(run.report.outcome.rawValue) }
  }
}
