/// How a site's access gets its address: by a test of its window.
extension A64Emitter {
  /// Where an operand of `bytes` is written: at its address, or at a site by way of its window. Then
  /// `A64Map.scratch` and `other` are taken. `isSingle`: `other` is not.
  mutating func storePlace(_ o: Operation, bytes: UInt32, isSingle: Bool = false) -> A64Place {
    guard let site else { return place(o, bytes: bytes) }
    guard o.base == .none && o.index == .none && o.addressMode == 0 else {
      return redirected(o, bytes: bytes, site, isSingle: isSingle)
    }
    let distance = UInt64(bitPattern: o.displacement) &- site.first
    guard distance <= site.count &- UInt64(bytes) else { return place(o, bytes: bytes) }
    return absolute(site.alias &+ distance, bytes)
  }

  /// The same as an address in a register, `A64Map.scratch`.
  mutating func storeAddress(_ o: Operation, bytes: UInt32) -> A64Register {
    guard let site else { return fullAddress(o) }
    _ = redirected(o, bytes: bytes, site, isSingle: true)
    return A64Map.scratch
  }

  private mutating func redirected(
    _ o: Operation, bytes: UInt32, _ site: StoreSite, isSingle: Bool
  ) -> A64Place {
    if let table = A64Table(o, bytes: bytes, site) { return element(of: table, isSingle: isSingle) }
    var detour = A64Detour(first: site.first, alias: site.alias)
    var hasAlias = false
    let distance = distance(o, site, &hasAlias)
    testWindow(distance, site.count &- UInt64(bytes), &detour)
    // A slot keeps its constant: then the distance is what changes.
    let kept = distance == A64Map.scratch ? slots.find(.constant(site.alias)) : nil
    if kept == nil && !hasAlias { constant(A64Map.other, site.alias) }
    detour.isDistance = kept != nil
    add(detour)
    let start = kept ?? A64Map.other
    guard isSingle else { return .indexed(distance, start, isScaled: false) }
    a.add(A64Map.scratch, distance, start)
    return .scaled(A64Map.scratch, 0)
  }

  /// Element of a table in the window: its number is what is tested.
  private mutating func element(of table: A64Table, isSingle: Bool) -> A64Place {
    var index = register(table.index)
    let isScaled = table.scale != 0 && table.base == .none
    if table.base != .none {
      let there = slots.find(.sum(table.base, table.index, table.scale))
      if there == nil { a.add(A64Map.scratch, register(table.base), index, by: table.scale) }
      index = there ?? A64Map.scratch
    }
    var start = A64Map.other
    if table.base == .none && mostOf(table.index) <= table.most {
      start = constantAddress(table.alias)
    } else if isFree, let there = slots.find(.constant(table.first)),
      let alias = slots.find(.constant(table.alias))
    {
      compare(index, table.most)
      a.select(start, alias, there, if: .lowerOrSame)
    } else {
      var detour = A64Detour(first: table.first, alias: table.alias)
      testWindow(index, table.most, &detour)
      constant(start, table.alias)
      add(detour)
    }
    guard isSingle else { return .indexed(start, index, isScaled: isScaled) }
    a.add(A64Map.scratch, start, index, by: isScaled ? table.scale : 0)
    return .scaled(A64Map.scratch, 0)
  }

  /// What a register cannot exceed, by the operation of this block that wrote it last.
  private func mostOf(_ value: Value) -> UInt64 {
    guard value.isRegister else { return ~0 }
    for m in stride(from: n - 1, through: 0, by: -1) {
      let o = ops[m]
      if o.opcode == .boundary {
        if plan.isInterpreted[m] { return ~0 }
      } else if registersWritten(by: o) >> UInt32(value.raw) & 1 != 0 {
        return mostOf(resultOf: o)
      }
    }
    return ~0
  }

