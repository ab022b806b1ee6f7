/// Bitwise logic, shifts, and the tests that leave the vector unit.
enum VectorLogic {
  static func execute(
    _ op: VectorOp, _ width: Int, _ a: V256, _ b: V256, _ immediate: UInt8
  ) -> VectorResult {
    switch op {
    case .ptest, .testps, .testpd: return test(op, width, a, b)
    case .pmovmskb: return VectorResult(V256(signs(b, width, as: Int8.self)))
    case .movmskps: return VectorResult(V256(signs(b, width, as: Int32.self)))
    case .movmskpd: return VectorResult(V256(signs(b, width, as: Int64.self)))
    default: return VectorResult(shift(op, width, a, b, UInt64(immediate)))
    }
  }

  private static func shift(
    _ op: VectorOp, _ width: Int, _ a: V256, _ b: V256, _ immediate: UInt64
  ) -> V256 {
    switch op {
    case .pand: return Lanes.zip(a, b, width, as: UInt64.self) { $0 & $1 }
    case .pandn: return Lanes.zip(a, b, width, as: UInt64.self) { ~$0 & $1 }
    case .por: return Lanes.zip(a, b, width, as: UInt64.self) { $0 | $1 }
    case .pxor: return Lanes.zip(a, b, width, as: UInt64.self) { $0 ^ $1 }
    case .psllw: return left(a, width, b.w0, as: UInt16.self)
    case .pslld: return left(a, width, b.w0, as: UInt32.self)
    case .psllq: return left(a, width, b.w0, as: UInt64.self)
    case .psrlw: return right(a, width, b.w0, as: UInt16.self)
    case .psrld: return right(a, width, b.w0, as: UInt32.self)
    case .psrlq: return right(a, width, b.w0, as: UInt64.self)
    case .psraw: return right(a, width, b.w0, as: Int16.self)
    case .psrad: return right(a, width, b.w0, as: Int32.self)
    case .psllwi: return left(a, width, immediate, as: UInt16.self)
    case .pslldi: return left(a, width, immediate, as: UInt32.self)
    case .psllqi: return left(a, width, immediate, as: UInt64.self)
    case .psrlwi: return right(a, width, immediate, as: UInt16.self)
    case .psrldi: return right(a, width, immediate, as: UInt32.self)
    case .psrlqi: return right(a, width, immediate, as: UInt64.self)
    case .psrawi: return right(a, width, immediate, as: Int16.self)
    case .psradi: return right(a, width, immediate, as: Int32.self)
    case .psllvd: return Lanes.zip(a, b, width, as: UInt32.self) { $1 > 31 ? 0 : $0 << $1 }
    case .psllvq: return Lanes.zip(a, b, width, as: UInt64.self) { $1 > 63 ? 0 : $0 << $1 }
    case .psrlvd: return Lanes.zip(a, b, width, as: UInt32.self) { $1 > 31 ? 0 : $0 >> $1 }
    case .psrlvq: return Lanes.zip(a, b, width, as: UInt64.self) { $1 > 63 ? 0 : $0 >> $1 }
    case .psravd:
      return Lanes.zip(a, b, width, as: Int32.self) { $0 >> Int32(min(UInt32(bitPattern: $1), 31)) }
    case .pslldq:
      return Lanes.perLane(a, b, width) { a, _ in bytes(a, 8 * Int(immediate), toLeft: true) }
    case .psrldq:
      return Lanes.perLane(a, b, width) { a, _ in bytes(a, 8 * Int(immediate), toLeft: false) }
    default: return a
    }
  }

  @inline(__always)
  private static func left<T: FixedWidthInteger>(
    _ a: V256, _ width: Int, _ count: UInt64, as type: T.Type
  ) -> V256 {
    if count >= UInt64(T.bitWidth) { return .zero }
    return Lanes.map(a, width, as: T.self) { $0 << T(truncatingIfNeeded: count) }
  }

  /// Logical or arithmetic by the element's signedness.
  @inline(__always)
  private static func right<T: FixedWidthInteger>(
    _ a: V256, _ width: Int, _ count: UInt64, as type: T.Type
  ) -> V256 {
    var count = count
    if count >= UInt64(T.bitWidth) {
      if !T.isSigned { return .zero }
      count = UInt64(T.bitWidth - 1)
    }
    return Lanes.map(a, width, as: T.self) { $0 >> T(truncatingIfNeeded: count) }
  }

  private static func bytes(_ a: V256, _ bits: Int, toLeft: Bool) -> V256 {
    let value = Wide(a.w1, a.w0)
    let result = toLeft ? value.shiftedLeft(bits) : value.shiftedRight(bits)
    return V256(result.low, result.high)
  }

  @inline(__always)
  static func signs<T: FixedWidthInteger>(_ b: V256, _ width: Int, as type: T.Type) -> UInt64 {
    var result: UInt64 = 0
    for index in 0..<width / MemoryLayout<T>.size where b.lane(index, as: T.self) < 0 {
      result |= 1 << UInt64(index)
    }
    return result
  }

  private static func test(_ op: VectorOp, _ width: Int, _ a: V256, _ b: V256) -> VectorResult {
    var mask = UInt64.max
    if op == .testps { mask = 0x8000_0000_8000_0000 }
    if op == .testpd { mask = 0x8000_0000_0000_0000 }
    let common = Lanes.zip(a, b, width, as: UInt64.self) { $0 & $1 & mask }
    let other = Lanes.zip(a, b, width, as: UInt64.self) { ~$0 & $1 & mask }
    var flags: UInt64 = 0
    if common == .zero { flags |= 0x40 }
    if other == .zero { flags |= 1 }
    return VectorResult(flags: flags)
  }
}
