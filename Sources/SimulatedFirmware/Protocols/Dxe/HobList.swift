/// Builds a hand-off block list (PI 1.8, volume 3, chapters 4 and 5) as bytes for a known address.
public struct HobList: Sendable {
  /// One resource descriptor; type 0 is system memory, 1 memory-mapped I/O, 2 I/O ports.
  public struct Resource: Equatable, Sendable {
    public var type: UInt32
    public var base: UInt64
    public var length: UInt64

    public init(type: UInt32, base: UInt64, length: UInt64) {
      self.type = type
      self.base = base
      self.length = length
    }
  }

  /// Present, initialised, tested; uncacheable to write-back cacheable.
  static let systemMemoryAttributes: UInt64 = 0x7 | 0x3c00
  /// Present, initialised; uncacheable.
  static let deviceAttributes: UInt64 = 0x3 | 0x400

  public var resources: [Resource]
  /// GUID extension blocks: name, 16 bytes as they lie in memory, and data.
  public var extensions: [(name: [UInt8], data: [UInt8])] = []
  public var memory: (base: UInt64, length: UInt64)

  public init(memory: (base: UInt64, length: UInt64), resources: [Resource]) {
    self.memory = memory
    self.resources = resources
  }

  /// Size of the list in bytes; it does not depend on the address.
  public var size: Int { bytes(at: 0).count }

  /// The list as it must lie at `address`.
  public func bytes(at address: UInt64) -> [UInt8] {
    var rest: [UInt8] = []
    for resource in resources {
      Self.header(3, 48, into: &rest)
      rest += [UInt8](repeating: 0, count: 16)
      rest.append(little: UInt64(resource.type), width: 4)
      let attributes = resource.type == 0 ? Self.systemMemoryAttributes : Self.deviceAttributes
      rest.append(little: attributes, width: 4)
      rest.append(little: resource.base, width: 8)
      rest.append(little: resource.length, width: 8)
    }
    // 48 address bits and 16 I/O bits, as the simulated machine has.
    Self.header(6, 16, into: &rest)
    rest += [48, 16, 0, 0, 0, 0, 0, 0]
    for block in extensions {
      let padding = (8 - block.data.count % 8) % 8
      Self.header(4, 24 + block.data.count + padding, into: &rest)
      rest += block.name + block.data + [UInt8](repeating: 0, count: padding)
    }
    let handOffSize = 56
    var bytes: [UInt8] = []
    Self.header(1, handOffSize, into: &bytes)
    bytes.append(little: 9, width: 4)
    bytes.append(little: 0, width: 4)
    let end = address + UInt64(handOffSize + rest.count + 8)
    let top = memory.base + memory.length
    // No free memory is left for later blocks: the list is complete.
    for value in [top, memory.base, end, end, end - 8] { bytes.append(little: value, width: 8) }
    bytes += rest
    Self.header(0xffff, 8, into: &bytes)
    return bytes
  }

  private static func header(_ type: UInt64, _ length: Int, into bytes: inout [UInt8]) {
    bytes.append(little: type, width: 2)
    bytes.append(little: UInt64(length), width: 2)
    bytes.append(little: 0, width: 4)
  }
}
