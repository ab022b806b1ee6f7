internal import CTranslator

/// Where translated guest code lies, at 64-byte grain, so that stores notice when they change it.
///
/// iPXE keeps code and data in one page, so a page alone says too little: each page with code has
/// a mask of its 64-byte lines. A store first asks a small filter that has no false negatives.
final class CodeMap {
  /// One bit for each page number modulo the filter's size: cheap, no false negatives.
  private let filter: UnsafeMutablePointer<UInt8>
  private static let filterMask: UInt64 = 0xFFFF
  private let pages: UnsafeMutablePointer<Page>
  private static let pageSlots = 4096
  private var used = 0
  /// The page asked about last, which is in the table.
  private var recent = (number: ~0 as UInt64, slot: 0)
  /// Pages that are mapped twice, and the stores that use that.
  let sites = StoreSites()
  /// Called with the range whose code is stale.
  private(set) var pendingFirst: UInt64 = ~0
  private(set) var pendingLast: UInt64 = 0

  private struct Page {
    var number: UInt64 = ~0
    var lines: UInt64 = 0
    /// Head of the list of compiled blocks that begin here, plus one.
    var firstBlock: UInt32 = 0
    var guarding: Guarding = .open
    var releases: UInt8 = 0
  }

  /// How a page with compiled code is watched.
  enum Guarding: UInt8 {
    /// Writable, and not watched yet.
    case open
    /// Not writable: a store faults.
    case protected
    /// Code and data that is written to, too often for faults: its blocks look at their own bytes.
    case mixed
  }

  /// How often a page may be released before it counts as mixed.
  private static let releaseLimit: UInt8 = 4

  /// The word in the guest's state that says that something is pending.
  private let attention: UnsafeMutablePointer<UInt32>
  private static var attentionBit: UInt32 { UInt32(transomAttentionInvalidation) }

  init(attention: UnsafeMutablePointer<UInt32>) {
    self.attention = attention
    filter = .allocate(capacity: Int(Self.filterMask) + 1)
    filter.initialize(repeating: 0, count: Int(Self.filterMask) + 1)
    pages = .allocate(capacity: Self.pageSlots)
    pages.initialize(repeating: Page(), count: Self.pageSlots)
  }

  deinit {
    filter.deallocate()
    pages.deallocate()
    sites.deallocate()
  }

  func clear() {
    filter.update(repeating: 0, count: Int(Self.filterMask) + 1)
    pages.update(repeating: Page(), count: Self.pageSlots)
    used = 0
    recent = (~0, 0)
    forgetPending()
  }

  @inline(__always)
  func mayHoldCode(_ address: UInt64, _ count: UInt64) -> Bool {
    let first = address >> 12
    let last = (address &+ count &- 1) >> 12
    if first == last { return filter[Int(first & Self.filterMask)] != 0 }
    if last &- first > Self.filterMask { return used != 0 }
    var page = first
    while page <= last {
      if filter[Int(page & Self.filterMask)] != 0 { return true }
      page += 1
    }
    return false
  }

  /// Blocks that follow each other lie in one page.
  @inline(__always)
  private func slot(_ number: UInt64) -> Int {
    if number == recent.number { return recent.slot }
    return findSlot(number)
  }

  @inline(never)
  private func findSlot(_ number: UInt64) -> Int {
    var s = Int(truncatingIfNeeded: (number &* 0x9E37_79B9_7F4A_7C15) >> 52)
    while pages[s].number != number && pages[s].number != ~0 { s = (s + 1) & (Self.pageSlots - 1) }
    if pages[s].number == number { recent = (number, s) }
    return s
  }

  /// Room for another page of code; if not, the cache must be flushed.
  var isFull: Bool { used > Self.pageSlots * 3 / 4 }

  /// Links a compiled block into its first page's list and returns the list's former head.
  func add(_ address: UInt64, _ count: UInt64, block: UInt32) -> UInt32 {
    add(address, count)
    let s = slot(address >> 12)
    let head = pages[s].firstBlock
    pages[s].firstBlock = block
    return head
  }

  /// Gives the heads of the lists in which blocks that overlap a range stand, and takes the new
  /// ones. Blocks are shorter than sixteen pages.
  func updateBlockLists(from first: UInt64, to last: UInt64, _ body: (UInt32) -> UInt32) {
    let lowest = first >> 12 > 16 ? first >> 12 - 16 : 0
    let highest = last >> 12
    if highest &- lowest > UInt64(Self.pageSlots) {
      for s in 0..<Self.pageSlots
      where pages[s].number >= lowest && pages[s].number <= highest && pages[s].firstBlock != 0 {
        pages[s].firstBlock = body(pages[s].firstBlock)
      }
      return
    }
    var number = lowest
    while number <= highest {
      if filter[Int(number & Self.filterMask)] != 0 {
        let s = slot(number)
        if pages[s].number == number && pages[s].firstBlock != 0 {
          pages[s].firstBlock = body(pages[s].firstBlock)
        }
      }
      number += 1
    }
  }

