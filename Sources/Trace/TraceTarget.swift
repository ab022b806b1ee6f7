/// What is known of a called function, found once for each address.
final class TraceTarget {
  /// As the firmware publishes it, or image and offset.
  let name: String
  /// As the table spells it: "BootServices.Stall", "PciIo.Mem.Read".
  let canonical: String
  let group: String
  let signature: Signature?
  let category: TraceCategories
  /// As traces show it, without an instance.
  let display: String
  /// What goes before and after an instance.
  let head: String
  let tail: String
  /// Numbers of arguments whose memory counts before the call: the first four.
  let inOut: [Int]
  /// Numbers of arguments that are handles.
  let handles: [Int]
  let hasInstance: Bool
  /// `{"name":"…","type":"…","value":` for each argument.
  let argumentHeads: [[UInt8]]
  /// Whether the trace's filter wants its category and name.
  let isShown: Bool
  private var displays: [UInt64: String] = [:]

  init(
    name: String, known: Bool, direction: Call.Direction, signatures: Signatures,
    filter: TraceFilter
  ) {
    self.name = name
    canonical = known ? signatures.canonical(name) : name
    let parts = known ? Signatures.split(canonical) : nil
    group = parts?.group ?? ""
    signature = known ? signatures[name] : nil
    category =
      parts.map { TraceCategories.of(group: $0.group, member: $0.member) } ?? .protocol
    switch (group, direction) {
    case ("", _):
      (head, tail) = (name, "")
    case ("Function", _):
      (head, tail) = (parts?.member ?? name, "")
    case ("BootServices", _), ("RuntimeServices", _), ("DxeServices", _):
      let short = ["BootServices": "gBS", "RuntimeServices": "gRT", "DxeServices": "gDS"]
      (head, tail) = (short[group, default: group], "->" + (parts?.member ?? ""))
    case (_, .guestToHost):
      (head, tail) = (group, "->" + (parts?.member ?? ""))
    case (_, .hostToGuest):
      (head, tail) = (group, "." + (parts?.member ?? ""))
    }
    display = head + tail
    let arguments = signature?.arguments ?? []
    inOut = Array(
      arguments.indices.filter { if case .inOut = arguments[$0].type { true } else { false } }
        .prefix(4))
    handles = arguments.indices.filter { arguments[$0].type == .handle }
    hasInstance = arguments.first?.type == .skip || group == "Function"
    argumentHeads = arguments.map {
      let buffer = ByteBuffer(capacity: 64)
      buffer.append("{\"name\":")
      buffer.append(quoted: $0.name)
      buffer.append(",\"type\":")
      buffer.append(quoted: $0.word)
      return Array(buffer.bytes)
    }
    isShown = filter.accepts(service: display, category: category)
  }

  /// The display name with the instance that `this` is, looked up once.
  func display(instance this: UInt64, _ find: (String, UInt64) -> String?) -> String {
    guard hasInstance else { return display }
    if let known = displays[this] { return known }
    let text = find(group, this).map { "\(head)(\($0))\(tail)" } ?? display
    if displays.count < 4096 { displays[this] = text }
    return text
  }
}
