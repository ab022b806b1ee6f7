/// Why bytes are not a device path. Offsets are in bytes from the first node's type byte.
public enum DevicePathError: Error, Equatable, Sendable {
  /// The bytes end before the node at `offset` does.
  case truncated(offset: Int)
  /// The node at `offset` claims fewer than its own four header bytes.
  case nodeTooShort(offset: Int, length: Int)
  /// More than `DevicePath.maximumSize` bytes without an end node.
  case tooLong
  /// A textual node that does not follow its node type's grammar.
  case malformedText(node: String)
}

/// One device path node, header excluded (UEFI 2.10, 10.2).
public struct DevicePathNode: Equatable, Hashable, Sendable {
  public var type: UInt8
  public var subType: UInt8
  /// What follows the four header bytes; at most 65,531 bytes.
  public var payload: [UInt8]

  public init(type: UInt8, subType: UInt8, payload: [UInt8] = []) {
    self.type = type
    self.subType = subType
    self.payload = payload
  }

  /// Size in bytes, header included.
  public var size: Int { payload.count + 4 }

  /// Ends the whole path.
  public static let end = DevicePathNode(type: 0x7f, subType: 0xff)
  /// Ends one instance of a multi-instance path.
  public static let endOfInstance = DevicePathNode(type: 0x7f, subType: 0x01)

  /// An end node of either kind; as EDK2 does, anything of type 0x7f that is not an instance's end
  /// ends the path.
  public var isEnd: Bool { type == 0x7f && subType != 0x01 }
  public var isEndOfInstance: Bool { type == 0x7f && subType == 0x01 }

  /// The node as it lies in memory.
  public var bytes: [UInt8] {
    let length = UInt16(truncatingIfNeeded: size)
    return [type, subType, UInt8(truncatingIfNeeded: length), UInt8(length >> 8)] + payload
  }
}

/// A device path as a value: its nodes without the final end node (UEFI 2.10, chapter 10).
public struct DevicePath: Equatable, Hashable, Sendable {
  /// No path longer than this is believed; guests hand over pointers without a length.
  public static let maximumSize = 65_536

  /// Instance ends stand among the nodes; the end of the entire path does not.
  public var nodes: [DevicePathNode]

  public init(_ nodes: [DevicePathNode] = []) { self.nodes = nodes }

  /// Parses one path out of `bytes`; what follows its end node is ignored.
  public init(bytes: [UInt8]) throws(DevicePathError) {
    var nodes: [DevicePathNode] = []
    var offset = 0
    while true {
      guard offset < Self.maximumSize else { throw .tooLong }
      guard bytes.count - offset >= 4 else { throw .truncated(offset: offset) }
      let length = Int(bytes[offset + 2]) | Int(bytes[offset + 3]) << 8
      guard length >= 4 else { throw .nodeTooShort(offset: offset, length: length) }
      guard bytes.count - offset >= length else { throw .truncated(offset: offset) }
      let node = DevicePathNode(
        type: bytes[offset], subType: bytes[offset + 1],
        payload: Array(bytes[(offset + 4)..<(offset + length)]))
      if node.isEnd { break }
      nodes.append(node)
      offset += length
    }
    self.nodes = nodes
  }

  /// Reads the path a guest points at. The pointer must lie in mapped memory; the length is bounded.
  public init(at pointer: UnsafeRawPointer) throws(DevicePathError) {
    self.nodes = try Self.nodes(at: pointer, stopAtInstance: false).nodes
  }

  /// Reads nodes up to the path's end, or to the first instance's end when asked to.
  static func nodes(
    at pointer: UnsafeRawPointer, stopAtInstance: Bool
  ) throws(DevicePathError) -> (nodes: [DevicePathNode], size: Int, endsPath: Bool) {
    var nodes: [DevicePathNode] = []
    var offset = 0
    while true {
      guard offset < maximumSize else { throw .tooLong }
      let node = try Self.node(at: pointer + offset, offset: offset)
      offset += node.size
      if node.isEnd { return (nodes, offset, true) }
      if stopAtInstance && node.isEndOfInstance { return (nodes, offset, false) }
      nodes.append(node)
    }
  }

