internal import CBenchmark
internal import CTranslator
internal import CaseRunner
internal import Disassembly
package import Translator
internal import Vectors

/// Makes a described call in an engine of this process, and times it.
package struct EngineCall {
  private let call: CallDescription
  private let recipe: EngineRecipe
  private let program: PlacedProgram

  /// Places the program; nothing runs.
  package init(
    _ call: CallDescription, on backend: BackendName, features: FeatureSet = .baseline
  ) throws {
    guard backend.isInProcess else { throw BackendError.missing(backend) }
    self.call = call
    recipe = EngineRecipe(backend: backend, features: features, isTimed: true)
    program = try PlacedProgram(code: call.code, load: call.load, regions: call.regions)
    guard program.contains(call.entry) else { throw CallError.entryOutside(call.entry) }
  }

  package func perform() throws -> CallResult {
    Self.buildTables()
    guard recipe.backend.compiles else { return try timed(recipe) }
    // Code that counts is slower: what is timed does without, if the first call can be made again
    // on the same memory for its count.
    guard call.budget == .max, let memory = program.snapshot() else {
      var counting = recipe
      counting.isCounting = true
      return try timed(counting)
    }
    var result = try timed(recipe)
    program.restore(memory)
    result.guestInstructions = try counted()
    return result
  }

  private func timed(_ recipe: EngineRecipe) throws -> CallResult {
    let fresh = try FreshEngine(recipe)
    var result = try perform(in: fresh)
    result.engineStartNs = fresh.startNs
    return result
  }

  /// In an engine that has run nothing.
  func perform(in fresh: FreshEngine) throws(CallFault) -> CallResult {
    var result = CallResult()
    let first = try once(fresh.processor, repetition: 0)
    result.result = first.value
    result.coldNs = first.nanoseconds
    let engine = fresh.processor.engine
    result.translationNs = fresh.translationNs
    result.guestInstructions = engine.state.pointee.instructionCount
    result.translatedInstructions = engine.translatedInstructions
    result.codeBytes = engine.codeBytes
    for n in 0..<call.repeats {
      let next = try once(fresh.processor, repetition: n + 1)
      result.warmNs.append(next.nanoseconds)
      result.repeatedResults.append(next.value)
    }
    return result
  }

  /// Guest instructions of one call.
  private func counted() throws -> UInt64 {
    var counting = recipe
    counting.isCounting = true
    let fresh = try FreshEngine(counting)
    _ = try once(fresh.processor, repetition: 0)
    return fresh.processor.engine.state.pointee.instructionCount
  }

  /// Tables that a process builds once, and that no engine owns, are there before an engine is timed.
  static func buildTables() {
    let halt: [UInt8] = [0xF4]
    halt.withUnsafeBytes { code in
      let processor = CaseProcessor(configuration: EngineConfiguration())
      processor.reset(is32Bit: false, budget: 16)
      processor.engine.state.pointee.rip = UInt64(UInt(bitPattern: code.baseAddress))
      _ = processor.run()
    }
  }

  private func once(
    _ processor: CaseProcessor, repetition: Int
  ) throws(CallFault) -> (value: UInt64, nanoseconds: UInt64) {
    program.enter(
      processor, entry: call.entry, abi: call.abi, arguments: call.arguments, budget: call.budget)
    let state = processor.engine.state
    let stackPointer = state.pointee.gpr.4
    let start = transomMonotonicNanoseconds()
    // What lies outside the regions is this process's own.
    let ending = processor.run(returnAddress: CallLayout.returnAddress) {
      program.contains($0)
    }
    let end = transomMonotonicNanoseconds()
    guard ending == .returned, state.pointee.gpr.4 == stackPointer &+ 8 else {
      throw CallFault(
        ending: ending, address: state.pointee.rip,
        instruction: Self.instruction(
          program.bytes(at: state.pointee.rip, upTo: 15), state.pointee.rip),
        repetition: repetition)
    }
    return (state.pointee.gpr.0, end - start)
  }

  static func instruction(_ bytes: [UInt8], _ address: UInt64) -> String {
    if let decoded = Disassembler()?.decode(bytes, at: address) {
      return decoded.operands.isEmpty
        ? decoded.mnemonic : decoded.mnemonic + " " + decoded.operands
    }
    if bytes.isEmpty { return "(no code there)" }
    return "(bad) " + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