  private func mostOf(resultOf o: Operation) -> UInt64 {
    let all: UInt64 = o.width == 8 ? ~0 : 0xFFFF_FFFF
    guard o.width >= 4, o.attributes.isEmpty else { return ~0 }
    switch o.opcode {
    case .zeroExtend: return o.selector == 1 ? 0xFF : o.selector == 2 ? 0xFFFF : ~0
    case .and where o.right == .immediate: return UInt64(bitPattern: o.immediate) & all
    case .shiftRight where o.right == .immediate:
      return all >> UInt64(o.immediate & (o.width == 8 ? 63 : 31))
    default: return ~0
    }
  }

  // MARK: The test

  private var isFree: Bool {
    if case .result = form { return true }
    return losesFlags
  }

  private mutating func compare(_ distance: A64Register, _ most: UInt64) {
    // That the flags go is known from `prepareSite`.
    let writesFlags = a.writesFlags
    a.addImmediate(
      .zero, distance, UInt32(truncatingIfNeeded: most), subtract: true, flags: true)
    a.writesFlags = writesFlags
  }

  /// Branches away where the distance is more than `most`.
  private mutating func testWindow(
    _ distance: A64Register, _ most: UInt64, _ detour: inout A64Detour
  ) {
    if isFree {
      compare(distance, most)
      detour.branch = a.count
      return a.branch(if: .higher)
    }
    // Not negative, but so when what is allowed and one is taken off.
    let x = A64Map.third
    addConstant(x, distance, -Int64(most) - 1, is64: true)
    a.logic(.and, x, x, distance, inverted: true)
    detour.branch = a.count
    a.testBranch(x, bit: 63, isZero: true)
  }

  // MARK: The distance

  /// The address of an operand less the window's start: in `A64Map.scratch`, or where it is already.
  /// `hasAlias` becomes true where the alias has come to `other` with it.
  private mutating func distance(
    _ o: Operation, _ site: StoreSite, _ hasAlias: inout Bool
  ) -> A64Register {
    let x = A64Map.scratch
    let first = site.first
    guard o.addressMode & ~3 == 0 else {
      addConstant(x, fullAddress(o), 0 &- Int64(bitPattern: first), is64: true)
      return x
    }
    let offset = o.displacement &- Int64(bitPattern: first)
    guard o.base == .none else {
      let base = self.base(o.base, offset, site, &hasAlias)
      guard o.index != .none else { return base }
      a.add(x, base, register(o.index), by: UInt32(o.memory.scale))
      return x
    }
    guard o.index != .none else {
      constant(x, UInt64(bitPattern: offset))
      return x
    }
    let start = offset == 0 ? .zero : constantAddress(UInt64(bitPattern: offset))
    a.add(x, start, register(o.index), by: UInt32(o.memory.scale))
    return x
  }

  /// A register with an offset: from a slot where it takes more than an addition.
  private mutating func base(
    _ value: Value, _ offset: Int64, _ site: StoreSite, _ hasAlias: inout Bool
  ) -> A64Register {
    let x = A64Map.scratch
    if offset == 0 { return register(value) }
    if value.isRegister, let (there, distance) = slots.near(value, offset) {
      if distance == 0 { return there }
      addConstant(x, there, distance, is64: true)
      return x
    }
    if let there = slots.find(.constant(UInt64(bitPattern: offset))) {
      a.add(x, register(value), there)
      return x
    }
    if A64Immediate.arithmetic(offset.magnitude) == nil,
      let pair = constants(UInt64(bitPattern: offset), site.alias)
    {
      if isWantedAgain(offset, site.alias) {
        let from = slots.take(.constant(UInt64(bitPattern: offset)))
        load(pair, from, slots.take(.constant(site.alias)))
        a.add(x, register(value), from)
      } else {
        load(pair, x, A64Map.other)
        a.add(x, register(value), x)
        hasAlias = true
      }
      return x
    }
    var to = x
    if value.isRegister, A64Immediate.arithmetic(offset.magnitude) == nil {
      to = slots.take(.offset(value, offset))
    }
    addConstant(to, register(value), offset, is64: true)
    return to
  }

