import Disassembly
import Foundation
import Translator
import XCTest

/// X18 is the platform's (UEFI 2.10, 2.3.6.2): no code that the AArch64 back end writes names it.
/// The driver's build looks at the driver's own code; here it is what is made of every case.
final class PlatformRegisterTests: XCTestCase {
  private struct Case: Decodable {
    var code: String
    var mode: Int?
  }

  private func cases() throws -> [Case] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Cases")
    var found: [Case] = []
    for name in ["manual", "rows", "written", "found"] {
      let text = try String(contentsOf: folder.appending(path: name + ".jsonl"), encoding: .utf8)
      for line in text.split(separator: "\n") where line.hasPrefix("{") {
        found.append(try JSONDecoder().decode(Case.self, from: Data(line.utf8)))
      }
    }
    return found
  }

  private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
    }
  }

  /// The instructions that name the register, and how many there were.
  private func users(in code: [UInt8]) throws -> (named: [String], count: Int) {
    let disassembler = try XCTUnwrap(Disassembler(mode: .aarch64))
    var named: [String] = []
    var count = 0
    for n in stride(from: 0, to: code.count - 3, by: 4) {
      guard let instruction = disassembler.decode(code[n..<(n + 4)], at: 0x1000) else { continue }
      count += 1
      let words = instruction.operands.split { !$0.isLetter && !$0.isNumber }
      if words.contains("x18") || words.contains("w18") { named.append(instruction.operands) }
    }
    return (named, count)
  }

  func testItWouldBeFound() throws {
    // mov x18, x0; add w0, w18, w1
    XCTAssertEqual(try users(in: [0xF2, 0x03, 0x00, 0xAA]).named.count, 1)
    XCTAssertEqual(try users(in: [0x40, 0x02, 0x01, 0x0B]).named.count, 1)
  }

  func testNoBlockUsesIt() throws {
    var total = 0
    for test in try cases() {
      for hostFeatures in [0, 3] as [UInt64] {
        guard
          let listing = HostListing.make(
            bytes: bytes(test.code), address: 0x10000,
            mode: test.mode == 32 ? .protected32 : .long64, features: .full,
            architecture: .aarch64, hostFeatures: hostFeatures)
        else { continue }
        for code in [listing.entry, listing.exit] + listing.instructions {
          let found = try users(in: code)
          XCTAssertEqual(found.named, [], test.code)
          total += found.count
        }
      }
    }
    XCTAssertGreaterThan(total, 20_000)
  }

  func testNoStubUsesIt() throws {
    let found = try users(in: HostListing.stubs())
    XCTAssertEqual(found.named, [])
    XCTAssertGreaterThan(found.count, 100)
  }
}
