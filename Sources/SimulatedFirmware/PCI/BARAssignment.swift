import DeviceModels

/// Gives BARs their addresses: first come, first served, upwards in each window, so the same
/// devices always end at the same addresses.
struct BARAssignment {
  private let bridge: Platform.HostBridge
  /// Bytes used, by window.
  private var used: [UInt64]

  init(bridge: Platform.HostBridge) {
    self.bridge = bridge
    // The first 4 KiB of ports belong to legacy devices, and PCI address zero means unassigned.
    used = bridge.windows.map { $0.pciBase == 0 || $0.space == .io ? 0x1000 : 0 }
  }

  /// An address for `bar`, or nil when no window can take it. 64-bit BARs go to the 64-bit window
  /// where there is one.
  mutating func assign(_ bar: PCIBar) -> AssignedBar? {
    let candidates: [Platform.HostBridge.Window.Space]
    switch bar {
    case .io: candidates = [.io]
    case .memory(_, true, _, _): candidates = [.memory64, .memory32]
    case .memory: candidates = [.memory32]
    }
    for space in candidates {
      for (index, window) in bridge.windows.enumerated() where window.space == space {
        if let found = place(bar, in: window, used: &used[index]) { return found }
      }
    }
    return nil
  }

  private func place(
    _ bar: PCIBar, in window: Platform.HostBridge.Window, used: inout UInt64
  ) -> AssignedBar? {
    // Each memory BAR has pages of its own, because a page is either plain or trapped.
    let isIO = window.space == .io
    let alignment = isIO ? bar.size : max(bar.size, 4096)
    let (sum, overflows) = window.pciBase.addingReportingOverflow(used)
    guard !overflows, sum <= UInt64.max - alignment else { return nil }
    let address = (sum + alignment - 1) & ~(alignment - 1)
    let offset = address - window.pciBase
    guard offset <= window.size, alignment <= window.size - offset else { return nil }
    if isIO, address + bar.size > 0x1_0000 { return nil }
    used = offset + alignment
    return AssignedBar(bar: bar, pciAddress: address, hostAddress: window.hostBase + offset)
  }

  /// Refuses what the configuration header cannot express.
  static func check(_ model: any PCIDevice, at location: PCILocation) throws(PCIError) {
    guard model.bars.count <= 6 else {
      throw .badBar(device: location, bar: model.bars.count - 1, reason: "there are six")
    }
    for (index, bar) in model.bars.enumerated() {
      guard let bar else { continue }
      let least: UInt64
      if case .io = bar { least = 4 } else { least = 16 }
      guard bar.size >= least, bar.size & (bar.size - 1) == 0, bar.size <= 1 << 40 else {
        throw .badBar(device: location, bar: index, reason: "\(bar.size) bytes")
      }
      if case .io(let size) = bar, size > 256 {
        throw .badBar(device: location, bar: index, reason: "more than 256 ports")
      }
      if case .memory(let size, false, _, _) = bar, size > 1 << 31 {
        throw .badBar(device: location, bar: index, reason: "\(size) bytes need 64 bits")
      }
      if bar.is64, index == 5 || (index + 1 < model.bars.count && model.bars[index + 1] != nil) {
        throw .badBar(device: location, bar: index, reason: "its upper half is taken")
      }
    }
  }
}
