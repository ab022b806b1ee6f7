/// Stores to pages that hold translated code as well: see `StoreSites`.
extension X86_64BackEnd {
  /// Whether the operation writes its memory operand, at the address that the operand names.
  func stores(_ op: Operation) -> Bool {
    switch op.opcode {
    case .store, .vectorStore, .exchange, .exchangeAdd, .compareExchange, .compareExchangeWide: true
    default: op.attributes.contains(.memoryDestination)
    }
  }

  /// The operand by way of the site's window: where its address is within, that of the second
  /// mapping. The flags stay as they are where someone sees them, and for a fault where not.
  mutating func redirected(_ rm: X86Operand, _ op: Operation) -> X86Operand {
    let width = max(op.width, op.opcode == .vectorStore ? op.selector : 0)
    guard let site, site.count >= UInt64(width), site.alias < 1 << 31, !reachesBeyond(op)
    else {
      failed = true
      return rm
    }
    let e = freeRegister(rm)
    let kept = state(StateOffset.compiledScratch)
    b.lea(8, e, rm)
    if layout.isCounting { b.store(8, kept, HostRegister.counter) }
    // The flags go to R15 by way of RAX.
    b.load(8, HostRegister.counter, .register(HostRegister.rax))
    b.byte(0x9F)  // lahf
    b.instruction(X86Opcode(0x90, map: 1), width: 4, reg: 0, .register(0))  // seto al
    exchangeWithCounter(&b)
    var constants = takeCold()
    let start = constants.address
    constants.word64(site.first)
    constants.word64(site.first &- site.alias)
    b.instruction(X86Opcode(0x2B), width: 8, reg: e, .data(start))
    b.instruction(X86Opcode(0x81), width: 8, reg: 7, .register(e), trailing: 4)
    b.word32(UInt32(truncatingIfNeeded: site.count &- UInt64(width) &+ 1))
    var code = takeCold()
    b.branch(3, to: code.address)
    if needsFlags(op) { flagsFromCounter(&b) }
    if layout.isCounting { b.load(8, HostRegister.counter, kept) }
    // Outside: the address again, less what the operand adds.
    code.instruction(X86Opcode(0x03), width: 8, reg: e, .data(start &+ 8))
    flagsFromCounter(&code)
    if layout.isCounting { code.load(8, HostRegister.counter, kept) }
    code.jump(to: b.address)
    return .memory(e, Int32(truncatingIfNeeded: Int64(bitPattern: site.alias)))
  }

  private func exchangeWithCounter(_ code: inout CodeBuffer) {
    code.byte(0x49)  // xchg rax, r15
    code.byte(0x97)
  }

  /// Flags from R15; RAX stays.
  private func flagsFromCounter(_ code: inout CodeBuffer) {
    exchangeWithCounter(&code)
    code.word16(0x7F04)  // add al, 7F
    code.byte(0x9E)  // sahf
    code.load(8, HostRegister.rax, .register(HostRegister.counter))
  }

  /// A bit's number adds to the address.
  private func reachesBeyond(_ op: Operation) -> Bool {
    switch op.opcode {
    case .bitSet, .bitReset, .bitComplement: op.right != .immediate
    default: false
    }
  }

  /// Whether flags from before the operation are seen behind it.
  private func needsFlags(_ op: Operation) -> Bool {
    switch op.opcode {
    case .add, .subtract, .and, .or, .xor, .negate, .exchangeAdd, .compareExchange: false
    case .store, .vectorStore, .exchange, .not:
      instructionEnd >= operationCount || !ops[instructionEnd].seenFlags.isEmpty
    default: true
    }
  }
}
