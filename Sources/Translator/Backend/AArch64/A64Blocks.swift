/// The frame of a block: its entry, its instructions in order, its exits and literals.
extension A64Emitter {
  /// The address at which the instruction at a position is executed.
  func address(of position: Int) -> UInt64 { base &+ UInt64(position * 4) }

  // MARK: In front of the first instruction

  mutating func writeHead(isChecked: Bool) {
    forgetVectors()
    slots.forgetAll()
    loop = a.count
    if isChecked { writeCheck() }
    guard layout.isCounting else {
      slots.count = A64Slots.most
      guard !isChecked else { return }
      writePinned()
      loop = a.count
      return
    }
    var exit = A64PendingExit()
    exit.kind = .exhausted
    exit.target = block.address
    exit.isConditional = true
    addExit(exit)
    a.testBranch(A64Map.remaining, bit: 63, isZero: false)
    a.addImmediate(
      A64Map.remaining, A64Map.remaining, UInt32(max(1, block.instructionCount)), subtract: true)
  }

  /// Compares the guest's bytes with those translated, without touching a flag.
  private mutating func writeCheck() {
    let count = Int(block.byteCount)
    guard let bytes = UnsafeRawPointer(bitPattern: UInt(block.address)) else { return }
    var offset = 0
    constant(A64Map.scratch, block.address)
    while offset < count {
      let width = count - offset >= 8 ? 8 : count - offset >= 4 ? 4 : count - offset >= 2 ? 2 : 1
      var expected: UInt64 = 0
      for n in 0..<width {
        expected |= UInt64(bytes.load(fromByteOffset: offset + n, as: UInt8.self)) << UInt64(n * 8)
      }
      if offset < 256 {
        a.access(
          .load(bytes: UInt32(width)), A64Map.other.number, A64Map.scratch, unscaled: Int32(offset))
      } else {
        a.addImmediate(
          A64Map.other, A64Map.scratch, UInt32(offset & 0xFFF))
        a.access(.load(bytes: UInt32(width)), A64Map.other.number, A64Map.other, unscaled: 0)
      }
      constant(A64Map.third, expected)
      a.add(A64Map.other, A64Map.other, A64Map.third, subtract: true)
      var exit = A64PendingExit()
      exit.kind = .stale
      exit.target = block.address
      exit.isConditional = true
      addExit(exit)
      a.compareBranch(A64Map.other, isZero: false, is64: true)
      offset += width
    }
  }

  // MARK: Instructions

  mutating func writeInstructions(_ tables: inout CodeTables) {
    var from = start
    let count = Int(block.operationCount)
    n = 0
    while n < count {
      boundary = n
      constants.pending = 0
      site = nil
      losesFlags = false
      if writeFloatRun(from, &tables) {
        from = a.count
        continue
      }
      let length = ops[n].length
      let end = endOfInstruction(n)
      prepareSite()
      let recipe = noteForFault(end, &tables)
      if plan.isPaired[n] {
        // The instruction before has done it.
      } else if plan.isInterpreted[n] || !canRedirect {
        writeInterpreted(end)
      } else {
        writeOperations(end)
        if usesVectors { tables.usesVectors = 1 }
      }
      (tables.lengths + tables.lengthCount).initialize(
        to: InstructionLength(
          host: UInt16(truncatingIfNeeded: (a.count - from) * 4), guest: length, recipe: recipe))
      tables.lengthCount += 1
      from = a.count
      executed += 1
      n = end
    }
  }

  /// Keeps how to have the flags if the instruction about to be written faults; the number of that
  /// recipe, from one.
  private mutating func noteForFault(_ end: Int, _ tables: inout CodeTables) -> UInt8 {
    var mayFault = false
    for m in n..<end {
      if self.mayFault(ops[m]) { mayFault = true }
      // What brings flags into their place does so before the access.
      if ops[m].opcode == .moveString || ops[m].opcode == .storeString
        || ops[m].opcode == .loadString
      {
        canonicalize(plan.hard[n])
        // Repeated, it may fault when these have moved on.
        if ops[m].selector != 0 {
          recipes.lose(Value.rcx.raw)
          recipes.lose(Value.rsi.raw)
          recipes.lose(Value.rdi.raw)
        }
      }
    }
    return mayFault ? keepRecipe(&tables) : 0
  }

  func mayFault(_ o: Operation) -> Bool {
    switch o.opcode {
    case .load, .loadSigned, .store, .vectorStore, .vectorLoad, .moveString, .storeString,
      .loadString:
      true
    default: !o.attributes.isDisjoint(with: .memory)
    }
  }

