/// Everything devices answered in one run, in order, and what they are: enough to run the same driver
/// again without them.
///
/// The text form has one line for each item: the head, `device` and `bar` lines, then accesses. An
/// access that is repeated at once is one line with a count.
public struct Recording: Sendable, Equatable {
  /// What the head says of the run.
  public struct Head: Sendable, Equatable {
    /// SHA-256 of the driver's file, in hexadecimal.
    public var driver: String
    public var platform: String

    public init(driver: String, platform: String) {
      self.driver = driver
      self.platform = platform
    }
  }

  public struct Device: Sendable, Equatable {
    public var name: String
    public var identity: PCIIdentity
    public var bars: [PCIBar?]
  }

  public enum Kind: String, Sendable { case load, store, configurationLoad, configurationStore }

  /// One access. `value` is what was read or written; nil where the model left a configuration read
  /// to the bus. `isTaken` tells whether a model kept a configuration write to itself.
  public struct Access: Sendable, Equatable {
    public var kind: Kind
    public var device: Int
    /// Zero for configuration space.
    public var bar: Int
    public var offset: UInt64
    public var size: Int
    public var value: UInt64?
    public var isTaken = false
    /// How often in a row.
    public var count: UInt64 = 1
  }

  public var head: Head
  public var devices: [Device] = []
  public internal(set) var accesses: [Access] = []

  public init(head: Head) { self.head = head }

  mutating func append(_ access: Access) {
    if var last = accesses.last {
      let count = last.count
      last.count = 1
      if last == access {
        accesses[accesses.count - 1].count = count + 1
        return
      }
    }
    accesses.append(access)
  }
}

extension Recording.Access: CustomStringConvertible {
  /// "load of 2 bytes at BAR2+0x500 of device 0".
  public var description: String {
    let place =
      switch kind {
      case .load, .store: "BAR\(bar)+0x\(String(offset, radix: 16))"
      case .configurationLoad, .configurationStore:
        "configuration register 0x\(String(offset, radix: 16))"
      }
    let word = kind == .load || kind == .configurationLoad ? "load" : "store"
    let written = word == "store" ? " of 0x\(String(value ?? 0, radix: 16))" : ""
    return "\(word)\(written), \(size) bytes, at \(place) of device \(device)"
  }
}
