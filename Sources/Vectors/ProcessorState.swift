internal import CCaseRunner

/// A processor's architectural state as one array of words: what both the engine and the host's
/// processor can be given and asked for. Positions are those of CNativeRunner.h.
package struct ProcessorState: Sendable, Equatable {
  package var words: [UInt64]

  /// Everything zero, flags 0x202, FINIT, MXCSR 0x1F80.
  package init() {
    words = Array(repeating: 0, count: Int(transomWordCount))
    words[Word.flags] = 0x202
    words[Word.x87Control] = 0x37F
    words[Word.x87Tag] = 0xFFFF
    words[Word.mxcsr] = 0x1F80
  }

  package enum Word {
    package static let rip = Int(transomWordRIP)
    package static let flags = Int(transomWordFlags)
    package static let fsBase = Int(transomWordFSBase)
    package static let gsBase = Int(transomWordGSBase)
    package static let vector = Int(transomWordVector)
    package static let x87 = Int(transomWordX87)
    package static let x87Control = Int(transomWordX87Control)
    package static let x87Status = Int(transomWordX87Status)
    package static let x87Tag = Int(transomWordX87Tag)
    package static let mxcsr = Int(transomWordMXCSR)
    package static let count = Int(transomWordCount)
  }

  package subscript(_ word: Int) -> UInt64 {
    get { words[word] }
    set { words[word] = newValue }
  }

  package static let generalNames = [
    "RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
    "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15",
  ]

  /// What a word is called in reports: "RAX", "YMM3[2]", "MM0[1]".
  package static func name(of word: Int) -> String {
    switch word {
    case 0..<16: return generalNames[word]
    case Word.rip: return "RIP"
    case Word.flags: return "RFLAGS"
    case Word.fsBase: return "FSBASE"
    case Word.gsBase: return "GSBASE"
    case Word.vector..<Word.x87:
      let part = (word - Word.vector) & 3
      return (part < 2 ? "XMM" : "YMM") + "\((word - Word.vector) / 4)[\(part)]"
    case Word.x87..<Word.x87Control: return "MM\((word - Word.x87) / 2)[\((word - Word.x87) & 1)]"
    case Word.x87Control: return "FCW"
    case Word.x87Status: return "FSW"
    case Word.x87Tag: return "FTW"
    default: return "MXCSR"
    }
  }

  /// The tag the processor would compute for a register's contents (SDM volume 1, 8.1.7).
  package static func tag(significand: UInt64, exponent: UInt64) -> UInt64 {
    let field = exponent & 0x7FFF
    if field == 0 && significand == 0 { return 1 }
    if field == 0 || field == 0x7FFF || significand >> 63 == 0 { return 2 }
    return 0
  }
}

/// How an execution ended.
package enum Ending: Equatable, Sendable {
  /// At a HLT; RIP is at it.
  case halted
  case fault(vector: UInt8)
  case timedOut
  /// It could not be run at all.
  case failed(String)

  package static let names: [UInt8: String] = [
    0: "#DE", 1: "#DB", 3: "#BP", 4: "#OF", 5: "#BR", 6: "#UD", 7: "#NM", 8: "#DF", 10: "#TS",
    11: "#NP", 12: "#SS", 13: "#GP", 14: "#PF", 16: "#MF", 17: "#AC", 18: "#MC", 19: "#XM",
  ]

  package var description: String {
    switch self {
    case .halted: "HLT"
    case .fault(let vector): Self.names[vector] ?? "vector \(vector)"
    case .timedOut: "no end within the budget"
    case .failed(let why): why
    }
  }
}

/// Memory of a case: readable, writable and executable.
package struct Region: Sendable, Equatable {
  package var address: UInt64
  package var count: UInt64
  package init(address: UInt64, count: UInt64) {
    self.address = address
    self.count = count
  }
  package var end: UInt64 { address &+ count }

  /// The whole pages it touches.
  package var pages: Region {
    let start = address & ~0xFFF
    return Region(address: start, count: ((end &+ 0xFFF) & ~0xFFF) &- start)
  }

  package func overlaps(_ other: Region) -> Bool { address < other.end && other.address < end }

  /// Ascending, overlapping and adjoining ones made one.
  package static func merged(_ regions: [Region]) -> [Region] {
    var result: [Region] = []
    for region in regions.sorted(by: { $0.address < $1.address }) {
      if let last = result.last, region.address <= last.end {
        result[result.count - 1].count = max(last.end, region.end) &- last.address
      } else {
        result.append(region)
      }
    }
    return result
  }
}

/// Bytes at an address.
package struct Placed: Sendable, Equatable {
  package var address: UInt64
  package var bytes: [UInt8]
  package init(address: UInt64, bytes: [UInt8]) {
    self.address = address
    self.bytes = bytes
  }
}
