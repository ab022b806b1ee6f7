internal import CTranslator

/// Vector moves, and the way into the vector unit.
extension Interpreter {
  /// XMM/YMM registers and temporaries 0–23; MMX registers 32–39.
  func readVector(_ value: Value) -> V256 {
    if value.raw >= 32 {
      guard value.raw < 40 else { return V256() }
      return V256(X87.registers(state)[Int(value.raw & 7)].significand, 0, 0, 0)
    }
    return vectors[Int(value.raw)]
  }

  var vectors: UnsafeMutablePointer<V256> {
    withUnsafeMutablePointer(to: &state.pointee.vector) {
      UnsafeMutableRawPointer($0).assumingMemoryBound(to: V256.self)
    }
  }

  /// Legacy writes keep what lies above 128 bits, VEX writes clear it.
  func writeVector(_ op: Operation, _ value: V256) {
    let to = op.destination
    if to.raw >= 32 {
      guard to.raw < 40 else { return }
      X87.enterMMX(state)
      X87.writeMMX(state, Int(to.raw & 7), value.w0)
      return
    }
    let register = vectors + Int(to.raw)
    register.pointee.w0 = value.w0
    register.pointee.w1 = value.w1
    if op.width == 32 {
      register.pointee.w2 = value.w2
      register.pointee.w3 = value.w3
    } else if op.attributes.contains(.zeroUpper) {
      register.pointee.w2 = 0
      register.pointee.w3 = 0
    }
  }

  /// The right operand: a register, an immediate count or memory.
  mutating func vectorRight(_ op: Operation, _ value: inout V256) -> Outcome? {
    if op.right == .immediate {
      value = V256(UInt64(op.immediate & 0xFF), 0, 0, 0)
    } else if op.attributes.contains(.memoryRight) {
      return loadVector(op, &value)
    } else {
      value = readVector(op.right)
    }
    return nil
  }

  private mutating func loadVector(_ op: Operation, _ value: inout V256) -> Outcome? {
    let address = effectiveAddress(op)
    if op.attributes.contains(.aligned) && address & UInt64(op.selector - 1) != 0 {
      return fault(13)
    }
    value = V256()
    let count = Int(op.selector)
    let loaded = withUnsafeMutableBytes(of: &value) {
      loadBytes(address, count, $0.baseAddress ?? UnsafeMutableRawPointer(state))
    }
    return loaded ? nil : memoryFault(write: false)
  }

  /// An instruction with an MMX register waits for a pending x87 exception and makes the register
  /// stack MMX's, whether it reads or writes.
  mutating func vector(_ op: Operation) -> Outcome {
    guard usesMMX(op) else { return perform(op) }
    if X87.isFaultPending(state) { return fault(16) }
    let outcome = perform(op)
    if case .next = outcome { X87.enterMMX(state) }
    return outcome
  }

  private func usesMMX(_ op: Operation) -> Bool {
    // The general register's side of a transfer is numbered otherwise.
    op.left.raw & 0xF8 == 32 || op.opcode != .vectorToGeneral && op.destination.raw & 0xF8 == 32
      || op.opcode != .vectorFromGeneral && op.right.raw & 0xF8 == 32
  }

  private mutating func perform(_ op: Operation) -> Outcome {
    switch op.opcode {
    case .vectorLoad:
      var value = V256()
      if let failed = loadVector(op, &value) { return failed }
      writeVector(op, value)
    case .vectorStore: return storeVector(op)
    case .vectorMove: move(op)
    case .vectorToGeneral: return toGeneral(op)
    case .vectorFromGeneral: return fromGeneral(op)
    case .vectorFlags: return vectorFlags(op)
    case .vectorString: return vectorString(op)
    case .maskMove: return maskMove(op)
    case .vectorMaskedLoad: return maskedLoad(op)
    case .vectorMaskedStore: return maskedStore(op)
    case .vectorGather: return gather(op)
    default: return operation(op)
    }
    return .next
  }

  private mutating func storeVector(_ op: Operation) -> Outcome {
    let address = effectiveAddress(op)
    if op.attributes.contains(.aligned) && address & UInt64(op.selector - 1) != 0 {
      return fault(13)
    }
    var value = readVector(op.left)
    if op.immediate == 1 { value.w0 = value.w1 }
    let count = Int(op.selector)
    let stored = withUnsafeMutableBytes(of: &value) {
      storeBytes(address, count, $0.baseAddress ?? UnsafeMutableRawPointer(state))
    }
    if stored { return .next }
    // A result that could not be stored raised nothing.
    if isTemporary(op.left) { state.pointee.mxcsr = unstoredMXCSR }
    return memoryFault(write: true)
  }

  private func isTemporary(_ value: Value) -> Bool { value.raw >= 16 && value.raw < 24 }

  private func move(_ op: Operation) {
    var value = readVector(op.left)
    let other = op.right == .none ? value : readVector(op.right)
    switch VectorMove(rawValue: op.selector) ?? .whole {
    case .whole: break
    case .mergeLow4: value.w0 = value.w0 & ~0xFFFF_FFFF | other.w0 & 0xFFFF_FFFF
    case .mergeLow8, .lowerHalf: value.w0 = other.w0
    case .low8: value = V256(value.w0, 0, 0, 0)
    case .upperHalf: value.w1 = other.w0
    case .lowerFromUpper: value.w0 = other.w1
    }
    writeVector(op, value)
  }

