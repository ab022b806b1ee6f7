/// A tar archive (POSIX.1-1988 ustar) in memory. Times, owners and modes are fixed, so that the same
/// files give the same bytes.
struct TarArchive {
  private(set) var bytes: [UInt8] = []

  /// Adds a file; names longer than 100 bytes are cut.
  mutating func add(_ name: String, _ content: [UInt8]) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int, room: Int) {
      for (index, byte) in text.utf8.prefix(room).enumerated() { header[offset + index] = byte }
    }
    func octal(_ value: Int, digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    put(name, at: 0, room: 100)
    put("0000644", at: 100, room: 8)
    put("0000000", at: 108, room: 8)
    put("0000000", at: 116, room: 8)
    put(octal(content.count, digits: 11), at: 124, room: 12)
    put("00000000000", at: 136, room: 12)
    put("        ", at: 148, room: 8)
    put("0", at: 156, room: 1)
    put("ustar", at: 257, room: 6)
    put("00", at: 263, room: 2)
    let sum = header.reduce(0) { $0 + Int($1) }
    put(octal(sum, digits: 6) + "\0 ", at: 148, room: 8)
    bytes += header + content
    bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  /// The archive with its end: two empty blocks.
  var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}
