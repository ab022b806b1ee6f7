/// The machine's time: nanoseconds since it was started. Guest instructions and Stall advance it,
/// the host's clock never does.
public final class VirtualClock {
  /// Nanoseconds since the machine was started.
  public private(set) var nanoseconds: UInt64 = 0

  public func advance(by amount: UInt64) { nanoseconds = nanoseconds &+ amount }

  /// Moves to a moment, never backwards.
  public func advance(to moment: UInt64) { nanoseconds = max(nanoseconds, moment) }
}
