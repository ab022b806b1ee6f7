// Levels that begin in an interrupt which compiled code has let in.
//
// The interrupted level's registers are the processor's, and the interrupt's own handler keeps them.
// What of the guest is in memory is kept here, all of it, and its stack pointer is not known: the
// new level has a stack to itself.

import CShim
import CTranslator
import Translator

extension Shim {
  /// Whether guest code was interrupted, as seen by what the interrupt calls.
  public var isGuestInFlight: Bool { levels.current.pointee.isAtRest == 0 }

  /// Whether the innermost level that is alive was interrupted in the middle of guest code.
  func isGuestInFlight(below level: UnsafeMutablePointer<TransomLevel>) -> Bool {
    guard policies.interruptStacks > 0 else { return false }
    levels.prune(below: UInt64(UInt(bitPattern: level)) + UInt64(TRANSOM_LEVEL_SIZE))
    return levels.current.pointee.isAtRest == 0
  }

  /// Runs a level from its beginning to its end, and leaves everything as it was.
  func runInterrupting(_ level: UnsafeMutablePointer<TransomLevel>) -> UInt64 {
    let state = engine.state
    let entry = levels.current
    let interruption = engine.beginInterruption()
    let savedState = state.pointee
    let savedEntry = entry.pointee
    // A stack that is no one's makes `enter` say that the nesting is too deep.
    let stack = freeInterruptStack()
    entry.pointee.isSaved = 1
    entry.pointee.isAtRest = 1
    entry.pointee.stackPointer =
      stack == 0 ? 0 : status.pointee.interruptStacks[stack - 1] + policies.interruptStackSize
    var result = policies.abortStatus
    if enter(level) {
      level.pointee.entry.pointee.interruptStack = UInt32(stack)
      result = runLoop(level, hasLeftCode: false)
    } else {
      forgetOutcome()
    }
    let mask = state.pointee.interruptMask
    let attention = state.pointee.attention
    let count = state.pointee.instructionCount
    state.pointee = savedState
    state.pointee.interruptMask = mask
    state.pointee.attention = attention
    state.pointee.instructionCount = count
    entry.pointee = savedEntry
    engine.endInterruption(interruption)
    transomRestoreFloatControl(level)
    host.releaseInterrupts()
    return result
  }

  /// From 1; 0 if all are in use.
  private func freeInterruptStack() -> Int {
    var used: UInt32 = 0
    for index in 0..<levels.depth { used = max(used, levels[index].pointee.interruptStack) }
    let next = Int(used) + 1
    return next <= min(policies.interruptStacks, 8) && status.pointee.interruptStacks[next - 1] != 0
      ? next : 0
  }

  func allocateInterruptStacks() {
    for index in 0..<min(policies.interruptStacks, 8) {
      status.pointee.interruptStacks[index] =
        host.allocateStack(count: policies.interruptStackSize, low: policies.lowStack) ?? 0
    }
  }

  func freeInterruptStacks() {
    for index in 0..<8 where status.pointee.interruptStacks[index] != 0 {
      host.freeStack(status.pointee.interruptStacks[index], count: policies.interruptStackSize)
    }
  }
}