  /// Whether translated code lies in the page of an address.
  func hasCode(inPageOf address: UInt64) -> Bool {
    let number = address >> 12
    guard filter[Int(number & Self.filterMask)] != 0 else { return false }
    let page = pages[slot(number)]
    return page.number == number && page.lines != 0
  }

  // MARK: Write protection

  func guarding(of address: UInt64) -> Guarding {
    let page = pages[slot(address >> 12)]
    return page.number == address >> 12 ? page.guarding : .open
  }

  func setGuarding(_ guarding: Guarding, of address: UInt64) {
    let s = slot(address >> 12)
    if pages[s].number == ~0 {
      pages[s].number = address >> 12
      used += 1
    }
    pages[s].guarding = guarding
  }

  /// How often a store had a page released.
  func releases(of address: UInt64) -> UInt8 {
    let page = pages[slot(address >> 12)]
    return page.number == address >> 12 ? page.releases : 0
  }

  /// A page stays writable from now on; what was translated from it did not look at its bytes.
  func setMixed(_ page: UInt64) {
    setGuarding(.mixed, of: page)
    addPending(page, page | 0xFFF)
  }

  /// A protected page was made writable: everything translated from it is in doubt.
  func wasReleased(_ address: UInt64, byStore: Bool) {
    let s = slot(address >> 12)
    if byStore { pages[s].releases &+= 1 }
    pages[s].guarding = pages[s].releases >= Self.releaseLimit ? .mixed : .open
    addPending(address & ~0xFFF, address | 0xFFF)
  }

  /// The block at an address is not what the guest's bytes say any more.
  func markStale(_ address: UInt64) {
    addPending(address, address)
  }

  func forEachProtectedPage(_ body: (UInt64) -> Void) {
    for s in 0..<Self.pageSlots where pages[s].guarding == .protected && pages[s].number != ~0 {
      body(pages[s].number << 12)
    }
  }

  func add(_ address: UInt64, _ count: UInt64) {
    var number = address >> 12
    let last = (address &+ count &- 1) >> 12
    var low = address >> 6 & 63
    while number <= last {
      let s = slot(number)
      if pages[s].number == ~0 {
        pages[s].number = number
        used += 1
      }
      let high = number == last ? (address &+ count &- 1) >> 6 & 63 : 63
      pages[s].lines |= (~0 as UInt64) &<< low & (~0 as UInt64) &>> (63 &- high)
      filter[Int(number & Self.filterMask)] = 1
      low = 0
      number += 1
    }
  }

  /// A range was written. True if it holds translated code; the range is then pending.
  func changed(_ address: UInt64, _ count: UInt64) -> Bool {
    guard used != 0, count != 0 else { return false }
    let firstPage = address >> 12
    let lastPage = (address &+ count &- 1) >> 12
    var hit = false
    if lastPage &- firstPage > UInt64(Self.pageSlots) {
      for s in 0..<Self.pageSlots where pages[s].number >= firstPage && pages[s].number <= lastPage
      {
        hit = true
      }
    } else {
      var number = firstPage
      while number <= lastPage && !hit {
        let page = pages[slot(number)]
        if page.number == number {
          let low = number == firstPage ? (address >> 6) & 63 : 0
          let high = number == lastPage ? ((address &+ count &- 1) >> 6) & 63 : 63
          let mask = (~0 as UInt64) << low & ~0 >> (63 - high)
          hit = page.lines & mask != 0
        }
        number += 1
      }
    }
    if hit { addPending(address, address &+ count &- 1) }
    return hit
  }

  var hasPending: Bool { pendingFirst <= pendingLast }

  func takePending() -> (first: UInt64, last: UInt64) {
    let range = (pendingFirst, pendingLast)
    forgetPending()
    return range
  }

  private func addPending(_ first: UInt64, _ last: UInt64) {
    pendingFirst = min(pendingFirst, first)
    pendingLast = max(pendingLast, last)
    attention.pointee |= Self.attentionBit
  }

  private func forgetPending() {
    pendingFirst = ~0
    pendingLast = 0
    attention.pointee &= ~Self.attentionBit
  }
}
