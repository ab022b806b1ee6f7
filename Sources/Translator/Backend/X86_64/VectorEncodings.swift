internal import CTranslator

/// How the host spells each vector operation: the table of encodings, read the other way round.
struct VectorEncodings {
  struct Entry {
    var opcode = X86Opcode(0)
    var feature = Feature.base
    var hasImmediate = false
    /// The register stands in ModRM.rm, an opcode extension in ModRM.reg.
    var isShift = false
    var number: UInt8 = 0
    var isKnown = false

    init() {}

    /// A row of the table, found among an opcode's `group` (map and opcode).
    init(_ row: Row, _ match: RowMatch, group: Int) {
      let prefix: UInt8 =
        switch match.value & Discriminator.prefix {
        case 0: 0
        case 1: 0x66
        case 2: 0xF3
        default: 0xF2
        }
      opcode = X86Opcode(
        UInt8(truncatingIfNeeded: group), map: UInt8(truncatingIfNeeded: group >> 8),
        prefix: prefix)
      feature = row.feature
      isShift = row.meaning == .vectorShiftImmediate || row.meaning == .vectorByteShift
      number = UInt8(truncatingIfNeeded: match.value >> Discriminator.regShift & 7)
      hasImmediate = row.immediate == .byte || row.immediate == .signedByte
      isKnown = true
    }
  }

  /// By the group in an operation's high byte and the place in its low one.
  private let entries: UnsafeMutablePointer<Entry>
  private static let groupSize = 96
  private static let groupCount = 7

  nonisolated(unsafe) static let shared = VectorEncodings()

  private init() {
    let count = Self.groupSize * Self.groupCount
    entries = .allocate(capacity: count)
    entries.initialize(repeating: Entry(), count: count)
    let table = EncodingTable.shared
    for g in 0..<1024 {
      let group = table.groups[g]
      for m in 0..<Int(group.count) {
        let match = table.matches[Int(group.first) + m]
        let row = table.rows[Int(match.row)]
        guard match.value & Discriminator.vex == 0, isCarried(row) else { continue }
        let at = place(row.operation)
        if !entries[at].isKnown { entries[at] = Entry(row, match, group: g) }
      }
    }
  }

  private func place(_ operation: UInt16) -> Int {
    Int(operation >> 8) * Self.groupSize + Int(operation & 0xFF)
  }

  /// Rows whose operation is a `VectorOp` on XMM registers.
  private func isCarried(_ row: Row) -> Bool {
    let o = row.operands
    func isMMX(_ kind: OperandKind) -> Bool {
      kind == .Pq || kind == .Qq || kind == .Qd || kind == .Nq
    }
    guard !isMMX(o.0), !isMMX(o.1), isTheSameEverywhere(row) else { return false }
    switch row.meaning {
    case .vector, .vectorUnary, .vectorBlendXMM0, .vectorShiftImmediate, .vectorByteShift,
      .vectorMask, .vectorFlags, .vectorFromInteger, .vectorToInteger:
      return true
    default: return false
    }
  }

  /// Estimates are each maker's own, and not every maker's SHA wants its operand aligned.
  private func isTheSameEverywhere(_ row: Row) -> Bool {
    switch VectorOp(rawValue: row.operation) {
    case .rcpps, .rcpss, .rsqrtps, .rsqrtss: false
    default: row.feature != .sha
    }
  }

  /// Nil if no SSE instruction of this host does it.
  func entry(_ operation: UInt16, _ host: HostFeatures) -> Entry? {
    guard operation >> 8 < UInt16(Self.groupCount), operation & 0xFF < UInt16(Self.groupSize) else {
      return nil
    }
    let entry = entries[place(operation)]
    return entry.isKnown && host.has(entry.feature) ? entry : nil
  }
}

/// What the host's processor offers beyond SSE2.
struct HostFeatures {
  private let bits: UInt64

  init() { bits = transomHostFeatures() }

  func has(_ feature: Feature) -> Bool {
    switch feature {
    case .base, .mmx, .sse, .sse2: true
    case .sse3: bits & 1 != 0
    case .ssse3: bits & 2 != 0
    case .sse41: bits & 4 != 0
    case .sse42: bits & 8 != 0
    case .aes: bits & 16 != 0
    case .pclmulqdq: bits & 32 != 0
    case .popcnt: bits & 64 != 0
    case .movbe: bits & 128 != 0
    case .lzcnt: bits & 256 != 0
    case .bmi1: bits & 512 != 0
    case .bmi2: bits & 1024 != 0
    case .sha: bits & 2048 != 0
    default: false
    }
  }
}