  /// Reads the single node a guest points at.
  static func node(
    at pointer: UnsafeRawPointer, offset: Int = 0
  ) throws(DevicePathError) -> DevicePathNode {
    let header = pointer.assumingMemoryBound(to: UInt8.self)
    let length = Int(header[2]) | Int(header[3]) << 8
    guard length >= 4 else { throw .nodeTooShort(offset: offset, length: length) }
    return DevicePathNode(
      type: header[0], subType: header[1],
      payload: Array(UnsafeBufferPointer(start: header + 4, count: length - 4)))
  }

  /// The path as it lies in memory, end node included.
  public var bytes: [UInt8] { nodes.flatMap(\.bytes) + DevicePathNode.end.bytes }

  /// Size in bytes, end node included.
  public var size: Int { nodes.reduce(4) { $0 + $1.size } }

  public var isMultiInstance: Bool { nodes.contains(where: \.isEndOfInstance) }

  /// The nodes of each instance, in order.
  public var instances: [[DevicePathNode]] {
    nodes.split(omittingEmptySubsequences: false, whereSeparator: \.isEndOfInstance).map(Array.init)
  }

  public func appending(_ node: DevicePathNode) -> DevicePath { DevicePath(nodes + [node]) }
  public func appending(_ other: DevicePath) -> DevicePath { DevicePath(nodes + other.nodes) }
}

extension DevicePath {
  /// `PciRoot(uid)` (UEFI 2.10, 10.3.3): ACPI HID PNP0A03.
  public static func pciRoot(_ uid: UInt32) -> DevicePathNode {
    var payload: [UInt8] = []
    payload.append(little: 0x0a03_41d0, width: 4)
    payload.append(little: UInt64(uid), width: 4)
    return DevicePathNode(type: 2, subType: 1, payload: payload)
  }

  /// `Pci(device,function)` (UEFI 2.10, 10.3.2.1).
  public static func pci(device: UInt8, function: UInt8) -> DevicePathNode {
    DevicePathNode(type: 1, subType: 1, payload: [function, device])
  }

  /// `Offset(start,end)`: a range of a ROM BAR, as the PCI bus gives its option ROM images
  /// (UEFI 2.10, 10.3.5.8); `end` is the last byte.
  public static func relativeOffset(start: UInt64, end: UInt64) -> DevicePathNode {
    var payload: [UInt8] = [0, 0, 0, 0]
    payload.append(little: start, width: 8)
    payload.append(little: end, width: 8)
    return DevicePathNode(type: 4, subType: 8, payload: payload)
  }

  /// A file path node (UEFI 2.10, 10.3.5.4); the terminating NUL is added.
  public static func file(_ name: String) -> DevicePathNode {
    var payload: [UInt8] = []
    for unit in Array(name.utf16.prefix(32_000)) + [0] {
      payload.append(little: UInt64(unit), width: 2)
    }
    return DevicePathNode(type: 4, subType: 4, payload: payload)
  }

  /// `VenHw(guid[,data])` (UEFI 2.10, 10.3.2.4); `guid` is 16 bytes as they lie in memory.
  public static func vendorHardware(guid: [UInt8], data: [UInt8] = []) -> DevicePathNode {
    DevicePathNode(type: 1, subType: 4, payload: guid + data)
  }
}

extension Array where Element == UInt8 {
  /// Appends the low `width` bytes of `value`, least significant first.
  mutating func append(little value: UInt64, width: Int) {
    for index in 0..<width { append(UInt8(truncatingIfNeeded: value >> (UInt64(index) * 8))) }
  }

  /// `width` bytes at `offset`, least significant first; nil when they are not all there.
  func little(_ offset: Int, _ width: Int) -> UInt64? {
    guard offset >= 0, width <= 8, offset <= count, count - offset >= width else { return nil }
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(self[offset + index]) << (UInt64(index) * 8) }
    return value
  }
}
