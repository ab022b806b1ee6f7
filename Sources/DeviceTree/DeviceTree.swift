import CFDT

/// A flattened device tree (Devicetree Specification 0.4, chapter 5) read through libfdt.
///
/// The blob is checked whole when it comes in, so reading never runs off its end. Node values are
/// positions in this blob: any change makes earlier ones stale.
public struct DeviceTree: Sendable {
  /// The blob.
  public private(set) var bytes: [UInt8]

  public static let maximumSize = 16 << 20

  /// One node: where it is and its full path, "/" for the root.
  public struct Node: Sendable, Equatable {
    let offset: Int32
    public let path: String

    /// The last component, unit address included; empty for the root.
    public var name: String { String(path.split(separator: "/").last ?? "") }
  }

  /// Checks `bytes` and keeps as many as the header says.
  public init(bytes: [UInt8]) throws(DeviceTreeError) {
    guard bytes.count >= 40, bytes.count <= Self.maximumSize else {
      throw .badSize(bytes.count)
    }
    let result = bytes.withUnsafeBytes { fdt_check_full($0.baseAddress, $0.count) }
    guard result == 0 else { throw .malformed(reason: Self.word(for: result)) }
    let total = Self.totalSize(bytes)
    guard total >= 40, total <= bytes.count else {
      throw .malformed(reason: "total size \(total)")
    }
    self.bytes = Array(bytes.prefix(total))
  }

  /// A tree of a root node without properties.
  public init() {
    bytes = [UInt8](repeating: 0, count: 256)
    _ = bytes.withUnsafeMutableBytes { fdt_create_empty_tree($0.baseAddress, Int32($0.count)) }
  }

  public var root: Node { Node(offset: 0, path: "/") }

  public func node(_ path: String) -> Node? {
    let offset = bytes.withUnsafeBytes { fdt_path_offset($0.baseAddress, path) }
    return offset < 0 ? nil : Node(offset: offset, path: path)
  }

  /// The direct children, in the blob's order.
  public func children(of node: Node) -> [Node] {
    bytes.withUnsafeBytes { blob in
      let base = blob.baseAddress
      var found: [Node] = []
      var child = fdt_first_subnode(base, node.offset)
      while child >= 0 {
        if let name = Self.name(base, child) {
          found.append(Node(offset: child, path: Self.join(node.path, name)))
        }
        child = fdt_next_subnode(base, child)
      }
      return found
    }
  }

  /// Every node with `value` among its "compatible" strings, with its ancestors from the root down.
  public func nodes(compatibleWith value: String) -> [(node: Node, ancestors: [Node])] {
    var found: [(node: Node, ancestors: [Node])] = []
    bytes.withUnsafeBytes { blob in
      let base = blob.baseAddress
      var depth: Int32 = 0
      var stack: [Node] = []
      var offset: Int32 = 0
      while offset >= 0, depth >= 0 {
        let level = Int(depth)
        if level < stack.count { stack.removeLast(stack.count - level) }
        // A path of a thousand levels is not worth following; the blob's size bounds the walk.
        guard level == stack.count, level < 64, let name = Self.name(base, offset) else {
          offset = fdt_next_node(base, offset, &depth)
          continue
        }
        let path = level == 0 ? "/" : Self.join(stack[level - 1].path, name)
        let node = Node(offset: offset, path: path)
        if fdt_node_check_compatible(base, offset, value) == 0 {
          found.append((node, stack))
        }
        stack.append(node)
        offset = fdt_next_node(base, offset, &depth)
      }
    }
    return found
  }

  /// A property's bytes; nil when the node has none of that name.
  public func property(_ name: String, of node: Node) -> [UInt8]? {
    bytes.withUnsafeBytes { blob in
      var length: Int32 = 0
      guard let value = fdt_getprop(blob.baseAddress, node.offset, name, &length), length >= 0
      else { return nil }
      return Array(UnsafeRawBufferPointer(start: value, count: Int(length)))
    }
  }

