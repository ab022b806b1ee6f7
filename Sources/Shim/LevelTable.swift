import CShim

/// The levels under way, innermost last.
///
/// What must outlive an abandoned host frame is kept here and not in the level's record: once a
/// native jump has left that frame, anything may be written over it. Records are touched only for
/// levels known to be alive, or after their serial number has been compared.
struct LevelTable {
  struct Entry {
    var level: UnsafeMutablePointer<TransomLevel>
    var serial: UInt64
    /// Guest RSP at entry.
    var entryStackPointer: UInt64
    /// Guest RSP while the level is inside a host call; the next level's stack begins below it.
    var stackPointer: UInt64
  }

  private let entries: UnsafeMutablePointer<Entry>
  let capacity: Int
  private(set) var depth = 0
  private(set) var lastSerial: UInt64 = 0

  init(capacity: Int) {
    self.capacity = capacity
    entries = .allocate(capacity: capacity)
  }

  func deallocate() { entries.deallocate() }

  subscript(index: Int) -> UnsafeMutablePointer<Entry> { entries + index }

  /// Gives up the levels whose host frames the host stack has already left: those at or below
  /// `frame`, the lowest address of a frame that is alive. Returns how many.
  ///
  /// A frame that was left by a jump and then passed by deeper calls escapes this. That is
  /// harmless: its stretch of guest stack stays reserved until the host stack comes back up, and
  /// nothing resumes it, because no guest frame in it is ever named again.
  mutating func prune(below frame: UInt64) -> Int {
    let before = depth
    while depth > 0, UInt64(UInt(bitPattern: entries[depth - 1].level)) < frame { depth -= 1 }
    return before - depth
  }

  /// False if the table is full.
  mutating func push(
    _ level: UnsafeMutablePointer<TransomLevel>, entryStackPointer: UInt64
  ) -> Bool {
    guard depth < capacity else { return false }
    lastSerial += 1
    level.pointee.index = UInt64(depth)
    level.pointee.serial = lastSerial
    level.pointee.entryStackPointer = entryStackPointer
    entries[depth] = Entry(
      level: level, serial: lastSerial, entryStackPointer: entryStackPointer,
      stackPointer: entryStackPointer)
    depth += 1
    return true
  }

  /// Keeps `count` levels. Returns how many were dropped.
  @discardableResult
  mutating func truncate(to count: Int) -> Int {
    guard count < depth else { return 0 }
    let dropped = depth - count
    depth = count
    return dropped
  }

  /// Whether the record a table entry points to is still the one that was entered.
  func isIntact(_ index: Int) -> Bool {
    entries[index].level.pointee.serial == entries[index].serial
      && entries[index].level.pointee.index == UInt64(index)
  }
}
