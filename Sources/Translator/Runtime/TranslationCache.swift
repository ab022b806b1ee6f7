/// Translated blocks by guest address, in one arena. When the arena or the table is full everything
/// is dropped and translation starts over: simple, and bounded.
final class TranslationCache {
  private let arena: UnsafeMutablePointer<Operation>
  private let arenaCapacity: Int
  private var arenaUsed = 0
  private let blocks: UnsafeMutablePointer<Block>
  private let blockCapacity: Int
  private(set) var blockCount = 0
  /// Open-addressed: block index + 1, 0 empty, ~0 removed.
  private let table: UnsafeMutablePointer<UInt32>
  private let tableMask: Int
  /// Direct-mapped front of the table.
  private let recent: UnsafeMutablePointer<UInt32>
  private static let recentMask: UInt64 = 1023
  private static let removed: UInt32 = ~0
  let codeMap: CodeMap
  /// Counts flushes and invalidations, for reports.
  private(set) var flushes = 0
  private(set) var invalidatedBlocks = 0

  /// The longest block, in operations.
  static let longestBlock = 1024

  init(operations: Int, codeMap: CodeMap) {
    arenaCapacity = operations
    arena = .allocate(capacity: operations)
    blockCapacity = operations / 8
    blocks = .allocate(capacity: blockCapacity)
    var size = 1024
    while size < blockCapacity * 2 { size *= 2 }
    table = .allocate(capacity: size)
    table.initialize(repeating: 0, count: size)
    tableMask = size - 1
    recent = .allocate(capacity: Int(Self.recentMask) + 1)
    recent.initialize(repeating: 0, count: Int(Self.recentMask) + 1)
    self.codeMap = codeMap
  }

  deinit {
    arena.deallocate()
    blocks.deallocate()
    table.deallocate()
    recent.deallocate()
  }

  private func hash(_ address: UInt64) -> Int {
    Int(truncatingIfNeeded: (address &* 0x9E37_79B9_7F4A_7C15) >> 32) & tableMask
  }

  @inline(__always)
  func find(_ address: UInt64, _ mode: ProcessorMode) -> UnsafeMutablePointer<Block>? {
    let r = Int((address ^ address >> 10) & Self.recentMask)
    let index = recent[r]
    if index != 0 {
      let block = blocks + Int(index) - 1
      if block.pointee.address == address && block.pointee.mode == mode { return block }
    }
    return findSlow(address, mode, r)
  }

  private func findSlow(
    _ address: UInt64, _ mode: ProcessorMode, _ r: Int
  ) -> UnsafeMutablePointer<Block>? {
    var h = hash(address)
    while table[h] != 0 {
      if table[h] != Self.removed {
        let block = blocks + Int(table[h]) - 1
        if block.pointee.address == address && block.pointee.mode == mode {
          recent[r] = table[h]
          return block
        }
      }
      h = (h + 1) & tableMask
    }
    return nil
  }

  /// Where the next block's operations go; flushes if there is no room.
  func reserve() -> UnsafeMutablePointer<Operation> {
    if arenaUsed + Self.longestBlock > arenaCapacity || blockCount == blockCapacity
      || codeMap.isFull
    {
      flush()
    }
    return arena + arenaUsed
  }

  func insert(_ block: Block) -> UnsafeMutablePointer<Block> {
    arenaUsed += Int(block.operationCount)
    (blocks + blockCount).initialize(to: block)
    blockCount += 1
    var h = hash(block.address)
    while table[h] != 0 && table[h] != Self.removed { h = (h + 1) & tableMask }
    table[h] = UInt32(blockCount)
    codeMap.add(block.address, UInt64(block.byteCount))
    return blocks + blockCount - 1
  }

  func flush() {
    arenaUsed = 0
    blockCount = 0
    table.update(repeating: 0, count: tableMask + 1)
    recent.update(repeating: 0, count: Int(Self.recentMask) + 1)
    codeMap.clear()
    flushes += 1
  }

  /// Drops every block that overlaps first…last.
  func invalidate(_ first: UInt64, _ last: UInt64) {
    for h in 0...tableMask where table[h] != 0 && table[h] != Self.removed {
      let block = blocks + Int(table[h]) - 1
      let end = block.pointee.address &+ UInt64(block.pointee.byteCount) &- 1
      if block.pointee.address <= last && end >= first {
        // An address that no code has: the front table can no longer match it.
        block.pointee.address = ~0
        block.pointee.byteCount = 0
        table[h] = Self.removed
        invalidatedBlocks += 1
      }
    }
    recent.update(repeating: 0, count: Int(Self.recentMask) + 1)
  }
}
