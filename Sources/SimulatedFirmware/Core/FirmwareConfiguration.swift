/// What a machine is made of before anything runs. Sizes and addresses in bytes.
public struct FirmwareConfiguration: Sendable {
  /// What stands behind a range of physical addresses.
  public enum RegionKind: Sendable {
    /// Ordinary memory, mapped read and write in the process.
    case conventional
    /// In the memory map as free, but not mapped: only AllocateAddress may take it, and the first
    /// touch faults. Catches code that scribbles on low memory.
    case guarded
    /// Mapped, but never given out.
    case reserved
  }

  public struct MemoryRegion: Sendable {
    public var base: UInt64
    public var size: UInt64
    public var kind: RegionKind

    public init(base: UInt64, size: UInt64, kind: RegionKind = .conventional) {
      self.base = base
      self.size = size
      self.kind = kind
    }
  }

  public var memory: [MemoryRegion]
  /// Where the service stubs are; nil puts them at the top of the last conventional region.
  public var codeBase: UInt64?
  /// Room for service stubs, 16 bytes each.
  public var codeSize: UInt64
  /// Wall clock at virtual time zero, in seconds since 1970-01-01 UTC.
  public var epoch: UInt64
  /// How long WaitForEvent may idle in virtual time before it gives up, in nanoseconds.
  public var idleLimit: UInt64
  /// PE machine types whose images the firmware runs itself.
  public var nativeMachine: UInt16

  /// Memory modelled on QEMU's `virt`, with low memory that is there but guarded.
  public init(
    memory: [MemoryRegion] = [
      MemoryRegion(base: 0, size: 0xA_0000, kind: .guarded),
      MemoryRegion(base: 0x4000_0000, size: 512 << 20),
    ],
    codeBase: UInt64? = nil,
    codeSize: UInt64 = 256 << 10,
    epoch: UInt64 = 1_704_067_200,
    idleLimit: UInt64 = 600_000_000_000,
    nativeMachine: UInt16 = 0xAA64
  ) {
    self.memory = memory
    self.codeBase = codeBase
    self.codeSize = codeSize
    self.epoch = epoch
    self.idleLimit = idleLimit
    self.nativeMachine = nativeMachine
  }
}
