// Only the runner has the C side that this speaks with.
#if BARE_METAL
  public import CCaseRunner
  internal import CTranslator
  internal import Translator

  // What the runner's C side (Sources/TransomRunner) calls. It maps memory and speaks the protocol;
  // the engine lives here.

  /// One engine at a time: made anew when a request asks for another one.
  private struct Service {
    var processor: CaseProcessor?
    var features: UInt64 = 0
    var backend: UInt32 = 0
    /// Start of the memory for compiled code, 0 if there is none.
    var code: UInt64 = 0
  }

  nonisolated(unsafe) private var service = Service()

  private func processor(_ request: UnsafePointer<TransomRunnerRequest>) -> CaseProcessor {
    if let processor = service.processor, request.pointee.isFresh == 0,
      service.features == request.pointee.features, service.backend == request.pointee.backend
    {
      return processor
    }
    service.discard()
    var configuration = EngineConfiguration()
    configuration.features = FeatureSet(bits: request.pointee.features)
    configuration.isCounting = request.pointee.isUncounted == 0
    // Who is in a hurry does not look at processors.
    configuration.keepsUnreadFlags = configuration.isCounting
    if request.pointee.backend == UInt32(transomRunnerCompiled) {
      configuration.compile(into: service.mapCode())
    }
    let made = CaseProcessor(configuration: configuration)
    service.processor = made
    service.features = request.pointee.features
    service.backend = request.pointee.backend
    return made
  }

  extension Service {
    private static let codeSize: UInt64 = 32 << 20
    private static var dataSize: UInt64 { (UInt64(CodeMemory.dataSize) + 4095) & ~4095 }

    mutating func discard() {
      processor = nil
      if code != 0 { transomRunnerUnmapCode(code, Self.dataSize + Self.codeSize) }
      code = 0
    }

    /// Nil: there is no memory, and the engine interprets.
    mutating func mapCode() -> CodeMemory? {
      code = transomRunnerMapCode(Self.dataSize, Self.codeSize)
      guard let data = UnsafeMutableRawPointer(bitPattern: UInt(code)) else { return nil }
      let start = code + Self.dataSize
      transomRunnerCountRange(start, start + Self.codeSize)
      return CodeMemory(
        writable: data + Int(Self.dataSize), executable: start, count: Int(Self.codeSize),
        data: data, dataCount: Int(Self.dataSize),
        synchronize: { transomRunnerSynchronize($0, $1) })
    }
  }

  extension EngineConfiguration {
    fileprivate mutating func compile(into memory: CodeMemory?) {
      guard let memory else { return }
      backend = .compiled
      codeMemory = memory
      hostFeatures = transomRunnerFeatures()
      protection = PageProtection(
        protect: { transomRunnerProtectPage($0) }, release: { transomRunnerReleasePage($0) },
        alias: PageAliasing(
          map: { transomRunnerAliasPage($0) }, unmap: { transomRunnerUnmapAlias($0) }))
    }
  }

  /// Makes the engine ready for a request; memory is in place.
  @_cdecl("transomRunnerBegin")
  public func runnerBegin(
    _ request: UnsafePointer<TransomRunnerRequest>, _ regions: UnsafePointer<UInt64>
  ) {
    _ = processor(request)
  }

  /// The request is answered: its memory is the program's again.
  @_cdecl("transomRunnerEnd")
  public func runnerEnd(
    _ request: UnsafePointer<TransomRunnerRequest>, _ regions: UnsafePointer<UInt64>
  ) {
    for n in 0..<Int(request.pointee.regionCount) {
      service.processor?.engine.forget(regions[2 * n], count: regions[2 * n + 1])
    }
  }

  /// One run from the state `before`. `systems` are pairs of `SystemRegister` and value.
  @_cdecl("transomRunnerRun")
  public func runnerRun(
    _ request: UnsafePointer<TransomRunnerRequest>, _ before: UnsafePointer<UInt64>,
    _ systems: UnsafePointer<UInt64>, _ result: UnsafeMutablePointer<TransomRunnerResult>,
    _ after: UnsafeMutablePointer<UInt64>
  ) {
    guard let processor = service.processor else { return }
    processor.prepare(
      words: before, is32Bit: request.pointee.mode == 1, budget: request.pointee.budget)
    for n in 0..<Int(request.pointee.systemCount) {
      guard let register = SystemRegister(rawValue: UInt8(truncatingIfNeeded: systems[2 * n]))
      else {
        continue
      }
      processor.set(register, systems[2 * n + 1])
    }
    let ending = processor.run(returnAddress: request.pointee.returnAddress)
    result.pointee.vector = 0
    result.pointee.faultAddress = 0
    switch ending {
    case .halted: result.pointee.ending = UInt32(transomEndingHalted)
    case .returned: result.pointee.ending = UInt32(transomEndingReturned)
    case .timedOut: result.pointee.ending = UInt32(transomEndingTimedOut)
    case .fault(let vector, let address):
      result.pointee.ending = UInt32(transomEndingFault)
      result.pointee.vector = UInt32(vector)
      result.pointee.faultAddress = address
    }
    let engine = processor.engine
    result.pointee.guestInstructions = engine.state.pointee.instructionCount
    result.pointee.translatedInstructions = engine.translatedInstructions
    result.pointee.codeBytes = engine.codeBytes
    engine.state.pointee.store(words: after)
  }
#endif