  mutating func keepRecipe(_ tables: inout CodeTables) -> UInt8 {
    // What is read is where it belongs.
    if !layout.keepsUnreadFlags, form == .canonical, postponed == nil, step == nil,
      stale.isDisjoint(with: plan.hard[boundary])
    {
      return 0
    }
    let number = tables.recipeCount - firstRecipe + 1
    guard let recipe = recipe(at: boundary), number < 256 else { return 0 }
    if number > 1, tables.recipes[tables.recipeCount - 1] == recipe { return UInt8(number - 1) }
    _ = tables.add(recipe)
    return UInt8(number)
  }

  func endOfInstruction(_ first: Int) -> Int {
    var m = first + 1
    while m < Int(block.operationCount) && ops[m].opcode != .boundary { m += 1 }
    return m
  }

  private mutating func writeInterpreted(_ end: Int) {
    canonicalize(.all)
    let isLast = end == Int(block.operationCount)
    var exit = A64PendingExit()
    exit.kind = isLast ? .leave : .interpret
    exit.executed = executed
    exit.boundary = boundary
    exit.operationCount = end - boundary
    exit.recipe = recipe(at: boundary)
    addExit(exit)
    a.branch()
    plan.exits[plan.counts.pointee.exits - 1].resume = a.count
    forgetAll()
    form = .canonical
  }

  /// The interpreter may have changed any register, and the dispatcher those that are not the
  /// guest's.
  private mutating func forgetAll() {
    forgetRegisters()
    forgetRecipe()
  }

  private mutating func forgetRegisters() {
    zeroes = 0
    signInRDX = 0
    slots.forgetAll()
    alignmentCount = 0
    forgetVectors()
  }

  private mutating func writeOperations(_ end: Int) {
    let exits = plan.counts.pointee.exits
    n = boundary + 1
    while n < end {
      skip = 0
      writeDefining()
      n += 1 + skip
    }
    // Exits to the interpreter go on behind the instruction. What recipes have saved they have not.
    for e in exits..<plan.counts.pointee.exits
    where plan.exits[e].kind == .interpret || plan.exits[e].kind == .leave {
      plan.exits[e].operationCount = end - boundary
      plan.exits[e].resume = a.count
      if plan.exits[e].isForGood { continue }
      forgetRegisters()
      recipes.lose(FlagRecipe.Operand.kept)
      recipes.lose(FlagRecipe.Operand.keptSecond)
      if end == Int(block.operationCount) { plan.exits[e].kind = .leave }
    }
  }

  /// Writes an operation and notes how its flags are to be had.
  mutating func writeDefining() {
    let o = op.pointee
    let needed = neededFlags()
    madeFlags = []
    saved = A64Saved()
    writeOperation()
    if o.destination.isRegister { save(result: A64Map.register(o.destination)) }
    noteDefinition(o, needed: needed)
  }

  mutating func writeOperation() {
    switch op.pointee.opcode {
    case .boundary, .nop: break
    case .fence: a.systemBarrier()
    case .move: move()
    case .load: load()
    case .loadSigned: loadSigned()
    case .store: store()
    case .address: address()
    case .extractHighByte: extractHighByte()
    case .insertHighByte: insertHighByte()
    case .signExtend, .zeroExtend: extend()
    case .swapBytes: swapBytes()
    case .add, .addCarry, .subtract, .subtractBorrow, .and, .or, .xor, .andNot, .increment,
      .decrement, .negate, .not:
      arithmetic()
    case .shiftLeft, .shiftRight, .shiftArithmetic: shift()
    case .rotateLeft, .rotateRight: rotate()
    case .shiftLeftDouble, .shiftRightDouble: shiftDouble()
    case .multiply: multiply()
    case .multiplyWideUnsigned, .multiplyWideSigned, .multiplyNoFlags: multiplyWide()
    case .divideUnsigned, .divideSigned: divide()
    case .bitScanForward, .bitScanReverse, .leadingZeros, .trailingZeros, .populationCount:
      countBits()
    case .bitTest, .bitSet, .bitReset, .bitComplement: bitTest()
    case .setCondition: setCondition()
    case .select: select()
    case .jump: jump()
    case .branch: branch()
    case .branchCounter: branchCounter()
    case .jumpIndirect: jumpIndirect()
    case .moveString, .storeString, .loadString: string()
    default:
      usesVectors = true
      vector()
    }
  }

  // MARK: Exits

