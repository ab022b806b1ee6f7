public import CTranslator

/// The way into compiled code past the dispatcher, for an embedder who has nothing for it to do:
/// calls go in by the branch table and come back by an address that is nobody's code.
///
/// All of it works on the state alone: no reference is counted on the way.
public enum CodeEntry {
  typealias Enter = @convention(c) (_ code: UInt64, _ guest: UInt64) -> Void

  public enum Result: Equatable {
    /// Not entered: the dispatcher has to do it.
    case refused
    /// Left by an indirect branch whose target, in `branchTarget`, the branch table does not know.
    /// The state is exact but for `rip` and the arithmetic flags; `Engine.goOn` makes it so.
    case branch
    /// Left otherwise: for `Engine.goOn`.
    case left
  }

  /// Goes to a guest address with the registers in the state, `rflags` included. `rip` is not looked
  /// at. Nothing in `attention`, and the state is in long mode.
  public static func enter(
    _ target: UInt64, _ state: UnsafeMutablePointer<TransomGuestState>
  ) -> Result {
    let room = headroom(state)
    guard room >= 0, let table = state.pointee.branchTable else { return .refused }
    prepare(state, room: room)
    NativeBackEnd.importFlags(state)
    let stub = unsafeBitCast(UInt(state.pointee.entryStub), to: Enter.self)
    stub(table[Int(target & BranchTable.indexMask)], target)
    return state.pointee.exitWord == CodeExit.missedBranch ? .branch : .left
  }

  /// After `Result.branch`, where nobody will call `Engine.goOn`: makes the instruction count exact.
  @inline(__always)
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

  /// Puts the arithmetic flags that compiled code left into `rflags`.
  public static func exportFlags(_ state: UnsafeMutablePointer<TransomGuestState>) {
    NativeBackEnd.exportFlags(state)
  }

  @inline(__always)
  static func prepare(_ state: UnsafeMutablePointer<TransomGuestState>, room: Int64) {
    state.pointee.room = room
    state.pointee.remaining = room
    if let word = state.pointee.codeUsesVectors { state.pointee.usesVectors = word.pointee }
  }

  /// Guest instructions that may be executed before compiled code has to look at the limit. Larger
  /// distances are cut: the count is exact all the same.
  @inline(__always)
  static func headroom(_ state: UnsafeMutablePointer<TransomGuestState>) -> Int64 {
    guard state.pointee.isCounting != 0 else { return 1 << 40 }
    let limit = state.pointee.instructionLimit
    let count = state.pointee.instructionCount
    let distance = limit > count ? min(limit &- count, 1 << 40) : 0
    return Int64(distance) - NativeBackEnd.slack
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
