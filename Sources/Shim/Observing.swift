// Guest code one instruction at a time, for whoever wants to see each: debuggers and hooks.

import CTranslator
import Translator

extension Shim {
  /// Runs guest code like `Engine.run`, but shows the host each instruction before it is executed.
  func runObserved() -> Exit {
    let state = engine.state
    while status.pointee.outcome == nil {
      let address = state.pointee.rip
      guard address != policies.returnAddress, codeKind(of: address) == .guest else {
        return .branchOutside
      }
      if state.pointee.instructionCount >= state.pointee.instructionLimit { return .safepoint }
      host.willExecute(address)
      guard status.pointee.outcome == nil else { break }
      // The host may have moved the guest elsewhere.
      guard state.pointee.rip == address else { continue }
      if let exit = engine.step(window: window) { return exit }
    }
    return .safepoint
  }

  /// Ends the run because the host wants it. Inside `Shim.run` it does not return.
  public func stop() { end(.stopped) }
}
