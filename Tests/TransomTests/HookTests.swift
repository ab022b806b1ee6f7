import Foundation
import Transom
import XCTest

/// Hooks from Swift, inside this process.
final class HookTests: XCTestCase {
  private func run(_ hooks: Hooks, _ change: (inout RunOptions) -> Void = { _ in }) throws
    -> RunReport
  {
    let firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd"
    try XCTSkipUnless(FileManager.default.fileExists(atPath: firmware), "ovmf is not installed")
    var options = RunOptions()
    options.hooks = hooks
    change(&options)
    let run = try DriverRun(DriverSource(resolving: firmware + ":QemuVideoDxe"), options: options)
    run.run()
    defer { run.machine.tearDown() }
    return run.report
  }

  func testCallsAreSeenBothWaysWithResults() throws {
    let hooks = Hooks()
    var before: [String] = []
    var after: [(String, UInt64?)] = []
    hooks.before("DriverBinding.*") { call, _ in
      before.append(call.name)
      XCTAssertEqual(call.direction, .hostToGuest)
      return .proceed
    }
    hooks.after("gBS->LocateProtocol") { call, guest in
      after.append((call.name, call.result))
      // The protocol's GUID is still where the first argument points.
      XCTAssertNotNil(guest.read(call.arguments[0], count: 16))
      return .proceed
    }
    let report = try run(hooks)
    XCTAssertEqual(report.outcome, .success)
    XCTAssertEqual(before.prefix(2), ["DriverBinding.Supported", "DriverBinding.Start"])
    XCTAssertEqual(after.map(\.1), [0, 0])
  }

  func testAServiceIsAnsweredInsteadOf() throws {
    let hooks = Hooks()
    var count = 0
    hooks.instead(of: "gBS->AllocatePool") { _, _ in
      count += 1
      return 0x8000_0000_0000_0009
    }
    let report = try run(hooks)
    XCTAssertEqual(count, 1)
    XCTAssertEqual(report.outcome, .driverFailed)
    XCTAssertEqual(
      report.steps.first { $0.name == "DriverBinding.Start" }?.status, "EFI_OUT_OF_RESOURCES")
  }

  func testArgumentsAndResultsCanBeChanged() throws {
    // Asked for PCD 0x2E instead of 0x13, the driver gets the other's value; a device that answers
    // NOT_READY for its attributes is refused.
    let hooks = Hooks()
    hooks.after("PciIo*->Attributes") { call, _ in
      call.arguments[1] == 4 ? .answer(0x8000_0000_0000_0006) : .proceed
    }
    let report = try run(hooks)
    XCTAssertEqual(report.outcome, .driverFailed)
    let other = Hooks()
    var seen: UInt64?
    other.before("Pcd->Get16") { call, _ in
      call.arguments[0] = 0x2E
      return .proceed
    }
    other.before("Pcd->Get16") { call, _ in
      seen = call.arguments[0]
      return .proceed
    }
    _ = try run(other)
    XCTAssertEqual(seen, 0x2E)
  }

  func testAStopEndsTheRunWithItsReason() throws {
    let hooks = Hooks()
    hooks.before("gBS->InstallMultipleProtocolInterfaces") { _, _ in .stop("far enough") }
    let report = try run(hooks)
    XCTAssertEqual(report.outcome, .driverFailed)
    XCTAssertEqual(report.message, "far enough")
    XCTAssertNil(report.fault)
    let wrong = Hooks()
    wrong.before("DriverBinding.Start") { _, _ in .answer(0) }
    XCTAssertEqual(
      try run(wrong).message,
      "a hook answers for DriverBinding.Start, which is the driver's own function")
  }

