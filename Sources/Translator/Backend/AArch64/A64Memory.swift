/// Guest memory operands.
///
/// What AArch64 can fold it folds: a displacement of 9 bits, or of 12 scaled by the size; an index
/// scaled by one or by the size. The rest goes through a scratch register.
enum A64Place {
  case scaled(A64Register, UInt32)
  case unscaled(A64Register, Int32)
  case indexed(A64Register, A64Register, isScaled: Bool)
}

extension A64Emitter {
  /// Where an operand of `bytes` lies. May use `A64Map.scratch`, and `other` on the way.
  mutating func place(_ o: Operation, bytes: UInt32) -> A64Place {
    let segment = o.memory.segment
    let wraps = o.addressMode & 32 != 0
    if segment != 0 || wraps { return .scaled(fullAddress(o), 0) }
    let scale = UInt32(o.memory.scale)
    if o.index == .none {
      guard o.base != .none else { return absolute(UInt64(bitPattern: o.displacement), bytes) }
      return offset(o.base, o.displacement, bytes)
    }
    let index = register(o.index)
    let fits = scale == 0 || 1 << scale == bytes
    if o.base == .none {
      if o.displacement == 0 && scale == 0 { return .scaled(index, 0) }
      return scaledIndex(o, index, scale, bytes)
    }
    let base = register(o.base)
    if o.displacement == 0 && fits { return .indexed(base, index, isScaled: scale != 0) }
    return indexed(o, base, index, scale, bytes, fits)
  }

  /// base + index·scale + displacement: through base + index·scale, which other elements of the same
  /// structure want as well, or through base + displacement, which other indices do.
  private mutating func indexed(
    _ o: Operation, _ base: A64Register, _ index: A64Register, _ scale: UInt32, _ bytes: UInt32,
    _ fits: Bool
  ) -> A64Place {
    let isNear = A64Slots.reaches(o.displacement, bytes)
    if isNear, let sum = slots.find(.sum(o.base, o.index, scale)) {
      return near(sum, o.displacement, bytes)
    }
    let far = far(o.displacement)
    if let far, fits || !isNear, o.base.isRegister,
      let table = slots.find(.offset(o.base, far.high))
    {
      return element(table, index, scale, far.low, bytes, fits)
    }
    if isNear { return near(sum(o, base, index, scale), o.displacement, bytes) }
    if let far, o.base.isRegister {
      let table = slots.take(.offset(o.base, far.high))
      addConstant(table, base, far.high, is64: true)
      return element(table, index, scale, far.low, bytes, fits)
    }
    let table = constantAddress(UInt64(bitPattern: o.displacement))
    a.add(A64Map.scratch, base, index, by: scale)
    return .indexed(A64Map.scratch, table, isScaled: false)
  }

  /// An element of a table, perhaps a little behind it.
  private mutating func element(
    _ table: A64Register, _ index: A64Register, _ scale: UInt32, _ low: Int64, _ bytes: UInt32,
    _ fits: Bool
  ) -> A64Place {
    if low == 0 && fits { return .indexed(table, index, isScaled: scale != 0) }
    a.add(A64Map.scratch, table, index, by: scale)
    return near(A64Map.scratch, low, bytes)
  }

  /// A displacement that the access carries, or nearly.
  private mutating func near(
    _ base: A64Register, _ displacement: Int64, _ bytes: UInt32
  ) -> A64Place {
    if displacement >= 0, displacement & Int64(bytes - 1) == 0, displacement < 4096 * Int64(bytes) {
      return .scaled(base, UInt32(displacement))
    }
    if displacement >= -256 && displacement < 256 { return .unscaled(base, Int32(displacement)) }
    addConstant(A64Map.scratch, base, displacement, is64: true)
    return .scaled(A64Map.scratch, 0)
  }

  private mutating func sum(
    _ o: Operation, _ base: A64Register, _ index: A64Register, _ scale: UInt32
  ) -> A64Register {
    guard o.base.isRegister, o.index.isRegister else {
      a.add(A64Map.scratch, base, index, by: scale)
      return A64Map.scratch
    }
    let to = slots.take(.sum(o.base, o.index, scale))
    a.add(to, base, index, by: scale)
    return to
  }

  /// index·scale + displacement.
  private mutating func scaledIndex(
    _ o: Operation, _ index: A64Register, _ scale: UInt32, _ bytes: UInt32
  ) -> A64Place {
    if scale == 0 { return offset(o.index, o.displacement, bytes) }
    if o.displacement == 0 {
      a.shift(.left, A64Map.scratch, index, by: scale)
      return .scaled(A64Map.scratch, 0)
    }
    let table = constantAddress(UInt64(bitPattern: o.displacement))
    if 1 << scale == bytes { return .indexed(table, index, isScaled: true) }
    a.add(A64Map.scratch, table, index, by: scale)
    return .scaled(A64Map.scratch, 0)
  }

