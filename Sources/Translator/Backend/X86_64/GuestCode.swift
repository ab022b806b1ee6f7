/// Guest instructions as they stand.
extension X86_64BackEnd {
  /// Copies an instruction; what it needs of R13 and R14 is fetched, and put back, around it. Until
  /// then nothing of the state has changed, so that it may fault. `offset`: of the instruction from
  /// the block's start.
  @inline(__always)
  mutating func verbatim(_ op: UnsafePointer<Operation>, _ offset: UInt16) {
    let note = VerbatimNote(op.pointee.immediate)
    guard let from = UnsafeRawPointer(bitPattern: Int(op.pointee.displacement)) else { return }
    if !note.registers.isEmpty { fetch(note.registers) }
    if note.relativeModRM == 0 {
      // Sixteen bytes are readable; what is too much is written over.
      let to = UnsafeMutableRawPointer(b.cursor)
      to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
      to.storeBytes(
        of: from.loadUnaligned(fromByteOffset: 8, as: UInt64.self), toByteOffset: 8,
        as: UInt64.self)
      b.cursor += Int(op.pointee.length)
    } else {
      relative(from, Int(op.pointee.length), Int(note.relativeModRM), note.registers, offset)
    }
    if !note.registers.isEmpty { put(note.registers) }
  }

  /// An address that counts from RIP is known: below 2 GiB it stands in the instruction, above in a
  /// scratch register.
  @inline(never)
  private mutating func relative(
    _ from: UnsafeRawPointer, _ length: Int, _ modRM: Int, _ registers: StateRegisters,
    _ offset: UInt16
  ) {
    let displacement = from.loadUnaligned(fromByteOffset: modRM + 1, as: Int32.self)
    let next = block.address &+ UInt64(offset) &+ UInt64(length)
    let address = next &+ UInt64(bitPattern: Int64(displacement))
    let byte = from.load(fromByteOffset: modRM, as: UInt8.self)
    if address < 1 << 31 {
      copy(from, 0, modRM)
      b.byte(byte & 0x38 | 4)
      b.byte(0x25)
      b.word32(UInt32(truncatingIfNeeded: address))
    } else {
      let isFree = registers.isDisjoint(with: [.fetchR13, .putR13])
      let base = isFree ? HostRegister.otherScratch : HostRegister.scratch
      b.byte(0x49)
      b.byte(0xB8 | base & 7)
      b.word64(address)
      let first = from.load(as: UInt8.self)
      let hasREX = first & 0xF0 == 0x40
      b.byte((hasREX ? first : 0x40) | 1)
      copy(from, hasREX ? 1 : 0, modRM)
      b.byte(byte & 0x38 | 0x40 | base & 7)
      b.byte(0)
    }
    copy(from, modRM + 5, length)
  }

  private mutating func copy(_ from: UnsafeRawPointer, _ first: Int, _ end: Int) {
    for n in first..<end { b.byte(from.load(fromByteOffset: n, as: UInt8.self)) }
  }

  @inline(never)
  private mutating func fetch(_ registers: StateRegisters) {
    if registers.contains(.fetchR13) { b.load(8, 13, state(StateOffset.general(13))) }
    if registers.contains(.fetchR14) { b.load(8, 14, state(StateOffset.general(14))) }
  }

  @inline(never)
  private mutating func put(_ registers: StateRegisters) {
    if registers.contains(.putR13) { b.store(8, state(StateOffset.general(13)), 13) }
    if registers.contains(.putR14) { b.store(8, state(StateOffset.general(14)), 14) }
  }
}
