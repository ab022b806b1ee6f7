/// The configuration strings of UEFI 2.10, 35.2.1, as UTF-16 units: their headers and their
/// `OFFSET=…&WIDTH=…[&VALUE=…]` elements.
enum HiiConfigString {
  typealias Units = [UInt16]

  static func units(_ text: String) -> Units { Array(text.utf16) }

  /// Lower-case digits, `width` of them at least.
  static func hex(_ value: UInt64, _ width: Int) -> Units { units(hexPadded(value, width)) }

  /// `GUID=…&NAME=…&PATH=…`: bytes in memory order, characters as four digits, bytes again.
  static func header(guid: [UInt8], name: [UInt16], path: [UInt8]) -> Units {
    var text = units("GUID=")
    for byte in guid { text += hex(UInt64(byte), 2) }
    text += units("&NAME=")
    for unit in name { text += hex(UInt64(unit), 4) }
    text += units("&PATH=")
    for byte in path { text += hex(UInt64(byte), 2) }
    return text
  }

  static func starts(_ text: Units, _ prefix: String, at offset: Int) -> Bool {
    let prefix = units(prefix)
    guard offset <= text.count, text.count - offset >= prefix.count else { return false }
    return text[offset..<(offset + prefix.count)].elementsEqual(prefix)
  }

  static func isHexDigit(_ unit: UInt16) -> Bool {
    (0x30...0x39).contains(unit) || (0x41...0x46).contains(unit) || (0x61...0x66).contains(unit)
  }

  /// Where each `<ConfigHdr>` section begins; a section reaches to the `&` before the next.
  static func sections(_ text: Units) -> [Range<Int>] {
    var starts: [Int] = []
    for offset in text.indices where self.starts(text, "GUID=", at: offset) {
      if offset == 0 || text[offset - 1] == 0x26 { starts.append(offset) }
    }
    return starts.enumerated().map { index, start in
      start..<(index + 1 < starts.count ? starts[index + 1] - 1 : text.count)
    }
  }

  struct Header: Equatable {
    var guid: Units
    var name: Units
    var path: Units
    /// Offset of what follows the header: the end of the text or an `&`.
    var end: Int
  }

  /// Reads the header at `offset`; nil where it is not one.
  static func header(_ text: Units, at offset: Int) -> Header? {
    var offset = offset
    func digits(after key: String) -> Units? {
      guard starts(text, key, at: offset) else { return nil }
      offset += key.utf16.count
      let start = offset
      while offset < text.count && isHexDigit(text[offset]) { offset += 1 }
      return lowered(Array(text[start..<offset]))
    }
    guard let guid = digits(after: "GUID="), guid.count == 32,
      let name = digits(after: "&NAME="), let path = digits(after: "&PATH="), path.count % 2 == 0,
      offset == text.count || text[offset] == 0x26
    else { return nil }
    return Header(guid: guid, name: name, path: path, end: offset)
  }

  static func lowered(_ text: Units) -> Units {
    text.map { (0x41...0x46).contains($0) ? $0 + 0x20 : $0 }
  }

  static func bytes(_ digits: Units) -> [UInt8] {
    hexBytes(String(decoding: digits, as: UTF16.self)) ?? []
  }

  /// `&KEY=digits` at `offset`.
  static func field(_ key: String, _ text: Units, at offset: Int) -> (digits: Units, end: Int)? {
    guard starts(text, "&" + key + "=", at: offset) else { return nil }
    let start = offset + key.utf16.count + 2
    var end = start
    while end < text.count && isHexDigit(text[end]) { end += 1 }
    guard end > start, end == text.count || text[end] == 0x26 else { return nil }
    return (Array(text[start..<end]), end)
  }

  static func number(_ digits: Units) -> UInt64? {
    UInt64(String(decoding: digits, as: UTF16.self), radix: 16)
  }

  enum Failure: Error, Equatable {
    /// The element at `offset` is not one; nothing after it was looked at.
    case malformed(offset: Int)
    /// The element at `offset` lies outside the block.
    case outside(offset: Int, needed: UInt64)
  }

  /// BlockToConfig: the request with a `VALUE` added to every element.
  static func values(
    request: Units, block: UnsafeRawBufferPointer
  ) -> (text: Units, failure: Failure?) {
    guard let header = header(request, at: 0) else { return ([], .malformed(offset: 0)) }
    var text = Array(request[..<header.end])
    var offset = header.end
    while offset < request.count {
      guard let place = element(request, at: offset) else {
        return (text, .malformed(offset: offset))
      }
      guard place.end <= UInt64(block.count) else {
        return (text, .outside(offset: offset, needed: place.end))
      }
      text += request[offset..<place.next]
      text += units("&VALUE=")
      // The value is a number: its most significant digits come first.
      for index in stride(from: place.end, to: place.end - place.width, by: -1) {
        text += hex(UInt64(block[Int(index - 1)]), 2)
      }
      offset = place.next
    }
    return (text, nil)
  }

  /// ConfigToBlock: writes every element's value; also says which byte was the last one written.
  /// Stops, without an error, at the first element that is no block element.
  static func store(
    response: Units, into block: UnsafeMutableRawBufferPointer
  ) -> (last: UInt64, failure: Failure?) {
    guard let header = header(response, at: 0) else { return (0, .malformed(offset: 0)) }
    var offset = header.end
    var last: UInt64 = 0
    var failure: Failure?
    while offset < response.count, starts(response, "&OFFSET=", at: offset) {
      guard let place = element(response, at: offset),
        let value = field("VALUE", response, at: place.next)
      else { return (last, .malformed(offset: offset)) }
      if place.end > UInt64(block.count) {
        failure = failure ?? .outside(offset: offset, needed: place.end)
      } else if failure == nil {
        var digits = value.digits
        if digits.count % 2 == 1 { digits.insert(0x30, at: 0) }
        let bytes = Array(bytes(digits).reversed())
        for index in 0..<Int(place.width) {
          block[Int(place.end - place.width) + index] = index < bytes.count ? bytes[index] : 0
        }
      }
      last = max(last, place.end &- 1)
      offset = value.end
    }
    return (last, failure)
  }

  private static func element(
    _ text: Units, at offset: Int
  ) -> (end: UInt64, width: UInt64, next: Int)? {
    guard let start = field("OFFSET", text, at: offset),
      let width = field("WIDTH", text, at: start.end),
      let first = number(start.digits), let size = number(width.digits), first <= 0xffff,
      size > 0, size <= 0xffff
    else { return nil }
    return (first + size, size, width.end)
  }

  /// GetAltConfig: the section that matches every criterion given; the alternate's id is left out.
  static func alternate(
    _ text: Units, guid: Units?, name: Units?, path: Units?, identifier: UInt64?
  ) -> Units? {
    for section in sections(text) {
      guard let header = header(text, at: section.lowerBound), header.end <= section.upperBound,
        guid == nil || guid == header.guid, name == nil || name == header.name,
        path == nil || path == header.path
      else { continue }
      let alternate = field("ALTCFG", text, at: header.end)
      guard identifier == alternate.flatMap({ number($0.digits) }) else { continue }
      let rest = alternate?.end ?? header.end
      return Array(text[section.lowerBound..<header.end] + text[rest..<section.upperBound])
    }
    return nil
  }
}
