import CUEFI

/// The physical memory map (UEFI 2.10, 7.2): what each page is used for, and who may take it.
public final class MemoryMap {
  public static let pageSize: UInt64 = 4096

  /// A run of pages of one type. Never empty; entries are sorted and never overlap.
  public struct Entry: Equatable, Sendable {
    public var range: Range<UInt64>
    public var type: UInt32
    public var attributes: UInt64
    var guarded: Bool
    /// Not the guest's to free: the firmware's own code, or reserved by the platform.
    var pinned: Bool

    /// Size in 4 KiB pages.
    public var pages: UInt64 { (range.upperBound - range.lowerBound) / MemoryMap.pageSize }

    func canJoin(_ other: Entry) -> Bool {
      range.upperBound == other.range.lowerBound && type == other.type
        && attributes == other.attributes && guarded == other.guarded && pinned == other.pinned
    }
  }

  public private(set) var entries: [Entry] = []
  /// Changes with every change of the map (the MapKey of GetMemoryMap).
  public private(set) var key: UInt64 = 1
  private(set) var ram = SimulatedRAM()

  init(regions: [FirmwareConfiguration.MemoryRegion]) throws(FirmwareError) {
    for region in regions {
      let (end, overflow) = region.base.addingReportingOverflow(region.size)
      guard !overflow, region.size > 0, region.base % Self.pageSize == 0,
        region.size % Self.pageSize == 0
      else { throw .invalidParameter }
      if region.kind != .guarded {
        do throws(FirmwareError) {
          try ram.map(region.base..<end)
        } catch {
          ram.unmapAll()
          throw error
        }
      }
      entries.append(
        Entry(
          range: region.base..<end,
          type: region.kind == .reserved ? EfiReservedMemoryType : EfiConventionalMemory,
          attributes: Self.cacheable, guarded: region.kind == .guarded,
          pinned: region.kind == .reserved))
    }
    entries.sort { $0.range.lowerBound < $1.range.lowerBound }
  }

  static let cacheable = EFI_MEMORY_UC | EFI_MEMORY_WC | EFI_MEMORY_WT | EFI_MEMORY_WB

  func unmap() { ram.unmapAll() }

  /// Whether memory of this type may hold code that runs.
  public static func isCode(_ type: UInt32) -> Bool {
    type == EfiLoaderCode || type == EfiBootServicesCode || type == EfiRuntimeServicesCode
  }

  /// Types a caller may ask for (7.2.1): the specified ones but free, persistent and unaccepted
  /// memory, and the ranges left to OEMs and loaders.
  public static func isAllocatable(_ type: UInt32) -> Bool {
    if type >= 0x7000_0000 { return true }
    return type < EfiMaxMemoryType && type != EfiConventionalMemory
      && type != EfiPersistentMemory && type != EfiUnacceptedMemoryType
  }

  /// The entry a page belongs to.
  public func entry(containing address: UInt64) -> Entry? {
    entries.first { $0.range.contains(address) }
  }

  /// Whether all of a range is memory the process has mapped, so that a service may touch it.
  public func isMapped(_ range: Range<UInt64>) -> Bool { ram.contains(range) }

  /// AllocatePages (7.2.1). Any and below-a-limit take the highest free pages, so addresses
  /// repeat. `address` is the limit (last byte usable) or the wanted start.
  public func allocatePages(
    _ kind: UInt32, type: UInt32, pages: UInt64, address: UInt64 = 0
  ) throws(FirmwareError) -> UInt64 {
    guard kind < MaxAllocateType, Self.isAllocatable(type) else { throw .invalidParameter }
    guard pages > 0, pages <= UInt64.max / Self.pageSize else {
      throw kind == AllocateAddress ? .notFound : .outOfResources
    }
    let size = pages * Self.pageSize
    let start: UInt64
    switch kind {
    case AllocateAddress:
      guard address % Self.pageSize == 0 else { throw .notFound }
      let (end, overflow) = address.addingReportingOverflow(size)
      guard !overflow, isFree(address..<end) else { throw .notFound }
      start = address
    case AllocateMaxAddress:
      guard address >= Self.pageSize - 1, let found = highestFree(size, through: address) else {
        throw address < Self.pageSize - 1 ? .notFound : .outOfResources
      }
      start = found
    default:
      guard let found = highestFree(size, through: .max) else { throw .outOfResources }
      start = found
    }
    change(start..<(start + size), to: type)
    ram.protect(start..<(start + size), executable: Self.isCode(type))
    return start
  }