  func testInstructionsBlocksAndMemoryAreSeen() throws {
    let hooks = Hooks()
    var steps = 0
    var blocks = 0
    var places: [UInt64] = []
    var writes = 0
    var stack: Range<UInt64> = 0..<1
    // The entry point's first instruction pushes RBX: 8 bytes below RSP.
    hooks.onInstruction(image: "QemuVideoDxe", offset: 0x2F55) { address, guest in
      places.append(guest.instructionPointer)
      XCTAssertEqual(guest.read(address, count: 1)?.count, 1)
      return .proceed
    }
    hooks.onStep { _, guest in
      if steps == 0 { stack = guest[.rsp] - 8..<guest[.rsp] }
      steps += 1
      return .proceed
    }
    hooks.onBlock { _, _ in
      blocks += 1
      return .proceed
    }
    hooks.onMemory(0..<UInt64.max, .writes) { access, _ in
      if access.address == stack.lowerBound { writes += 1 }
      return .proceed
    }
    let report = try run(hooks) { $0.budget = 5000 }
    XCTAssertEqual(places.count, 1)
    // A repeated instruction is one step and counts its repetitions.
    XCTAssertGreaterThan(steps, 3000)
    XCTAssertLessThanOrEqual(UInt64(steps), report.guestInstructions)
    XCTAssertGreaterThan(blocks, 100)
    XCTAssertLessThan(blocks, steps / 2)
    XCTAssertGreaterThanOrEqual(writes, 1)
  }

  func testSteppingChangesNothing() throws {
    let hooks = Hooks()
    hooks.onStep { _, _ in .proceed }
    let stepped = try run(hooks)
    let plain = try run(Hooks())
    XCTAssertEqual(stepped.outcome, .success)
    XCTAssertEqual(stepped.guestInstructions, plain.guestInstructions)
    XCTAssertEqual(stepped.crossings.guestToHost, plain.crossings.guestToHost)
  }

  func testOnesOwnDeviceIsOnTheBus() throws {
    let hooks = Hooks()
    let card = BlankCard(identity: PCIIdentity(vendor: 0x1AF4, device: 1, classCode: 0x020000))
    let report = try run(hooks) { $0.models = [("mine", card)] }
    XCTAssertEqual(report.devices.map(\.pciID), ["1234:1111", "1af4:0001"])
  }
}

/// Hooks, recordings, bundles and audits of the tool.
final class ScriptingCommandTests: XCTestCase {
  private static let firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd"
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  private static let fault = root + "/Fixtures/drivers/built/fault.efi"
  private static let video = firmware + ":QemuVideoDxe"

  override func setUpWithError() throws {
    try XCTSkipUnless(FileManager.default.fileExists(atPath: Self.firmware), "no ovmf")
  }

  private func temporary(_ name: String) -> String {
    let path = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString + name
    addTeardownBlock { try? FileManager.default.removeItem(atPath: path) }
    return path
  }

  func testThePythonExampleWorks() throws {
    let script = Self.root + "/Fixtures/examples/third-allocation-fails.py"
    let run = try Tool.run(["run", Self.video, "--hooks", script, "--json"])
    XCTAssertEqual(run.code, 1, run.error)
    XCTAssertEqual(
      run.error, "the third allocation, of 40 bytes, fails\n3 allocations, driverFailed\n")
    let steps = run.json["steps"] as? [[String: Any]] ?? []
    let start = steps.first { $0["name"] as? String == "DriverBinding.Start" }
    XCTAssertEqual(start?["status"] as? String, "EFI_OUT_OF_RESOURCES")
  }

  func testProgramsThatMisbehaveAreTold() throws {
    for (program, words) in [
      ("read line; exit 0", "ended without an answer"), ("echo nonsense; cat", "no JSON object"),
      ("echo '{\"whenever\":1}'; cat", "asks for \"whenever\""),
      ("echo '{\"before\":[\"gBS*\"]}'; echo '{\"do\":\"dance\"}'; cat >/dev/null", "dance"),
    ] {
      let run = try Tool.run(["run", Self.video, "--hooks", program])
      XCTAssertNotEqual(run.code, 0, program)
      XCTAssertTrue((run.error + run.text).contains(words), "\(program): \(run.error)\(run.text)")
    }
  }

