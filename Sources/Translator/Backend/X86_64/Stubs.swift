internal import CTranslator

/// How guest registers live in the host's.
///
/// Every guest register is the host register of the same name, RSP included: pushes, pops and calls
/// are themselves. That the stack pointer is the guest's while compiled code runs asks one thing of
/// the process: signal handlers run on a stack of their own (SA_ONSTACK). R13, R14 and R15 have
/// other work to do; the guest's live in the state, which is addressed relative to RIP.
enum HostRegister {
  static let rax: UInt8 = 0, rcx: UInt8 = 1, rdx: UInt8 = 2, rbx: UInt8 = 3
  static let rsp: UInt8 = 4, rbp: UInt8 = 5, rsi: UInt8 = 6, rdi: UInt8 = 7
  /// Two for whoever needs one within an instruction.
  static let scratch: UInt8 = 14, otherScratch: UInt8 = 13
  /// Counts down guest instructions.
  static let counter: UInt8 = 15
  /// Guest registers below this one are in host registers.
  static let firstInState: UInt8 = 13
}

/// Offsets in the guest's state.
enum StateOffset {
  static func general(_ n: UInt8) -> UInt64 { UInt64(n) * 8 }
  static func vector(_ n: Int) -> UInt64 {
    UInt64(MemoryLayout<TransomGuestState>.offset(of: \.vector) ?? 0) + UInt64(n) * 32
  }
  static let mxcsr = UInt64(MemoryLayout<TransomGuestState>.offset(of: \.mxcsr) ?? 0)
  static let hostStackPointer = UInt64(
    MemoryLayout<TransomGuestState>.offset(of: \.hostStackPointer) ?? 0)
  static let branchTarget = UInt64(
    MemoryLayout<TransomGuestState>.offset(of: \.branchTarget) ?? 0)
  static let remaining = UInt64(MemoryLayout<TransomGuestState>.offset(of: \.remaining) ?? 0)
  static let exitWord = UInt64(MemoryLayout<TransomGuestState>.offset(of: \.exitWord) ?? 0)
  static let packedFlags = UInt64(MemoryLayout<TransomGuestState>.offset(of: \.packedFlags) ?? 0)
  static let entryAddress = UInt64(MemoryLayout<TransomGuestState>.offset(of: \.entryAddress) ?? 0)
  static let direction = UInt64(MemoryLayout<TransomGuestState>.offset(of: \.direction) ?? 0)
  static let usesVectors = UInt64(MemoryLayout<TransomGuestState>.offset(of: \.usesVectors) ?? 0)
  static let hostMXCSR = UInt64(MemoryLayout<TransomGuestState>.offset(of: \.hostMXCSR) ?? 0)
  static let compiledScratch = UInt64(
    MemoryLayout<TransomGuestState>.offset(of: \.compiledScratch) ?? 0)
}

extension CodeBuffer {
  /// Says, in the scratch register, why code is left: mov r14d, word.
  @inline(__always)
  mutating func exitWord(_ word: UInt32) {
    word16(0xBE41)
    word32(word)
  }
}

/// The ways into compiled code and out of it.
extension X86_64BackEnd {
  static func stopInstruction(at offset: UInt32, _ stubs: CodeStubs) -> UInt32? { nil }

  static func writeStubs(_ b: inout CodeBuffer, _ layout: CodeLayout) -> CodeStubs {
    var stubs = CodeStubs()
    func state(_ offset: UInt64) -> X86Operand { .data(layout.state &+ offset) }

    stubs.enter = b.offset
    for register: UInt8 in [3, 5, 12, 13, 14, 15] { push(&b, register) }
    b.store(8, state(StateOffset.hostStackPointer), HostRegister.rsp)
    b.store(8, state(StateOffset.entryAddress), HostRegister.rdi)
    b.store(8, state(StateOffset.branchTarget), HostRegister.rsi)
    ifVectorsAreUsed(&b, layout) { b in
      b.instruction(X86Opcode(0xAE, map: 1), width: 4, reg: 3, state(StateOffset.hostMXCSR))
      b.instruction(X86Opcode(0xAE, map: 1), width: 4, reg: 2, state(StateOffset.mxcsr))
      for n in 0..<16 {
        b.instruction(
          X86Opcode(0x10, map: 1), width: 4, reg: UInt8(n), state(StateOffset.vector(n)))
      }
    }
    // OF from AL, the others from AH; DF by itself.
    b.load(4, HostRegister.rax, state(StateOffset.direction))
    b.instruction(X86Opcode(0x85), width: 4, reg: 0, .register(0))
    b.word16(0x0174)  // jz over std
    b.byte(0xFD)
    b.load(4, HostRegister.rax, state(StateOffset.packedFlags))
    b.word16(0x7F04)  // add al, 7F
    b.byte(0x9E)  // sahf
    b.load(8, HostRegister.counter, state(StateOffset.remaining))
    for n: UInt8 in [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 4] {
      b.load(8, n, state(StateOffset.general(n)))
    }
    b.instruction(X86Opcode(0xFF), width: 4, reg: 4, state(StateOffset.entryAddress))

    stubs.missExit = b.offset
    b.exitWord(CodeExit.missedBranch)
    b.byte(0xEB)  // over the other entry
    b.byte(6)
    stubs.faultExit = b.offset
    b.exitWord(CodeExit.fault)

    stubs.exit = b.offset
    b.store(4, state(StateOffset.exitWord), HostRegister.scratch)
    b.store(8, state(StateOffset.general(0)), 0)
    b.byte(0x9F)  // lahf
    b.instruction(X86Opcode(0x90, map: 1), width: 4, reg: 0, .register(0))  // seto al
    b.store(4, state(StateOffset.packedFlags), 0)
    for n: UInt8 in 1..<HostRegister.firstInState {
      b.store(8, state(StateOffset.general(n)), n)
    }
    b.load(8, HostRegister.rsp, state(StateOffset.hostStackPointer))
    b.store(8, state(StateOffset.remaining), HostRegister.counter)
    ifVectorsAreUsed(&b, layout) { b in
      for n in 0..<16 {
        b.instruction(
          X86Opcode(0x11, map: 1), width: 4, reg: UInt8(n), state(StateOffset.vector(n)))
      }
      b.instruction(X86Opcode(0xAE, map: 1), width: 4, reg: 3, state(StateOffset.mxcsr))
      b.instruction(X86Opcode(0xAE, map: 1), width: 4, reg: 2, state(StateOffset.hostMXCSR))
    }
    b.byte(0xFC)  // cld
    writeReturn(&b)

    stubs.leave = b.offset
    b.load(8, HostRegister.rsp, state(StateOffset.hostStackPointer))
    writeReturn(&b)
    return stubs
  }

