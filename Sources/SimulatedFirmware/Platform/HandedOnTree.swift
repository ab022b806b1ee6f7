import DeviceTree

extension Platform {
  /// A picture that is up: what a "simple-framebuffer" node tells the operating system.
  public struct LitDisplay: Sendable, Equatable {
    public enum Format: String, Sendable {
      /// Blue in the lowest byte: GOP's PixelBlueGreenRedReserved8BitPerColor.
      case blueFirst = "x8r8g8b8"
      /// Red in the lowest byte: GOP's PixelRedGreenBlueReserved8BitPerColor.
      case redFirst = "x8b8g8r8"
    }

    /// The first pixel's host address.
    public var address: UInt64
    public var width: UInt32
    public var height: UInt32
    /// Bytes from one line to the next.
    public var stride: UInt32
    public var format: Format

    public init(
      address: UInt64, width: UInt32, height: UInt32, stride: UInt32, format: Format = .blueFirst
    ) {
      self.address = address
      self.width = width
      self.height = height
      self.stride = stride
      self.format = format
    }
  }

  /// The tree as the operating system gets it: the platform's own and, when a display is up, its
  /// framebuffer under /chosen (binding "simple-framebuffer").
  public func handedOnTree(display: LitDisplay?) throws(DeviceTreeError) -> [UInt8] {
    guard let display else { return tree.bytes }
    var tree = self.tree
    let root = try CellReader(tree: tree, parent: tree.root)
    let node = "/chosen/framebuffer@" + String(display.address, radix: 16)
    let (size, overflows) = UInt64(display.stride).multipliedReportingOverflow(
      by: UInt64(display.height))
    let end = display.address.addingReportingOverflow(size)
    guard !overflows, !end.overflow, root.addressCells >= 2 || end.partialValue <= 1 << 32 else {
      throw .badProperty(
        node: node, property: "reg", reason: "\(Hex(display.address)) does not fit the root's cells"
      )
    }
    try tree.addNode("/chosen")
    // Children's addresses are the processor's own, so the cells must be the root's.
    try tree.set("#address-cells", of: "/chosen", cells: [UInt32(root.addressCells)])
    try tree.set("#size-cells", of: "/chosen", cells: [UInt32(root.sizeCells)])
    try tree.set("ranges", of: "/chosen", to: [])
    try tree.removeNode(node)
    try tree.addNode(node)
    try tree.set("compatible", of: node, strings: ["simple-framebuffer"])
    try tree.set(
      "reg", of: node,
      cells: Self.split(display.address, root.addressCells) + Self.split(size, root.sizeCells))
    try tree.set("width", of: node, cells: [display.width])
    try tree.set("height", of: node, cells: [display.height])
    try tree.set("stride", of: node, cells: [display.stride])
    try tree.set("format", of: node, strings: [display.format.rawValue])
    try tree.set("status", of: node, strings: ["okay"])
    return tree.bytes
  }

  private static func split(_ value: UInt64, _ cells: Int) -> [UInt32] {
    let pair = [UInt32(value >> 32), UInt32(truncatingIfNeeded: value)]
    return Array(repeating: 0, count: max(0, cells - 2)) + pair.suffix(min(cells, 2))
  }
}
