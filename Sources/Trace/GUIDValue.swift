/// A GUID as UEFI 2.10, appendix A stores it: 16 bytes, the first three fields little-endian.
public struct GUIDValue: Hashable, Sendable {
  /// Bytes 0–7 and 8–15 as little-endian words.
  public var low: UInt64
  public var high: UInt64

  public init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// The 16 bytes at the start of `bytes`, or nil if there are fewer.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count >= 16 else { return nil }
    var words: [UInt64] = [0, 0]
    for (index, byte) in bytes.prefix(16).enumerated() {
      words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8))
    }
    self.init(low: words[0], high: words[1])
  }

  /// Registry form, for example "5b1b31a1-9562-11d2-8e3f-00a0c969723b", in either case.
  public init?(text: some StringProtocol) {
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    guard groups.map(\.count) == [8, 4, 4, 4, 12],
      let first = UInt64(groups[0], radix: 16), let second = UInt64(groups[1], radix: 16),
      let third = UInt64(groups[2], radix: 16), let fourth = UInt64(groups[3], radix: 16),
      let fifth = UInt64(groups[4], radix: 16)
    else { return nil }
    self.init(low: third << 48 | second << 32 | first, high: (fourth << 48 | fifth).byteSwapped)
  }

  /// Registry form in lower case.
  public var text: String {
    func hex(_ value: UInt64, _ digits: Int) -> String {
      let text = String(value, radix: 16)
      return String(repeating: "0", count: digits - text.count) + text
    }
    let tail = high.byteSwapped
    return [
      hex(low & 0xFFFF_FFFF, 8), hex(low >> 32 & 0xFFFF, 4), hex(low >> 48, 4),
      hex(tail >> 48, 4), hex(tail & 0xFFFF_FFFF_FFFF, 12),
    ].joined(separator: "-")
  }
}
