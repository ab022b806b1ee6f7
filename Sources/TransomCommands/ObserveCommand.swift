import ArgumentParser
import Foundation
import Transom

/// `transom observe IMAGE`: the child of `transom test`. One run, told as an expectation's lines.
struct ObserveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "observe",
    abstract: "Run a driver and print what `transom test` compares.",
    discussion: "Example: transom observe card.rom",
    shouldDisplay: false)

  @OptionGroup var machine: MachineArguments

  @Option(help: "Where to leave the screen as PNG.")
  var picture: String?

  func run() throws {
    let observation = Observation.make(
      image: machine.image, options: machine.options, picture: picture)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    print(String(decoding: try encoder.encode(observation), as: UTF8.self))
  }
}