  func testReplayGivesTheSameTraceWithoutDevices() throws {
    for driver in try TraceCommandTests.corpus() {
      let recording = temporary(".rec")
      let (first, second) = (temporary(".jsonl"), temporary(".jsonl"))
      let device = driver.device.map { ["--device", $0] } ?? []
      let recorded = try Tool.run(
        ["run", driver.image, "--record", recording, "--trace", first] + device)
      let replayed = try Tool.run(
        ["run", driver.image, "--replay", recording, "--trace", second])
      XCTAssertEqual(recorded.code, replayed.code, driver.image + replayed.text)
      XCTAssertEqual(
        try String(contentsOfFile: first, encoding: .utf8),
        try String(contentsOfFile: second, encoding: .utf8), driver.image)
    }
  }

  func testLeavingARecordingIsToldByCrossing() throws {
    let recording = temporary(".rec")
    XCTAssertEqual(try Tool.run(["run", Self.video, "--record", recording]).code, 0)
    // Another mode writes another width to the display's registers.
    let run = try Tool.run(["run", Self.video, "--replay", recording, "--mode", "800x600"])
    XCTAssertEqual(run.code, 1, run.text)
    XCTAssertNotNil(
      run.text.range(
        of: #"leaves the recording at crossing \d+: the recording ends, .*BAR3\+0x"#,
        options: .regularExpression), run.text)
    let other = try Tool.run(
      ["run", Self.firmware + ":VirtioGpuDxe", "--replay", recording])
    XCTAssertEqual(other.code, 2)
    XCTAssertTrue(other.error.contains("a recording of another driver"), other.error)
    let text = try String(contentsOfFile: recording, encoding: .utf8)
    try (text + "nonsense\n").write(toFile: recording, atomically: true, encoding: .utf8)
    XCTAssertEqual(try Tool.run(["run", Self.video, "--replay", recording]).code, 3)
  }

  func testABundleHasWhatReproducesTheFault() throws {
    let (first, second) = (temporary(".tar.gz"), temporary(".tar.gz"))
    let arguments = ["run", Self.fault, "--load-options", "n", "--bundle-rom", "--bundle"]
    XCTAssertEqual(try Tool.run(arguments + [first]).code, 4)
    XCTAssertEqual(try Tool.run(arguments + [second]).code, 4)
    XCTAssertEqual(
      FileManager.default.contents(atPath: first), FileManager.default.contents(atPath: second))
    let list = try shell("tar", "tzf", first)
    XCTAssertEqual(
      list.split(separator: "\n"),
      [
        "README.txt", "report.json", "trace.txt", "registers.txt", "disassembly.txt", "calls.txt",
        "driver.bin",
      ])
    let readme = try shell("tar", "xzOf", first, "README.txt")
    XCTAssertTrue(readme.contains("--load-options n"), readme)
    XCTAssertFalse(readme.contains(Self.root), readme)
    XCTAssertTrue(try shell("tar", "xzOf", first, "trace.txt").contains("fault: branch to 0x0"))
    // A run that ends well leaves none.
    let good = temporary(".tar.gz")
    XCTAssertEqual(try Tool.run(["run", Self.video, "--bundle", good]).code, 0)
    XCTAssertFalse(FileManager.default.fileExists(atPath: good))
  }

