import GDBRemote
import XCTest

/// A machine of a few bytes.
private final class Target: GDBTarget {
  var registers = TargetDescription.registers.map { [UInt8](repeating: 0, count: $0.size) }
  var memory: [UInt64: UInt8] = [:]
  var stops: Set<StopPoint> = []

  func readRegister(_ index: Int) -> [UInt8] { registers[index] }
  func writeRegister(_ index: Int, _ bytes: [UInt8]) -> Bool {
    registers[index] = bytes
    return true
  }
  func readMemory(_ address: UInt64, _ count: Int) -> [UInt8]? {
    let bytes = (0..<UInt64(count)).prefix { memory[address + $0] != nil }
      .map { memory[address + $0]! }
    return bytes.isEmpty ? nil : bytes
  }
  func writeMemory(_ address: UInt64, _ bytes: [UInt8]) -> Bool {
    for (index, byte) in bytes.enumerated() { memory[address + UInt64(index)] = byte }
    return true
  }
  func insert(_ stop: StopPoint) -> Bool { stops.insert(stop).inserted }
  func remove(_ stop: StopPoint) -> Bool { stops.remove(stop) != nil }
  var images: [(name: String, text: UInt64)] { [("a<b", 0x1240)] }
  func monitor(_ command: String) -> String { "you said \(command)" }
}

final class GDBRemoteTests: XCTestCase {
  private let target = Target()
  private lazy var session = GDBSession(target)

  private func events(_ bytes: [UInt8]) -> [PacketReader.Event] {
    var reader = PacketReader()
    return bytes.compactMap { reader.take($0) }
  }

  private func ask(_ text: String) -> String {
    guard case .reply(let bytes) = session.handle(Array(text.utf8)),
      case .packet(let data)? = events(bytes).last
    else { return "no reply" }
    return String(decoding: data, as: UTF8.self)
  }

  // MARK: Framing, with the examples of GDB's manual, E.1

  func testPacketsAreFramed() {
    XCTAssertEqual(events(Array("$OK#9a".utf8)), [.packet(Array("OK".utf8))])
    XCTAssertEqual(
      events(Array("+$g#67-".utf8)), [.acknowledged, .packet([0x67]), .repeatRequested])
    XCTAssertEqual(events(Array("$g#68".utf8)), [.damaged])
    XCTAssertEqual(events([3]), [.interrupt])
    XCTAssertEqual(PacketWriter.frame("OK"), Array("$OK#9a".utf8))
  }

  func testEscapesGoBothWays() {
    let data: [UInt8] = [0x23, 0x24, 0x7D, 0x2A, 0x00, 0xFF]
    let framed = PacketWriter.frame(data)
    XCTAssertEqual(Array(framed.prefix(3)), [0x24, 0x7D, 0x03])
    XCTAssertEqual(events(framed), [.packet(data)])
  }

  func testNoBytesWhateverCrashTheReader() {
    var seed: UInt64 = 1
    var reader = PacketReader()
    for _ in 0..<100_000 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      if case .packet(let data)? = reader.take(UInt8(truncatingIfNeeded: seed >> 56)) {
        _ = session.handle(data)
      }
    }
    for first in UInt8(0x20)..<0x7F {
      for rest in ["", "0", "0,", "0,1:", "1,ffffffffffffffffff,1", "=", "Xfer:", ",,,"] {
        _ = session.handle([first] + Array(rest.utf8))
      }
    }
  }

  // MARK: Requests

  func testRegistersHaveGDBsOrderAndSizes() {
    // G.5.4: 16 general, rip, eflags, 6 segments, 8 x87, 8 control, 16 xmm, mxcsr.
    XCTAssertEqual(TargetDescription.registers.count, 57)
    let bytes = 16 * 8 + 8 + 4 + 6 * 4 + 8 * 10 + 8 * 4 + 16 * 16 + 4
    XCTAssertEqual(ask("g").count, 2 * bytes)
    XCTAssertEqual(TargetDescription.registers[16].name, "rip")
    XCTAssertEqual(ask("P10=8877665544332211"), "OK")
    XCTAssertEqual(ask("p10"), "8877665544332211")
    XCTAssertEqual(ask("P10=88"), "E01")
    XCTAssertEqual(ask("p39"), "E01")
  }

  func testMemoryIsReadAndWritten() {
    XCTAssertEqual(ask("m1000,4"), "E01")
    XCTAssertEqual(ask("M1000,4:deadbeef"), "OK")
    XCTAssertEqual(ask("m1000,8"), "deadbeef")
    XCTAssertEqual(ask("M1000,4:dead"), "E01")
    let binary = Array("X2000,2:".utf8) + [0x23, 0x00]
    XCTAssertEqual(session.handle(binary), .reply(PacketWriter.frame("OK")))
    XCTAssertEqual(target.memory[0x2000], 0x23)
  }

  func testStopPointsAndStops() {
    XCTAssertEqual(ask("Z0,401000,1"), "OK")
    XCTAssertEqual(ask("Z2,5000,8"), "OK")
    XCTAssertEqual(
      target.stops,
      [
        StopPoint(kind: .software, address: 0x401000, length: 1),
        StopPoint(kind: .writeWatch, address: 0x5000, length: 8),
      ])
    XCTAssertEqual(ask("z0,401000,1"), "OK")
    XCTAssertEqual(ask("z0,401000,1"), "E01")
    XCTAssertEqual(ask("Z9,0,1"), "E01")
    XCTAssertEqual(session.handle(Array("vCont;s:1;c".utf8)), .step)
    XCTAssertEqual(session.handle(Array("vCont;c".utf8)), .resume)
    XCTAssertEqual(session.handle(Array("D;1".utf8)), .detach)
    XCTAssertEqual(session.handle(Array("k".utf8)), .kill)
    XCTAssertEqual(
      session.stopped(.watchpoint(.writeWatch, address: 0x5000)),
      PacketWriter.frame("T05watch:5000;thread:1;"))
    XCTAssertEqual(ask("?"), "T05watch:5000;thread:1;")
    XCTAssertEqual(session.exited(4), PacketWriter.frame("W04"))
  }

  func testDescriptionsComeInPieces() {
    XCTAssertTrue(ask("qSupported:xmlRegisters=i386").contains("qXfer:features:read+"))
    var text = ""
    while true {
      let piece = ask("qXfer:features:read:target.xml:\(String(text.count, radix: 16)),100")
      text += piece.dropFirst()
      if piece.hasPrefix("l") { break }
      XCTAssertTrue(piece.hasPrefix("m"), piece)
    }
    XCTAssertTrue(text.contains("<architecture>i386:x86-64</architecture>"))
    XCTAssertEqual(
      ask("qXfer:libraries:read::0,1000"),
      "l<library-list><library name=\"a&lt;b\"><section address=\"0x1240\"/></library>"
        + "</library-list>")
    XCTAssertEqual(ask("qOffsets"), "TextSeg=1240")
    XCTAssertEqual(ask("qRcmd,6869"), "796f7520736169642068" + "69")
    XCTAssertEqual(ask("vMustReplyEmpty"), "")
  }
}
