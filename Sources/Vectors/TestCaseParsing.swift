internal import CaseRunner
package import Foundation

extension TestCase {
  /// Reads one line of JSON.
  package init(json line: Data) throws(TestCaseError) {
    self.init()
    let parsed: Any
    do {
      parsed = try JSONSerialization.jsonObject(with: line)
    } catch {
      throw TestCaseError("not JSON: \(error.localizedDescription)")
    }
    guard var object = parsed as? [String: Any] else { throw TestCaseError("not an object") }
    // What is null is missing.
    object = object.filter { !($0.value is NSNull) }
    name = object["name"] as? String ?? ""
    if let mode = object["mode"] {
      switch try Self.number(mode, "mode") {
      case 64: is32Bit = false
      case 32: is32Bit = true
      case let other: throw TestCaseError("mode \(other) is neither 64 nor 32")
      }
    }
    if let value = object["load"] { load = try Self.number(value, "load") }
    entry = load
    if let value = object["entry"] { entry = try Self.number(value, "entry") }
    code = try Self.bytes(object["code"] ?? "", "code")
    for pair in try Self.pairs(object["regions"], "regions") {
      let region = Region(
        address: try Self.number(pair.0, "regions"), count: try Self.number(pair.1, "regions"))
      guard !region.address.addingReportingOverflow(region.count).overflow, region.count < 1 << 40
      else { throw TestCaseError("region at \(hex(region.address)) is too large") }
      regions.append(region)
    }
    data = try Self.placed(object["data"], "data")
    expectedMemory = try Self.placed(object["expectMemory"], "expectMemory")
    expectedFault = object["expectFault"] as? String
    features = object["features"] as? [String] ?? []
    try readRegisters(object)
  }

  private mutating func readRegisters(_ object: [String: Any]) throws(TestCaseError) {
    initial[ProcessorState.Word.rip] = entry
    for (key, value) in object["init"] as? [String: Any] ?? [:] {
      let words = try Self.words(value, key)
      switch RegisterName(key) {
      case .words(let first, let count, let mask):
        guard words.count <= count else { throw TestCaseError("\(key) has too many words") }
        for (n, word) in words.enumerated() {
          let kept = n == 0 ? initial[first] & ~mask : 0
          initial[first + n] = kept | word & (n == 0 ? mask : ~0)
        }
        if first >= ProcessorState.Word.x87 && first < ProcessorState.Word.x87Control {
          markValid((first - ProcessorState.Word.x87) / 2)
        }
      case .system(let register): systemRegisters[register] = words.first ?? 0
      case .ignored: break
      case nil: throw TestCaseError("init names an unknown register \(key)")
      }
    }
    // The flags' fixed bit.
    initial[ProcessorState.Word.flags] |= 2
    let masks = object["mask"] as? [String: Any] ?? [:]
    for (key, value) in object["expect"] as? [String: Any] ?? [:] {
      guard case .words(let first, let count, let width) = RegisterName(key) else {
        if RegisterName(key) != nil { continue }
        throw TestCaseError("expect names an unknown register \(key)")
      }
      let words = try Self.words(value, key)
      let mask = try masks[key].map { value throws(TestCaseError) in try Self.words(value, key) }
      if count == 1 {
        expected.append(
          Expectation(word: first, values: words, mask: width & (mask?.first ?? ~0)))
        continue
      }
      guard words.count <= count else { throw TestCaseError("\(key) has too many words") }
      for (n, word) in words.enumerated() {
        var bits: UInt64 = n == 1 && first >= ProcessorState.Word.x87 ? 0xFFFF : ~0
        if let mask, n < mask.count { bits &= mask[n] }
        expected.append(Expectation(word: first + n, values: [word], mask: bits))
      }
    }
    expected.sort { $0.word < $1.word }
  }

  /// A register that is given a value is not empty, unless FTW says so itself.
  private mutating func markValid(_ register: Int) {
    let base = ProcessorState.Word.x87 + register * 2
    let tag = ProcessorState.tag(significand: initial[base], exponent: initial[base + 1])
    initial[ProcessorState.Word.x87Tag] &= ~(3 << UInt64(register * 2))
    initial[ProcessorState.Word.x87Tag] |= tag << UInt64(register * 2)
  }

  // MARK: Values

  static func number(_ value: Any, _ what: String) throws(TestCaseError) -> UInt64 {
    if let text = value as? String {
      let digits = text.lowercased()
      if digits.hasPrefix("0x"), let parsed = UInt64(digits.dropFirst(2), radix: 16) {
        return parsed
      }
      if let parsed = UInt64(digits) { return parsed }
      if let parsed = Int64(digits) { return UInt64(bitPattern: parsed) }
      if let parsed = UInt64(digits, radix: 16) { return parsed }
    } else if let number = value as? NSNumber {
      return number.int64Value < 0
        ? UInt64(bitPattern: number.int64Value) : number.uint64Value
    }
    throw TestCaseError("\(what): \(value) is no number")
  }

  /// One number, or a list of them.
  private static func words(_ value: Any, _ what: String) throws(TestCaseError) -> [UInt64] {
    guard let list = value as? [Any] else { return [try number(value, what)] }
    var result: [UInt64] = []
    for element in list { result.append(try number(element, what)) }
    return result
  }

