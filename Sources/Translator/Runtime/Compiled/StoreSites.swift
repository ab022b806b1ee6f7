/// Stores that were seen to write into pages which also hold translated code.
///
/// Such a page is not writable at its own address, so that nothing writes translated code unseen.
/// Where the host can map it a second time (`PageProtection.alias`), the few instructions that store
/// data there are compiled with care: an address within the site's window, where no translated code
/// lies, is written through the second mapping; every other address is written as it is.

/// One such instruction.
struct StoreSite {
  /// Guest address of the instruction.
  var address: UInt64 = 0
  /// The window: bytes without translated code, around `seen`, within one page.
  var first: UInt64 = 0
  var count: UInt64 = 0
  /// Where the window's first byte can be written.
  var alias: UInt64 = 0
  /// An address it was seen to store to.
  var seen: UInt64 = 0
  /// How often it was seen to store outside its window, to such a page.
  var moves: UInt8 = 0

  static let mostMoves: UInt8 = 6
}

/// A page that is mapped twice.
struct PageAlias {
  var page: UInt64
  var alias: UInt64
}

/// What a compiling engine knows of both, in plain memory that translator and back end look at.
struct StoreSites {
  private struct Counts {
    var sites = 0
    var aliases = 0
    var lastStore: UInt64 = 0
    /// A bit for each instruction address modulo 64: no false negatives.
    var filter: UInt64 = 0
  }

  private let counts: UnsafeMutablePointer<Counts>
  private let sites: UnsafeMutablePointer<StoreSite>
  private let aliases: UnsafeMutablePointer<PageAlias>
  static let siteCapacity = 256
  static let aliasCapacity = 64

  init() {
    counts = .allocate(capacity: 1)
    counts.initialize(to: Counts())
    sites = .allocate(capacity: Self.siteCapacity)
    aliases = .allocate(capacity: Self.aliasCapacity)
  }

  func deallocate() {
    counts.deallocate()
    sites.deallocate()
    aliases.deallocate()
  }

  // MARK: Aliases

  @inline(__always) var hasAliases: Bool { counts.pointee.aliases != 0 }

  /// Where `count` bytes at an address can be written, if their page is mapped twice.
  func alias(_ address: UInt64, _ count: UInt64) -> UInt64? {
    let page = address & ~0xFFF
    guard (address &+ count &- 1) & ~0xFFF == page else { return nil }
    for n in 0..<counts.pointee.aliases where aliases[n].page == page {
      return aliases[n].alias &+ (address & 0xFFF)
    }
    return nil
  }

  /// The last address that the interpreter wrote through a second mapping, until it is set back
  /// to 0.
  var lastStore: UInt64 {
    get { counts.pointee.lastStore }
    nonmutating set { counts.pointee.lastStore = newValue }
  }

  /// False if there is no room for one more.
  func add(_ alias: PageAlias) -> Bool {
    guard counts.pointee.aliases < Self.aliasCapacity else { return false }
    (aliases + counts.pointee.aliases).initialize(to: alias)
    counts.pointee.aliases += 1
    return true
  }

  /// Takes out the aliases of a range, and the sites whose windows are there.
  func removeAliases(from first: UInt64, to last: UInt64, _ body: (PageAlias) -> Void) {
    var n = 0
    while n < counts.pointee.aliases {
      let alias = aliases[n]
      guard alias.page <= last, alias.page | 0xFFF >= first else {
        n += 1
        continue
      }
      counts.pointee.aliases -= 1
      aliases[n] = aliases[counts.pointee.aliases]
      removeSites { $0.first & ~0xFFF == alias.page }
      body(alias)
    }
  }

  // MARK: Sites

  @inline(__always) var filter: UInt64 { counts.pointee.filter }

  @inline(__always)
  func mayBeSite(_ address: UInt64) -> Bool { counts.pointee.filter >> (address & 63) & 1 != 0 }

  /// The site at an address.
  func find(_ address: UInt64) -> StoreSite? {
    guard mayBeSite(address) else { return nil }
    for n in 0..<counts.pointee.sites where sites[n].address == address { return sites[n] }
    return nil
  }

  /// Adds a site or changes it. False if there is no room.
  func set(_ site: StoreSite) -> Bool {
    for n in 0..<counts.pointee.sites where sites[n].address == site.address {
      sites[n] = site
      return true
    }
    guard counts.pointee.sites < Self.siteCapacity else { return false }
    (sites + counts.pointee.sites).initialize(to: site)
    counts.pointee.sites += 1
    counts.pointee.filter |= 1 << (site.address & 63)
    return true
  }

  func removeSites(where isGone: (StoreSite) -> Bool) {
    var n = 0
    while n < counts.pointee.sites {
      if isGone(sites[n]) {
        counts.pointee.sites -= 1
        sites[n] = sites[counts.pointee.sites]
      } else {
        n += 1
      }
    }
  }

  /// The sites whose windows overlap a range.
  func forEachSite(overlapping first: UInt64, _ end: UInt64, _ body: (StoreSite) -> Void) {
    for n in 0..<counts.pointee.sites
    where sites[n].first < end && sites[n].first &+ sites[n].count > first {
      body(sites[n])
    }
  }
}
