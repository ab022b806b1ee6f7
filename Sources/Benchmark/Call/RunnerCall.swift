internal import CaseRunner
package import Translator
internal import Vectors

/// Makes a described call in the portable runner, another process with engines for AArch64, where
/// host instructions are counted. Its times are an emulator's: to be compared with each other only.
///
/// As in real firmware compiled code does not count the guest's instructions, unless there is a
/// budget: they are counted in a first call, in an engine and on memory of its own.
package struct RunnerCall {
  private let call: CallDescription
  private let features: FeatureSet

  package init(_ call: CallDescription, features: FeatureSet = .baseline) {
    self.call = call
    self.features = features
  }

  package func perform() throws -> CallResult {
    var request = try request()
    let runner = try PortableRunner(isCounted: true)
    var guestInstructions: UInt64?
    if request.budget == ~0 {
      var counting = request
      counting.repeats = 1
      guestInstructions = try runner.run(counting).outcomes.first?.guestInstructions
      request.isCounting = false
    }
    let outcomes = try runner.run(request).outcomes
    var result = CallResult()
    for (n, outcome) in outcomes.enumerated() {
      try check(outcome, request, n)
      if n > 0 {
        result.warmNs.append(outcome.nanoseconds)
        result.repeatedResults.append(outcome.state[0])
        continue
      }
      result.result = outcome.state[0]
      result.coldNs = outcome.nanoseconds
      result.guestInstructions = guestInstructions ?? outcome.guestInstructions
      result.hostInstructions = outcome.hostInstructions
      result.translatedInstructions = outcome.translatedInstructions
      result.codeBytes = outcome.codeBytes
    }
    return result
  }

  private func request() throws(CallError) -> PortableRunner.Request {
    var request = PortableRunner.Request()
    request.features = features
    request.isFresh = true
    let regions = try CallLayout.regions(call.code, call.load, call.regions)
    guard regions.contains(where: { call.entry >= $0.address && call.entry < $0.end }) else {
      throw .entryOutside(call.entry)
    }
    let stack = try CallLayout.placeStack(beside: regions)
    let frame = CallLayout.frame(on: stack, call.abi, call.arguments)
    request.regions = regions + [stack]
    request.placed = [Placed(address: call.load, bytes: call.code), frame]
    for (register, value) in zip(call.abi.registers, call.arguments) {
      request.state[register] = value
    }
    request.state[4] = frame.address
    request.state[ProcessorState.Word.rip] = call.entry
    request.repeats = call.repeats + 1
    request.budget = call.budget
    request.returnAddress = CallLayout.returnAddress
    return request
  }

  private func check(
    _ outcome: PortableRunner.Outcome, _ request: PortableRunner.Request, _ repetition: Int
  ) throws(CallFault) {
    let address = outcome.state[ProcessorState.Word.rip]
    let ending: RunEnding =
      switch outcome.ending {
      case .fault(let vector): .fault(vector: vector, address: outcome.faultAddress)
      case .timedOut, .failed: .timedOut
      case .halted: address == CallLayout.returnAddress ? .returned : .halted
      }
    if ending == .returned && outcome.state[4] == request.state[4] &+ 8 { return }
    let offset = Int(truncatingIfNeeded: address &- call.load)
    let bytes =
      offset >= 0 && offset < call.code.count ? Array(call.code[offset...].prefix(15)) : []
    throw CallFault(
      ending: ending, address: address, instruction: EngineCall.instruction(bytes, address),
      repetition: repetition)
  }
}
