public import CTranslator

/// Why the engine came back to its embedder. The guest state is exact in every case.
public enum Exit: Equatable {
  /// `rip` holds an address the cache has no code for: guest code to translate, a host
  /// function to call, or a wild jump. The embedder decides which.
  case branchOutside
  /// `instructionCount` reached `instructionLimit`.
  case safepoint
  /// A guest exception; `rip` is at the instruction (after it for #BP). `address` is CR2 for #PF.
  case fault(vector: UInt8, errorCode: UInt32, address: UInt64)
  /// An instruction the translator does not carry; `rip` is at it.
  case unsupported(length: UInt8)
  /// HLT; `rip` is behind it.
  case halt
  /// IN or OUT, one element; `rip` is at it. Complete with `Engine.completePortAccess`.
  case port(PortAccess)
  /// RDTSC, RDRAND, ...: answered by policy. `rip` is at it. Complete with `Engine.completeQuery`.
  case query(Query)
  /// A host routine that compiled code called (`Engine.admitHost`) has left it by the state's
  /// `leaveStub`. The state is what the routine made of it.
  case settled
}

public struct PortAccess: Sendable, Equatable {
  public var port: UInt16
  /// 1, 2 or 4 bytes.
  public var size: UInt8
  public var isWrite: Bool
  /// The value written.
  public var value: UInt32
}

public enum Query: UInt8, Equatable {
  case timestamp, random, seed
}

/// How guest accesses to memory that faults are offered to a device, one access at a time.
public struct DeviceWindow {
  public typealias Transfer =
    @convention(c) (
      _ context: UnsafeMutableRawPointer?, _ address: UInt64, _ size: UInt64,
      _ value: UnsafeMutableRawPointer
    ) -> Bool
  public var context: UnsafeMutableRawPointer?
  /// Fill `size` bytes at `value`; false if no device is there.
  public var load: Transfer
  /// Take `size` bytes at `value`; false if no device is there.
  public var store: Transfer
  public init(
    context: UnsafeMutableRawPointer?, load: @escaping Transfer, store: @escaping Transfer
  ) {
    self.context = context
    self.load = load
    self.store = store
  }
}

/// What an engine is made with.
public struct EngineConfiguration {
  /// Instructions offered; others raise #UD, and CPUID says the same.
  public var features: FeatureSet = .baseline
  /// Room for translated code, in IR operations of 32 bytes.
  public var cacheOperations = 1 << 17
  /// Who executes.
  public var backend: Backend = .interpreter
  /// Where compiled code goes; needed by every back end but the interpreter.
  public var codeMemory: CodeMemory?
  /// How pages with translated code are watched for stores. Without it blocks compare the guest's
  /// bytes each time they run.
  public var protection: PageProtection?
  /// Whether compiled code counts guest instructions, so that the instruction limit is exact. Where
  /// it does not, `instructionCount` only has those that were interpreted, and no safepoint comes.
  public var isCounting = true
  /// Whether a fault shows arithmetic flags right that nothing reads, where that takes instructions of
  /// their own (AArch64): for who looks at processors. What goes on behind a fault reads none of them.
  public var keepsUnreadFlags = true
  /// Compiled code runs with interrupts as native code left them, and not masked like the dispatcher.
  /// What an interrupt calls may use the engine, between `beginInterruption` and `endInterruption`.
  /// AArch64 only, at EL1 or above.
  public var letsInterruptsIn = false
  /// What the host's processor has beyond the least of its kind. AArch64: bit 0 FEAT_FlagM, bit 1
  /// FEAT_FlagM2.
  public var hostFeatures: UInt64 = 0
  /// Read before and after each translation, for those who want to know what translating takes.
  public var clock: (@convention(c) () -> UInt64)?
  public init() {}

  public enum Backend: Sendable {
    case interpreter
    /// The host's own instructions.
    case compiled
  }
}

