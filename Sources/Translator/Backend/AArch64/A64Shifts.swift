/// A register, and how it is shifted where it is used.
struct A64Shifted {
  var register: A64Register
  var kind: A64Shift
  var count: UInt32
}

/// Shifts and rotates.
extension A64Emitter {
  mutating func shift() {
    let o = op.pointee
    guard o.right == .immediate else { return shiftByRegister(o) }
    let bits = UInt32(o.width) * 8
    let count = UInt32(truncatingIfNeeded: o.immediate & A64Liveness.countMask(op))
    if o.attributes.contains(.memoryDestination) { return shiftMemory(o, count) }
    let left = register(o.left)
    if count == 0 {
      if o.width >= 4 && o.destination.isStored {
        willWrite(o.destination)
        let d = A64Map.register(o.destination)
        if d != left || o.width == 4 { a.move(d, left, is64: o.width == 8) }
      }
      return
    }
    if o.width < 4 { return shiftNarrow(o, left, count, bits) }
    let d = A64Map.register(o.destination)
    let need = self.need
    if need.isEmpty, count < bits, isTakenByLogic(o) {
      shifted = A64Shifted(register: left, kind: kind(o.opcode), count: count)
      return
    }
    save(left: left)
    if need.isDisjoint(with: [.carry, .overflow]) {
      willWrite(o.destination)
      a.shift(kind(o.opcode), d, left, by: count, is64: o.width == 8)
      if !need.isEmpty { flagsOfResult(d, o.width == 8) }
      return
    }
    lastBitOut(o.opcode, left, count, bits, is64: o.width == 8)
    willWrite(o.destination)
    a.shift(kind(o.opcode), d, left, by: count, is64: o.width == 8)
    shiftFlags(o, d, bits, count, is64: o.width == 8)
  }

  /// A shift in front of AND, OR or XOR of the same register with another one: AArch64's logic
  /// instructions shift an operand by the way. No flag of the shift outlives them.
  private func isTakenByLogic(_ o: Operation) -> Bool {
    guard o.destination.isRegister, o.attributes.isEmpty, n == boundary + 1,
      n + 2 < Int(block.operationCount), ops[n + 1].opcode == .boundary,
      !plan.isInterpreted[n + 1], !plan.isPaired[n + 1]
    else { return false }
    let next = ops[n + 2]
    return (next.opcode == .and || next.opcode == .or || next.opcode == .xor)
      && next.destination == o.destination && next.left == o.destination
      && next.right.isRegister && next.right != o.destination && next.width == o.width
      && next.attributes.isEmpty && next.third == .none
  }

  private func kind(_ opcode: Opcode) -> A64Shift {
    opcode == .shiftLeft ? .left : opcode == .shiftRight ? .right : .arithmetic
  }

  /// CF into `A64Map.third`. The operand has `bits` bits; above them may be anything.
  private mutating func lastBitOut(
    _ opcode: Opcode, _ from: A64Register, _ count: UInt32, _ bits: UInt32, is64: Bool
  ) {
    let position: UInt32
    if opcode == .shiftLeft {
      guard count <= bits else { return a.moveWide(A64Map.third, 0, is64: false) }
      position = bits - count
    } else {
      position = min(count - 1, bits - 1)
      if opcode == .shiftRight && count > bits { return a.moveWide(A64Map.third, 0, is64: false) }
    }
    a.extract(A64Map.third, from, bit: position, width: 1, is64: is64)
  }

  /// N and Z of the result, CF from `A64Map.third`, OF as for a count of one.
  private mutating func shiftFlags(
    _ o: Operation, _ r: A64Register, _ bits: UInt32, _ count: UInt32, is64: Bool
  ) {
    let need = self.need
    if need.contains(.parity) { a.move(A64Map.parity, r) }
    if need == .carry {
      // 0 − CF borrows exactly if CF is set.
      a.add(.zero, .zero, A64Map.third, subtract: true, flags: true, is64: false)
      form = .canonical
      return
    }
    a.addImmediate(.zero, r, 0, subtract: true, flags: true, is64: is64)
    let x = A64Map.other
    a.readFlags(x)
    if need.contains(.overflow) && count == 1 {
      // Left: top bit ^ CF. Logical right: the old top bit, now the second. Arithmetic: clear.
      switch o.opcode {
      case .shiftLeft:
        a.extract(A64Map.scratch, r, bit: bits - 1, width: 1, is64: is64)
        a.logic(.exclusiveOr, A64Map.scratch, A64Map.scratch, A64Map.third)
        a.insert(x, A64Map.scratch, bit: 28, width: 1, is64: false)
      case .shiftRight:
        a.extract(A64Map.scratch, r, bit: bits - 2, width: 1, is64: is64)
        a.insert(x, A64Map.scratch, bit: 28, width: 1, is64: false)
      default: break
      }
    }
    if let pattern = A64Immediate.logical(1, is64: false) {
      a.logicImmediate(.exclusiveOr, A64Map.third, A64Map.third, pattern: pattern, is64: false)
    }
    a.insert(x, A64Map.third, bit: 29, width: 1, is64: false)
    a.writeFlags(x)
    form = .canonical
  }

