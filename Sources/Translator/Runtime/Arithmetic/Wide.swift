/// An unsigned 128-bit number made of two words.
///
/// The standard library's own needs run-time division routines that bare metal does not have.
package struct Wide: Sendable {
  package var high: UInt64
  package var low: UInt64

  @inlinable
  package init(_ high: UInt64, _ low: UInt64) {
    self.high = high
    self.low = low
  }

  package var isZero: Bool { high | low == 0 }

  package var leadingZeroBitCount: Int {
    high != 0 ? high.leadingZeroBitCount : 64 + low.leadingZeroBitCount
  }

  /// The full product of two words.
  package static func product(_ a: UInt64, _ b: UInt64) -> Wide {
    let full = a.multipliedFullWidth(by: b)
    return Wide(full.high, full.low)
  }

  /// `self << count`; bits above 127 are lost.
  package func shiftedLeft(_ count: Int) -> Wide {
    if count <= 0 { return self }
    if count >= 128 { return Wide(0, 0) }
    if count >= 64 { return Wide(low << UInt64(count - 64), 0) }
    return Wide(high << UInt64(count) | low >> UInt64(64 - count), low << UInt64(count))
  }

  /// `self >> count`; bits below 0 are lost.
  package func shiftedRight(_ count: Int) -> Wide {
    if count <= 0 { return self }
    if count >= 128 { return Wide(0, 0) }
    if count >= 64 { return Wide(0, high >> UInt64(count - 64)) }
    return Wide(high >> UInt64(count), low >> UInt64(count) | high << UInt64(64 - count))
  }

  /// `self >> count`, with bit 0 set when a one was shifted out.
  package func shiftedRightJamming(_ count: Int) -> Wide {
    if count <= 0 { return self }
    var result = shiftedRight(count)
    let lost = count >= 128 ? self : shiftedLeft(128 - count)
    if !lost.isZero { result.low |= 1 }
    return result
  }

  /// The sum and whether it left 128 bits.
  package func adding(_ other: Wide) -> (sum: Wide, carry: Bool) {
    let (l, c) = low.addingReportingOverflow(other.low)
    let (h, c1) = high.addingReportingOverflow(other.high)
    let (h2, c2) = h.addingReportingOverflow(c ? 1 : 0)
    return (Wide(h2, l), c1 || c2)
  }

  /// The difference modulo 2^128.
  package func subtracting(_ other: Wide) -> Wide {
    let (l, borrow) = low.subtractingReportingOverflow(other.low)
    return Wide(high &- other.high &- (borrow ? 1 : 0), l)
  }

  package static func < (a: Wide, b: Wide) -> Bool {
    a.high != b.high ? a.high < b.high : a.low < b.low
  }

  package static func == (a: Wide, b: Wide) -> Bool {
    a.high == b.high && a.low == b.low
  }

  /// `self / divisor` for a quotient below 2^64, bit by bit.
  package func divided(by divisor: UInt64) -> (quotient: UInt64, remainder: UInt64) {
    var remainder = high
    var quotient = low
    for _ in 0..<64 {
      let carry = remainder >> 63
      remainder = remainder << 1 | quotient >> 63
      quotient <<= 1
      if carry != 0 || remainder >= divisor {
        remainder &-= divisor
        quotient |= 1
      }
    }
    return (quotient, remainder)
  }
}
