/// Instructions that store: as assembled by NASM, for tests of what their addresses lead to. RDI and
/// R9 vary, R8 and RBX are constant, RSP is RDI.
enum StoreForms {
  /// What they store is the same whatever was there; flags stay.
  static let plain: [(text: String, bytes: String)] = [
    ("mov [rdi], al", "8807"),
    ("mov [rdi], ah", "8827"),
    ("mov [rdi], ax", "668907"),
    ("mov [rdi], eax", "8907"),
    ("mov [rdi], rax", "488907"),
    ("mov byte [rdi+1], 0x5A", "c647015a"),
    ("mov dword [rdi+4], 0x12345678", "c7470478563412"),
    ("mov qword [rdi+300], -2", "48c7872c010000feffffff"),
    ("mov [rdi-20], rbx", "48895fec"),
    ("mov [rbx+rdi], eax", "89043b"),
    ("mov [rbx+rdi+8], rax", "4889443b08"),
    ("mov [r8+r9*4], eax", "43890488"),
    ("mov [r8+r9*8+16], rax", "4b8944c810"),
    ("mov [r9*4+0x20500], eax", "4289048d00050200"),
    ("mov [r9*2+0x20500], ax", "664389840900050200"),
    ("mov [r9+0x20500], al", "41888100050200"),
    ("mov [r9*8+0x20504], eax", "428904cd04050200"),
    ("mov [r9+r9*2+0x20500], al", "4388844900050200"),
    ("movzx r9d, r9b; mov [r9*4+0x20500], eax", "450fb6c94289048d00050200"),
    ("movzx r9d, r9w; mov [r9*4+0x20500], eax", "450fb7c94289048d00050200"),
    ("mov [0x20500], rax", "4889042500050200"),
    ("mov [edi], eax", "678907"),
    ("mov [edi+r9d*4-8], ax", "66674289448ff8"),
    ("mov [fs:rdi-0x10], eax", "648947f0"),
    ("setc [rdi]", "0f9207"),
    ("push rax", "50"),
    ("push 7", "6a07"),
    ("push qword [r8]", "41ff30"),
    ("pop qword [rdi]", "8f07"),
    ("movups [rdi], xmm0", "0f1107"),
    ("movaps [rdi], xmm0", "0f2907"),
    ("movsd [rdi], xmm0", "f20f1107"),
    ("movss [rdi+4], xmm0", "f30f114704"),
    ("movhps [rdi], xmm0", "0f1707"),
    ("movsb", "a4"),
    ("movsq", "48a5"),
    ("stosb", "aa"),
    ("stosd", "ab"),
    ("mov ecx, 20; rep stosb", "b914000000f3aa"),
    ("mov ecx, 5; rep stosq", "b905000000f348ab"),
    ("mov ecx, 70; rep movsb", "b946000000f3a4"),
    ("mov ecx, 3; rep movsd", "b903000000f3a5"),
  ]

  /// They change what is there.
  static let changing: [(text: String, bytes: String)] = [
    ("add [rdi], al", "0007"),
    ("add dword [rdi], 5", "830705"),
    ("add qword [rdi+8], 0x12345", "4881470845230100"),
    ("sub [rdi], ax", "662907"),
    ("inc dword [rdi]", "ff07"),
    ("dec byte [rdi]", "fe0f"),
    ("neg qword [rdi]", "48f71f"),
    ("not word [rdi]", "66f717"),
    ("and [rdi], eax", "2107"),
    ("or byte [rdi], 0x11", "800f11"),
    ("xor [r9*4+0x20500], eax", "4231048d00050200"),
    ("xor qword [rdi], 0x7FFFFFFF", "488137ffffff7f"),
    ("shl dword [rdi], 1", "d127"),
    ("shr qword [rdi], 1", "48d12f"),
    ("sar byte [rdi], 1", "d03f"),
    ("rol dword [rdi], 1", "d107"),
    ("adc [rdi], eax", "1107"),
    ("and r9d, 0x3F; mov [r9*8+0x20500], rax", "4183e13f4a8904cd00050200"),
    ("lock add [rdi], eax", "f00107"),
    ("lock inc dword [rdi]", "f0ff07"),
    ("lock or dword [rdi], 0x10", "f0830f10"),
    ("xchg [rdi], eax", "8707"),
    ("lock xadd [rdi], eax", "f00fc107"),
    ("lock cmpxchg [rdi], ebx", "f00fb11f"),
    ("bts dword [rdi], 3", "0fba2f03"),
    ("inc qword [0x20500]", "48ff042500050200"),
    ("add [0x20500], eax", "01042500050200"),
  ]

  static func bytes(_ hex: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = hex[...]
    while let byte = UInt8(rest.prefix(2), radix: 16) {
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return bytes
  }
}
