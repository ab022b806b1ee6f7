/// Bytes on their way out. Appending allocates only when the room has to grow, so that a trace of
/// everything costs little.
final class ByteBuffer {
  private var storage: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 1 << 16) {
    self.capacity = max(64, capacity)
    storage = .allocate(capacity: self.capacity)
  }

  deinit { storage.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: storage, count: count) }
  var text: String { String(decoding: bytes, as: UTF8.self) }

  func removeAll() { count = 0 }

  /// Drops what was appended since the buffer held `count` bytes.
  func truncate(to count: Int) { self.count = min(self.count, count) }

  @inline(__always)
  private func reserve(_ more: Int) {
    if count + more > capacity { grow(more) }
  }

  @inline(never)
  private func grow(_ more: Int) {
    var size = capacity * 2
    while size < count + more { size *= 2 }
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
    larger.update(from: storage, count: count)
    storage.deallocate()
    storage = larger
    capacity = size
  }

  @inline(__always)
  func append(_ byte: UInt8) {
    reserve(1)
    storage[count] = byte
    count += 1
  }

  func append(_ text: [UInt8]) {
    reserve(text.count)
    text.withUnsafeBufferPointer {
      if let base = $0.baseAddress { (storage + count).update(from: base, count: text.count) }
    }
    count += text.count
  }

  func append(_ text: String) {
    var copy = text
    copy.withUTF8 { bytes in
      reserve(bytes.count)
      if let base = bytes.baseAddress { (storage + count).update(from: base, count: bytes.count) }
      count += bytes.count
    }
  }

  func append(spaces number: Int) {
    guard number > 0 else { return }
    reserve(number)
    (storage + count).update(repeating: 0x20, count: number)
    count += number
  }

  func append(decimal value: UInt64) {
    reserve(20)
    var digits = 1
    var rest = value
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    rest = value
    var position = count + digits
    repeat {
      position -= 1
      storage[position] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    count += digits
  }

  /// At least `digits` digits.
  func append(decimal value: UInt64, digits: Int) {
    var limit: UInt64 = 1
    for _ in 1..<max(1, digits) {
      limit *= 10
      if value < limit { append(0x30) }
    }
    append(decimal: value)
  }

  /// Hexadecimal with 0x in front.
  func append(hex value: UInt64) {
    append("0x")
    let digits = max(1, (67 - value.leadingZeroBitCount) / 4)
    reserve(16)
    for index in 0..<digits {
      let nibble = UInt8(truncatingIfNeeded: value >> UInt64(4 * (digits - 1 - index))) & 15
      storage[count + index] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
    }
    count += digits
  }

  /// Two hexadecimal digits.
  func append(hexByte value: UInt8) {
    for nibble in [value >> 4, value & 15] { append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble) }
  }

  /// Text as the inside of a JSON string, ASCII only (RFC 8259, 7).
  func append(escaped text: String) {
    for unit in text.utf16 { append(escapedUnit: unit) }
  }

  func append(escapedUnit unit: UInt16) {
    switch unit {
    case 0x22, 0x5C:
      append(0x5C)
      append(UInt8(unit))
    case 0x20...0x7E: append(UInt8(unit))
    default:
      append("\\u")
      append(hexByte: UInt8(unit >> 8))
      append(hexByte: UInt8(unit & 0xFF))
    }
  }

  /// A decimal number or text in quotes, as JSON wants them.
  func append(quoted text: String) {
    append(0x22)
    append(escaped: text)
    append(0x22)
  }
}
