/// What a slot register holds, for the next operand that wants the same: a constant, a register with
/// a displacement, or base + index·scale.
struct A64Slot: Equatable {
  enum Kind: UInt8 { case nothing, constant, offset, sum }
  var kind = Kind.nothing
  /// Numbers of guest registers.
  var base: UInt8 = 0
  var index: UInt8 = 0
  var scale: UInt8 = 0
  /// The constant, or the displacement.
  var value: UInt64 = 0

  static func constant(_ value: UInt64) -> A64Slot { A64Slot(kind: .constant, value: value) }

  static func offset(_ base: Value, _ displacement: Int64) -> A64Slot {
    A64Slot(kind: .offset, base: base.raw, value: UInt64(bitPattern: displacement))
  }

  static func sum(_ base: Value, _ index: Value, _ scale: UInt32) -> A64Slot {
    A64Slot(
      kind: .sum, base: base.raw, index: index.raw, scale: UInt8(truncatingIfNeeded: scale))
  }

  func uses(_ register: UInt8) -> Bool {
    switch kind {
    case .nothing, .constant: false
    case .offset: base == register
    case .sum: base == register || index == register
    }
  }
}

/// The slot registers. In a loop of one block the first of them hold what does not change in it.
struct A64Slots {
  let slots: UnsafeMutablePointer<A64Slot>
  static let most = 3
  /// Two, and the counter's register where nobody counts.
  var count = 2
  /// So many at the end keep what they have.
  var pinned = 0
  private var next = 0

  init(slots: UnsafeMutablePointer<A64Slot>) { self.slots = slots }

  static func register(_ n: Int) -> A64Register {
    n == 0 ? A64Map.saved : n == 1 ? A64Map.constantAddress : A64Map.remaining
  }

  func find(_ slot: A64Slot) -> A64Register? {
    for n in 0..<count where slots[n] == slot { return Self.register(n) }
    return nil
  }

  /// A constant from which an address can be reached, with the distance to it.
  func near(_ address: UInt64, _ bytes: UInt32) -> (register: A64Register, distance: Int64)? {
    for n in 0..<count where slots[n].kind == .constant {
      let distance = Int64(bitPattern: address &- slots[n].value)
      if A64Slots.reaches(distance, bytes) { return (Self.register(n), distance) }
    }
    return nil
  }

  /// A register with a displacement from which another is an addition away, with the distance to it.
  func near(_ base: Value, _ displacement: Int64) -> (register: A64Register, distance: Int64)? {
    if let there = find(.offset(base, displacement)) { return (there, 0) }
    for n in 0..<count where slots[n].kind == .offset && slots[n].base == base.raw {
      let distance = displacement &- Int64(bitPattern: slots[n].value)
      if A64Immediate.arithmetic(distance.magnitude) != nil { return (Self.register(n), distance) }
    }
    return nil
  }

  /// The displacements that an access carries itself.
  static func reaches(_ displacement: Int64, _ bytes: UInt32) -> Bool {
    if displacement >= -256 && displacement < 256 { return true }
    return displacement > 0 && displacement & Int64(bytes - 1) == 0
      && displacement < 4096 * Int64(bytes)
  }

  /// A register for something new; the caller puts it there.
  mutating func take(_ slot: A64Slot) -> A64Register {
    let free = count - pinned
    next = next + 1 < free ? next + 1 : 0
    slots[next] = slot
    return Self.register(next)
  }

  /// As `take`, for good. Nil: no register is left.
  mutating func pin(_ slot: A64Slot) -> A64Register? {
    guard count - pinned > 1 else { return nil }
    pinned += 1
    slots[count - pinned] = slot
    return Self.register(count - pinned)
  }

  /// Whether what was pinned is still there.
  var keepsPinned: Bool {
    for n in (count - pinned)..<count where slots[n].kind == .nothing { return false }
    return true
  }

  func forget(_ register: UInt8) {
    for n in 0..<count where slots[n].uses(register) { slots[n] = A64Slot() }
  }

  func forgetAll() {
    for n in 0..<Self.most { slots[n] = A64Slot() }
  }
}

/// What a loop keeps in slots.
extension A64Emitter {
  /// Counted candidates; more are not looked at.
  private static var mostCandidates: Int { 12 }

  /// In front of a block that branches to itself: what its operands want each time and nothing in
  /// the block changes.
  mutating func writePinned() {
    guard !layout.isCounting, branchesToItself else { return }
    writeLoopAlignment()
    let written = writtenRegisters
    var found = 0
    var site: StoreSite?
    for m in 0..<Int(block.operationCount) {
      if ops[m].opcode == .boundary { site = self.site(at: m) }
      if let site, stores(ops[m]) {
        let (first, second) = wanted(ops[m], by: site, written)
        consider(first, &found)
        consider(second, &found)
      } else {
        consider(wanted(ops[m], written), &found)
      }
    }
    while found > 0 {
      var best = 0
      for c in 0..<found where plan.candidates[c].uses > plan.candidates[best].uses { best = c }
      guard pin(plan.candidates[best].slot) else { return }
      found -= 1
      plan.candidates[best] = plan.candidates[found]
    }
  }

