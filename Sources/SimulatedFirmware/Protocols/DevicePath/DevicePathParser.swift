extension DevicePath {
  /// Parses a path's text (UEFI 2.10, 10.6.1): nodes between `/`, instances between `,`, neither of
  /// them inside parentheses. A node without a known name is a file path.
  public init(text: String) throws(DevicePathError) {
    var nodes: [DevicePathNode] = []
    var depth = 0
    var current: [Character] = []
    // A leading separator is allowed and means nothing.
    var sawText = false
    for character in Array(text) + ["/"] {
      if depth == 0 && (character == "/" || character == ",") {
        if !current.isEmpty { nodes.append(try DevicePathNode(text: String(current))) }
        current = []
        if character == "," && sawText { nodes.append(.endOfInstance) }
        continue
      }
      sawText = true
      if character == "(" { depth += 1 }
      if character == ")" && depth > 0 { depth -= 1 }
      current.append(character)
    }
    guard depth == 0 else { throw .malformedText(node: String(current)) }
    self.nodes = nodes
    guard size <= Self.maximumSize else { throw .tooLong }
  }
}

extension DevicePathNode {
  /// Parses one node's text.
  public init(text: String) throws(DevicePathError) {
    guard let open = text.firstIndex(of: "("), text.last == ")" else {
      guard text.utf16.count <= 32_000 else { throw .tooLong }
      self = DevicePath.file(text)
      return
    }
    let name = String(text[..<open])
    let inside = String(text[text.index(after: open)..<text.index(before: text.endIndex)])
    let arguments =
      inside.isEmpty
      ? [] : inside.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var parser = DevicePathNodeParser(arguments: arguments, inside: inside)
    guard let node = parser.parse(name), node.payload.count <= 65_531 else {
      throw .malformedText(node: text)
    }
    self = node
  }
}

/// Turns a node's name and arguments into a node; nil means the text does not follow the grammar.
private struct DevicePathNodeParser {
  var arguments: [String]
  var inside: String

