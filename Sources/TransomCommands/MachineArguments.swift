import ArgumentParser
import Transom

extension Backend: ExpressibleByArgument {}

extension ModeSize: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

/// The driver and the machine it runs on: what every command that runs one takes.
struct MachineArguments: ParsableArguments {
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

  @Option(help: "How many guest instructions may run.")
  var budget: UInt64 = 2_000_000_000

  @Option(help: "Who carries out guest code: interpreter, or x86_64 for code of this host.")
  var backend = Backend.native

  @Option(help: "Text for the driver's LoadOptions.")
  var loadOptions: String?

  @Flag(
    name: .customLong("no-nx"),
    help: ArgumentHelp("Leave guest code natively executable.", visibility: .hidden))
  var noNX = false

  /// The arguments that make a run the same one elsewhere.
  var reproduction: [String] {
    var words = device.flatMap { ["--device", $0] }
    words += ["--platform", ["virt", "high"].contains(platform) ? platform : "platform.dtb"]
    if let mode { words += ["--mode", "\(mode.width)x\(mode.height)"] }
    if let loadOptions { words += ["--load-options", loadOptions] }
    return words + ["--budget", String(budget)]
  }

  var options: RunOptions {
    var options = RunOptions()
    options.devices = device
    options.platform = platform
    options.mode = mode
    options.screenshot = screenshot
    options.budget = max(1, budget)
    options.backend = backend
    options.loadOptions = loadOptions
    options.marksPages = !noNX
    return options
  }
}
