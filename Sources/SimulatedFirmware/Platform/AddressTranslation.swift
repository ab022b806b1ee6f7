import DeviceTree

/// Takes an address on an inner bus to the processor's view, through each ancestor's "ranges"
/// (Devicetree Specification 0.4, 2.3.8).
struct AddressTranslation {
  private struct Row {
    var child: UInt64
    var parent: UInt64
    var size: UInt64
  }

  /// From the innermost bus outwards; an empty list stands for the identity.
  private var buses: [(path: String, rows: [Row])] = []

  /// `ancestors` run from the root down to the node's parent.
  init(tree: DeviceTree, ancestors: [DeviceTree.Node]) throws(DeviceTreeError) {
    guard ancestors.count > 1 else { return }
    for index in stride(from: ancestors.count - 1, to: 0, by: -1) {
      let bus = ancestors[index]
      guard let cells = try tree.cells("ranges", of: bus) else {
        throw .missingProperty(node: bus.path, property: "ranges")
      }
      let inner = try CellReader(tree: tree, parent: bus)
      let outer = try CellReader(tree: tree, parent: ancestors[index - 1])
      let width = inner.addressCells + outer.addressCells + inner.sizeCells
      guard cells.count % width == 0 else {
        throw .badProperty(
          node: bus.path, property: "ranges",
          reason: "\(cells.count) cells are not a multiple of \(width)")
      }
      var rows: [Row] = []
      for start in stride(from: 0, to: cells.count, by: width) {
        let middle = start + inner.addressCells
        let last = middle + outer.addressCells
        rows.append(
          Row(
            child: try CellReader.join(
              cells[start..<middle], node: bus.path, property: "ranges"),
            parent: try CellReader.join(
              cells[middle..<last], node: bus.path, property: "ranges"),
            size: try CellReader.join(
              cells[last..<start + width], node: bus.path, property: "ranges")))
      }
      buses.append((bus.path, rows))
    }
  }

  func host(_ address: UInt64, size: UInt64) throws(DeviceTreeError) -> UInt64 {
    var address = address
    for bus in buses where !bus.rows.isEmpty {
      guard
        let row = bus.rows.first(where: {
          address >= $0.child && size <= $0.size && address - $0.child <= $0.size - size
        })
      else {
        throw .badProperty(
          node: bus.path, property: "ranges", reason: "does not translate \(Hex(address))")
      }
      address = row.parent &+ (address - row.child)
    }
    return try CellReader.checked(base: address, size: size, node: "/", property: "ranges").base
  }
}
