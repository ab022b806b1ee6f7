import ArgumentParser
import Foundation
import Transom

/// `transom info FILE`: the images in a file, and which one this kind of host would run.
public struct InfoCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "List the images in an option ROM, EFI file or firmware image.",
    discussion: """
      Example: transom info card.rom

      Exit codes: 0 the listing is complete; 2 usage, or the file cannot be read; 3 the file is \
      malformed. What can be listed of a malformed file is listed all the same.
      """)

  @Argument(help: "An option ROM, an EFI file or a firmware image.")
  var file: String

  @Flag(help: "Print JSON.")
  var json = false

  public init() {}

  public func run() throws {
    let report: FileReport
    do {
      let bytes = try readWholeFile(file)
      report = try FileReport(file: file, bytes: bytes, names: PCINames())
    } catch {
      printError(error.description)
      throw ExitCode(error.exitCode)
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(report), as: UTF8.self))
    } else {
      print(report.text)
    }
    for problem in report.problems { printError("\(file): \(problem)") }
    if report.isMalformed { throw ExitCode(3) }
  }

  private func printError(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }
}
