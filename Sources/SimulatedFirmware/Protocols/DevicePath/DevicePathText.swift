extension DevicePath {
  /// The path's text (UEFI 2.10, 10.6): nodes joined by `/`, instances by `,`.
  public var text: String { text(displayOnly: false) }

  /// With `displayOnly` some nodes leave out what a reader does not need; such text may not convert
  /// back.
  public func text(displayOnly: Bool) -> String {
    instances.map { instance in
      instance.map { $0.text(displayOnly: displayOnly) }.joined(separator: "/")
    }.joined(separator: ",")
  }
}

extension DevicePath: CustomStringConvertible {
  public var description: String { text }
}

extension DevicePathNode {
  /// The node's text; a node whose payload does not fit its type is shown as bytes.
  public func text(displayOnly: Bool = false) -> String {
    if let row = DevicePathRow.all.first(where: {
      $0.type == type && $0.subType == subType && $0.size == payload.count
    }) {
      return "\(row.name)(\(row.fields.map(render).joined(separator: ",")))"
    }
    return irregularText(displayOnly: displayOnly) ?? genericText
  }

  private func render(_ field: DevicePathField) -> String {
    switch field {
    case .hex(let offset, let width): return hex(offset, width)
    case .decimal(let offset, let width): return String(payload.little(offset, width) ?? 0)
    case .guid(let offset): return GuidText.text(Array(payload[offset..<(offset + 16)]))
    }
  }

  private func hex(_ offset: Int, _ width: Int) -> String {
    "0x" + String(payload.little(offset, width) ?? 0, radix: 16)
  }

  private func run(_ range: Range<Int>) -> String {
    payload[range].map { hexPadded(UInt64($0), 2) }.joined()
  }

  private var genericText: String {
    let data = payload.isEmpty ? "" : "," + run(0..<payload.count)
    if let generic = DevicePathRow.genericNames.first(where: { $0.type == type }) {
      return "\(generic.name)(\(subType)\(data))"
    }
    return "Path(\(type),\(subType)\(data))"
  }

  private func irregularText(displayOnly: Bool) -> String? {
    switch (type, subType) {
    case (1, 4), (3, 10), (4, 3): return vendorText
    case (2, 1): return acpiText
    case (2, 2): return acpiExtendedText
    case (2, 3): return addressText
    case (3, 1): return ataText(displayOnly: displayOnly)
    case (3, 11): return macText
    case (3, 12): return ipv4Text(displayOnly: displayOnly)
    case (3, 13): return ipv6Text(displayOnly: displayOnly)
    case (3, 14): return uartText
    case (3, 23): return nvmeText
    case (3, 24): return uriText
    case (4, 1): return hardDriveText(displayOnly: displayOnly)
    case (4, 4): return fileText
    case (5, 1): return bbsText(displayOnly: displayOnly)
    default: return nil
    }
  }

  private var vendorText: String? {
    guard payload.count >= 16 else { return nil }
    let guid = GuidText.text(Array(payload[0..<16]))
    if type == 3, payload.count == 16,
      let known = DevicePathRow.vendorNames.first(where: { $0.guid == guid })
    {
      return "\(known.name)()"
    }
    let name = type == 1 ? "VenHw" : type == 3 ? "VenMsg" : "VenMedia"
    return "\(name)(\(guid)\(payload.count > 16 ? "," + run(16..<payload.count) : ""))"
  }

  private var acpiText: String? {
    guard payload.count == 8, let hid = payload.little(0, 4) else { return nil }
    if let known = DevicePathRow.acpiNames.first(where: { $0.hid == UInt32(hid) }) {
      return "\(known.name)(\(hex(4, 4)))"
    }
    if hid & 0xffff == 0x41d0 { return "Acpi(PNP\(hexPadded(hid >> 16, 4)),\(hex(4, 4)))" }
    return "Acpi(0x\(hexPadded(hid, 8)),\(hex(4, 4)))"
  }

  /// Three compressed letters and four digits, or a bare number where they are no letters.
  private static func eisa(_ id: UInt64) -> String {
    if id == 0 { return "0" }
    let letters = [id >> 10, id >> 5, id].map { ($0 & 0x1f) + 0x40 }
    return String(decoding: letters.map { UInt8($0) }, as: UTF8.self)
      + hexPadded(id >> 16 & 0xffff, 4).uppercased()
  }

  private var acpiExtendedText: String? {
    guard payload.count >= 15, let hid = payload.little(0, 4), let uid = payload.little(4, 4),
      let cid = payload.little(8, 4)
    else { return nil }
    let strings = payload[12...].split(separator: 0, omittingEmptySubsequences: false)
    // Three strings, each with its NUL: the split yields one more, empty, part.
    guard strings.count == 4, strings[3].isEmpty,
      strings.allSatisfy({
        $0.allSatisfy { (0x21...0x7e).contains($0) && !",()/".utf8.contains($0) }
      })
    else { return nil }
    let text = strings.map { String(decoding: $0, as: UTF8.self) }
    let uidText = "0x" + String(uid, radix: 16)
    return "AcpiEx(\(Self.eisa(hid)),\(Self.eisa(cid)),\(uidText),\(text[0]),\(text[2]),\(text[1]))"
  }

  private var addressText: String? {
    guard payload.count >= 4, payload.count % 4 == 0 else { return nil }
    let addresses = stride(from: 0, to: payload.count, by: 4).map { hex($0, 4) }
    return "AcpiAdr(\(addresses.joined(separator: ",")))"
  }

