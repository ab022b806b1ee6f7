import CSimulatedFirmware
import Glibc

/// Scratch memory of services that call guest code. Such a frame may never be returned to (Exit,
/// LongJump), so what it needs belongs to its stack position instead of to it: what lies below
/// the stack position of a later request has been left and is reclaimed then.
public final class Abandonment {
  private struct Scratch {
    var position: UInt64
    var memory: UnsafeMutableRawPointer
    var capacity: Int
  }

  private var live: [Scratch] = []
  private var spare: [Scratch] = []
  /// Times a frame's scratch was found abandoned.
  public private(set) var reclaimed = 0

  /// Scratch in use.
  public var count: Int { live.count }

  /// Zeroed scratch of at least `words` 64-bit words, owned by the caller's stack position.
  public func borrow(words: Int) -> UnsafeMutablePointer<UInt64> {
    let position = firmware_stack_position()
    reclaim(below: position)
    let size = max(words, 1) * 8
    var scratch: Scratch
    if let index = spare.firstIndex(where: { $0.capacity >= size }) {
      scratch = spare.remove(at: index)
    } else {
      let capacity = max(size, 512)
      scratch = Scratch(position: 0, memory: malloc(capacity)!, capacity: capacity)
    }
    scratch.position = position
    memset(scratch.memory, 0, size)
    live.append(scratch)
    return scratch.memory.bindMemory(to: UInt64.self, capacity: max(words, 1))
  }

  /// Gives scratch back when the frame ends as frames should.
  public func giveBack(_ memory: UnsafeMutablePointer<UInt64>) {
    guard let index = live.lastIndex(where: { $0.memory == UnsafeMutableRawPointer(memory) })
    else { return }
    keep(live.remove(at: index))
  }

  /// Reclaims scratch of frames that a stack position has already left. The stack grows down, so
  /// a frame still alive lies at or above every position below it.
  public func reclaim(below position: UInt64) {
    while let last = live.last, last.position < position {
      live.removeLast()
      reclaimed += 1
      keep(last)
    }
  }

  private func keep(_ scratch: Scratch) {
    if spare.count < 32 { spare.append(scratch) } else { free(scratch.memory) }
  }

  func drop() {
    for scratch in live + spare { free(scratch.memory) }
    live = []
    spare = []
  }
}
