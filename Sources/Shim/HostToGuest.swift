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
  /// Bytes a level takes at entry: return address, home space for four, twelve more arguments.
  /// It is 8 modulo 16, which is the alignment RSP has behind a call.
  private var entryFrame: UInt64 { 8 + 32 + 12 * 8 }
  /// Kept free above the first level, so that reading sixteen arguments never leaves the stack.
  private var headroom: UInt64 { 256 }
  /// What a level needs on the host stack for the shim and some firmware above it.
  private var hostStackReserve: UInt64 { 96 << 10 }

  func isOnStack(_ address: UInt64) -> Bool { address >= stackBase && address < stackEnd }

  /// Prepares guest state for a new level. False if the call cannot be made; then the level is not
  /// in the table.
  func enter(_ level: UnsafeMutablePointer<TransomLevel>) -> Bool {
    // After a run has ended no guest code runs: what is left of it only has to get out.
    guard status.pointee.outcome == nil else { return false }
    let frame = UInt64(UInt(bitPattern: level))
    let pruned = levels.pointee.prune(below: frame + UInt64(TRANSOM_LEVEL_SIZE))
    status.pointee.counters.abandonedLevels += UInt64(pruned)
    status.pointee.counters.traps += 1

    let depth = levels.pointee.depth
    let outer = depth == 0 ? stackEnd - headroom : levels.pointee[depth - 1].pointee.stackPointer
    let state = engine.state
    let (top, underflow) = (outer & ~15).subtractingReportingOverflow(entryFrame)
    if underflow || (isOnStack(outer) && top < stackBase + 1024) {
      state.pointee.rip = level.pointee.target
      end(.stackOverflow, access: top)
      return false
    }
    let limit = host.hostStackLimit
    if frame < limit || frame - limit < hostStackReserve
      || !levels.pointee.push(level, entryStackPointer: top)
    {
      state.pointee.rip = level.pointee.target
      end(.nestingTooDeep)
      return false
    }
    let deepest = status.pointee.counters.deepestLevel
    status.pointee.counters.deepestLevel = max(deepest, UInt64(depth + 1))

    let arguments = gatherArguments(level)
    level.pointee.token = host.willEnterGuest(
      target: level.pointee.target, arguments: arguments, depth: depth + 1)

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
        levels.pointee.truncate(to: depth)
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

  /// Sixteen words as the native caller passed them; zero for those that would lie beyond its
  /// stack.
  private func gatherArguments(
    _ level: UnsafeMutablePointer<TransomLevel>
  ) -> UnsafeMutablePointer<UInt64> {
    let arguments = words(&level.pointee.arguments)
    let registers = words(&level.pointee.registerArguments)
    let inRegisters = Int(TRANSOM_REGISTER_ARGUMENTS)
    for index in 0..<inRegisters { arguments[index] = registers[index] }
    let source = level.pointee.stackArguments
    let count = 16 - inRegisters
    let bytes = UInt64(count) * 8
    // The word below is the caller's return address or frame record: that page is there.
    if (source - 8) & ~4095 == (source + bytes - 1) & ~4095 {
      let stack = UnsafePointer<UInt64>(bitPattern: UInt(source)).unsafelyUnwrapped
      for index in 0..<count { arguments[inRegisters + index] = stack[index] }
    } else {
      for index in inRegisters..<16 { arguments[index] = 0 }
      _ = transomCopyFromGuest(arguments + inRegisters, source, bytes)
    }
    return arguments
  }

  /// Takes a level off and hands its result to the native caller.
  func leave(_ level: UnsafeMutablePointer<TransomLevel>) -> UInt64 {
    let index = Int(level.pointee.index)
    let result = gpr[Register.rax]
    dropLevels(to: index + 1)
    levels.pointee.truncate(to: index)
    host.didLeaveGuest(
      target: level.pointee.target, result: result, token: level.pointee.token, depth: index + 1)
    return result
  }

  /// Takes a level off after its run has ended.
  func leaveAborted(_ level: UnsafeMutablePointer<TransomLevel>) -> UInt64 {
    let index = Int(level.pointee.index)
    levels.pointee.truncate(to: index)
    forgetOutcome()
    host.didLeaveGuest(
      target: level.pointee.target, result: policies.abortStatus, token: level.pointee.token,
      depth: index + 1)
    return policies.abortStatus
  }

  /// Under `FaultScope.level` the outcome is the level's own affair.
  func forgetOutcome() {
    guard policies.faultScope == .level else { return }
    status.pointee.outcome = nil
    host.didForgetOutcome()
  }

  /// Something went wrong in the shim's or the host's own code. Gives up the innermost level and
  /// returns its record, for `transomAbandonLevel`; nil if none is under way.
  public func abandonInnermostLevel() -> UnsafeMutablePointer<TransomLevel>? {
    let depth = levels.pointee.depth
    guard depth > 0, levels.pointee.isIntact(depth - 1) else { return nil }
    let level = levels.pointee[depth - 1].pointee.level
    dropLevels(to: depth - 1)
    status.pointee.outcome = nil
    return level
  }
}
