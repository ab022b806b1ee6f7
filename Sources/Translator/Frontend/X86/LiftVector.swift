/// How `vectorMove` combines its operands.
enum VectorMove: UInt8 {
  /// dst = left, all of the width
  case whole
  /// dst = left with the low 4 or 8 bytes of right
  case mergeLow4, mergeLow8
  /// dst = low 8 bytes of left, the rest zero
  case low8
  /// dst = left with its lower/upper half replaced by the low half of right
  case lowerHalf, upperHalf
  /// dst = left with its lower half replaced by the upper half of right
  case lowerFromUpper
}

/// What `vectorToGeneral` and `vectorFromGeneral` do.
enum VectorToGeneral: UInt8 { case low, lane, operation }
enum VectorFromGeneral: UInt8 { case low, lane, operation }

/// Vector moves and operations, MMX, SSE and AVX alike.
extension Lifter {
  /// An XMM/YMM or MMX register operand; nil for memory.
  func vectorRegister(_ kind: OperandKind) -> Value? {
    switch kind {
    case .Vx: Value(raw: i.reg)
    case .Ux: Value(raw: i.rm)
    case .Wx, .Wb, .Ww, .Wd, .Wq, .Wo: i.isRegisterForm ? Value(raw: i.rm) : nil
    case .Hx: Value(raw: i.vexV)
    case .Lx: Value(raw: UInt8(truncatingIfNeeded: i.immediate >> 4) & (mode == .long64 ? 15 : 7))
    case .Pq: Value(raw: 32 | i.reg & 7)
    case .Nq: Value(raw: 32 | i.rm & 7)
    case .Qq, .Qd: i.isRegisterForm ? Value(raw: 32 | i.rm & 7) : nil
    default: nil
    }
  }

  func isMMX(_ kind: OperandKind) -> Bool {
    kind == .Pq || kind == .Qq || kind == .Qd || kind == .Nq
  }

  var vectorWidth: UInt8 { i.isVEX && i.vexL ? 32 : 16 }

  /// Bytes a vector memory operand has.
  func memoryWidth(_ kind: OperandKind) -> UInt8 {
    // Widening conversions read half, a quarter or an eighth of what they write.
    let doubled: UInt8 = i.isVEX && i.vexL && row.meaning == .vectorUnary ? 2 : 1
    return switch kind {
    case .Wb: 1
    case .Ww: 2 * doubled
    case .Wd: 4 * doubled
    case .Wq: 8 * doubled
    case .Qd: 4
    case .Qq: 8
    case .Wo: 16
    default: vectorWidth
    }
  }

  /// An operation on vectors with VEX's upper half and the width set.
  func vectorOperation(_ opcode: Opcode, _ row: Row) -> Operation {
    var op = Operation(
      opcode, width: isMMX(row.operands.0) ? 8 : isScalar(row) ? 16 : vectorWidth)
    if i.isVEX { op.attributes.insert(.zeroUpper) }
    op.immediate = Int64(row.operation) << 16 | i.immediate & 0xFF
    return op
  }

  /// Scalar instructions ignore VEX.L.
  private func isScalar(_ row: Row) -> Bool {
    switch row.meaning {
    case .vectorUnary, .vectorBroadcast, .vectorStoreResult: return false
    default:
      let o = row.operands
      return o.0 == .Wd || o.0 == .Wq || o.1 == .Wd || o.1 == .Wq || o.2 == .Wd || o.2 == .Wq
    }
  }

  /// Legacy SSE refuses unaligned 16-byte operands; VEX only where the instruction says aligned.
  func needsAlignment(_ row: Row, _ width: UInt8) -> Bool {
    if row.flags.contains(.aligned) { return true }
    if i.isVEX || width != 16 { return false }
    return row.meaning != .vectorMove && row.meaning != .vectorString
  }

  mutating func setVectorRight(_ op: inout Operation, _ kind: OperandKind, _ row: Row) {
    if let register = vectorRegister(kind) {
      op.right = register
    } else {
      op.attributes.insert(.memoryRight)
      op.memory = memory
      op.selector = memoryWidth(kind)
      if needsAlignment(row, op.selector) { op.attributes.insert(.aligned) }
    }
  }

