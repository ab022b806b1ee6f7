/// Why a text is no recording. Lines count from 1.
public enum RecordingError: Error, Equatable, CustomStringConvertible {
  case notARecording
  case version(Int)
  case line(Int)

  public var description: String {
    switch self {
    case .notARecording: "no recording: the first line is not \"transom-recording 1\""
    case .version(let number): "a recording of version \(number); this tool reads 1"
    case .line(let number): "line \(number) of the recording cannot be read"
    }
  }
}

extension Recording {
  private static let letters: [(Kind, String)] = [
    (.load, "l"), (.store, "s"), (.configurationLoad, "cl"), (.configurationStore, "cs"),
  ]

  /// The recording as text; `init(text:)` reads it.
  public var text: String {
    var lines = [
      "transom-recording 1", "driver \(head.driver)", "platform \(head.platform)",
    ]
    for (number, device) in devices.enumerated() {
      let id = device.identity
      let numbers = [
        UInt64(id.vendor), UInt64(id.device), UInt64(id.classCode), UInt64(id.revision),
        UInt64(id.subsystemVendor), UInt64(id.subsystem),
      ].map { String($0, radix: 16) }
      lines.append("device \(device.name) " + numbers.joined(separator: " "))
      for (index, bar) in device.bars.enumerated() {
        switch bar {
        case .io(let size): lines.append("bar \(number) \(index) io \(size)")
        case .memory(let size, let is64, let prefetchable, let backing):
          lines.append(
            "bar \(number) \(index) memory \(size) \(is64 ? 64 : 32) "
              + (prefetchable ? "prefetchable " : "plain ")
              + (backing == .ram ? "ram" : "trapped"))
        case nil: break
        }
      }
    }
    lines += accesses.map(Self.line)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func line(_ access: Access) -> String {
    let letter = letters.first { $0.0 == access.kind }?.1 ?? "?"
    var words = [
      letter, String(access.device), String(access.bar), String(access.offset, radix: 16),
      String(access.size), access.value.map { String($0, radix: 16) } ?? "-",
    ]
    if access.isTaken { words.append("taken") }
    if access.count > 1 { words.append("x\(access.count)") }
    return words.joined(separator: " ")
  }

  public init(text: String) throws(RecordingError) {
    let lines = text.split(separator: "\n")
    let first = lines.first?.split(separator: " ") ?? []
    guard first.count == 2, first[0] == "transom-recording", let version = Int(first[1]) else {
      throw .notARecording
    }
    guard version == 1 else { throw .version(version) }
    self.init(head: Head(driver: "", platform: ""))
    for (index, line) in lines.enumerated().dropFirst() {
      guard read(line.split(separator: " ")) else { throw .line(index + 1) }
    }
  }

  private mutating func read(_ words: [Substring]) -> Bool {
    guard let first = words.first else { return true }
    switch first {
    case "driver" where words.count == 2: head.driver = String(words[1])
    case "platform" where words.count >= 2:
      head.platform = words.dropFirst().joined(separator: " ")
    case "device" where words.count == 8:
      let numbers = words.dropFirst(2).compactMap { UInt32($0, radix: 16) }
      guard numbers.count == 6 else { return false }
      let identity = PCIIdentity(
        vendor: UInt16(truncatingIfNeeded: numbers[0]),
        device: UInt16(truncatingIfNeeded: numbers[1]), classCode: numbers[2],
        revision: UInt8(truncatingIfNeeded: numbers[3]),
        subsystemVendor: UInt16(truncatingIfNeeded: numbers[4]),
        subsystem: UInt16(truncatingIfNeeded: numbers[5]))
      devices.append(Device(name: String(words[1]), identity: identity, bars: []))
    case "bar": return readBar(words)
    default: return readAccess(words)
    }
    return true
  }

  private mutating func readBar(_ words: [Substring]) -> Bool {
    guard words.count >= 5, let device = Int(words[1]), devices.indices.contains(device),
      let index = Int(words[2]), (0..<6).contains(index), let size = UInt64(words[4])
    else { return false }
    while devices[device].bars.count <= index { devices[device].bars.append(nil) }
    if words[3] == "io" {
      guard let ports = UInt32(exactly: size) else { return false }
      devices[device].bars[index] = .io(size: ports)
    } else {
      guard words[3] == "memory", words.count == 8 else { return false }
      devices[device].bars[index] = .memory(
        size: size, is64: words[5] == "64", prefetchable: words[6] == "prefetchable",
        backing: words[7] == "ram" ? .ram : .trapped)
    }
    return true
  }

  private mutating func readAccess(_ words: [Substring]) -> Bool {
    guard let kind = Self.letters.first(where: { $0.1 == words[0] })?.0, words.count >= 6,
      let device = Int(words[1]), devices.indices.contains(device), let bar = Int(words[2]),
      let offset = UInt64(words[3], radix: 16), let size = Int(words[4])
    else { return false }
    let value = UInt64(words[5], radix: 16)
    guard value != nil || words[5] == "-" else { return false }
    var access = Access(
      kind: kind, device: device, bar: bar, offset: offset, size: size, value: value)
    for word in words.dropFirst(6) {
      if word == "taken" {
        access.isTaken = true
      } else if word.hasPrefix("x"), let count = UInt64(word.dropFirst()), count > 0 {
        access.count = count
      } else {
        return false
      }
    }
    accesses.append(access)
    return true
  }
}
