/// Stores to pages that hold translated code as well: see `StoreSites`.
///
/// The address less the window's start is compared with what the window allows, and the access adds
/// to it where the window can be written. Where it is outside, code behind the block has the access
/// add the window's start instead. So there is one access, which belongs to its instruction when it
/// faults; and within a window it cannot fault.
extension A64Emitter {
  /// In front of an instruction: whether it is a site, and what its test may do with NZCV.
  mutating func prepareSite() {
    site = site(at: boundary)
    guard site != nil, canRedirect, canLoseFlags else { return }
    losesFlags = true
    form = .canonical
    stale.formUnion(Self.hostFlags)
  }

  /// The site that the instruction at a boundary is.
  func site(at boundary: Int) -> StoreSite? {
    sites?.find(block.address &+ UInt64(ops[boundary].offset))
  }

  /// Whether the instruction can be written with the care that its site wants.
  var canRedirect: Bool {
    guard let site else { return true }
    guard plan.counts.pointee.detours < A64Plan.detourCapacity else { return false }
    for m in boundary + 1..<endOfInstruction(boundary) {
      switch ops[m].opcode {
      case .moveString, .storeString: return false
      default: if stores(m) && site.count < UInt64(bytesStored(m)) { return false }
      }
    }
    return true
  }

  private func stores(_ m: Int) -> Bool {
    ops[m].opcode == .store || ops[m].opcode == .vectorStore
      || ops[m].attributes.contains(.memoryDestination)
  }

  private func bytesStored(_ m: Int) -> UInt32 {
    UInt32(ops[m].opcode == .vectorStore ? ops[m].selector : ops[m].width)
  }

  // MARK: Flags

  private static var hostFlags: FlagSet { [.carry, .zero, .sign, .overflow] }

  /// Nobody reads what is in NZCV, a fault's flags are to be had without it, and the block makes new
  /// ones before it is left.
  private var canLoseFlags: Bool {
    let lost = Self.hostFlags.subtracting(stale)
    return plan.hard[boundary].isDisjoint(with: Self.hostFlags)
      && lost.isSubset(of: recipe.available.union(older.available)) && defines(lost)
  }

  private func defines(_ flags: FlagSet) -> Bool {
    var open = flags
    var m = boundary + 1
    while !open.isEmpty {
      guard m < Int(block.operationCount) else { return false }
      switch ops[m].opcode {
      case .branch, .branchCounter, .jump, .jumpIndirect: return false
      case .boundary: if plan.isInterpreted[m] { return false }
      default: open.subtract(A64Liveness.defines(ops + m))
      }
      m += 1
    }
    return true
  }

  // MARK: The store's place

  /// Where an operand of `bytes` is written: at its address, or at a site as said above. Then
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

  /// The same as an address in `A64Map.scratch`.
  mutating func storeAddress(_ o: Operation, bytes: UInt32) -> A64Register {
    guard let site else { return fullAddress(o) }
    _ = redirected(o, bytes: bytes, site, isSingle: true)
    return A64Map.scratch
  }

  private mutating func redirected(
    _ o: Operation, bytes: UInt32, _ site: StoreSite, isSingle: Bool
  ) -> A64Place {
    let distance = distance(o, from: site.first)
    var detour = A64Detour(first: site.first, alias: site.alias)
    testWindow(distance, site.count &- UInt64(bytes), &detour)
    // A slot keeps its constant: then the distance is what changes.
    let kept = distance == A64Map.scratch ? slots.find(.constant(site.alias)) : nil
    if kept == nil { constant(A64Map.other, site.alias) }
    detour.isDistance = kept != nil
    detour.back = a.count
    plan.detours[plan.counts.pointee.detours] = detour
    plan.counts.pointee.detours += 1
    let start = kept ?? A64Map.other
    guard isSingle else { return .indexed(distance, start, isScaled: false) }
    a.add(A64Map.scratch, distance, start)
    return .scaled(A64Map.scratch, 0)
  }

  /// Branches away where the distance is more than `most`.
  private mutating func testWindow(
    _ distance: A64Register, _ most: UInt64, _ detour: inout A64Detour
  ) {
    var isFree = losesFlags
    if case .result = form { isFree = true }
    if isFree {
      a.addImmediate(
        .zero, distance, UInt32(truncatingIfNeeded: most), subtract: true, flags: true)
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

  /// The address of an operand less `first`: in `A64Map.scratch`, or where it is already.
  private mutating func distance(_ o: Operation, from first: UInt64) -> A64Register {
    let x = A64Map.scratch
    guard o.addressMode & ~3 == 0 else {
      addConstant(x, fullAddress(o), 0 &- Int64(bitPattern: first), is64: true)
      return x
    }
    let offset = o.displacement &- Int64(bitPattern: first)
    let scale = UInt32(o.memory.scale)
    guard o.base != .none else {
      guard o.index != .none else {
        constant(x, UInt64(bitPattern: offset))
        return x
      }
      let index = register(o.index)
      if offset == 0 && scale == 0 { return index }
      if offset == 0 {
        a.shift(.left, x, index, by: scale)
      } else {
        a.add(x, constantAddress(UInt64(bitPattern: offset)), index, by: scale)
      }
      return x
    }
    let base = self.base(o.base, offset)
    guard o.index != .none else { return base }
    a.add(x, base, register(o.index), by: scale)
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
    var to = x
    if value.isRegister, A64Immediate.arithmetic(offset.magnitude) == nil {
      to = slots.take(.offset(value, offset))
    }
    addConstant(to, register(value), offset, is64: true)
    return to
  }

  // MARK: Behind the block

  /// What is done where an address is outside its window.
  mutating func writeDetours() {
    for d in 0..<plan.counts.pointee.detours {
      let detour = plan.detours[d]
      a.patch(detour.branch, to: a.count)
      if detour.isDistance {
        constant(A64Map.other, detour.first &- detour.alias)
        a.add(A64Map.scratch, A64Map.scratch, A64Map.other)
      } else {
        constant(A64Map.other, detour.first)
      }
      a.branch(by: Int32(detour.back - a.count))
    }
  }
}

/// The way of a store that leaves its window.
struct A64Detour {
  var first: UInt64
  var alias: UInt64
  /// The branch that leads away, and where the way comes back.
  var branch = 0
  var back = 0
  /// `A64Map.scratch` gets what makes the sum the address; else `other` gets the window's start.
  var isDistance = false
}
