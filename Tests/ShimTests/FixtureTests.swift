import Foundation
import LinuxHost
import Shim
import XCTest

nonisolated(unsafe) private var installed: UnsafeMutablePointer<UInt64>?
nonisolated(unsafe) private var marshalled: [UInt64] = []

private let installProtocol: @convention(c) (UInt64, UInt64, UInt64, UInt64) -> UInt64 = {
  _, _, _, interface in
  installed = UnsafeMutablePointer(bitPattern: UInt(interface))
  return 0
}
/// Serves every number of arguments: it keeps all sixteen words it is handed.
private let keep: Function16 = {
  marshalled = [$0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15]
  return 5
}
private let goDown: Function1 = { left in
  function(installed![36], Function1.self)(left)
}
private let callBack: Function2 = { target, value in function(target, Function1.self)(value) }

/// The fixture drivers, with just enough of a system table for their entry points.
class FixtureTests: XCTestCase {
  private var machine: TestMachine!
  private var image: (base: UInt64, pages: Int)?
  private var table: UnsafeMutablePointer<UInt64>!

  override func setUpWithError() throws {
    machine = try TestMachine()
    table = .allocate(capacity: 64)
    table.initialize(repeating: 0, count: 64)
  }
  override func tearDown() {
    if let image { try? machine.shim.unregister(base: image.base) }
    image = nil
    machine = nil
    table.deallocate()
    installed = nil
  }

  /// Maps a fixture by its headers (PE/COFF 6.3: sections, base relocations of type DIR64).
  private func load(_ name: String) throws -> UInt64 {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Fixtures/drivers/built/\(name).efi").standardized
    let file = [UInt8](try Data(contentsOf: url))
    func read(_ offset: Int, _ count: Int) -> UInt64 {
      (0..<count).reduce(0) { $0 | UInt64(file[offset + $1]) << (8 * UInt64($1)) }
    }
    let header = Int(read(0x3c, 4))
    let optional = header + 24
    let size = (Int(read(optional + 56, 4)) + 4095) & ~4095
    let memory = mmap(
      nil, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    let bytes = memory.assumingMemoryBound(to: UInt8.self)
    let base = UInt64(UInt(bitPattern: memory))
    for index in 0..<Int(read(header + 6, 2)) {
      let section = optional + Int(read(header + 20, 2)) + 40 * index
      let count = min(Int(read(section + 8, 4)), Int(read(section + 16, 4)))
      for byte in 0..<count {
        bytes[Int(read(section + 12, 4)) + byte] = file[Int(read(section + 20, 4)) + byte]
      }
    }
    let delta = base &- read(optional + 24, 8)
    var block = Int(read(optional + 152, 4))
    let end = block + Int(read(optional + 156, 4))
    while block < end {
      let page = memory.load(fromByteOffset: block, as: UInt32.self)
      let length = Int(memory.load(fromByteOffset: block + 4, as: UInt32.self))
      for entry in stride(from: block + 8, to: block + length, by: 2) {
        let value = memory.load(fromByteOffset: entry, as: UInt16.self)
        guard value >> 12 == 10 else { continue }
        let place = (memory + Int(page) + Int(value & 0xfff)).assumingMemoryBound(to: UInt64.self)
        place.pointee &+= delta
      }
      block += length
    }
    try machine.shim.register(base: base, size: UInt64(size), name: 1)
    image = (base, size / 4096)
    return base + read(optional + 16, 4)
  }

  /// Runs an entry point; the system table's boot services stand at 96 (UEFI 2.10, 4.3).
  private func start(_ entry: UInt64) -> UInt64 {
    table[12] = UInt64(UInt(bitPattern: table + 16))
    // InstallProtocolInterface is the fourteenth service behind the 24-byte header.
    table[16 + 3 + 13] = UInt64(
      UInt(bitPattern: unsafeBitCast(installProtocol, to: UnsafeRawPointer.self)))
    return function(entry, Function2.self)(1, UInt64(UInt(bitPattern: table)))
  }

  func testArgumentsBothWays() throws {
    XCTAssertEqual(start(try load("marshal")), 0)
    let exercise = try XCTUnwrap(installed)
    XCTAssertEqual(exercise[0], 37 * 8)
    for count in 0...16 { exercise[1 + count] = address(keep) }
    let a = TrapTests.extremes
    for count in 0...16 {
      let result = function(exercise[19 + count], Function16.self)(
        a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13],
        a[14], a[15])
      // What the fixture's source says: its own weighted sum and the host's answer.
      var sum: UInt64 = count == 0 ? 105 : 5
      for index in 0..<count { sum &+= a[index] &* UInt64(2 * index + 1) }
      XCTAssertEqual(result, sum, "\(count) arguments")
      for index in 0..<count {
        XCTAssertEqual(marshalled[index], a[index] &+ UInt64(index), "\(index) of \(count)")
      }
    }
  }

  func testCallbacksTenDeep() throws {
    XCTAssertEqual(start(try load("marshal")), 0)
    let exercise = try XCTUnwrap(installed)
    exercise[18] = address(goDown)
    XCTAssertEqual(function(exercise[36], Function1.self)(10), 55)
    XCTAssertEqual(machine.shim.counters.deepestLevel, 11)
  }

  func testJumpsOutOfCallbacksTenThousandTimes() throws {
    XCTAssertEqual(start(try load("jump")), 0)
    let exercise = try XCTUnwrap(installed)
    exercise[1] = address(callBack)
    XCTAssertEqual(function(exercise[2], Function1.self)(10_000), 10_000)
    XCTAssertNil(machine.shim.outcome)
    XCTAssertEqual(machine.shim.depth, 0)
    // Callbacks nest one to four deep before each jump.
    XCTAssertEqual(machine.shim.counters.abandonedLevels, 25_000)
  }
}