  private mutating func shiftNarrow(
    _ o: Operation, _ left: A64Register, _ count: UInt32, _ bits: UInt32
  ) {
    let x = A64Map.scratch
    save(left: left)
    narrowShift(o, x, left, count)
    if need.isEmpty { return insert(o.destination, x, width: o.width) }
    if !need.isDisjoint(with: [.carry, .overflow]) {
      narrowLastBit(o, left, count, bits)
    }
    insert(o.destination, x, width: o.width)
    narrowShiftFlags(o, x, bits, count)
  }

  /// The result's bits in the low part of d; above them is no promise.
  private mutating func narrowShift(
    _ o: Operation, _ d: A64Register, _ left: A64Register, _ count: UInt32
  ) {
    let bytes = UInt32(o.width)
    switch o.opcode {
    case .shiftLeft: a.shift(.left, d, left, by: count, is64: false)
    case .shiftRight:
      a.zeroExtend(d, left, bytes: bytes)
      a.shift(.right, d, d, by: count, is64: false)
    default:
      a.signExtend(d, left, bytes: bytes, is64: false)
      a.shift(.arithmetic, d, d, by: count, is64: false)
    }
  }

  private mutating func narrowLastBit(
    _ o: Operation, _ left: A64Register, _ count: UInt32, _ bits: UInt32
  ) {
    lastBitOut(o.opcode, left, count, bits, is64: false)
  }

  /// Flags of a narrow result in the low part of `x`.
  private mutating func narrowShiftFlags(
    _ o: Operation, _ x: A64Register, _ bits: UInt32, _ count: UInt32
  ) {
    let need = self.need
    if need.contains(.parity) { a.move(A64Map.parity, x) }
    a.shift(.left, x, x, by: 32 - bits, is64: false)
    if need.isDisjoint(with: [.carry, .overflow]) {
      a.addImmediate(.zero, x, 0, subtract: true, flags: true, is64: false)
      form = .canonical
      return
    }
    a.addImmediate(.zero, x, 0, subtract: true, flags: true, is64: false)
    let y = A64Map.other
    a.readFlags(y)
    if need.contains(.overflow) && count == 1 && o.opcode != .shiftArithmetic {
      a.extract(
        x, x, bit: o.opcode == .shiftLeft ? 31 : 30, width: 1, is64: false)
      if o.opcode == .shiftLeft { a.logic(.exclusiveOr, x, x, A64Map.third) }
      a.insert(y, x, bit: 28, width: 1, is64: false)
    }
    if let pattern = A64Immediate.logical(1, is64: false) {
      a.logicImmediate(.exclusiveOr, A64Map.third, A64Map.third, pattern: pattern, is64: false)
    }
    a.insert(y, A64Map.third, bit: 29, width: 1, is64: false)
    a.writeFlags(y)
    form = .canonical
  }

  /// Without flags (coverage): only the value.
  private mutating func shiftMemory(_ o: Operation, _ count: UInt32) {
    let bytes = UInt32(o.width)
    let place = storePlace(o, bytes: bytes, isSingle: true)
    let old = A64Map.other
    let result = A64Map.third
    let isSigned = o.opcode == .shiftArithmetic && o.width < 4
    access(
      isSigned ? .loadSigned(bytes: bytes, is64: false) : .load(bytes: bytes), old.number, place)
    a.shift(kind(o.opcode), result, old, by: min(count, 63), is64: o.width == 8)
    access(.store(bytes: bytes), result.number, place)
    save(left: old)
    if need.isEmpty || count == 0 { return }
    let x = A64Map.scratch
    if o.width < 4 {
      a.shift(.left, x, result, by: 32 - bytes * 8, is64: false)
    } else {
      a.move(x, result)
    }
    if need.contains(.parity) { a.move(A64Map.parity, result) }
    a.addImmediate(.zero, x, 0, subtract: true, flags: true, is64: o.width == 8)
    form = .canonical
  }

