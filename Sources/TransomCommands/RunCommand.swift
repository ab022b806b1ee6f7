import ArgumentParser
import DeviceTree
import Foundation
import OptionROM
import Transom

extension ModeSize: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension Backend: ExpressibleByArgument {}

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

  @Argument(help: "An option ROM, an EFI file, or FIRMWARE:NAME.")
  var image: String

  @Option(
    help: """
      A PCI device: bochs-display or blank[=VENDOR:DEVICE[:CLASS]]. The first carries the ROM. \
      Default: what the ROM's IDs ask for.
      """)
  var device: [String] = []

  @Option(help: "A flattened device tree, or virt or high.")
  var platform = "virt"

  @Option(help: "The display mode to set, such as 1280x800.")
  var mode: ModeSize?

  @Option(help: "Where to leave the display's picture.")
  var screenshot: String?

  @Flag(help: "Print the report as JSON.")
  var json = false

  @Flag(help: "Print every call between driver and firmware to standard error.")
  var trace = false

  @Option(help: "How many guest instructions may run.")
  var budget: UInt64 = 2_000_000_000

  @Option(help: "Who carries out guest code: interpreter, or x86_64 for code of this host.")
  var backend = Backend.native

  @Flag(
    name: .customLong("no-nx"),
    help: ArgumentHelp("Leave guest code natively executable.", visibility: .hidden))
  var noNX = false

  public init() {}

  public func run() throws {
    var options = RunOptions()
    options.devices = device
    options.platform = platform
    options.mode = mode
    options.screenshot = screenshot
    options.budget = max(1, budget)
    options.backend = backend
    options.marksPages = !noNX
    if trace { options.trace = { CommandFailure.print($0) } }

    let run: DriverRun
    do {
      run = try DriverRun(DriverSource(resolving: image), options: options)
    } catch {
      throw CommandFailure.exit(for: error, about: image)
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
