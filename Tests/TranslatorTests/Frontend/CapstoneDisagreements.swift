import Translator

/// What each decoder made of the same bytes; nil where it says that they are no instruction.
struct CapstonePair {
  var mode: ProcessorMode
  var bytes: [UInt8]
  var name: String?
  var length: Int?
  var theirName: String?
  var theirLength: Int?

  var agrees: Bool {
    guard let name, let theirName else { return self.name == nil && self.theirName == nil }
    return length == theirLength && CapstoneNames.isSame(name, theirName)
  }

  var summary: String {
    let ours = name.map { "\($0) \(length ?? 0)" } ?? "nothing"
    let theirs = theirName.map { "\($0) \(theirLength ?? 0)" } ?? "nothing"
    return "\(mode == .long64 ? 64 : 32): \(ours), capstone \(theirs)"
  }
}

/// Where the two may differ. Debian's capstone is 4.0.2.
enum CapstoneDisagreements {
  struct Reason {
    var why: String
    var covers: (CapstonePair) -> Bool
  }

  static let all: [Reason] = []

  static func reason(_ pair: CapstonePair) -> String? {
    all.first { $0.covers(pair) }?.why
  }
}
