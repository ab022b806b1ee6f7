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
}