  private mutating func constantAddress(_ value: UInt64) -> A64Register {
    if let there = slots.find(.constant(value)) { return there }
    let to = slots.take(.constant(value))
    constant(to, value)
    return to
  }

  /// The beginning of an address's page is what others around it want too.
  private mutating func absolute(_ address: UInt64, _ bytes: UInt32) -> A64Place {
    if let (there, distance) = slots.near(address, bytes) { return near(there, distance, bytes) }
    let page = address & ~0xFFF
    let from = A64Slots.reaches(Int64(address & 0xFFF), bytes) ? page : address
    let to = slots.take(.constant(from))
    constant(to, from)
    return near(to, Int64(bitPattern: address &- from), bytes)
  }

  private mutating func offset(_ value: Value, _ displacement: Int64, _ bytes: UInt32) -> A64Place {
    let base = register(value)
    if A64Slots.reaches(displacement, bytes) { return near(base, displacement, bytes) }
    guard let far = far(displacement) else {
      return .indexed(base, constantAddress(UInt64(bitPattern: displacement)), isScaled: false)
    }
    guard value.isRegister else {
      addConstant(A64Map.scratch, base, far.high, is64: true)
      return near(A64Map.scratch, far.low, bytes)
    }
    if let there = slots.find(.offset(value, far.high)) { return near(there, far.low, bytes) }
    let to = slots.take(.offset(value, far.high))
    addConstant(to, base, far.high, is64: true)
    return near(to, far.low, bytes)
  }

  /// The whole address in `A64Map.scratch`.
  mutating func fullAddress(_ o: Operation) -> A64Register {
    let to = A64Map.scratch
    if o.addressMode & 32 != 0 {
      sum(to, o, is64: false)
    } else {
      sum(to, o, is64: true)
    }
    let segment = o.memory.segment
    if segment != 0 {
      a.access(
        .load(bytes: 8), A64Map.other.number, A64Map.state,
        scaled: A64State.segmentBase(UInt32(segment) - 1))
      a.add(to, to, A64Map.other, is64: !is32BitMode)
    }
    return to
  }

  /// d = base + index·scale + displacement. d may be any register, an operand's as well.
  mutating func sum(_ d: A64Register, _ o: Operation, is64: Bool) {
    let displacement = is64 ? o.displacement : Int64(Int32(truncatingIfNeeded: o.displacement))
    let scale = UInt32(o.memory.scale)
    if o.index == .none {
      guard o.base != .none else {
        let mask: UInt64 = is64 ? ~0 : 0xFFFF_FFFF
        return constant(d, UInt64(bitPattern: displacement) & mask)
      }
      return addConstant(d, register(o.base), displacement, is64: is64)
    }
    let index = register(o.index)
    if o.base == .none {
      if displacement == 0 { return a.shift(.left, d, index, by: scale, is64: is64) }
      if scale == 0 { return addConstant(d, index, displacement, is64: is64) }
      if index != A64Map.other {
        constant(A64Map.other, UInt64(bitPattern: displacement))
        return a.add(d, A64Map.other, index, by: scale, is64: is64)
      }
    }
    let base = o.base == .none ? A64Register.zero : register(o.base)
    a.add(d, base, index, by: scale, is64: is64)
    if displacement != 0 { addConstant(d, d, displacement, is64: is64) }
  }

  /// d = n + value. May use `A64Map.other`.
  mutating func addConstant(_ d: A64Register, _ n: A64Register, _ value: Int64, is64: Bool) {
    if value == 0 {
      if d != n || !is64 { a.move(d, n, is64: is64) }
      return
    }
    let magnitude = value.magnitude
    if let (part, shifted) = A64Immediate.arithmetic(magnitude) {
      return a.addImmediate(d, n, part, shifted: shifted, subtract: value < 0, is64: is64)
    }
    if magnitude < 1 << 24 {
      a.addImmediate(
        d, n, UInt32(magnitude >> 12), shifted: true, subtract: value < 0, is64: is64)
      return a.addImmediate(
        d, d, UInt32(magnitude & 0xFFF), subtract: value < 0, is64: is64)
    }
    constant(A64Map.other, UInt64(bitPattern: value))
    a.add(d, n, A64Map.other, is64: is64)
  }

  mutating func access(_ kind: A64Access, _ t: UInt32, _ place: A64Place) {
    switch place {
    case .scaled(let base, let offset): a.access(kind, t, base, scaled: offset)
    case .unscaled(let base, let offset): a.access(kind, t, base, unscaled: offset)
    case .indexed(let base, let index, let isScaled):
      a.access(kind, t, base, index, scaled: isScaled)
    }
  }

  mutating func access(_ kind: A64Access, _ t: UInt32, _ o: Operation, bytes: UInt32) {
    let place = place(o, bytes: bytes)
    access(kind, t, place)
  }

  // MARK: Moves to and from memory