  /// Nobody reads the flags: AArch64 masks the count as x86 does.
  private mutating func shiftByRegister(_ o: Operation) {
    if o.attributes.contains(.memoryDestination) {
      let bytes = UInt32(o.width)
      let count = register(o.right)
      let place = storePlace(o, bytes: bytes, isSingle: true)
      access(.load(bytes: bytes), A64Map.other.number, place)
      a.shift(kind(o.opcode), A64Map.third, A64Map.other, by: count, is64: o.width == 8)
      access(.store(bytes: bytes), A64Map.third.number, place)
      return save(left: A64Map.other, right: .register(count))
    }
    let left: A64Register
    if o.attributes.contains(.memoryLeft) {
      access(.load(bytes: UInt32(o.width)), A64Map.other.number, o, bytes: UInt32(o.width))
      left = A64Map.other
    } else {
      left = register(o.left)
    }
    let count = register(o.right)
    save(left: left, right: .register(count))
    willWrite(o.destination)
    a.shift(
      kind(o.opcode), A64Map.register(o.destination), left, by: count, is64: o.width == 8)
  }

  mutating func rotate() {
    let o = op.pointee
    let is64 = o.width == 8
    if o.width < 4 { return rotateNarrow(o) }
    if o.attributes.contains(.memoryDestination) { return rotateMemory(o) }
    var left = A64Map.other
    if o.attributes.contains(.memoryLeft) {
      access(.load(bytes: UInt32(o.width)), left.number, o, bytes: UInt32(o.width))
    } else {
      left = register(o.left)
    }
    let d = A64Map.register(o.destination)
    if o.right == .immediate {
      let count = UInt32(truncatingIfNeeded: o.immediate & A64Liveness.countMask(op))
      let bits: UInt32 = is64 ? 64 : 32
      let right = o.opcode == .rotateRight ? count : (bits - count) & (bits - 1)
      willWrite(o.destination)
      return a.shift(.rotate, d, left, by: right, is64: is64)
    }
    var count = register(o.right)
    save(right: .register(count))
    if o.opcode == .rotateLeft {
      a.add(A64Map.scratch, .zero, count, subtract: true, is64: is64)
      count = A64Map.scratch
    }
    willWrite(o.destination)
    a.shift(.rotate, d, left, by: count, is64: is64)
  }

  /// The part is repeated over 32 bits, turned, and its low part taken.
  private mutating func rotateNarrow(_ o: Operation) {
    let bits = UInt32(o.width) * 8
    let count = UInt32(truncatingIfNeeded: o.immediate) & (bits - 1)
    let right = o.opcode == .rotateRight ? count : (bits - count) & (bits - 1)
    let x = A64Map.other
    let left = register(o.left)
    if o.width == 2 && right == 8 {
      a.unary(.reverseHalfwords, x, left, is64: false)
      return insert(o.destination, x, width: 2)
    }
    a.zeroExtend(x, left, bytes: UInt32(o.width))
    a.logic(.or, x, x, x, by: bits, is64: false)
    a.shift(.right, x, x, by: right, is64: false)
    insert(o.destination, x, width: o.width)
  }

  private mutating func rotateMemory(_ o: Operation) {
    let bytes = UInt32(o.width)
    let is64 = o.width == 8
    let x = A64Map.other
    if o.right == .immediate {
      let size: UInt32 = is64 ? 64 : 32
      let count = UInt32(truncatingIfNeeded: o.immediate & A64Liveness.countMask(op))
      let place = storePlace(o, bytes: bytes, isSingle: true)
      access(.load(bytes: bytes), x.number, place)
      a.shift(
        .rotate, x, x, by: o.opcode == .rotateRight ? count : (size - count) & (size - 1),
        is64: is64)
      access(.store(bytes: bytes), x.number, place)
      return save(result: x)
    }
    let amount = register(o.right)
    var count = amount
    let place = storePlace(o, bytes: bytes, isSingle: true)
    access(.load(bytes: bytes), x.number, place)
    if o.opcode == .rotateLeft {
      a.add(A64Map.third, .zero, count, subtract: true, is64: is64)
      count = A64Map.third
    }
    a.shift(.rotate, x, x, by: count, is64: is64)
    access(.store(bytes: bytes), x.number, place)
    save(right: .register(amount), result: x)
  }

  mutating func shiftDouble() {
    let o = op.pointee
    let bits: UInt32 = o.width == 8 ? 64 : 32
    let count = UInt32(truncatingIfNeeded: o.immediate) & (bits - 1)
    let left = register(o.left)
    let fill = register(o.right)
    save(left: left)
    willWrite(o.destination)
    let d = A64Map.register(o.destination)
    let is64 = o.width == 8
    if count == 0 {
      if d != left || !is64 { a.move(d, left, is64: is64) }
    } else if o.opcode == .shiftLeftDouble {
      a.extractPair(d, left, fill, bit: bits - count, is64: is64)
    } else {
      a.extractPair(d, fill, left, bit: count, is64: is64)
    }
  }
}
