package import CaseRunner
internal import LinuxHost
package import Translator

/// Our processor, told and asked in words.
package final class EngineProcessor {
  private let processor: CaseProcessor
  private let codeMemory: CodeMemory?

  /// Nil: there is no memory for compiled code.
  package init?(features: FeatureSet, compiles: Bool = false) {
    var configuration = EngineConfiguration()
    configuration.features = features
    if compiles {
      do throws(CodeMemoryError) {
        try configuration.compileOnLinux()
      } catch {
        return nil
      }
    }
    codeMemory = configuration.codeMemory
    processor = CaseProcessor(configuration: configuration)
  }

  deinit { codeMemory?.unmapOnLinux() }

  /// Runs until HLT, an exception, or `budget` instructions. `state` is read and written back.
  package func run(
    _ state: inout ProcessorState, is32Bit: Bool, system: [SystemRegister: UInt64] = [:],
    regions: [Region], budget: UInt64
  ) -> (ending: Ending, faultAddress: UInt64) {
    state.words.withUnsafeBufferPointer {
      processor.prepare(words: $0.baseAddress!, is32Bit: is32Bit, budget: budget)
    }
    for (register, value) in system { processor.set(register, value) }
    let ending = processor.run()
    // The regions are the caller's again, and writable.
    for region in regions { processor.engine.forget(region.address, count: region.count) }
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