  mutating func load() {
    let o = op.pointee
    let bytes = UInt32(o.width)
    if popped(o) { return }
    if o.width == 8, isOnlyTarget(o.destination) {
      access(.load(bytes: 8), A64Map.scratch.number, o, bytes: 8)
      isTargetReady = true
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
    guard value.isTemporary, n + 1 < Int(block.operationCount) else { return false }
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
    let place = place(o, bytes: bytes)
    access(.store(bytes: bytes), storedRegister(o, place).number, place)
  }

  /// The register with a store's value; constants go to a scratch register that `place` leaves.
  private mutating func storedRegister(_ o: Operation, _ place: A64Place?) -> A64Register {
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

  // MARK: The stack

  /// `store [b − size]; b −= size` as one access with write-back.
  private mutating func pushed(_ o: Operation) -> Bool {
    let size = Int64(o.width)
    guard o.width == 8, o.index == .none, o.base.isRegister, o.displacement == -size,
      o.addressMode == 0, o.left != o.base, moves(o.base, by: -size)
    else { return false }
    let base = register(o.base)
    if pairPush(o, base) { return true }
    let value = storedRegister(o, nil)
    willWrite(o.base)
    a.access(.store(bytes: 8), value.number, base, indexed: Int32(-size), before: true)
    skip = 1
    return true
  }

  /// Two pushes in a row as one access: the second's instruction then has no code of its own.
  private mutating func pairPush(_ o: Operation, _ base: A64Register) -> Bool {
    guard o.left.isRegister, n + 4 < Int(block.operationCount), n == boundary + 1,
      ops[n + 2].opcode == .boundary, !plan.isInterpreted[n + 2], !isCallNext(n + 2)
    else { return false }
    let next = ops[n + 3]
    guard next.opcode == .store, next.width == 8, next.base == o.base, next.index == .none,
      next.displacement == -8, next.addressMode == 0, next.left.isRegister, next.left != next.base,
      isStep(n + 4, o.base, -8),
      n + 5 >= Int(block.operationCount) || ops[n + 5].opcode == .boundary
    else { return false }
    willWrite(o.base)
    a.pair(
      load: false, A64Map.register(next.left), A64Map.register(o.left), base, offset: -16,
      mode: .before)
    skip = 1
    plan.isPaired[n + 2] = true
    return true
  }

  private func isCallNext(_ n: Int) -> Bool { false }

  /// `load [b]; b += size` as one access with write-back.
  private mutating func popped(_ o: Operation) -> Bool {
    let size = Int64(o.width)
    guard o.width == 8, o.index == .none, o.base.isRegister, o.displacement == 0,
      o.addressMode == 0, o.destination != o.base, n + 1 < Int(block.operationCount),
      isAdvance(n + 1, o.base)
    else { return false }
    let base = register(o.base)
    let by = ops[n + 1].immediate
    guard by >= size, by < 256 else { return false }
    if by == 8 && pairPop(o, base) { return true }
    // A return: the target goes where the branch wants it.
    if o.destination.isTemporary, n + 2 < Int(block.operationCount),
      ops[n + 2].opcode == .jumpIndirect, ops[n + 2].left == o.destination
    {
      willWrite(o.base)
      a.access(
        .load(bytes: 8), A64Map.scratch.number, base, indexed: Int32(by), before: false)
      isTargetReady = true
      skip = 1
      return true
    }
    willWrite(o.destination)
    willWrite(o.base)
    a.access(
      .load(bytes: 8), A64Map.register(o.destination).number, base, indexed: Int32(by),
      before: false)
    skip = 1
    return true
  }

  private mutating func pairPop(_ o: Operation, _ base: A64Register) -> Bool {
    guard o.destination.isRegister, n + 4 < Int(block.operationCount), n == boundary + 1,
      ops[n + 2].opcode == .boundary, !plan.isInterpreted[n + 2]
    else { return false }
    let next = ops[n + 3]
    guard next.opcode == .load, next.width == 8, next.base == o.base, next.index == .none,
      next.displacement == 0, next.addressMode == 0, next.destination.isRegister,
      next.destination != next.base, next.destination != o.destination, isStep(n + 4, o.base, 8),
      n + 5 >= Int(block.operationCount) || ops[n + 5].opcode == .boundary
    else { return false }
    willWrite(o.destination)
    willWrite(next.destination)
    willWrite(o.base)
    a.pair(
      load: true, A64Map.register(o.destination), A64Map.register(next.destination), base,
      offset: 16, mode: .after)
    skip = 1
    plan.isPaired[n + 2] = true
    return true
  }

  /// The next operation is `register += by`, flags unread.
  private func moves(_ register: Value, by: Int64) -> Bool {
    n + 1 < Int(block.operationCount) && isStep(n + 1, register, by)
  }

  private func isStep(_ n: Int, _ register: Value, _ by: Int64) -> Bool {
    isAdvance(n, register) && ops[n].immediate == by
  }

  private func isAdvance(_ n: Int, _ register: Value) -> Bool {
    let o = ops[n]
    return o.opcode == .add && o.width == 8 && o.destination == register && o.left == register
      && o.right == .immediate && o.flags.isEmpty && o.attributes.isEmpty
  }
}
