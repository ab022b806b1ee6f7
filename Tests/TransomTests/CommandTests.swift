import Foundation
import XCTest

/// The tool as users have it: a process for each run, so that nothing is left over between them.
final class CommandTests: XCTestCase {
  private static let firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd"

  func transom(_ arguments: String...) throws -> Tool.Output { try Tool.run(arguments) }

  func transom(_ arguments: [String]) throws -> Tool.Output { try Tool.run(arguments) }

  private func temporary(_ name: String) -> String {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent(UUID().uuidString + "-" + name).path
    addTeardownBlock { try? FileManager.default.removeItem(atPath: path) }
    return path
  }

  private func needs(_ path: String) throws {
    try XCTSkipUnless(FileManager.default.fileExists(atPath: path), "\(path) is not installed")
  }

  private func packQemuVideo(compressed: Bool = false) throws -> String {
    try needs(Self.firmware)
    let rom = temporary("video.rom")
    let arguments = [
      "pack", Self.firmware + ":QemuVideoDxe", "-o", rom, "--vendor", "0x1234", "--device",
      "0x1111", "--class", "0x038000",
    ]
    let packed = try transom(arguments + (compressed ? ["--compress"] : []))
    XCTAssertEqual(packed.code, 0, packed.error)
    return rom
  }

  func testTheScreenLightsUpFromPlainAndCompressedROMs() throws {
    for compressed in [false, true] {
      let picture = temporary("splash.png")
      let run = try transom(
        "run", packQemuVideo(compressed: compressed), "--screenshot", picture, "--json")
      XCTAssertEqual(run.code, 0, run.text + run.error)
      let gop = run.json["gop"] as? [String: Any]
      XCTAssertEqual(gop?["modes"] as? [String], QemuVideoConversation.modes)
      XCTAssertTrue(FileManager.default.fileExists(atPath: picture))
    }
  }

  func testReportsRepeat() throws {
    let rom = try packQemuVideo()
    XCTAssertEqual(try transom("run", rom, "--json").text, try transom("run", rom, "--json").text)
  }

  func testNothingRunsWithoutTheTrap() throws {
    let run = try transom("run", packQemuVideo(), "--no-nx")
    XCTAssertTrue(run.signalled || run.code != 0, "code \(run.code)\n\(run.text)")
  }

  func testTheHighPlatformWorks() throws {
    let run = try transom("run", packQemuVideo(), "--platform", "high", "--json")
    XCTAssertEqual(run.code, 0, run.text + run.error)
  }

  func testBudgetsEndRuns() throws {
    let run = try transom("run", packQemuVideo(), "--budget", "20000", "--json")
    XCTAssertEqual(run.code, 6, run.text + run.error)
    XCTAssertEqual(run.json["outcome"] as? String, "outOfBudget")
  }

  func testDriversRefuseWhatIsNotTheirs() throws {
    let run = try transom("run", packQemuVideo(), "--device", "blank=8086:1234:020000", "--json")
    XCTAssertEqual(run.code, 1, run.text + run.error)
    let steps = run.json["steps"] as? [[String: Any]] ?? []
    let supported = steps.first { $0["name"] as? String == "DriverBinding.Supported" }
    XCTAssertEqual(supported?["status"] as? String, "EFI_UNSUPPORTED")
  }

  func testWrongUsageAndDamagedFilesAreTold() throws {
    XCTAssertEqual(try transom("run", "/nonexistent.rom").code, 2)
    XCTAssertEqual(try transom("run").code, 2)
    XCTAssertEqual(try transom("run", packQemuVideo(), "--device", "nothing").code, 2)
    XCTAssertEqual(try transom("run", packQemuVideo(), "--mode", "1x1").code, 1)
    let damaged = temporary("damaged.efi")
    try Data([0x4D, 0x5A] + [UInt8](repeating: 0xFF, count: 200))
      .write(to: URL(fileURLWithPath: damaged))
    XCTAssertEqual(try transom("run", damaged).code, 3)
  }

  func testNetworkROMsStartAndAnswerForAForeignDevice() throws {
    let directory = "/usr/lib/ipxe/qemu"
    try needs(directory)
    let roms = try FileManager.default.contentsOfDirectory(atPath: directory)
      .filter { $0.hasPrefix("efi-") }.sorted()
    XCTAssertEqual(roms.count, 8)
    for rom in roms {
      let run = try transom(
        "run", directory + "/" + rom, "--device", "blank=1234:4321:020000", "--json")
      let steps = run.json["steps"] as? [[String: Any]] ?? []
      let status = { (name: String) in
        steps.first { $0["name"] as? String == name }?["status"] as? String
      }
      XCTAssertEqual(status("StartImage"), "EFI_SUCCESS", rom + run.text + run.error)
      XCTAssertNotNil(status("DriverBinding.Supported"), rom)
      let handles = run.json["handles"] as? [[String: Any]] ?? []
      let both = handles.contains {
        let protocols = $0["protocols"] as? [String] ?? []
        return Set(protocols).isSuperset(of: ["DriverBinding", "ComponentName2", "LoadedImage"])
      }
      XCTAssertTrue(both, "\(rom): \(handles)")
    }
  }

  func testDisassemblyBeginsAtTheEntryPoint() throws {
    try needs(Self.firmware)
    let listing = try transom("disassemble", Self.firmware + ":QemuVideoDxe", "--count", "5")
    XCTAssertEqual(listing.code, 0, listing.error)
    let lines = listing.text.split(separator: "\n")
    XCTAssertEqual(lines.count, 5, listing.text)
    // Both decoders, one behind the other: an x64 entry point's prologue.
    XCTAssertTrue(lines.first?.contains("push rbx") ?? false, listing.text)
    XCTAssertTrue(lines.first?.hasSuffix("| push") ?? false, listing.text)
  }

  /// Dumps of cards, which nobody may pass on: the directory is named by the environment.
  func testVendorROMsReachTheirCards() throws {
    let variable = "TRANSOM_VENDOR_ROMS"
    guard let directory = ProcessInfo.processInfo.environment[variable] else {
      throw XCTSkip("\(variable) names no directory of ROM dumps")
    }
    let roms = try FileManager.default.subpathsOfDirectory(atPath: directory).sorted()
      .filter { $0.lowercased().hasSuffix(".rom") }
    XCTAssertFalse(roms.isEmpty)
    var damaged = 0
    for rom in roms {
      let run = try transom("run", directory + "/" + rom, "--budget", "50000000", "--json")
      // A dump whose compressed image is damaged cannot run; it must be told, and be the exception.
      if run.code == 3 {
        damaged += 1
        XCTAssertTrue(run.error.contains(" at 0x"), run.error)
        continue
      }
      let steps = run.json["steps"] as? [[String: Any]] ?? []
      for name in ["StartImage", "DriverBinding.Supported"] {
        let status = steps.first { $0["name"] as? String == name }?["status"] as? String
        XCTAssertEqual(status, "EFI_SUCCESS", "\(rom): \(name) \(run.error)")
      }
      XCTAssertTrue([0, 1, 6].contains(run.code), "\(rom): \(run.text)")
      if run.code == 6 {
        let device = (run.json["devices"] as? [[String: Any]])?.first
        XCTAssertFalse((device?["polledRegisters"] as? [Any] ?? []).isEmpty, rom)
      }
    }
    XCTAssertLessThanOrEqual(damaged, roms.count / 20)
  }
}
