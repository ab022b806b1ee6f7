internal import Foundation

/// Why cases cannot be run on AArch64 here.
package enum PortableRunnerError: Error, Equatable, CustomStringConvertible {
  case noEmulator
  /// Neither named nor built, and its sources are not there to build it from.
  case noProgram
  case buildFailed(status: Int32)
  case cannotStart(String)
  /// It ended in the middle of a request.
  case died(status: Int32)
  case damaged
  case regionRefused(UInt64)

  package var description: String {
    switch self {
    case .noEmulator:
      "qemu-aarch64 is not on the path; Debian's package is qemu-user"
    case .noProgram:
      "the portable runner is not built: run Sources/TransomRunner/build, or name it in "
        + "TRANSOM_RUNNER"
    case .buildFailed(let status):
      "Sources/TransomRunner/build failed with exit code \(status)"
    case .cannotStart(let why): "qemu-aarch64 cannot be started: \(why)"
    case .died(let status): "the portable runner ended with exit code \(status)"
    case .damaged: "the portable runner's answer is damaged; is it of another version?"
    case .regionRefused(let address): "the region at \(hex(address)) cannot be mapped here"
    }
  }
}

/// Finds the portable runner: TRANSOM_RUNNER, else beside this executable, else in the package this
/// executable was built in, where it is built when its sources are newer.
package struct PortableRunnerProgram: Sendable {
  static let runnerName = "transom-runner-aarch64"
  static let pluginName = "transom-counter.so"
  private static let buildScript = "Sources/TransomRunner/build"
  private static let outputDirectory = ".build-bare"
  /// What the runner is made of.
  private static let sourceDirectories = [
    "CCaseRunner", "CNativeRunner", "CTranslator", "CaseRunner", "TransomRunner", "Translator",
  ]

  private let executable: String
  private let environment: [String: String]

  package init(
    executable: String =
      (try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/self/exe")) ?? "",
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.executable = executable
    self.environment = environment
  }

  package func locate() throws(PortableRunnerError) -> (runner: String, plugin: String) {
    if let named = environment["TRANSOM_RUNNER"] {
      guard FileManager.default.isExecutableFile(atPath: named) else { throw .noProgram }
      return pair(URL(fileURLWithPath: named).deletingLastPathComponent(), runner: named)
    }
    var directory = URL(fileURLWithPath: executable).deletingLastPathComponent()
    if isRunner(in: directory) { return pair(directory) }
    while directory.path != "/" && !directory.path.isEmpty {
      let script = directory.appendingPathComponent(Self.buildScript).path
      if FileManager.default.isExecutableFile(atPath: script) {
        let output = directory.appendingPathComponent(Self.outputDirectory)
        if !isRunner(in: output) || isStale(output, package: directory) { try build(script) }
        return pair(output)
      }
      directory.deleteLastPathComponent()
    }
    throw .noProgram
  }

  private func pair(_ directory: URL, runner: String? = nil) -> (runner: String, plugin: String) {
    (
      runner ?? directory.appendingPathComponent(Self.runnerName).path,
      directory.appendingPathComponent(Self.pluginName).path
    )
  }

  private func isRunner(in directory: URL) -> Bool {
    FileManager.default.isExecutableFile(
      atPath: directory.appendingPathComponent(Self.runnerName).path)
  }

  private func isStale(_ output: URL, package: URL) -> Bool {
    guard let built = modified(output.appendingPathComponent(Self.runnerName).path) else {
      return true
    }
    for name in Self.sourceDirectories {
      let root = package.appendingPathComponent("Sources/\(name)").path
      guard let files = FileManager.default.enumerator(atPath: root) else { continue }
      for case let file as String in files {
        if let time = modified(root + "/" + file), time > built { return true }
      }
    }
    return false
  }

  private func modified(_ path: String) -> Date? {
    try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
  }

  private func build(_ script: String) throws(PortableRunnerError) {
    FileHandle.standardError.write(Data("building the portable runner: \(script)\n".utf8))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: script)
    process.standardOutput = FileHandle.standardError
    do {
      try process.run()
    } catch {
      throw .buildFailed(status: -1)
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw .buildFailed(status: process.terminationStatus)
    }
  }

  /// QEMU's user-mode emulator, found on the path.
  package static func emulator(
    path: String = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
  ) -> String? {
    path.split(separator: ":").map { $0 + "/qemu-aarch64" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }
}
