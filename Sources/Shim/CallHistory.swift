/// The last calls from guest to host, for reports.
struct CallHistory {
  static let capacity = 64
  private var calls = InlineArray<64, BridgeCall>(repeating: BridgeCall())
  private var total: UInt64 = 0

  init() {}

  /// Records the start of a call; the number is for `finish`.
  mutating func begin(
    caller: UInt64, target: UInt64, arguments: UnsafePointer<UInt64>, depth: UInt32
  ) -> UInt64 {
    let index = Int(total % UInt64(Self.capacity))
    calls[index].caller = caller
    calls[index].target = target
    calls[index].argument0 = arguments[0]
    calls[index].argument1 = arguments[1]
    calls[index].argument2 = arguments[2]
    calls[index].argument3 = arguments[3]
    calls[index].result = 0
    calls[index].depth = depth
    calls[index].hasReturned = false
    total += 1
    return total - 1
  }

  /// The record may have been overwritten by nested calls meanwhile.
  mutating func finish(_ number: UInt64, result: UInt64) {
    guard total - number <= UInt64(Self.capacity) else { return }
    let index = Int(number % UInt64(Self.capacity))
    calls[index].result = result
    calls[index].hasReturned = true
  }

  /// Oldest first.
  func copy(into report: inout FaultReport) {
    let count = min(total, UInt64(Self.capacity))
    for position in 0..<count {
      let index = Int((total - count + position) % UInt64(Self.capacity))
      report.calls[Int(position)] = calls[index]
    }
    report.callCount = Int(count)
  }
}
