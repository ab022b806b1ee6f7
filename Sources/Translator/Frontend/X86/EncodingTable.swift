/// The one table of encodings, compiled for look-up: an opcode of a map leads to the few rows that
/// share it, most particular first, each a masked comparison away.
struct EncodingTable {
  let rows: UnsafeMutablePointer<Encoding>
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

  private init() {
    let lists = [
      Self.dataTransfer, Self.arithmetic, Self.control, Self.floatingPoint, Self.vectorMoves,
      Self.vectorInteger, Self.vectorFloat, Self.vectorExtended, Self.fused,
    ]
    var total = 0
    for list in lists { total += list.count }
    rows = .allocate(capacity: total)
    rowCount = total
    groups = .allocate(capacity: 1024)
    groups.initialize(repeating: Group(), count: 1024)
    let readers = UnsafeMutablePointer<PatternReader>.allocate(capacity: total)
    var next = 0
    var slots = 0
    for list in lists {
      for row in list {
        (rows + next).initialize(to: row)
        let reader = PatternReader(row.pattern)
        (readers + next).initialize(to: reader)
        let span = reader.spansRegisters ? 8 : 1
        for low in 0..<span {
          let g = Int(reader.map) << 8 | Int(reader.opcode) + low
          groups[g].count += 1
          if reader.hasModRM { groups[g].hasModRM = true }
        }
        slots += span
        next += 1
      }
    }
    matches = .allocate(capacity: slots)
    var first = 0
    for g in 0..<1024 {
      groups[g].first = UInt16(first)
      first += Int(groups[g].count)
      groups[g].count = 0
    }
    for i in 0..<total {
      let reader = readers[i]
      for low in 0..<(reader.spansRegisters ? 8 : 1) {
        let g = Int(reader.map) << 8 | Int(reader.opcode) + low
        var match = reader.match
        match.row = UInt16(i)
        (matches + Int(groups[g].first) + Int(groups[g].count)).initialize(to: match)
        groups[g].count += 1
      }
    }
    readers.deallocate()
  }

  /// The row for an opcode under a discriminator, or nil.
  @inline(__always)
  func find(map: Int, opcode: UInt8, _ discriminator: UInt32) -> Int? {
    let group = groups[map << 8 | Int(opcode)]
    var match = matches + Int(group.first)
    for _ in 0..<group.count {
      if discriminator & match.pointee.mask == match.pointee.value {
        return Int(match.pointee.row)
      }
      match += 1
    }
    return nil
  }
}
