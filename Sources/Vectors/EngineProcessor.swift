package import CaseRunner
package import Translator

/// Our processor, told and asked in words.
package final class EngineProcessor {
  private let processor: CaseProcessor

  package init(features: FeatureSet) {
    var configuration = EngineConfiguration()
    configuration.features = features
    processor = CaseProcessor(configuration: configuration)
  }

  /// Runs until HLT, an exception, or `budget` instructions. `state` is read and written back.
  package func run(
    _ state: inout ProcessorState, is32Bit: Bool, system: [SystemRegister: UInt64] = [:],
    regions: [Region], budget: UInt64
  ) -> (ending: Ending, faultAddress: UInt64) {
    for region in regions {
      processor.engine.invalidate(region.address, count: region.count)
    }
    state.words.withUnsafeBufferPointer {
      processor.prepare(words: $0.baseAddress!, is32Bit: is32Bit, budget: budget)
    }
    for (register, value) in system { processor.set(register, value) }
    let ending = processor.run()
    state.words.withUnsafeMutableBufferPointer {
      processor.engine.state.pointee.store(words: $0.baseAddress!)
    }
    return Ending.of(ending)
  }
}

extension Ending {
  package static func of(_ ending: RunEnding) -> (ending: Ending, faultAddress: UInt64) {
    switch ending {
    case .halted, .returned: (.halted, 0)
    case .fault(let vector, let address): (.fault(vector: vector), address)
    case .timedOut: (.timedOut, 0)
    }
  }
}