/// One guest processor: its state, its translations, and the loop that runs them.
///
/// Not thread-safe; re-entrant between exits: after `run` returned, a host function called on the
/// guest's behalf may change the state and run again, as long as it restores what it found.
public final class Engine {
  /// The architectural state, 32-byte aligned. Valid for the engine's life.
  public let state: UnsafeMutablePointer<TransomGuestState>
  public let configuration: EngineConfiguration
  let cache: TranslationCache
  let codeMap: CodeMap
  let scratch: UnsafeMutablePointer<Operation>
  /// Makes the blocks that are compiled, in `scratch`.
  let translator: UnsafeMutablePointer<BlockTranslator>
  /// What the translations in the cache assume.
  private(set) var access = UnitAccess()
  private let verbatim: VerbatimForms?
  private var translatedMode = ProcessorMode.long64
  /// The registers that `access` and `translatedMode` were read from.
  private var accessKey = AccessKey()
  let isCounting: Bool
  /// Compiled code, if this engine compiles.
  let compiled: CompiledCode<NativeBackEnd>?
  /// Enters compiled code at an executable address.
  let enterCode: @convention(c) (UInt64, UInt64) -> Void
  private var codeRange: UInt64?
  /// Guest instructions translated so far.
  public internal(set) var translatedInstructions: UInt64 = 0
  /// Units of the configured clock spent translating so far.
  public internal(set) var translationTicks: UInt64 = 0
  /// Bytes of host code written so far.
  public var codeBytes: UInt64 { compiled?.codeBytes ?? 0 }
  /// How often there was no room for more translations, and all were dropped.
  public var flushes: Int { compiled?.flushes ?? cache.flushes }

  public init(configuration: EngineConfiguration = .init()) {
    self.configuration = configuration
    isCounting = configuration.isCounting
    let memory = configuration.backend == .compiled ? configuration.codeMemory : nil
    let raw =
      memory?.data
      ?? UnsafeMutableRawPointer.allocate(
        byteCount: MemoryLayout<TransomGuestState>.size, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<TransomGuestState>.size)
    state = raw.assumingMemoryBound(to: TransomGuestState.self)
    codeMap = CodeMap(attention: withUnsafeMutablePointer(to: &state.pointee.attention) { $0 })
    // Engines that compile keep no IR.
    cache = TranslationCache(
      operations: memory == nil ? configuration.cacheOperations : TranslationCache.longestBlock,
      codeMap: codeMap)
    scratch = .allocate(capacity: TranslationCache.longestBlock)
    if let memory {
      let code = CompiledCode<NativeBackEnd>(
        memory: memory, protection: configuration.protection, codeMap: codeMap,
        isCounting: configuration.isCounting, hostFeatures: configuration.hostFeatures,
        letsInterruptsIn: configuration.letsInterruptsIn,
        keepsUnreadFlags: configuration.keepsUnreadFlags,
        state: state)
      compiled = code
      enterCode = unsafeBitCast(
        UInt(code.executable(code.layout.stubs.enter)), to: CodeEntry.Enter.self)
    } else {
      compiled = nil
      enterCode = { _, _ in }
    }
    state.pointee.reset(configuration.features)
    access = UnitAccess(state)
    verbatim =
      compiled != nil && NativeBackEnd.carriesGuestCode ? VerbatimForms(sites: codeMap.sites) : nil
    translator = .allocate(capacity: 1)
    translator.initialize(
      to: BlockTranslator(
        operations: scratch, mode: .long64, features: configuration.features, access: access,
        verbatim: verbatim, isCounting: isCounting))
    if let compiled { register(compiled) }
    publishEntry()
  }

  /// Tells fault handlers where compiled code lies.
  private func register(_ compiled: CompiledCode<NativeBackEnd>) {
    let start = compiled.layout.base
    var range = TransomCodeRange(
      start: start, end: start + UInt64(compiled.memory.count),
      faultExit: compiled.executable(compiled.layout.stubs.faultExit), programCounter: nil)
    withUnsafeMutablePointer(to: &state.pointee.faultProgramCounter) { range.programCounter = $0 }
    if transomAddCodeRange(&range) == 0 { codeRange = start }
  }

  deinit {
    if let codeRange { transomRemoveCodeRange(codeRange) }
    if compiled == nil { UnsafeMutableRawPointer(state).deallocate() }
    scratch.deallocate()
    translator.deallocate()
    verbatim?.deallocate()
  }

  var mode: ProcessorMode { state.pointee.mode == 1 ? .protected32 : .long64 }

