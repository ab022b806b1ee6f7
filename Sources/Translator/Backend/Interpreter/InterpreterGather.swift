internal import CTranslator

/// Vector accesses by element: masked loads and stores, gathers.
extension Interpreter {
  /// The top bit of element `n` of `size` bytes.
  private func isSet(_ mask: V256, _ n: Int, _ size: UInt8) -> Bool {
    size == 4 ? mask.lane(n, as: Int32.self) < 0 : mask.lane(n, as: Int64.self) < 0
  }

  private func setElement(_ value: inout V256, _ n: Int, _ size: UInt8, _ element: UInt64) {
    if size == 4 {
      value.setLane(n, UInt32(truncatingIfNeeded: element))
    } else {
      value.setLane(n, element)
    }
  }

  /// The address of element `n`; in 32-bit mode it wraps.
  private func element(_ n: Int, _ size: UInt8, from address: UInt64) -> UInt64 {
    let at = address &+ UInt64(n) &* UInt64(size)
    return state.pointee.mode == 0 ? at : at & 0xFFFF_FFFF
  }

  mutating func maskedLoad(_ op: Operation) -> Outcome {
    let address = effectiveAddress(op)
    let mask = readVector(op.third)
    var value = V256()
    for n in 0..<Int(op.width / op.selector) where isSet(mask, n, op.selector) {
      var found: UInt64 = 0
      let at = element(n, op.selector, from: address)
      guard load(at: at, op.selector, &found) else { return memoryFault(write: false) }
      setElement(&value, n, op.selector, found)
    }
    writeVector(op, value)
    return .next
  }

  /// Either every chosen element is stored or none: they are probed first.
  mutating func maskedStore(_ op: Operation) -> Outcome {
    let address = effectiveAddress(op)
    let mask = readVector(op.third)
    let value = readVector(op.left)
    let count = Int(op.width / op.selector)
    if window == nil {
      for n in 0..<count where isSet(mask, n, op.selector) {
        let at = element(n, op.selector, from: address)
        guard probe(at), probe(at &+ UInt64(op.selector) &- 1) else {
          lastFault = at
          lastFaultCount = UInt64(op.selector)
          return memoryFault(write: true)
        }
      }
    }
    for n in 0..<count where isSet(mask, n, op.selector) {
      let chosen =
        op.selector == 4 ? UInt64(value.lane(n, as: UInt32.self)) : value.lane(n, as: UInt64.self)
      let at = element(n, op.selector, from: address)
      guard store(at: at, op.selector, chosen) else { return memoryFault(write: true) }
    }
    return .next
  }

  /// Whether a byte can be written; it keeps its value.
  mutating func probe(_ address: UInt64) -> Bool {
    var byte: UInt8 = 0
    if transomLoad8(address, &byte) == 0 && transomStore8(address, &byte) == 0 { return true }
    lastFault = address
    return false
  }

  /// Elements are fetched in order; one that faults leaves those before it done and their mask
  /// cleared, so that the instruction can be taken up again.
  mutating func gather(_ op: Operation) -> Outcome {
    let indexSize = UInt8(truncatingIfNeeded: op.immediate)
    let count = Int(op.width / max(indexSize, op.selector))
    let indices = readVector(op.right)
    var value = readVector(op.destination)
    var mask = readVector(op.third)
    let base = effectiveAddress(op, segment: false)
    for n in 0..<count {
      setElement(&mask, n, op.selector, isSet(mask, n, op.selector) ? ~0 : 0)
    }
    var failed = false
    for n in 0..<count where isSet(mask, n, op.selector) {
      let index =
        indexSize == 4 ? Int64(indices.lane(n, as: Int32.self)) : indices.lane(n, as: Int64.self)
      var at = base &+ UInt64(bitPattern: index) << UInt64(op.addressMode & 3)
      if op.addressMode & 32 != 0 { at &= 0xFFFF_FFFF }
      at = addSegment(at, op.addressMode)
      var element: UInt64 = 0
      guard load(at: at, op.selector, &element) else {
        failed = true
        break
      }
      setElement(&value, n, op.selector, element)
      setElement(&mask, n, op.selector, 0)
    }
    let bytes = count * Int(op.selector)
    var write = op
    writeVector(write, value.truncated(to: max(bytes, 8)))
    write.destination = op.third
    writeVector(write, failed ? mask.truncated(to: max(bytes, 8)) : V256())
    return failed ? memoryFault(write: false) : .next
  }
}
