internal import CTranslator

/// IR to x86-64. Most operations are the one instruction they came from: registers stand under
/// their own names, memory operands stay whole, and the host's flags are the guest's.
///
/// Works instruction by instruction: where one of a guest instruction's operations has no fast
/// form, what was written of it is dropped, and the code leaves to have that instruction
/// interpreted.
struct X86_64BackEnd: BackEnd {
  let layout: CodeLayout
  var b: CodeBuffer
  var ops: UnsafeMutablePointer<Operation>
  var operationCount = 0
  let temporaries: UnsafeMutablePointer<TemporaryPlace>
  /// Scratch registers in use: by a temporary, or within the operation being written.
  var held: UInt16 = 0
  /// Temporaries that have a place, a bit each.
  var placed: UInt32 = 0
  var transient: UInt16 = 0
  /// The instruction being written has no fast form.
  var failed = false
  /// Vector registers are used in the block.
  var usesVectors = false
  var mode = ProcessorMode.long64
  let vectorEncodings: VectorEncodings
  let host: HostFeatures
  /// Where code goes that leaves.
  let exitAddress: UInt64

  // The block being written.
  var block = Block(operations: UnsafeMutablePointer(bitPattern: 8).unsafelyUnwrapped)
  var blockIndex = 0
  var total = 0
  /// Guest instructions whose boundaries were passed, that is one more than are complete.
  var begun = 0
  /// `remaining` has been counted down.
  var isCounted = false
  var countedAt = 0
  /// The instruction being written is one that stores beside code; where the next one begins.
  var site: StoreSite?
  var instructionEnd = 0

  /// Instructions that may be executed before the counter is looked at.
  static var longestPrefix: Int { 12 }
  static var slack: Int64 { Int64(longestPrefix) }

  static var isCoherent: Bool { true }
  static var carriesGuestCode: Bool { true }

  init(layout: CodeLayout) {
    self.layout = layout
    let nothing = UnsafeMutablePointer<UInt8>(bitPattern: 8).unsafelyUnwrapped
    b = CodeBuffer(cursor: nothing, coldEnd: nothing, start: nothing, base: 0)
    ops = block.operations
    temporaries = .allocate(capacity: 32)
    temporaries.initialize(repeating: .nowhere, count: 32)
    host = HostFeatures()
    exitAddress = layout.base &+ UInt64(layout.stubs.exit)
    vectorEncodings = VectorEncodings.shared
  }

  func deallocate() {
    temporaries.deallocate()
  }

  mutating func write(
    _ block: Block, index: Int, _ record: inout CompiledBlock, _ buffer: inout CodeBuffer,
    _ tables: inout CodeTables, isChecked: Bool, entryFlags: (UInt64) -> FlagSet?
  ) {
    b = buffer
    self.block = block
    ops = block.operations
    operationCount = Int(block.operationCount)
    blockIndex = index
    total = max(1, Int(block.instructionCount))
    record.instructionCount = UInt16(truncatingIfNeeded: total)
    mode = block.mode
    begun = 0
    isCounted = false
    let countAt = findCountingPoint()
    // What precedes the first instruction counts as part of it.
    var start = b.cursor
    if isChecked { writeCheck(record, &tables) }
    if countAt == nil { writeCount(&tables, before: 0, keepsFlags: true) }

    let count = operationCount
    let ops = ops
    var n = 0
    while n < count {
      if countAt == n { writeCount(&tables, before: n, keepsFlags: false) }
      if ops[n].opcode == .verbatim {
        begun &+= Int(ops[n].width)
        verbatim(ops + n, from: start, &tables)
        n &+= 1
        if n < count, ops[n].opcode == .jump { n = writeLastJump(n, &tables) }
      } else {
        let next = endOfInstruction(n)
        if begun < total { begun &+= 1 }
        if !writeTransfer(n, next, &tables) { writeInstruction(n, next, &tables) }
        tables.add(
          InstructionLength(
            host: UInt16(truncatingIfNeeded: b.cursor - start), guest: ops[n].length, recipe: 0))
        n = next
      }
      start = b.cursor
    }
    record.countedAt = UInt16(truncatingIfNeeded: countedAt)
    if usesVectors { tables.usesVectors = 1 }
    buffer = b
  }

  @inline(__always)
  private mutating func endOfInstruction(_ first: Int) -> Int {
    var n = first &+ 1
    while n < operationCount && !ops[n].beginsInstruction { n &+= 1 }
    return n
  }

  /// An instruction that is a direct jump or branch, with the block's end behind it or not. False: it
  /// is something else.
  @inline(__always)
  private mutating func writeTransfer(
    _ first: Int, _ end: Int, _ tables: inout CodeTables
  ) -> Bool {
    let op = ops + first + 1
    let isPair = end == first &+ 3 && op[1].opcode == .jump
    switch op.pointee.opcode {
    case .jump where end == first &+ 2:
      writeExit(to: UInt64(bitPattern: op.pointee.immediate), condition: nil, &tables)
    case .branch where end == first &+ 2 || isPair:
      writeExit(
        to: UInt64(bitPattern: op.pointee.immediate), condition: op.pointee.selector, &tables)
      if isPair { writeExit(to: UInt64(bitPattern: op[1].immediate), condition: nil, &tables) }
    default: return false
    }
    return true
  }

  /// The block's end behind instructions that are carried over: it counts as part of the last one.
  @inline(__always)
  private mutating func writeLastJump(_ n: Int, _ tables: inout CodeTables) -> Int {
    let start = b.cursor
    writeExit(to: UInt64(bitPattern: ops[n].immediate), condition: nil, &tables)
    tables.lengths[tables.lengthCount &- 1].host &+= UInt16(
      truncatingIfNeeded: b.cursor - start)
    return n &+ 1
  }

