// Calls while nobody watches: what stands between native code and compiled guest code then.
//
// Everything here works on the bridge's plain memory and is generic over nothing. Whatever is not
// as usual goes to the shim's own paths, which do the same and more.

import CShim
import CTranslator
import Translator

/// Where a level stands when the shim's own path takes it over.
enum LevelStart {
  /// Nothing was done but to mask interrupts.
  case entered
  /// Guest state is that of the level's first instruction.
  case begun
  /// Compiled code was entered and left.
  case left
  /// The frames above the level were abandoned.
  case resumed
}

/// `TransomBridge.runLevel`.
func runLevelUnwatched(
  _ bridge: UnsafeMutablePointer<TransomBridge>, _ level: UnsafeMutablePointer<TransomLevel>,
  isResumed: Bool
) -> UInt64 {
  if isResumed { return goOnWatched(bridge, level, .resumed) }
  transomMaskForGuest(bridge)
  guard let entry = begin(bridge, level) else { return goOnWatched(bridge, level, .entered) }
  let state = bridge.pointee.state
  let result = CodeEntry.enter(level.pointee.target, state)
  guard result == .branch, state.pointee.branchTarget == bridge.pointee.returnAddress,
    state.pointee.gpr.4 == entry.pointee.entryStackPointer &+ 8, bridge.pointee.current == entry,
    state.pointee.attention == 0, bridge.pointee.hostWords.1 == 0
  else { return goOnWatched(bridge, level, result == .refused ? .begun : .left) }
  CodeEntry.settleCount(state)
  LevelTable(bridge).pop(entry)
  transomUnmaskForHost(bridge)
  return state.pointee.gpr.0
}

/// `TransomBridge.settle`.
func settle(
  _ bridge: UnsafeMutablePointer<TransomBridge>, _ entry: LevelTable.Entry, result: UInt64
) {
  let levels = LevelTable(bridge)
  let state = bridge.pointee.state
  levels.drop(above: entry)
  CallHistory(bridge).finish(entry.pointee.callNumber, result: result)
  if entry.pointee.isSaved != 0 { levels.restore(entry) }
  state.pointee.gpr.0 = result
  state.pointee.gpr.4 = entry.pointee.stackPointer &+ 8
  state.pointee.rip = entry.pointee.returnAddress
  state.pointee.rflags &= ~RFlags.direction
  state.pointee.direction = 0
  CodeEntry.markSettled(state)
}

/// `TransomBridge.callIntercepted`.
func callInterceptedUnwatched(
  _ bridge: UnsafeMutablePointer<TransomBridge>, _ entry: LevelTable.Entry, target: UInt64
) -> UInt64 {
  Unmanaged<TrapReceiver>.fromOpaque(bridge.pointee.context)._withUnsafeGuaranteedRef {
    $0.callIntercepted(entry, target: target)
  }
}

/// Bytes a level takes at entry: return address, home space for four, twelve more arguments.
/// It is 8 modulo 16, which is the alignment RSP has behind a call.
let entryFrame: UInt64 = 8 + 32 + 12 * 8

/// Prepares guest state for a new level, as `Shim.enter` does; nil, with nothing changed, if that
/// has to do it.
@inline(__always)
private func begin(
  _ bridge: UnsafeMutablePointer<TransomBridge>, _ level: UnsafeMutablePointer<TransomLevel>
) -> LevelTable.Entry? {
  let state = bridge.pointee.state
  let outer = bridge.pointee.current
  let frame = UInt64(UInt(bitPattern: level))
  let top = (outer.pointee.stackPointer & ~15) &- entryFrame
  guard state.pointee.attention == 0, state.pointee.entryStub != 0, outer.pointee.isAtRest != 0,
    // No level that was jumped over is to be given up.
    UInt64(UInt(bitPattern: outer.pointee.level)) >= frame &+ UInt64(TRANSOM_LEVEL_SIZE),
    frame >= bridge.pointee.hostStackLow, top >= bridge.pointee.stackLow,
    top < bridge.pointee.stackEnd,
    let entry = LevelTable(bridge).push(level, entryStackPointer: top, isOnStack: true)
  else { return nil }
  let frameWords = UnsafeMutablePointer<UInt64>(bitPattern: UInt(top)).unsafelyUnwrapped
  frameWords[0] = bridge.pointee.returnAddress
  gatherArguments(level, into: frameWords + 1)
  let gpr = words(&state.pointee.gpr)
  gpr[Register.rcx] = frameWords[1]
  gpr[Register.rdx] = frameWords[2]
  gpr[Register.r8] = frameWords[3]
  gpr[Register.r9] = frameWords[4]
  for index in 1...4 { frameWords[index] = 0 }
  gpr[Register.rsp] = top
  state.pointee.rip = level.pointee.target
  state.pointee.rflags = RFlags.reserved | RFlags.interrupt
  return entry
}

/// Sixteen words as the native caller passed them; zero for those that would lie beyond its
/// stack.
@inline(__always)
func gatherArguments(
  _ level: UnsafeMutablePointer<TransomLevel>, into arguments: UnsafeMutablePointer<UInt64>
) {
  let registers = words(&level.pointee.registerArguments)
  let inRegisters = Int(TRANSOM_REGISTER_ARGUMENTS)
  // In pieces of a size that is known, which are moved without a loop.
  copyWords(registers, to: arguments, count: Int(TRANSOM_REGISTER_ARGUMENTS))
  let source = level.pointee.stackArguments
  let count = 16 - inRegisters
  let bytes = UInt64(count) * 8
  // The word below is the caller's return address or frame record: that page is there.
  if (source &- 8) & ~4095 == (source &+ bytes &- 1) & ~4095 {
    let stack = UnsafePointer<UInt64>(bitPattern: UInt(source)).unsafelyUnwrapped
    copyWords(stack, to: arguments + inRegisters, count: 16 - Int(TRANSOM_REGISTER_ARGUMENTS))
  } else {
    for index in inRegisters..<16 { arguments[index] = 0 }
    _ = transomCopyFromGuest(arguments + inRegisters, source, bytes)
  }
}

@inline(__always)
private func copyWords(
  _ from: UnsafePointer<UInt64>, to: UnsafeMutablePointer<UInt64>, count: Int
) {
  UnsafeMutableRawPointer(to).copyMemory(from: from, byteCount: count * 8)
}

private func goOnWatched(
  _ bridge: UnsafeMutablePointer<TransomBridge>, _ level: UnsafeMutablePointer<TransomLevel>,
  _ start: LevelStart
) -> UInt64 {
  Unmanaged<TrapReceiver>.fromOpaque(bridge.pointee.context)._withUnsafeGuaranteedRef {
    $0.runLevel(level, from: start)
  }
}
