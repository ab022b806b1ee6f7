/// Stores to pages that hold translated code as well: see `StoreSites`.
///
/// The address less the window's start is compared with what the window allows, and the access adds
/// to it where the window can be written. Where it is outside, code behind the block has the access
/// add the window's start instead. So there is one access, which belongs to its instruction when it
/// faults; and within a window it cannot fault.
extension A64Emitter {
  /// In front of an instruction: whether it is a site, and what its test may do with NZCV. A fault's
  /// recipe is asked for with what is in NZCV gone.
  mutating func prepareSite() {
    site = site(at: boundary)
    guard site != nil, canRedirect, plan.hard[boundary].isDisjoint(with: Self.hostFlags) else {
      return
    }
    losesFlags = true
    form = .canonical
    // An earlier block's are not sure to be there: they may go.
    spoil(Self.hostFlags.subtracting(unsure))
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
      let o = ops[m]
      guard stores(o) || o.opcode == .moveString || o.opcode == .storeString else { continue }
      if site.count < UInt64(bytesStored(o)) { return false }
    }
    return true
  }

  func stores(_ o: Operation) -> Bool {
    o.opcode == .store || o.opcode == .vectorStore || o.attributes.contains(.memoryDestination)
  }

  func bytesStored(_ o: Operation) -> UInt32 {
    UInt32(o.opcode == .vectorStore ? o.selector : o.width)
  }

  // MARK: Behind the block

  /// Keeps a detour whose way back is here.
  mutating func add(_ detour: A64Detour) {
    let count = plan.counts.pointee.detours
    plan.detours[count] = detour
    plan.detours[count].back = a.count
    plan.counts.pointee.detours = count + 1
  }

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
