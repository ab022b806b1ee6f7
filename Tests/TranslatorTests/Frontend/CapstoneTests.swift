import Disassembly
import Translator
import XCTest

/// The decoder against capstone: the same length and the same instruction, or a reason why not.
final class CapstoneTests: XCTestCase {
  private struct Finding {
    var count = 0
    var bytes: [UInt8] = []
  }

  /// By what it looks like.
  private var unexplained: [String: Finding] = [:]
  private var explained: [String: Int] = [:]
  private var compared = 0

  private func compare(_ bytes: [UInt8], _ mode: ProcessorMode, _ capstone: Disassembler) {
    compared += 1
    let ours = bytes.withUnsafeBufferPointer {
      EncodingCatalog.decode($0.baseAddress!, count: $0.count, mode: mode)
    }
    let theirs = capstone.decode(bytes, at: 0)
    let row = ours.map { EncodingCatalog.row($0.row) }
    var pair = CapstonePair(
      mode: mode, bytes: bytes, name: row?.mnemonic.description, length: ours?.length,
      theirName: theirs?.mnemonic, theirLength: theirs?.bytes.count)
    if pair.agrees { return }
    if let settled = capstone.decode(pair.settledBytes, at: 0) {
      pair.settledName = settled.mnemonic
      pair.settledLength = settled.bytes.count + bytes.count - pair.settledBytes.count
    }
    if let reason = CapstoneDisagreements.reason(pair) {
      explained[reason, default: 0] += 1
      return
    }
    let key = pair.summary
    unexplained[key, default: Finding()].count += 1
    if unexplained[key]?.bytes.isEmpty == true {
      unexplained[key]?.bytes = Array(bytes.prefix(15))
    }
  }

  private func report() {
    print("\(compared) compared; explained:")
    for (reason, count) in explained.sorted(by: { $0.key < $1.key }) {
      print("  \(count) \(reason)")
    }
    for (key, finding) in unexplained.sorted(by: { $0.value.count > $1.value.count }).prefix(80) {
      let hex = finding.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      XCTFail("\(finding.count) × \(key): \(hex.joined(separator: " "))")
    }
  }

  func testRandomBytes() throws {
    for mode in [ProcessorMode.long64, .protected32] {
      let capstone = try XCTUnwrap(Disassembler(mode: mode == .long64 ? .bits64 : .bits32))
      var streams = ByteStreams(seed: mode == .long64 ? 0x7261_6E64 : 0x3332)
      for _ in 0..<150_000 { compare(streams.next(mode), mode, capstone) }
    }
    report()
    for reason in CapstoneDisagreements.all where explained[reason.why] == nil {
      XCTFail("never needed: \(reason.why)")
    }
  }

  func testRealCode() throws {
    let capstone = try XCTUnwrap(Disassembler(mode: .bits64))
    let sections = try ByteStreams.realCode()
    try XCTSkipIf(sections.isEmpty, "neither ipxe-qemu nor ovmf is installed")
    for section in sections {
      var at = 0
      while at + 15 < section.count {
        let bytes = Array(section[at..<at + 15])
        compare(bytes, .long64, capstone)
        let length = bytes.withUnsafeBufferPointer {
          EncodingCatalog.decode($0.baseAddress!, count: $0.count, mode: .long64)?.length
        }
        at += length ?? 1
      }
    }
    report()
    XCTAssertGreaterThan(compared, 500_000)
  }
}
