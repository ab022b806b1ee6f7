/// Moves of vectors, and between vectors and general registers.
extension A64Emitter {
  mutating func vector() {
    let o = op.pointee
    switch o.opcode {
    case .vectorLoad: loadVector(o, A64Map.vector(o.destination))
    case .vectorStore: storeVector(o)
    case .vectorMove: moveVector(o)
    case .vectorToGeneral: toGeneral(o)
    case .vectorFromGeneral: fromGeneral(o)
    case .vectorFlags: compareFloats(o)
    default: vectorOperation(o)
    }
  }

  mutating func loadVector(_ o: Operation, _ d: A64Vector) {
    let bytes = UInt32(o.selector)
    if o.attributes.contains(.aligned) {
      access(.loadVector(bytes: bytes), d.number, alignedPlace(o))
    } else {
      access(.loadVector(bytes: bytes), d.number, o, bytes: bytes)
    }
  }

  /// An operand that must be aligned: the address is looked at first.
  private mutating func alignedPlace(_ o: Operation) -> A64Place {
    canonicalize(plan.hard[n])
    let bytes = UInt32(o.selector)
    let mask = A64Immediate.logical(UInt64(bytes) - 1, is64: false) ?? 0
    if o.addressMode == 0, o.index == .none, o.base != .none, o.displacement & 15 == 0,
      o.displacement >= 0, o.displacement < 65536
    {
      let base = register(o.base)
      a.logicImmediate(.and, A64Map.other, base, pattern: mask, is64: false)
      leaveToInterpret(ifNotZero: A64Map.other)
      return .scaled(base, UInt32(o.displacement))
    }
    let address = fullAddress(o)
    a.logicImmediate(.and, A64Map.other, address, pattern: mask, is64: false)
    leaveToInterpret(ifNotZero: A64Map.other)
    return .scaled(address, 0)
  }

  private mutating func storeVector(_ o: Operation) {
    var bytes = UInt32(o.selector)
    var from = A64Map.vector(o.left)
    if o.immediate == 1 {
      a.duplicate(A64Map.vectorScratch, from, lane: 1, bytes: 8)
      from = A64Map.vectorScratch
      bytes = 8
    }
    if o.attributes.contains(.aligned) {
      access(.storeVector(bytes: bytes), from.number, alignedPlace(o))
    } else {
      access(.storeVector(bytes: bytes), from.number, o, bytes: bytes)
    }
  }

  private mutating func moveVector(_ o: Operation) {
    let d = A64Map.vector(o.destination)
    let left = A64Map.vector(o.left)
    let right = o.right == .none ? left : A64Map.vector(o.right)
    switch VectorMove(rawValue: o.selector) ?? .whole {
    case .whole: if d != left { a.vectorMove(d, left) }
    case .low8: a.floatMove(d, left, .double)
    case .mergeLow4: merge(d, left, right) { $0.insertLane($1, 0, right, 0, bytes: 4) }
    case .mergeLow8, .lowerHalf: merge(d, left, right) { $0.insertLane($1, 0, right, 0, bytes: 8) }
    case .upperHalf: merge(d, left, right) { $0.insertLane($1, 1, right, 0, bytes: 8) }
    case .lowerFromUpper: merge(d, left, right) { $0.insertLane($1, 0, right, 1, bytes: 8) }
    }
  }

  /// d = left with a lane of right.
  private mutating func merge(
    _ d: A64Vector, _ left: A64Vector, _ right: A64Vector,
    _ insert: (inout A64Assembler, A64Vector) -> Void
  ) {
    if d == left { return insert(&a, d) }
    if d == right {
      a.vectorMove(A64Map.vectorScratch, left)
      insert(&a, A64Map.vectorScratch)
      return a.vectorMove(d, A64Map.vectorScratch)
    }
    a.vectorMove(d, left)
    insert(&a, d)
  }

  // MARK: General registers

  private mutating func toGeneral(_ o: Operation) {
    let v = A64Map.vector(o.left)
    switch VectorToGeneral(rawValue: o.selector) ?? .low {
    case .low:
      let to = fusedGeneral(o)
      willWrite(to)
      a.moveToGeneral(A64Map.register(to), v, is64: o.width == 8)
    case .lane:
      willWrite(o.destination)
      a.extractLane(
        A64Map.register(o.destination), v, UInt32(truncatingIfNeeded: o.immediate),
        bytes: UInt32(o.width))
    case .operation: convertToGeneral(o, v)
    }
  }

