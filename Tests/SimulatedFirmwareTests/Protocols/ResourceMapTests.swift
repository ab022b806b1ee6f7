import SimulatedFirmware
import Testing

/// PI 1.8, volume 2, 7.2.
@Suite struct ResourceMapTests {
  static func map() throws -> ResourceMap {
    var map = ResourceMap(bits: 48, typeCount: 7)
    try map.add(type: 3, base: 0x1000_0000, length: 0x1000_0000, capabilities: 0x9)
    return map
  }

  @Test func startsAsOneHole() {
    let map = ResourceMap(bits: 16, typeCount: 3)
    #expect(map.ranges.map(\.length) == [0x1_0000])
    #expect(map.ranges[0].type == 0)
  }

  @Test func addingSplitsAndRemovingMerges() throws {
    var map = try Self.map()
    #expect(map.ranges.map(\.base) == [0, 0x1000_0000, 0x2000_0000])
    #expect(throws: ResourceMapError.accessDenied) {
      try map.add(type: 3, base: 0x1fff_f000, length: 0x2000)
    }
    #expect(throws: ResourceMapError.unsupported) {
      try map.add(type: 3, base: 1 << 48, length: 0x1000)
    }
    #expect(throws: ResourceMapError.invalidParameter) { try map.add(type: 3, base: 0, length: 0) }
    #expect(throws: ResourceMapError.notFound) { try map.remove(base: 0, length: 0x1000) }
    try map.remove(base: 0x1000_0000, length: 0x1000_0000)
    #expect(map.ranges.count == 1)
  }

  @Test func allocationFromBothEnds() throws {
    var map = try Self.map()
    let low = try map.allocate(
      type: 3, search: .bottomUp(limit: .max), alignment: 16, length: 0x1000, owner: 7, device: 0)
    #expect(low == 0x1000_0000)
    let next = try map.allocate(
      type: 3, search: .bottomUp(limit: .max), alignment: 16, length: 0x1000, owner: 7, device: 0)
    #expect(next == 0x1001_0000)
    let high = try map.allocate(
      type: 3, search: .topDown(limit: .max), alignment: 12, length: 0x1000, owner: 7, device: 0)
    #expect(high == 0x1fff_f000)
    let below = try map.allocate(
      type: 3, search: .topDown(limit: 0x17ff_ffff), alignment: 12, length: 0x1000, owner: 7,
      device: 0)
    #expect(below == 0x17ff_f000)
    #expect(throws: ResourceMapError.notFound) {
      try map.allocate(
        type: 3, search: .address(low), alignment: 0, length: 16, owner: 7, device: 0)
    }
    #expect(throws: ResourceMapError.accessDenied) { try map.remove(base: low, length: 0x1000) }
    try map.free(base: low, length: 0x1000)
    #expect(throws: ResourceMapError.notFound) { try map.free(base: low, length: 0x1000) }
    #expect(throws: ResourceMapError.notEnough) {
      try map.allocate(
        type: 2, search: .bottomUp(limit: .max), alignment: 0, length: 16, owner: 7, device: 0)
    }
  }

  @Test func attributesStayWithinCapabilities() throws {
    var map = try Self.map()
    try map.setAttributes(0x8, base: 0x1000_0000, length: 0x1000)
    #expect(try map.lookup(0x1000_0000).attributes == 8)
    #expect(try map.lookup(0x1000_1000).attributes == 0)
    #expect(throws: ResourceMapError.unsupported) {
      try map.setAttributes(0x2, base: 0x1000_0000, length: 0x1000)
    }
    #expect(throws: ResourceMapError.unsupported) {
      try map.setCapabilities(0x1, base: 0x1000_0000, length: 0x1000)
    }
  }

  @Test func aHobListEndsWhereItSays() {
    let list = HobList(
      memory: (0x4000_0000, 0x2000_0000),
      resources: [.init(type: 0, base: 0x4000_0000, length: 0x2000_0000)])
    let bytes = list.bytes(at: 0x5000_0000)
    func u16(_ offset: Int) -> Int { Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 }
    var types: [Int] = []
    var offset = 0
    while offset < bytes.count {
      types.append(u16(offset))
      offset += u16(offset + 2)
    }
    #expect(offset == bytes.count)
    #expect(types == [1, 3, 6, 0xffff])
    // EfiEndOfHobList, at offset 48 of the hand-off block, is the end block's address.
    #expect(Array(bytes[48..<52]) == [UInt8(bytes.count - 8), 0, 0, 0x50])
  }
}