  mutating func writeExits(
    index: Int, first: UInt32, _ record: inout CompiledBlock, _ tables: inout CodeTables
  ) {
    func offset(_ position: Int) -> UInt32 { first + UInt32(position * 4) }
    let total = Int(record.instructionCount)
    for e in 0..<plan.counts.pointee.exits {
      let exit = plan.exits[e]
      var made = ExitRecord()
      made.kind = exit.kind
      made.block = UInt32(truncatingIfNeeded: index)
      made.target = exit.target
      let adjustment = layout.isCounting ? total - exit.executed : 0
      switch exit.kind {
      case .direct: writeDirect(exit, &made, adjustment, &tables, offset)
      case .interpret, .leave:
        let place = ops[exit.boundary]
        let mask: UInt64 = is32BitMode ? 0xFFFF_FFFF : ~0
        made.target = (block.address &+ UInt64(place.offset)) & mask
        let kept = tables.keep(
          ops + exit.boundary, exit.operationCount,
          next: (made.target &+ UInt64(place.length)) & mask)
        made.operations = UInt32(truncatingIfNeeded: kept.first)
        made.operationCount = UInt16(truncatingIfNeeded: kept.count)
        if let recipe = exit.recipe {
          made.recipe = UInt32(truncatingIfNeeded: tables.add(recipe) + 1)
        }
        made.adjustment = Int16(truncatingIfNeeded: adjustment)
        made.resume = offset(exit.resume)
        a.patch(exit.branch, to: a.count)
        takeBack(exit)
      default:
        // Nothing was counted yet.
        a.patch(exit.branch, to: a.count)
      }
      let number = tables.add(made)
      writeLeaving(number)
    }
    writeMiss()
  }

  /// Where an indirect branch goes for which the branch table has nothing.
  private mutating func writeMiss() {
    guard missBranch >= 0 else { return }
    a.patch(missBranch, to: a.count)
    if missTarget != A64Map.scratch { a.move(A64Map.scratch, missTarget) }
    leave(to: layout.stubs.missExit)
  }

  /// Conversion of flags and counter if need be, and the patchable branch.
  private mutating func writeDirect(
    _ exit: A64PendingExit, _ made: inout ExitRecord, _ adjustment: Int, _ tables: inout CodeTables,
    _ offset: (Int) -> UInt32
  ) {
    form = exit.form
    stale = exit.stale
    baseless = exit.baseless
    unsure = exit.unsure
    meaningless = exit.meaningless
    recipes = exit.recipes
    let before = a.count
    canonicalize(exit.flags)
    if let put = exit.postponed {
      recover(put, exit.flags)
      settled(exit.flags.intersection([.parity, .adjust]))
    }
    made.provided = FlagSet.all.subtracting(stale).subtracting(unsure)
    if let recipe = recipe(at: exit.operation) {
      made.recipe = UInt32(truncatingIfNeeded: tables.add(recipe) + 1)
    }
    if adjustment > 0 {
      a.addImmediate(A64Map.remaining, A64Map.remaining, UInt32(adjustment))
    }
    if a.count != before || !exit.isConditional {
      if a.count != before { a.patch(exit.branch, to: before) }
      let position = a.count != before ? a.count : exit.branch
      if a.count != before { a.branch(by: 1) } else { a.patch(exit.branch, to: a.count) }
      made.patch = offset(position)
      made.form = AArch64BackEnd.Form.branch
    } else {
      // Room for a branch that reaches farther.
      a.branch(by: 1)
      a.patch(exit.branch, to: a.count)
      made.patch = offset(exit.branch)
      made.form = AArch64BackEnd.Form.conditional
    }
    made.stub = offset(a.count)
  }

  private mutating func writeLeaving(_ exit: Int) {
    let word = UInt32(truncatingIfNeeded: exit)
    a.moveWide(A64Map.scratch, word, is64: false)
    if word >> 16 != 0 { a.moveKeep(A64Map.scratch, word >> 16, lane: 1, is64: false) }
    leave(to: layout.stubs.exit)
  }

  private mutating func leave(to stub: UInt32) {
    let at = layout.base &+ UInt64(stub)
    a.branch(by: Int32(truncatingIfNeeded: Int64(bitPattern: at &- address(of: a.count)) / 4))
  }

  mutating func writeLiterals() {
    for l in 0..<plan.counts.pointee.literals {
      let literal = plan.literals[l]
      if literal.position >= 0 { a.patch(literal.position, to: a.count) }
      a.append(UInt32(truncatingIfNeeded: literal.value))
      a.append(UInt32(truncatingIfNeeded: literal.value >> 32))
    }
  }
}