  private func consider(_ slot: A64Slot?, _ found: inout Int) {
    guard let slot else { return }
    var c = 0
    while c < found && plan.candidates[c].slot != slot { c += 1 }
    if c == found {
      guard found < Self.mostCandidates else { return }
      plan.candidates[c] = (slot, 0)
      found += 1
    }
    plan.candidates[c].uses += 1
  }

  private mutating func pin(_ slot: A64Slot) -> Bool {
    guard let register = slots.pin(slot) else { return false }
    if slot.kind == .constant {
      constant(register, slot.value)
    } else {
      addConstant(
        register, A64Register(slot.base), Int64(bitPattern: slot.value), is64: true)
    }
    return true
  }

  private var branchesToItself: Bool {
    for m in 0..<Int(block.operationCount) {
      let opcode = ops[m].opcode
      if opcode == .branch || opcode == .branchCounter || opcode == .jump,
        UInt64(bitPattern: ops[m].immediate) == block.address
      {
        return true
      }
    }
    return false
  }

  /// Guest registers that the block changes, as bits. The ones that opcodes change by themselves
  /// among them.
  private var writtenRegisters: UInt32 {
    var written: UInt32 = 0
    for m in 0..<Int(block.operationCount) { written |= registersWritten(by: ops[m]) }
    return written
  }

  func registersWritten(by o: Operation) -> UInt32 {
    var written: UInt32 = 0
    if o.destination.isRegister && !o.opcode.writesVector {
      written |= 1 << UInt32(o.destination.raw)
    }
    if o.third.isRegister { written |= 1 << UInt32(o.third.raw) }
    switch o.opcode {
    case .divideUnsigned, .divideSigned, .moveString, .storeString, .loadString, .branchCounter,
      .system, .query, .compareExchange, .compareExchangeWide, .exchangeAdd, .exchange,
      .scanString, .compareString, .vectorString:
      written |= 0b1100_0111
      if o.right.isRegister { written |= 1 << UInt32(o.right.raw) }
    default: break
    }
    return written
  }

  /// What of an operation could be kept in a slot throughout a loop.
  private func wanted(_ o: Operation, _ written: UInt32) -> A64Slot? {
    guard hasMemory(o), o.addressMode & ~3 == 0 else { return wantedConstant(o) }
    let bytes = max(
      1, UInt32(o.opcode.namesVectors || o.opcode == .loadSigned ? o.selector : o.width))
    let displacement = o.displacement
    guard o.base != .none else {
      let address = UInt64(bitPattern: displacement)
      if o.index == .none { return .constant(address & ~0xFFF) }
      return A64Slots.reaches(displacement, bytes) && o.memory.scale == 0
        ? nil : .constant(address)
    }
    guard displacement != 0, o.index != .none || !A64Slots.reaches(displacement, bytes) else {
      return nil
    }
    guard let far = far(displacement), !isDoubledIndex(o, bytes) else {
      return .constant(UInt64(bitPattern: displacement))
    }
    guard o.base.isRegister, written >> UInt32(o.base.raw) & 1 == 0 else { return nil }
    return .offset(o.base, far.high)
  }

  /// A constant operand that no instruction carries.
  private func wantedConstant(_ o: Operation) -> A64Slot? {
    guard o.right == .immediate, o.width >= 4 else { return nil }
    let value = mask(UInt64(bitPattern: o.immediate), o.width)
    switch o.opcode {
    case .add, .subtract, .and, .or, .xor, .multiply: break
    default: return nil
    }
    let negative = mask(0 &- value, o.width)
    if A64Immediate.arithmetic(value) != nil || A64Immediate.arithmetic(negative) != nil
      || A64Immediate.logical(value, is64: o.width == 8) != nil
    {
      return o.opcode == .multiply ? .constant(value) : nil
    }
    return .constant(value)
  }

  private func hasMemory(_ o: Operation) -> Bool {
    switch o.opcode {
    case .load, .loadSigned, .store, .vectorLoad, .vectorStore: true
    default: !o.attributes.isDisjoint(with: .memory)
    }
  }

  /// A displacement as what one addition adds, and what an access can carry.
  func far(_ displacement: Int64) -> (high: Int64, low: Int64)? {
    let magnitude = displacement.magnitude
    if A64Immediate.arithmetic(magnitude) != nil { return (displacement, 0) }
    let low = displacement & 0xFFF
    let high = displacement &- low
    return A64Immediate.arithmetic(high.magnitude) == nil ? nil : (high, low)
  }
}

extension Opcode {
  /// `destination` names a vector register.
  var writesVector: Bool { namesVectors && self != .vectorToGeneral && self != .vectorString }
}
