/// The SHA extensions (FIPS 180-4 as SDM volume 2 splits it over instructions).
enum SHA {
  private static func rotate(_ value: UInt32, left count: UInt32) -> UInt32 {
    value << count | value >> (32 - count)
  }

  private static func rotate(_ value: UInt32, right count: UInt32) -> UInt32 {
    value >> count | value << (32 - count)
  }

  static func execute(_ op: VectorOp, _ a: V256, _ b: V256, _ c: V256, _ immediate: UInt8) -> V256 {
    func first(_ index: Int) -> UInt32 { a.lane(index) }
    func second(_ index: Int) -> UInt32 { b.lane(index) }
    var result = V256.zero
    switch op {
    case .sha1rnds4: return rounds1(a, b, immediate & 3)
    case .sha1nexte:
      result = b.half(0)
      result.setLane(3, second(3) &+ rotate(first(3), left: 30))
    case .sha1msg1:
      result.setLane(3, first(3) ^ first(1))
      result.setLane(2, first(2) ^ first(0))
      result.setLane(1, first(1) ^ second(3))
      result.setLane(0, first(0) ^ second(2))
    case .sha1msg2:
      let w16 = rotate(first(3) ^ second(2), left: 1)
      result.setLane(3, w16)
      result.setLane(2, rotate(first(2) ^ second(1), left: 1))
      result.setLane(1, rotate(first(1) ^ second(0), left: 1))
      result.setLane(0, rotate(first(0) ^ w16, left: 1))
    case .sha256rnds2: return rounds256(a, b, c)
    case .sha256msg1:
      func sigma(_ x: UInt32) -> UInt32 { rotate(x, right: 7) ^ rotate(x, right: 18) ^ x >> 3 }
      for index in 0..<4 {
        let next = index < 3 ? first(index + 1) : second(0)
        result.setLane(index, first(index) &+ sigma(next))
      }
    default:
      func sigma(_ x: UInt32) -> UInt32 { rotate(x, right: 17) ^ rotate(x, right: 19) ^ x >> 10 }
      let w16 = first(0) &+ sigma(second(2))
      let w17 = first(1) &+ sigma(second(3))
      result.setLane(0, w16)
      result.setLane(1, w17)
      result.setLane(2, first(2) &+ sigma(w16))
      result.setLane(3, first(3) &+ sigma(w17))
    }
    return result
  }

  private static func rounds1(_ a: V256, _ w: V256, _ function: UInt8) -> V256 {
    var s = (
      a: a.lane(3, as: UInt32.self), b: a.lane(2, as: UInt32.self), c: a.lane(1, as: UInt32.self),
      d: a.lane(0, as: UInt32.self), e: 0 as UInt32
    )
    for round in 0..<4 {
      let f: UInt32
      let k: UInt32
      switch function {
      case 0:
        f = s.b & s.c ^ ~s.b & s.d
        k = 0x5a82_7999
      case 1:
        f = s.b ^ s.c ^ s.d
        k = 0x6ed9_eba1
      case 2:
        f = s.b & s.c ^ s.b & s.d ^ s.c & s.d
        k = 0x8f1b_bcdc
      default:
        f = s.b ^ s.c ^ s.d
        k = 0xca62_c1d6
      }
      let next = f &+ rotate(s.a, left: 5) &+ w.lane(3 - round) &+ s.e &+ k
      s = (next, s.a, rotate(s.b, left: 30), s.c, s.d)
    }
    return V256(UInt64(s.c) << 32 | UInt64(s.d), UInt64(s.a) << 32 | UInt64(s.b))
  }

  /// `a` holds C, D, G, H from the top down, `b` A, B, E, F; `c` the two words plus constants.
  private static func rounds256(_ a: V256, _ b: V256, _ c: V256) -> V256 {
    var h: UInt32 = a.lane(0)
    var g: UInt32 = a.lane(1)
    var dd: UInt32 = a.lane(2)
    var cc: UInt32 = a.lane(3)
    var f: UInt32 = b.lane(0)
    var e: UInt32 = b.lane(1)
    var bb: UInt32 = b.lane(2)
    var aa: UInt32 = b.lane(3)
    for round in 0..<2 {
      let choice = e & f ^ ~e & g
      let big1 = rotate(e, right: 6) ^ rotate(e, right: 11) ^ rotate(e, right: 25)
      let t1 = choice &+ big1 &+ c.lane(round, as: UInt32.self) &+ h
      let majority = aa & bb ^ aa & cc ^ bb & cc
      let big0 = rotate(aa, right: 2) ^ rotate(aa, right: 13) ^ rotate(aa, right: 22)
      h = g
      g = f
      f = e
      e = t1 &+ dd
      dd = cc
      cc = bb
      bb = aa
      aa = t1 &+ majority &+ big0
    }
    return V256(UInt64(e) << 32 | UInt64(f), UInt64(aa) << 32 | UInt64(bb))
  }
}
