internal import CTranslator

#if arch(arm64)
  typealias NativeBackEnd = AArch64BackEnd
#else
  typealias NativeBackEnd = X86_64BackEnd
#endif

/// The dispatcher: enters compiled code and answers its exits, until the embedder is needed.
extension Engine {
  /// `isLeft`: somebody else has entered compiled code (`CodeEntry`), and it was left again.
  func runCompiled(_ compiled: CompiledCode<NativeBackEnd>, isLeft: Bool = false) -> Exit {
    if isLeft, let exit = execute(compiled, block: nil) { return exit }
    while true {
      applyPending()
      if state.pointee.rflags & Flag.trap != 0 {
        guard isKnown(compiled, state.pointee.rip) else { return .branchOutside }
        return singleStep()
      }
      if headroom < 0 {
        if let exit = interpretBlock(compiled) { return exit }
        continue
      }
      if compiled.mustInterpret, !isKnown(compiled, state.pointee.rip) {
        if let exit = interpretBlock(compiled) { return exit }
        continue
      }
      guard let n = findOrTranslate(compiled, state.pointee.rip) else { return .branchOutside }
      if let exit = execute(compiled, block: n) { return exit }
    }
  }

  /// Guest instructions that may be executed before compiled code has to look at the limit. Larger
  /// distances are cut: the count is exact all the same.
  private var headroom: Int64 { CodeEntry.headroom(state) }

  /// Code was translated at this address, or in its page: it is the guest's.
  private func isKnown(_ compiled: CompiledCode<NativeBackEnd>, _ address: UInt64) -> Bool {
    compiled.find(address, mode) != nil
  }

  private func findOrTranslate(
    _ compiled: CompiledCode<NativeBackEnd>, _ address: UInt64
  ) -> Int? {
    if let n = compiled.find(address, mode) { return n }
    // The embedder has said of this page before that it holds guest code.
    guard codeMap.hasCode(inPageOf: address) else { return nil }
    return compile(compiled, address)
  }

  /// Translates the block at an address. Nil if its first byte cannot be read.
  func compile(_ compiled: CompiledCode<NativeBackEnd>, _ address: UInt64) -> Int? {
    let start = configuration.clock?() ?? 0
    defer { endTranslation(start) }
    compiled.makeRoom()
    guard !compiled.mustInterpret else { return nil }
    // Where nobody tells when a block changes itself, its bytes are looked at after each store.
    var endsAtStores =
      configuration.protection == nil || codeMap.guarding(of: address) == .mixed
    while true {
      guard
        let block = translator.pointee.translate(
          address, longest: BlockTranslator.longest, endsAtStores: endsAtStores)
      else { return nil }
      let isWatched = compiled.watch(block)
      if isWatched || endsAtStores {
        translatedInstructions &+= UInt64(block.instructionCount)
        return compiled.insert(block, isChecked: !isWatched)
      }
      endsAtStores = true
    }
  }

  /// Runs compiled code from a block's beginning; without one, answers how it was left. Nil: go on
  /// at `state.rip`.
  private func execute(_ compiled: CompiledCode<NativeBackEnd>, block first: Int?) -> Exit? {
    var n = first ?? 0
    var isLeft = first == nil
    while isLeft || headroom >= 0 {
      var at = compiled.executable(isLeft ? 0 : compiled.tables.pointee.blocks[n].code)
      /// The block that is entered at its beginning.
      var entered: Int? = isLeft ? nil : n
      /// What `remaining` is short of being exact where the code is entered.
      var adjustment: Int64 = 0
      var next: Int?
      while next == nil {
        if isLeft {
          isLeft = false
        } else if takeSafepoint(compiled) {
          return .safepoint
        } else {
          CodeEntry.prepare(state, room: headroom)
          state.pointee.remaining -= adjustment
          NativeBackEnd.importFlags(state)
          enterCode(at, 0)
        }
        NativeBackEnd.exportFlags(state)
        let word = state.pointee.exitWord
        let left = state.pointee.remaining
        if word == CodeExit.missedBranch {
          count(left)
          state.pointee.rip = state.pointee.branchTarget
          guard let to = findOrTranslate(compiled, state.pointee.rip) else { return .branchOutside }
          compiled.admitIndirect(to)
          next = to
          continue
        }
        if word == CodeExit.fault { return settleFault(compiled, left, entered) }
        if word == CodeExit.settled { return .settled }
        let exit = compiled.tables.pointee.exits[Int(word)]
        count(left &+ Int64(exit.adjustment))
        state.pointee.rip = exit.target
        switch exit.kind {
        case .direct:
          recover(compiled, exit, entered)
          let flushes = compiled.flushes
          guard let to = findOrTranslate(compiled, exit.target) else { return .branchOutside }
          if flushes == compiled.flushes, !compiled.link(Int(word), to: to) {
            compiled.drop(block: Int(exit.block))
          }
          next = to
        case .interpret, .leave:
          recover(compiled, exit, entered)
          entered = nil
          if let reason = interpret(compiled, exit) { return reason }
          guard exit.kind == .interpret, canResume(compiled, exit) else { return nil }
          at = compiled.executable(exit.resume)
          adjustment = Int64(exit.adjustment) - 1
        case .exhausted: return interpretBlock(compiled)
        case .stale:
          codeMap.markStale(compiled.tables.pointee.blocks[Int(exit.block)].address)
          return nil
        }
      }
      n = next ?? n
    }
    return nil
  }