  /// dst = OP(dst or vvvv, rm [, fourth])
  mutating func vector(_ row: Row) {
    var op = vectorOperation(.vector, row)
    let hasV = row.operands.1 == .Hx
    op.destination = vectorRegister(row.operands.0) ?? .none
    op.left = hasV ? Value(raw: i.vexV) : op.destination
    setVectorRight(&op, hasV ? row.operands.2 : row.operands.1, row)
    adjustImmediate(&op, row)
    if row.operands.3 == .Lx { op.third = vectorRegister(.Lx) ?? .none }
    builder.append(op)
  }

  /// The legacy compares look at three bits of their predicate; INSERTPS from memory has no
  /// source lane.
  private func adjustImmediate(_ op: inout Operation, _ row: Row) {
    switch VectorOp(rawValue: row.operation) {
    case .cmpps, .cmppd, .cmpss, .cmpsd: if !i.isVEX { op.immediate &= ~0xF8 }
    case .insertps: if !i.isRegisterForm { op.immediate &= ~0xC0 }
    default: break
    }
  }

  /// dst = OP(rm): nothing of the destination is read.
  mutating func vectorUnary(_ row: Row) {
    var op = vectorOperation(.vector, row)
    op.destination = vectorRegister(row.operands.0) ?? .none
    setVectorRight(&op, row.operands.1, row)
    builder.append(op)
  }

  mutating func vectorBlendXMM0(_ row: Row) {
    var op = vectorOperation(.vector, row)
    op.destination = vectorRegister(row.operands.0) ?? .none
    op.left = op.destination
    setVectorRight(&op, row.operands.1, row)
    op.third = Value(raw: 0)
    builder.append(op)
  }

  /// Shifts of a register by an immediate.
  mutating func vectorShiftImmediate(_ row: Row) {
    let isVEX = row.operands.0 == .Hx
    var op = vectorOperation(.vector, row)
    op.width = isMMX(row.operands.0) ? 8 : vectorWidth
    let source = isVEX ? Value(raw: i.rm) : vectorRegister(row.operands.0) ?? .none
    op.destination = isVEX ? Value(raw: i.vexV) : source
    op.left = source
    op.right = source
    builder.append(op)
  }

  mutating func vectorMove(_ row: Row) {
    if !i.isRegisterForm {
      let store = row.operands.0 == .Wx
      var op = vectorOperation(store ? .vectorStore : .vectorLoad, row)
      op.immediate = 0
      op.selector = vectorWidth
      op.memory = memory
      if row.flags.contains(.aligned) { op.attributes.insert(.aligned) }
      if store { op.left = Value(raw: i.reg) } else { op.destination = Value(raw: i.reg) }
      builder.append(op)
      return
    }
    move(.whole, row, to: vectorRegister(row.operands.0), left: vectorRegister(row.operands.1))
  }

  mutating func move(
    _ kind: VectorMove, _ row: Row, to: Value?, left: Value?, right: Value? = nil
  ) {
    var op = vectorOperation(.vectorMove, row)
    op.selector = kind.rawValue
    op.destination = to ?? .none
    op.left = left ?? .none
    op.right = right ?? .none
    builder.append(op)
  }

  mutating func vectorLoadScalar(_ row: Row) {
    loadPart(vectorRegister(row.operands.0) ?? .none, memoryWidth(row.operands.1), row)
  }

  mutating func loadPart(_ to: Value, _ width: UInt8, _ row: Row) {
    var op = vectorOperation(.vectorLoad, row)
    op.immediate = 0
    op.selector = width
    op.memory = memory
    op.destination = to
    builder.append(op)
  }

  mutating func vectorStorePart(_ row: Row, high: Bool) {
    var op = vectorOperation(.vectorStore, row)
    op.immediate = high ? 1 : 0
    op.selector = memoryWidth(row.operands.0)
    op.memory = memory
    op.left = Value(raw: i.reg)
    builder.append(op)
  }

