/// PCMPESTRI, PCMPESTRM, PCMPISTRI and PCMPISTRM (SDM volume 2, 4.1).
enum VectorStrings {
  /// `c.w0` and `c.w1` are EAX and EDX (RAX and RDX with REX.W), sign-extended.
  static func execute(
    _ op: VectorOp, _ a: V256, _ b: V256, _ c: V256, _ immediate: UInt8
  ) -> VectorResult {
    let isWord = immediate & 1 != 0
    let isSigned = immediate & 2 != 0
    let count = isWord ? 8 : 16
    func element(_ value: V256, _ index: Int) -> Int {
      switch (isWord, isSigned) {
      case (false, false): return Int(value.lane(index, as: UInt8.self))
      case (false, true): return Int(value.lane(index, as: Int8.self))
      case (true, false): return Int(value.lane(index, as: UInt16.self))
      case (true, true): return Int(value.lane(index, as: Int16.self))
      }
    }
    func length(_ value: V256, _ explicit: UInt64) -> Int {
      if op == .pcmpestri || op == .pcmpestrm {
        return Int(min(Int64(bitPattern: explicit).magnitude, UInt64(count)))
      }
      for index in 0..<count where element(value, index) == 0 { return index }
      return count
    }
    let first = length(a, c.w0)
    let second = length(b, c.w1)

    var mask: UInt32 = 0
    for j in 0..<count {
      if aggregate(a, b, j, first, second, count, Int(immediate >> 2 & 3), element) {
        mask |= 1 << UInt32(j)
      }
    }
    let all: UInt32 = 1 << UInt32(count) - 1
    switch immediate >> 4 & 3 {
    case 1: mask ^= all
    case 3: mask ^= 1 << UInt32(second) - 1
    default: break
    }

    var flags: UInt64 = 0
    if mask != 0 { flags |= 1 }
    if second < count { flags |= 0x40 }
    if first < count { flags |= 0x80 }
    if mask & 1 != 0 { flags |= 0x800 }
    if op == .pcmpestri || op == .pcmpistri {
      var index = count
      if mask != 0 {
        index =
          immediate & 0x40 != 0 ? 31 - mask.leadingZeroBitCount : mask.trailingZeroBitCount
      }
      return VectorResult(V256(UInt64(index)), flags: flags)
    }
    if immediate & 0x40 == 0 { return VectorResult(V256(UInt64(mask)), flags: flags) }
    var value = V256.zero
    for index in 0..<count where mask >> UInt32(index) & 1 != 0 {
      if isWord { value.setLane(index, UInt16.max) } else { value.setLane(index, UInt8.max) }
    }
    return VectorResult(value, flags: flags)
  }

  /// Bit `j` of the intermediate result: what the comparisons of `b`'s element `j` come to.
  private static func aggregate(
    _ a: V256, _ b: V256, _ j: Int, _ first: Int, _ second: Int, _ count: Int, _ mode: Int,
    _ element: (V256, Int) -> Int
  ) -> Bool {
    switch mode {
    case 0:  // equal any
      if j >= second { return false }
      for i in 0..<first where element(a, i) == element(b, j) { return true }
      return false
    case 1:  // ranges
      if j >= second { return false }
      let value = element(b, j)
      var i = 0
      while i + 1 < first {
        if element(a, i) <= value && value <= element(a, i + 1) { return true }
        i += 2
      }
      return false
    case 2:  // equal each
      if j < first && j < second { return element(a, j) == element(b, j) }
      return j >= first && j >= second
    default:  // equal ordered: a is the substring
      for i in 0..<count - j {
        if i >= first { return true }
        if i + j >= second || element(a, i) != element(b, i + j) { return false }
      }
      return true
    }
  }
}
