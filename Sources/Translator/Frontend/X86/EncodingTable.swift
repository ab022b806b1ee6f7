/// The one table of encodings, compiled for look-up: an opcode of a map leads to the few rows that
/// share it, most particular first, each a masked comparison away.
struct EncodingTable {
  let rows: UnsafeMutablePointer<Row>
  let rowCount: Int
  /// Rows' comparisons, grouped by map and opcode.
  let matches: UnsafeMutablePointer<RowMatch>
  /// Per map (4) and opcode (256): where the group starts and how many rows it has.
  let groups: UnsafeMutablePointer<Group>

  struct Group {
    var first: UInt16 = 0
    var count: UInt8 = 0
    var hasModRM: Bool = false
  }

  /// Made once: the table is the same for every engine.
  nonisolated(unsafe) static let shared = EncodingTable()

  private static let lists: [[Encoding]] = [
    dataTransfer, arithmetic, control, floatingPoint, vectorMoves, vectorInteger, vectorShuffle,
    vectorElements, vectorFloat, vectorExtended, fused,
  ]

  /// The rows as written, names included: for listings and catalogues.
  static let encodings: [Encoding] = lists.flatMap { $0 }

  private init() {
    let lists = Self.lists
    var total = 0
    for list in lists { total += list.count }
    let rows = UnsafeMutablePointer<Row>.allocate(capacity: total)
    let groups = UnsafeMutablePointer<Group>.allocate(capacity: 1024)
    groups.initialize(repeating: Group(), count: 1024)
    let readers = UnsafeMutablePointer<PatternReader>.allocate(capacity: total)
    var next = 0
    var slots = 0
    for list in lists {
      list.withUnsafeBufferPointer { encodings in
        for n in encodings.indices {
          let reader = PatternReader(encodings[n].pattern)
          (readers + next).initialize(to: reader)
          (rows + next).initialize(to: Row(encodings[n], isVEX: reader.isVEX))
          next &+= 1
          slots &+= Self.count(reader, groups)
        }
      }
    }
    matches = .allocate(capacity: slots)
    var first = 0
    for g in 0..<1024 {
      groups[g].first = UInt16(first)
      first += Int(groups[g].count)
      groups[g].count = 0
    }
    for n in 0..<total { Self.place(readers[n], row: UInt16(n), groups, matches) }
    readers.deallocate()
    self.rows = rows
    self.groups = groups
    rowCount = total
  }

  /// Counts a pattern in the groups of its opcodes. Returns how many they are.
  private static func count(
    _ reader: PatternReader, _ groups: UnsafeMutablePointer<Group>
  ) -> Int {
    let g = Int(reader.map) << 8 | Int(reader.opcode)
    let span = reader.spansRegisters ? 8 : 1
    for low in 0..<span {
      groups[g &+ low].count &+= 1
      if reader.hasModRM { groups[g &+ low].hasModRM = true }
    }
    return span
  }

  private static func place(
    _ reader: PatternReader, row: UInt16, _ groups: UnsafeMutablePointer<Group>,
    _ matches: UnsafeMutablePointer<RowMatch>
  ) {
    let first = Int(reader.map) << 8 | Int(reader.opcode)
    var match = reader.match
    match.row = row
    for g in first..<first + (reader.spansRegisters ? 8 : 1) {
      (matches + (Int(groups[g].first) + Int(groups[g].count))).initialize(to: match)
      groups[g].count &+= 1
    }
  }

  /// The row for an opcode under a discriminator; negative: none.
  @inline(__always)
  func find(_ group: Group, _ discriminator: UInt32) -> Int {
    var match = matches + Int(group.first)
    let end = match + Int(group.count)
    while match < end {
      if discriminator & match.pointee.mask == match.pointee.value {
        return Int(match.pointee.row)
      }
      match += 1
    }
    return -1
  }
}
