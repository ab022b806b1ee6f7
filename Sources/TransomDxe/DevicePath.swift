import CUEFI

/// Walking and extending device paths (UEFI 2.10, 10.2).
enum DevicePath {
  /// Calls `body` with each node before the end and its length in bytes. Stops at a node that is
  /// too short to be one.
  static func forEachNode(
    _ path: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>?,
    _ body: (UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>, Int) -> Void
  ) {
    guard var node = path else { return }
    for _ in 0..<64 {
      let length = Int(node.pointee.Length.0) | Int(node.pointee.Length.1) << 8
      guard node.pointee.Type != 0x7f, length >= 4 else { return }
      body(node, length)
      node = (UnsafeMutableRawPointer(node) + length).assumingMemoryBound(
        to: EFI_DEVICE_PATH_PROTOCOL.self)
    }
  }

  /// A copy of a path with the node behind it that says "these bytes of the device's ROM", as the
  /// PCI bus driver writes it (UEFI 2.10, 10.3.5.8). To be freed with `deallocate`.
  static func romImage(
    of path: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>, first: UInt64, last: UInt64
  ) -> UnsafeMutableRawPointer {
    var size = 0
    forEachNode(path) { size += $1 }
    let nodeSize = 24
    let copy = UnsafeMutableRawPointer.allocate(byteCount: size + nodeSize + 4, alignment: 8)
    copy.copyMemory(from: path, byteCount: size)
    let node = copy + size
    node.storeBytes(of: 0x0018_0804, as: UInt32.self)
    (node + 4).storeBytes(of: 0, as: UInt32.self)
    node.storeBytes(of: first, toByteOffset: 8, as: UInt64.self)
    node.storeBytes(of: last, toByteOffset: 16, as: UInt64.self)
    (node + nodeSize).storeBytes(of: 0x0004_ff7f, as: UInt32.self)
    return copy
  }
}

/// Where a PCI function is and what it is.
struct PCILocation {
  var segment: UINTN = 0
  var bus: UINTN = 0
  var device: UINTN = 0
  var function: UINTN = 0
  var vendorID: UInt16 = 0
  var deviceID: UInt16 = 0
  /// 24 bits: base class, subclass, programming interface.
  var classCode: UInt32 = 0

  init(_ io: UnsafeMutablePointer<EFI_PCI_IO_PROTOCOL>) {
    _ = io.pointee.GetLocation(io, &segment, &bus, &device, &function)
    var words = InlineArray<3, UInt32>(repeating: 0)
    withUnsafeMutablePointer(to: &words) { _ = io.pointee.Pci.Read(io, 2, 0, 3, $0) }
    vendorID = UInt16(truncatingIfNeeded: words[0])
    deviceID = UInt16(truncatingIfNeeded: words[0] >> 16)
    classCode = words[2] >> 8
  }

  /// `0000:00:02.0 [1234:1111]`.
  func add(to line: inout Line) {
    line.add(hex: segment, digits: 4)
    line.add(":")
    line.add(hex: bus, digits: 2)
    line.add(":")
    line.add(hex: device, digits: 2)
    line.add(".")
    line.add(hex: function)
    line.add(" [")
    line.add(hex: UInt64(vendorID), digits: 4)
    line.add(":")
    line.add(hex: UInt64(deviceID), digits: 4)
    line.add("]")
  }
}
