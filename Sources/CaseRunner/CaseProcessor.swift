internal import CCaseRunner
internal import CTranslator
package import Translator

/// How a run of guest code ended.
package enum RunEnding: Equatable, Sendable {
  /// At a HLT; RIP is at it.
  case halted
  /// At the return address that was agreed.
  case returned
  case fault(vector: UInt8, address: UInt64)
  /// The budget was used up.
  case timedOut
}

/// An engine that runs one piece of guest code after another, with nothing behind its ports.
package final class CaseProcessor {
  package let engine: Engine

  package init(configuration: EngineConfiguration) {
    engine = Engine(configuration: configuration)
  }

  /// The processor as made; translations are kept. `budget`: guest instructions a run may take.
  package func reset(is32Bit: Bool, budget: UInt64) {
    engine.resetState()
    engine.state.pointee.mode = is32Bit ? 1 : 0
    // Cases are what a processor does with a user's program, but for HLT and what else needs level 0:
    // IF and IOPL are not the program's.
    engine.state.pointee.keptFlags = 0x3200
    engine.state.pointee.instructionCount = 0
    engine.state.pointee.instructionLimit = budget
  }

  /// The same, with `words` loaded.
  package func prepare(words: UnsafePointer<UInt64>, is32Bit: Bool, budget: UInt64) {
    reset(is32Bit: is32Bit, budget: budget)
    engine.state.pointee.load(words: words)
  }

  package func set(_ register: SystemRegister, _ value: UInt64) {
    engine.state.pointee.set(register, value)
  }

  /// Runs until HLT, `returnAddress` (unless 0), an exception, or the end of the budget.
  /// `mayHoldCode` says of an address where nothing is translated yet whether guest code can be
  /// there.
  package func run(
    returnAddress: UInt64 = 0, mayHoldCode: (UInt64) -> Bool = { _ in true }
  ) -> RunEnding {
    let s = engine.state
    while true {
      switch engine.run() {
      case .branchOutside:
        let target = s.pointee.rip
        if target == returnAddress && returnAddress != 0 { return .returned }
        if !mayHoldCode(target) || !engine.translate(at: target) {
          return .fault(vector: isCanonical(target) ? 14 : 13, address: target)
        }
      case .safepoint: return .timedOut
      // No host routine is admitted.
      case .settled: continue
      case .fault(let vector, _, let address): return .fault(vector: vector, address: address)
      case .unsupported: return .fault(vector: 6, address: 0)
      case .halt:
        s.pointee.rip &-= 1
        return .halted
      // Nothing is behind a port: reads float high.
      case .port: engine.completePortAccess(value: ~0)
      case .query(let query):
        let count = s.pointee.instructionCount
        engine.completeQuery(
          value: query == .timestamp ? count : count &* 0x9E37_79B9_7F4A_7C15 | 1, success: true)
      }
    }
  }

  private func isCanonical(_ address: UInt64) -> Bool {
    let high = Int64(bitPattern: address) >> 47
    return high == 0 || high == -1
  }
}
