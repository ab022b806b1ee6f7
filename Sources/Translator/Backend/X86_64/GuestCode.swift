/// Guest instructions as they stand.
extension X86_64BackEnd {
  /// Copies an instruction; what it needs of R13 and R14 is fetched, and put back, around it. Until
  /// then nothing of the state has changed, so that it may fault.
  @inline(__always)
  mutating func verbatim(_ op: UnsafePointer<Operation>) {
    let registers = StateRegisters(rawValue: UInt8(truncatingIfNeeded: op.pointee.immediate))
    if !registers.isEmpty { fetch(registers) }
    if let from = UnsafeRawPointer(bitPattern: Int(op.pointee.displacement)) {
      // Sixteen bytes are readable; what is too much is written over.
      let to = UnsafeMutableRawPointer(b.cursor)
      to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
      to.storeBytes(
        of: from.loadUnaligned(fromByteOffset: 8, as: UInt64.self), toByteOffset: 8,
        as: UInt64.self)
      b.cursor += Int(op.pointee.length)
    }
    if !registers.isEmpty { put(registers) }
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
