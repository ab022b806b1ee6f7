internal import CTranslator

/// Translated blocks as host code: found by guest address, linked to each other, dropped when the
/// guest's code changes. When the code memory or a table is full everything is dropped and
/// translation starts over: simple, and bounded.
final class CompiledCode<Host: BackEnd> {
  let memory: CodeMemory
  let tables: UnsafeMutablePointer<CodeTables>
  private let backEnd: UnsafeMutablePointer<Host>
  private let buffer: UnsafeMutablePointer<CodeBuffer>
  let layout: CodeLayout
  let protection: PageProtection?
  /// Where code begins behind the stubs.
  private let firstCode: UnsafeMutablePointer<UInt8>
  /// Open-addressed by guest address: block index + 1, 0 empty, ~0 removed.
  private let index: UnsafeMutablePointer<UInt32>
  private let indexMask: Int
  private static var removed: UInt32 { ~0 }
  private let branchTable: UnsafeMutablePointer<UInt64>
  let codeMap: CodeMap
  private let hosts: HostThunks
  private(set) var flushes = 0
  /// Code is being executed below whoever uses the engine now: it has to stay where it is.
  var isHeld = false
  /// The first words of blocks while `Interruption` has replaced them, and how many blocks that is.
  let heads: UnsafeMutablePointer<UInt32>?
  var stoppedBlocks = 0
  private(set) var invalidatedBlocks = 0
  /// Bytes of host code written since the engine was made, stubs aside.
  private(set) var codeBytes: UInt64 = 0

  private var writable: UnsafeMutablePointer<UInt8> {
    memory.writable.assumingMemoryBound(to: UInt8.self)
  }

  init(
    memory: CodeMemory, protection: PageProtection?, codeMap: CodeMap, isCounting: Bool,
    hostFeatures: UInt64, letsInterruptsIn: Bool = false, keepsUnreadFlags: Bool = true,
    state: UnsafeMutablePointer<TransomGuestState>
  ) {
    self.memory = memory
    self.protection = protection
    self.codeMap = codeMap
    let start = memory.writable.assumingMemoryBound(to: UInt8.self)
    var layout = CodeLayout()
    layout.state = UInt64(UInt(bitPattern: memory.data))
    layout.branchTable = layout.state + UInt64(CodeMemory.tableOffset)
    layout.base = memory.executable
    layout.isCounting = isCounting
    layout.hostFeatures = hostFeatures
    layout.letsInterruptsIn = letsInterruptsIn
    layout.keepsUnreadFlags = keepsUnreadFlags
    var code = CodeBuffer(
      cursor: start, coldEnd: start + memory.count, start: start, base: memory.executable)
    layout.stubs = Host.writeStubs(&code, layout)
    self.layout = layout
    firstCode = code.cursor
    memory.synchronize(memory.executable, UInt64(code.cursor - start))
    buffer = .allocate(capacity: 1)
    buffer.initialize(to: code)
    backEnd = .allocate(capacity: 1)
    backEnd.initialize(to: Host(layout: layout))
    tables = .allocate(capacity: 1)
    tables.initialize(to: CodeTables(codeBytes: memory.count))
    heads = letsInterruptsIn ? .allocate(capacity: tables.pointee.blockCapacity) : nil
    tables.pointee.sites = codeMap.sites
    // Zero already, and not touched before it is needed.
    index = (memory.data + CodeMemory.indexOffset).assumingMemoryBound(to: UInt32.self)
    indexMask = CodeMemory.indexCount - 1
    branchTable = (memory.data + CodeMemory.tableOffset).assumingMemoryBound(to: UInt64.self)
    hosts = HostThunks()
    clearBranchTable()
  }

  deinit {
    heads?.deallocate()
    hosts.deallocate()
    releasePages()
    dropAliases(from: 0, to: ~0)
    tables.pointee.deallocate()
    tables.deallocate()
    buffer.deallocate()
    backEnd.pointee.deallocate()
    backEnd.deinitialize(count: 1)
    backEnd.deallocate()
  }

