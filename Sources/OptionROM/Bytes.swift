// Reading little-endian integers from bytes nobody vouches for. Every read answers nil outside the
// array, so a parser cannot forget a bound; offsets are Int and never computed unchecked from
// 64-bit fields.

extension Array where Element == UInt8 {
  /// The byte at `offset`, or nil outside the array.
  package func u8(at offset: Int) -> UInt8? {
    offset >= 0 && offset < count ? self[offset] : nil
  }

  /// The little-endian 16-bit integer at `offset`, or nil if it does not lie inside the array.
  package func u16(at offset: Int) -> UInt16? {
    guard offset >= 0, count >= 2, offset <= count - 2 else { return nil }
    return UInt16(self[offset]) | UInt16(self[offset + 1]) << 8
  }

  /// The little-endian 32-bit integer at `offset`, or nil if it does not lie inside the array.
  package func u32(at offset: Int) -> UInt32? {
    guard offset >= 0, count >= 4, offset <= count - 4 else { return nil }
    return UInt32(self[offset]) | UInt32(self[offset + 1]) << 8 | UInt32(self[offset + 2]) << 16
      | UInt32(self[offset + 3]) << 24
  }

  /// The little-endian 64-bit integer at `offset`, or nil if it does not lie inside the array.
  package func u64(at offset: Int) -> UInt64? {
    guard let low = u32(at: offset), let high = u32(at: offset &+ 4) else { return nil }
    return UInt64(low) | UInt64(high) << 32
  }

  /// A copy of `length` bytes from `offset`, or nil if they do not all lie inside the array.
  package func bytes(at offset: Int, length: Int) -> [UInt8]? {
    guard offset >= 0, length >= 0, offset <= count, length <= count - offset else { return nil }
    return [UInt8](self[offset..<offset + length])
  }

  /// Writes `value` little-endian at `offset`. The caller made the room.
  package mutating func put(_ value: UInt16, at offset: Int) {
    self[offset] = UInt8(truncatingIfNeeded: value)
    self[offset + 1] = UInt8(truncatingIfNeeded: value >> 8)
  }

  /// Writes `value` little-endian at `offset`. The caller made the room.
  package mutating func put(_ value: UInt32, at offset: Int) {
    put(UInt16(truncatingIfNeeded: value), at: offset)
    put(UInt16(truncatingIfNeeded: value >> 16), at: offset + 2)
  }
}

/// `value` in hexadecimal with `0x` before it, padded with zeros to `digits`.
public func hex(_ value: UInt64, digits: Int = 1) -> String {
  "0x" + bareHex(value, digits: digits)
}

/// `value` in hexadecimal with `0x` before it. A negative number keeps its sign.
public func hex(_ value: Int, digits: Int = 1) -> String {
  value < 0
    ? "-" + hex(UInt64(value.magnitude), digits: digits) : hex(UInt64(value), digits: digits)
}

/// `value` in hexadecimal without a prefix, padded with zeros to `digits`.
public func bareHex(_ value: UInt64, digits: Int = 1) -> String {
  var rest = value
  var reversed: [UInt8] = []
  while rest != 0 || reversed.count < digits {
    let nibble = UInt8(truncatingIfNeeded: rest & 15)
    reversed.append(nibble < 10 ? 0x30 + nibble : 0x61 + nibble - 10)
    rest >>= 4
  }
  var text = ""
  for index in 0..<reversed.count {
    text.unicodeScalars.append(Unicode.Scalar(reversed[reversed.count - 1 - index]))
  }
  return text
}
