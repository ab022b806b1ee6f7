public import CTranslator

/// The way into compiled code past the dispatcher, for an embedder who has nothing for it to do:
/// calls go in by the branch table and come back by an address that is nobody's code.
///
/// All of it works on the state alone: no reference is counted on the way.
public enum CodeEntry {
  public typealias Enter = @convention(c) (_ code: UInt64, _ guest: UInt64) -> Void

  public enum Result: Equatable {
    /// Not entered: the dispatcher has to do it.
    case refused
    /// Left by an indirect branch whose target, in `branchTarget`, the branch table does not know.
    /// The state is exact but for `rip`, the arithmetic flags and the instruction count;
    /// `Engine.goOn` makes it so.
    case branch
    /// Left otherwise: for `Engine.goOn`.
    case left
  }

  /// Goes to a guest address with the registers in the state and clear arithmetic flags. `rip` is
  /// not looked at. The engine compiles, nothing is in `attention`, and the mode is long mode.
  @inlinable @inline(__always)
  public static func enter(
    _ target: UInt64, _ state: UnsafeMutablePointer<TransomGuestState>
  ) -> Result {
    let room = headroom(state)
    guard room >= 0 else { return .refused }
    prepare(state, room: room)
    state.pointee.packedFlags = state.pointee.clearPackedFlags
    state.pointee.direction = 0
    state.pointee.compiledScratch.0 = state.pointee.clearScratch.0
    state.pointee.compiledScratch.1 = state.pointee.clearScratch.1
    state.pointee.compiledScratch.2 = floatStatus(state)
    let stub = unsafeBitCast(UInt(state.pointee.entryStub), to: Enter.self)
    let table = state.pointee.branchTable.unsafelyUnwrapped
    stub(BranchTable.code(for: target, table, miss: state.pointee.missExit), target)
    return state.pointee.exitWord == CodeExit.missedBranch ? .branch : .left
  }

  /// After `Result.branch`, where nobody will call `Engine.goOn`: makes the instruction count exact.
  @inlinable @inline(__always)
  public static func settleCount(_ state: UnsafeMutablePointer<TransomGuestState>) {
    guard state.pointee.isCounting != 0 else { return }
    let done = state.pointee.room &- state.pointee.remaining
    state.pointee.instructionCount &+= UInt64(bitPattern: done)
  }

  /// For a routine that goes to `leaveStub`: what the dispatcher is to make of it. The arithmetic
  /// flags are read from where compiled code left them.
  public static func markSettled(_ state: UnsafeMutablePointer<TransomGuestState>) {
    state.pointee.exitWord = CodeExit.settled
  }

  @inlinable @inline(__always)
  static func prepare(_ state: UnsafeMutablePointer<TransomGuestState>, room: Int64) {
    state.pointee.room = room
    state.pointee.remaining = room
    if let word = state.pointee.codeUsesVectors { state.pointee.usesVectors = word.pointee }
  }

  /// Guest instructions that may be executed before compiled code has to look at the limit. Larger
  /// distances are cut: the count is exact all the same.
  @inlinable @inline(__always)
  static func headroom(_ state: UnsafeMutablePointer<TransomGuestState>) -> Int64 {
    guard state.pointee.isCounting != 0 else { return 1 << 40 }
    let limit = state.pointee.instructionLimit
    let count = state.pointee.instructionCount
    let distance = limit > count ? min(limit &- count, 1 << 40) : 0
    return Int64(truncatingIfNeeded: distance) &- state.pointee.slack
  }

  /// What the host's floating point is to begin with having noted (FPSR), and in the upper half the
  /// notes that send operations to the interpreter.
  ///
  /// Host arithmetic serves only the usual MXCSR: with another an exception is noted from the
  /// beginning. Once PE is set inexact results change nothing; until then they are among those notes,
  /// so that what the host notes of operations that are then taken back is never the guest's.
  @inlinable @inline(__always)
  static func floatStatus(_ state: UnsafeMutablePointer<TransomGuestState>) -> UInt64 {
    let mxcsr = state.pointee.mxcsr
    // IOC, DZC, OFC, UFC and IDC; IXC.
    let notes: UInt64 = mxcsr & 32 == 0 ? 0x9F : 0x8F
    return notes << 32 | (mxcsr & 0xFFC0 == 0x1F80 ? 0 : 1)
  }
}

extension Engine {
  /// Goes on after `CodeEntry.enter`, however compiled code was left, as `run` would have.
  public func goOn() -> Exit {
    guard let compiled else { return run() }
    return runCompiled(compiled, isLeft: true)
  }

  /// From now on, compiled code that branches to an address outside the guest's code goes to a host
  /// routine, which finds the target in the state's `branchTarget` (x86-64) or in X16 (AArch64) and
  /// the guest's registers where compiled code keeps them. Without effect on an engine that
  /// interprets. Until `dismissHosts`, or until there is no room for it any more.
  public func admitHost(_ address: UInt64, routine: UInt64) {
    compiled?.admitHost(address, routine: routine)
  }

  /// Branches to all of those addresses leave for the dispatcher again.
  public func dismissHosts() { compiled?.dismissHosts() }

  /// Tells `CodeEntry` how this engine's code is entered.
  func publishEntry() {
    state.pointee.isCounting = isCounting ? 1 : 0
    guard let compiled else { return }
    state.pointee.slack = NativeBackEnd.slack
    let flags = state.pointee.rflags
    state.pointee.rflags = 2
    NativeBackEnd.importFlags(state)
    state.pointee.rflags = flags
    state.pointee.clearPackedFlags = state.pointee.packedFlags
    state.pointee.clearScratch.0 = state.pointee.compiledScratch.0
    state.pointee.clearScratch.1 = state.pointee.compiledScratch.1
    let stubs = compiled.layout.stubs
    state.pointee.entryStub = compiled.executable(stubs.enter)
    state.pointee.missExit = compiled.executable(stubs.missExit)
    state.pointee.leaveStub = compiled.executable(stubs.leave)
    state.pointee.branchTable = UnsafePointer(
      bitPattern: UInt(compiled.layout.branchTable))
    state.pointee.codeUsesVectors = UnsafePointer(
      withUnsafeMutablePointer(to: &compiled.tables.pointee.usesVectors) { $0 })
  }
}