  /// Runs the vector unit. Nil: #XM or an operation that is none; the outcome says which.
  private mutating func unit(
    _ op: Operation, _ left: V256, _ right: V256, _ third: V256, width: Int, _ failed: inout Outcome
  ) -> VectorResult? {
    guard let operation = VectorOp(rawValue: UInt16(truncatingIfNeeded: op.immediate >> 16)) else {
      failed = fault(6)
      return nil
    }
    let result = VectorUnit.run(
      operation, width: width, a: left, b: right, c: third,
      immediate: UInt8(truncatingIfNeeded: op.immediate), mxcsr: &state.pointee.mxcsr)
    if result.isFault {
      // #XM where the system takes it, else #UD.
      failed = fault(state.pointee.cr4 & 1 << 10 != 0 ? 19 : 6)
      return nil
    }
    return result
  }

  private mutating func operation(_ op: Operation) -> Outcome {
    var right = V256()
    if let failed = vectorRight(op, &right) { return failed }
    let left = op.left == .none ? right : readVector(op.left)
    let third = op.third == .none ? V256() : readVector(op.third)
    var failed = Outcome.next
    let before = state.pointee.mxcsr
    guard let result = unit(op, left, right, third, width: Int(op.width), &failed) else {
      guard op.attributes.contains(.memoryLeft) else { return failed }
      // The result's place in memory is looked at before what the computation raises.
      let address = effectiveAddress(op)
      lastFaultCount = UInt64(op.selector)
      guard probe(address), probe(address &+ UInt64(op.selector) &- 1) else {
        state.pointee.mxcsr = before
        return memoryFault(write: true)
      }
      return failed
    }
    if isTemporary(op.destination) { unstoredMXCSR = before }
    writeVector(op, result.value)
    return .next
  }

  private mutating func vectorFlags(_ op: Operation) -> Outcome {
    var right = V256()
    if let failed = vectorRight(op, &right) { return failed }
    var failed = Outcome.next
    guard
      let result = unit(op, readVector(op.left), right, V256(), width: Int(op.width), &failed)
    else { return failed }
    setAllFlags(result.flags)
    return .next
  }

  private func setAllFlags(_ flags: UInt64) {
    let mask = Flag.mask(.all)
    state.pointee.rflags = state.pointee.rflags & ~mask | flags & mask
  }

  /// PCMPxSTRx: lengths from EAX and EDX, the index to ECX or the mask to XMM0.
  private mutating func vectorString(_ op: Operation) -> Outcome {
    var right = V256()
    if let failed = vectorRight(op, &right) { return failed }
    let lengths = V256(signExtend(r[0], op.length), signExtend(r[2], op.length), 0, 0)
    var failed = Outcome.next
    guard let result = unit(op, readVector(op.left), right, lengths, width: 16, &failed) else {
      return failed
    }
    setAllFlags(result.flags)
    let operation = VectorOp(rawValue: UInt16(truncatingIfNeeded: op.immediate >> 16))
    if operation == .pcmpestri || operation == .pcmpistri {
      write(.rcx, 4, result.value.w0)
    } else {
      var mask = op
      mask.destination = Value(raw: 0)
      mask.width = 16
      writeVector(mask, result.value)
    }
    return .next
  }

  private mutating func toGeneral(_ op: Operation) -> Outcome {
    let value = readVector(op.left)
    switch VectorToGeneral(rawValue: op.selector) ?? .low {
    case .low: r[Int(op.destination.raw)] = value.w0 & widthMask(op.width)
    case .lane:
      let lane = Int(op.immediate)
      r[Int(op.destination.raw)] = self.lane(value, lane, op.width)
    case .operation:
      var failed = Outcome.next
      guard let result = unit(op, value, value, V256(), width: Int(op.width), &failed) else {
        return failed
      }
      r[Int(op.destination.raw)] = result.value.w0
    }
    return .next
  }

  private func lane(_ value: V256, _ lane: Int, _ size: UInt8) -> UInt64 {
    let bit = UInt64(lane) &* UInt64(size) &* 8
    return (bit < 64 ? value.w0 >> bit : value.w1 >> (bit - 64)) & widthMask(size)
  }

  private mutating func fromGeneral(_ op: Operation) -> Outcome {
    let general = r[Int(op.right.raw)]
    switch VectorFromGeneral(rawValue: op.selector) ?? .low {
    case .low: writeVector(op, V256(general, 0, 0, 0))
    case .lane:
      var value = readVector(op.left)
      let size = UInt8(truncatingIfNeeded: op.immediate >> 8)
      let bit = UInt64(op.immediate & 0xFF) &* UInt64(size) &* 8
      let mask = widthMask(size)
      if bit < 64 {
        value.w0 = value.w0 & ~(mask << bit) | (general & mask) << bit
      } else {
        value.w1 = value.w1 & ~(mask << (bit - 64)) | (general & mask) << (bit - 64)
      }
      writeVector(op, value)
    case .operation:
      var failed = Outcome.next
      guard
        let result = unit(
          op, readVector(op.left), V256(general, 0, 0, 0), V256(), width: 16, &failed)
      else { return failed }
      writeVector(op, result.value)
    }
    return .next
  }

  private mutating func maskMove(_ op: Operation) -> Outcome {
    let address = effectiveAddress(op)
    let value = readVector(op.left)
    let mask = readVector(op.right)
    // The segment's limit is asked about all of the bytes, masked or not.
    if (0..<Int(op.width)).contains(where: { lane(mask, $0, 1) & 0x80 != 0 }),
      isOutside(address, UInt64(op.width))
    {
      return segmentFault()
    }
    for n in 0..<Int(op.width) where lane(mask, n, 1) & 0x80 != 0 {
      guard store(at: address &+ UInt64(n), 1, lane(value, n, 1)) else {
        return memoryFault(write: true)
      }
    }
    return .next
  }
}
