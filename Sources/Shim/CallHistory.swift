import CShim

/// The last calls from guest to host, for reports.
struct CallHistory {
  private let bridge: UnsafeMutablePointer<TransomBridge>
  private let calls: UnsafeMutablePointer<TransomHostCall>

  init(_ bridge: UnsafeMutablePointer<TransomBridge>) {
    self.bridge = bridge
    calls = UnsafeMutableRawPointer(words(&bridge.pointee.calls)).assumingMemoryBound(
      to: TransomHostCall.self)
  }

  private var capacity: UInt64 { UInt64(TRANSOM_CALLS) }
  private var total: UInt64 { bridge.pointee.callCount }

  /// Records the start of a call; the number is for `finish`.
  func begin(
    caller: UInt64, target: UInt64, arguments: UnsafePointer<UInt64>, depth: UInt64
  ) -> UInt64 {
    let number = total
    calls[Int(number % capacity)] = TransomHostCall(
      caller: caller, target: target,
      arguments: (arguments[0], arguments[1], arguments[2], arguments[3]), result: 0,
      depth: UInt32(truncatingIfNeeded: depth), hasReturned: 0)
    bridge.pointee.callCount = number + 1
    return number
  }

  /// The record may have been overwritten by nested calls meanwhile.
  func finish(_ number: UInt64, result: UInt64) {
    guard total - number <= capacity else { return }
    let index = Int(number % capacity)
    calls[index].result = result
    calls[index].hasReturned = 1
  }

  /// Oldest first.
  func copy(into report: inout FaultReport) {
    let count = min(total, capacity)
    for position in 0..<count {
      let from = calls[Int((total - count + position) % capacity)]
      var call = BridgeCall()
      call.caller = from.caller
      call.target = from.target
      call.argument0 = from.arguments.0
      call.argument1 = from.arguments.1
      call.argument2 = from.arguments.2
      call.argument3 = from.arguments.3
      call.result = from.result
      call.depth = from.depth
      call.hasReturned = from.hasReturned != 0
      report.calls[Int(position)] = call
    }
    report.callCount = Int(count)
  }
}