  // MARK: Constants

  /// The place of two constants that one instruction loads; nil if there is no room.
  private func constants(_ first: UInt64, _ second: UInt64) -> Int? {
    guard
      let pairs = UnsafeMutablePointer<UInt64>(
        bitPattern: UInt(layout.branchTable) - UInt(CodeMemory.constantBytes))
    else { return nil }
    let count = plan.pairCount.pointee
    for n in 0..<count where pairs[2 * n] == first && pairs[2 * n + 1] == second { return n }
    guard count < CodeMemory.constantBytes / 16 else { return nil }
    pairs[2 * count] = first
    pairs[2 * count + 1] = second
    plan.pairCount.pointee = count + 1
    return count
  }

  private mutating func load(_ pair: Int, _ first: A64Register, _ second: A64Register) {
    a.pair(
      load: true, first, second, A64Map.branchTable,
      offset: Int32(pair * 16 - CodeMemory.constantBytes))
  }

  /// Whether another site of the block adds the same to a register, and two slots are free.
  private func isWantedAgain(_ offset: Int64, _ alias: UInt64) -> Bool {
    guard slots.count - slots.pinned >= 2 else { return false }
    var site: StoreSite?
    for m in n + 1..<Int(block.operationCount) {
      let o = ops[m]
      if o.opcode == .boundary { site = self.site(at: m) }
      if let site, stores(o), o.base != .none, o.addressMode & ~3 == 0, site.alias == alias,
        o.displacement &- Int64(bitPattern: site.first) == offset
      {
        return true
      }
    }
    return false
  }

  // MARK: In loops

  /// What a site's operand could have in slots throughout a loop that changes `written`.
  func wanted(
    _ o: Operation, by site: StoreSite, _ written: UInt32
  ) -> (A64Slot?, A64Slot?) {
    let bytes = bytesStored(o)
    if let table = A64Table(o, bytes: bytes, site) {
      return (.constant(table.first), .constant(table.alias))
    }
    guard o.addressMode & ~3 == 0 else { return (nil, nil) }
    let alias = A64Slot.constant(site.alias)
    let offset = o.displacement &- Int64(bitPattern: site.first)
    guard o.base != .none || o.index != .none else {
      return (.constant(site.alias &+ UInt64(bitPattern: offset) & ~0xFFF), nil)
    }
    guard o.base == .none || A64Immediate.arithmetic(offset.magnitude) == nil else {
      return (alias, nil)
    }
    if o.base.isRegister, o.index != .none, written >> UInt32(o.base.raw) & 1 == 0 {
      return (.offset(o.base, offset), alias)
    }
    return (.constant(UInt64(bitPattern: offset)), alias)
  }
}

/// A table within a window, and which of its elements are.
private struct A64Table {
  /// A register that is added to the number.
  let base: Value
  let index: Value
  let scale: UInt32
  let first: UInt64
  let alias: UInt64
  /// The last element's number.
  let most: UInt64

  /// Nil: the operand's constant part is not in the window.
  init?(_ o: Operation, bytes: UInt32, _ site: StoreSite) {
    guard o.addressMode & ~3 == 0 else { return nil }
    // [r + r + table], for elements of two bytes.
    let isDoubled = o.base == o.index && o.memory.scale == 0 && bytes == 2
    scale = o.index == .none ? 0 : isDoubled ? 1 : UInt32(o.memory.scale)
    base = o.index == .none || isDoubled ? .none : o.base
    index = o.index == .none ? o.base : o.index
    guard base != .none || scale == 0 || 1 << scale == bytes else { return nil }
    first = UInt64(bitPattern: o.displacement)
    let distance = first &- site.first
    guard distance <= site.count &- UInt64(bytes), index != .none else { return nil }
    alias = site.alias &+ distance
    most = (site.count &- UInt64(bytes) &- distance) >> UInt64(base == .none ? scale : 0)
  }
}
