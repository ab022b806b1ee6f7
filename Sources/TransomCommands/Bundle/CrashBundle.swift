import Foundation
import Transom

/// What someone else needs to reproduce a run that ended badly, in one file.
struct CrashBundle {
  var report: RunReport
  var driver: DriverSource
  /// Arguments of the run, without this machine's paths.
  var arguments: [String]
  var platform: String
  /// The end of the trace, as text.
  var trace: [UInt8]
  var includesROM: Bool

  /// Lines of the trace that are kept.
  static let traceLines = 2000

  /// The archive, as a gzip-compressed tar file; not compressed where the name says `.tar`.
  func write(to path: String) throws {
    var tar = TarArchive()
    tar.add("README.txt", text(readme))
    tar.add("report.json", text(try report.json + "\n"))
    tar.add("trace.txt", trace)
    if let fault = report.fault {
      tar.add("registers.txt", text(registers(fault)))
      tar.add("disassembly.txt", text(fault.disassembly.joined(separator: "\n") + "\n"))
      tar.add(
        "calls.txt", text((fault.callChain + [""] + fault.lastCalls).joined(separator: "\n") + "\n")
      )
    }
    if !Self.isBuiltIn(platform), let tree = FileManager.default.contents(atPath: platform) {
      tar.add("platform.dtb", [UInt8](tree))
    }
    if includesROM { tar.add("driver.bin", driver.rom?.bytes ?? driver.bytes) }
    let bytes = path.hasSuffix(".tar") ? tar.finished : Gzip.compress(tar.finished)
    guard let bytes else { throw UsageError("\(path): could not be compressed") }
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    } catch {
      throw UsageError("\(path): \(error.localizedDescription)")
    }
  }

  private static func isBuiltIn(_ name: String) -> Bool { name == "virt" || name == "high" }

  private var readme: String {
    let command = (["transom", "run", driver.name] + arguments).joined(separator: " ")
    return """
      transom \(TransomVersion.current)
      system      \(Self.system)
      driver      \(driver.name), \(driver.bytes.count) bytes
      sha256      \(hexDigest(driver.bytes)) (the executable)
      rom sha256  \(driver.rom.map { hexDigest($0.bytes) } ?? "-")
      platform    \(Self.isBuiltIn(platform) ? platform : "platform.dtb")
      outcome     \(report.outcome.name) (exit code \(report.outcome.rawValue))
      message     \(report.message ?? "-")
      command     \(command)

      """
  }

  /// The machine's kind, not its name.
  private static var system: String {
    #if arch(x86_64)
      "Linux x86_64"
    #elseif arch(arm64)
      "Linux aarch64"
    #else
      "Linux"
    #endif
  }

  private func registers(_ fault: RunReport.Fault) -> String {
    let names = [
      "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12",
      "r13", "r14", "r15", "rip", "rflags",
    ]
    return
      ([fault.reason, "at " + fault.location]
      + names.map { "\($0) \(fault.registers[$0] ?? "?")" }).joined(separator: "\n") + "\n"
  }

  private func text(_ text: String) -> [UInt8] { Array(text.utf8) }
}

/// Keeps the last lines of a text trace.
final class TraceTail {
  private var lines: [[UInt8]] = []
  private var next = 0
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  func append(_ bytes: UnsafeRawBufferPointer) {
    for line in bytes.split(separator: 0x0A) {
      if lines.count < limit {
        lines.append(Array(line))
      } else {
        lines[next] = Array(line)
      }
      next = (next + 1) % limit
    }
  }

  var bytes: [UInt8] {
    let ordered = lines.count < limit ? lines[...] : lines[next...] + lines[..<next]
    return ordered.flatMap { $0 + [0x0A] }
  }
}
