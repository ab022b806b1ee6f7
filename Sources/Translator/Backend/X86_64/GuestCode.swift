/// Guest instructions as they stand.
extension X86_64BackEnd {
  /// Copies instructions. The code of the first one begins at `start`, which may be before what is
  /// written here.
  @inline(__always)
  mutating func verbatim(
    _ op: UnsafePointer<Operation>, from start: UnsafeMutablePointer<UInt8>,
    _ tables: inout CodeTables
  ) {
    guard let from = UnsafeRawPointer(bitPattern: Int(op.pointee.displacement)) else { return }
    guard op.pointee.addressMode == 0 else { return adapted(op, from, start, &tables) }
    // Sixteen bytes at a time are readable; what is too much is written over.
    let to = UnsafeMutableRawPointer(b.cursor)
    let total = Int(op.pointee.length)
    var n = 0
    repeat {
      to.storeBytes(
        of: from.loadUnaligned(fromByteOffset: n, as: SIMD2<UInt64>.self), toByteOffset: n,
        as: SIMD2<UInt64>.self)
      n &+= 16
    } while n < total
    let before = UInt16(truncatingIfNeeded: b.cursor - start)
    b.cursor += total
    tables.addLengths(op.pointee.immediate, Int(op.pointee.width), before: before)
  }

  /// One instruction. What it needs of R13 and R14 is fetched, and put back, around it; until then
  /// nothing of the state has changed, so that it may fault.
  @inline(never)
  private mutating func adapted(
    _ op: UnsafePointer<Operation>, _ from: UnsafeRawPointer,
    _ start: UnsafeMutablePointer<UInt8>, _ tables: inout CodeTables
  ) {
    let note = VerbatimNote(rawValue: op.pointee.addressMode)
    let length = Int(op.pointee.length)
    let bits = Int(note.rawValue)
    exchange(0x2D8B4C, 13, bits & 1)
    exchange(0x358B4C, 14, bits &>> 1 & 1)
    if note.relativeModRM == 0 {
      UnsafeMutableRawPointer(b.cursor).storeBytes(
        of: from.loadUnaligned(as: SIMD2<UInt64>.self), as: SIMD2<UInt64>.self)
      b.cursor += length
    } else {
      relative(from, length, note.relativeModRM, note.registers, op.pointee.offset)
    }
    exchange(0x2D894C, 13, bits &>> 2 & 1)
    exchange(0x35894C, 14, bits &>> 3 & 1)
    tables.add(
      InstructionLength(
        host: UInt16(truncatingIfNeeded: b.cursor - start), guest: op.pointee.length, recipe: 0))
  }

  /// MOV between a register and its place in the state, `count` of them, 0 or 1: there is no telling
  /// which, so nothing branches. REX, opcode and ModRM are given.
  @inline(__always)
  private mutating func exchange(_ opcode: UInt64, _ register: UInt8, _ count: Int) {
    let distance = layout.state &+ StateOffset.general(register) &- (b.address &+ 7)
    UnsafeMutableRawPointer(b.cursor).storeBytes(of: opcode | distance &<< 24, as: UInt64.self)
    b.cursor += count &* 7
  }

  /// An address that counts from RIP is known: below 2 GiB it stands in the instruction, above in a
  /// scratch register.
  @inline(never)
  private mutating func relative(
    _ from: UnsafeRawPointer, _ length: Int, _ modRM: Int, _ registers: VerbatimNote.Registers,
    _ offset: UInt16
  ) {
    let displacement = from.loadUnaligned(fromByteOffset: modRM + 1, as: Int32.self)
    let next = block.address &+ UInt64(offset) &+ UInt64(length)
    let address = next &+ UInt64(bitPattern: Int64(displacement))
    let byte = from.load(fromByteOffset: modRM, as: UInt8.self)
    if address < 1 << 31 {
      // All of it, then the address in its new form over it, and what comes behind once more.
      let to = UnsafeMutableRawPointer(b.cursor)
      to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
      to.storeBytes(of: UInt16(byte & 0x38 | 4) | 0x2500, toByteOffset: modRM, as: UInt16.self)
      to.storeBytes(
        of: UInt32(truncatingIfNeeded: address), toByteOffset: modRM &+ 2, as: UInt32.self)
      to.storeBytes(
        of: from.loadUnaligned(fromByteOffset: modRM &+ 5, as: UInt32.self),
        toByteOffset: modRM &+ 6, as: UInt32.self)
      b.cursor += length &+ 1
      return
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
}
