import CTranslator
import Translator
import XCTest

/// Code that is written while it runs. A change counts from the next instruction on, as on the
/// processor (SDM volume 3, 8.1.3, for one processor and one linear address).
final class ChangingCodeTests: XCTestCase {
  private typealias BackEnd = GuestFixture.BackEnd

  func testTheNextInstruction() throws {
    // mov byte [rip + 1], 77; mov al, 1; hlt
    let code: [UInt8] = [0xC6, 0x05, 0x01, 0, 0, 0, 77, 0xB0, 1, 0xF4]
    for backEnd in BackEnd.allCases {
      let guest = try GuestFixture(code, backEnd: backEnd)
      // Often enough that the page counts as code and data.
      for round in 0..<20 {
        guest.engine.state.pointee.rip = GuestFixture.base
        guest.engine.state.pointee.instructionCount = 0
        guest.store(1 as UInt8, at: 8)
        XCTAssertEqual(guest.run(), .halt)
        XCTAssertEqual(guest.engine.state.pointee.gpr.0 & 0xFF, 77, "\(backEnd), round \(round)")
        XCTAssertEqual(guest.engine.state.pointee.instructionCount, 3)
      }
    }
  }

  func testAnInstructionAcrossPages() throws {
    // At 0: mov qword [rdi], rax; jmp 0FFDh. There: mov eax, imm32 over the page's end; hlt.
    for backEnd in BackEnd.allCases {
      var code: [UInt8] = [0x48, 0x89, 0x07, 0xE9, 0xF5, 0x0F, 0, 0]
      code += [UInt8](repeating: 0xCC, count: 0xFFD - code.count)
      code += [0xB8, 1, 1, 1, 1, 0xF4, 0x90, 0x90, 0x90]
      let guest = try GuestFixture(code, backEnd: backEnd)
      let state = guest.engine.state
      for round in 0..<12 as Range<UInt64> {
        // mov eax, imm32; hlt; nop; nop
        let value = 0x1020_3040 &+ round
        state.pointee.gpr.0 = 0x9090_F400_0000_00B8 | value << 8
        state.pointee.gpr.7 = GuestFixture.at(0xFFD)
        state.pointee.rip = GuestFixture.base
        XCTAssertEqual(guest.run(), .halt)
        XCTAssertEqual(state.pointee.gpr.0, value, "\(backEnd), round \(round)")
      }
    }
  }

  /// A loop that counts up the operand of its own instruction.
  func testALoopThatRewritesItself() throws {
    // mov ecx, 1000; 5: inc dword [rip + 1]; mov eax, 0; add rbx, rax; dec ecx; jnz 5; hlt
    let code: [UInt8] = [
      0xB9, 0xE8, 0x03, 0, 0, 0xFF, 0x05, 1, 0, 0, 0, 0xB8, 0, 0, 0, 0, 0x48, 0x01, 0xC3, 0xFF,
      0xC9, 0x75, 0xEE, 0xF4,
    ]
    for backEnd in BackEnd.allCases {
      let guest = try GuestFixture(code, backEnd: backEnd)
      XCTAssertEqual(guest.run(), .halt)
      XCTAssertEqual(guest.engine.state.pointee.gpr.3, 1000 * 1001 / 2, "\(backEnd)")
      XCTAssertEqual(guest.engine.state.pointee.instructionCount, 1 + 5 * 1000 + 1)
    }
  }

  func testDataBesideCode() throws {
    // mov ecx, 200000; 5: inc qword [rip + 100h]; add byte [rip + 200h], cl; dec ecx; jnz 5; hlt
    let code: [UInt8] = [
      0xB9, 0x40, 0x0D, 0x03, 0, 0x48, 0xFF, 0x05, 0, 1, 0, 0, 0x00, 0x0D, 0, 2, 0, 0, 0xFF, 0xC9,
      0x75, 0xEF, 0xF4,
    ]
    for backEnd in BackEnd.allCases {
      let guest = try GuestFixture(code, backEnd: backEnd)
      XCTAssertEqual(guest.run(), .halt)
      XCTAssertEqual(guest.load(UInt64.self, at: 12 + 0x100), 200_000, "\(backEnd)")
      // 1 + … + 200000, its low byte.
      XCTAssertEqual(
        guest.load(UInt8.self, at: 18 + 0x200),
        UInt8(truncatingIfNeeded: 200_000 * 200_001 / 2), "\(backEnd)")
      XCTAssertEqual(guest.engine.state.pointee.instructionCount, 2 + 4 * 200_000)
    }
  }

  /// Code is copied to one place again and again and called there, each time another function.
  func testCopiedCode() throws {
    var code: [UInt8] = [
      0xBB, 0xF4, 0x01, 0, 0,  // mov ebx, 500
      0xBE, 0x00, 0x40, 0x00, 0x5A,  // 5: mov esi, 5A004000h
      0xF6, 0xC3, 0x01,  // test bl, 1
      0x74, 0x03,  // jz 18
      0x83, 0xC6, 0x40,  // add esi, 40h
      0xBF, 0x00, 0x30, 0x00, 0x5A,  // 18: mov edi, 5A003000h
      0xB9, 0x20, 0, 0, 0,  // mov ecx, 32
      0xF3, 0xA4,  // rep movsb
      0xE8,  // call 3000h
    ]
    let next = code.count + 4
    withUnsafeBytes(of: Int32(0x3000 - next)) { code += $0 }
    code += [0xFF, 0xCB, 0x75]  // dec ebx; jnz 5
    code.append(UInt8(bitPattern: Int8(5 - (code.count + 1))))
    code.append(0xF4)
    for backEnd in BackEnd.allCases {
      let guest = try GuestFixture(code, backEnd: backEnd)
      for (place, addend) in [(0x4000, 3), (0x4040, 500)] {
        // add r12, imm32; ret
        for (n, byte) in ([0x49, 0x81, 0xC4] as [UInt8]).enumerated() {
          guest.store(byte, at: place + n)
        }
        guest.store(UInt32(addend), at: place + 3)
        guest.store(0xC3 as UInt8, at: place + 7)
      }
      XCTAssertEqual(guest.run(), .halt)
      XCTAssertEqual(guest.engine.state.pointee.gpr.12, 250 * 3 + 250 * 500, "\(backEnd)")
    }
  }

  /// A push can hit code, too.
  func testThePushedValueIsTheNextInstruction() throws {
    // lea rsp, [rip + 19]; mov rax, imm64; push rax; 18: eight bytes; hlt
    var code: [UInt8] = [0x48, 0x8D, 0x25, 19, 0, 0, 0, 0x48, 0xB8]
    // What will be there: mov bl, 9 four times.
    code += [0xB3, 9, 0xB3, 9, 0xB3, 9, 0xB3, 9]
    code.append(0x50)
    // Before: mov bl, 1 four times.
    code += [0xB3, 1, 0xB3, 1, 0xB3, 1, 0xB3, 1, 0xF4]
    for backEnd in BackEnd.allCases {
      let guest = try GuestFixture(code, backEnd: backEnd)
      for round in 0..<8 {
        for n in 0..<4 { guest.store(1 as UInt8, at: 19 + 2 * n) }
        guest.engine.state.pointee.rip = GuestFixture.base
        guest.engine.state.pointee.gpr.3 = 0
        XCTAssertEqual(guest.run(), .halt)
        XCTAssertEqual(guest.engine.state.pointee.gpr.3, 9, "\(backEnd), round \(round)")
      }
    }
  }
}
