/// Element-wise integer arithmetic of MMX, SSE and AVX2.
enum VectorArithmetic {
  static func execute(_ op: VectorOp, _ width: Int, _ a: V256, _ b: V256, _ immediate: UInt8)
    -> V256
  {
    switch op {
    case .paddb: return Lanes.zip(a, b, width, as: UInt8.self) { $0 &+ $1 }
    case .paddw: return Lanes.zip(a, b, width, as: UInt16.self) { $0 &+ $1 }
    case .paddd: return Lanes.zip(a, b, width, as: UInt32.self) { $0 &+ $1 }
    case .paddq: return Lanes.zip(a, b, width, as: UInt64.self) { $0 &+ $1 }
    case .psubb: return Lanes.zip(a, b, width, as: UInt8.self) { $0 &- $1 }
    case .psubw: return Lanes.zip(a, b, width, as: UInt16.self) { $0 &- $1 }
    case .psubd: return Lanes.zip(a, b, width, as: UInt32.self) { $0 &- $1 }
    case .psubq: return Lanes.zip(a, b, width, as: UInt64.self) { $0 &- $1 }
    case .paddsb: return Lanes.zip(a, b, width, as: Int8.self, saturatingSum)
    case .paddsw: return Lanes.zip(a, b, width, as: Int16.self, saturatingSum)
    case .paddusb: return Lanes.zip(a, b, width, as: UInt8.self, saturatingSum)
    case .paddusw: return Lanes.zip(a, b, width, as: UInt16.self, saturatingSum)
    case .psubsb: return Lanes.zip(a, b, width, as: Int8.self, saturatingDifference)
    case .psubsw: return Lanes.zip(a, b, width, as: Int16.self, saturatingDifference)
    case .psubusb: return Lanes.zip(a, b, width, as: UInt8.self, saturatingDifference)
    case .psubusw: return Lanes.zip(a, b, width, as: UInt16.self, saturatingDifference)
    case .pavgb: return Lanes.zip(a, b, width, as: UInt8.self, average)
    case .pavgw: return Lanes.zip(a, b, width, as: UInt16.self, average)
    case .pminub: return Lanes.zip(a, b, width, as: UInt8.self) { min($0, $1) }
    case .pminsb: return Lanes.zip(a, b, width, as: Int8.self) { min($0, $1) }
    case .pminuw: return Lanes.zip(a, b, width, as: UInt16.self) { min($0, $1) }
    case .pminsw: return Lanes.zip(a, b, width, as: Int16.self) { min($0, $1) }
    case .pminud: return Lanes.zip(a, b, width, as: UInt32.self) { min($0, $1) }
    case .pminsd: return Lanes.zip(a, b, width, as: Int32.self) { min($0, $1) }
    case .pmaxub: return Lanes.zip(a, b, width, as: UInt8.self) { max($0, $1) }
    case .pmaxsb: return Lanes.zip(a, b, width, as: Int8.self) { max($0, $1) }
    case .pmaxuw: return Lanes.zip(a, b, width, as: UInt16.self) { max($0, $1) }
    case .pmaxsw: return Lanes.zip(a, b, width, as: Int16.self) { max($0, $1) }
    case .pmaxud: return Lanes.zip(a, b, width, as: UInt32.self) { max($0, $1) }
    case .pmaxsd: return Lanes.zip(a, b, width, as: Int32.self) { max($0, $1) }
    case .pcmpeqb: return Lanes.zip(a, b, width, as: Int8.self) { $0 == $1 ? -1 : 0 }
    case .pcmpeqw: return Lanes.zip(a, b, width, as: Int16.self) { $0 == $1 ? -1 : 0 }
    case .pcmpeqd: return Lanes.zip(a, b, width, as: Int32.self) { $0 == $1 ? -1 : 0 }
    case .pcmpeqq: return Lanes.zip(a, b, width, as: Int64.self) { $0 == $1 ? -1 : 0 }
    case .pcmpgtb: return Lanes.zip(a, b, width, as: Int8.self) { $0 > $1 ? -1 : 0 }
    case .pcmpgtw: return Lanes.zip(a, b, width, as: Int16.self) { $0 > $1 ? -1 : 0 }
    case .pcmpgtd: return Lanes.zip(a, b, width, as: Int32.self) { $0 > $1 ? -1 : 0 }
    case .pcmpgtq: return Lanes.zip(a, b, width, as: Int64.self) { $0 > $1 ? -1 : 0 }
    case .pabsb: return Lanes.map(b, width, as: Int8.self) { $0 < 0 ? 0 &- $0 : $0 }
    case .pabsw: return Lanes.map(b, width, as: Int16.self) { $0 < 0 ? 0 &- $0 : $0 }
    case .pabsd: return Lanes.map(b, width, as: Int32.self) { $0 < 0 ? 0 &- $0 : $0 }
    case .psignb: return Lanes.zip(a, b, width, as: Int8.self, sign)
    case .psignw: return Lanes.zip(a, b, width, as: Int16.self, sign)
    case .psignd: return Lanes.zip(a, b, width, as: Int32.self, sign)
    default: return products(op, width, a, b, immediate)
    }
  }

