import Glibc

/// Linux's MAP_FIXED_NOREPLACE, which the C library does not show to Swift everywhere.
private let mapFixedNoReplace: Int32 = 0x10_0000

/// The machine's memory: anonymous mappings at the platform's physical addresses.
struct SimulatedRAM {
  private(set) var mapped: [Range<UInt64>] = []

  /// Maps a range zeroed, readable and writable; refuses to displace what the process has there.
  mutating func map(_ range: Range<UInt64>) throws(FirmwareError) {
    let wanted = UnsafeMutableRawPointer(bitPattern: UInt(range.lowerBound))
    let got = mmap(
      wanted, Int(range.upperBound - range.lowerBound), PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | mapFixedNoReplace, -1, 0)
    guard got != MAP_FAILED else { throw .host(errno: errno) }
    guard got == wanted else {
      munmap(got, Int(range.upperBound - range.lowerBound))
      throw .host(errno: EEXIST)
    }
    mapped.append(range)
  }

  /// Whether all of a range is backed by memory of this machine.
  func contains(_ range: Range<UInt64>) -> Bool {
    mapped.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
  }

  /// Code memory may execute, other memory may not: what this firmware's page tables say.
  func protect(_ range: Range<UInt64>, executable: Bool) {
    guard !range.isEmpty, contains(range) else { return }
    mprotect(
      UnsafeMutableRawPointer(bitPattern: UInt(range.lowerBound)),
      Int(range.upperBound - range.lowerBound),
      executable ? PROT_READ | PROT_WRITE | PROT_EXEC : PROT_READ | PROT_WRITE)
  }

  mutating func unmapAll() {
    for range in mapped {
      munmap(
        UnsafeMutableRawPointer(bitPattern: UInt(range.lowerBound)),
        Int(range.upperBound - range.lowerBound))
    }
    mapped = []
  }
}
