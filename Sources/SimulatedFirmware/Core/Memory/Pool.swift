import CUEFI

/// Pool memory (UEFI 2.10, 7.2.4): small blocks carved from pages of their type, large ones as
/// whole pages. The bookkeeping is the host's, so a guest that overruns a block cannot corrupt it.
public final class Pool {
  private struct Block {
    var type: UInt32
    /// Index into `classes`, or nil for whole pages.
    var sizeClass: Int?
    var size: UInt64
  }

  private struct Bin: Hashable {
    var type: UInt32
    var sizeClass: Int
  }

  private static let classes: [UInt64] = [
    16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1360, 2048,
  ]

  private unowned(unsafe) let memory: MemoryMap
  private var live: [UInt64: Block] = [:]
  private var free: [Bin: [UInt64]] = [:]

  init(memory: MemoryMap) { self.memory = memory }

  /// Blocks in use.
  public var count: Int { live.count }

  /// Size in bytes as it was asked for, of a live block.
  public func size(of address: UInt64) -> UInt64? { live[address]?.size }

  /// AllocatePool: 16-byte aligned, contents undefined.
  public func allocate(_ type: UInt32, size: UInt64) throws(FirmwareError) -> UInt64 {
    guard MemoryMap.isAllocatable(type) else { throw .invalidParameter }
    let wanted = max(size, 1)
    guard let sizeClass = Self.classes.firstIndex(where: { wanted <= $0 }) else {
      let (rounded, overflow) = wanted.addingReportingOverflow(MemoryMap.pageSize - 1)
      guard !overflow else { throw .outOfResources }
      let address = try memory.allocatePages(
        AllocateAnyPages, type: type, pages: rounded / MemoryMap.pageSize)
      live[address] = Block(type: type, sizeClass: nil, size: size)
      return address
    }
    let bin = Bin(type: type, sizeClass: sizeClass)
    if let address = free[bin]?.popLast() {
      live[address] = Block(type: type, sizeClass: sizeClass, size: size)
      return address
    }
    let page = try memory.allocatePages(AllocateAnyPages, type: type, pages: 1)
    let step = Self.classes[sizeClass]
    // The first block goes out; the others wait with the lowest last, so addresses ascend.
    var waiting: [UInt64] = []
    var offset = (MemoryMap.pageSize / step - 1) * step
    while offset > 0 {
      waiting.append(page + offset)
      offset -= step
    }
    free[bin, default: []].append(contentsOf: waiting)
    live[page] = Block(type: type, sizeClass: sizeClass, size: size)
    return page
  }

  /// FreePool: `invalidParameter` for an address that is not a live block's.
  public func release(_ address: UInt64) throws(FirmwareError) {
    guard let block = live.removeValue(forKey: address) else { throw .invalidParameter }
    if let sizeClass = block.sizeClass {
      free[Bin(type: block.type, sizeClass: sizeClass), default: []].append(address)
    } else {
      let pages = (max(block.size, 1) + MemoryMap.pageSize - 1) / MemoryMap.pageSize
      try memory.freePages(address, pages: pages)
    }
  }
}
