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
    let distance = distance(o, from: site.first)
    var detour = A64Detour(first: site.first, alias: site.alias)
    testWindow(distance, site.count &- UInt64(bytes), &detour)
    // A slot keeps its constant: then the distance is what changes.
    let kept = distance == A64Map.scratch ? slots.find(.constant(site.alias)) : nil
    if kept == nil { constant(A64Map.other, site.alias) }
    detour.isDistance = kept != nil
    add(detour)
    let start = kept ?? A64Map.other
    guard isSingle else { return .indexed(distance, start, isScaled: false) }
    a.add(A64Map.scratch, distance, start)
    return .scaled(A64Map.scratch, 0)
  }

  /// Element of a table in the window: its number is what is tested.
  private mutating func element(of table: A64Table, isSingle: Bool) -> A64Place {
    let index = register(table.index)
    let isScaled = table.scale != 0
    let start = A64Map.other
    if isFree, let there = slots.find(.constant(table.first)),
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
    a.add(A64Map.scratch, start, index, by: table.scale)
    return .scaled(A64Map.scratch, 0)
  }

  // MARK: The test

  private var isFree: Bool {
    if case .result = form { return true }
    return losesFlags
  }

  private mutating func compare(_ distance: A64Register, _ most: UInt64) {
    a.addImmediate(
      .zero, distance, UInt32(truncatingIfNeeded: most), subtract: true, flags: true)
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
    let x = A64Map.other
    addConstant(x, distance, -Int64(most) - 1, is64: true)
    a.logic(.and, x, x, distance, inverted: true)
    detour.branch = a.count
    a.testBranch(x, bit: 63, isZero: true)
  }

  // MARK: The distance

  /// The address of an operand less `first`: in `A64Map.scratch`, or where it is already.
  private mutating func distance(_ o: Operation, from first: UInt64) -> A64Register {
    let x = A64Map.scratch
    guard o.addressMode & ~3 == 0 else {
      addConstant(x, fullAddress(o), 0 &- Int64(bitPattern: first), is64: true)
      return x
    }
    let offset = o.displacement &- Int64(bitPattern: first)
    guard o.base == .none else {
      let base = self.base(o.base, offset)
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
  private mutating func base(_ value: Value, _ offset: Int64) -> A64Register {
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
    var to = x
    if value.isRegister, A64Immediate.arithmetic(offset.magnitude) == nil {
      to = slots.take(.offset(value, offset))
    }
    addConstant(to, register(value), offset, is64: true)
    return to
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
  let index: Value
  let scale: UInt32
  let first: UInt64
  let alias: UInt64
  /// The last element's number.
  let most: UInt64

  /// Nil: the operand's constant part is not in the window.
  init?(_ o: Operation, bytes: UInt32, _ site: StoreSite) {
    guard o.addressMode & ~3 == 0, o.base == .none || o.index == .none else { return nil }
    scale = o.index == .none ? 0 : UInt32(o.memory.scale)
    guard scale == 0 || 1 << scale == bytes else { return nil }
    index = o.index == .none ? o.base : o.index
    first = UInt64(bitPattern: o.displacement)
    let distance = first &- site.first
    guard distance <= site.count &- UInt64(bytes), index != .none else { return nil }
    alias = site.alias &+ distance
    most = (site.count &- UInt64(bytes) &- distance) >> UInt64(scale)
  }
}
