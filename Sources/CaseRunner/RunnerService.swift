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
}

nonisolated(unsafe) private var service = Service()

private func processor(_ request: UnsafePointer<TransomRunnerRequest>) -> CaseProcessor {
  if let processor = service.processor, request.pointee.isFresh == 0,
    service.features == request.pointee.features, service.backend == request.pointee.backend
  {
    return processor
  }
  service.processor = nil
  var configuration = EngineConfiguration()
  configuration.features = FeatureSet(bits: request.pointee.features)
  let made = CaseProcessor(configuration: configuration)
  service = Service(
    processor: made, features: request.pointee.features, backend: request.pointee.backend)
  return made
}

/// Makes the engine ready for a request; memory is in place.
@_cdecl("transomRunnerBegin")
public func runnerBegin(
  _ request: UnsafePointer<TransomRunnerRequest>, _ regions: UnsafePointer<UInt64>
) {
  let engine = processor(request).engine
  for n in 0..<Int(request.pointee.regionCount) {
    engine.invalidate(regions[2 * n], count: regions[2 * n + 1])
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
    guard let register = SystemRegister(rawValue: UInt8(truncatingIfNeeded: systems[2 * n])) else {
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
  result.pointee.codeBytes = 0
  engine.state.pointee.store(words: after)
}
