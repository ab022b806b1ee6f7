internal import CTranslator
internal import LinuxHost
package import Translator

/// Our processor, told and asked in words.
package final class EngineProcessor {
  private let engine: Engine

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
    engine = Engine(configuration: configuration)
  }

  deinit { codeMemory?.unmapOnLinux() }

  /// Runs until HLT, an exception, or `budget` instructions. `state` is read and written back.
  package func run(
    _ state: inout ProcessorState, is32Bit: Bool, system: [String: UInt64] = [:],
    regions: [Region], budget: UInt64
  ) -> (ending: Ending, faultAddress: UInt64) {
    let s = engine.state
    engine.resetState()
    s.pointee.mode = is32Bit ? 1 : 0
    load(state)
    for (name, value) in system { setSystem(name, value) }
    s.pointee.instructionCount = 0
    s.pointee.instructionLimit = budget
    let ending = runToEnd()
    // The regions are the caller's again, and writable.
    for region in regions { engine.forget(region.address, count: region.count) }
    store(&state)
    if ending.ending == .halted { state[ProcessorState.Word.rip] &-= 1 }
    return ending
  }

  private func runToEnd() -> (ending: Ending, faultAddress: UInt64) {
    let s = engine.state
    while true {
      switch engine.run() {
      case .branchOutside:
        if !engine.translate(at: s.pointee.rip) {
          return (.fault(vector: isCanonical(s.pointee.rip) ? 14 : 13), s.pointee.rip)
        }
      case .safepoint: return (.timedOut, 0)
      case .fault(let vector, _, let address): return (.fault(vector: vector), address)
      case .unsupported: return (.fault(vector: 6), 0)
      case .halt: return (.halted, 0)
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

  private func load(_ state: ProcessorState) {
    typealias Word = ProcessorState.Word
    let s = engine.state
    let general = UnsafeMutableRawPointer(s).assumingMemoryBound(to: UInt64.self)
    for n in 0..<16 { general[n] = state[n] }
    s.pointee.rip = state[Word.rip]
    s.pointee.rflags = state[Word.flags]
    s.pointee.segment.4.base = state[Word.fsBase]
    s.pointee.segment.5.base = state[Word.gsBase]
    withUnsafeMutableBytes(of: &s.pointee.vector) { to in
      for n in 0..<64 {
        to.storeBytes(of: state[Word.vector + n], toByteOffset: n * 8, as: UInt64.self)
      }
    }
    withUnsafeMutableBytes(of: &s.pointee.x87) { to in
      for n in 0..<16 {
        let value = n & 1 == 0 ? state[Word.x87 + n] : state[Word.x87 + n] & 0xFFFF
        to.storeBytes(of: value, toByteOffset: n * 8, as: UInt64.self)
      }
    }
    s.pointee.x87Control = UInt16(truncatingIfNeeded: state[Word.x87Control])
    s.pointee.x87Status = UInt16(truncatingIfNeeded: state[Word.x87Status])
    s.pointee.x87Tag = UInt16(truncatingIfNeeded: state[Word.x87Tag])
    s.pointee.mxcsr = UInt32(truncatingIfNeeded: state[Word.mxcsr])
  }

  private func store(_ state: inout ProcessorState) {
    typealias Word = ProcessorState.Word
    let s = engine.state
    let general = UnsafeMutableRawPointer(s).assumingMemoryBound(to: UInt64.self)
    for n in 0..<16 { state[n] = general[n] }
    state[Word.rip] = s.pointee.rip
    state[Word.flags] = s.pointee.rflags
    state[Word.fsBase] = s.pointee.segment.4.base
    state[Word.gsBase] = s.pointee.segment.5.base
    withUnsafeBytes(of: &s.pointee.vector) { from in
      for n in 0..<64 {
        state[Word.vector + n] = from.load(fromByteOffset: n * 8, as: UInt64.self)
      }
    }
    withUnsafeBytes(of: &s.pointee.x87) { from in
      for n in 0..<16 {
        let value = from.load(fromByteOffset: n * 8, as: UInt64.self)
        state[Word.x87 + n] = n & 1 == 0 ? value : value & 0xFFFF
      }
    }
    state[Word.x87Control] = UInt64(s.pointee.x87Control)
    state[Word.x87Status] = UInt64(s.pointee.x87Status)
    state[Word.x87Tag] = UInt64(s.pointee.x87Tag)
    state[Word.mxcsr] = UInt64(s.pointee.mxcsr)
  }

  private func setSystem(_ name: String, _ value: UInt64) {
    let s = engine.state
    switch name {
    case "CR0": s.pointee.cr0 = value
    case "CR2": s.pointee.cr2 = value
    case "CR3": s.pointee.cr3 = value
    case "CR4": s.pointee.cr4 = value
    case "CR8": s.pointee.cr8 = value
    case "DR0": s.pointee.dr.0 = value
    case "DR1": s.pointee.dr.1 = value
    case "DR2": s.pointee.dr.2 = value
    case "DR3": s.pointee.dr.3 = value
    case "DR6": s.pointee.dr.6 = value
    case "DR7": s.pointee.dr.7 = value
    case "XCR0": s.pointee.xcr0 = value
    default: break
    }
  }
}
