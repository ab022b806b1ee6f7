import ArgumentParser
import Transom

/// The command-line tool.
public struct TransomCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "transom",
    abstract: "Run x86-64 PCI option ROMs where the processor is another.",
    version: TransomVersion.current,
    subcommands: [
      InfoCommand.self, RunCommand.self, TraceCommand.self, DiffCommand.self, TestCommand.self,
      ObserveCommand.self, AuditCommand.self, PackCommand.self, DisassembleCommand.self,
      VectorsCommand.self, FuzzCommand.self, CallCommand.self, BenchCommand.self,
      TranslateCommand.self,
    ])

  public init() {}

  /// Runs the tool and ends the process. Wrong usage is exit code 2.
  public static func execute() -> Never {
    do {
      var command = try parseAsRoot()
      try command.run()
      exit(withError: nil)
    } catch {
      if exitCode(for: error) == .validationFailure {
        CommandFailure.print(fullMessage(for: error))
        exit(withError: ExitCode(2))
      }
      exit(withError: error)
    }
  }
}
