/// Guest bytes whose changes must be noticed: those that blocks were written from, and in view of.
extension CompiledCode {
  /// Sees to it that a change to the guest's bytes of a block is noticed. False: the block has to
  /// look at them itself.
  func watch(_ block: Block) -> Bool { protectPages(block.address, UInt64(block.byteCount)) }

  /// What a block that is being written may know of another's code. With a count it depends on that
  /// many bytes, and changes to them are noticed from now on like those to its own.
  func sight(_ address: UInt64, _ count: UInt32, _ mode: ProcessorMode) -> CodeSight {
    var sight = CodeSight()
    sight.isWatchable = protectPages(address, max(1, UInt64(count)))
    if count > 0 {
      guard sight.isWatchable else { return sight }
      narrowWindows(around: address, address &+ UInt64(count))
      codeMap.add(address, UInt64(count))
    } else if let n = find(address, mode) {
      sight.entryFlags = tables.pointee.blocks[n].entryFlags
      sight.byteCount = tables.pointee.blocks[n].byteCount
    }
    return sight
  }

  // MARK: Write protection

  /// Protects the pages of a range. False: one of them must stay writable, so the block has to look
  /// at its bytes itself.
  private func protectPages(_ address: UInt64, _ count: UInt64) -> Bool {
    guard let protection else { return false }
    var page = address & ~0xFFF
    let last = (address &+ count &- 1) & ~0xFFF
    while page <= last {
      switch codeMap.guarding(of: page) {
      case .protected: break
      case .mixed: return false
      case .open:
        guard protection.protect(page) else { return false }
        codeMap.setGuarding(.protected, of: page)
      }
      page &+= 4096
    }
    return true
  }

  /// Makes a protected page writable again, because something is about to be written there. False:
  /// it was not protected by us. Callable from a fault handler while no guest code runs.
  func release(_ address: UInt64) -> Bool {
    let page = address & ~0xFFF
    guard let protection, codeMap.guarding(of: page) == .protected else { return false }
    protection.release(page)
    codeMap.wasReleased(page, byStore: true)
    return true
  }

  /// Makes the protected pages of a range writable again.
  func releasePages(from first: UInt64, to last: UInt64) {
    codeMap.forEachProtectedPage { page in
      guard page | 0xFFF >= first && page <= last, let protection else { return }
      protection.release(page)
      codeMap.wasReleased(page, byStore: false)
    }
  }

  func releasePages() {
    guard let protection else { return }
    codeMap.forEachProtectedPage { protection.release($0) }
  }
}
