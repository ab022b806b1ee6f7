package import CNativeRunner
import Glibc

/// The host's own processor, in a child process. One case, or many at a time.
package final class NativeProcessor {
  package let slots: Int
  package let arenaSize: Int
  private let runner: OpaquePointer
  private var submitted: UInt64 = 0

  /// Nil where there is no oracle: not x86-64, or no child can be made.
  package init?(slots: Int, arenaSize: Int) {
    guard let runner = transomNativeStart(UInt32(slots), UInt64(arenaSize)) else { return nil }
    self.runner = runner
    self.slots = slots
    self.arenaSize = arenaSize
  }

  deinit { transomNativeStop(runner) }

  /// The slot of a running number, and its memory.
  package func slot(_ index: UInt64) -> UnsafeMutablePointer<TransomNativeSlot> {
    transomNativeSlot(runner, index)
  }
  package func arena(_ index: UInt64) -> UnsafeMutablePointer<UInt8> {
    transomNativeArena(runner, index)
  }

  package func submit(upTo end: UInt64) { transomNativeSubmit(runner, end) }
  package func wait(upTo end: UInt64) { transomNativeWait(runner, end) }

  /// Fills a slot. The memory is written by the caller, region after region, into the arena.
  package func fill(
    _ index: UInt64, _ state: ProcessorState, is32Bit: Bool, regions: [Region]
  ) {
    let slot = slot(index)
    slot.pointee.mode = is32Bit ? 1 : 0
    slot.pointee.outcome = 0
    slot.pointee.regionCount = UInt32(regions.count)
    withUnsafeMutableBytes(of: &slot.pointee.before) { to in
      state.words.withUnsafeBytes { to.copyMemory(from: $0) }
    }
    withUnsafeMutableBytes(of: &slot.pointee.regions) { to in
      var offset: UInt64 = 0
      for (n, region) in regions.enumerated() {
        to.storeBytes(
          of: TransomNativeRegion(address: region.address, count: region.count, offset: offset),
          toByteOffset: n * MemoryLayout<TransomNativeRegion>.stride, as: TransomNativeRegion.self)
        offset += region.count
      }
    }
  }

  /// What the processor made of it.
  package func result(_ index: UInt64, _ state: inout ProcessorState) -> (
    ending: Ending, faultAddress: UInt64
  ) {
    let slot = slot(index)
    state.words.withUnsafeMutableBytes { to in
      withUnsafeBytes(of: &slot.pointee.after) { to.copyMemory(from: $0) }
    }
    switch Int(slot.pointee.outcome) {
    case Int(transomOutcomeTrapped): break
    case Int(transomOutcomeTimedOut): return (.timedOut, 0)
    default: return (.failed("the host's processor could not run it"), 0)
    }
    let vector = UInt8(truncatingIfNeeded: slot.pointee.trap)
    return (.fault(vector: vector), slot.pointee.faultAddress)
  }

  /// Runs one case's memory and state, alone. A general protection fault at a HLT is its end.
  package func run(
    _ state: inout ProcessorState, is32Bit: Bool, memory: GuestMemory
  ) -> (ending: Ending, faultAddress: UInt64) {
    let regions = memory.regions
    let total = regions.reduce(0) { $0 &+ $1.count }
    guard regions.count <= Int(transomNativeRegionLimit), total <= UInt64(arenaSize) else {
      return (.failed("more memory than the oracle can carry"), 0)
    }
    let index = submitted
    submitted += 1
    fill(index, state, is32Bit: is32Bit, regions: regions)
    copy(index, regions, intoArena: true)
    submit(upTo: submitted)
    wait(upTo: submitted)
    copy(index, regions, intoArena: false)
    var (ending, address) = result(index, &state)
    if ending == .fault(vector: 13),
      memory.read(state[ProcessorState.Word.rip], 1) == [0xF4]
    {
      ending = .halted
      address = 0
    }
    return (ending, address)
  }

  private func copy(_ index: UInt64, _ regions: [Region], intoArena: Bool) {
    var at = UnsafeMutableRawPointer(arena(index))
    for region in regions {
      guard let host = UnsafeMutableRawPointer(bitPattern: UInt(region.address)) else { continue }
      if intoArena {
        memcpy(at, host, Int(region.count))
      } else {
        memcpy(host, at, Int(region.count))
      }
      at += Int(region.count)
    }
  }
}