  mutating func vectorMergeScalar(_ row: Row) {
    let to = vectorRegister(row.operands.0)
    let hasV = row.operands.1 == .Hx
    let from = vectorRegister(hasV ? row.operands.2 : row.operands.1)
    let scalar = row.operands.0 == .Wd || row.operands.1 == .Wd || row.operands.2 == .Wd
    move(
      scalar ? .mergeLow4 : .mergeLow8, row, to: to, left: hasV ? Value(raw: i.vexV) : to,
      right: from)
  }

  mutating func vectorInsertHalf(_ row: Row) {
    let to = vectorRegister(row.operands.0)
    let hasV = row.operands.1 == .Hx
    let left = hasV ? Value(raw: i.vexV) : to
    var right = vectorRegister(hasV ? row.operands.2 : row.operands.1)
    if right == nil {
      let t = builder.vectorTemporary()
      loadPart(t, 8, row)
      right = t
    }
    let kind: VectorMove =
      row.operation == 0 ? .lowerHalf : row.operation == 1 ? .upperHalf : .lowerFromUpper
    move(kind, row, to: to, left: left, right: right)
  }

  mutating func vectorMoveQuad(_ row: Row) {
    let to = vectorRegister(row.operands.0)
    let from = vectorRegister(row.operands.1)
    if to == nil {
      var op = vectorOperation(.vectorStore, row)
      op.immediate = 0
      op.selector = 8
      op.memory = memory
      op.left = from ?? .none
      builder.append(op)
    } else if from == nil {
      loadPart(to ?? .none, 8, row)
    } else {
      move(.low8, row, to: to, left: from)
    }
  }

  // MARK: General registers

  mutating func vectorFromGeneral(_ row: Row) {
    var op = vectorOperation(.vectorFromGeneral, row)
    op.selector = VectorFromGeneral.low.rawValue
    op.destination = vectorRegister(row.operands.0) ?? .none
    let size = width(.Ey)
    let t = builder.temporary()
    if i.isRegisterForm {
      var extend = Operation(.zeroExtend, width: 8)
      extend.selector = size
      extend.left = .register(i.rm)
      extend.destination = t
      builder.append(extend)
      op.right = t
    } else {
      waitBeforeLoad(row)
      op.right = load(size, memory)
    }
    builder.append(op)
  }

  /// A pending x87 exception is reported before an MMX instruction touches memory.
  private mutating func waitBeforeLoad(_ row: Row) {
    if isMMX(row.operands.0) { x87Wait() }
  }

  mutating func vectorToGeneral(_ row: Row) {
    let size = width(.Ey)
    if !i.isRegisterForm {
      // One operation, so that a fault finds the x87 state untouched.
      var op = Operation(.vectorStore, width: size)
      op.selector = size
      op.memory = memory
      op.left = vectorRegister(row.operands.1) ?? .none
      builder.append(op)
      return
    }
    let t = builder.temporary()
    var op = Operation(.vectorToGeneral, width: size)
    op.selector = VectorToGeneral.low.rawValue
    op.destination = t
    op.left = vectorRegister(row.operands.1) ?? .none
    builder.append(op)
    write(.Ey, t)
  }

  mutating func vectorMask(_ row: Row) {
    var op = vectorOperation(.vectorToGeneral, row)
    op.width = isMMX(row.operands.1) ? 8 : vectorWidth
    op.selector = VectorToGeneral.operation.rawValue
    op.destination = .register(i.reg)
    op.left = vectorRegister(row.operands.1) ?? .none
    builder.append(op)
  }

  mutating func vectorToInteger(_ row: Row) {
    var op = vectorOperation(.vectorToGeneral, row)
    op.selector = VectorToGeneral.operation.rawValue
    // The 64-bit forms follow the 32-bit ones, four on.
    if width(.Gy) == 8 { op.immediate += 4 << 16 }
    op.destination = .register(i.reg)
    if let register = vectorRegister(row.operands.1) {
      op.left = register
    } else {
      let t = builder.vectorTemporary()
      loadPart(t, memoryWidth(row.operands.1), row)
      op.left = t
    }
    builder.append(op)
  }

