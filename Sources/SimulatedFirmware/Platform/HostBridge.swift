import DeviceTree

extension Platform {
  /// A generic ECAM host bridge: what it decodes and how its devices see memory.
  ///
  /// The device tree binding "pci-host-ecam-generic" and the PCI bus binding to IEEE 1275.
  public struct HostBridge: Sendable {
    /// A window from host addresses to PCI addresses.
    public struct Window: Sendable, Equatable {
      public enum Space: Sendable { case io, memory32, memory64 }
      public var space: Space
      public var isPrefetchable: Bool
      /// What the device sees, and what the processor sees.
      public var pciBase: UInt64
      public var hostBase: UInt64
      public var size: UInt64

      public var hostRange: Range { Range(base: hostBase, size: size) }

      /// Added to a host address it gives the PCI address; wraps.
      public var translation: UInt64 { pciBase &- hostBase }
    }

    /// System memory as devices see it.
    public struct DMARange: Sendable, Equatable {
      public var deviceBase: UInt64
      public var hostBase: UInt64
      public var size: UInt64
    }

    /// The node's path.
    public let path: String
    public let segment: UInt32
    public let firstBus: UInt8
    public let lastBus: UInt8
    /// Configuration space, 1 MiB for each bus.
    public let configuration: Range
    public let windows: [Window]
    /// Empty when devices see memory where the processor does.
    public let dmaRanges: [DMARange]

    public func window(_ space: Window.Space) -> Window? {
      windows.first { $0.space == space }
    }

    /// Where devices see `size` bytes at a host address; nil when they cannot reach them all.
    public func deviceAddress(host: UInt64, size: UInt64) -> UInt64? {
      if dmaRanges.isEmpty { return host }
      for range in dmaRanges where host >= range.hostBase && size <= range.size {
        if host - range.hostBase <= range.size - size {
          return host - range.hostBase + range.deviceBase
        }
      }
      return nil
    }
  }
}

extension Platform.HostBridge {
  /// Reads the first enabled host bridge of the tree.
  init?(tree: DeviceTree) throws(DeviceTreeError) {
    guard
      let (node, ancestors) = tree.nodes(compatibleWith: "pci-host-ecam-generic")
        .first(where: { tree.isEnabled($0.node) }), let parent = ancestors.last
    else { return nil }
    path = node.path
    segment = try tree.cell("linux,pci-domain", of: node, default: 0)
    let buses = try tree.cells("bus-range", of: node) ?? [0, 255]
    guard buses.count == 2, buses[0] <= buses[1], buses[1] <= 255 else {
      throw .badProperty(node: node.path, property: "bus-range", reason: "not two buses to 255")
    }
    firstBus = UInt8(buses[0])
    lastBus = UInt8(buses[1])
    let reader = try CellReader(tree: tree, parent: parent)
    let own = try CellReader(tree: tree, parent: node)
    guard own.addressCells == 3, own.sizeCells == 2 else {
      throw .badProperty(
        node: node.path, property: "#address-cells", reason: "PCI has three, and two for sizes")
    }
    guard let registers = try tree.cells("reg", of: node) else {
      throw .missingProperty(node: node.path, property: "reg")
    }
    guard
      let first = try reader.ranges(registers, node: node.path, property: "reg").first,
      first.size >= 1 << 20
    else {
      throw .badProperty(node: node.path, property: "reg", reason: "less than one bus")
    }
    let upward = try AddressTranslation(tree: tree, ancestors: ancestors)
    configuration = Platform.Range(
      base: try upward.host(first.base, size: first.size), size: first.size)
    let rows = try Self.rows(tree, node, "ranges", parentCells: reader.addressCells)
    guard !rows.isEmpty else { throw .missingProperty(node: node.path, property: "ranges") }
    var windows: [Window] = []
    for row in rows {
      let space: Window.Space
      switch row.space >> 24 & 3 {
      case 1: space = .io
      case 2: space = .memory32
      case 3: space = .memory64
      default: continue  // configuration space
      }
      let window = Window(
        space: space, isPrefetchable: row.space >> 30 & 1 != 0, pciBase: row.child,
        hostBase: try upward.host(row.parent, size: row.size), size: row.size)
      if window.size == 0 { continue }
      try Self.check(window, in: windows, path: node.path)
      windows.append(window)
    }
    self.windows = windows
    dmaRanges = try Self.rows(tree, node, "dma-ranges", parentCells: reader.addressCells).map {
      DMARange(deviceBase: $0.child, hostBase: $0.parent, size: $0.size)
    }
  }

  private static func check(
    _ window: Window, in others: [Window], path: String
  ) throws(DeviceTreeError) {
    let (pciEnd, wraps) = window.pciBase.addingReportingOverflow(window.size)
    if wraps || (window.space != .memory64 && pciEnd > 1 << 32) {
      throw .badProperty(
        node: path, property: "ranges", reason: "PCI \(Hex(window.pciBase)) passes its space's end")
    }
    if (window.pciBase | window.hostBase | window.size) & 0xfff != 0 {
      throw .badProperty(
        node: path, property: "ranges", reason: "\(Hex(window.hostBase)) is not whole pages")
    }
    if let clash = others.first(where: { $0.hostRange.overlaps(window.hostRange) }) {
      throw .badProperty(
        node: path, property: "ranges",
        reason: "\(Hex(window.hostBase)) overlaps \(Hex(clash.hostBase))")
    }
  }

  private struct Row {
    var space: UInt32
    var child: UInt64
    var parent: UInt64
    var size: UInt64
  }

  /// Rows of (three cells of PCI address, the parent's address, two cells of size).
  private static func rows(
    _ tree: DeviceTree, _ node: DeviceTree.Node, _ name: String, parentCells: Int
  ) throws(DeviceTreeError) -> [Row] {
    let cells = try tree.cells(name, of: node) ?? []
    let width = 5 + parentCells
    guard cells.count % width == 0, cells.count / width <= 64 else {
      throw .badProperty(
        node: node.path, property: name,
        reason: "\(cells.count) cells are not up to 64 rows of \(width)")
    }
    var rows: [Row] = []
    var index = 0
    while index < cells.count {
      let child = try CellReader.join(
        cells[index + 1..<index + 3], node: node.path, property: name)
      let parent = try CellReader.join(
        cells[index + 3..<index + 3 + parentCells], node: node.path, property: name)
      let size = try CellReader.join(
        cells[index + 3 + parentCells..<index + width], node: node.path, property: name)
      if name == "dma-ranges" {
        // Devices may see memory anywhere, and a range may be the whole address space.
        guard !parent.addingReportingOverflow(size).overflow,
          !child.addingReportingOverflow(size).overflow
        else {
          throw .badProperty(node: node.path, property: name, reason: "\(Hex(size)) bytes wrap")
        }
      } else {
        _ = try CellReader.checked(base: parent, size: size, node: node.path, property: name)
      }
      rows.append(Row(space: cells[index], child: child, parent: parent, size: size))
      index += width
    }
    return rows
  }
}
