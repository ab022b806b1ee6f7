internal import Foundation

/// What numbers were taken on: they mean nothing without it.
package struct MachineDescription: Codable, Sendable {
  package var processor: String
  package var cores: Int
  package var system: String
  package var memoryBytes: UInt64
  /// YYYY-MM-DD.
  package var date: String

  /// This machine, today.
  package init() {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    processor =
      model?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? "unknown processor"
    cores = ProcessInfo.processInfo.activeProcessorCount
    let release = try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
    system = "Linux " + (release ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    memoryBytes = ProcessInfo.processInfo.physicalMemory
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyy-MM-dd"
    date = formatter.string(from: Date())
  }

  package var line: String {
    "\(processor), \(cores) cores, \(memoryBytes >> 20) MiB, \(system), \(date)"
  }
}
