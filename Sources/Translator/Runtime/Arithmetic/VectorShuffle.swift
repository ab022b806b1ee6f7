/// Moves of elements within and between registers: packs, unpacks, shuffles, blends, inserts,
/// extensions, permutations and broadcasts.
enum VectorShuffle {
  static func execute(
    _ op: VectorOp, _ width: Int, _ a: V256, _ b: V256, _ c: V256, _ immediate: UInt8
  ) -> VectorResult {
    switch op {
    case .pcmpestri, .pcmpestrm, .pcmpistri, .pcmpistrm:
      return VectorStrings.execute(op, a, b, c, immediate)
    default: return VectorResult(move(op, width, a, b, c, immediate))
    }
  }

  private static func move(
    _ op: VectorOp, _ width: Int, _ a: V256, _ b: V256, _ c: V256, _ immediate: UInt8
  ) -> V256 {
    let selector = Int(immediate)
    switch op {
    case .packsswb: return pack(a, b, width, Int16.self, Int8.self)
    case .packssdw: return pack(a, b, width, Int32.self, Int16.self)
    case .packuswb: return pack(a, b, width, Int16.self, UInt8.self)
    case .packusdw: return pack(a, b, width, Int32.self, UInt16.self)
    case .punpcklbw: return unpack(a, b, width, high: false, UInt8.self)
    case .punpcklwd: return unpack(a, b, width, high: false, UInt16.self)
    case .punpckldq: return unpack(a, b, width, high: false, UInt32.self)
    case .punpcklqdq: return unpack(a, b, width, high: false, UInt64.self)
    case .punpckhbw: return unpack(a, b, width, high: true, UInt8.self)
    case .punpckhwd: return unpack(a, b, width, high: true, UInt16.self)
    case .punpckhdq: return unpack(a, b, width, high: true, UInt32.self)
    case .punpckhqdq: return unpack(a, b, width, high: true, UInt64.self)
    case .pshufd, .permilps:
      // The first has one operand, the second too: both are given it as b.
      return Lanes.perLane(b, b, width) { b, _ in
        pick(4, UInt32.self) { b.lane(selector >> (2 * $0) & 3) }
      }
    case .pshufw: return pick(4, UInt16.self) { b.lane(selector >> (2 * $0) & 3) }
    case .pshuflw:
      return Lanes.perLane(b, b, width) { b, _ in
        pick(8, UInt16.self) { b.lane($0 < 4 ? selector >> (2 * $0) & 3 : $0) }
      }
    case .pshufhw:
      return Lanes.perLane(b, b, width) { b, _ in
        pick(8, UInt16.self) { b.lane($0 < 4 ? $0 : 4 + (selector >> (2 * $0 - 8) & 3)) }
      }
    case .pshufb:
      let mask = width == 8 ? 7 : 15
      return Lanes.perLane(a, b, width) { a, b in
        pick(mask + 1, UInt8.self) {
          let index: UInt8 = b.lane($0)
          return index & 0x80 != 0 ? 0 : a.lane(Int(index) & mask)
        }
      }
    case .palignr: return Lanes.perLane(a, b, width) { align($0, $1, min(width, 16), selector) }
    case .shufps:
      return Lanes.perLane(a, b, width) { a, b in
        pick(4, UInt32.self) { ($0 < 2 ? a : b).lane(selector >> (2 * $0) & 3) }
      }
    case .shufpd:
      return pick(width / 8, UInt64.self) {
        ($0 & 1 == 0 ? a : b).lane($0 & 2 | selector >> $0 & 1)
      }
    case .permilpd:
      return pick(width / 8, UInt64.self) { b.lane($0 & 2 | selector >> $0 & 1) }
    case .permilpsv:
      return pick(width / 4, UInt32.self) { a.lane($0 & 4 | Int(b.lane($0, as: UInt32.self) & 3)) }
    case .permilpdv:
      return pick(width / 8, UInt64.self) {
        a.lane($0 & 2 | Int(b.lane($0, as: UInt64.self) >> 1 & 1))
      }
    case .perm2f128:
      return V256(
        low: permuteHalf(a, b, immediate), high: permuteHalf(a, b, immediate >> 4))
    case .permq: return pick(4, UInt64.self) { b.lane(selector >> (2 * $0) & 3) }
    case .permd:
      return pick(8, UInt32.self) { b.lane(Int(a.lane($0, as: UInt32.self) & 7)) }
    default: return blendOrInsert(op, width, a, b, c, selector)
    }
  }

