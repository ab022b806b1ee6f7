/// Vector operations on XMM registers.
extension A64Emitter {
  mutating func vectorOperation(_ o: Operation) {
    guard let code = A64VectorCoverage.code(o) else { return }
    let d = A64Map.vector(o.destination)
    if code == .pxor && o.left == o.right && !o.attributes.contains(.memoryRight) {
      return a.vectorZero(d)
    }
    let b = vectorRight(o)
    let left = o.left == .none ? b : A64Map.vector(o.left)
    if let float = A64VectorTable.float(code) {
      return floatPacked(o, float.kind, float.precision, d, left, b)
    }
    if let row = A64VectorTable.three(code) {
      return a.vectorThree(unsigned: row.isUnsigned, row.opcode, size: row.size, d, left, b)
    }
    if let (kind, bytes) = A64VectorTable.shift(code) { return shiftLanes(o, kind, bytes, d, left) }
    if let (isHigh, size) = A64VectorTable.unpack(code) {
      return a.permute(isHigh ? .zipHigh : .zipLow, size: size, d, left, b)
    }
    if let (isUnsigned, size) = A64VectorTable.pack(code) {
      let opcode: UInt32 = isUnsigned ? 0x12 : 0x14
      let x = d == b ? A64Map.vectorScratch : d
      a.vectorTwo(unsigned: isUnsigned, opcode, size: size, isFull: false, x, left)
      if left == b { return a.duplicate(d, x, lane: 0, bytes: 8) }
      a.vectorTwo(unsigned: isUnsigned, opcode, size: size, x, b)
      if x != d { a.vectorMove(d, x) }
      return
    }
    let immediate = UInt8(truncatingIfNeeded: o.immediate)
    switch code {
    case .pand: a.vectorLogic(.and, d, left, b)
    case .pandn: a.vectorLogic(.andNot, d, b, left)
    case .por: a.vectorLogic(.or, d, left, b)
    case .pxor: a.vectorLogic(.exclusiveOr, d, left, b)
    case .pslldq, .psrldq: shiftBytes(code, d, left, UInt32(immediate))
    case .palignr: alignRight(d, left, b, UInt32(immediate))
    case .pshufd, .pshuflw, .pshufhw, .shufps, .shufpd, .movddup:
      shuffle(code, d, left, b, immediate)
    case .pshufb:
      let x = A64Map.vectorScratch
      a.vectorBytes(x, 0x8F)
      a.vectorLogic(.and, x, x, b)
      a.tableLookup(d, left, x)
    case .cvtdq2ps, .cvttps2dq, .cvtdq2pd, .cvtps2pd, .cvtpd2ps: convert(code, d, b)
    default: multiplyLanes(code, d, left, b)
    }
  }

  /// The right operand; from memory it comes into a scratch register.
  mutating func vectorRight(_ o: Operation) -> A64Vector {
    guard o.attributes.contains(.memoryRight) else { return A64Map.vector(o.right) }
    loadVector(o, A64Map.vectorOther)
    return A64Map.vectorOther
  }

  private mutating func shiftLanes(
    _ o: Operation, _ kind: A64Assembler.VectorShift, _ bytes: UInt32, _ d: A64Vector,
    _ left: A64Vector
  ) {
    var count = UInt32(truncatingIfNeeded: o.immediate & 0xFF)
    if count >= bytes * 8 {
      guard kind == .rightSigned else { return a.vectorZero(d) }
      count = bytes * 8 - 1
    }
    if count == 0 {
      if d != left { a.vectorMove(d, left) }
      return
    }
    a.vectorShift(kind, d, left, by: count, bytes: bytes)
  }

  private mutating func shiftBytes(
    _ code: VectorOp, _ d: A64Vector, _ left: A64Vector, _ count: UInt32
  ) {
    if count > 15 { return a.vectorZero(d) }
    if count == 0 {
      if d != left { a.vectorMove(d, left) }
      return
    }
    let zero = A64Map.vectorScratch
    a.vectorZero(zero)
    if code == .pslldq {
      a.vectorExtract(d, zero, left, byte: 16 - count)
    } else {
      a.vectorExtract(d, left, zero, byte: count)
    }
  }

  private mutating func alignRight(
    _ d: A64Vector, _ high: A64Vector, _ low: A64Vector, _ count: UInt32
  ) {
    if count < 16 { return a.vectorExtract(d, low, high, byte: count) }
    if count > 31 { return a.vectorZero(d) }
    a.vectorZero(A64Map.vectorScratch)
    a.vectorExtract(d, high, A64Map.vectorScratch, byte: count - 16)
  }

  // MARK: Shuffles

