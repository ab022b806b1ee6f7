/// What the shim does around a host function that changes memory the guest may have executed.
///
/// Numbers are argument positions, from 0. The host functions know nothing of it: they are told
/// apart by their addresses. An action takes effect only if the call succeeded (a status without
/// the error bit), except for `invalidate`, whose functions return nothing.
public enum Interception: Equatable {
  /// Bytes were written: CopyMem is (0, 2), SetMem (0, 1).
  case invalidate(address: UInt8, count: UInt8)
  /// AllocatePages(type, memory type, pages, &address): pages of a code type are adopted.
  case allocatePages
  /// FreePages(address, pages).
  case freePages
  /// AllocatePool(type, size, &address).
  case allocatePool
  /// FreePool(address).
  case freePool
  /// The host wants to know (`HostContract.didCall`); the shim does nothing.
  case observed(tag: UInt8)
  /// The host's own function stands in for it. Compiled code that calls it goes straight to a
  /// routine, which puts that function's address where `transomCallOut` finds the target, and goes
  /// there.
  case replaced(by: UInt64, routine: UInt64)
  /// Attributes were set (CPU architectural protocol, memory attribute protocol).
  case setAttributes(address: UInt8, count: UInt8)
}

/// Host function addresses and what to do about them. Open hash, fixed capacity, no removal.
struct InterceptionTable {
  static let capacity = 256
  private let keys: UnsafeMutablePointer<UInt64>
  private let actions: UnsafeMutablePointer<Interception>
  private var count = 0

  init() {
    keys = .allocate(capacity: Self.capacity)
    keys.initialize(repeating: 0, count: Self.capacity)
    actions = .allocate(capacity: Self.capacity)
    actions.initialize(repeating: .freePool, count: Self.capacity)
  }

  func deallocate() {
    keys.deallocate()
    actions.deallocate()
  }

  private func slot(_ target: UInt64) -> Int {
    var index = Int(truncatingIfNeeded: (target &* 0x9E37_79B9_7F4A_7C15) >> 40) % Self.capacity
    while keys[index] != 0, keys[index] != target { index = (index + 1) % Self.capacity }
    return index
  }

  func action(for target: UInt64) -> Interception? {
    let index = slot(target)
    return keys[index] == 0 ? nil : actions[index]
  }

  /// False if the table is full or the address zero. The latest action for an address holds.
  mutating func set(_ action: Interception, for target: UInt64) -> Bool {
    guard target != 0 else { return false }
    let index = slot(target)
    if keys[index] == 0 {
      guard count < Self.capacity / 2 else { return false }
      count += 1
      keys[index] = target
    }
    actions[index] = action
    return true
  }
}

/// Pool that the guest asked for as code, so that freeing it can find its size.
struct CodePoolTable {
  static let capacity = 128
  private let entries: UnsafeMutablePointer<(address: UInt64, count: UInt64)>

  init() {
    entries = .allocate(capacity: Self.capacity)
    entries.initialize(repeating: (0, 0), count: Self.capacity)
  }

  func deallocate() { entries.deallocate() }

  func add(_ address: UInt64, count: UInt64) -> Bool {
    for index in 0..<Self.capacity where entries[index].count == 0 {
      entries[index] = (address, count)
      return true
    }
    return false
  }

  /// Size in bytes of the allocation at an address, which is forgotten; nil if it is none of ours.
  func remove(_ address: UInt64) -> UInt64? {
    for index in 0..<Self.capacity
    where entries[index].count != 0 && entries[index].address == address {
      let count = entries[index].count
      entries[index].count = 0
      return count
    }
    return nil
  }
}