  private static func blendOrInsert(
    _ op: VectorOp, _ width: Int, _ a: V256, _ b: V256, _ c: V256, _ selector: Int
  ) -> V256 {
    var result = a.truncated(to: width)
    switch op {
    case .pblendw:
      return pick(width / 2, UInt16.self) { (selector >> ($0 & 7) & 1 != 0 ? b : a).lane($0) }
    case .pblendd, .blendps:
      return pick(width / 4, UInt32.self) { (selector >> $0 & 1 != 0 ? b : a).lane($0) }
    case .blendpd:
      return pick(width / 8, UInt64.self) { (selector >> $0 & 1 != 0 ? b : a).lane($0) }
    case .pblendvb:
      return pick(width, UInt8.self) { (c.lane($0, as: Int8.self) < 0 ? b : a).lane($0) }
    case .blendvps:
      return pick(width / 4, UInt32.self) { (c.lane($0, as: Int32.self) < 0 ? b : a).lane($0) }
    case .blendvpd:
      return pick(width / 8, UInt64.self) { (c.lane($0, as: Int64.self) < 0 ? b : a).lane($0) }
    case .maskd:
      return pick(width / 4, UInt32.self) { a.lane($0, as: Int32.self) < 0 ? b.lane($0) : 0 }
    case .maskq:
      return pick(width / 8, UInt64.self) { a.lane($0, as: Int64.self) < 0 ? b.lane($0) : 0 }
    case .pinsrb: result.setLane(selector & 15, b.lane(0, as: UInt8.self))
    case .pinsrw: result.setLane(selector & (width / 2 - 1), b.lane(0, as: UInt16.self))
    case .pinsrd: result.setLane(selector & 3, b.lane(0, as: UInt32.self))
    case .pinsrq: result.setLane(selector & 1, b.w0)
    case .insertps:
      // A memory source has one element: its caller passes it with bits 7 and 6 clear.
      result.setLane(selector >> 4 & 3, b.lane(selector >> 6 & 3, as: UInt32.self))
      for index in 0..<4 where selector >> index & 1 != 0 { result.setLane(index, 0 as UInt32) }
    case .pextrb: return V256(UInt64(a.lane(selector & 15, as: UInt8.self)))
    case .pextrw: return V256(UInt64(a.lane(selector & (width / 2 - 1), as: UInt16.self)))
    case .pextrd: return V256(UInt64(a.lane(selector & 3, as: UInt32.self)))
    case .pextrq: return V256(a.lane(selector & 1))
    case .insert128:
      return selector & 1 == 0 ? V256(low: b, high: a.half(1)) : V256(low: a, high: b)
    case .extract128: return a.half(selector & 1)
    case .movss: result.setLane(0, b.lane(0, as: UInt32.self))
    case .movsd: result.w0 = b.w0
    case .movlhps: result.w1 = b.w0
    case .movhlps: result.w0 = b.w1
    default: return extend(op, width, b)
    }
    return result
  }

  private static func extend(_ op: VectorOp, _ width: Int, _ b: V256) -> V256 {
    switch op {
    case .pmovsxbw: return widen(b, width, Int8.self, Int16.self)
    case .pmovsxbd: return widen(b, width, Int8.self, Int32.self)
    case .pmovsxbq: return widen(b, width, Int8.self, Int64.self)
    case .pmovsxwd: return widen(b, width, Int16.self, Int32.self)
    case .pmovsxwq: return widen(b, width, Int16.self, Int64.self)
    case .pmovsxdq: return widen(b, width, Int32.self, Int64.self)
    case .pmovzxbw: return widen(b, width, UInt8.self, UInt16.self)
    case .pmovzxbd: return widen(b, width, UInt8.self, UInt32.self)
    case .pmovzxbq: return widen(b, width, UInt8.self, UInt64.self)
    case .pmovzxwd: return widen(b, width, UInt16.self, UInt32.self)
    case .pmovzxwq: return widen(b, width, UInt16.self, UInt64.self)
    case .pmovzxdq: return widen(b, width, UInt32.self, UInt64.self)
    case .movddup: return pick(width / 8, UInt64.self) { b.lane($0 & 2) }
    case .movsldup: return pick(width / 4, UInt32.self) { b.lane($0 & 6) }
    case .movshdup: return pick(width / 4, UInt32.self) { b.lane($0 | 1) }
    case .broadcastb: return pick(width, UInt8.self) { _ in b.lane(0) }
    case .broadcastw: return pick(width / 2, UInt16.self) { _ in b.lane(0) }
    case .broadcastd: return pick(width / 4, UInt32.self) { _ in b.lane(0) }
    case .broadcastq: return pick(width / 8, UInt64.self) { _ in b.w0 }
    case .broadcast128: return V256(low: b, high: b)
    default: return b
    }
  }

  /// A register of `count` elements, each by its index.
  @inline(__always)
  private static func pick<T: FixedWidthInteger>(
    _ count: Int, _ type: T.Type, _ body: (Int) -> T
  ) -> V256 {
    var result = V256.zero
    for index in 0..<count { result.setLane(index, body(index)) }
    return result
  }

  @inline(__always)
  private static func pack<From: FixedWidthInteger, To: FixedWidthInteger>(
    _ a: V256, _ b: V256, _ width: Int, _ from: From.Type, _ to: To.Type
  ) -> V256 {
    let count = min(width, 16) / MemoryLayout<From>.size
    return Lanes.perLane(a, b, width) { a, b in
      pick(2 * count, To.self) { index in
        let element: From = index < count ? a.lane(index) : b.lane(index - count)
        return To(clamping: element)
      }
    }
  }

  @inline(__always)
  private static func unpack<T: FixedWidthInteger>(
    _ a: V256, _ b: V256, _ width: Int, high: Bool, _ type: T.Type
  ) -> V256 {
    let count = min(width, 16) / MemoryLayout<T>.size
    let first = high ? count / 2 : 0
    return Lanes.perLane(a, b, width) { a, b in
      pick(count, T.self) { ($0 & 1 == 0 ? a : b).lane(first + ($0 >> 1)) }
    }
  }

  @inline(__always)
  private static func widen<From: FixedWidthInteger, To: FixedWidthInteger>(
    _ b: V256, _ width: Int, _ from: From.Type, _ to: To.Type
  ) -> V256 {
    pick(width / MemoryLayout<To>.size, To.self) {
      To(truncatingIfNeeded: b.lane($0, as: From.self))
    }
  }

  /// `size` bytes from byte `offset` of `a` above `b`.
  private static func align(_ a: V256, _ b: V256, _ size: Int, _ offset: Int) -> V256 {
    pick(size, UInt8.self) {
      let index = offset + $0
      return index < size ? b.lane(index) : index < 2 * size ? a.lane(index - size) : 0
    }
  }

  private static func permuteHalf(_ a: V256, _ b: V256, _ control: UInt8) -> V256 {
    if control & 8 != 0 { return .zero }
    return (control & 2 == 0 ? a : b).half(Int(control & 1))
  }
}