  private static func bytes(_ value: Any, _ what: String) throws(TestCaseError) -> [UInt8] {
    guard let text = value as? String else { throw TestCaseError("\(what) is no hex string") }
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count / 2)
    var high: UInt8?
    let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : text[...]
    for character in digits.utf8 {
      let digit: UInt8
      switch character {
      case 0x30...0x39: digit = character - 0x30
      case 0x41...0x46: digit = character - 0x41 + 10
      case 0x61...0x66: digit = character - 0x61 + 10
      case 0x20: continue
      default: throw TestCaseError("\(what) is no hex string")
      }
      if let first = high {
        result.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    guard high == nil else { throw TestCaseError("\(what) has half a byte") }
    return result
  }

  private static func pairs(_ value: Any?, _ what: String) throws(TestCaseError) -> [(Any, Any)] {
    guard let value else { return [] }
    guard let list = value as? [Any] else { throw TestCaseError("\(what) is no list") }
    var result: [(Any, Any)] = []
    for element in list {
      guard let pair = element as? [Any], pair.count == 2 else {
        throw TestCaseError("\(what): not a pair")
      }
      result.append((pair[0], pair[1]))
    }
    return result
  }

  private static func placed(_ value: Any?, _ what: String) throws(TestCaseError) -> [Placed] {
    var result: [Placed] = []
    for pair in try pairs(value, what) {
      let placed = Placed(
        address: try number(pair.0, what), bytes: try bytes(pair.1, what))
      guard !placed.address.addingReportingOverflow(UInt64(placed.bytes.count)).overflow else {
        throw TestCaseError("\(what) at \(hex(placed.address)) runs past the end of memory")
      }
      result.append(placed)
    }
    return result
  }
}

/// A register as cases name it.
enum RegisterName {
  /// `count` words from `first`; the mask is what the first one has of them.
  case words(first: Int, count: Int, mask: UInt64)
  /// One the engine has beside the words.
  case system(SystemRegister)
  /// Selectors: segments are flat.
  case ignored

  init?(_ name: String) {
    typealias Word = ProcessorState.Word
    let upper = name.uppercased()
    if let n = ProcessorState.generalNames.firstIndex(of: upper) {
      self = .words(first: n, count: 1, mask: ~0)
      return
    }
    if let n = Self.narrow32.firstIndex(of: upper) {
      self = .words(first: n, count: 1, mask: 0xFFFF_FFFF)
      return
    }
    switch upper {
    case "RIP": self = .words(first: Word.rip, count: 1, mask: ~0)
    case "EIP": self = .words(first: Word.rip, count: 1, mask: 0xFFFF_FFFF)
    case "RFLAGS", "EFLAGS", "FLAGS": self = .words(first: Word.flags, count: 1, mask: ~0)
    case "FSBASE", "FS_BASE", "FS.BASE": self = .words(first: Word.fsBase, count: 1, mask: ~0)
    case "GSBASE", "GS_BASE", "GS.BASE": self = .words(first: Word.gsBase, count: 1, mask: ~0)
    case "MXCSR": self = .words(first: Word.mxcsr, count: 1, mask: 0xFFFF_FFFF)
    case "FCW", "CW", "FPCW": self = .words(first: Word.x87Control, count: 1, mask: 0xFFFF)
    case "FSW", "SW", "FPSW": self = .words(first: Word.x87Status, count: 1, mask: 0xFFFF)
    case "FTW", "TW", "FPTW": self = .words(first: Word.x87Tag, count: 1, mask: 0xFFFF)
    case "ES", "CS", "SS", "DS", "FS", "GS", "FOP", "FIP", "FDP": self = .ignored
    default:
      for (prefix, first, words, limit) in [
        ("XMM", Word.vector, 4, 16), ("YMM", Word.vector, 4, 16), ("ZMM", Word.vector, 4, 16),
        ("MM", Word.x87, 2, 8),
      ] where upper.hasPrefix(prefix) {
        guard let n = Int(upper.dropFirst(prefix.count)), n >= 0, n < limit else { return nil }
        self = .words(first: first + n * words, count: words, mask: ~0)
        return
      }
      if let register = SystemRegister(name: upper) {
        self = .system(register)
        return
      }
      // Those that cannot be set are named in cases all the same.
      guard upper.hasPrefix("CR") || upper.hasPrefix("DR") else { return nil }
      self = .ignored
    }
  }

  private static let narrow32 =
    ["EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"] + (8..<16).map { "R\($0)D" }
}

extension SystemRegister {
  init?(name: String) {
    let names: [(String, SystemRegister)] = [
      ("CR0", .cr0), ("CR2", .cr2), ("CR3", .cr3), ("CR4", .cr4), ("CR8", .cr8), ("DR0", .dr0),
      ("DR1", .dr1), ("DR2", .dr2), ("DR3", .dr3), ("DR6", .dr6), ("DR7", .dr7), ("XCR0", .xcr0),
    ]
    guard let found = names.first(where: { $0.0 == name }) else { return nil }
    self = found.1
  }
}

/// "0x1f".
package func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