  @inline(__always)
  private func count(_ left: Int64) {
    guard isCounting else { return }
    state.pointee.instructionCount &+= UInt64(bitPattern: state.pointee.room &- left)
  }

  // MARK: Instructions that are interpreted

  private func interpret(_ compiled: CompiledCode<NativeBackEnd>, _ exit: ExitRecord) -> Exit? {
    var block = Block(operations: compiled.tables.pointee.rare + Int(exit.operations))
    let record = compiled.tables.pointee.blocks[Int(exit.block)]
    block.address = record.address
    block.mode = record.mode
    block.byteCount = record.byteCount
    block.instructionCount = 1
    block.operationCount = UInt32(exit.operationCount)
    return run(block, compiled)
  }

  /// Interprets a block; a store to a page with code makes that page writable and is done again.
  private func run(_ block: Block, _ compiled: CompiledCode<NativeBackEnd>) -> Exit? {
    var interpreter = Interpreter(
      state: state, codeMap: codeMap, features: configuration.features)
    while true {
      let exit = interpreter.run(block)
      if interpreter.controlChanged {
        interpreter.controlChanged = false
        refreshAccess()
      }
      guard case .fault(14, let code, let address)? = exit, code & 2 != 0,
        compiled.admitStore(address)
      else { return exit }
      // What the block did before the store is done: only single instructions come here again.
      if state.pointee.rip != block.address &+ UInt64(block.operations[0].offset) { return nil }
    }
  }

  @inline(__always)
  private func recover(
    _ compiled: CompiledCode<NativeBackEnd>, _ exit: ExitRecord, _ entered: Int?
  ) {
    guard exit.recipe != 0 else { return }
    let adjustment = Int(exit.adjustment)
    recover(
      compiled, Int(exit.recipe) - 1, in: Int(exit.block),
      done: Int(compiled.tables.pointee.blocks[Int(exit.block)].instructionCount) - adjustment,
      state.pointee.remaining &+ Int64(adjustment), entered)
  }

  /// Makes the flags right at a place in block `n` where `done` of its instructions were executed, and
  /// `left` may be after them.
  private func recover(
    _ compiled: CompiledCode<NativeBackEnd>, _ recipe: Int, in n: Int, done: Int, _ left: Int64,
    _ entered: Int?
  ) {
    let recipes = compiled.tables.pointee.recipes
    var before: FlagRecipes?
    // What the dispatcher enters has flags where they belong.
    let isFirst = isCounting && entered == n && state.pointee.room &- left == Int64(done)
    let last = Int(compiled.tables.pointee.blocks[n].incoming)
    if !recipes[recipe].entry.isEmpty, last != 0, !isFirst {
      let exit = compiled.tables.pointee.exits[last - 1]
      if exit.recipe != 0 { before = recipes[Int(exit.recipe) - 1] }
    }
    NativeBackEnd.recoverFlags(state, recipes[recipe], before: before)
  }

  /// Whether the code behind an interpreted instruction is still what follows.
  private func canResume(_ compiled: CompiledCode<NativeBackEnd>, _ exit: ExitRecord) -> Bool {
    let last = Int(exit.operations) + Int(exit.operationCount) - 1
    let next = UInt64(bitPattern: compiled.tables.pointee.rare[last].immediate)
    return state.pointee.rip == next && !codeMap.hasPending && !accessChanged
      && state.pointee.rflags & Flag.trap == 0
  }

  /// Interprets the block at `rip`, or what of it the instruction limit leaves, where compiled code
  /// would overstep.
  private func interpretBlock(_ compiled: CompiledCode<NativeBackEnd>) -> Exit? {
    applyPending()
    guard codeMap.hasCode(inPageOf: state.pointee.rip), let block = blockToLimit() else {
      return .branchOutside
    }
    return run(block, compiled)
  }

  // MARK: Faults

  /// A load, a store or a division faulted in compiled code. Makes the state that of the
  /// instruction's start and executes the instruction by itself, which says what is wrong with it.
  private func settleFault(
    _ compiled: CompiledCode<NativeBackEnd>, _ left: Int64, _ entered: Int?
  ) -> Exit? {
    let at = state.pointee.faultProgramCounter
    guard let n = compiled.block(holding: at) else {
      // Nothing that faults lies outside a block.
      return .unsupported(length: 0)
    }
    let block = compiled.tables.pointee.blocks[n]
    var host = compiled.executable(block.code)
    var guest = block.address
    var done = 0
    let lengths = compiled.tables.pointee.lengths + Int(block.lengths)
    while done < Int(block.instructionCount) - 1, host &+ UInt64(lengths[done].host) <= at {
      host &+= UInt64(lengths[done].host)
      guest &+= UInt64(lengths[done].guest)
      done += 1
    }
    let isCounted = done >= Int(block.countedAt)
    let exact = left &+ (isCounted ? Int64(block.instructionCount) - Int64(done) : -Int64(done))
    count(exact)
    state.pointee.rip = block.mode == .long64 ? guest : guest & 0xFFFF_FFFF
    if lengths[done].recipe != 0 {
      let recipe = Int(block.recipes) + Int(lengths[done].recipe) - 1
      recover(compiled, recipe, in: n, done: done, exact, entered)
    }
    // The block's first instruction was replaced, to get here.
    if done == 0, takeSafepoint(compiled) { return .safepoint }
    let instruction = state.pointee.rip
    codeMap.sites.lastStore = 0
    let exit = step()
    if codeMap.sites.lastStore != 0 {
      compiled.noteStore(by: instruction, to: codeMap.sites.lastStore)
    }
    return exit
  }
}