  private func clearBranchTable() {
    if BranchTable.words == 1 {
      return branchTable.update(
        repeating: executable(layout.stubs.missExit), count: BranchTable.wordCount)
    }
    for entry in 0..<BranchTable.wordCount / 2 { clearBranchEntry(2 * entry) }
  }

  /// Whoever branches then finds no address that leads there, and goes by what he knows himself.
  private func clearBranchEntry(_ position: Int) {
    branchTable[position] = executable(layout.stubs.missExit)
    if BranchTable.words == 2 {
      branchTable[position + 1] = ~UInt64(truncatingIfNeeded: position / 2)
    }
  }

  // MARK: Finding

  private func hash(_ address: UInt64) -> Int {
    // Code that lies together is looked up together: so are its slots.
    Int(truncatingIfNeeded: address >> 2 ^ address >> 20) & indexMask
  }

  /// The index of the block at a guest address.
  func find(_ address: UInt64, _ mode: ProcessorMode) -> Int? {
    var h = hash(address)
    while index[h] != 0 {
      if index[h] != Self.removed {
        let n = Int(index[h]) - 1
        let block = tables.pointee.blocks + n
        if block.pointee.address == address && block.pointee.mode == mode { return n }
      }
      h = (h + 1) & indexMask
    }
    return nil
  }

  func executable(_ offset: UInt32) -> UInt64 { layout.base &+ UInt64(offset) }

