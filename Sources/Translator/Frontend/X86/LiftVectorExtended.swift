/// AVX, AVX2, FMA and F16C instructions without an SSE form.
extension Lifter {
  /// The profile has the row's feature, and what its width or form needs beyond.
  func isOffered(_ row: Row) -> Bool {
    guard features.has(row.feature) else { return false }
    if row.flags.contains(.wideAVX2) && i.vexL { return features.has(.avx2) }
    if row.flags.contains(.registerAVX2) && i.isRegisterForm { return features.has(.avx2) }
    return true
  }

  /// Outside the profile an instruction is #UD, but LZCNT and TZCNT are what they were before: BSR
  /// and BSF, their prefix ignored.
  mutating func substitute(_ row: Row) {
    switch row.meaning {
    case .lzcnt: count(.bitScanReverse)
    case .tzcnt: count(.bitScanForward)
    default: raise(6)
    }
  }

  /// Operations whose result goes to the register or memory operand: VEXTRACTF128, VCVTPS2PH.
  mutating func vectorStoreResult(_ row: Row) {
    var op = vectorOperation(.vector, row)
    op.left = vectorRegister(row.operands.1) ?? .none
    op.right = op.left
    if let to = vectorRegister(row.operands.0) {
      op.destination = to
      builder.append(op)
      return
    }
    let t = builder.vectorTemporary()
    op.destination = t
    op.attributes.insert(.memoryLeft)
    op.selector = row.operands.0 == .Wq && !i.vexL ? 8 : 16
    op.memory = memory
    builder.append(op)
    var store = vectorOperation(.vectorStore, row)
    store.immediate = 0
    store.selector = op.selector
    store.memory = memory
    store.left = t
    builder.append(store)
  }

  /// VMASKMOVPS and kin: elements whose mask bit is clear are neither read nor written.
  mutating func vectorMasked(_ row: Row, isStore: Bool) {
    var op = vectorOperation(isStore ? .vectorMaskedStore : .vectorMaskedLoad, row)
    op.immediate = 0
    op.selector = UInt8(truncatingIfNeeded: row.operation)
    op.memory = memory
    op.third = Value(raw: i.vexV)
    if isStore { op.left = Value(raw: i.reg) } else { op.destination = Value(raw: i.reg) }
    builder.append(op)
  }

  mutating func vectorGather(_ row: Row) {
    let index = i.vectorIndex
    guard i.hasSIB, index != i.reg, index != i.vexV, i.reg != i.vexV else { return raise(6) }
    var op = vectorOperation(.vectorGather, row)
    op.immediate = Int64(row.operation >> 8)
    op.selector = UInt8(truncatingIfNeeded: row.operation)
    op.memory = memory
    op.index = .none
    op.destination = Value(raw: i.reg)
    op.right = Value(raw: index)
    op.third = Value(raw: i.vexV)
    builder.append(op)
  }

  /// x × y + z, each named by its operand kind; a scalar result keeps the rest of the destination.
  mutating func fused(_ row: Row, _ x: OperandKind, _ y: OperandKind, _ z: OperandKind) {
    var source = vectorRegister(row.operands.2)
    if source == nil {
      let t = builder.vectorTemporary()
      loadPart(t, memoryWidth(row.operands.2), row)
      source = t
    }
    func value(_ kind: OperandKind) -> Value {
      kind == .Vx ? Value(raw: i.reg) : kind == .Hx ? Value(raw: i.vexV) : source ?? .none
    }
    let to = Value(raw: i.reg)
    var op = vectorOperation(.vector, row)
    op.left = value(x)
    op.right = value(y)
    op.third = value(z)
    if row.operands.2 == .Wx {
      op.destination = to
      builder.append(op)
    } else {
      let t = builder.vectorTemporary()
      op.destination = t
      builder.append(op)
      move(row.operands.2 == .Wd ? .mergeLow4 : .mergeLow8, row, to: to, left: to, right: t)
    }
  }
}
