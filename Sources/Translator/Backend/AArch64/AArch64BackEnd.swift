internal import CTranslator

/// IR to AArch64. Guest registers are host registers, flags are NZCV where anybody reads them, and
/// what an instruction does rarely is left to the interpreter.
struct AArch64BackEnd: BackEnd {
  let layout: CodeLayout
  private var plan: A64Plan

  /// A block looks at the counter before it counts itself down.
  static var slack: Int64 { 64 }

  static var carriesGuestCode: Bool { false }

  init(layout: CodeLayout) {
    self.layout = layout
    plan = A64Plan()
    plan.hasFlagM = layout.hostFeatures & 1 != 0
  }

  func deallocate() { plan.deallocate() }

  mutating func write(
    _ block: Block, index: Int, _ record: inout CompiledBlock, _ buffer: inout CodeBuffer,
    _ tables: inout CodeTables, isChecked: Bool, sight: (UInt64, UInt32) -> CodeSight
  ) {
    let lookAhead = A64LookAhead(
      operations: plan.lookAhead, mode: block.mode, detached: layout.detached)
    for n in 0..<Int(block.operationCount) {
      plan.asked[n] = []
      plan.saving[n] = []
      switch block.operations[n].opcode {
      case .branch, .branchCounter, .jump:
        let target = UInt64(bitPattern: block.operations[n].immediate)
        plan.taken[n] = lookAhead.flagsRead(at: target, by: index, &tables, sight)
      default: break
      }
    }
    record.entryFlags = A64Liveness.run(block, plan)
    let mark = tables.mark
    let start = buffer.cursor
    for _ in 0..<Self.mostAttempts {
      writeOnce(block, index: index, &record, &buffer, &tables, isChecked: isChecked)
      guard plan.counts.pointee.isAsking else { return }
      tables.rewind(to: mark)
      buffer.cursor = start
      plan.undoRetargets(block)
      A64Liveness.run(block, plan)
    }
    writeOnce(block, index: index, &record, &buffer, &tables, isChecked: isChecked)
  }

  /// How often a block is written again because of flags that a fault would show.
  private static var mostAttempts: Int { 4 }

  private mutating func writeOnce(
    _ block: Block, index: Int, _ record: inout CompiledBlock, _ buffer: inout CodeBuffer,
    _ tables: inout CodeTables, isChecked: Bool
  ) {
    for n in 0..<Int(block.operationCount) { plan.isPaired[n] = false }
    plan.counts.pointee = A64Counts()
    let first = buffer.offset
    var emitter = A64Emitter(
      a: A64Assembler(at: buffer, capacity: 1 << 13), layout: layout, block: block,
      ops: block.operations, plan: plan, constants: A64Constants(values: plan.constants),
      slots: A64Slots(slots: plan.slots))
    emitter.base = buffer.address
    emitter.sites = tables.sites
    // No code is left that would use them.
    if index == 0 { plan.pairCount.pointee = 0 }
    record.code = first
    record.instructionCount = max(1, block.instructionCount)
    record.countedAt = 0
    record.recipes = UInt32(truncatingIfNeeded: tables.recipeCount)
    emitter.firstRecipe = tables.recipeCount
    emitter.unsure = FlagSet.all.subtracting(record.entryFlags)
    emitter.start = emitter.a.count
    emitter.writeHead(isChecked: isChecked)
    record.stop = first + UInt32(emitter.loop * 4)
    emitter.writeInstructions(&tables)
    emitter.writeExits(index: index, first: first, &record, &tables)
    emitter.writeDetours()
    emitter.writeLiterals()
    buffer.cursor += emitter.a.count * 4
  }

  /// BL, which says where it came from in a register that is free between instructions.
  static func stopInstruction(at offset: UInt32, _ stubs: CodeStubs) -> UInt32? {
    0x9400_0000 | (stubs.stop &- offset) >> 2 & 0x03FF_FFFF
  }

  /// Who branches has checked the address.
  mutating func writeThunk(_ buffer: inout CodeBuffer, guest: UInt64, code: UInt32) {}

  /// Forms of a patchable branch.
  enum Form {
    static let branch: UInt8 = 0
    /// Conditional: where it does not reach, it goes to a branch in front of the exit's stub.
    static let conditional: UInt8 = 1
  }

  static func patch(
    _ exit: ExitRecord, to offset: UInt32, _ writable: UnsafeMutablePointer<UInt8>
  ) -> Int {
    func word(_ at: UInt32) -> UnsafeMutablePointer<UInt32> {
      UnsafeMutableRawPointer(writable + Int(at)).assumingMemoryBound(to: UInt32.self)
    }
    let place = word(exit.patch)
    let distance = Int32(bitPattern: offset &- exit.patch) / 4
    if exit.form == Form.branch || reaches(place.pointee, distance) {
      place.pointee = A64Assembler.retarget(place.pointee, by: distance)
      return 4
    }
    // The stub lies behind the branch.
    let veneer = exit.stub &- 4
    word(veneer).pointee = A64Assembler.retarget(
      0x1400_0000, by: Int32(bitPattern: offset &- veneer) / 4)
    place.pointee = A64Assembler.retarget(
      place.pointee, by: Int32(bitPattern: veneer &- exit.patch) / 4)
    return Int(veneer &- exit.patch) + 4
  }

  private static func reaches(_ instruction: UInt32, _ distance: Int32) -> Bool {
    let limit: Int32 = instruction & 0x7E00_0000 == 0x3600_0000 ? 1 << 13 : 1 << 18
    return distance >= -limit && distance < limit
  }
}
