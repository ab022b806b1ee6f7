import DeviceTree

extension Platform {
  /// The built-in platforms.
  public enum Profile: String, Sendable, CaseIterable {
    /// Modelled on QEMU's `virt`: 512 MiB at 1 GiB, all three PCI windows, and devices that see
    /// memory 1 GiB higher than the processor does.
    case virt
    /// No memory and no host address of PCI below 4 GiB, no I/O window; 32-bit BARs are reached
    /// through a translated window, devices see memory 64 GiB higher.
    case high
  }

  /// Builds a profile; its tree is a real blob, handed on like any other.
  public static func builtIn(_ profile: Profile = .virt) throws(DeviceTreeError) -> Platform {
    let layout = profile == .virt ? Layout.virt : Layout.high
    return try Platform(tree: layout.tree(), name: profile.rawValue)
  }
}

/// The addresses that distinguish one built-in platform from another.
private struct Layout {
  var model: String
  var memory: (base: UInt64, size: UInt64)
  var configuration: (base: UInt64, size: UInt64)
  var ranges: [(space: UInt32, pci: UInt64, host: UInt64, size: UInt64)]
  var dma: (device: UInt64, host: UInt64, size: UInt64)

  static let virt = Layout(
    model: "transom,virt",
    memory: (0x4000_0000, 512 << 20),
    configuration: (0x40_1000_0000, 256 << 20),
    ranges: [
      (0x0100_0000, 0, 0x3eff_0000, 0x1_0000),
      (0x0200_0000, 0x1000_0000, 0x1000_0000, 0x2eff_0000),
      (0x0300_0000, 0x80_0000_0000, 0x80_0000_0000, 0x80_0000_0000),
    ],
    dma: (0x8000_0000, 0x4000_0000, 512 << 20))

  static let high = Layout(
    model: "transom,high",
    memory: (0x8_0000_0000, 512 << 20),
    configuration: (0x60_1000_0000, 256 << 20),
    ranges: [
      (0x0200_0000, 0x1000_0000, 0x70_1000_0000, 0x2eff_0000),
      (0x0300_0000, 0x80_0000_0000, 0x80_0000_0000, 0x80_0000_0000),
    ],
    dma: (0x18_0000_0000, 0x8_0000_0000, 512 << 20))

  func tree() throws(DeviceTreeError) -> DeviceTree {
    var tree = DeviceTree()
    try tree.set("#address-cells", of: "/", cells: [2])
    try tree.set("#size-cells", of: "/", cells: [2])
    try tree.set("compatible", of: "/", strings: ["linux,dummy-virt"])
    try tree.set("model", of: "/", strings: [model])
    try tree.addNode("/chosen")
    try tree.addNode("/cpus/cpu@0")
    try tree.set("#address-cells", of: "/cpus", cells: [1])
    try tree.set("#size-cells", of: "/cpus", cells: [0])
    try tree.set("device_type", of: "/cpus/cpu@0", strings: ["cpu"])
    try tree.set("compatible", of: "/cpus/cpu@0", strings: ["arm,armv8"])
    try tree.set("reg", of: "/cpus/cpu@0", cells: [0])
    let memoryNode = "/memory@" + String(memory.base, radix: 16)
    try tree.addNode(memoryNode)
    try tree.set("device_type", of: memoryNode, strings: ["memory"])
    try tree.set("reg", of: memoryNode, cells: pair(memory.base) + pair(memory.size))
    try addBridge(to: &tree)
    return tree
  }

  private func addBridge(to tree: inout DeviceTree) throws(DeviceTreeError) {
    let node = "/pcie@" + String(configuration.base, radix: 16)
    try tree.addNode(node)
    try tree.set("compatible", of: node, strings: ["pci-host-ecam-generic"])
    try tree.set("device_type", of: node, strings: ["pci"])
    try tree.set("#address-cells", of: node, cells: [3])
    try tree.set("#size-cells", of: node, cells: [2])
    try tree.set("bus-range", of: node, cells: [0, 255])
    try tree.set("linux,pci-domain", of: node, cells: [0])
    try tree.set("dma-coherent", of: node, to: [])
    try tree.set("reg", of: node, cells: pair(configuration.base) + pair(configuration.size))
    try tree.set(
      "ranges", of: node,
      cells: ranges.flatMap { [$0.space] + pair($0.pci) + pair($0.host) + pair($0.size) })
    try tree.set(
      "dma-ranges", of: node,
      cells: [0x0300_0000] + pair(dma.device) + pair(dma.host) + pair(dma.size))
  }

  private func pair(_ value: UInt64) -> [UInt32] {
    [UInt32(value >> 32), UInt32(truncatingIfNeeded: value)]
  }
}
