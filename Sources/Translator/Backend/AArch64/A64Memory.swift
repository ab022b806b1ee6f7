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
    if isDoubledIndex(o, bytes) { return scaledIndex(o, index, 1, bytes) }
    return indexed(o, base, index, scale, bytes, fits)
  }

  /// `[r + r + table]`, for elements of two bytes.
  func isDoubledIndex(_ o: Operation, _ bytes: UInt32) -> Bool {
    bytes == 2 && o.base == o.index && o.base.isRegister && o.memory.scale == 0
      && !A64Slots.reaches(o.displacement, bytes)
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

  mutating func constantAddress(_ value: UInt64) -> A64Register {
    if let there = slots.find(.constant(value)) { return there }
    let to = slots.take(.constant(value))
    constant(to, value)
    return to
  }

  /// The beginning of an address's page is what others around it want too.
  mutating func absolute(_ address: UInt64, _ bytes: UInt32) -> A64Place {
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
}