  private static func products(
    _ op: VectorOp, _ width: Int, _ a: V256, _ b: V256, _ immediate: UInt8
  ) -> V256 {
    switch op {
    case .pmullw: return Lanes.zip(a, b, width, as: UInt16.self) { $0 &* $1 }
    case .pmulld: return Lanes.zip(a, b, width, as: UInt32.self) { $0 &* $1 }
    case .pmulhw:
      return Lanes.zip(a, b, width, as: Int16.self) {
        Int16(truncatingIfNeeded: (Int32($0) &* Int32($1)) >> 16)
      }
    case .pmulhuw:
      return Lanes.zip(a, b, width, as: UInt16.self) {
        UInt16(truncatingIfNeeded: (UInt32($0) &* UInt32($1)) >> 16)
      }
    case .pmulhrsw:
      return Lanes.zip(a, b, width, as: Int16.self) {
        Int16(truncatingIfNeeded: ((Int32($0) &* Int32($1)) >> 14 &+ 1) >> 1)
      }
    case .pmuludq:
      return Lanes.zip(a, b, width, as: UInt64.self) {
        ($0 & 0xffff_ffff) &* ($1 & 0xffff_ffff)
      }
    case .pmuldq:
      return Lanes.zip(a, b, width, as: Int64.self) {
        Int64(Int32(truncatingIfNeeded: $0)) &* Int64(Int32(truncatingIfNeeded: $1))
      }
    case .pmaddwd:
      var result = V256.zero
      for index in 0..<width / 4 {
        let low =
          Int32(a.lane(2 * index, as: Int16.self)) &* Int32(b.lane(2 * index, as: Int16.self))
        let high =
          Int32(a.lane(2 * index + 1, as: Int16.self))
          &* Int32(b.lane(2 * index + 1, as: Int16.self))
        result.setLane(index, low &+ high)
      }
      return result
    case .pmaddubsw:
      var result = V256.zero
      for index in 0..<width / 2 {
        let low =
          Int32(a.lane(2 * index, as: UInt8.self)) &* Int32(b.lane(2 * index, as: Int8.self))
        let high =
          Int32(a.lane(2 * index + 1, as: UInt8.self))
          &* Int32(b.lane(2 * index + 1, as: Int8.self))
        result.setLane(index, Int16(clamping: low &+ high))
      }
      return result
    case .psadbw:
      var result = V256.zero
      for index in 0..<width / 8 {
        var sum: UInt64 = 0
        for byte in 8 * index..<8 * index + 8 { sum &+= distance(a.lane(byte), b.lane(byte)) }
        result.setLane(index, sum)
      }
      return result
    case .phaddw: return horizontal(a, b, width, as: Int16.self) { $0 &+ $1 }
    case .phaddd: return horizontal(a, b, width, as: Int32.self) { $0 &+ $1 }
    case .phaddsw: return horizontal(a, b, width, as: Int16.self, saturatingSum)
    case .phsubw: return horizontal(a, b, width, as: Int16.self) { $0 &- $1 }
    case .phsubd: return horizontal(a, b, width, as: Int32.self) { $0 &- $1 }
    case .phsubsw: return horizontal(a, b, width, as: Int16.self, saturatingDifference)
    case .phminposuw:
      var best: UInt16 = b.lane(0)
      var position: UInt16 = 0
      for index in 1..<8 where b.lane(index, as: UInt16.self) < best {
        best = b.lane(index)
        position = UInt16(index)
      }
      return V256(UInt64(best) | UInt64(position) << 16)
    case .mpsadbw:
      let low = blockDifferences(a.half(0), b.half(0), immediate)
      if width < 32 { return low }
      return V256(low: low, high: blockDifferences(a.half(1), b.half(1), immediate >> 3))
    default: return a
    }
  }

  @inline(__always)
  private static func saturatingSum<T: FixedWidthInteger>(_ a: T, _ b: T) -> T {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? (b < 0 ? T.min : T.max) : sum
  }

  @inline(__always)
  private static func saturatingDifference<T: FixedWidthInteger>(_ a: T, _ b: T) -> T {
    let (difference, overflow) = a.subtractingReportingOverflow(b)
    return overflow ? (T.isSigned && b < 0 ? T.max : T.min) : difference
  }

  @inline(__always)
  private static func average<T: FixedWidthInteger & UnsignedInteger>(_ a: T, _ b: T) -> T {
    (a | b) &- (a ^ b) >> 1
  }

  @inline(__always)
  private static func sign<T: FixedWidthInteger & SignedInteger>(_ a: T, _ b: T) -> T {
    b < 0 ? 0 &- a : b == 0 ? 0 : a
  }

  private static func distance(_ a: UInt8, _ b: UInt8) -> UInt64 {
    UInt64(a > b ? a &- b : b &- a)
  }

  /// Pairs of `a`, then pairs of `b`, in each 128-bit lane (or the 64 bits of MMX).
  @inline(__always)
  private static func horizontal<T: FixedWidthInteger>(
    _ a: V256, _ b: V256, _ width: Int, as type: T.Type, _ body: (T, T) -> T
  ) -> V256 {
    let pairs = min(width, 16) / MemoryLayout<T>.size / 2
    return Lanes.perLane(a, b, width) { a, b in
      var result = V256.zero
      for index in 0..<pairs {
        result.setLane(index, body(a.lane(2 * index), a.lane(2 * index + 1)))
        result.setLane(pairs + index, body(b.lane(2 * index), b.lane(2 * index + 1)))
      }
      return result
    }
  }

  private static func blockDifferences(_ a: V256, _ b: V256, _ immediate: UInt8) -> V256 {
    let first = Int(immediate >> 2 & 1) * 4
    let second = Int(immediate & 3) * 4
    var result = V256.zero
    for index in 0..<8 {
      var sum: UInt64 = 0
      for byte in 0..<4 { sum &+= distance(a.lane(first + index + byte), b.lane(second + byte)) }
      result.setLane(index, UInt16(truncatingIfNeeded: sum))
    }
    return result
  }
}
