import Foundation
import XCTest

/// Every x64 driver of Debian's OVMF, each in a process of its own, with most of what it wants
/// missing. Real drivers that nobody here wrote: they may refuse, and they may fall over what is not
/// there, but none may meet an instruction we do not carry.
final class OVMFDriverTests: XCTestCase {
  private static let firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd"

  /// Drivers that stop on a real machine too when their platform is missing, and why.
  private static let excused: [String: String] = [
    "CpuDxe": "reads the local APIC's ID at 0xFEE00020",
    "LocalApicTimerDxe": "programs the local APIC at 0xFEE00000",
    "CpuDxe": "reads the local APIC at 0xFEE00020",
    "S3SaveStateDxe": "reads the S3 lock box at a PCD's fixed address",
    "BootScriptExecutorDxe": "reads the S3 lock box at a PCD's fixed address",
    "UiApp": "calls through the form browser's protocol without asking whether it is there",
    "Tcg2ConfigDxe":
      "calls through the TCG2 protocol after a release build's ASSERT found it missing",
    "DxeCore": "is the core itself and expects a hand-off block list in its first argument",
  ]

  private struct Outcome {
    var name: String
    var load: String
    var start: String
    var end: String
  }

  func testEveryDriverIsLoadedAndStarted() throws {
    guard FileManager.default.fileExists(atPath: Self.firmware) else {
      throw XCTSkip("ovmf is not installed")
    }
    let names = try driverNames()
    XCTAssertGreaterThanOrEqual(names.count, 100)
    let outcomes = run(names)
    print(table(outcomes))

    let returned = outcomes.filter { $0.start.hasPrefix("EFI_") }
    XCTAssertGreaterThanOrEqual(returned.count, 60, "reached the end of their entry point")
    for outcome in outcomes where Self.excused[outcome.name] == nil {
      XCTAssertFalse(
        outcome.end.contains("unsupportedInstruction") || outcome.end.contains("guestFault"),
        "\(outcome.name): \(outcome.end)")
    }
  }

  /// Boot-service drivers and applications; runtime drivers are refused at LoadImage, since nothing
  /// translates for them once the firmware is gone.
  private func driverNames() throws -> [String] {
    let listing = try Tool.run(["info", Self.firmware, "--json"])
    let images = listing.json["images"] as? [[String: Any]] ?? []
    return images.compactMap { image in
      image["machine"] as? String == "x64" ? image["name"] as? String : nil
    }
  }

  private func run(_ names: [String]) -> [Outcome] {
    let lock = NSLock()
    nonisolated(unsafe) var outcomes: [Int: Outcome] = [:]
    DispatchQueue.concurrentPerform(iterations: names.count) { index in
      let outcome = Self.run(names[index])
      lock.withLock { outcomes[index] = outcome }
    }
    return names.indices.compactMap { outcomes[$0] }
  }

  private static func run(_ name: String) -> Outcome {
    let output = try? Tool.run([
      "run", "\(firmware):\(name)", "--json", "--budget", "10000000",
    ])
    let report = output?.json ?? [:]
    let steps = report["steps"] as? [[String: Any]] ?? []
    func status(_ step: String) -> String {
      steps.first { $0["name"] as? String == step }?["status"] as? String ?? "-"
    }
    let reason = (report["fault"] as? [String: Any])?["reason"] as? String
    let end = report["outcome"] as? String ?? "no report, exit code \(output?.code ?? -1)"
    return Outcome(
      name: name, load: status("LoadImage"), start: status("StartImage"),
      end: reason.map { "\(end): \($0)" } ?? end)
  }

  private func table(_ outcomes: [Outcome]) -> String {
    func padded(_ text: String, _ width: Int) -> String {
      text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0)
    }
    return outcomes.map {
      padded($0.name, 34) + padded($0.load, 18) + padded($0.start, 18) + $0.end
    }.joined(separator: "\n")
  }
}