  private static func number(_ text: String) -> UInt64? {
    if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt64(text.dropFirst(2), radix: 16) }
    return UInt64(text)
  }

  private func number(_ index: Int, width: Int = 8) -> UInt64? {
    // Missing arguments are zero, as the specification has them optional.
    guard index < arguments.count, !arguments[index].isEmpty else { return 0 }
    guard let value = Self.number(arguments[index]) else { return nil }
    return width == 8 || value >> UInt64(width * 8) == 0 ? value : nil
  }

  mutating func parse(_ name: String) -> DevicePathNode? {
    if let row = DevicePathRow.all.first(where: { $0.name == name }) { return parse(row) }
    if let acpi = DevicePathRow.acpiNames.first(where: { $0.name == name }) {
      guard arguments.count <= 1 else { return nil }
      return acpiNode(hid: UInt64(acpi.hid), uidAt: 0)
    }
    if let vendor = DevicePathRow.vendorNames.first(where: { $0.name == name }) {
      guard arguments.isEmpty else { return nil }
      return GuidText.bytes(vendor.guid).map { DevicePathNode(type: 3, subType: 10, payload: $0) }
    }
    if let generic = DevicePathRow.genericNames.first(where: { $0.name == name }) {
      return genericNode(type: UInt64(generic.type), from: 0)
    }
    switch name {
    case "Path": return number(0, width: 1).flatMap { genericNode(type: $0, from: 1) }
    case "VenHw": return vendorNode(1, 4)
    case "VenMsg": return vendorNode(3, 10)
    case "VenMedia": return vendorNode(4, 3)
    case "Acpi": return acpi()
    case "AcpiEx": return acpiExtended()
    case "AcpiAdr": return addresses()
    case "Ata": return ata()
    case "MAC": return mac()
    case "IPv4": return ipv4()
    case "IPv6": return ipv6()
    case "Uart": return uart()
    case "NVMe": return nvme()
    case "Uri": return DevicePathNode(type: 3, subType: 24, payload: Array(inside.utf8))
    case "HD": return hardDrive()
    case "BBS": return bbs()
    default: return nil
    }
  }

  private func parse(_ row: DevicePathRow) -> DevicePathNode? {
    guard arguments.count <= row.fields.count else { return nil }
    var payload = [UInt8](repeating: 0, count: row.size)
    for (index, field) in row.fields.enumerated() {
      switch field {
      case .hex(let offset, let width), .decimal(let offset, let width):
        guard let value = number(index, width: width) else { return nil }
        for byte in 0..<width {
          payload[offset + byte] = UInt8(truncatingIfNeeded: value >> UInt64(byte * 8))
        }
      case .guid(let offset):
        guard index < arguments.count, let guid = GuidText.bytes(arguments[index]) else {
          return nil
        }
        payload.replaceSubrange(offset..<(offset + 16), with: guid)
      }
    }
    return DevicePathNode(type: row.type, subType: row.subType, payload: payload)
  }

  private func genericNode(type: UInt64, from index: Int) -> DevicePathNode? {
    guard arguments.count > index, arguments.count <= index + 2, type <= 0xff,
      let subType = number(index, width: 1),
      let data = hexBytes(arguments.count > index + 1 ? arguments[index + 1] : "")
    else { return nil }
    return DevicePathNode(type: UInt8(type), subType: UInt8(subType), payload: data)
  }

  private func vendorNode(_ type: UInt8, _ subType: UInt8) -> DevicePathNode? {
    guard (1...2).contains(arguments.count), let guid = GuidText.bytes(arguments[0]),
      let data = hexBytes(arguments.count > 1 ? arguments[1] : "")
    else { return nil }
    return DevicePathNode(type: type, subType: subType, payload: guid + data)
  }

  /// `PNP0A03`-like names and plain numbers.
  private static func eisa(_ text: String) -> UInt64? {
    let units = Array(text.utf8)
    guard units.count == 7, units[..<3].allSatisfy({ (0x40...0x5f).contains($0) }) else {
      return number(text).flatMap { $0 <= 0xffff_ffff ? $0 : nil }
    }
    guard let digits = UInt64(text.dropFirst(3), radix: 16) else { return nil }
    let letters = units[..<3].reduce(UInt64(0)) { $0 << 5 | UInt64($1 & 0x1f) }
    return digits << 16 | letters
  }

  private func acpiNode(hid: UInt64, uidAt index: Int) -> DevicePathNode? {
    guard let uid = number(index, width: 4) else { return nil }
    var payload: [UInt8] = []
    payload.append(little: hid, width: 4)
    payload.append(little: uid, width: 4)
    return DevicePathNode(type: 2, subType: 1, payload: payload)
  }

  private func acpi() -> DevicePathNode? {
    guard (1...2).contains(arguments.count), let hid = Self.eisa(arguments[0]) else { return nil }
    return acpiNode(hid: hid, uidAt: 1)
  }

  private func acpiExtended() -> DevicePathNode? {
    guard arguments.count == 6, let hid = Self.eisa(arguments[0]),
      let cid = Self.eisa(arguments[1]),
      let uid = number(2, width: 4)
    else { return nil }
    var payload: [UInt8] = []
    for value in [hid, uid, cid] { payload.append(little: value, width: 4) }
    for index in [3, 5, 4] { payload += Array(arguments[index].utf8) + [0] }
    return DevicePathNode(type: 2, subType: 2, payload: payload)
  }

  private func addresses() -> DevicePathNode? {
    var payload: [UInt8] = []
    for index in arguments.indices {
      guard let value = number(index, width: 4) else { return nil }
      payload.append(little: value, width: 4)
    }
    return payload.isEmpty ? nil : DevicePathNode(type: 2, subType: 3, payload: payload)
  }

  private func ata() -> DevicePathNode? {
    guard arguments.count == 3,
      let channel = ["Primary", "Secondary"].firstIndex(of: arguments[0]),
      let device = ["Master", "Slave"].firstIndex(of: arguments[1]), let lun = number(2, width: 2)
    else { return nil }
    var payload = [UInt8(channel), UInt8(device)]
    payload.append(little: lun, width: 2)
    return DevicePathNode(type: 3, subType: 1, payload: payload)
  }

  private func mac() -> DevicePathNode? {
    guard (1...2).contains(arguments.count), let address = hexBytes(arguments[0]),
      address.count <= 32, let kind = number(1, width: 1)
    else { return nil }
    let padding = [UInt8](repeating: 0, count: 32 - address.count)
    return DevicePathNode(type: 3, subType: 11, payload: address + padding + [UInt8(kind)])
  }

  private func network(_ index: Int) -> UInt64? {
    guard index < arguments.count else { return 0 }
    if arguments[index] == "TCP" { return 6 }
    return arguments[index] == "UDP" ? 17 : number(index, width: 2)
  }

  private func dotted(_ index: Int) -> [UInt8]? {
    guard index < arguments.count else { return [0, 0, 0, 0] }
    let parts = arguments[index].split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { UInt8($0) }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
  }

  private func ipv4() -> DevicePathNode? {
    guard (1...6).contains(arguments.count), let remote = dotted(0), let number = network(1),
      let local = dotted(3), let gateway = dotted(4), let mask = dotted(5)
    else { return nil }
    let origin = arguments.count > 2 ? ["DHCP", "Static"].firstIndex(of: arguments[2]) : 0
    guard let origin else { return nil }
    var payload = local + remote + [0, 0, 0, 0]
    payload.append(little: number, width: 2)
    payload += [UInt8(origin)] + gateway + mask
    return DevicePathNode(type: 3, subType: 12, payload: payload)
  }

  /// Eight groups of hexadecimal digits, one run of zero groups written `::`.
  private func colons(_ index: Int) -> [UInt8]? {
    guard index < arguments.count else { return [UInt8](repeating: 0, count: 16) }
    func groups(_ text: Substring) -> [UInt64]? {
      if text.isEmpty { return [] }
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      let values = parts.compactMap { $0.utf8.count <= 4 ? UInt64($0, radix: 16) : nil }
      return values.count == parts.count ? values : nil
    }
    // At most one `::`, which stands for as many zero groups as are missing.
    var characters = Substring(arguments[index])
    var tail: Substring?
    if let gap = characters.firstRange(of: "::") {
      tail = characters[gap.upperBound...]
      characters = characters[..<gap.lowerBound]
    }
    guard let front = groups(characters), let back = groups(tail ?? "") else { return nil }
    let missing = 8 - front.count - back.count
    guard tail == nil ? missing == 0 : missing > 0 else { return nil }
    let all = front + [UInt64](repeating: 0, count: missing) + back
    return all.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
  }

  private func ipv6() -> DevicePathNode? {
    let origins = ["Static", "StatelessAutoConfigure", "StatefulAutoConfigure"]
    guard (1...6).contains(arguments.count), let remote = colons(0), let number = network(1),
      let local = colons(3), let prefix = self.number(4, width: 1), let gateway = colons(5)
    else { return nil }
    let origin = arguments.count > 2 ? origins.firstIndex(of: arguments[2]) : 0
    guard let origin else { return nil }
    var payload = local + remote + [0, 0, 0, 0]
    payload.append(little: number, width: 2)
    payload += [UInt8(origin), UInt8(prefix)] + gateway
    return DevicePathNode(type: 3, subType: 13, payload: payload)
  }

  private func uart() -> DevicePathNode? {
    guard arguments.count == 4,
      let parity = ["D", "N", "E", "O", "M", "S"].firstIndex(of: arguments[2]),
      let stop = ["D", "1", "1.5", "2"].firstIndex(of: arguments[3]),
      let baud = arguments[0] == "DEFAULT" ? 0 : number(0),
      let bits = arguments[1] == "DEFAULT" ? 0 : number(1, width: 1)
    else { return nil }
    var payload: [UInt8] = [0, 0, 0, 0]
    payload.append(little: baud, width: 8)
    payload += [UInt8(bits), UInt8(parity), UInt8(stop)]
    return DevicePathNode(type: 3, subType: 14, payload: payload)
  }

  private func nvme() -> DevicePathNode? {
    guard arguments.count == 2, let namespace = number(0, width: 4) else { return nil }
    let parts = arguments[1].split(separator: "-")
    guard parts.count == 8, let identifier = hexBytes(parts.joined()), identifier.count == 8 else {
      return nil
    }
    var payload: [UInt8] = []
    payload.append(little: namespace, width: 4)
    return DevicePathNode(type: 3, subType: 23, payload: payload + identifier.reversed())
  }

  private func hardDrive() -> DevicePathNode? {
    guard (3...5).contains(arguments.count), let part = number(0, width: 4), let start = number(3),
      let size = number(4)
    else { return nil }
    var signature = [UInt8](repeating: 0, count: 16)
    var format: UInt8 = 0
    let kind: UInt64
    switch arguments[1] {
    case "MBR":
      guard let value = number(2, width: 4) else { return nil }
      for byte in 0..<4 { signature[byte] = UInt8(truncatingIfNeeded: value >> UInt64(byte * 8)) }
      (format, kind) = (1, 1)
    case "GPT":
      guard let guid = GuidText.bytes(arguments[2]) else { return nil }
      signature = guid
      (format, kind) = (2, 2)
    default:
      guard let value = number(1, width: 1) else { return nil }
      kind = value
    }
    var payload: [UInt8] = []
    payload.append(little: part, width: 4)
    payload.append(little: start, width: 8)
    payload.append(little: size, width: 8)
    return DevicePathNode(
      type: 4, subType: 1, payload: payload + signature + [format, UInt8(kind)])
  }

  private func bbs() -> DevicePathNode? {
    let kinds = ["", "Floppy", "HD", "CDROM", "PCMCIA", "USB", "Network"]
    guard (2...3).contains(arguments.count), let flags = number(2, width: 2) else { return nil }
    guard let kind = kinds.firstIndex(of: arguments[0]).map(UInt64.init) ?? number(0, width: 2)
    else {
      return nil
    }
    var payload: [UInt8] = []
    payload.append(little: kind, width: 2)
    payload.append(little: flags, width: 2)
    return DevicePathNode(type: 5, subType: 1, payload: payload + Array(arguments[1].utf8) + [0])
  }
}
