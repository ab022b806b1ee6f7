import Testing

import Translator

/// What an x86-64 host is given of instructions that it executes as they stand. The expectation is
/// the guest's own code.
@Suite struct VerbatimTests {
  /// Enough behind an instruction that it is not at the end of what can be read.
  static let padding = [UInt8](repeating: 0x90, count: 32) + [0xF4]

  static func hostCode(_ instructions: [[UInt8]]) -> [[UInt8]] {
    let listing = HostListing.make(
      bytes: instructions.flatMap { $0 } + padding, address: 0x1000, mode: .long64,
      features: .full, architecture: .x86_64)
    return Array((listing?.instructions ?? []).prefix(instructions.count))
  }

  @Test(
    arguments: [
      [0x48, 0x01, 0xD8],  // add rax, rbx
      [0x4D, 0x89, 0xCC],  // mov r12, r9
      [0x88, 0x67, 0x05],  // mov [rdi + 5], ah
      [0x41, 0x80, 0x7C, 0x24, 0x10, 0x07],  // cmp byte [r12 + 16], 7
      [0x48, 0x8D, 0x84, 0xCB, 0x00, 0x01, 0x00, 0x00],  // lea rax, [rbx + rcx * 8 + 256]
      [0x48, 0xB8, 1, 2, 3, 4, 5, 6, 7, 8],  // mov rax, 0x0807060504030201
      [0x0F, 0xB6, 0x04, 0x25, 0x00, 0x10, 0x00, 0x00],  // movzx eax, byte [0x1000]
      [0x0F, 0x94, 0xC0],  // sete al
      [0xC1, 0xE0, 0x05],  // shl eax, 5
      [0x41, 0x50],  // push r8
      [0x69, 0xC3, 0x10, 0x27, 0x00, 0x00],  // imul eax, ebx, 10000
      [0x48, 0x99],  // cqo
    ] as [[UInt8]])
  func plainInstructionsStayAsTheyAre(_ bytes: [UInt8]) {
    #expect(Self.hostCode([bytes, bytes]) == [bytes, bytes])
  }

  /// More than one operation holds, of many lengths; the block ends behind the last of them.
  @Test func manyStandOneBehindTheOther() {
    let kinds: [[UInt8]] = [
      [0x50],  // push rax
      [0x48, 0xB8, 1, 2, 3, 4, 5, 6, 7, 8],  // mov rax, 0x0807060504030201
      [0x01, 0xD8],  // add eax, ebx
      [0x81, 0x84, 0xCB, 0, 1, 0, 0, 9, 8, 7, 6],  // add dword [rbx + rcx * 8 + 256], 0x06070809
      [0x0F, 0xB6, 0xC1],  // movzx eax, cl
      [0x8B, 0x04, 0x8D, 0, 1, 0, 0],  // mov eax, [rcx * 4 + 256]
      [0xF7, 0xC3, 1, 2, 3, 4],  // test ebx, 0x04030201
      [0xF7, 0xD3],  // not ebx
    ]
    let instructions = (0..<47).map { kinds[$0 % kinds.count] }
    #expect(Self.hostCode(instructions) == instructions)
  }

  @Test func branchesAmongThemDoNotPartThem() {
    // je 0x1014; add rax, rbx; jne 0x1014; not ebx; nop …
    let code = Self.hostCode([
      [0x74, 0x12], [0x48, 0x01, 0xD8], [0x0F, 0x85, 9, 0, 0, 0], [0xF7, 0xD3],
    ])
    #expect(code[0].count == 6 && code[0].starts(with: [0x0F, 0x84]))
    #expect(code[1] == [0x48, 0x01, 0xD8])
    #expect(code[2].count == 6 && code[2].starts(with: [0x0F, 0x85]))
    #expect(code[3] == [0xF7, 0xD3])
  }

  @Test func anAddressFromTheInstructionIsWrittenOut() {
    // cmp byte [rip + 0x100], 7, known from the one before; behind it the same with an immediate of
    // four bytes and a register of the state
    let code = Self.hostCode([
      [0x80, 0x3B, 7], [0x80, 0x3D, 0, 1, 0, 0, 7], [0x49, 0x81, 0xC0, 4, 3, 2, 1],
      [0x48, 0x81, 0x05, 0, 1, 0, 0, 4, 3, 2, 1], [0x4C, 0x03, 0x2D, 0, 1, 0, 0],
    ])
    #expect(code[1] == [0x80, 0x3C, 0x25, 0x0A, 0x11, 0, 0, 7])
    #expect(code[3] == [0x48, 0x81, 0x04, 0x25, 0x1C, 0x11, 0, 0, 4, 3, 2, 1])
    #expect(Array(code[4].dropFirst(7).prefix(8)) == [0x4C, 0x03, 0x2C, 0x25, 0x23, 0x11, 0, 0])
  }

  @Test func aRegisterInTheStateIsFetchedAndPutBack() {
    // add rax, rbx (the form is known then); add r13, rbx; add rax, r14
    let code = Self.hostCode([[0x48, 0x01, 0xD8], [0x49, 0x01, 0xDD], [0x4C, 0x01, 0xF0]])
    // mov r13, [rip + …]; the instruction; mov [rip + …], r13
    #expect(code[1].count == 7 + 3 + 7)
    #expect(Array(code[1][0..<3]) == [0x4C, 0x8B, 0x2D])
    #expect(Array(code[1][7..<10]) == [0x49, 0x01, 0xDD])
    #expect(Array(code[1][10..<13]) == [0x4C, 0x89, 0x2D])
    // mov r14, [rip + …]; the instruction, which only reads it
    #expect(code[2].count == 7 + 3)
    #expect(Array(code[2][0..<3]) == [0x4C, 0x8B, 0x35])
    #expect(Array(code[2][7..<10]) == [0x4C, 0x01, 0xF0])
  }

  @Test(
    arguments: [
      [0x88, 0x25, 0x00, 0x10, 0x00, 0x00],  // mov [rip + 0x1000], ah
      [0x0F, 0xA2],  // cpuid
      [0xD9, 0xE8],  // fld1
      [0x0F, 0x0D, 0xC8],  // a hint that some processors do not have
      [0x4D, 0x01, 0xF8],  // add r8, r15
    ] as [[UInt8]])
  func whatDependsOnItsPlaceDoesNot(_ bytes: [UInt8]) {
    let once = Self.hostCode([bytes, bytes])
    #expect(once.first != bytes)
  }
}
