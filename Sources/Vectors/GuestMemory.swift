internal import CNativeRunner
import Glibc

/// The regions of the case being run, mapped in this process at their very addresses.
package final class GuestMemory {
  package private(set) var regions: [Region] = []

  package init() { _ = transomCatchGuestFaults() }

  deinit { unmap() }

  private func unmap() {
    for region in regions {
      munmap(UnsafeMutableRawPointer(bitPattern: UInt(region.address)), Int(region.count))
    }
    regions = []
  }

  /// Makes exactly these regions be there, zero-filled. Nil: done; or why not.
  package func prepare(_ wanted: [Region]) -> String? {
    if wanted == regions, wanted.reduce(0, { $0 &+ $1.count }) <= 1 << 20 {
      for region in regions {
        guard let start = UnsafeMutableRawPointer(bitPattern: UInt(region.address)) else {
          continue
        }
        memset(start, 0, Int(region.count))
      }
      return nil
    }
    unmap()
    for region in wanted where !add(region) {
      return "the region at \(hex(region.address)) cannot be mapped here"
    }
    return nil
  }

  /// Maps one more region of whole pages, zero-filled. False if the place is taken, or too large.
  package func add(_ region: Region) -> Bool {
    guard let count = Int(exactly: region.count) else { return false }
    let start = UnsafeMutableRawPointer(bitPattern: UInt(region.address))
    // MAP_FIXED_NOREPLACE: what is there already is not the case's to overwrite.
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | 0x100000
    let got = mmap(start, count, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard got == start else {
      if got != MAP_FAILED { munmap(got, count) }
      return false
    }
    regions.append(region)
    return true
  }

  /// Has the pages of a range be there before anything is timed. Without effect on contents.
  package func touch(_ range: Region) {
    guard let start = UnsafeMutableRawPointer(bitPattern: UInt(range.address)) else { return }
    // MADV_POPULATE_WRITE; an older kernel brings them in one by one, as they are used.
    madvise(start, Int(range.count), 23)
  }

  /// Whether all of a range is in the regions.
  package func contains(_ address: UInt64, _ count: Int) -> Bool {
    guard count > 0 else { return true }
    return regions.contains { region in
      address >= region.address && address &- region.address < region.count
        && UInt64(count) <= region.end &- address
    }
  }

  package func write(_ placed: Placed) {
    guard contains(placed.address, placed.bytes.count) else { return }
    placed.bytes.withUnsafeBytes { bytes in
      guard let from = bytes.baseAddress,
        let to = UnsafeMutableRawPointer(bitPattern: UInt(placed.address))
      else { return }
      memcpy(to, from, bytes.count)
    }
  }

  package func read(_ address: UInt64, _ count: Int) -> [UInt8]? {
    guard contains(address, count), count > 0,
      let from = UnsafeRawPointer(bitPattern: UInt(address))
    else { return count == 0 ? [] : nil }
    return Array(UnsafeRawBufferPointer(start: from, count: count))
  }
}