  /// A property as big-endian 32-bit cells.
  public func cells(_ name: String, of node: Node) throws(DeviceTreeError) -> [UInt32]? {
    guard let value = property(name, of: node) else { return nil }
    guard value.count % 4 == 0 else {
      throw .badProperty(
        node: node.path, property: name, reason: "\(value.count) bytes are not whole cells")
    }
    return stride(from: 0, to: value.count, by: 4).map { (index: Int) -> UInt32 in
      value[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
  }

  /// A property of exactly one cell, or `fallback` when it is absent.
  public func cell(
    _ name: String, of node: Node, default fallback: UInt32
  ) throws(DeviceTreeError) -> UInt32 {
    guard let cells = try cells(name, of: node) else { return fallback }
    guard cells.count == 1 else {
      throw .badProperty(
        node: node.path, property: name, reason: "\(cells.count) cells where one is expected")
    }
    return cells[0]
  }

  /// A property's first string; nil when it is absent or not terminated.
  public func string(_ name: String, of node: Node) -> String? {
    guard let value = property(name, of: node), let end = value.firstIndex(of: 0) else {
      return nil
    }
    return String(decoding: value[..<end], as: UTF8.self)
  }

  private static func name(_ base: UnsafeRawPointer?, _ offset: Int32) -> String? {
    fdt_get_name(base, offset, nil).map { String(cString: $0) }
  }

  private static func join(_ parent: String, _ name: String) -> String {
    parent == "/" ? "/" + name : parent + "/" + name
  }

  /// The header's "totalsize".
  private static func totalSize(_ blob: [UInt8]) -> Int {
    blob[4..<8].reduce(0) { $0 << 8 | Int($1) }
  }

  static func word(for code: Int32) -> String { String(cString: fdt_strerror(code)) }
}

extension DeviceTree {
  /// Makes the node at `path` and whatever of its ancestors is missing.
  public mutating func addNode(_ path: String) throws(DeviceTreeError) {
    var reached = ""
    for part in path.split(separator: "/") {
      let parent = reached.isEmpty ? "/" : reached
      reached += "/" + part
      if node(reached) != nil { continue }
      try edit(room: 64 + part.utf8.count, at: parent) { blob, offset in
        let made = fdt_add_subnode(blob, offset, String(part))
        return made < 0 ? made : 0
      }
    }
  }

  /// Removes the node at `path` and all below it; nothing happens when there is none.
  public mutating func removeNode(_ path: String) throws(DeviceTreeError) {
    guard path != "/", node(path) != nil else { return }
    try edit(room: 0, at: path) { fdt_del_node($0, $1) }
  }

  /// Sets a property of the node at `path`.
  public mutating func set(
    _ name: String, of path: String, to value: [UInt8]
  ) throws(DeviceTreeError) {
    guard value.count <= Self.maximumSize else {
      throw .badProperty(node: path, property: name, reason: "\(value.count) bytes")
    }
    try edit(room: 64 + name.utf8.count + value.count, at: path) { blob, offset in
      fdt_setprop(blob, offset, name, value, Int32(value.count))
    }
  }

  public mutating func set(
    _ name: String, of path: String, cells: [UInt32]
  ) throws(DeviceTreeError) {
    try set(
      name, of: path,
      to: cells.flatMap { cell in
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: cell >> $0) }
      })
  }

  public mutating func set(
    _ name: String, of path: String, strings: [String]
  ) throws(DeviceTreeError) {
    try set(name, of: path, to: strings.flatMap { Array($0.utf8) + [0] })
  }

  /// Opens the blob with `room` bytes to spare, applies `change` at `path` and packs it again.
  private mutating func edit(
    room: Int, at path: String, _ change: (UnsafeMutableRawPointer, Int32) -> Int32
  ) throws(DeviceTreeError) {
    var larger = [UInt8](repeating: 0, count: bytes.count + room + 64)
    let result = bytes.withUnsafeBytes { old in
      larger.withUnsafeMutableBytes { new -> Int32 in
        guard let blob = new.baseAddress else { return -1 }
        let opened = fdt_open_into(old.baseAddress, blob, Int32(new.count))
        guard opened == 0 else { return opened }
        let offset = fdt_path_offset(blob, path)
        guard offset >= 0 else { return offset }
        let changed = change(blob, offset)
        return changed == 0 ? fdt_pack(blob) : changed
      }
    }
    guard result == 0 else {
      throw result == -1 ? .missingNode(path) : .malformed(reason: Self.word(for: result))
    }
    let total = Self.totalSize(larger)
    bytes = Array(larger.prefix(total))
  }
}