  // MARK: Counting

  /// The first boundary before which all flags are dead: there the counter can be looked at for
  /// nothing. Nil if that comes too late in the block.
  private mutating func findCountingPoint() -> Int? {
    var n = 0
    guard layout.isCounting else { return -1 }
    var passed = 0
    while n < operationCount {
      let opcode = ops[n].opcode
      if ops[n].beginsInstruction {
        if passed > Self.longestPrefix { return nil }
        if ops[n].seenFlags.isEmpty { return n }
        passed &+= opcode == .verbatim ? Int(ops[n].width) : 1
      } else if opcode == .branch || opcode == .branchCounter || opcode.endsBlock {
        return nil
      }
      n += 1
    }
    return nil
  }

  /// Counts the block down and leaves if fewer instructions remain.
  private mutating func writeCount(
    _ tables: inout CodeTables, before n: Int, keepsFlags: Bool
  ) {
    guard layout.isCounting else { return }
    let address = block.address &+ UInt64(ops[n].offset)
    let counter = X86Operand.register(HostRegister.counter)
    if keepsFlags { saveFlags() }
    b.instruction(X86Opcode(0x83), width: 8, reg: 5, counter, trailing: 1)
    b.byte(UInt8(truncatingIfNeeded: total))
    countedAt = begun
    isCounted = true
    var record = ExitRecord()
    record.kind = .exhausted
    record.target = mode == .long64 ? address : address & 0xFFFF_FFFF
    record.block = UInt32(truncatingIfNeeded: blockIndex)
    record.adjustment = Int16(truncatingIfNeeded: total - begun)
    let e = tables.add(record)
    var code = takeCold(24)
    b.branch(8, to: code.address)
    if keepsFlags { Self.restoreFlags(&code) }
    Self.leave(e, &code, exitAddress)
    if keepsFlags { Self.restoreFlags(&b) }
  }

  private mutating func saveFlags() {
    b.store(8, .register(HostRegister.scratch), HostRegister.rax)
    b.byte(0x9F)  // lahf
    b.instruction(X86Opcode(0x90, map: 1), width: 4, reg: 0, .register(0))  // seto al
  }

  private static func restoreFlags(_ code: inout CodeBuffer) {
    code.word16(0x7F04)  // add al, 7F
    code.byte(0x9E)  // sahf
    code.load(8, HostRegister.rax, .register(HostRegister.scratch))
  }

  /// Compares the guest's bytes with those translated. The page is writable, so nothing else would
  /// notice a change.
  private mutating func writeCheck(_ record: CompiledBlock, _ tables: inout CodeTables) {
    var exit = ExitRecord()
    exit.kind = .stale
    exit.target = record.address
    exit.block = UInt32(truncatingIfNeeded: blockIndex)
    let e = tables.add(exit)
    var code = takeCold()
    let way = code.address
    Self.restoreFlags(&code)
    Self.leave(e, &code, exitAddress)
    saveFlags()
    let other = HostRegister.otherScratch
    var offset = 0
    let count = Int(record.byteCount)
    let bytes = UnsafeRawPointer(bitPattern: UInt(record.address))
    b.constant(other, Int64(bitPattern: record.address))
    while offset < count, let bytes {
      let width = count - offset >= 4 ? 4 : count - offset >= 2 ? 2 : 1
      let at = X86Operand.memory(other, Int32(offset))
      switch width {
      case 4:
        b.instruction(X86Opcode(0x81), width: 4, reg: 7, at, trailing: 4)
        b.word32(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      case 2:
        b.instruction(X86Opcode(0x81), width: 2, reg: 7, at, trailing: 2)
        b.word16(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
      default:
        b.instruction(X86Opcode(0x80), width: 4, reg: 7, at, trailing: 1)
        b.byte(bytes.load(fromByteOffset: offset, as: UInt8.self))
      }
      b.branch(5, to: way)
      offset += width
    }
    Self.restoreFlags(&b)
  }

  // MARK: One instruction

  private mutating func writeInstruction(_ first: Int, _ end: Int, _ tables: inout CodeTables) {
    let start = b.cursor
    let cold = b.coldEnd
    let exitCount = tables.exitCount
    failed = false
    held = 0
    transient = 0
    forgetTemporaries()
    instructionEnd = end
    let address = block.address &+ UInt64(ops[first].offset)
    site = tables.sites?.mayBeSite(address) == true ? tables.sites?.find(address) : nil
    var n = first + 1
    while n < end && !failed {
      n = writeOperation(n, end, &tables)
      transient = 0
    }
    guard failed else { return }
    b.cursor = start
    b.coldEnd = cold
    tables.exitCount = exitCount
    writeInterpreted(first, end, &tables)
  }

  /// Leaves to have one instruction interpreted.
  private mutating func writeInterpreted(_ first: Int, _ end: Int, _ tables: inout CodeTables) {
    let offset = UInt64(ops[first].offset)
    let mask: UInt64 = mode == .long64 ? ~0 : 0xFFFF_FFFF
    let address = (block.address &+ offset) & mask
    let kept = tables.keep(
      ops + first, end - first, next: (address &+ UInt64(ops[first].length)) & mask)
    var record = ExitRecord()
    record.kind = end == operationCount ? .leave : .interpret
    record.target = address
    record.block = UInt32(truncatingIfNeeded: blockIndex)
    record.operations = UInt32(truncatingIfNeeded: kept.first)
    record.operationCount = UInt16(truncatingIfNeeded: kept.count)
    record.adjustment = Int16(truncatingIfNeeded: adjustment(begun - 1))
    let e = tables.add(record)
    Self.leave(e, &b, exitAddress)
    tables.exits[e].resume = b.offset
  }
}
