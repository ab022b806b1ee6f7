extension FirmwareConfiguration {
  /// The configuration for a platform: its memory, and where it has memory below 4 GiB but none in
  /// the first 640 KiB, that stretch guarded, as code that scribbles there expects it to exist.
  public init(platform: Platform) {
    self.init()
    memory = platform.memory.map { MemoryRegion(base: $0.base, size: $0.size) }
    if let first = platform.memory.first, first.base < 1 << 32, first.base >= 0xa_0000 {
      memory.insert(MemoryRegion(base: 0, size: 0xa_0000, kind: .guarded), at: 0)
    }
  }
}
