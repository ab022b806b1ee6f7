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

  /// The processor as made, with `words` loaded.
  package func prepare(words: UnsafePointer<UInt64>, is32Bit: Bool, budget: UInt64) {
    engine.resetState()
    engine.state.pointee.mode = is32Bit ? 1 : 0
    engine.state.pointee.load(words: words)
    engine.state.pointee.instructionCount = 0
    engine.state.pointee.instructionLimit = budget
  }

  package func set(_ register: SystemRegister, _ value: UInt64) {
    engine.state.pointee.set(register, value)
  }

  /// Runs until HLT, `returnAddress` (unless 0), an exception, or the end of the budget.
  package func run(returnAddress: UInt64 = 0) -> RunEnding {
    let s = engine.state
    while true {
      switch engine.run() {
      case .branchOutside:
        if s.pointee.rip == returnAddress && returnAddress != 0 { return .returned }
        if !engine.translate(at: s.pointee.rip) {
          return .fault(vector: isCanonical(s.pointee.rip) ? 14 : 13, address: s.pointee.rip)
        }
      case .safepoint: return .timedOut
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
