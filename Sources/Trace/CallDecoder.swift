/// Turns raw calls into text: arguments by their types, GUIDs and statuses by name.
///
/// Whatever a pointer points to is read when the text is made, so a call is decoded right after
/// it has returned; one decoded later shows what lies there by then.
public struct CallDecoder {
  /// Reads guest memory: up to `count` bytes at the address, nil if it cannot be read.
  public typealias ReadMemory = (_ address: UInt64, _ count: Int) -> [UInt8]?
  /// Names an address: a service, or an image and offset. Nil if it is nowhere known.
  public typealias NameOf = (_ address: UInt64) -> String?

  private let read: ReadMemory
  private let nameOf: NameOf
  private let signatures: Signatures
  private let guids: GUIDNames

  /// Strings and buffers are shown up to these many elements.
  private let longestString = 80
  private let longestBuffer = 4

  public init(
    signatures: Signatures = .builtIn, guids: GUIDNames = .wellKnown, nameOf: @escaping NameOf,
    read: @escaping ReadMemory
  ) {
    self.signatures = signatures
    self.guids = guids
    self.nameOf = nameOf
    self.read = read
  }

  /// The target's name, or its address.
  public func target(_ call: Call) -> String { name(call.target) }

  /// An address by name where it has one.
  public func name(_ address: UInt64) -> String { nameOf(address) ?? ValueNames.hex(address) }

  /// "gBS->LocateProtocol(protocol: Pcd, registration: 0x0, …) = EFI_SUCCESS".
  public func line(_ call: Call) -> String {
    let name = target(call)
    guard let signature = signatures[name] else {
      // Guest functions without a signature are entry points and notifications, which have two.
      let count = call.direction == .hostToGuest ? 2 : 4
      let words = (0..<count).map { ValueNames.hex(call.arguments[$0]) }
      return name + "(" + words.joined(separator: ", ") + ", …)" + outcome(call, .pointer)
    }
    let arguments = signature.arguments.enumerated().compactMap { index, argument in
      argument.type == .skip
        ? nil : "\(argument.name): \(value(at: index, of: call, signature))"
    }
    return name + "(" + arguments.joined(separator: ", ") + ")" + outcome(call, signature.result)
  }

  /// The call as two platforms must have it in common: no addresses, no handles, no times.
  /// "LocateProtocol Pcd", "PciIo.Mem.Write u8 2 1026 1 [0x1]", and " !NOT_FOUND" if it failed.
  public func conversation(_ call: Call) -> String {
    let name = target(call)
    let canonical = Signatures.canonical(name)
    var words = [
      canonical.hasPrefix("BootServices.")
        ? String(canonical.dropFirst("BootServices.".count)) : canonical
    ]
    guard let signature = signatures[name] else { return words[0] }
    for (index, argument) in signature.arguments.enumerated() where argument.isConversation {
      words.append(value(at: index, of: call, signature))
    }
    if signature.result == .status, let result = call.result, result != 0 {
      words.append("!" + ValueNames.status(result).replacingPrefix("EFI_"))
    }
    return words.joined(separator: " ")
  }

  private func outcome(_ call: Call, _ type: ValueType) -> String {
    guard type != .none else { return "" }
    guard let result = call.result else { return " = ?" }
    return " = " + scalar(result, type)
  }

  private func value(at index: Int, of call: Call, _ signature: Signature) -> String {
    guard index < 16 else { return "…" }
    let raw = call.arguments[index]
    switch signature.arguments[index].type {
    case .bytes(let width, let count):
      return elements(at: raw, width: call.arguments[width], count: call.arguments[count])
    case .interfaces:
      return interfaces(call.arguments, from: index)
    case let type:
      return scalar(raw, type)
    }
  }

  private func scalar(_ raw: UInt64, _ type: ValueType) -> String {
    switch type {
    case .decimal(let bits): String(raw & mask(bits))
    case .hexadecimal(let bits): ValueNames.hex(raw & mask(bits))
    case .boolean: raw & 0xFF == 0 ? "FALSE" : "TRUE"
    case .status: ValueNames.status(raw)
    case .tpl: ValueNames.tpl(raw)
    case .guid: guid(at: raw)
    case .string16: string(at: raw)
    case .out, .inOut: raw == 0 ? "NULL" : "→ " + (word(at: raw).map(ValueNames.hex) ?? "?")
    case .allocateType: ValueNames.allocateType(raw)
    case .memoryType: ValueNames.memoryType(raw)
    case .eventType: ValueNames.hex(raw & mask(32))
    case .timerType: ValueNames.timerType(raw)
    case .locateSearch: ValueNames.locateSearch(raw)
    case .openAttributes: ValueNames.openAttributes(raw)
    case .pciWidth: ValueNames.pciWidth(raw)
    case .attributeOperation: ValueNames.attributeOperation(raw)
    case .pointer: raw == 0 ? "NULL" : name(raw)
    case .handle: ValueNames.hex(raw)
    case .bytes, .interfaces, .skip, .none: ValueNames.hex(raw)
    }
  }

  private func mask(_ bits: UInt64) -> UInt64 { bits >= 64 ? .max : 1 << bits - 1 }

  private func guid(at address: UInt64) -> String {
    guard address != 0 else { return "NULL" }
    guard let bytes = read(address, 16), let guid = GUIDValue(bytes: bytes) else { return "?" }
    return guids.name(guid)
  }

  private func word(at address: UInt64) -> UInt64? {
    guard let bytes = read(address, 8), bytes.count == 8 else { return nil }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func string(at address: UInt64) -> String {
    guard address != 0 else { return "NULL" }
    var units: [UInt16] = []
    while units.count < longestString {
      guard let pair = read(address &+ UInt64(2 * units.count), 2), pair.count == 2 else {
        return "?"
      }
      let unit = UInt16(pair[0]) | UInt16(pair[1]) << 8
      if unit == 0 { break }
      units.append(unit)
    }
    let text = String(decoding: units, as: UTF16.self).unicodeScalars.map {
      $0.value < 0x20 ? $0.escaped(asASCII: false) : String($0)
    }
    return "\"" + text.joined() + (units.count == longestString ? "…" : "") + "\""
  }

  private func elements(at address: UInt64, width: UInt64, count: UInt64) -> String {
    guard let size = ValueNames.pciElementSize(width) else { return ValueNames.hex(address) }
    let wanted = ValueNames.isFill(width) ? min(1, count) : count
    let shown = Int(min(wanted, UInt64(longestBuffer)))
    guard let bytes = read(address, shown * size), bytes.count == shown * size else { return "?" }
    let words = (0..<shown).map { index in
      let element = bytes[index * size..<(index + 1) * size]
      return ValueNames.hex(element.reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
    return "[" + words.joined(separator: " ") + (UInt64(shown) < wanted ? " …]" : "]")
  }

  private func interfaces(_ arguments: SIMD16<UInt64>, from first: Int) -> String {
    var names: [String] = []
    var index = first
    while index < 16, arguments[index] != 0 {
      names.append(guid(at: arguments[index]))
      index += 2
    }
    return "[" + names.joined(separator: " ") + "]"
  }
}

extension String {
  fileprivate func replacingPrefix(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}
