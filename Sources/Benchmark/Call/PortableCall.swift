internal import CaseRunner
package import Translator
internal import Vectors

/// Makes a described call in the portable runner: AArch64 code under `qemu-aarch64`, its executed
/// instructions counted.
package struct PortableCall {
  private let call: CallDescription
  private let features: FeatureSet
  private let program: PlacedProgram

  /// Lays the program out; nothing runs.
  package init(_ call: CallDescription, features: FeatureSet = .baseline) throws {
    self.call = call
    self.features = features
    program = try PlacedProgram(code: call.code, load: call.load, regions: call.regions)
    guard program.contains(call.entry) else { throw CallError.entryOutside(call.entry) }
  }

  /// Host instructions are those of translated code, entries and links, of the first call. Times
  /// are the emulator's: good for comparison with each other only.
  package func perform() throws -> CallResult {
    var request = PortableRunner.Request()
    request.features = features
    request.state = program.entryState(
      entry: call.entry, abi: call.abi, arguments: call.arguments)
    request.regions = program.regions
    request.placed = program.contents()
    request.repeats = call.repeats + 1
    request.isFresh = true
    request.returnAddress = PlacedProgram.returnAddress
    // Code that counts guest instructions executes more of the host's: what is measured does
    // without, and the count is taken apart.
    request.isCounting = call.budget != .max
    request.budget = call.budget
    var result = try measured(request)
    guard !request.isCounting else { return result }
    request.isCounting = true
    request.repeats = 1
    let counting = try PortableRunner()
    result.guestInstructions = try checked(counting.run(request).outcomes)[0].guestInstructions
    return result
  }

  private func measured(_ request: PortableRunner.Request) throws -> CallResult {
    let runner = try PortableRunner(isCounted: true)
    let outcomes = try checked(runner.run(request).outcomes)
    var result = CallResult()
    result.result = outcomes[0].state[0]
    result.coldNs = outcomes[0].nanoseconds
    result.guestInstructions = outcomes[0].guestInstructions
    result.hostInstructions = outcomes[0].hostInstructions
    result.translatedInstructions = outcomes[0].translatedInstructions
    result.codeBytes = outcomes[0].codeBytes
    result.warmNs = outcomes.dropFirst().map(\.nanoseconds)
    result.repeatedResults = outcomes.dropFirst().map { $0.state[0] }
    return result
  }

  /// Each call must have returned, with RSP behind its return address.
  private func checked(_ outcomes: [PortableRunner.Outcome]) throws -> [PortableRunner.Outcome] {
    let stackPointer = program.entryState(
      entry: call.entry, abi: call.abi, arguments: call.arguments)[4]
    for (n, outcome) in outcomes.enumerated() {
      guard outcome.runEnding == .returned, outcome.state[4] == stackPointer &+ 8 else {
        let address = outcome.state[ProcessorState.Word.rip]
        throw CallFault(
          ending: outcome.runEnding, address: address,
          instruction: EngineCall.instruction(program.bytes(at: address, upTo: 15), address),
          repetition: n)
      }
    }
    return outcomes
  }
}
