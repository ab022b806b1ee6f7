/// What a debugged machine offers a session.
public protocol GDBTarget: AnyObject {
  /// A register's bytes, little endian, by its index in `TargetDescription.registers`.
  func readRegister(_ index: Int) -> [UInt8]
  func writeRegister(_ index: Int, _ bytes: [UInt8]) -> Bool
  /// As many of `count` bytes as can be read; nil if none.
  func readMemory(_ address: UInt64, _ count: Int) -> [UInt8]?
  func writeMemory(_ address: UInt64, _ bytes: [UInt8]) -> Bool
  func insert(_ stop: StopPoint) -> Bool
  func remove(_ stop: StopPoint) -> Bool
  /// Loaded images: name and the address of the first section.
  var images: [(name: String, text: UInt64)] { get }
  /// `monitor COMMAND`: what to print.
  func monitor(_ command: String) -> String
}

/// A breakpoint or watchpoint.
public struct StopPoint: Hashable, Sendable {
  public enum Kind: UInt8, Sendable {
    case software, hardware, writeWatch, readWatch, accessWatch
  }
  public var kind: Kind
  public var address: UInt64
  /// Bytes watched.
  public var length: UInt64

  public init(kind: Kind, address: UInt64, length: UInt64) {
    self.kind = kind
    self.address = address
    self.length = length
  }
}

/// Why the machine stands still.
public enum StopReason: Equatable, Sendable {
  /// A signal by its number here: 2 interrupt, 4 illegal instruction, 5 trap, 8 arithmetic, 11
  /// memory fault.
  case signal(UInt8)
  case breakpoint
  case watchpoint(StopPoint.Kind, address: UInt64)
}

/// One debugger's session: requests in, answers out. It neither reads nor writes anything but its
/// target.
public final class GDBSession<Target: GDBTarget> {
  /// What a request means for the machine.
  public enum Action: Equatable {
    /// Stay, and send these bytes.
    case reply([UInt8])
    case resume, step
    /// The debugger leaves; the machine runs on.
    case detach
    case kill
  }

  private let target: Target
  public private(set) var acknowledges = true
  private var stop = StopReason.signal(5)
  private static var largest: Int { 0x4000 }

  public init(_ target: Target) { self.target = target }

  /// The packet that tells that the machine has stopped.
  public func stopped(_ reason: StopReason) -> [UInt8] {
    stop = reason
    return PacketWriter.frame(stopText)
  }

  /// The packet that tells that the run is over.
  public func exited(_ code: UInt8) -> [UInt8] {
    PacketWriter.frame("W" + Hex.encode([code]))
  }

  private var stopText: String {
    switch stop {
    case .signal(let number): "T" + Hex.encode([number]) + "thread:1;"
    case .breakpoint: "T05swbreak:;thread:1;"
    case .watchpoint(let kind, let address):
      "T05"
        + (kind == .readWatch ? "rwatch" : kind == .accessWatch ? "awatch" : "watch") + ":"
        + String(address, radix: 16) + ";thread:1;"
    }
  }

  /// Answers one request.
  public func handle(_ packet: [UInt8]) -> Action {
    guard let first = packet.first else { return reply("") }
    let rest = packet.dropFirst()
    switch first {
    case UInt8(ascii: "?"): return reply(stopText)
    case UInt8(ascii: "g"):
      return reply(
        TargetDescription.registers.indices.map { Hex.encode(target.readRegister($0)) }.joined())
    case UInt8(ascii: "G"): return writeAll(rest)
    case UInt8(ascii: "p"):
      guard let number = Hex.number(rest),
        number < UInt64(TargetDescription.registers.count)
      else { return reply("E01") }
      return reply(Hex.encode(target.readRegister(Int(number))))
    case UInt8(ascii: "P"): return writeOne(rest)
    case UInt8(ascii: "m"): return readMemory(rest)
    case UInt8(ascii: "M"), UInt8(ascii: "X"):
      return writeMemory(rest, isBinary: first == UInt8(ascii: "X"))
    case UInt8(ascii: "Z"), UInt8(ascii: "z"):
      return stopPoint(rest, inserts: first == UInt8(ascii: "Z"))
    case UInt8(ascii: "c"), UInt8(ascii: "s"): return resume(rest, first == UInt8(ascii: "s"))
    case UInt8(ascii: "C"): return .resume
    case UInt8(ascii: "S"): return .step
    case UInt8(ascii: "D"): return .detach
    case UInt8(ascii: "k"): return .kill
    case UInt8(ascii: "H"), UInt8(ascii: "T"): return reply("OK")
    case UInt8(ascii: "v"): return verbose(String(decoding: rest, as: UTF8.self))
    case UInt8(ascii: "q"), UInt8(ascii: "Q"):
      return query(String(decoding: packet, as: UTF8.self))
    default: return reply("")
    }
  }

  private func reply(_ text: String) -> Action { .reply(PacketWriter.frame(text)) }

  private func result(_ worked: Bool) -> Action { reply(worked ? "OK" : "E01") }

  private func resume(_ address: ArraySlice<UInt8>, _ isStep: Bool) -> Action {
    if !address.isEmpty {
      guard let place = Hex.number(address),
        let rip = TargetDescription.registers.firstIndex(where: { $0.name == "rip" })
      else { return reply("E01") }
      _ = target.writeRegister(rip, Self.little(place, 8))
    }
    return isStep ? .step : .resume
  }

