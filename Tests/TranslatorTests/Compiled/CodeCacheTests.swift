import CTranslator
import Translator
import XCTest

/// The code cache is bounded: when it is full, everything is dropped and the guest runs on.
final class CodeCacheTests: XCTestCase {
  /// A program that calls `count` functions, each `spacing` bytes from the next, `rounds` times
  /// through a table of addresses. Function n adds n + 1 to RBX, and calls the one 64 further on
  /// if there is one, which makes direct links, too.
  private func sum(
    _ count: Int, spacing: Int, rounds: Int, backEnd: GuestFixture.BackEnd
  ) throws -> (sum: UInt64, instructions: UInt64, flushes: Int) {
    // mov r12d, rounds; 6: lea rsi, table; mov ecx, count; again: lodsq; push rcx; call rax; pop rcx
    // dec ecx; jnz again; dec r12d; jnz 6; hlt
    let functions = 0x10000
    let table = functions + count * spacing
    var code: [UInt8] = [0x41, 0xBC]
    func append(_ value: Int) { withUnsafeBytes(of: Int32(value)) { code += $0 } }
    append(rounds)
    code += [0xBE]
    append(Int(GuestFixture.base) + table)
    code += [0xB9]
    append(count)
    code += [0x48, 0xAD, 0x51, 0xFF, 0xD0, 0x59, 0xFF, 0xC9, 0x75, 0xF6, 0x41, 0xFF, 0xCC, 0x75]
    code.append(UInt8(bitPattern: Int8(6 - (code.count + 1))))
    code.append(0xF4)
    let guest = try GuestFixture(
      code, backEnd: backEnd, codeSize: 256 << 10, size: table + 8 * count + 0x1000)
    for n in 0..<count {
      let at = functions + n * spacing
      // add rbx, imm32; call …; ret
      guest.store(0x00C3_8148 as UInt32, at: at)
      guest.store(UInt32(n + 1), at: at + 3)
      if n + 64 < count {
        guest.store(0xE8 as UInt8, at: at + 7)
        guest.store(Int32(64 * spacing - 12), at: at + 8)
        guest.store(0xC3 as UInt8, at: at + 12)
      } else {
        guest.store(0xC3 as UInt8, at: at + 7)
      }
      guest.store(GuestFixture.at(UInt64(at)), at: table + 8 * n)
    }
    XCTAssertEqual(guest.run(), .halt)
    let state = guest.engine.state
    return (state.pointee.gpr.3, state.pointee.instructionCount, guest.engine.flushes)
  }

  /// What the program above must give: function n runs once for each n, n - 64, n - 128 … there is.
  private func expected(_ count: Int, rounds: Int) -> (sum: UInt64, instructions: UInt64) {
    var sum: UInt64 = 0
    var instructions: UInt64 = 0
    for n in 0..<count {
      let runs = UInt64(n / 64 + 1)
      sum += UInt64(n + 1) * runs
      instructions += (n + 64 < count ? 3 : 2) * runs
    }
    let loop = UInt64(6 * count + 4)
    return (UInt64(rounds) * sum, 2 + UInt64(rounds) * (instructions + loop))
  }

  func testMoreCodeThanFits() throws {
    let expected = expected(3000, rounds: 3)
    for backEnd in GuestFixture.BackEnd.allCases {
      let result = try sum(3000, spacing: 16, rounds: 3, backEnd: backEnd)
      XCTAssertEqual(result.sum, expected.sum, "\(backEnd)")
      XCTAssertEqual(result.instructions, expected.instructions, "\(backEnd)")
      if backEnd != .interpreter { XCTAssertGreaterThan(result.flushes, 1) }
    }
  }

  func testMorePagesThanAreWatched() throws {
    let expected = expected(3300, rounds: 2)
    for backEnd in GuestFixture.BackEnd.allCases {
      let result = try sum(3300, spacing: 4096, rounds: 2, backEnd: backEnd)
      XCTAssertEqual(result.sum, expected.sum, "\(backEnd)")
      XCTAssertEqual(result.instructions, expected.instructions, "\(backEnd)")
      XCTAssertGreaterThan(result.flushes, 0)
    }
  }
}
