import Testing
import Translator

struct ListingTests {
  @Test func listsInstructionsFromBytesElsewhere() {
    // xor eax, eax; add eax, [rbx + rcx*4 + 8]; ret; then an undefined opcode; then a cut one
    let bytes: [UInt8] = [0x31, 0xC0, 0x03, 0x44, 0x8B, 0x08, 0xC3, 0x0F, 0x04, 0xE8, 0x00]
    let lines = TranslationListing.make(
      bytes: bytes, address: 0x40_0000_0000, mode: .long64, features: .full)
    #expect(lines.map(\.mnemonic) == ["xor", "add", "ret", "(bad)", "(cut)"])
    #expect(lines.map(\.offset) == [0, 2, 6, 7, 9])
    #expect(lines.map(\.length) == [2, 4, 1, 2, 2])
    #expect(lines[1].lifted == ["rax = add.4 rax, [rbx + rcx·4 + 0x8] flags cpazso"])
    // ADD may fault, and a fault shows XOR's flags: they stay.
    #expect(lines[0].operations == ["rax = xor.4 rax, rax flags cpazso"])
  }

  @Test func passesDropDeadFlags() {
    // xor eax, eax; xor ecx, ecx; ret
    let lines = TranslationListing.make(
      bytes: [0x31, 0xC0, 0x31, 0xC9, 0xC3], address: 0x1000, mode: .long64, features: .full)
    #expect(lines[0].lifted == ["rax = xor.4 rax, rax flags cpazso"])
    #expect(lines[0].operations == ["rax = xor.4 rax, rax"])
  }

  private func operations(_ bytes: [UInt8]) -> [[String]] {
    TranslationListing.make(bytes: bytes, address: 0x1000, mode: .long64, features: .full)
      .map(\.lifted)
  }

  @Test func blocksGoOnBehindBranchesForward() {
    // je 0x1010; xor eax, eax; ret
    let lines = operations([0x74, 0x0E, 0x31, 0xC0, 0xC3])
    #expect(lines[0] == ["branch.8 0x1010 selector 4"])
    #expect(lines[1] == ["rax = xor.4 rax, rax flags cpazso"])
  }

  @Test func blocksEndBehindLoops() {
    // nop; jne 0x1000; ret
    let lines = operations([0x90, 0x75, 0xFD, 0xC3])
    #expect(lines[1] == ["branch.8 0x1000 selector 5", "jump.8 0x1003"])
  }

  @Test func blocksEndWhereTheirBranchesMeet() {
    // je 0x1004; xor eax, eax; xor ecx, ecx; ret
    let lines = operations([0x74, 0x02, 0x31, 0xC0, 0x31, 0xC9, 0xC3])
    #expect(lines[1] == ["rax = xor.4 rax, rax flags cpazso", "jump.8 0x1004"])
    #expect(lines[2] == ["rcx = xor.4 rcx, rcx flags cpazso"])
  }

  @Test func fiveBranchesEndABlock() {
    // je five times to 0x1040, ret
    var bytes: [UInt8] = []
    for n in 0..<5 { bytes += [0x74, UInt8(0x3E - 2 * n)] }
    let lines = operations(bytes + [0xC3])
    #expect(lines[3] == ["branch.8 0x1040 selector 4"])
    #expect(lines[4] == ["branch.8 0x1040 selector 4", "jump.8 0x100a"])
  }
}
