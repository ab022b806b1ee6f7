import CTranslator
import Glibc
import Translator
import XCTest

/// Memory is writable or executable, never both: as the kernel says in /proc/self/maps.
final class WriteXorExecuteTests: XCTestCase {
  private struct Mapping {
    var range: Range<UInt64>
    /// "rw-p".
    var permissions: Substring
    var file: Substring
  }

  private func mappings() -> [Mapping] {
    guard let file = fopen("/proc/self/maps", "r") else { return [] }
    defer { fclose(file) }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
      text += chunk[..<count]
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ", maxSplits: 5)
      let ends = words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
      guard ends.count == 2 else { return nil }
      return Mapping(
        range: ends[0]..<ends[1], permissions: words[1],
        file: words.count > 5 ? words[5] : "")
    }
  }

  private func mapping(of address: UInt64) throws -> Mapping {
    try XCTUnwrap(mappings().first { $0.range.contains(address) })
  }

  private func bothCount() -> Int {
    mappings().filter { $0.permissions.contains("w") && $0.permissions.contains("x") }.count
  }

  func testNoPageIsWritableAndExecutable() throws {
    // Another test of this process may have left one behind.
    let before = bothCount()
    let code: [UInt8] = [0xB8, 7, 0, 0, 0, 0xF4]
    let guest = try GuestFixture(code, backEnd: .compiled)
    XCTAssertEqual(bothCount(), before)
    XCTAssertEqual(guest.run(), .halt)
    XCTAssertEqual(guest.engine.state.pointee.gpr.0, 7)
    XCTAssertEqual(bothCount(), before)

    let memory = try XCTUnwrap(guest.codeMemory)
    let writable = try mapping(of: UInt64(UInt(bitPattern: memory.writable)))
    let executable = try mapping(of: memory.executable)
    XCTAssertEqual(writable.permissions, "rw-s")
    XCTAssertEqual(executable.permissions, "r-xs")
    XCTAssertTrue(writable.file.hasPrefix("/memfd:"), "\(writable.file)")
    XCTAssertEqual(writable.file, executable.file)
    // The same bytes, and code among them.
    let seen = UnsafeRawPointer(bitPattern: UInt(memory.executable))!
    XCTAssertEqual(memcmp(memory.writable, seen, memory.count), 0)
    XCTAssertGreaterThan(guest.engine.codeBytes, 0)
  }

  func testTranslatedPagesAreNotWritableUntilForgotten() throws {
    let guest = try GuestFixture([0xB8, 7, 0, 0, 0, 0xF4], backEnd: .compiled)
    XCTAssertEqual(try mapping(of: GuestFixture.base).permissions, "rw-p")
    XCTAssertEqual(guest.run(), .halt)
    XCTAssertEqual(try mapping(of: GuestFixture.base).permissions, "r--p")
    XCTAssertEqual(try mapping(of: GuestFixture.at(0x4000)).permissions, "rw-p")
    guest.engine.forget(GuestFixture.base, count: 1)
    XCTAssertEqual(try mapping(of: GuestFixture.base).permissions, "rw-p")
  }
}
