/// Entries of the branch table that lead to host code, by guest address. An entry keeps its place in
/// the code memory as long as the code there lives, whether it is in use or not.
struct HostThunks {
  struct Entry {
    /// 0: free.
    var address: UInt64 = 0
    /// Where it leads to.
    var routine: UInt64 = 0
    /// Offset into the code memory; 0: not written yet.
    var offset: UInt32 = 0
  }

  static var capacity: Int { 512 }
  private let entries: UnsafeMutablePointer<Entry>

  init() {
    entries = .allocate(capacity: Self.capacity)
    entries.initialize(repeating: Entry(), count: Self.capacity)
  }

  func deallocate() { entries.deallocate() }

  func clear() { entries.update(repeating: Entry(), count: Self.capacity) }

  /// The entry of an address, made if there is none; nil if the table is full there.
  func entry(for address: UInt64) -> UnsafeMutablePointer<Entry>? {
    guard address != 0 else { return nil }
    var slot = Int(truncatingIfNeeded: (address &* 0x9E37_79B9_7F4A_7C15) >> 40) % Self.capacity
    for _ in 0..<16 {
      if entries[slot].address == address { return entries + slot }
      if entries[slot].address == 0 {
        entries[slot].address = address
        return entries + slot
      }
      slot = (slot + 1) % Self.capacity
    }
    return nil
  }

  func forEach(_ body: (_ address: UInt64, _ offset: UInt32) -> Void) {
    for slot in 0..<Self.capacity where entries[slot].offset != 0 {
      body(entries[slot].address, entries[slot].offset)
    }
  }
}