  private static func writeReturn(_ b: inout CodeBuffer) {
    for register: UInt8 in [15, 14, 13, 12, 5, 3] { pop(&b, register) }
    b.byte(0xC3)
  }

  /// Code that is jumped over while no compiled code uses vector registers.
  private static func ifVectorsAreUsed(
    _ b: inout CodeBuffer, _ layout: CodeLayout, _ body: (inout CodeBuffer) -> Void
  ) {
    let flag = X86Operand.data(layout.state &+ StateOffset.usesVectors)
    b.instruction(X86Opcode(0x83), width: 4, reg: 7, flag, trailing: 1)
    b.byte(0)
    b.branch(4, to: b.address)
    let hole = b.cursor
    body(&b)
    UnsafeMutableRawPointer(hole - 4).storeBytes(
      of: UInt32(truncatingIfNeeded: b.cursor - hole), as: UInt32.self)
  }

  private static func push(_ b: inout CodeBuffer, _ register: UInt8) {
    if register & 8 != 0 { b.byte(0x41) }
    b.byte(0x50 | register & 7)
  }

  private static func pop(_ b: inout CodeBuffer, _ register: UInt8) {
    if register & 8 != 0 { b.byte(0x41) }
    b.byte(0x58 | register & 7)
  }

  mutating func writeThunk(_ b: inout CodeBuffer, guest: UInt64, code: UInt32) {
    Self.writeAddressCheck(&b, layout, guest)
    b.jump(to: layout.base &+ UInt64(code))
  }

  static func writeHostThunk(
    _ b: inout CodeBuffer, _ layout: CodeLayout, guest: UInt64, routine: UInt64
  ) {
    writeAddressCheck(&b, layout, guest)
    // The routine may be too far away for a displacement: through the word behind the jump.
    b.instruction(X86Opcode(0xFF), width: 4, reg: 4, .data(b.address &+ 6))
    b.word64(routine)
  }

  /// Checks `branchTarget` without touching a flag: RCX is borrowed for JRCXZ.
  private static func writeAddressCheck(
    _ b: inout CodeBuffer, _ layout: CodeLayout, _ guest: UInt64
  ) {
    func state(_ offset: UInt64) -> X86Operand { .data(layout.state &+ offset) }
    let difference = 0 &- Int64(bitPattern: guest)
    b.store(8, .register(HostRegister.scratch), HostRegister.rcx)
    b.load(8, HostRegister.rcx, state(StateOffset.branchTarget))
    if difference >= -0x8000_0000 && difference <= 0x7FFF_FFFF {
      b.lea(8, HostRegister.rcx, .memory(HostRegister.rcx, Int32(difference)))
    } else {
      b.constant(HostRegister.otherScratch, difference)
      var sum = X86Operand.memory(HostRegister.rcx)
      sum.index = HostRegister.otherScratch
      b.lea(8, HostRegister.rcx, sum)
    }
    b.byte(0xE3)  // jrcxz
    b.byte(8)
    b.load(8, HostRegister.rcx, .register(HostRegister.scratch))
    b.jump(to: layout.base &+ UInt64(layout.stubs.missExit))
    b.load(8, HostRegister.rcx, .register(HostRegister.scratch))
  }

  static func patch(
    _ exit: ExitRecord, to offset: UInt32, _ writable: UnsafeMutablePointer<UInt8>
  ) -> Int {
    let at = UnsafeMutableRawPointer(writable + Int(exit.patch))
    at.storeBytes(of: offset &- (exit.patch &+ 4), as: UInt32.self)
    return 4
  }

  // MARK: Flags

  static func importFlags(_ state: UnsafeMutablePointer<TransomGuestState>) {
    let f = state.pointee.rflags
    // SAHF takes SF ZF AF PF CF from AH, in their places in RFLAGS.
    state.pointee.packedFlags = UInt32(truncatingIfNeeded: (f & 0xFF) << 8 | f >> 11 & 1)
    state.pointee.direction = UInt32(truncatingIfNeeded: f >> 10 & 1)
  }

  static func exportFlags(_ state: UnsafeMutablePointer<TransomGuestState>) {
    let packed = UInt64(state.pointee.packedFlags)
    let flags = packed >> 8 & 0xD5 | (packed & 1) << 11 | UInt64(state.pointee.direction) << 10
    state.pointee.rflags = state.pointee.rflags & ~0xCD5 | flags
  }

  static func recoverFlags(
    _ state: UnsafeMutablePointer<TransomGuestState>, _ recipe: FlagRecipes, before: FlagRecipes?
  ) {}
}
