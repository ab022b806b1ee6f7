/// One crossing between host and guest, raw, so that keeping it costs no allocation.
public struct Call: Sendable {
  public enum Direction: Sendable { case guestToHost, hostToGuest }

  public var direction: Direction
  /// Counts crossings of both directions from 0.
  public var sequence: UInt64
  /// How many crossings are open around this one.
  public var depth: Int
  /// Guest instructions executed when it began.
  public var instructions: UInt64
  /// Virtual time when it began, in nanoseconds.
  public var time: UInt64 = 0
  /// What stood, before the call, where arguments point through which a service both takes and
  /// answers; in the order of the arguments.
  var before = SIMD4<UInt64>()
  /// The function called, and the return address in its caller.
  public var target: UInt64
  public var caller: UInt64
  /// Integer arguments as bridged. What lies beyond the callee's own is noise.
  public var arguments: SIMD16<UInt64>
  /// Nil while the call has not returned, and for ever if it was abandoned by LongJump or Exit.
  public var result: UInt64?

  public init(
    direction: Direction, sequence: UInt64, depth: Int, instructions: UInt64, target: UInt64,
    caller: UInt64, arguments: SIMD16<UInt64>, result: UInt64? = nil
  ) {
    self.direction = direction
    self.sequence = sequence
    self.depth = depth
    self.instructions = instructions
    self.target = target
    self.caller = caller
    self.arguments = arguments
    self.result = result
  }
}

/// The last calls, for the report of a fault. Appending never allocates.
public struct CallRing: Sendable {
  private var storage: [Call] = []
  private let capacity: Int
  private var next = 0

  public init(capacity: Int = 64) {
    self.capacity = max(1, capacity)
    storage.reserveCapacity(self.capacity)
  }

  public mutating func append(_ call: Call) {
    if storage.count < capacity {
      storage.append(call)
    } else {
      storage[next] = call
    }
    next = (next + 1) % capacity
  }

  /// Notes the result of a call still in the ring; one that has left it is ignored.
  public mutating func complete(sequence: UInt64, result: UInt64) {
    if let index = storage.lastIndex(where: { $0.sequence == sequence }) {
      storage[index].result = result
    }
  }

  /// Oldest first.
  public var calls: [Call] {
    storage.count < capacity ? storage : Array(storage[next...] + storage[..<next])
  }
}
