import DeviceTree

/// The machine that is simulated, as its device tree describes it: where memory is, and what the PCI
/// host bridge decodes.
public struct Platform: Sendable {
  /// A stretch of host addresses, bytes.
  public struct Range: Sendable, Equatable {
    public var base: UInt64
    public var size: UInt64
    /// The first address after it. Never wraps: ranges that would are refused.
    public var end: UInt64 { base + size }

    public init(base: UInt64, size: UInt64) {
      self.base = base
      self.size = size
    }

    func overlaps(_ other: Range) -> Bool { base < other.end && other.base < end }
  }

  public let name: String
  /// System memory, by rising address, page aligned, without overlaps.
  public let memory: [Range]
  /// The first PCI host bridge; nil when the tree has none.
  public let hostBridge: HostBridge?
  /// The tree the platform was read from.
  public let tree: DeviceTree

  /// Addresses are host addresses in the simulation, so they must be ones that a process can have.
  static let addressLimit: UInt64 = 1 << 46

  /// Reads a platform from a flattened device tree.
  public init(deviceTree bytes: [UInt8], name: String? = nil) throws(DeviceTreeError) {
    try self.init(tree: DeviceTree(bytes: bytes), name: name)
  }

  public init(tree: DeviceTree, name: String? = nil) throws(DeviceTreeError) {
    self.tree = tree
    self.name = name ?? tree.string("model", of: tree.root) ?? "unnamed"
    memory = try Self.readMemory(tree)
    hostBridge = try HostBridge(tree: tree)
    for window in hostBridge?.windows ?? [] {
      if let clash = memory.first(where: { $0.overlaps(window.hostRange) }) {
        throw .badProperty(
          node: hostBridge?.path ?? "", property: "ranges",
          reason: "\(Hex(window.hostBase)) lies in the memory at \(Hex(clash.base))")
      }
    }
  }

  private static func readMemory(_ tree: DeviceTree) throws(DeviceTreeError) -> [Range] {
    let reader = try CellReader(tree: tree, parent: tree.root)
    var found: [Range] = []
    for node in tree.children(of: tree.root)
    where tree.string("device_type", of: node) == "memory" && tree.isEnabled(node) {
      guard let cells = try tree.cells("reg", of: node) else {
        throw .missingProperty(node: node.path, property: "reg")
      }
      for range in try reader.ranges(cells, node: node.path, property: "reg") {
        guard let aligned = try pageAligned(range, node: node.path) else { continue }
        if let clash = found.first(where: { $0.overlaps(aligned) }) {
          throw .badProperty(
            node: node.path, property: "reg",
            reason: "\(Hex(range.base)) overlaps the memory at \(Hex(clash.base))")
        }
        found.append(aligned)
      }
    }
    guard !found.isEmpty else { throw .missingNode("/memory") }
    guard found.count <= 256 else {
      throw .badProperty(node: "/memory", property: "reg", reason: "\(found.count) ranges")
    }
    return found.sorted { $0.base < $1.base }
  }

  /// The whole pages of `range`; nil when there are none.
  private static func pageAligned(
    _ range: Range, node: String
  ) throws(DeviceTreeError) -> Range? {
    let end = range.end & ~0xfff
    // Page zero stays unmapped: a host process may not have it.
    let base = max(0x1_0000, (range.base + 0xfff) & ~0xfff)
    guard base < end else { return nil }
    return Range(base: base, size: end - base)
  }
}

/// A number for an error message.
struct Hex: CustomStringConvertible {
  let value: UInt64
  init(_ value: UInt64) { self.value = value }
  var description: String { "0x" + String(value, radix: 16) }
}

extension DeviceTree {
  /// Whether the node's status is absent, "okay" or "ok".
  func isEnabled(_ node: Node) -> Bool {
    guard let status = string("status", of: node) else { return true }
    return status == "okay" || status == "ok"
  }
}
