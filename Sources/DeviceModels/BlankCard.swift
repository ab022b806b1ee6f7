/// A card that is nothing but its identity: BARs of the wished sizes that answer a constant and log
/// every access. It is what a vendor's driver meets when its real card is not there.
public final class BlankCard: PCIDevice {
  /// What a discrete graphics card asks for: 256 MiB and 2 MiB prefetchable above 4 GiB, 256 I/O
  /// ports, 256 KiB of registers.
  public static let graphicsBars: [PCIBar?] = [
    .memory(size: 256 << 20, is64: true, prefetchable: true, backing: .trapped), nil,
    .memory(size: 2 << 20, is64: true, prefetchable: true, backing: .trapped), nil,
    .io(size: 256),
    .memory(size: 256 << 10, is64: false, prefetchable: false, backing: .trapped),
  ]

  public let identity: PCIIdentity
  public let bars: [PCIBar?]
  public let rom: [UInt8]
  /// What a load answers, truncated to its size.
  public var answer: UInt64
  public private(set) var log: AccessLog

  private let logCapacity: Int

  public init(
    identity: PCIIdentity, bars: [PCIBar?] = BlankCard.graphicsBars, rom: [UInt8] = [],
    answer: UInt64 = 0, logCapacity: Int = 4096
  ) {
    self.identity = identity
    self.bars = bars
    self.rom = rom
    self.answer = answer
    self.logCapacity = logCapacity
    log = AccessLog(capacity: logCapacity)
  }

  public func load(bar: Int, offset: UInt64, size: Int) -> UInt64 {
    let value = size >= 8 ? answer : answer & ((1 << UInt64(size * 8)) - 1)
    log.record(bar: bar, offset: offset, size: size, isWrite: false, value: value)
    return value
  }

  public func store(bar: Int, offset: UInt64, size: Int, value: UInt64) {
    log.record(bar: bar, offset: offset, size: size, isWrite: true, value: value)
  }

  public func reset() {
    log = AccessLog(capacity: logCapacity)
  }
}
