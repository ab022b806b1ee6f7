/// The tables that come with the tool: the files in Tables, embedded by the build.
enum BuiltInTables {
  static let protocols = String(decoding: PackageResources.protocols_txt, as: UTF8.self)
  static let guids = String(decoding: PackageResources.guids_txt, as: UTF8.self)
}

/// A table's lines with their numbers: comments and empty lines left out, continued ones joined.
struct TableLines: Sequence {
  private let lines: [(Int, Substring)]

  init(_ text: String) {
    var lines: [(Int, Substring)] = []
    var pending = ""
    var first = 0
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let content = line.prefix { $0 != "#" }
      var trimmed = content.drop { $0.isWhitespace }
      while let last = trimmed.last, last.isWhitespace { trimmed.removeLast() }
      if pending.isEmpty { first = index + 1 }
      if trimmed.hasSuffix("\\") {
        pending += trimmed.dropLast()
        continue
      }
      pending += trimmed
      if !pending.isEmpty { lines.append((first, Substring(pending))) }
      pending = ""
    }
    if !pending.isEmpty { lines.append((first, Substring(pending))) }
    self.lines = lines
  }

  func makeIterator() -> IndexingIterator<[(Int, Substring)]> { lines.makeIterator() }
}
