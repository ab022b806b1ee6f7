/// Writes arguments and results by their types, as text or as JSON values: strings in quotes, NULL
/// as null.
final class ValueWriter {
  /// Which half of a call is written: all of it, or its beginning or its end alone.
  enum Moment { case whole, opening, closing }

  private let environment: TraceEnvironment
  private let guids: GUIDNames
  private var guidCache: [GUIDValue: [UInt8]] = [:]
  private var images: [(image: TracedImage, name: [UInt8])] = []
  private var eventNumbers: [UInt64: UInt64] = [:]
  private let scratch = ByteBuffer(capacity: 256)

  /// Strings and buffers are shown up to these many elements.
  private let longestString = 80
  private let longestBuffer: UInt64 = 4
  private let longestData: UInt64 = 16

  init(environment: TraceEnvironment, guids: GUIDNames) {
    self.environment = environment
    self.guids = guids
  }

  func forgetImages() { images = [] }

  func text(_ body: (ByteBuffer) -> Void) -> String {
    let buffer = ByteBuffer(capacity: 64)
    body(buffer)
    return buffer.text
  }

  /// One argument of a call. In the opening half what a service answers is left out.
  func write(
    _ call: Call, _ index: Int, _ signature: Signature, _ moment: Moment, json: Bool,
    to buffer: ByteBuffer
  ) {
    guard index < 16 else {
      buffer.append(json ? "null" : "…")
      return
    }
    let raw = call.arguments[index]
    switch signature.arguments[index].type {
    case .bytes(let width, let count):
      quoted(json, buffer) {
        elements(at: raw, width: call.arguments[width], count: call.arguments[count], to: $0)
      }
    case .data(let count):
      quoted(json, buffer) { data(at: raw, count: call.arguments[count], to: $0) }
    case .interfaces:
      quoted(json, buffer) { interfaces(call.arguments, from: index, to: $0) }
    case .out(let type):
      answer(raw, type, call, moment, json: json, to: buffer)
    case .inOut(let type):
      if !json, raw != 0 {
        let place = signature.arguments[..<index].reduce(0) { count, argument in
          if case .inOut = argument.type { count + 1 } else { count }
        }
        if place < 4 { scalar(call.before[place], type, json: false, to: buffer) }
        buffer.append(0x20)
      }
      answer(raw, type, call, moment, json: json, to: buffer)
    case let type:
      scalar(raw, type, json: json, to: buffer)
    }
  }

  /// What a service put where an argument points. After an error an address there means nothing.
  private func answer(
    _ pointer: UInt64, _ type: ValueType, _ call: Call, _ moment: Moment, json: Bool,
    to buffer: ByteBuffer
  ) {
    guard pointer != 0 else { return null(json, buffer) }
    if !json { buffer.append("→ ") }
    let isError = call.result.map { $0 >> 63 == 1 } ?? false
    let isAddress = type == .pointer || type == .handle || type == .event || type == .path
    if moment == .opening || isError && (isAddress || type == .string16) {
      buffer.append(json ? "null" : "-")
      return
    }
    guard let value = word(at: pointer, type.size) else {
      quoted(json, buffer) { $0.append("?") }
      return
    }
    scalar(value, type, json: json, to: buffer)
  }

  /// A word by its type.
  func scalar(_ raw: UInt64, _ type: ValueType, json: Bool, to buffer: ByteBuffer) {
    switch type {
    case .string16: return string16(at: raw, json: json, to: buffer)
    case .string8: return string8(at: raw, json: json, to: buffer)
    case .guid, .path, .pointer, .handle, .event:
      if raw == 0 { return null(json, buffer) }
    default: break
    }
    quoted(json, buffer) { plain(raw, type, to: $0) }
  }

  private func plain(_ raw: UInt64, _ type: ValueType, to buffer: ByteBuffer) {
    switch type {
    case .decimal(let bits): buffer.append(decimal: raw & mask(bits))
    case .hexadecimal(let bits): buffer.append(hex: raw & mask(bits))
    case .signed: buffer.append(String(Int64(bitPattern: raw)))
    case .boolean: buffer.append(raw & 0xFF == 0 ? "FALSE" : "TRUE")
    case .status: buffer.append(ValueNames.status(raw))
    case .tpl: buffer.append(ValueNames.tpl(raw))
    case .guid: guid(at: raw, to: buffer)
    case .path: buffer.append(environment.path(raw) ?? "?")
    case .allocateType: buffer.append(ValueNames.allocateType(raw))
    case .memoryType: buffer.append(ValueNames.memoryType(raw))
    case .eventType: buffer.append(ValueNames.eventType(raw))
    case .timerType: buffer.append(ValueNames.timerType(raw))
    case .locateSearch: buffer.append(ValueNames.locateSearch(raw))
    case .openAttributes: buffer.append(ValueNames.openAttributes(raw))
    case .pciWidth: buffer.append(ValueNames.pciWidth(raw))
    case .attributeOperation: buffer.append(ValueNames.attributeOperation(raw))
    case .dmaOperation: buffer.append(ValueNames.dmaOperation(raw))
    case .bltOperation: buffer.append(ValueNames.bltOperation(raw))
    case .resetType: buffer.append(ValueNames.resetType(raw))
    case .variableAttributes: buffer.append(ValueNames.variableAttributes(raw))
    case .handle: handle(raw, to: buffer)
    case .event: event(raw, to: buffer)
    case .address, .pointer: name(raw, into: buffer)
    default: buffer.append(hex: raw)
    }
  }