  /// Drops the translations if the control registers now allow other units than they assume.
  func refreshAccess() {
    let key = AccessKey(state)
    guard key != accessKey else { return }
    accessKey = key
    let now = UnitAccess(state)
    guard now != access || mode != translatedMode else { return }
    if let compiled { compiled.flush() } else { cache.flush() }
    access = now
    translatedMode = mode
    translator.pointee = BlockTranslator(
      operations: scratch, mode: mode, features: configuration.features, access: access,
      verbatim: verbatim, isCounting: isCounting)
  }

  /// What the translations assume does not hold any more.
  var accessChanged: Bool { mode != translatedMode }

  /// Executes one instruction with RFLAGS.TF set: #DB follows it.
  func singleStep() -> Exit {
    if let exit = step() { return exit }
    state.pointee.dr.6 |= 1 << 14
    return .fault(vector: 1, errorCode: 0, address: 0)
  }

  /// Runs from `state.rip` until the embedder is needed.
  public func run() -> Exit {
    refreshAccess()
    if let compiled { return runCompiled(compiled) }
    var interpreter = Interpreter(
      state: state, codeMap: codeMap, features: configuration.features)
    while true {
      applyPending()
      if interpreter.controlChanged {
        interpreter.controlChanged = false
        refreshAccess()
      }
      guard let block = cache.find(state.pointee.rip, mode) else { return .branchOutside }
      if state.pointee.rflags & Flag.trap != 0 { return singleStep() }
      let isCut = distance < UInt64(block.pointee.instructionCount)
      guard let next = isCut ? blockToLimit() : block.pointee else { return .branchOutside }
      if let exit = interpreter.run(next) {
        applyPending()
        return exit
      }
    }
  }

  /// Guest instructions until the limit.
  var distance: UInt64 {
    let count = state.pointee.instructionCount
    return state.pointee.instructionLimit > count ? state.pointee.instructionLimit &- count : 0
  }

  /// The block at `rip`, cut where the limit is, for one execution. All flags are seen at a block's
  /// end, so they are exact at the safepoint, which they are not at every place within a block.
  func blockToLimit() -> Block? {
    var translator = BlockTranslator(
      operations: scratch, mode: mode, features: configuration.features, access: access)
    let longest = min(UInt64(BlockTranslator.longest), max(1, distance))
    return translator.translate(state.pointee.rip, longest: Int(longest))
  }

  /// Translates the block at `address`. False if its first instruction cannot be read.
  public func translate(at address: UInt64) -> Bool {
    let mode = self.mode
    refreshAccess()
    if let compiled {
      if compiled.find(address, mode) != nil { return true }
      if compiled.mustInterpret {
        codeMap.add(address, 1)
        return true
      }
      return compile(compiled, address) != nil
    }
    if cache.find(address, mode) != nil { return true }
    let start = configuration.clock?() ?? 0
    defer { endTranslation(start) }
    let operations = cache.reserve()
    var translator = BlockTranslator(
      operations: operations, mode: mode, features: configuration.features, access: access)
    guard let block = translator.translate(address, longest: BlockTranslator.longest) else {
      return false
    }
    translatedInstructions &+= UInt64(block.instructionCount)
    _ = cache.insert(block)
    return true
  }

  @inline(__always)
  func endTranslation(_ start: UInt64) {
    if let clock = configuration.clock { translationTicks &+= clock() &- start }
  }

  /// Executes exactly one instruction, offering accesses that fault to a device. Nil: done.
  public func step(window: DeviceWindow? = nil) -> Exit? {
    var translator = BlockTranslator(
      operations: scratch, mode: mode, features: configuration.features,
      access: UnitAccess(state))
    guard let block = translator.translate(state.pointee.rip, longest: 1) else {
      return .fault(vector: 14, errorCode: 0x10, address: state.pointee.rip)
    }
    var interpreter = Interpreter(
      state: state, codeMap: codeMap, features: configuration.features)
    interpreter.window = window
    let limit = state.pointee.instructionLimit
    state.pointee.instructionLimit = ~0
    var exit = interpreter.run(block)
    // A page with translated code is made writable, and the store done again.
    while case .fault(14, let code, let address)? = exit, code & 2 != 0,
      compiled?.admitStore(address) == true
    {
      exit = interpreter.run(block)
    }
    state.pointee.instructionLimit = limit
    applyPending()
    return exit
  }

