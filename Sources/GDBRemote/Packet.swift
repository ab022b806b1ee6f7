/// The framing of the GDB remote serial protocol (GDB manual, appendix E.1): `$data#checksum`,
/// acknowledgements, the interrupt byte. Bytes in, events out; no input or output of its own.
public struct PacketReader {
  public enum Event: Equatable {
    case packet([UInt8])
    /// A packet whose checksum is wrong: asked for again.
    case damaged
    case acknowledged
    case repeatRequested
    /// The user pressed Control-C.
    case interrupt
  }

  private enum State { case idle, data, firstDigit, secondDigit }
  private var state = State.idle
  private var data: [UInt8] = []
  private var isEscaped = false
  private var sum: UInt8 = 0
  private var digit: UInt8 = 0
  /// Packets longer than this are damage.
  private static let longest = 1 << 20

  public init() {}

  /// Takes one byte; returns what it completes.
  public mutating func take(_ byte: UInt8) -> Event? {
    switch state {
    case .idle: return idle(byte)
    case .data:
      if byte == UInt8(ascii: "#") {
        state = .firstDigit
        return nil
      }
      sum = sum &+ byte
      if isEscaped {
        data.append(byte ^ 0x20)
        isEscaped = false
      } else if byte == UInt8(ascii: "}") {
        isEscaped = true
      } else {
        data.append(byte)
      }
      guard data.count <= Self.longest else {
        state = .idle
        return .damaged
      }
      return nil
    case .firstDigit:
      digit = Hex.value(byte) ?? 0xFF
      state = .secondDigit
      return nil
    case .secondDigit:
      state = .idle
      guard let low = Hex.value(byte), digit < 16, digit << 4 | low == sum else {
        return .damaged
      }
      return .packet(data)
    }
  }

  private mutating func idle(_ byte: UInt8) -> Event? {
    switch byte {
    case UInt8(ascii: "$"):
      state = .data
      data = []
      sum = 0
      isEscaped = false
      return nil
    case UInt8(ascii: "+"): return .acknowledged
    case UInt8(ascii: "-"): return .repeatRequested
    case 3: return .interrupt
    default: return nil
    }
  }
}

/// A packet on its way out.
public enum PacketWriter {
  public static func frame(_ data: [UInt8]) -> [UInt8] {
    var result = [UInt8(ascii: "$")]
    for byte in data {
      // `#`, `$`, `}` and `*` mean something else.
      if byte == 0x23 || byte == 0x24 || byte == 0x7D || byte == 0x2A {
        result += [0x7D, byte ^ 0x20]
      } else {
        result.append(byte)
      }
    }
    let sum = result.dropFirst().reduce(UInt8(0)) { $0 &+ $1 }
    return result + [0x23] + Hex.digits(sum)
  }

  public static func frame(_ text: String) -> [UInt8] { frame(Array(text.utf8)) }
}

enum Hex {
  static func value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }

  static func digits(_ byte: UInt8) -> [UInt8] {
    [byte >> 4, byte & 15].map { $0 < 10 ? 0x30 + $0 : 0x57 + $0 }
  }

  static func encode(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: bytes.flatMap(digits), as: UTF8.self)
  }

  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 2 == 0 else { return nil }
    var result: [UInt8] = []
    var high: UInt8?
    for byte in text {
      guard let nibble = value(byte) else { return nil }
      if let first = high {
        result.append(first << 4 | nibble)
        high = nil
      } else {
        high = nibble
      }
    }
    return result
  }

  static func number(_ text: some Collection<UInt8>) -> UInt64? {
    guard !text.isEmpty, text.count <= 16 else { return nil }
    var result: UInt64 = 0
    for byte in text {
      guard let nibble = value(byte) else { return nil }
      result = result << 4 | UInt64(nibble)
    }
    return result
  }
}