  /// A service, an image and offset, "host" for an address of this process, or the number.
  func name(_ address: UInt64, into buffer: ByteBuffer) {
    if image(address, into: buffer) { return }
    if let function = environment.function(address) {
      buffer.append(escaped: function)
    } else if environment.isHostAddress(address) {
      buffer.append("host")
    } else {
      buffer.append(hex: address)
    }
  }

  /// Image and offset; false, and nothing written, if the address is in none.
  private func image(_ address: UInt64, into buffer: ByteBuffer) -> Bool {
    for entry in images where address &- entry.image.base < entry.image.size {
      buffer.append(entry.name)
      buffer.append(hex: address - entry.image.base)
      return true
    }
    guard let found = environment.image(address) else { return false }
    let name = ByteBuffer(capacity: 64)
    name.append(escaped: found.name)
    name.append(0x2B)
    images.append((found, Array(name.bytes)))
    return image(address, into: buffer)
  }

  /// Handles have numbers in the order they were made.
  private func handle(_ raw: UInt64, to buffer: ByteBuffer) {
    guard let number = environment.handle(raw) else { return name(raw, into: buffer) }
    buffer.append(0x68)
    buffer.append(decimal: UInt64(number))
  }

  /// Events have numbers in the order they appear.
  private func event(_ raw: UInt64, to buffer: ByteBuffer) {
    let number: UInt64
    if let known = eventNumbers[raw] {
      number = known
    } else {
      number = UInt64(eventNumbers.count) + 1
      eventNumbers[raw] = number
    }
    buffer.append(0x65)
    buffer.append(decimal: number)
  }

  private func quoted(_ json: Bool, _ buffer: ByteBuffer, _ body: (ByteBuffer) -> Void) {
    if json { buffer.append(0x22) }
    body(buffer)
    if json { buffer.append(0x22) }
  }

  private func null(_ json: Bool, _ buffer: ByteBuffer) { buffer.append(json ? "null" : "NULL") }

  private func mask(_ bits: UInt64) -> UInt64 { bits >= 64 ? .max : 1 << bits - 1 }

  private func guid(at address: UInt64, to buffer: ByteBuffer) {
    var words: (UInt64, UInt64) = (0, 0)
    guard environment.read(address, &words, 16) else { return buffer.append("?") }
    let value = GUIDValue(low: words.0, high: words.1)
    if let known = guidCache[value] { return buffer.append(known) }
    let name = Array(guids.name(value).utf8)
    guidCache[value] = name
    buffer.append(name)
  }

  /// A little-endian word of 1, 2, 4 or 8 bytes.
  func word(at address: UInt64, _ size: Int) -> UInt64? {
    var value: UInt64 = 0
    return environment.read(address, &value, size) ? value : nil
  }

  private func string16(at address: UInt64, json: Bool, to buffer: ByteBuffer) {
    guard address != 0 else { return null(json, buffer) }
    let start = buffer.count
    buffer.append(0x22)
    for index in 0..<longestString {
      guard let unit = word(at: address &+ UInt64(2 * index), 2) else {
        buffer.truncate(to: start)
        quoted(json, buffer) { $0.append("?") }
        return
      }
      if unit == 0 { return buffer.append(0x22) }
      buffer.append(escapedUnit: UInt16(unit))
    }
    buffer.append("…\"")
  }

  private func string8(at address: UInt64, json: Bool, to buffer: ByteBuffer) {
    guard address != 0 else { return null(json, buffer) }
    let start = buffer.count
    buffer.append(0x22)
    for index in 0..<longestString {
      guard let unit = word(at: address &+ UInt64(index), 1) else {
        buffer.truncate(to: start)
        quoted(json, buffer) { $0.append("?") }
        return
      }
      if unit == 0 { return buffer.append(0x22) }
      buffer.append(escapedUnit: UInt16(unit))
    }
    buffer.append("…\"")
  }

  private func elements(at address: UInt64, width: UInt64, count: UInt64, to buffer: ByteBuffer) {
    guard let size = ValueNames.pciElementSize(width) else {
      return name(address, into: buffer)
    }
    let wanted = ValueNames.isFill(width) ? min(1, count) : count
    let shown = min(wanted, longestBuffer)
    let start = buffer.count
    buffer.append(0x5B)
    for index in 0..<shown {
      guard let element = word(at: address &+ index * UInt64(size), size) else {
        buffer.truncate(to: start)
        buffer.append("?")
        return
      }
      if index > 0 { buffer.append(0x20) }
      buffer.append(hex: element)
    }
    buffer.append(shown < wanted ? " …]" : "]")
  }

  private func data(at address: UInt64, count: UInt64, to buffer: ByteBuffer) {
    guard address != 0 else { return buffer.append("NULL") }
    let shown = min(count, longestData)
    let start = buffer.count
    for index in 0..<shown {
      guard let byte = word(at: address &+ index, 1) else {
        buffer.truncate(to: start)
        buffer.append("?")
        return
      }
      buffer.append(hexByte: UInt8(byte))
    }
    if shown < count { buffer.append("…") }
  }

  private func interfaces(
    _ arguments: SIMD16<UInt64>, from first: Int, to buffer: ByteBuffer
  ) {
    buffer.append(0x5B)
    var index = first
    while index < 16, arguments[index] != 0 {
      if index > first { buffer.append(0x20) }
      guid(at: arguments[index], to: buffer)
      index += 2
    }
    buffer.append(0x5D)
  }
}
