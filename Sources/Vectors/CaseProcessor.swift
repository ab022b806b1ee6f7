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

/// An engine with nothing around it: what runs one piece of guest code after another.
package final class CaseProcessor {
  package let engine: Engine

  package init(configuration: EngineConfiguration) {
    engine = Engine(configuration: configuration)
  }

  /// The processor as made; translations are kept. `budget`: guest instructions the run may take.
  package func reset(is32Bit: Bool, budget: UInt64) {
    engine.resetState()
    let s = engine.state
    s.pointee.mode = is32Bit ? 1 : 0
    s.pointee.instructionCount = 0
    s.pointee.instructionLimit = budget
  }

  /// Runs until HLT, `returnAddress` (unless 0), an exception, or the end of the budget.
  /// `translate` brings in code at an address; false if none can be there.
  package func run(
    returnAddress: UInt64 = 0,
    translate: (Engine, UInt64) -> Bool = { $0.translate(at: $1) }
  ) -> RunEnding {
    let s = engine.state
    while true {
      switch engine.run() {
      case .branchOutside:
        let target = s.pointee.rip
        if target == returnAddress && returnAddress != 0 { return .returned }
        if !translate(engine, target) {
          return .fault(vector: isCanonical(target) ? 14 : 13, address: target)
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
