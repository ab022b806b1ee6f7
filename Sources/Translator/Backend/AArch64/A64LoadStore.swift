/// Moves between registers and memory.
extension A64Emitter {
  mutating func load() {
    let o = op.pointee
    let bytes = UInt32(o.width)
    if popped(o) { return }
    if o.width == 8, isOnlyTarget(o.destination) {
      access(.load(bytes: 8), A64Map.scratch.number, o, bytes: 8)
      readyTarget = A64Map.scratch
      return
    }
    let to = fusedDestination(o)
    if o.destination.isTemporary || o.width >= 4 {
      if to.kind == .load { return finishLoad(o, to) }
      willWrite(o.destination)
      access(.load(bytes: bytes), A64Map.register(o.destination).number, o, bytes: bytes)
      return
    }
    if zeroes >> UInt32(o.destination.raw) & 1 != 0 {
      // Nothing is above that would have to stay.
      let place = place(o, bytes: bytes)
      willWrite(o.destination)
      return access(.load(bytes: bytes), A64Map.register(o.destination).number, place)
    }
    access(.load(bytes: bytes), A64Map.other.number, o, bytes: bytes)
    insert(o.destination, A64Map.other, width: o.width)
  }

  /// A temporary is where the instruction branches to, perhaps behind the push of a return address,
  /// and nothing else.
  func isOnlyTarget(_ value: Value) -> Bool {
    guard site == nil, value.isTemporary, n + 1 < Int(block.operationCount) else { return false }
    var at = n + 1
    while at < Int(block.operationCount) {
      let o = ops[at]
      switch o.opcode {
      case .move where o.left == .immediate && o.destination != value: break
      case .store where o.base == .rsp && o.index == .none && o.addressMode == 0 && o.width == 8:
        if o.left == value { return false }
      case .add where isAdvance(at, .rsp): break
      default: return o.opcode == .jumpIndirect && o.left == value
      }
      at += 1
    }
    return false
  }

  private struct Fusion {
    enum Kind { case none, load }
    var kind = Kind.none
    var destination = Value.none
    var isSigned = false
    var is64 = true
  }

  /// A load into a temporary that the next operation only moves on, or extends.
  private mutating func fusedDestination(_ o: Operation) -> Fusion {
    guard o.destination.isTemporary, n + 1 < Int(block.operationCount) else { return Fusion() }
    let next = ops[n + 1]
    guard next.left == o.destination, next.destination.isRegister, next.width >= 4,
      isDead(o.destination, after: n + 1)
    else { return Fusion() }
    switch next.opcode {
    case .move:
      guard next.width >= o.width || o.width <= 4 && next.width >= 4 else { return Fusion() }
    case .zeroExtend: guard next.selector == o.width else { return Fusion() }
    case .signExtend:
      guard next.selector == o.width else { return Fusion() }
      return Fusion(
        kind: .load, destination: next.destination, isSigned: true, is64: next.width == 8)
    default: return Fusion()
    }
    return Fusion(kind: .load, destination: next.destination)
  }

  private mutating func finishLoad(_ o: Operation, _ to: Fusion) {
    let bytes = UInt32(o.width)
    let isSigned = to.isSigned && !(bytes == 4 && !to.is64) && bytes != 8
    let place = place(o, bytes: bytes)
    willWrite(to.destination)
    access(
      isSigned ? .loadSigned(bytes: bytes, is64: to.is64) : .load(bytes: bytes),
      A64Map.register(to.destination).number, place)
    skip = 1
  }

  mutating func loadSigned() {
    let o = op.pointee
    let bytes = UInt32(o.selector)
    if o.width >= 4 {
      let place = place(o, bytes: bytes)
      willWrite(o.destination)
      access(
        bytes == UInt32(o.width)
          ? .load(bytes: bytes) : .loadSigned(bytes: bytes, is64: o.width == 8),
        A64Map.register(o.destination).number, place)
    } else {
      access(.loadSigned(bytes: bytes, is64: false), A64Map.other.number, o, bytes: bytes)
      insert(o.destination, A64Map.other, width: o.width)
    }
  }

  mutating func store() {
    let o = op.pointee
    let bytes = UInt32(o.width)
    if pushed(o) { return }
    let place = storePlace(o, bytes: bytes)
    access(.store(bytes: bytes), storedRegister(o, place).number, place)
  }

  /// The register with a store's value; constants go to a scratch register that `place` leaves.
  mutating func storedRegister(_ o: Operation, _ place: A64Place?) -> A64Register {
    if let value = known(o.left) {
      let masked = o.width == 8 ? value : value & ((1 << (UInt64(o.width) * 8)) - 1)
      if masked == 0 { return .zero }
      let to = A64Map.third
      constant(to, narrowed(masked, o.width))
      return to
    }
    return register(o.left)
  }

  /// Any constant with the same low bytes will do: the one that is cheapest.
  private func narrowed(_ value: UInt64, _ width: UInt8) -> UInt64 {
    guard width == 4, A64Immediate.moveCount(value) > 1 else { return value }
    return value
  }
}
