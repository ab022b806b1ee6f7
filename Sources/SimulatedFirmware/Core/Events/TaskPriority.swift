import CUEFI

/// Task priority levels (UEFI 2.10, 7.1) and the queues of notifications waiting for theirs.
public final class TaskPriority {
  private unowned(unsafe) let firmware: Firmware
  /// The current level.
  public private(set) var current: EFI_TPL = TPL_APPLICATION
  private var queues: [[UInt64]] = Array(repeating: [], count: 32)
  /// Bit n: level n has somebody waiting.
  private var waiting: UInt32 = 0

  init(firmware: Firmware) { self.firmware = firmware }

  /// RaiseTPL; returns the level before. A lower level than the current one is misuse: counted,
  /// and the level stays.
  public func raise(to level: EFI_TPL) -> EFI_TPL {
    let old = current
    if level < old || level > TPL_HIGH_LEVEL {
      firmware.ledger.noteMisuse("RaiseTPL from \(old) to \(level)", by: firmware.asker)
    }
    if level > old { current = min(level, TPL_HIGH_LEVEL) }
    return old
  }

  /// RestoreTPL: runs the notifications above the new level, then takes it.
  public func restore(to level: EFI_TPL) {
    guard level <= current else {
      firmware.ledger.noteMisuse("RestoreTPL from \(current) to \(level)", by: firmware.asker)
      return
    }
    let wasMasked = current >= TPL_HIGH_LEVEL
    current = max(level, 1)
    // Timer interrupts that were held off at the highest level arrive now.
    if wasMasked { firmware.events.fireTimers() }
    dispatch()
  }

  /// Takes a level after frames were abandoned or a guest returned at the wrong one.
  func force(_ level: EFI_TPL) { current = level }

  /// Queues an event's notification at the end of its level's queue.
  func enqueue(_ event: UInt64, at level: EFI_TPL) {
    let index = Int(min(level, TPL_HIGH_LEVEL))
    queues[index].append(event)
    waiting |= 1 << UInt32(index)
  }

  func remove(_ event: UInt64, at level: EFI_TPL) {
    let index = Int(min(level, TPL_HIGH_LEVEL))
    queues[index].removeAll { $0 == event }
    if queues[index].isEmpty { waiting &= ~(1 << UInt32(index)) }
  }

  private func next() -> UInt64? {
    guard waiting != 0 else { return nil }
    let level = 31 - waiting.leadingZeroBitCount
    guard EFI_TPL(level) > current else { return nil }
    let event = queues[level].removeFirst()
    if queues[level].isEmpty { waiting &= ~(1 << UInt32(level)) }
    return event
  }

  /// Runs what waits above the current level, highest level first, in order within a level.
  /// Calls guest code: holds nothing while it does.
  public func dispatch() {
    let level = current
    while let event = next() {
      firmware.events.notify(event, from: level)
    }
  }
}
