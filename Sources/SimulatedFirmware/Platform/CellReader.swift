import DeviceTree

/// Reads addresses and sizes as a node's children write them: the parent says how many cells each
/// has (Devicetree Specification 0.4, 2.3.5).
struct CellReader {
  let addressCells: Int
  let sizeCells: Int

  init(tree: DeviceTree, parent: DeviceTree.Node) throws(DeviceTreeError) {
    addressCells = try Self.count(tree, parent, "#address-cells", default: 2)
    sizeCells = try Self.count(tree, parent, "#size-cells", default: 1)
  }

  private static func count(
    _ tree: DeviceTree, _ node: DeviceTree.Node, _ name: String, default fallback: UInt32
  ) throws(DeviceTreeError) -> Int {
    let value = try tree.cell(name, of: node, default: fallback)
    guard value >= 1, value <= 3 else {
      throw .badProperty(
        node: node.path, property: name, reason: "\(value) is not one, two or three")
    }
    return Int(value)
  }

  /// Joins one, two or three cells; of three, the first must be zero unless the caller dropped it.
  static func join(
    _ cells: ArraySlice<UInt32>, node: String, property: String
  ) throws(DeviceTreeError) -> UInt64 {
    var value: UInt64 = 0
    for cell in cells {
      guard value >> 32 == 0 else {
        throw .badProperty(node: node, property: property, reason: "a number over 64 bits")
      }
      value = value << 32 | UInt64(cell)
    }
    return value
  }

  /// A list of (address, size) pairs.
  func ranges(
    _ cells: [UInt32], node: String, property: String
  ) throws(DeviceTreeError) -> [Platform.Range] {
    let width = addressCells + sizeCells
    guard !cells.isEmpty, cells.count % width == 0 else {
      throw .badProperty(
        node: node, property: property,
        reason: "\(cells.count) cells are not a multiple of \(width)")
    }
    var found: [Platform.Range] = []
    var index = 0
    while index < cells.count {
      let base = try Self.join(
        cells[index..<index + addressCells], node: node, property: property)
      let size = try Self.join(
        cells[index + addressCells..<index + width], node: node, property: property)
      index += width
      found.append(try Self.checked(base: base, size: size, node: node, property: property))
    }
    return found
  }

  /// Refuses a range that wraps or that no process can have.
  static func checked(
    base: UInt64, size: UInt64, node: String, property: String
  ) throws(DeviceTreeError) -> Platform.Range {
    let (end, wraps) = base.addingReportingOverflow(size)
    guard !wraps, end <= Platform.addressLimit else {
      throw .badProperty(
        node: node, property: property,
        reason: "\(Hex(base)) + \(Hex(size)) is beyond \(Hex(Platform.addressLimit))")
    }
    return Platform.Range(base: base, size: size)
  }
}
