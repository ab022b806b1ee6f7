internal import Vectors

/// Where everything lies that a call needs.
enum CallLayout {
  /// Where a called function returns to: canonical, and nothing can be mapped there.
  static let returnAddress: UInt64 = 0x0000_7FFF_FFFF_F000
  private static let stackSize: UInt64 = 8 << 20
  /// Left free around the stack, so that what runs over it faults.
  private static let guardSize: UInt64 = 1 << 16
  /// Above the first frame, so that reading more arguments than were given is harmless.
  private static let headroom: UInt64 = 1 << 12

  /// Whole pages that hold the code and every region, each once.
  static func regions(
    _ code: [UInt8], _ load: UInt64, _ regions: [Region]
  ) throws(CallError) -> [Region] {
    guard !code.isEmpty else { throw .emptyCode }
    let area = Region(address: load, count: UInt64(code.count))
    for region in regions + [area] {
      let (end, overflow) = region.address.addingReportingOverflow(region.count)
      guard region.count > 0, !overflow, end <= 1 << 47 else { throw .badRange(region) }
    }
    for (n, region) in regions.enumerated() {
      if let other = regions[..<n].first(where: region.overlaps) { throw .overlap(other, region) }
    }
    return Region.merged((regions + [area]).map(\.pages))
  }

  /// Below 4 GiB where there is room: old code truncates pointers. `take` says whether a place is
  /// free.
  static func placeStack(
    beside regions: [Region], take: (Region) -> Bool = { _ in true }
  ) throws(CallError) -> Region {
    let places: [UInt64] = [
      0x0C00_0000, 0x7000_0000, 0xD000_0000, 0x3000_0000, 0x10_0000_0000, 0x1000_0000_0000,
    ]
    for place in places {
      let around = Region(address: place - guardSize, count: stackSize + 2 * guardSize)
      if regions.contains(where: around.overlaps) { continue }
      let stack = Region(address: place, count: stackSize)
      if take(stack) { return stack }
    }
    throw .noRoomForStack
  }

  /// What the convention asks to be on the stack, return address first, and where RSP points.
  static func frame(
    on stack: Region, _ abi: CallDescription.ABI, _ arguments: [UInt64]
  ) -> Placed {
    let onStack = arguments.dropFirst(abi.registers.count)
    let size = (abi.homeSpace + UInt64(onStack.count) * 8 + 15) & ~15
    var bytes = littleEndian(returnAddress)
    bytes += [UInt8](repeating: 0, count: Int(abi.homeSpace))
    for value in onStack { bytes += littleEndian(value) }
    // Behind a call, RSP is 8 modulo 16.
    return Placed(address: stack.end - headroom - size - 8, bytes: bytes)
  }

  private static func littleEndian(_ value: UInt64) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