  /// The block whose code holds an executable address.
  func block(holding programCounter: UInt64) -> Int? {
    let offset = UInt32(truncatingIfNeeded: programCounter &- layout.base)
    // Blocks are written one behind the other, so their order is that of their code.
    var low = 0
    var high = tables.pointee.blockCount
    while low < high {
      let middle = (low + high) / 2
      if tables.pointee.blocks[middle].code <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let n = low - 1
    return offset < tables.pointee.blocks[n].codeEnd ? n : nil
  }

  // MARK: Writing

  var hasRoom: Bool {
    buffer.pointee.coldEnd - buffer.pointee.cursor > 1 << 16 && tables.pointee.hasRoom
      && !codeMap.isFull
  }

  /// Flushes unless the longest block fits.
  func makeRoom() {
    if !hasRoom, !isHeld { flush() }
  }

  /// Writes the block's code and makes it known; there is room. Returns its index.
  func insert(_ block: Block, isChecked: Bool) -> Int {
    narrowWindows(around: block.address, block.address &+ UInt64(block.byteCount))
    let n = tables.pointee.blockCount
    var record = CompiledBlock()
    record.address = block.address
    record.mode = block.mode
    record.byteCount = block.byteCount
    record.instructionCount = block.instructionCount
    record.lengths = UInt32(truncatingIfNeeded: tables.pointee.lengthCount)
    record.firstExit = UInt32(truncatingIfNeeded: tables.pointee.exitCount)
    record.code = buffer.pointee.offset
    let from = buffer.pointee.cursor
    let coldFrom = buffer.pointee.coldEnd
    backEnd.pointee.write(
      block, index: n, &record, &buffer.pointee, &tables.pointee, isChecked: isChecked,
      sight: { sight($0, $1, block.mode) })
    record.codeEnd = buffer.pointee.offset
    record.exitCount = UInt16(truncatingIfNeeded: tables.pointee.exitCount - Int(record.firstExit))
    codeBytes &+= UInt64(buffer.pointee.cursor - from)
    synchronize(from, buffer.pointee.cursor)
    synchronize(buffer.pointee.coldEnd, coldFrom)
    (tables.pointee.blocks + n).initialize(to: record)
    tables.pointee.blockCount = n + 1
    var h = hash(block.address)
    while index[h] != 0 && index[h] != Self.removed { h = (h + 1) & indexMask }
    index[h] = UInt32(n + 1)
    tables.pointee.blocks[n].nextInPage = codeMap.add(
      block.address, UInt64(block.byteCount), block: UInt32(n + 1))
    linkExits(of: n)
    return n
  }

  private func synchronize(
    _ from: UnsafeMutablePointer<UInt8>, _ to: UnsafeMutablePointer<UInt8>
  ) {
    guard !Host.isCoherent, to > from else { return }
    memory.synchronize(layout.base &+ UInt64(from - writable), UInt64(to - from))
  }

  /// Links every direct exit whose target is there already.
  private func linkExits(of n: Int) {
    let block = tables.pointee.blocks[n]
    for e in Int(block.firstExit)..<Int(block.firstExit) + Int(block.exitCount) {
      let exit = tables.pointee.exits[e]
      guard exit.kind == .direct, let to = find(exit.target, block.mode) else { continue }
      link(e, to: to)
    }
  }

  /// Makes an exit lead straight to a block. Not where it does not provide the flags that the block
  /// wants: false if its own block, written anew, would.
  @discardableResult
  func link(_ e: Int, to n: Int) -> Bool {
    resumeBlocks()
    let exit = tables.pointee.exits + e
    guard exit.pointee.linked == 0 else { return true }
    guard tables.pointee.blocks[n].entryFlags.isSubset(of: exit.pointee.provided) else {
      return exit.pointee.block >= n
        || tables.pointee.blocks[Int(exit.pointee.block)].byteCount == 0
    }
    exit.pointee.linked = UInt32(n + 1)
    exit.pointee.nextLinked = tables.pointee.blocks[n].incoming
    tables.pointee.blocks[n].incoming = UInt32(e + 1)
    patch(exit.pointee, to: tables.pointee.blocks[n].code)
    return true
  }

  private func patch(_ exit: ExitRecord, to offset: UInt32) {
    let count = Host.patch(exit, to: offset, writable)
    if !Host.isCoherent { memory.synchronize(executable(exit.patch), UInt64(count)) }
  }

  private func setBranchEntry(_ address: UInt64, to code: UInt64) {
    let position = BranchTable.position(address)
    branchTable[position] = code
    if BranchTable.words == 2 { branchTable[position + 1] = address }
  }

  /// Takes an entry out of the branch table again, if another has not done it.
  private func removeBranchEntry(_ address: UInt64, to code: UInt64) {
    let position = BranchTable.position(address)
    if branchTable[position] == code { clearBranchEntry(position) }
  }

  /// Gives a block an entry in the branch table.
  func admitIndirect(_ n: Int) {
    let block = tables.pointee.blocks + n
    if BranchTable.words == 2 {
      return setBranchEntry(block.pointee.address, to: executable(block.pointee.code))
    }
    if block.pointee.thunk == 0 {
      guard hasRoom else { return }
      let from = buffer.pointee.coldEnd - 64
      var cold = buffer.pointee
      cold.cursor = from
      backEnd.pointee.writeThunk(&cold, guest: block.pointee.address, code: block.pointee.code)
      block.pointee.thunk = UInt32(truncatingIfNeeded: from - writable)
      buffer.pointee.coldEnd = from
      synchronize(from, cold.cursor)
    }
    setBranchEntry(block.pointee.address, to: executable(block.pointee.thunk))
  }

  /// Has indirect branches to an address that is not the guest's lead to host code. Nothing
  /// happens where there is no room: the branch leaves for the dispatcher.
  func admitHost(_ address: UInt64, routine: UInt64) {
    guard let thunk = hosts.entry(for: address) else { return }
    if thunk.pointee.offset == 0 || thunk.pointee.routine != routine {
      guard hasRoom else { return }
      let from = buffer.pointee.coldEnd - 64
      var cold = buffer.pointee
      cold.cursor = from
      Host.writeHostThunk(&cold, layout, guest: address, routine: routine)
      thunk.pointee.routine = routine
      thunk.pointee.offset = UInt32(truncatingIfNeeded: from - writable)
      buffer.pointee.coldEnd = from
      synchronize(from, cold.cursor)
    }
    setBranchEntry(address, to: executable(thunk.pointee.offset))
  }

  /// Undoes `admitHost`, for all addresses.
  func dismissHosts() {
    hosts.forEach { address, offset in removeBranchEntry(address, to: executable(offset)) }
  }

  // MARK: Dropping

  func flush() {
    resumeBlocks()
    if isHeld { return invalidate(0, ~0) }
    releasePages()
    tables.pointee.clear()
    buffer.pointee.cursor = firstCode
    buffer.pointee.coldEnd = writable + memory.count
    index.update(repeating: 0, count: indexMask + 1)
    clearBranchTable()
    hosts.clear()
    codeMap.clear()
    flushes += 1
  }

  /// Drops every block that overlaps first…last.
  func invalidate(_ first: UInt64, _ last: UInt64) {
    drop(from: first, to: last) { _, block in
      block.address <= last && block.address &+ UInt64(block.byteCount) > first
    }
    dropLookers(first, last)
  }

  /// Drops one block, whose code is what it was.
  func drop(block n: Int) {
    let address = tables.pointee.blocks[n].address
    drop(from: address, to: address) { number, _ in number == n }
  }

  /// Of the blocks that may overlap first…last. One lies in the list of its first page and is shorter
  /// than a page's sixteenfold.
  private func drop(
    from first: UInt64, to last: UInt64, where isDropped: (Int, CompiledBlock) -> Bool
  ) {
    resumeBlocks()
    codeMap.updateBlockLists(from: first, to: last) { head in
      var next = head
      var kept: UInt32 = 0
      while next != 0 {
        let block = tables.pointee.blocks + Int(next) - 1
        let following = block.pointee.nextInPage
        if isDropped(Int(next) - 1, block.pointee) {
          drop(Int(next) - 1)
        } else {
          block.pointee.nextInPage = kept
          kept = next
        }
        next = following
      }
      return kept
    }
  }

  /// More than so many are not followed one by one.
  private static var mostLookers: Int { 64 }

  /// Drops the blocks that were written in view of something in a range, and in turn theirs.
  private func dropLookers(_ first: UInt64, _ last: UInt64, _ depth: Int = 0) {
    for l in 0..<tables.pointee.lookCount {
      let look = tables.pointee.looks[l]
      // A block that is just being written is not there yet.
      guard look.count != 0, look.first <= last, look.end > first,
        look.block < tables.pointee.blockCount
      else { continue }
      tables.pointee.looks[l].count = 0
      let block = tables.pointee.blocks[Int(look.block)]
      guard block.byteCount != 0 else { continue }
      guard depth < Self.mostLookers else { return invalidate(0, ~0) }
      drop(Int(look.block))
      dropLookers(block.address, block.address &+ UInt64(block.byteCount) &- 1, depth + 1)
    }
  }

  private func drop(_ n: Int) {
    let block = tables.pointee.blocks + n
    var h = hash(block.pointee.address)
    while index[h] != UInt32(n + 1) { h = (h + 1) & indexMask }
    index[h] = Self.removed
    let entry = BranchTable.words == 2 ? block.pointee.code : block.pointee.thunk
    removeBranchEntry(block.pointee.address, to: executable(entry))
    var e = block.pointee.incoming
    while e != 0 {
      let exit = tables.pointee.exits + Int(e) - 1
      e = exit.pointee.nextLinked
      guard exit.pointee.linked == UInt32(n + 1) else { continue }
      exit.pointee.linked = 0
      exit.pointee.nextLinked = 0
      patch(exit.pointee, to: exit.pointee.stub)
    }
    block.pointee.incoming = 0
    block.pointee.byteCount = 0
    block.pointee.address = ~0
    invalidatedBlocks += 1
  }
}
