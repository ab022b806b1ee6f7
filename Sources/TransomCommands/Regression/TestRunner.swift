import Foundation
import Transom

/// Runs drivers against their expectations, each in a child process.
struct TestRunner: Sendable {
  var program: String
  var jobs: Int
  var timeLimit: Double
  var memoryLimit: UInt64
  /// Arguments for every run; an expectation's own come behind them.
  var arguments: [String]
  var isUpdate: Bool
  /// Whether an update also writes the normalised trace and the picture.
  var keepsTraces: Bool
  var keepsPictures: Bool

  /// Drivers in files and folders, in the order of their paths.
  static func find(_ paths: [String]) throws -> [String] {
    let endings: Set = ["rom", "efi", "bin", "dump", "vbios"]
    var found: Set<String> = []
    for path in paths {
      var isDirectory: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw UsageError("\(path): no such file")
      }
      guard isDirectory.boolValue else {
        found.insert(path)
        continue
      }
      for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
        let full = path.hasSuffix("/") ? path + name : path + "/" + name
        let ending = URL(fileURLWithPath: name).pathExtension.lowercased()
        let isExpected = FileManager.default.fileExists(atPath: full + ".expect")
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
        if !isFolder.boolValue, endings.contains(ending) || isExpected { found.insert(full) }
      }
    }
    return found.sorted()
  }

  /// Results in the order of the names, whatever the order in which children end.
  func run(_ names: [String], progress: @escaping @Sendable (TestResult) -> Void) -> [TestResult] {
    Workers.map(names, jobs: jobs) { name in
      let result = test(name)
      progress(result)
      return result
    }
  }

  private func test(_ name: String) -> TestResult {
    let path = name + ".expect"
    var expectation: Expectation?
    if FileManager.default.fileExists(atPath: path) {
      do {
        expectation = try Expectation(parsing: String(contentsOfFile: path, encoding: .utf8))
      } catch {
        return TestResult(name: name, verdict: .broken, reason: "\(path): \(error)")
      }
    }
    let work = FileManager.default.temporaryDirectory.path + "/transom-" + UUID().uuidString
    defer {
      for ending in ["", ".err", ".png"] {
        try? FileManager.default.removeItem(atPath: work + ending)
      }
    }
    let end = ChildProcess(timeLimit: timeLimit, memoryLimit: memoryLimit).run(
      program,
      ["observe", name, "--picture", work + ".png"] + arguments + (expectation?.arguments ?? []),
      output: work, errors: work + ".err")
    switch end {
    case .exited(0): break
    case .exited(let code):
      let errors = (try? String(contentsOfFile: work + ".err", encoding: .utf8)) ?? ""
      let first = errors.split(separator: "\n").first.map { ": " + $0 } ?? ""
      return TestResult(name: name, verdict: .broken, reason: "exit code \(code)" + first)
    case .signalled(let signal):
      return TestResult(name: name, verdict: .crashed, reason: "signal \(signal)")
    case .outOfTime:
      return TestResult(name: name, verdict: .timeout, reason: "over \(timeLimit) s")
    case .outOfMemory:
      return TestResult(name: name, verdict: .memory, reason: "over \(memoryLimit >> 20) MiB")
    case .notStarted(let code):
      return TestResult(name: name, verdict: .broken, reason: String(cString: strerror(code)))
    }
    guard let data = FileManager.default.contents(atPath: work),
      let observation = try? JSONDecoder().decode(Observation.self, from: data)
    else { return TestResult(name: name, verdict: .broken, reason: "no observation") }
    if isUpdate { return update(name, path, expectation, observation, picture: work + ".png") }
    guard let expectation else {
      return TestResult(name: name, verdict: .unexpected, reason: "no expectation; see --update")
    }
    return compare(name, expectation, observation, picture: work + ".png")
  }

  private func compare(
    _ name: String, _ expectation: Expectation, _ observation: Observation, picture: String
  ) -> TestResult {
    var differences = expectation.differences(from: observation.expectation)
    let folder = URL(fileURLWithPath: name).deletingLastPathComponent()
    for value in expectation.values("trace") {
      let file = folder.appendingPathComponent(value).path
      guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
        differences.append("- trace: \(value) cannot be read")
        continue
      }
      differences += Self.traceDifferences(
        text.split(separator: "\n").map(String.init), observation.trace)
    }
    for value in expectation.values("picture") {
      differences += PictureComparison.differences(value, in: folder, from: picture)
    }
    return TestResult(
      name: name, verdict: differences.isEmpty ? .passed : .failed, differences: differences)
  }

  /// The first place where the traces part, with the line before it.
  static func traceDifferences(_ expected: [String], _ found: [String]) -> [String] {
    let common = zip(expected, found).prefix { $0 == $1 }.count
    if common == expected.count, common == found.count { return [] }
    var lines = ["  trace parts at line \(common + 1)"]
    if common > 0 { lines.append("  " + expected[common - 1]) }
    if common < expected.count { lines.append("- " + expected[common]) }
    if common < found.count { lines.append("+ " + found[common]) }
    return lines
  }

  private func update(
    _ name: String, _ path: String, _ old: Expectation?, _ observation: Observation,
    picture: String
  ) -> TestResult {
    var new = observation.expectation
    // What the user wrote stays: arguments, and which kinds are looked at.
    if let old {
      new.lines = new.lines.filter { line in
        !old.values(line.key).isEmpty || line.key == "fault" || line.key == "message"
      }
      new.lines += old.lines.filter { ["run", "trace", "picture"].contains($0.key) }
    }
    let base = URL(fileURLWithPath: name).lastPathComponent
    if keepsTraces, new.values("trace").isEmpty {
      new.lines.append(.init(key: "trace", value: base + ".trace"))
    }
    if keepsPictures, observation.picture != nil, new.values("picture").isEmpty {
      new.lines.append(.init(key: "picture", value: base + ".png tolerance 0"))
    }
    do {
      let folder = URL(fileURLWithPath: name).deletingLastPathComponent()
      for value in new.values("trace") {
        try (observation.trace.joined(separator: "\n") + "\n").write(
          to: folder.appendingPathComponent(value), atomically: true, encoding: .utf8)
      }
      for value in new.values("picture") where observation.picture != nil {
        let file = folder.appendingPathComponent(PictureComparison.file(value))
        try? FileManager.default.removeItem(at: file)
        try FileManager.default.copyItem(atPath: picture, toPath: file.path)
      }
      try new.text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      return TestResult(
        name: name, verdict: .broken, reason: "\(path): \(error.localizedDescription)")
    }
    let unchanged = old?.text == new.text
    return TestResult(name: name, verdict: unchanged ? .passed : .updated)
  }
}