  private func verbose(_ text: String) -> Action {
    if text == "Cont?" { return reply("vCont;c;C;s;S") }
    guard text.hasPrefix("Cont;") else { return reply("") }
    // One thread: the first action that names it or all is its.
    let action = text.dropFirst(5).first
    return action == "s" || action == "S" ? .step : .resume
  }

  private func writeAll(_ text: ArraySlice<UInt8>) -> Action {
    guard let bytes = Hex.decode(text) else { return reply("E01") }
    var position = 0
    for (index, register) in TargetDescription.registers.enumerated() {
      guard position + register.size <= bytes.count else { break }
      guard target.writeRegister(index, Array(bytes[position..<position + register.size])) else {
        return reply("E01")
      }
      position += register.size
    }
    return reply("OK")
  }

  private func writeOne(_ text: ArraySlice<UInt8>) -> Action {
    let parts = text.split(separator: UInt8(ascii: "="), maxSplits: 1)
    guard parts.count == 2, let number = Hex.number(parts[0]),
      number < UInt64(TargetDescription.registers.count), let bytes = Hex.decode(parts[1]),
      bytes.count == TargetDescription.registers[Int(number)].size
    else { return reply("E01") }
    return result(target.writeRegister(Int(number), bytes))
  }

  private func readMemory(_ text: ArraySlice<UInt8>) -> Action {
    let parts = text.split(separator: UInt8(ascii: ","))
    guard parts.count == 2, let address = Hex.number(parts[0]), let count = Hex.number(parts[1]),
      let bytes = target.readMemory(address, Int(min(count, UInt64(Self.largest / 2))))
    else { return reply("E01") }
    return reply(Hex.encode(bytes))
  }

  private func writeMemory(_ text: ArraySlice<UInt8>, isBinary: Bool) -> Action {
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return reply("E01") }
    let parts = text[..<colon].split(separator: UInt8(ascii: ","))
    let data = text[text.index(after: colon)...]
    guard parts.count == 2, let address = Hex.number(parts[0]), let count = Hex.number(parts[1]),
      let bytes = isBinary ? Array(data) : Hex.decode(data), UInt64(bytes.count) == count
    else { return reply("E01") }
    return result(bytes.isEmpty || target.writeMemory(address, bytes))
  }

  private func stopPoint(_ text: ArraySlice<UInt8>, inserts: Bool) -> Action {
    let parts = text.split(separator: UInt8(ascii: ","))
    guard parts.count >= 3, let number = Hex.number(parts[0]), number < 5,
      let kind = StopPoint.Kind(rawValue: UInt8(number)), let address = Hex.number(parts[1]),
      let length = Hex.number(parts[2].prefix { $0 != UInt8(ascii: ";") })
    else { return reply("E01") }
    let point = StopPoint(kind: kind, address: address, length: length)
    return result(inserts ? target.insert(point) : target.remove(point))
  }

  // MARK: Queries

  private func query(_ text: String) -> Action {
    if text.hasPrefix("qSupported") {
      return reply(
        "PacketSize=\(String(Self.largest, radix: 16));qXfer:features:read+;"
          + "qXfer:libraries:read+;QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+")
    }
    if text.hasPrefix("qXfer:") { return transfer(text) }
    if text.hasPrefix("qRcmd,") {
      let command = Hex.decode(Array(text.utf8.dropFirst(6))) ?? []
      return reply(Hex.encode(target.monitor(String(decoding: command, as: UTF8.self)).utf8))
    }
    switch text {
    case "QStartNoAckMode":
      acknowledges = false
      return reply("OK")
    case "qOffsets":
      // The images' own addresses begin at zero, so an offset is where one was loaded.
      guard let first = target.images.first else { return reply("") }
      return reply("TextSeg=" + String(first.text, radix: 16))
    case "qC": return reply("QC1")
    case "qfThreadInfo": return reply("m1")
    case "qsThreadInfo": return reply("l")
    case "qAttached": return reply("1")
    case "qSymbol::": return reply("OK")
    default: return reply("")
    }
  }

  /// qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH
  private func transfer(_ text: String) -> Action {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[2] == "read" else { return reply("") }
    let document: String
    switch (parts[1], parts[3]) {
    case ("features", "target.xml"): document = TargetDescription.xml
    case ("libraries", ""): document = libraries
    default: return reply("E00")
    }
    let numbers = parts[4].split(separator: ",").compactMap { Hex.number(Array($0.utf8)) }
    guard numbers.count == 2 else { return reply("E01") }
    let bytes = Array(document.utf8)
    let start = Int(min(numbers[0], UInt64(bytes.count)))
    let end = min(bytes.count, start + Int(min(numbers[1], UInt64(Self.largest - 4))))
    let mark: [UInt8] = [end == bytes.count ? UInt8(ascii: "l") : UInt8(ascii: "m")]
    return .reply(PacketWriter.frame(mark + bytes[start..<end]))
  }

  private var libraries: String {
    let entries = target.images.map {
      "<library name=\"\(Self.escaped($0.name))\"><section address=\"0x"
        + String($0.text, radix: 16) + "\"/></library>"
    }
    return "<library-list>" + entries.joined() + "</library-list>"
  }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case "\"": "&quot;"
      default: String(scalar)
      }
    }.joined()
  }

  static func little(_ value: UInt64, _ size: Int) -> [UInt8] {
    (0..<size).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) : 0 }
  }
}