  func testStockGDBBreaksOnStartAndSteps() throws {
    let gdb = "/usr/bin/gdb"
    try XCTSkipUnless(FileManager.default.fileExists(atPath: gdb), "gdb is not installed")
    let output = temporary(".txt")
    let tool = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("transom").path
    // The port is in the tool's first line.
    let script = """
      "\(tool)" run "\(Self.video)" --gdb 0 >"\(output)" 2>"\(output).err" &
      for i in $(seq 200); do
        port=$(sed -n 's/.*localhost:\\([0-9]*\\).*/\\1/p' "\(output).err"); [ -n "$port" ] && break
        sleep 0.1
      done
      gdb -q -nx -batch -ex 'set confirm off' -ex 'set architecture i386:x86-64' \\
        -ex "target remote localhost:$port" -ex 'monitor images' \\
        -ex 'monitor break DriverBinding.Start' -ex continue -ex 'monitor where' -ex bt \\
        -ex 'set $start = $pc' -ex stepi -ex stepi -ex 'print $pc > $start' -ex 'x/2i $pc' \\
        -ex 'print $xmm0.uint128' -ex 'watch *(long *)($rsp - 8)' -ex continue \\
        -ex 'delete' -ex 'info sharedlibrary' -ex continue 2>&1
      wait
      rm -f "\(output).err"
      """
    let text = try shell("timeout", "120", "bash", "-c", script)
    let run = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
    for words in [
      "QemuVideoDxe 0x", "stops when the firmware calls DriverBinding.Start", "QemuVideoDxe+0x",
      "#0  0x", "$1 = 1", "=> 0x", "atchpoint 1", "exited normally",
    ] { XCTAssertTrue(text.contains(words), "\(words)\n\(text)") }
    let start = run.range(of: #"DriverBinding\.Start +EFI_SUCCESS"#, options: .regularExpression)
    XCTAssertNotNil(start, run + text)
  }

  func testAnAuditTellsSignersAndWhatStandsInTheWay() throws {
    let folder = temporary("-audit")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let rom = folder + "/video.rom"
    let pack = [
      "pack", Self.video, "-o", rom, "--vendor", "0x1234", "--device", "0x1111", "--class",
      "0x038000",
    ]
    XCTAssertEqual(try Tool.run(pack).code, 0)
    try FileManager.default.copyItem(atPath: Self.fault, toPath: folder + "/plain.efi")
    try Data([0x55, 0xAA, 1] + [UInt8](repeating: 0xFF, count: 500))
      .write(to: URL(fileURLWithPath: folder + "/bad.rom"))
    let page = folder + "/audit.html"
    let run = try Tool.run(["audit", folder, "--json", "--html", page])
    XCTAssertEqual(run.code, 0, run.error)
    let entries =
      try JSONSerialization.jsonObject(with: Data(run.text.utf8)) as? [[String: Any]] ?? []
    let verdicts = entries.map {
      URL(fileURLWithPath: $0["file"] as? String ?? "").lastPathComponent + " "
        + ($0["verdict"] as? String ?? "")
    }
    XCTAssertEqual(verdicts, ["bad.rom malformed", "plain.efi translated", "video.rom translated"])
    let html = try String(contentsOfFile: page, encoding: .utf8)
    XCTAssertTrue(html.contains("src=\"data:image/png;base64,iVBOR"))
    XCTAssertNil(html.range(of: #"(src|href)="(?!data:)"#, options: .regularExpression))
    let table = try Tool.run(["audit", folder])
    XCTAssertTrue(table.text.contains("runs, translated"), table.text)
    try look(at: page)
  }

  /// A real browser lays the page out, without running off its sides.
  private func look(at page: String) throws {
    let chromium = "/usr/bin/chromium"
    guard FileManager.default.fileExists(atPath: chromium) else { return }
    let picture = temporary(".png")
    _ = try shell(
      "timeout", "120", chromium, "--headless", "--no-sandbox", "--disable-gpu",
      "--user-data-dir=" + temporary("-profile"), "--window-size=1200,1600",
      "--screenshot=" + picture, "file://" + page)
    let shot = try PNGImage.read(picture)
    XCTAssertEqual(shot.width, 1200)
    // Something is drawn: many colours, among them the splash's.
    var colours: Set<UInt32> = []
    for index in stride(from: 0, to: shot.bytes.count, by: 3) {
      colours.insert(
        UInt32(shot.bytes[index]) << 16 | UInt32(shot.bytes[index + 1]) << 8
          | UInt32(shot.bytes[index + 2]))
    }
    XCTAssertGreaterThan(colours.count, 50)
  }

  private func shell(_ words: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
