/// Turns raw calls into text: arguments by their types, GUIDs and statuses by name.
///
/// Whatever a pointer points to is read when the text is made, so a call is decoded right after
/// it has returned; one decoded later shows what lies there by then.
public final class CallDecoder {
  /// Reads guest memory: up to `count` bytes at the address, nil if it cannot be read.
  public typealias ReadMemory = (_ address: UInt64, _ count: Int) -> [UInt8]?
  /// Names an address: a service, or an image and offset. Nil if it is nowhere known.
  public typealias NameOf = (_ address: UInt64) -> String?

  let environment: TraceEnvironment
  let values: ValueWriter
  let signatures: Signatures
  var filter = TraceFilter() { didSet { targets = [:] } }
  private var targets: [UInt64: TraceTarget] = [:]
  private let scratch = ByteBuffer(capacity: 4096)

  public init(
    environment: TraceEnvironment, signatures: Signatures = .builtIn,
    guids: GUIDNames = .wellKnown
  ) {
    self.environment = environment
    self.signatures = signatures
    var names = guids
    names.add(signatures.guids)
    values = ValueWriter(environment: environment, guids: names)
  }

  /// A decoder that knows names and memory and nothing else of its machine.
  public convenience init(
    signatures: Signatures = .builtIn, guids: GUIDNames = .wellKnown, nameOf: @escaping NameOf,
    read: @escaping ReadMemory
  ) {
    var environment = TraceEnvironment()
    environment.function = nameOf
    environment.read = { address, target, count in
      guard let bytes = read(address, count), bytes.count == count else { return false }
      target.copyMemory(from: bytes, byteCount: count)
      return true
    }
    self.init(environment: environment, signatures: signatures, guids: guids)
  }

  /// Forgets what is known of addresses: an image came or went.
  func forgetAddresses() {
    targets = [:]
    values.forgetImages()
  }

  /// What is known of the function a call is to.
  func target(of address: UInt64, _ direction: Call.Direction) -> TraceTarget {
    if let known = targets[address] { return known }
    var function = environment.function(address)
    if function == nil, direction == .hostToGuest {
      environment.learn(address)
      function = environment.function(address)
    }
    let target = TraceTarget(
      name: function ?? values.text { values.name(address, into: $0) }, known: function != nil,
      direction: direction, signatures: signatures, filter: filter)
    // One without a name may get it later, when its protocol is installed.
    if target.signature != nil || direction == .guestToHost { targets[address] = target }
    return target
  }

  /// The target's name, or its address.
  public func target(_ call: Call) -> String { target(of: call.target, call.direction).name }

  /// The name traces show, with the instance.
  func display(_ call: Call, _ target: TraceTarget) -> String {
    let key = target.group == "Function" ? call.target : call.arguments[0]
    return target.display(instance: key, environment.instance)
  }

  /// An address by name where it has one.
  public func name(_ address: UInt64) -> String {
    environment.function(address) ?? values.text { values.name(address, into: $0) }
  }

  /// "gBS->LocateProtocol(protocol: Pcd, registration: NULL, …) = EFI_SUCCESS".
  public func line(_ call: Call) -> String {
    scratch.removeAll()
    let target = target(of: call.target, call.direction)
    scratch.append(display(call, target))
    appendArguments(call, target, .whole, to: scratch)
    appendResult(call, target, to: scratch)
    return scratch.text
  }

  /// The call as two platforms must have it in common: no addresses, no handles, no times.
  /// "LocateProtocol Pcd", "PciIo.Mem.Write u8 2 1026 1 [0x1]", and " !NOT_FOUND" if it failed.
  public func conversation(_ call: Call) -> String {
    let target = target(of: call.target, call.direction)
    scratch.removeAll()
    let boot = "BootServices."
    scratch.append(
      target.canonical.hasPrefix(boot)
        ? String(target.canonical.dropFirst(boot.count)) : target.canonical)
    guard let signature = target.signature else { return scratch.text }
    for (index, argument) in signature.arguments.enumerated() where argument.isConversation {
      scratch.append(0x20)
      values.write(call, index, signature, .whole, json: false, to: scratch)
    }
    if signature.result == .status, let result = call.result, result != 0 {
      scratch.append(" !")
      let name = ValueNames.status(result)
      scratch.append(name.hasPrefix("EFI_") ? String(name.dropFirst(4)) : name)
    }
    return scratch.text
  }

  /// "(name: value, …)".
  func appendArguments(
    _ call: Call, _ target: TraceTarget, _ moment: ValueWriter.Moment, to buffer: ByteBuffer
  ) {
    buffer.append(0x28)
    guard let signature = target.signature else {
      for index in 0..<4 {
        values.scalar(call.arguments[index], .pointer, json: false, to: buffer)
        buffer.append(", ")
      }
      buffer.append("…)")
      return
    }
    var isFirst = true
    for (index, argument) in signature.arguments.enumerated() where argument.type != .skip {
      if moment == .closing, !argument.type.answers { continue }
      if !isFirst { buffer.append(", ") }
      isFirst = false
      buffer.append(argument.name)
      buffer.append(": ")
      values.write(call, index, signature, moment, json: false, to: buffer)
    }
    buffer.append(0x29)
  }

  func argumentsJSON(_ call: Call) -> String {
    let target = target(of: call.target, call.direction)
    let buffer = ByteBuffer(capacity: 512)
    buffer.append(0x5B)
    let moment: ValueWriter.Moment = call.result == nil ? .opening : .whole
    for (index, argument) in (target.signature?.arguments ?? []).enumerated().prefix(16) {
      if index > 0 { buffer.append(0x2C) }
      buffer.append(target.argumentHeads[index])
      buffer.append(",\"raw\":\"")
      buffer.append(hex: call.arguments[index])
      buffer.append("\"")
      if argument.type != .skip, let signature = target.signature {
        buffer.append(",\"value\":")
        values.write(call, index, signature, moment, json: true, to: buffer)
      }
      buffer.append(0x7D)
    }
    buffer.append(0x5D)
    return buffer.text
  }

  func resultJSON(_ call: Call) -> String {
    let type = target(of: call.target, call.direction).signature?.result ?? .pointer
    guard type != .none, let result = call.result else { return "null" }
    let buffer = ByteBuffer(capacity: 64)
    values.scalar(result, type, json: true, to: buffer)
    return buffer.text
  }

  func appendResult(_ call: Call, _ target: TraceTarget, to buffer: ByteBuffer) {
    let type = target.signature?.result ?? .pointer
    guard type != .none else { return }
    guard let result = call.result else {
      buffer.append(" = ?")
      return
    }
    buffer.append(" = ")
    values.scalar(result, type, json: false, to: buffer)
  }
}