  /// Where a temporary goes that the next operation only moves on.
  private mutating func fusedGeneral(_ o: Operation) -> Value {
    guard o.destination.isTemporary, n + 1 < Int(block.operationCount) else {
      return o.destination
    }
    let next = ops[n + 1]
    guard next.opcode == .move, next.left == o.destination, next.destination.isRegister,
      next.width == o.width, isDead(o.destination, after: n + 1)
    else { return o.destination }
    skip = 1
    return next.destination
  }

  private mutating func convertToGeneral(_ o: Operation, _ v: A64Vector) {
    let d = A64Map.register(o.destination)
    guard let code = A64VectorCoverage.code(o) else { return }
    if code == .pmovmskb {
      willWrite(o.destination)
      return signMask(d, v)
    }
    let isDouble: Bool
    switch code {
    case .cvttsd2si, .cvttsd2siq, .cvtsd2si, .cvtsd2siq: isDouble = true
    default: isDouble = false
    }
    let is64: Bool
    switch code {
    case .cvttsd2siq, .cvttss2siq, .cvtsd2siq, .cvtss2siq: is64 = true
    default: is64 = false
    }
    let truncates: Bool
    switch code {
    case .cvttsd2si, .cvttsd2siq, .cvttss2si, .cvttss2siq: truncates = true
    default: truncates = false
    }
    canonicalize(plan.hard[n])
    a.signedFromFloat(
      A64Map.other, v, isDouble ? .double : .single, is64: is64, truncates: truncates)
    checkFloat()
    willWrite(o.destination)
    a.move(d, A64Map.other, is64: is64)
  }

  /// The top bits of sixteen bytes.
  private mutating func signMask(_ d: A64Register, _ v: A64Vector) {
    let x = A64Map.vectorScratch
    let weights = A64Map.vectorOther
    vectorConstant(weights, 0x8040_2010_0804_0201, 0x8040_2010_0804_0201)
    a.vectorTwo(unsigned: false, 0x0A, size: 0, x, v)
    a.vectorLogic(.and, x, x, weights)
    for _ in 0..<3 { a.vectorThree(unsigned: false, 0x17, size: 0, x, x, x) }
    a.extractLane(d, x, 0, bytes: 2)
  }

  private mutating func fromGeneral(_ o: Operation) {
    let d = A64Map.vector(o.destination)
    let from = register(o.right)
    switch VectorFromGeneral(rawValue: o.selector) ?? .low {
    case .low: a.moveFromGeneral(d, from, is64: true)
    case .lane:
      let left = A64Map.vector(o.left)
      if d != left { a.vectorMove(d, left) }
      a.insertLane(
        d, UInt32(truncatingIfNeeded: o.immediate & 0xFF), from,
        bytes: UInt32(truncatingIfNeeded: o.immediate >> 8))
    case .operation:
      let code = A64VectorCoverage.code(o)
      let precision: A64Assembler.Precision =
        code == .cvtsi2sd || code == .cvtsi2sdq ? .double : .single
      let is64 = code == .cvtsi2sdq || code == .cvtsi2ssq
      let x = A64Map.vectorScratch
      let isExact = code == .cvtsi2sd
      if !isExact { canonicalize(plan.hard[n]) }
      a.floatFromSigned(x, from, precision, is64: is64)
      if !isExact { checkFloat() }
      a.insertLane(d, 0, x, 0, bytes: precision == .double ? 8 : 4)
    }
  }

  /// A constant of 128 bits.
  mutating func vectorConstant(_ d: A64Vector, _ low: UInt64, _ high: UInt64) {
    let count = plan.counts.pointee.literals
    guard count + 1 < A64Plan.literalCapacity else { return }
    plan.literals[count] = A64Literal(position: a.count, value: low)
    plan.literals[count + 1] = A64Literal(position: -1, value: high)
    plan.counts.pointee.literals = count + 2
    a.loadVectorLiteral(d)
  }
}
