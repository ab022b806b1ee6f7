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
    default: vectorOperation(o)
    }
    noteSignificant(o)
  }

  /// What is known to be zero of a vector register that an operation has written.
  private mutating func noteSignificant(_ o: Operation) {
    guard o.destination.raw < 16, o.opcode != .vectorToGeneral, o.opcode != .vectorStore else {
      return
    }
    let before = plan.places[Int(o.destination.raw)].significant
    let after: UInt8
    switch o.opcode {
    case .vectorLoad: after = o.selector
    case .vectorMove:
      switch VectorMove(rawValue: o.selector) ?? .whole {
      case .whole: after = o.left.raw < 16 ? plan.places[Int(o.left.raw)].significant : 16
      case .low8: after = 8
      case .mergeLow8: after = o.left == o.destination ? max(before, 8) : 16
      case .mergeLow4: after = o.left == o.destination ? before : 16
      default: after = 16
      }
    case .vectorFromGeneral:
      switch VectorFromGeneral(rawValue: o.selector) ?? .low {
      case .low: after = 8
      case .operation: after = max(before, floatFromInteger(o).precision == .double ? 8 : 4)
      default: after = 16
      }
    default: after = isZeroing(o) ? 4 : 16
    }
    plan.places[Int(o.destination.raw)].significant = after
  }

  func isZeroing(_ o: Operation) -> Bool {
    A64VectorCoverage.code(o) == .pxor && o.left == o.right
      && !o.attributes.contains(.memoryRight)
  }

  mutating func loadVector(_ o: Operation, _ d: A64Vector) {
    let bytes = UInt32(o.selector)
    if o.attributes.contains(.aligned) {
      access(.loadVector(bytes: bytes), d.number, alignedPlace(o))
    } else {
      access(.loadVector(bytes: bytes), d.number, o, bytes: bytes)
    }
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
      access(.storeVector(bytes: bytes), from.number, storePlace(o, bytes: bytes))
    }
  }

  mutating func moveVector(_ o: Operation) {
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
    case .operation:
      // Conversions stand in runs.
      willWrite(o.destination)
      signMask(A64Map.register(o.destination), v)
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

  mutating func fromGeneral(_ o: Operation) {
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
      let (precision, is64) = floatFromInteger(o)
      let bytes: UInt8 = precision == .double ? 8 : 4
      if plan.places[Int(o.destination.raw)].significant <= bytes {
        return a.floatFromSigned(d, from, precision, is64: is64)
      }
      let x = A64Map.vectorScratch
      a.floatFromSigned(x, from, precision, is64: is64)
      a.insertLane(d, 0, x, 0, bytes: UInt32(bytes))
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

  /// A register with a constant, which may be there still.
  mutating func keptConstant(_ low: UInt64, _ high: UInt64) -> A64Vector {
    let first = A64Map.firstVectorConstant
    for k in 0..<A64Map.vectorConstantCount
    where keptConstants >> k & 1 != 0 && plan.vectorConstants[Int(k)] == (low, high) {
      return A64Vector(first + k)
    }
    let k = nextConstant
    nextConstant = k + 1 < A64Map.vectorConstantCount ? k + 1 : 0
    keptConstants |= 1 << k
    plan.vectorConstants[Int(k)] = (low, high)
    vectorConstant(A64Vector(first + k), low, high)
    return A64Vector(first + k)
  }
}
