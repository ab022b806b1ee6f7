import ArgumentParser
import Foundation
import TransomCommands
import XCTest

final class HelpTests: XCTestCase {
  func testEverySubcommandsHelpHasAnExample() throws {
    let commands = TransomCommand.configuration.subcommands
    XCTAssertGreaterThanOrEqual(commands.count, 10)
    for command in commands {
      let name = command.configuration.commandName ?? ""
      let help = try Tool.run([name, "--help"])
      XCTAssertEqual(help.code, 0, name)
      XCTAssertTrue(help.text.contains("Example: transom \(name) "), "\(name)\n\(help.text)")
    }
  }

  func testCompletionsAreGeneratedForEachShell() throws {
    for (shell, words) in [
      ("bash", "complete -o filenames"), ("zsh", "#compdef transom"), ("fish", "complete -c"),
    ] {
      let script = try Tool.run(["--generate-completion-script", shell])
      XCTAssertEqual(script.code, 0, shell)
      XCTAssertTrue(script.text.contains(words), "\(shell): \(script.text.prefix(200))")
      XCTAssertTrue(script.text.contains("audit"), shell)
    }
  }
}
