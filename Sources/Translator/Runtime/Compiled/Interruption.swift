internal import CTranslator

// Interrupts that come in while compiled code runs, and what they call.

extension Engine {
  /// What `endInterruption` has to put back.
  public struct Interruption {
    fileprivate var wasHeld = false
    fileprivate var wantedSafepoint = false
  }

  /// Guest state is in flight below the caller, who keeps the state and puts it back: code that is
  /// being executed stays where it is until `endInterruption`. A safepoint that was asked for is the
  /// interrupted code's. Calls nest.
  public func beginInterruption() -> Interruption {
    guard let compiled else { return Interruption() }
    let interruption = Interruption(
      wasHeld: compiled.isHeld, wantedSafepoint: takeSafepoint(compiled))
    compiled.isHeld = true
    return interruption
  }

  public func endInterruption(_ interruption: Interruption) {
    compiled?.isHeld = interruption.wasHeld
    if interruption.wantedSafepoint { requestSafepoint() }
  }

  /// Has compiled code leave with a safepoint soon, though it may be in a loop that never leaves.
  /// Called by an interrupt; without effect on an engine that interprets.
  public func requestSafepoint() {
    guard let compiled, compiled.stoppedBlocks == 0 else { return }
    state.pointee.attention |= UInt32(transomAttentionSafepoint)
    compiled.stopBlocks()
  }

  /// Whether a safepoint was asked for; then it is not any more.
  @inline(__always)
  func takeSafepoint(_ compiled: CompiledCode<NativeBackEnd>) -> Bool {
    guard state.pointee.attention & UInt32(transomAttentionSafepoint) != 0 else { return false }
    state.pointee.attention &= ~UInt32(transomAttentionSafepoint)
    compiled.resumeBlocks()
    return true
  }
}

extension CompiledCode {
  /// There is no room, and none can be made.
  @inline(__always) var mustInterpret: Bool { isHeld && !hasRoom }

  private func head(_ n: Int) -> UnsafeMutablePointer<UInt32> {
    UnsafeMutableRawPointer(
      memory.writable + Int(tables.pointee.blocks[n].stop)
    ).assumingMemoryBound(to: UInt32.self)
  }

  /// Replaces an instruction of every block, dropped ones too: one may be running.
  func stopBlocks() {
    guard let heads else { return }
    for n in 0..<tables.pointee.blockCount {
      let place = tables.pointee.blocks[n].stop
      heads[n] = head(n).pointee
      guard let stop = Host.stopInstruction(at: place, layout.stubs) else { return }
      head(n).pointee = stop
      memory.synchronize(executable(place), 4)
    }
    stoppedBlocks = tables.pointee.blockCount
  }

  /// Puts them back.
  func resumeBlocks() {
    guard stoppedBlocks > 0, let heads else { return }
    for n in 0..<stoppedBlocks {
      head(n).pointee = heads[n]
      memory.synchronize(executable(tables.pointee.blocks[n].stop), 4)
    }
    stoppedBlocks = 0
  }
}
