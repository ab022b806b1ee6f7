/// Pushes and pops: accesses with write-back, neighbours in pairs.
extension A64Emitter {
  /// `store [b − size]; b −= size` as one access with write-back.
  mutating func pushed(_ o: Operation) -> Bool {
    let size = Int64(o.width)
    guard site == nil, o.width == 8, o.index == .none, o.base.isRegister, o.displacement == -size,
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
      ops[n + 2].opcode == .boundary, !plan.isInterpreted[n + 2], site(at: n + 2) == nil
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

  /// `load [b]; b += size` as one access with write-back.
  mutating func popped(_ o: Operation) -> Bool {
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
      readyTarget = A64Map.scratch
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

  func isAdvance(_ n: Int, _ register: Value) -> Bool {
    let o = ops[n]
    return o.opcode == .add && o.width == 8 && o.destination == register && o.left == register
      && o.right == .immediate && o.flags.isEmpty && o.attributes.isEmpty
  }
}
