import Glibc

/// Scratch memory of services that call guest code. Such a frame may never be returned to (Exit,
/// LongJump), so what it needs belongs to its stack position instead of to it, and is
/// reclaimed when a later service is entered at or above that position.
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

  /// Zeroed scratch of at least `words` 64-bit words, owned by the frame at `position`
  /// (`firmware_stack_position` called in it).
  public func borrow(words: Int, at position: UInt64) -> UnsafeMutablePointer<UInt64> {
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

  /// A service was entered from outside with its frame at `position`. The stack grows down and
  /// live frames lie strictly above the newest one, so what is at or below it has been left.
  public func enter(_ position: UInt64) {
    while let last = live.last, last.position <= position {
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
