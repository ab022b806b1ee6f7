/// Why the global coherency domain refuses something (PI 1.8, volume 2, 7.2).
public enum ResourceMapError: Error, Equatable, Sendable {
  case invalidParameter
  /// The range leaves the address space, or an attribute is beyond the range's capabilities.
  case unsupported
  /// The range does not exist, or is not allocated.
  case notFound
  /// The range is there already, or belongs to somebody.
  case accessDenied
  /// No free range of that type and size.
  case notEnough
}

/// The global coherency domain: every address of a space, in ranges of one type and one owner.
public struct ResourceMap: Sendable {
  /// One range. Types are EFI_GCD_MEMORY_TYPE's or EFI_GCD_IO_TYPE's numbers; 0 is non-existent in
  /// both.
  public struct Range: Equatable, Sendable {
    public var base: UInt64
    /// In bytes, never 0.
    public var length: UInt64
    public var type: UInt32 = 0
    public var capabilities: UInt64 = 0
    public var attributes: UInt64 = 0
    /// Who allocated it; 0 for nobody.
    public var owner: UInt64 = 0
    public var device: UInt64 = 0

    public var end: UInt64 { base + length }

    fileprivate func alike(_ other: Range) -> Bool {
      type == other.type && capabilities == other.capabilities && attributes == other.attributes
        && owner == other.owner && device == other.device
    }
  }

  public enum Search: Sendable {
    case bottomUp(limit: UInt64)
    case topDown(limit: UInt64)
    case address(UInt64)
  }

  /// Ascending, without gaps, from 0 to the end of the space.
  public private(set) var ranges: [Range]
  /// How many types there are; a type is valid below this.
  public let typeCount: UInt32

  /// `bits` is the width of an address, at most 63.
  public init(bits: Int, typeCount: UInt32) {
    ranges = [Range(base: 0, length: 1 << UInt64(min(bits, 63)))]
    self.typeCount = typeCount
  }

  public var end: UInt64 { ranges[ranges.count - 1].end }

  public func lookup(_ address: UInt64) throws(ResourceMapError) -> Range {
    guard let range = ranges.first(where: { address >= $0.base && address < $0.end }) else {
      throw .notFound
    }
    return range
  }

  public mutating func add(
    type: UInt32, base: UInt64, length: UInt64, capabilities: UInt64 = 0
  ) throws(ResourceMapError) {
    guard type > 0, type < typeCount else { throw .invalidParameter }
    try change(base, length, when: { $0.type == 0 }, otherwise: .accessDenied) {
      $0.type = type
      $0.capabilities = capabilities
      $0.attributes = 0
    }
  }

  public mutating func remove(base: UInt64, length: UInt64) throws(ResourceMapError) {
    try check(base, length, { $0.type != 0 }, .notFound)
    try change(base, length, when: { $0.owner == 0 }, otherwise: .accessDenied) {
      $0.type = 0
      $0.capabilities = 0
      $0.attributes = 0
    }
  }

  public mutating func free(base: UInt64, length: UInt64) throws(ResourceMapError) {
    try change(base, length, when: { $0.owner != 0 }, otherwise: .notFound) {
      $0.owner = 0
      $0.device = 0
    }
  }

  /// Attributes are recorded: the simulated machine has no caches to set up.
  public mutating func setAttributes(
    _ attributes: UInt64, base: UInt64, length: UInt64
  ) throws(ResourceMapError) {
    try change(
      base, length, when: { $0.type != 0 && attributes & ~$0.capabilities == 0 },
      otherwise: .unsupported
    ) { $0.attributes = attributes }
  }

  public mutating func setCapabilities(
    _ capabilities: UInt64, base: UInt64, length: UInt64
  ) throws(ResourceMapError) {
    try change(
      base, length, when: { $0.type != 0 && $0.attributes & ~capabilities == 0 },
      otherwise: .unsupported
    ) { $0.capabilities = capabilities }
  }

  /// Allocates `length` bytes of `type` for `owner`; alignment is a power of two's exponent.
  public mutating func allocate(
    type: UInt32, search: Search, alignment: UInt64, length: UInt64, owner: UInt64, device: UInt64
  ) throws(ResourceMapError) -> UInt64 {
    guard type > 0, type < typeCount, length > 0, owner != 0, alignment < 63 else {
      throw .invalidParameter
    }
    let mask = (UInt64(1) << alignment) - 1
    let base: UInt64
    switch search {
    case .address(let address):
      guard address & mask == 0 else { throw .notFound }
      base = address
    case .bottomUp(let limit):
      base = try find(type, length, mask, limit, fromTop: false)
    case .topDown(let limit):
      base = try find(type, length, mask, limit, fromTop: true)
    }
    try change(
      base, length, when: { $0.type == type && $0.owner == 0 }, otherwise: .notFound
    ) {
      $0.owner = owner
      $0.device = device
    }
    return base
  }

  /// `limit` is the highest address that may be used.
  private func find(
    _ type: UInt32, _ length: UInt64, _ mask: UInt64, _ limit: UInt64, fromTop: Bool
  ) throws(ResourceMapError) -> UInt64 {
    for range in fromTop ? ranges.reversed() : ranges where range.type == type && range.owner == 0 {
      let end = limit == .max ? range.end : min(range.end, limit + 1)
      guard end > range.base, end - range.base >= length else { continue }
      let base = fromTop ? (end - length) & ~mask : (range.base + mask) & ~mask
      if base >= range.base, base < end, end - base >= length { return base }
    }
    throw .notEnough
  }

  private func check(
    _ base: UInt64, _ length: UInt64, _ allowed: (Range) -> Bool, _ failure: ResourceMapError
  ) throws(ResourceMapError) {
    guard length > 0 else { throw .invalidParameter }
    let (limit, overflow) = base.addingReportingOverflow(length)
    guard !overflow, limit <= end else { throw .unsupported }
    for range in ranges where range.base < limit && range.end > base {
      guard allowed(range) else { throw failure }
    }
  }

  /// Splits at both ends, edits what lies between, and merges what became alike.
  private mutating func change(
    _ base: UInt64, _ length: UInt64, when allowed: (Range) -> Bool,
    otherwise failure: ResourceMapError, _ edit: (inout Range) -> Void
  ) throws(ResourceMapError) {
    try check(base, length, allowed, failure)
    split(at: base)
    split(at: base + length)
    for index in ranges.indices
    where ranges[index].base >= base && ranges[index].end <= base + length {
      edit(&ranges[index])
    }
    var merged: [Range] = []
    for range in ranges {
      if let last = merged.last, last.alike(range) {
        merged[merged.count - 1].length += range.length
      } else {
        merged.append(range)
      }
    }
    ranges = merged
  }

  private mutating func split(at address: UInt64) {
    guard let index = ranges.firstIndex(where: { address > $0.base && address < $0.end }) else {
      return
    }
    var upper = ranges[index]
    upper.length = upper.end - address
    upper.base = address
    ranges[index].length = address - ranges[index].base
    ranges.insert(upper, at: index + 1)
  }
}
