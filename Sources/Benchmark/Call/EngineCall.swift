internal import CBenchmark
internal import CTranslator
internal import Disassembly
package import Translator
internal import Vectors

/// Makes a described call in an engine of this process, and times it.
package struct EngineCall {
  private let call: CallDescription
  private let configuration: EngineConfiguration
  private let program: PlacedProgram

  /// Places the program; nothing runs.
  package init(_ call: CallDescription, configuration: EngineConfiguration) throws(CallError) {
    self.call = call
    self.configuration = configuration
    program = try PlacedProgram(code: call.code, load: call.load, regions: call.regions)
    guard program.contains(call.entry) else { throw .entryOutside(call.entry) }
  }

  package func perform() throws(CallFault) -> CallResult {
    Self.buildTables()
    let start = transomMonotonicNanoseconds()
    let processor = CaseProcessor(configuration: configuration)
    let startNs = transomMonotonicNanoseconds() - start
    var result = try perform(on: processor)
    result.engineStartNs = startNs
    return result
  }

  /// In an engine that has run nothing.
  func perform(on processor: CaseProcessor) throws(CallFault) -> CallResult {
    var result = CallResult()
    let first = try once(processor, repetition: 0)
    result.result = first.value
    result.coldNs = first.nanoseconds
    result.translationNs = first.translationNs
    result.guestInstructions = processor.engine.state.pointee.instructionCount
    result.translatedInstructions = processor.engine.translatedInstructions
    for n in 0..<call.repeats {
      let next = try once(processor, repetition: n + 1)
      result.warmNs.append(next.nanoseconds)
      result.repeatedResults.append(next.value)
    }
    return result
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
  ) throws(CallFault) -> (value: UInt64, nanoseconds: UInt64, translationNs: UInt64) {
    program.enter(
      processor, entry: call.entry, abi: call.abi, arguments: call.arguments, budget: call.budget)
    let state = processor.engine.state
    let stackPointer = state.pointee.gpr.4
    let clock = TickClock()
    var ticks: UInt64 = 0
    let start = transomMonotonicNanoseconds()
    let ending = processor.run(returnAddress: PlacedProgram.returnAddress) { engine, target in
      // What lies outside the regions is this process's own.
      guard program.contains(target) else { return false }
      let start = transomTicks()
      let isDone = engine.translate(at: target)
      ticks &+= transomTicks() &- start
      return isDone
    }
    let end = transomMonotonicNanoseconds()
    guard ending == .returned, state.pointee.gpr.4 == stackPointer &+ 8 else {
      throw fault(ending, at: state.pointee.rip, repetition)
    }
    return (state.pointee.gpr.0, end - start, clock.nanoseconds(ticks))
  }

  private func fault(_ ending: RunEnding, at address: UInt64, _ repetition: Int) -> CallFault {
    let bytes = program.bytes(at: address, upTo: 15)
    let decoded = Disassembler()?.decode(bytes, at: address)
    var text = decoded.map { $0.operands.isEmpty ? $0.mnemonic : $0.mnemonic + " " + $0.operands }
    if text == nil && !bytes.isEmpty {
      text = "(bad) " + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    return CallFault(
      ending: ending, address: address, instruction: text ?? "(no code there)",
      repetition: repetition)
  }
}

/// Turns ticks into nanoseconds by the monotonic clock over its own lifetime.
struct TickClock {
  private let startTicks = transomTicks()
  private let start = transomMonotonicNanoseconds()

  func nanoseconds(_ ticks: UInt64) -> UInt64 {
    let spent = transomTicks() &- startTicks
    let nanoseconds = transomMonotonicNanoseconds() - start
    guard spent > 0 else { return 0 }
    return UInt64(Double(ticks) * Double(nanoseconds) / Double(spent))
  }
}
