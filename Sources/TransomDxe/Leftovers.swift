import CUEFI

// What an image leaves behind when it is unloaded without having cleaned up, because it was cut
// short or is careless: events, and pointers into memory that is no longer its own.

/// The events that guests created with a notification function. What does not fit is not known.
struct EventTable {
  private var entries = InlineArray<256, (event: UInt64, notify: UInt64)>(repeating: (0, 0))

  mutating func add(_ event: UInt64, notify: UInt64) {
    guard notify != 0 else { return }
    for index in 0..<256 where entries[index].event == 0 {
      entries[index] = (event, notify)
      return
    }
  }

  mutating func remove(_ event: UInt64) {
    for index in 0..<256 where entries[index].event == event { entries[index] = (0, 0) }
  }

  /// Some event whose function lies in a range, which is forgotten.
  mutating func take(from base: UInt64, count: UInt64) -> UInt64? {
    for index in 0..<256
    where entries[index].event != 0 && entries[index].notify &- base < count {
      let event = entries[index].event
      entries[index] = (0, 0)
      return event
    }
    return nil
  }
}

/// Where the last images lay that are gone.
struct FormerImages {
  private var ranges = InlineArray<32, (base: UInt64, size: UInt64)>(repeating: (0, 0))
  private var next = 0

  mutating func add(base: UInt64, size: UInt64) {
    ranges[next] = (base, size)
    next = (next + 1) % 32
  }

  /// For the exception handler.
  func contains(_ address: UInt64) -> Bool {
    for index in 0..<32 where address &- ranges[index].base < ranges[index].size { return true }
    return false
  }
}

extension Driver {
  /// Closes the events of an image that goes.
  func closeEvents(of base: UInt64, size: UInt64) {
    var count: UInt64 = 0
    while let event = host.state.pointee.events.take(from: base, count: size) {
      let status = firmware.boot.pointee.CloseEvent(
        UnsafeMutableRawPointer(bitPattern: UInt(event)))
      if status == EFI_SUCCESS { count += 1 }
    }
    guard count > 0 else { return }
    var line = Line("Transom: closed ")
    line.add(decimal: count)
    line.add(count == 1 ? " event" : " events")
    line.add(" that an unloaded image left behind")
    console.print(line)
  }
}

/// Stands in for a function that is gone; called as it would have been, but for the argument.
func callOfFormerImage(_ address: UInt64) -> EFI_STATUS {
  guard let driver = Driver.current else { return EFI_ABORTED }
  var line = Line("Transom: native code called ")
  line.add(address: address)
  line.add(", in an x64 image that is unloaded; it gets Aborted")
  driver.console.print(line)
  return EFI_ABORTED
}
