import CTranslator

/// Reads memory at addresses that guests hand out: a wild one gives nil, not a crash.
enum GuestBytes {
  static func read(_ address: UInt64, _ count: Int) -> [UInt8]? {
    guard count > 0, count <= 1 << 24 else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    let copied = transomCopyFromGuest(&bytes, address, UInt64(count))
    return copied == UInt64(count) ? bytes : nil
  }

  /// Copies `count` bytes; false if not all of them can be read.
  static func read(
    _ address: UInt64, into target: UnsafeMutableRawPointer, _ count: Int
  ) -> Bool {
    transomCopyFromGuest(target, address, UInt64(count)) == UInt64(count)
  }

  /// A null-terminated UCS-2 string of at most `limit` units, nil if it cannot be read.
  static func string16(_ address: UInt64, limit: Int = 256) -> String? {
    var units: [UInt16] = []
    while units.count < limit {
      guard let pair = read(address &+ UInt64(2 * units.count), 2) else { return nil }
      let unit = UInt16(pair[0]) | UInt16(pair[1]) << 8
      if unit == 0 { break }
      units.append(unit)
    }
    return String(decoding: units, as: UTF16.self)
  }
}
