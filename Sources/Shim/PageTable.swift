/// The pages whose permission to execute was taken away, with what they had before.
///
/// An open hash table of fixed capacity: looking up happens in the fault handler and must neither
/// allocate nor block. Two images, or an image and an allocation, may share a page; it is given
/// back when the last of them goes.
struct PageTable {
  struct Entry {
    /// Page number + 1; 0 marks a free slot.
    var key: UInt64 = 0
    var attributes: UInt64 = 0
    var references: UInt32 = 0
    /// Of these references, how many are the guest's own allocations.
    var adoptions: UInt32 = 0
  }

  private let slots: UnsafeMutablePointer<Entry>
  private let mask: Int
  private(set) var count = 0
  let capacity: Int

  /// `capacityBits`: the table has 2^bits slots and takes three quarters of that.
  init(capacityBits: Int) {
    let size = 1 << capacityBits
    mask = size - 1
    capacity = size / 4 * 3
    slots = .allocate(capacity: size)
    slots.initialize(repeating: Entry(), count: size)
  }

  func deallocate() { slots.deallocate() }

  private func home(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
  }

  /// The slot of a page, to be read or changed in place; nil if the page is not in the table.
  func find(_ page: UInt64) -> UnsafeMutablePointer<Entry>? {
    let key = page &+ 1
    var index = home(key)
    while slots[index].key != 0 {
      if slots[index].key == key { return slots + index }
      index = (index &+ 1) & mask
    }
    return nil
  }

  /// The page must not be in the table. False if the table is full.
  mutating func insert(_ page: UInt64, attributes: UInt64) -> Bool {
    guard count < capacity else { return false }
    let key = page &+ 1
    var index = home(key)
    while slots[index].key != 0 { index = (index &+ 1) & mask }
    slots[index] = Entry(key: key, attributes: attributes, references: 0, adoptions: 0)
    count += 1
    return true
  }

  mutating func remove(_ page: UInt64) {
    guard let entry = find(page) else { return }
    var hole = entry - slots
    var next = (hole &+ 1) & mask
    // Close the gap, so that no search ends early at it.
    while slots[next].key != 0 {
      let wanted = home(slots[next].key)
      if (next &- wanted) & mask >= (next &- hole) & mask {
        slots[hole] = slots[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    slots[hole].key = 0
    count -= 1
  }
}
