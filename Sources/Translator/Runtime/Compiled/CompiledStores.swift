internal import CTranslator

/// Stores to pages that hold translated code: who may do them, and how.
extension CompiledCode {
  /// A store faulted because its page is protected. False: it was not. Otherwise it can be done
  /// again: through a second mapping of the page, or because the page is writable now.
  func admitStore(_ address: UInt64) -> Bool {
    guard codeMap.guarding(of: address) == .protected else { return false }
    // Once may be chance: a loader that relocates what has run already.
    if codeMap.releases(of: address) > 0 && makeAlias(address & ~0xFFF) { return true }
    return release(address)
  }

  private func makeAlias(_ page: UInt64) -> Bool {
    let sites = codeMap.sites
    guard sites.alias(page, 1) == nil, let alias = protection?.alias else { return false }
    let address = alias.map(page)
    guard address != 0 else { return false }
    if sites.add(PageAlias(page: page, alias: address)) { return true }
    alias.unmap(address)
    return false
  }

  /// Gives second mappings in a range back.
  func dropAliases(from first: UInt64, to last: UInt64) {
    guard let alias = protection?.alias else { return }
    codeMap.sites.removeAliases(from: first, to: last) { alias.unmap($0.alias) }
  }

  /// The instruction at `instruction` stored to a page that is mapped twice: from now on it is
  /// compiled for that.
  func noteStore(by instruction: UInt64, to address: UInt64) {
    let sites = codeMap.sites
    var site = sites.find(instruction) ?? StoreSite()
    site.address = instruction
    site.seen = address
    site.moves &+= 1
    // One window for each instruction: what stores here and there is not worth more.
    if site.moves > StoreSite.mostMoves { return giveUp(address & ~0xFFF) }
    guard openWindow(&site) else { return }
    if sites.set(site) { codeMap.markStale(instruction) } else { giveUp(address & ~0xFFF) }
  }

  /// From now on the page is writable and its blocks look at their own bytes.
  private func giveUp(_ page: UInt64) {
    dropAliases(from: page, to: page)
    if codeMap.guarding(of: page) == .protected { protection?.release(page) }
    codeMap.setMixed(page)
  }

  /// These bytes are about to be compiled, or relied upon: windows that they lie in end at them.
  func narrowWindows(around first: UInt64, _ end: UInt64) {
    let sites = codeMap.sites
    guard sites.hasAliases else { return }
    var isAnyGone = false
    sites.forEachSite(overlapping: first, end) { site in
      var narrow = site
      invalidate(site.address, site.address)
      if !openWindow(&narrow, besides: first, end) {
        narrow.count = 0
        isAnyGone = true
      }
      _ = sites.set(narrow)
    }
    if isAnyGone { sites.removeSites { $0.count == 0 } }
  }

  /// Finds the bytes around `site.seen` that hold no compiled code, nor what lies from `more` to
  /// `moreEnd`. False: that byte itself does.
  private func openWindow(
    _ site: inout StoreSite, besides more: UInt64 = 0, _ moreEnd: UInt64 = 0
  ) -> Bool {
    let page = site.seen & ~0xFFF
    guard let alias = codeMap.sites.alias(page, 1) else { return false }
    let seen = site.seen
    var low = page
    var high = page &+ 4096
    func exclude(_ first: UInt64, _ end: UInt64) {
      if end <= seen {
        low = max(low, end)
      } else if first > seen {
        high = min(high, first)
      } else {
        high = low
      }
    }
    if moreEnd > more { exclude(more, moreEnd) }
    for l in 0..<tables.pointee.lookCount where tables.pointee.looks[l].count != 0 {
      exclude(tables.pointee.looks[l].first, tables.pointee.looks[l].end)
    }
    for n in 0..<tables.pointee.blockCount {
      let block = tables.pointee.blocks + n
      guard block.pointee.byteCount != 0 else { continue }
      exclude(block.pointee.address, block.pointee.address &+ UInt64(block.pointee.byteCount))
    }
    guard high > seen else { return false }
    site.first = low
    site.count = high &- low
    site.alias = alias &+ (low &- page)
    return true
  }
}
