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
  /// Called with the range whose code is stale.
  private(set) var pendingFirst: UInt64 = ~0
  private(set) var pendingLast: UInt64 = 0

  private struct Page {
    var number: UInt64 = ~0
    var lines: UInt64 = 0
  }

  init() {
    filter = .allocate(capacity: Int(Self.filterMask) + 1)
    filter.initialize(repeating: 0, count: Int(Self.filterMask) + 1)
    pages = .allocate(capacity: Self.pageSlots)
    pages.initialize(repeating: Page(), count: Self.pageSlots)
  }

  deinit {
    filter.deallocate()
    pages.deallocate()
  }

  func clear() {
    filter.update(repeating: 0, count: Int(Self.filterMask) + 1)
    pages.update(repeating: Page(), count: Self.pageSlots)
    used = 0
    pendingFirst = ~0
    pendingLast = 0
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

  private func slot(_ number: UInt64) -> Int {
    var s = Int(truncatingIfNeeded: (number &* 0x9E37_79B9_7F4A_7C15) >> 52)
    while pages[s].number != number && pages[s].number != ~0 { s = (s + 1) & (Self.pageSlots - 1) }
    return s
  }

  /// Room for another page of code; if not, the cache must be flushed.
  var isFull: Bool { used > Self.pageSlots * 3 / 4 }

  func add(_ address: UInt64, _ count: UInt64) {
    var line = address >> 6
    let last = (address &+ count &- 1) >> 6
    while line <= last {
      let number = line >> 6
      let s = slot(number)
      if pages[s].number == ~0 {
        pages[s].number = number
        used += 1
      }
      pages[s].lines |= 1 << (line & 63)
      filter[Int(number & Self.filterMask)] = 1
      line += 1
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
    if hit {
      pendingFirst = min(pendingFirst, address)
      pendingLast = max(pendingLast, address &+ count &- 1)
    }
    return hit
  }

  var hasPending: Bool { pendingFirst <= pendingLast }

  func takePending() -> (first: UInt64, last: UInt64) {
    let range = (pendingFirst, pendingLast)
    pendingFirst = ~0
    pendingLast = 0
    return range
  }
}