  mutating func vectorFromInteger(_ row: Row) {
    var op = vectorOperation(.vectorFromGeneral, row)
    let hasV = row.operands.1 == .Hx
    op.selector = VectorFromGeneral.operation.rawValue
    op.destination = vectorRegister(row.operands.0) ?? .none
    op.left = hasV ? Value(raw: i.vexV) : op.destination
    // The 64-bit forms follow the 32-bit ones, two on.
    op.immediate = (Int64(row.operation) + (width(.Ey) == 8 ? 2 : 0)) << 16
    op.right = read(.Ey)
    builder.append(op)
  }

  mutating func vectorExtract(_ row: Row) {
    var size = UInt8(truncatingIfNeeded: row.operation)
    if row.operands.0 == .Ey && width(.Ey) == 8 { size = 8 }
    let t = builder.temporary()
    var op = Operation(.vectorToGeneral, width: size)
    op.selector = VectorToGeneral.lane.rawValue
    op.destination = t
    op.left = vectorRegister(row.operands.1) ?? .none
    let lanes: Int64 = (isMMX(row.operands.1) ? 8 : 16) / Int64(size)
    op.immediate = i.immediate & (lanes - 1)
    builder.append(op)
    if row.operands.0 == .Gd {
      move(4, .register(i.reg), t)
    } else if i.isRegisterForm {
      move(size == 8 ? 8 : 4, .register(i.rm), t)
    } else {
      store(size, memory, t)
    }
  }

  mutating func vectorInsert(_ row: Row) {
    let hasV = row.operands.1 == .Hx
    let from = hasV ? row.operands.2 : row.operands.1
    var size = UInt8(truncatingIfNeeded: row.operation)
    if from == .Ey && width(.Ey) == 8 { size = 8 }
    var op = vectorOperation(.vectorFromGeneral, row)
    op.selector = VectorFromGeneral.lane.rawValue
    op.destination = vectorRegister(row.operands.0) ?? .none
    op.left = hasV ? Value(raw: i.vexV) : op.destination
    if !i.isRegisterForm { waitBeforeLoad(row) }
    op.right = i.isRegisterForm ? .register(i.rm) : load(size, memory)
    let lanes: Int64 = (isMMX(row.operands.0) ? 8 : 16) / Int64(size)
    // Lane in the low byte, its size above.
    op.immediate = i.immediate & (lanes - 1) | Int64(size) << 8
    builder.append(op)
  }

  // MARK: Flags, strings, areas

  mutating func vectorFlags(_ row: Row) {
    var op = vectorOperation(.vectorFlags, row)
    op.flags = .all
    op.left = vectorRegister(row.operands.0) ?? .none
    setVectorRight(&op, row.operands.1, row)
    builder.append(op)
  }

  mutating func vectorString(_ row: Row) {
    var op = vectorOperation(.vectorString, row)
    op.flags = .all
    op.left = vectorRegister(row.operands.0) ?? .none
    setVectorRight(&op, row.operands.1, row)
    op.length = i.w ? 8 : 4
    builder.append(op)
  }

  mutating func maskMove(_ row: Row) {
    var op = vectorOperation(.maskMove, row)
    op.left = vectorRegister(row.operands.0) ?? .none
    op.right = vectorRegister(row.operands.1) ?? .none
    op.base = .rdi
    op.addressMode = i.segment << 2 | (i.addressSize == 4 ? 32 : i.addressSize == 2 ? 64 : 0)
    builder.append(op)
  }

  mutating func vectorConvertMMX(_ row: Row) {
    var op = vectorOperation(.vector, row)
    op.width = 16
    op.destination = vectorRegister(row.operands.0) ?? .none
    op.left = op.destination
    setVectorRight(&op, row.operands.1, row)
    builder.append(op)
  }

  mutating func loadMXCSR() {
    let t = load(4, memory)
    system(.loadMXCSR, left: t)
  }

  mutating func storeMXCSR() {
    let t = builder.temporary()
    system(.storeMXCSR, destination: t)
    store(4, memory, t)
  }

  mutating func area(_ operation: SystemOperation) {
    system(operation, right: i.w ? 1 : 0, memory: memory)
  }
}
