import Foundation
import XCTest

/// `transom call`, `bench` and `translate` as users and scripts have them.
final class CallCommandTests: XCTestCase {
  private func file(_ bytes: [UInt8]) throws -> String {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent(UUID().uuidString + ".bin")
    try Data(bytes).write(to: path)
    addTeardownBlock { try? FileManager.default.removeItem(at: path) }
    return path.path
  }

  /// mov rax, rdi; sub rax, rsi; ret
  private static let difference: [UInt8] = [0x48, 0x89, 0xF8, 0x48, 0x29, 0xF0, 0xC3]

  private func call(_ code: [UInt8], _ arguments: String...) throws -> Tool.Output {
    try Tool.run(
      ["call", try file(code), "--load", "0x400000", "--entry", "4194304"] + arguments)
  }

  func testArgumentsAreDecimalNegativeOrHexadecimal() throws {
    let run = try call(Self.difference, "--args", "0x10,-1", "--repeat", "5", "--json")
    XCTAssertEqual(run.code, 0, run.error)
    XCTAssertEqual(run.json["result"] as? UInt64, 17)
    XCTAssertEqual(run.json["resultHex"] as? String, "0x11")
    XCTAssertEqual((run.json["warmNs"] as? [UInt64])?.count, 5)
    XCTAssertEqual(run.json["guestInstructions"] as? UInt64, 3)
    XCTAssertEqual(run.json["translatedInstructions"] as? UInt64, 3)
    XCTAssertNotNil(run.json["coldNs"] as? UInt64)
    XCTAssertNotNil(run.json["translationNs"] as? UInt64)
    XCTAssertNotNil(run.json["codeBytes"] as? UInt64)
    // The largest results keep all their bits.
    let below = try call(Self.difference, "--args", "-5,0", "--json")
    XCTAssertTrue(below.text.contains("\"result\":18446744073709551611"), below.text)
    let text = try call(Self.difference, "--args", "-5,0")
    XCTAssertTrue(text.text.hasPrefix("rax 18446744073709551611 (0xfffffffffffffffb)"), text.text)
  }

  func testTroubleHasACodeAndALine() throws {
    let fault = try call([0x48, 0x8B, 0x07, 0xC3], "--args", "0x5000", "--json")
    XCTAssertEqual(fault.code, 4)
    XCTAssertTrue(
      fault.error.contains("#PF at 0x400000, accessing 0x5000: mov rax, qword ptr [rdi]"),
      fault.error)
    let described = fault.json["fault"] as? [String: Any]
    XCTAssertEqual(described?["vector"] as? Int, 14)
    XCTAssertEqual(try call(Self.difference, "--args", "1,x").code, 2)
    XCTAssertEqual(try call(Self.difference, "--region", "0x500000").code, 2)
    let overlap = try call(
      Self.difference, "--region", "0x500000:0x2000", "--region", "0x501000:0x1000")
    XCTAssertEqual(overlap.code, 3)
    XCTAssertTrue(overlap.error.contains("overlap"), overlap.error)
    XCTAssertEqual(try call([0xEB, 0xFE], "--budget", "5000").code, 6)
    XCTAssertEqual(try call(Self.difference, "--backend", "nothing").code, 2)
    XCTAssertEqual(try Tool.run(["call", "/nonexistent", "--load", "0", "--entry", "0"]).code, 2)
  }

  func testABlockIsShownFromBytesToHostCode() throws {
    let add = try Tool.run(["translate", "--hex", "48 01 d8", "--backend", "x86_64", "--json"])
    XCTAssertEqual(add.code, 0, add.error)
    XCTAssertEqual(add.json["guestInstructions"] as? Int, 1)
    // The back end's own promise: the host's instruction is the guest's.
    XCTAssertEqual(add.json["hostInstructions"] as? Int, 1)
    XCTAssertEqual(add.json["hostAssembly"] as? [String], ["add rax, rbx"])
    XCTAssertEqual((add.json["hostHex"] as? String)?.count, 6)
    XCTAssertEqual(add.json["exitInstructions"] as? Int, 1)
    let other = try Tool.run(["translate", "--hex", "4889d8", "--backend", "aarch64", "--json"])
    XCTAssertEqual(other.json["hostAssembly"] as? [String], ["mov x0, x3"], other.text)
    let text = try Tool.run(["translate", "--hex", "48ffc0", "--mode", "32"])
    // In 32-bit mode 48 is DEC EAX.
    XCTAssertTrue(text.text.contains("dec eax"), text.text)
    XCTAssertTrue(text.text.contains("inc eax"), text.text)
    XCTAssertEqual(try Tool.run(["translate", "--hex", "4"]).code, 2)
    XCTAssertEqual(try Tool.run(["translate", "--hex", "zz"]).code, 2)
    XCTAssertEqual(try Tool.run(["translate", "--hex", "90", "--mode", "16"]).code, 2)
    XCTAssertEqual(try Tool.run(["translate"]).code, 2)
  }

  func testOneKernelIsTimed() throws {
    let picture = FileManager.default.temporaryDirectory
      .appendingPathComponent(UUID().uuidString + ".svg")
    defer { try? FileManager.default.removeItem(at: picture) }
    let run = try Tool.run([
      "bench", "--only", "records", "--repeat", "1", "--json", "--svg", picture.path,
    ])
    XCTAssertEqual(run.code, 0, run.error)
    let kernels = run.json["kernels"] as? [[String: Any]]
    XCTAssertEqual(kernels?.map { $0["name"] as? String }, ["records"])
    let machine = run.json["machine"] as? [String: Any]
    XCTAssertFalse((machine?["processor"] as? String ?? "").isEmpty)
    XCTAssertTrue(try String(contentsOf: picture, encoding: .utf8).hasPrefix("<svg"))
    XCTAssertEqual(try Tool.run(["bench", "--only", "nothing"]).code, 2)
    XCTAssertEqual(try Tool.run(["bench", "--compare", "nothing"]).code, 2)
  }
}
