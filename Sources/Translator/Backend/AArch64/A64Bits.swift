/// Bit tests and bit counts.
extension A64Emitter {
  mutating func bitTest() {
    let o = op.pointee
    let is64 = o.width == 8
    let left = register(o.left)
    if o.right.isStored {
      save(left: left, right: .register(register(o.right)))
    } else {
      save(left: left)
    }
    let bit = A64Map.other
    let bits: UInt32 = is64 ? 64 : 32
    if let value = known(o.right) {
      let position = UInt32(truncatingIfNeeded: value) & (bits - 1)
      if need.contains(.carry) {
        a.extract(bit, left, bit: position, width: 1, is64: is64)
      }
      changeBit(o, left, position, is64)
    } else {
      let index = register(o.right)
      if need.contains(.carry) {
        a.shift(.right, bit, left, by: index, is64: is64)
        if let pattern = A64Immediate.logical(1, is64: false) {
          a.logicImmediate(.and, bit, bit, pattern: pattern, is64: false)
        }
      }
      changeBit(o, left, index, is64)
    }
    guard need.contains(.carry) else { return }
    a.add(.zero, .zero, bit, subtract: true, flags: true, is64: false)
    form = .canonical
  }

  private mutating func changeBit(
    _ o: Operation, _ left: A64Register, _ position: UInt32, _ is64: Bool
  ) {
    guard o.opcode != .bitTest else { return }
    willWrite(o.destination)
    let d = A64Map.register(o.destination)
    let one: UInt64 = 1 << UInt64(position)
    switch o.opcode {
    case .bitSet, .bitComplement:
      guard let pattern = A64Immediate.logical(one, is64: is64) else { return }
      a.logicImmediate(
        o.opcode == .bitSet ? .or : .exclusiveOr, d, left, pattern: pattern, is64: is64)
    default:
      guard let pattern = A64Immediate.logical(~one, is64: is64) else { return }
      a.logicImmediate(.and, d, left, pattern: pattern, is64: is64)
    }
  }

  private mutating func changeBit(
    _ o: Operation, _ left: A64Register, _ index: A64Register, _ is64: Bool
  ) {
    guard o.opcode != .bitTest else { return }
    a.moveWide(A64Map.scratch, 1, is64: false)
    a.shift(.left, A64Map.scratch, A64Map.scratch, by: index, is64: is64)
    willWrite(o.destination)
    let d = A64Map.register(o.destination)
    switch o.opcode {
    case .bitSet: a.logic(.or, d, left, A64Map.scratch, is64: is64)
    case .bitComplement: a.logic(.exclusiveOr, d, left, A64Map.scratch, is64: is64)
    default: a.logic(.and, d, left, A64Map.scratch, inverted: true, is64: is64)
    }
  }

  /// BSF, BSR, LZCNT, TZCNT, POPCNT. Their flags are ZF of the source, if any.
  mutating func countBits() {
    let o = op.pointee
    let is64 = o.width == 8
    let from: A64Register
    switch rightOperand(o) {
    case .register(let r): from = r
    case .constant(let value): from = inRegister(.constant(value), A64Map.other)
    }
    save(left: from)
    let x = A64Map.scratch
    let d = A64Map.register(o.destination)
    switch o.opcode {
    case .leadingZeros:
      willWrite(o.destination)
      a.unary(.leadingZeros, d, from, is64: is64)
    case .trailingZeros:
      a.unary(.reverseBits, x, from, is64: is64)
      willWrite(o.destination)
      a.unary(.leadingZeros, d, x, is64: is64)
    case .populationCount:
      let v = A64Map.vectorScratch
      a.moveFromGeneral(v, from, is64: is64)
      a.vectorTwo(unsigned: false, 5, size: 0, isFull: false, v, v)
      a.vectorAcross(unsigned: false, 0x1B, size: 0, isFull: false, v, v)
      willWrite(o.destination)
      a.moveToGeneral(d, v, is64: false)
    default:
      if o.opcode == .bitScanForward {
        a.unary(.reverseBits, x, from, is64: is64)
        a.unary(.leadingZeros, x, x, is64: is64)
      } else {
        a.unary(.leadingZeros, x, from, is64: is64)
        if let pattern = A64Immediate.logical(is64 ? 63 : 31, is64: is64) {
          a.logicImmediate(.exclusiveOr, x, x, pattern: pattern, is64: is64)
        }
      }
      a.addImmediate(.zero, from, 0, subtract: true, flags: true, is64: is64)
      willWrite(o.destination)
      // Of zero the destination stays.
      a.select(d, d, x, if: .equal)
      form = .canonical
    }
  }
}