  /// FreePages (7.2.2). May free a part of what one call allocated.
  public func freePages(_ address: UInt64, pages: UInt64) throws(FirmwareError) {
    guard address % Self.pageSize == 0, pages > 0, pages <= UInt64.max / Self.pageSize else {
      throw .invalidParameter
    }
    let (end, overflow) = address.addingReportingOverflow(pages * Self.pageSize)
    guard !overflow else { throw .invalidParameter }
    let touched = entries.filter { $0.range.overlaps(address..<end) }
    guard covers(touched, address..<end),
      touched.allSatisfy({ $0.type != EfiConventionalMemory && !$0.pinned })
    else { throw .notFound }
    change(address..<end, to: EfiConventionalMemory)
    ram.protect(address..<end, executable: false)
  }

  /// Adds memory the platform describes but does not give out, such as runtime device registers.
  public func addReserved(
    _ range: Range<UInt64>, type: UInt32, attributes: UInt64
  ) throws(FirmwareError) {
    guard !range.isEmpty, range.lowerBound % Self.pageSize == 0,
      range.upperBound % Self.pageSize == 0,
      !entries.contains(where: { $0.range.overlaps(range) })
    else { throw .invalidParameter }
    entries.append(
      Entry(
        range: range, type: type, attributes: attributes, guarded: false, pinned: true))
    entries.sort { $0.range.lowerBound < $1.range.lowerBound }
    key += 1
  }

  /// Marks pages as the firmware's own, never to be freed.
  func pin(_ range: Range<UInt64>) {
    for index in entries.indices where entries[index].range == range {
      entries[index].pinned = true
    }
  }

  private func covers(_ touched: [Entry], _ range: Range<UInt64>) -> Bool {
    var reached = range.lowerBound
    for entry in touched {
      guard entry.range.lowerBound <= reached else { return false }
      reached = entry.range.upperBound
    }
    return !touched.isEmpty && reached >= range.upperBound
  }

  private func isFree(_ range: Range<UInt64>) -> Bool {
    let touched = entries.filter { $0.range.overlaps(range) }
    return covers(touched, range)
      && touched.allSatisfy { $0.type == EfiConventionalMemory && !$0.pinned }
  }

  private func highestFree(_ size: UInt64, through last: UInt64) -> UInt64? {
    for entry in entries.reversed()
    where entry.type == EfiConventionalMemory && !entry.guarded && !entry.pinned {
      var end = entry.range.upperBound
      if last < end - 1 { end = (last &+ 1) / Self.pageSize * Self.pageSize }
      if end > entry.range.lowerBound, end - entry.range.lowerBound >= size { return end - size }
    }
    return nil
  }

  /// Gives a range that the map covers a new type, splitting and joining entries.
  private func change(_ range: Range<UInt64>, to type: UInt32) {
    var result: [Entry] = []
    result.reserveCapacity(entries.count + 2)
    func add(_ entry: Entry) {
      guard !entry.range.isEmpty else { return }
      if let last = result.last, last.canJoin(entry) {
        result[result.count - 1].range = last.range.lowerBound..<entry.range.upperBound
      } else {
        result.append(entry)
      }
    }
    for entry in entries {
      guard entry.range.overlaps(range) else {
        add(entry)
        continue
      }
      let inside = entry.range.clamped(to: range)
      var part = entry
      part.range = entry.range.lowerBound..<inside.lowerBound
      add(part)
      part.range = inside
      part.type = type
      let runtime = type == EfiRuntimeServicesCode || type == EfiRuntimeServicesData
      part.attributes = Self.cacheable | (runtime ? EFI_MEMORY_RUNTIME : 0)
      add(part)
      part = entry
      part.range = inside.upperBound..<entry.range.upperBound
      add(part)
    }
    entries = result
    key += 1
  }
}
