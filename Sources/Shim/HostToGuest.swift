// A native call into guest code: from the host's C convention to the Microsoft x64 convention.

public import CShim
import CTranslator
import Translator

/// Registers by their number in the instruction encoding.
enum Register {
  static let rax = 0, rcx = 1, rdx = 2, rbx = 3, rsp = 4, rbp = 5, rsi = 6, rdi = 7
  static let r8 = 8, r9 = 9
}

enum RFlags {
  static let reserved: UInt64 = 1 << 1
  static let interrupt: UInt64 = 1 << 9
  static let direction: UInt64 = 1 << 10
}

extension Shim {
  /// Kept free above the first level, so that reading sixteen arguments never leaves the stack.
  static var headroom: UInt64 { 256 }
  /// What a level needs on the host stack for the shim and some firmware above it.
  static var hostStackReserve: UInt64 { 96 << 10 }
  /// What a level needs on the guest stack beside its entry frame.
  static var stackReserve: UInt64 { 1024 }

  func isOnStack(_ address: UInt64) -> Bool { address >= stackBase && address < stackEnd }

  /// Prepares guest state for a new level. False if the call cannot be made; then the level is not
  /// in the table.
  func enter(_ level: UnsafeMutablePointer<TransomLevel>) -> Bool {
    // After a run has ended no guest code runs: what is left of it only has to get out.
    guard status.pointee.outcome == nil else { return false }
    let frame = UInt64(UInt(bitPattern: level))
    levels.prune(below: frame + UInt64(TRANSOM_LEVEL_SIZE))
    let outer = levels.current.pointee.stackPointer
    let state = engine.state
    let (top, underflow) = (outer & ~15).subtractingReportingOverflow(entryFrame)
    if underflow || (isOnStack(outer) && top < bridge.pointee.stackLow) {
      state.pointee.rip = level.pointee.target
      end(.stackOverflow, access: top)
      return false
    }
    guard frame >= bridge.pointee.hostStackLow,
      let entry = levels.push(level, entryStackPointer: top, isOnStack: isOnStack(top))
    else {
      state.pointee.rip = level.pointee.target
      end(.nestingTooDeep)
      return false
    }

    let arguments = words(&level.pointee.arguments)
    gatherArguments(level, into: arguments)
    entry.pointee.token = host.willEnterGuest(
      target: level.pointee.target, arguments: arguments, depth: Int(entry.pointee.depth))

    // The frame is built where the guest will find it, in one piece.
    if isOnStack(top) {
      let words = UnsafeMutablePointer<UInt64>(bitPattern: UInt(top)).unsafelyUnwrapped
      words[0] = policies.returnAddress
      for index in 0..<4 { words[1 + index] = 0 }
      for index in 4..<16 { words[1 + index] = arguments[index] }
    } else {
      var address = policies.returnAddress
      // A stack of the guest's own can share its page with translated code.
      _ = engine.releasePage(of: top)
      _ = engine.releasePage(of: top + entryFrame - 1)
      let written =
        transomCopyToGuest(top, &address, 8)
        + transomCopyToGuest(top + 40, arguments + 4, 96)
      guard written == 104 else {
        levels.pop(entry)
        end(.stackOverflow, access: top)
        return false
      }
    }
    gpr[Register.rcx] = arguments[0]
    gpr[Register.rdx] = arguments[1]
    gpr[Register.r8] = arguments[2]
    gpr[Register.r9] = arguments[3]
    gpr[Register.rsp] = top
    state.pointee.rip = level.pointee.target
    state.pointee.rflags = RFlags.reserved | RFlags.interrupt
    return true
  }

  /// Takes a level off and hands its result to the native caller.
  func leave(_ level: UnsafeMutablePointer<TransomLevel>) -> UInt64 {
    let result = gpr[Register.rax]
    levels.drop(above: level.pointee.entry)
    takeOff(level, result: result)
    return result
  }

  /// Takes a level off after its run has ended.
  func leaveAborted(_ level: UnsafeMutablePointer<TransomLevel>) -> UInt64 {
    takeOff(level, result: policies.abortStatus, hasEnded: true)
    return policies.abortStatus
  }

  /// The host may call guest code in here: the level's entry is read before that.
  private func takeOff(
    _ level: UnsafeMutablePointer<TransomLevel>, result: UInt64, hasEnded: Bool = false
  ) {
    let entry = level.pointee.entry
    let token = entry.pointee.token
    let outerWords = entry.pointee.outerWords
    let depth = Int(entry.pointee.depth)
    bridge.pointee.current = entry - 1
    if hasEnded { forgetOutcome() }
    host.didLeaveGuest(target: level.pointee.target, result: result, token: token, depth: depth)
    bridge.pointee.hostWords = outerWords
  }

  /// Under `FaultScope.level` the outcome is the level's own affair.
  func forgetOutcome() {
    guard policies.faultScope == .level else { return }
    clearOutcome()
    host.didForgetOutcome()
  }

  /// Something went wrong in the shim's or the host's own code. Gives up the innermost level and
  /// returns its record, for `transomAbandonLevel`; nil if none is under way.
  public func abandonInnermostLevel() -> UnsafeMutablePointer<TransomLevel>? {
    let depth = levels.depth
    guard depth > 0, levels.isIntact(depth - 1) else { return nil }
    let level = levels.current.pointee.level
    levels.drop(to: depth - 1)
    clearOutcome()
    return level
  }
}
