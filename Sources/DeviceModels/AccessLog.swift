/// What a driver did to a card's registers: the first accesses in order, a count for each register,
/// and the register it was reading last. Bounded, however long the driver runs.
public struct AccessLog: Sendable {
  public struct Register: Sendable, Hashable {
    public var bar: Int
    /// Bytes from the BAR's start.
    public var offset: UInt64

    public init(bar: Int, offset: UInt64) {
      self.bar = bar
      self.offset = offset
    }
  }

  public struct Access: Sendable, Equatable {
    public var register: Register
    /// Bytes.
    public var size: Int
    public var isWrite: Bool
    public var value: UInt64
  }

  public struct Counts: Sendable, Equatable {
    public var loads: UInt64 = 0
    public var stores: UInt64 = 0
  }

  /// A run of loads of one register with no other access between them.
  public struct Poll: Sendable, Equatable {
    public var register: Register
    public var loads: UInt64
  }

  /// The first accesses, at most `capacity`.
  public private(set) var first: [Access] = []
  /// Counts for each register, at most `capacity` registers.
  public private(set) var registers: [Register: Counts] = [:]
  public private(set) var total = Counts()

  private let capacity: Int
  private var recent: [Access] = []
  private var recentNext = 0
  private var run: Poll?
  private var polls: [Poll] = []

  public init(capacity: Int = 4096) {
    self.capacity = max(1, capacity)
  }

  public mutating func record(
    bar: Int, offset: UInt64, size: Int, isWrite: Bool, value: UInt64
  ) {
    let register = Register(bar: bar, offset: offset)
    let access = Access(register: register, size: size, isWrite: isWrite, value: value)
    if isWrite { total.stores &+= 1 } else { total.loads &+= 1 }
    if first.count < capacity { first.append(access) }
    if registers[register] != nil || registers.count < capacity {
      if isWrite {
        registers[register, default: Counts()].stores &+= 1
      } else {
        registers[register, default: Counts()].loads &+= 1
      }
    }
    if recent.count < 16 {
      recent.append(access)
    } else {
      recent[recentNext] = access
      recentNext = (recentNext + 1) % 16
    }
    track(register, isWrite: isWrite)
  }

  /// The last sixteen accesses, oldest first.
  public var last: [Access] { Array(recent[recentNext...] + recent[..<recentNext]) }

  /// Registers that were read three times or more in a row, the latest first, at most eight: what a
  /// driver that does not come back was waiting for. A loop over several registers shows as those
  /// among the last accesses that have the most loads.
  public var lastPolled: [Poll] {
    var result = polls
    if let run, run.loads >= 3 { result.append(run) }
    if result.isEmpty || last.last.map({ $0.register != result.last?.register }) == true {
      for access in Set(last.filter { !$0.isWrite }.map(\.register)).sorted(by: Self.precedes) {
        let loads = registers[access]?.loads ?? 0
        if loads >= 3, !result.contains(where: { $0.register == access }) {
          result.append(Poll(register: access, loads: loads))
        }
      }
    }
    return Array(result.reversed().prefix(8))
  }

  private mutating func track(_ register: Register, isWrite: Bool) {
    if !isWrite, run?.register == register {
      run?.loads &+= 1
      return
    }
    if let run, run.loads >= 3 {
      polls.removeAll { $0.register == run.register }
      polls.append(run)
      if polls.count > 8 { polls.removeFirst() }
    }
    run = isWrite ? nil : Poll(register: register, loads: 1)
  }

  private static func precedes(_ left: Register, _ right: Register) -> Bool {
    (left.bar, left.offset) < (right.bar, right.offset)
  }
}
