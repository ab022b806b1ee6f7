import Foundation

/// The built tool, run as users run it.
enum Tool {
  struct Output {
    var code: Int32
    var signalled: Bool
    var text: String
    var error: String
    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }
  }

  static func run(_ arguments: [String]) throws -> Output {
    let process = Process()
    // The tool stands beside the tests' own program.
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("transom")
    process.arguments = arguments
    let directory = FileManager.default.temporaryDirectory
    let out = directory.appendingPathComponent(UUID().uuidString)
    let error = directory.appendingPathComponent(UUID().uuidString)
    _ = FileManager.default.createFile(atPath: out.path, contents: nil)
    _ = FileManager.default.createFile(atPath: error.path, contents: nil)
    defer {
      try? FileManager.default.removeItem(at: out)
      try? FileManager.default.removeItem(at: error)
    }
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: error)
    try process.run()
    process.waitUntilExit()
    return Output(
      code: process.terminationStatus, signalled: process.terminationReason == .uncaughtSignal,
      text: String(decoding: try Data(contentsOf: out), as: UTF8.self),
      error: String(decoding: try Data(contentsOf: error), as: UTF8.self))
  }
}