  private func ataText(displayOnly: Bool) -> String? {
    guard payload.count == 4, payload[0] <= 1, payload[1] <= 1 else { return nil }
    if displayOnly { return "Ata(\(hex(2, 2)))" }
    let channel = payload[0] == 0 ? "Primary" : "Secondary"
    return "Ata(\(channel),\(payload[1] == 0 ? "Master" : "Slave"),\(hex(2, 2)))"
  }

  private var macText: String? {
    guard payload.count == 33 else { return nil }
    // Ethernet addresses have six bytes; other interfaces may use all 32.
    let length = payload[32] <= 1 ? 6 : 32
    guard payload[length..<32].allSatisfy({ $0 == 0 }) else { return nil }
    return "MAC(\(run(0..<length)),\(hex(32, 1)))"
  }

  private static func network(_ number: UInt64) -> String {
    number == 6 ? "TCP" : number == 17 ? "UDP" : "0x" + String(number, radix: 16)
  }

  private func dotted(_ offset: Int) -> String {
    payload[offset..<(offset + 4)].map { String($0) }.joined(separator: ".")
  }

  private func colons(_ offset: Int) -> String {
    stride(from: offset, to: offset + 16, by: 2).map { run($0..<($0 + 2)) }.joined(separator: ":")
  }

  private func ipv4Text(displayOnly: Bool) -> String? {
    // The ports have no place in the text: a node that has some keeps its bytes.
    guard payload.count == 23, let ports = payload.little(8, 4), payload[14] <= 1 else {
      return nil
    }
    if displayOnly { return "IPv4(\(dotted(4)))" }
    guard ports == 0 else { return nil }
    let origin = payload[14] == 0 ? "DHCP" : "Static"
    let protocolName = Self.network(payload.little(12, 2) ?? 0)
    return "IPv4(\(dotted(4)),\(protocolName),\(origin),\(dotted(0)),\(dotted(15)),\(dotted(19)))"
  }

  private func ipv6Text(displayOnly: Bool) -> String? {
    guard payload.count == 56, let ports = payload.little(32, 4), payload[38] <= 2 else {
      return nil
    }
    if displayOnly { return "IPv6(\(colons(16)))" }
    guard ports == 0 else { return nil }
    let origin = ["Static", "StatelessAutoConfigure", "StatefulAutoConfigure"][Int(payload[38])]
    let protocolName = Self.network(payload.little(36, 2) ?? 0)
    return "IPv6(\(colons(16)),\(protocolName),\(origin),\(colons(0)),\(hex(39, 1)),\(colons(40)))"
  }

  private var uartText: String? {
    guard payload.count == 15, let baud = payload.little(4, 8), payload[13] <= 5, payload[14] <= 3
    else { return nil }
    let parity = ["D", "N", "E", "O", "M", "S"][Int(payload[13])]
    let stop = ["D", "1", "1.5", "2"][Int(payload[14])]
    let rate = baud == 0 ? "DEFAULT" : String(baud)
    let bits = payload[12] == 0 ? "DEFAULT" : String(payload[12])
    return "Uart(\(rate),\(bits),\(parity),\(stop))"
  }

  private var nvmeText: String? {
    guard payload.count == 12 else { return nil }
    // The identifier is shown most significant byte first, as it is printed on the drive.
    let identifier = (4..<12).reversed().map { run($0..<($0 + 1)).uppercased() }
    return "NVMe(\(hex(0, 4)),\(identifier.joined(separator: "-")))"
  }

  private var uriText: String? {
    guard payload.allSatisfy({ (0x21...0x7e).contains($0) && $0 != 0x28 && $0 != 0x29 }) else {
      return nil
    }
    return "Uri(\(String(decoding: payload, as: UTF8.self)))"
  }

  private func hardDriveText(displayOnly: Bool) -> String? {
    guard payload.count == 38, let part = payload.little(0, 4) else { return nil }
    let signature: String
    switch payload[37] {
    case 1: signature = "MBR,0x" + hexPadded(payload.little(20, 4) ?? 0, 8)
    case 2: signature = "GPT," + GuidText.text(Array(payload[20..<36]))
    default: signature = "\(payload[37]),0"
    }
    if displayOnly { return "HD(\(part),\(signature))" }
    return "HD(\(part),\(signature),\(hex(4, 8)),\(hex(12, 8)))"
  }

  private var fileText: String? {
    guard payload.count % 2 == 0 else { return nil }
    let units = stride(from: 0, to: payload.count, by: 2).map {
      UInt16(payload[$0]) | UInt16(payload[$0 + 1]) << 8
    }
    guard let end = units.firstIndex(of: 0), end > 0 else { return nil }
    return String(decoding: units[..<end], as: UTF16.self)
  }

  private func bbsText(displayOnly: Bool) -> String? {
    guard payload.count >= 5, let kind = payload.little(0, 2), payload.last == 0 else { return nil }
    let name = payload[4..<(payload.count - 1)]
    guard name.allSatisfy({ (0x20...0x7e).contains($0) && !",()/".utf8.contains($0) }) else {
      return nil
    }
    let kinds = ["", "Floppy", "HD", "CDROM", "PCMCIA", "USB", "Network"]
    let kindText = (1...6).contains(kind) ? kinds[Int(kind)] : "0x" + String(kind, radix: 16)
    let label = String(decoding: name, as: UTF8.self)
    return displayOnly ? "BBS(\(kindText),\(label))" : "BBS(\(kindText),\(label),\(hex(2, 2)))"
  }
}