  private mutating func shuffle(
    _ code: VectorOp, _ d: A64Vector, _ left: A64Vector, _ b: A64Vector, _ immediate: UInt8
  ) {
    let i = UInt32(immediate)
    switch code {
    case .movddup: a.duplicate(d, b, lane: 0, bytes: 8)
    case .pshufd where immediate == 0x4E: a.vectorExtract(d, b, b, byte: 8)
    case .pshufd where i == (i & 3) * 0x55: a.duplicate(d, b, lane: i & 3, bytes: 4)
    case .pshufd: byTable(d, b, b, words(immediate, immediate))
    // One register is one table.
    case .shufps where left == b: byTable(d, b, b, words(immediate, immediate))
    case .pshuflw: byTable(d, b, b, halves(immediate, isHigh: false))
    case .pshufhw: byTable(d, b, b, halves(immediate, isHigh: true))
    case .shufpd:
      let x = A64Map.vectorScratch
      a.duplicate(x, left, lane: i & 1, bytes: 8)
      a.insertLane(x, 1, b, i >> 1 & 1, bytes: 8)
      a.vectorMove(d, x)
    default:
      // SHUFPS: two lanes of the first, two of the second.
      byTable(d, left, b, words(immediate & 15, immediate >> 4 & 15, second: 16))
    }
  }

  /// Byte indices for four words chosen by two bits each.
  private func words(
    _ low: UInt8, _ high: UInt8, second: UInt8 = 0
  ) -> (UInt64, UInt64) {
    func pair(_ first: UInt8, _ other: UInt8, _ base: UInt8) -> UInt64 {
      var bytes: UInt64 = 0
      for n in 0..<4 as Range<UInt8> {
        bytes |= UInt64(base + first * 4 + n) << UInt64(n * 8)
        bytes |= UInt64(base + other * 4 + n) << UInt64(n * 8 + 32)
      }
      return bytes
    }
    if second != 0 {
      return (pair(low & 3, low >> 2 & 3, 0), pair(high & 3, high >> 2 & 3, second))
    }
    return (pair(low & 3, low >> 2 & 3, 0), pair(high >> 4 & 3, high >> 6 & 3, 0))
  }

  /// Byte indices for halfwords of one half, the other as it is.
  private func halves(_ immediate: UInt8, isHigh: Bool) -> (UInt64, UInt64) {
    var chosen: UInt64 = 0
    let base: UInt8 = isHigh ? 8 : 0
    for n in 0..<4 as Range<UInt8> {
      let from = base + (immediate >> (2 * n) & 3) * 2
      chosen |= (UInt64(from) | UInt64(from + 1) << 8) << UInt64(n * 16)
    }
    return isHigh
      ? (0x0706_0504_0302_0100, chosen) : (chosen, 0x0F0E_0D0C_0B0A_0908)
  }

  private mutating func byTable(
    _ d: A64Vector, _ first: A64Vector, _ second: A64Vector, _ bytes: (UInt64, UInt64)
  ) {
    if first == second {
      let indices = keptConstant(bytes.0, bytes.1)
      return a.tableLookup(d, first, indices)
    }
    // Two tables lie in neighbouring registers.
    keptConstants = 0
    let indices = A64Vector(A64Map.firstVectorConstant)
    vectorConstant(indices, bytes.0, bytes.1)
    a.vectorMove(A64Vector(28), first)
    a.vectorMove(A64Vector(29), second)
    a.tableLookup(d, A64Vector(28), indices, tables: 2)
  }

  // MARK: Products

  private mutating func multiplyLanes(
    _ code: VectorOp, _ d: A64Vector, _ left: A64Vector, _ b: A64Vector
  ) {
    let x = A64Map.vectorScratch
    let y = A64Map.vectorThird
    switch code {
    case .pmuludq:
      a.vectorTwo(unsigned: false, 0x12, size: 2, isFull: false, x, left)
      a.vectorTwo(unsigned: false, 0x12, size: 2, isFull: false, y, b)
      a.vectorLong(unsigned: true, 0xC, size: 2, isHigh: false, d, x, y)
    case .psadbw:
      a.vectorThree(unsigned: true, 0x0E, size: 0, x, left, b)
      a.vectorTwo(unsigned: true, 0x02, size: 0, x, x)
      a.vectorTwo(unsigned: true, 0x02, size: 1, x, x)
      a.vectorTwo(unsigned: true, 0x02, size: 2, d, x)
    default:
      let isUnsigned = code == .pmulhuw
      a.vectorLong(unsigned: isUnsigned, 0xC, size: 1, isHigh: false, x, left, b)
      a.vectorLong(unsigned: isUnsigned, 0xC, size: 1, isHigh: true, y, left, b)
      if code == .pmaddwd {
        a.vectorThree(unsigned: false, 0x17, size: 2, d, x, y)
      } else {
        a.permute(.unzipOdd, size: 1, d, x, y)
      }
    }
  }
}