  /// Code in the range is stale: a host service wrote it, freed it or unloaded it.
  public func invalidate(_ address: UInt64, count: UInt64) {
    if codeMap.changed(address, count) { applyPending() }
  }

  func applyPending() {
    guard codeMap.hasPending else { return }
    let range = codeMap.takePending()
    if let compiled {
      compiled.invalidate(range.first, range.last)
    } else {
      cache.invalidate(range.first, range.last)
    }
  }

  /// Something outside the guest is about to write to an address, and faulted since the page holds
  /// translated code. False: the page was not protected on that account. Callable from a fault
  /// handler while no guest code runs.
  public func releasePage(of address: UInt64) -> Bool { compiled?.release(address) ?? false }

  /// Forgets all translations of a range and makes its pages writable again.
  public func forget(_ address: UInt64, count: UInt64) {
    guard count > 0, address &+ count > address else { return }
    compiled?.releasePages(from: address, to: address &+ count &- 1)
    compiled?.dropAliases(from: address, to: address &+ count &- 1)
    invalidate(address, count: count)
  }

  /// Finishes the IN (with `value`) or OUT at `rip` and moves behind it.
  public func completePortAccess(value: UInt32) {
    guard let (operation, length) = currentOperation(.port) else { return }
    if operation.selector & 4 != 0 {
      var interpreter = Interpreter(
        state: state, codeMap: codeMap, features: configuration.features)
      let isDone = interpreter.completePortString(operation, value)
      applyPending()
      if isDone { finish(length) }
      return
    }
    if operation.selector & 1 == 0 {
      let rax = state.pointee.gpr.0
      state.pointee.gpr.0 =
        switch operation.width {
        case 1: rax & ~0xFF | UInt64(value & 0xFF)
        case 2: rax & ~0xFFFF | UInt64(value & 0xFFFF)
        default: UInt64(value)
        }
    }
    finish(length)
  }

  /// Finishes the RDTSC, RDRAND or RDSEED at `rip` and moves behind it.
  public func completeQuery(value: UInt64, success: Bool) {
    guard let (operation, length) = currentOperation(.query) else { return }
    if operation.selector == Query.timestamp.rawValue {
      state.pointee.gpr.0 = value & 0xFFFF_FFFF
      state.pointee.gpr.2 = value >> 32
      if operation.immediate == 1 { state.pointee.gpr.1 = state.pointee.tscAux & 0xFFFF_FFFF }
    } else {
      let flags = Flag.mask(.all)
      state.pointee.rflags = state.pointee.rflags & ~flags | (success ? Flag.carry : 0)
      let interpreter = Interpreter(
        state: state, codeMap: codeMap, features: configuration.features)
      interpreter.write(operation.destination, operation.width, success ? value : 0)
    }
    finish(length)
  }

  /// The one operation of the given kind at `rip`, decoded again.
  private func currentOperation(_ opcode: Opcode) -> (Operation, UInt8)? {
    var translator = BlockTranslator(
      operations: scratch, mode: mode, features: configuration.features)
    guard let block = translator.translate(state.pointee.rip, longest: 1) else { return nil }
    for n in 0..<Int(block.operationCount) where scratch[n].opcode == opcode {
      return (scratch[n], UInt8(truncatingIfNeeded: block.byteCount))
    }
    return nil
  }

  private func finish(_ length: UInt8) {
    state.pointee.rip &+= UInt64(length)
    state.pointee.instructionCount &+= 1
  }
}

/// What decides over translations' assumptions, to see at a glance whether it changed.
private struct AccessKey: Equatable {
  var cr0: UInt64 = 0
  var cr4: UInt64 = 0
  var xcr0: UInt64 = 0
  var mode: UInt32 = 0

  init() {}

  @inline(__always)
  init(_ state: UnsafePointer<TransomGuestState>) {
    cr0 = state.pointee.cr0
    cr4 = state.pointee.cr4
    xcr0 = state.pointee.xcr0
    mode = state.pointee.mode
  }
}
