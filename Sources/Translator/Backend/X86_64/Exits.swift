/// How a block's code is left.
extension X86_64BackEnd {
  /// Room for code that is rarely reached, at the far end of the code memory.
  @inline(__always)
  mutating func takeCold(_ count: Int = 32) -> CodeBuffer {
    b.coldEnd -= count
    var code = b
    code.cursor = b.coldEnd
    return code
  }

  /// Eleven bytes that leave by an exit.
  @inline(__always)
  static func leave(_ exit: Int, _ code: inout CodeBuffer, _ address: UInt64) {
    code.exitWord(UInt32(truncatingIfNeeded: exit))
    code.jump(to: address)
  }

  mutating func state(_ offset: UInt64) -> X86Operand { .data(layout.state &+ offset) }

  /// What to add to the counter where `done` instructions of the block are complete.
  mutating func adjustment(_ done: Int) -> Int { isCounted ? total - done : -done }

  /// A branch or jump to guest code: `condition` nil for a jump.
  mutating func writeExit(to target: UInt64, condition: UInt8?, _ tables: inout CodeTables) {
    let adjust = layout.isCounting ? adjustment(begun) : 0
    if adjust == 0 { return writeSimpleExit(to: target, condition, &tables) }
    var code = takeCold(24)
    if let condition { b.branch(condition, to: code.address) } else { b.jump(to: code.address) }
    var record = ExitRecord()
    record.target = target
    record.block = UInt32(truncatingIfNeeded: blockIndex)
    // The rest of the block was counted down for nothing.
    code.lea(
      8, HostRegister.counter, .memory(HostRegister.counter, Int32(truncatingIfNeeded: adjust)))
    code.jump(to: code.address &+ 5)
    record.patch = code.offset &- 4
    record.stub = code.offset
    Self.leave(tables.add(record), &code, exitAddress)
  }

  /// An exit with nothing to set right.
  @inline(__always)
  private mutating func writeSimpleExit(
    to target: UInt64, _ condition: UInt8?, _ tables: inout CodeTables
  ) {
    b.coldEnd -= 12
    let stub = UInt32(truncatingIfNeeded: b.coldEnd - b.start)
    if let condition {
      b.word16(0x800F | UInt16(condition) &<< 8)
    } else {
      b.byte(0xE9)
    }
    b.word32(stub &- (b.offset &+ 4))
    var record = ExitRecord()
    record.target = target
    record.block = UInt32(truncatingIfNeeded: blockIndex)
    record.patch = b.offset &- 4
    record.stub = stub
    let e = UInt64(truncatingIfNeeded: tables.add(record))
    // As `leave` writes it.
    let distance = UInt64(layout.stubs.exit &- (stub &+ 11))
    let cold = UnsafeMutableRawPointer(b.coldEnd)
    cold.storeBytes(of: 0xE9_0000_0000_BE41 | e &<< 16 | distance &<< 56, as: UInt64.self)
    cold.storeBytes(
      of: UInt32(truncatingIfNeeded: distance &>> 8), toByteOffset: 8, as: UInt32.self)
  }
}
