import CShim
import CTranslator
import Translator

/// The levels under way, innermost last.
///
/// What must outlive an abandoned host frame is kept here and not in the level's record: once a
/// native jump has left that frame, anything may be written over it. Records are touched only for
/// levels known to be alive, or after their serial number has been compared.
struct LevelTable {
  typealias Entry = UnsafeMutablePointer<TransomLevelEntry>
  typealias Record = UnsafeMutablePointer<TransomLevel>

  let bridge: UnsafeMutablePointer<TransomBridge>

  @inline(__always)
  init(_ bridge: UnsafeMutablePointer<TransomBridge>) { self.bridge = bridge }

  /// Takes the memory for `capacity` levels; the first one's stack begins below `stackPointer`.
  static func allocate(
    capacity: Int, stackPointer: UInt64, in bridge: UnsafeMutablePointer<TransomBridge>
  ) {
    // In front stands what the outermost level returns to: never pruned, nothing to save.
    let entries = Entry.allocate(capacity: capacity + 1)
    UnsafeMutableRawPointer(entries).initializeMemory(
      as: UInt8.self, repeating: 0, count: MemoryLayout<TransomLevelEntry>.stride)
    entries.pointee.level = Record(bitPattern: UInt.max & ~15).unsafelyUnwrapped
    entries.pointee.stackPointer = stackPointer
    entries.pointee.isSaved = 1
    entries.pointee.isAtRest = 1
    bridge.pointee.current = entries
    bridge.pointee.firstEntry = entries + 1
    bridge.pointee.endOfEntries = entries + capacity + 1
  }

  func deallocate() { (bridge.pointee.firstEntry - 1).deallocate() }

  @inline(__always) var current: Entry { bridge.pointee.current }
  var depth: Int { Int(current.pointee.depth) }
  var lastSerial: UInt64 { bridge.pointee.lastSerial }

  subscript(index: Int) -> Entry { bridge.pointee.firstEntry + index }

  /// Gives up the levels whose host frames the host stack has already left: those at or below
  /// `frame`, the lowest address of a frame that is alive.
  ///
  /// A frame that was left by a jump and then passed by deeper calls escapes this. That is
  /// harmless: its stretch of guest stack stays reserved until the host stack comes back up, and
  /// nothing resumes it, because no guest frame in it is ever named again.
  func prune(below frame: UInt64) {
    var depth = self.depth
    while depth > 0, UInt64(UInt(bitPattern: self[depth - 1].pointee.level)) < frame { depth -= 1 }
    drop(to: depth)
  }

  /// Begins a level whose RSP at entry is on the shim's stack or, with `isOnStack` false, elsewhere.
  /// Nil if the table is full.
  @inline(__always)
  func push(_ level: Record, entryStackPointer: UInt64, isOnStack: Bool) -> Entry? {
    let outer = current
    let entry = outer + 1
    guard entry < bridge.pointee.endOfEntries else { return nil }
    if outer.pointee.isSaved == 0 { save(outer) }
    let serial = bridge.pointee.lastSerial &+ 1
    bridge.pointee.lastSerial = serial
    let depth = outer.pointee.depth &+ 1
    bridge.pointee.trapCount &+= 1
    if depth > bridge.pointee.deepestLevel { bridge.pointee.deepestLevel = depth }
    level.pointee.entry = entry
    level.pointee.serial = serial
    entry.pointee.level = level
    entry.pointee.serial = serial
    entry.pointee.depth = depth
    entry.pointee.entryStackPointer = entryStackPointer
    entry.pointee.stackPointer = entryStackPointer
    entry.pointee.span = isOnStack ? entryStackPointer &- bridge.pointee.stackBase : 0
    entry.pointee.isSaved = 0
    entry.pointee.interruptStack = 0
    entry.pointee.isAtRest = restless
    entry.pointee.outerWords = bridge.pointee.hostWords
    bridge.pointee.hostWords = (0, 0)
    bridge.pointee.current = entry
    return entry
  }

  /// `isAtRest` of a level whose guest code runs: where no interrupt can come in it does not matter,
  /// and every call is at rest.
  @inline(__always) var restless: UInt32 { bridge.pointee.masksInterrupts == 0 ? 1 : 0 }

  /// Ends the innermost level.
  @inline(__always)
  func pop(_ entry: Entry) {
    bridge.pointee.current = entry - 1
    bridge.pointee.hostWords = entry.pointee.outerWords
  }

  /// Keeps `count` levels; the others were abandoned.
  func drop(to count: Int) {
    let depth = self.depth
    guard count < depth else { return }
    bridge.pointee.abandonedLevels &+= UInt64(depth - count)
    pop(self[count])
  }

  /// Drops what lies above a level.
  func drop(above entry: Entry) { drop(to: Int(entry.pointee.depth)) }

  /// Whether the record a table entry points to is still the one that was entered.
  func isIntact(_ index: Int) -> Bool {
    let entry = self[index]
    return entry.pointee.level.pointee.serial == entry.pointee.serial
      && entry.pointee.level.pointee.entry == entry
  }

  // MARK: Registers

  /// Keeps what the Microsoft convention preserves across a call. Done by whoever is about to
  /// disturb it, so that a call during which nobody enters the guest costs nothing.
  private func save(_ entry: Entry) {
    let state = bridge.pointee.state
    let from = words(&state.pointee.gpr)
    let to = words(&entry.pointee.generalRegisters)
    to[0] = from[Register.rbx]
    for index in 1..<4 { to[index] = from[4 + index] }
    for index in 4..<8 { to[index] = from[8 + index] }
    let vectors = words(&state.pointee.vector) + 6 * 4
    let kept = words(&entry.pointee.vectorRegisters)
    for index in 0..<10 {
      kept[2 * index] = vectors[4 * index]
      kept[2 * index + 1] = vectors[4 * index + 1]
    }
    entry.pointee.flags = state.pointee.rflags
    entry.pointee.mxcsr = state.pointee.mxcsr
    entry.pointee.x87Control = state.pointee.x87Control
    entry.pointee.packedFlags = state.pointee.packedFlags
    entry.pointee.floatStatus = state.pointee.compiledScratch.2
    entry.pointee.isSaved = 1
  }

  func restore(_ entry: Entry) {
    let state = bridge.pointee.state
    let to = words(&state.pointee.gpr)
    let from = words(&entry.pointee.generalRegisters)
    to[Register.rbx] = from[0]
    for index in 1..<4 { to[4 + index] = from[index] }
    for index in 4..<8 { to[8 + index] = from[index] }
    let vectors = words(&state.pointee.vector) + 6 * 4
    let kept = words(&entry.pointee.vectorRegisters)
    for index in 0..<10 {
      vectors[4 * index] = kept[2 * index]
      vectors[4 * index + 1] = kept[2 * index + 1]
    }
    state.pointee.rflags = entry.pointee.flags
    state.pointee.mxcsr = entry.pointee.mxcsr
    state.pointee.x87Control = entry.pointee.x87Control
    state.pointee.packedFlags = entry.pointee.packedFlags
    state.pointee.compiledScratch.2 = entry.pointee.floatStatus
  }
}
