/// What a PCI function says it is: the read-only part of its configuration header.
public struct PCIIdentity: Sendable, Equatable {
  public var vendor: UInt16
  public var device: UInt16
  /// Class, subclass and programming interface: 24 bits, as 0x038000.
  public var classCode: UInt32
  public var revision: UInt8
  public var subsystemVendor: UInt16
  public var subsystem: UInt16

  public init(
    vendor: UInt16, device: UInt16, classCode: UInt32, revision: UInt8 = 0,
    subsystemVendor: UInt16 = 0, subsystem: UInt16 = 0
  ) {
    self.vendor = vendor
    self.device = device
    self.classCode = classCode & 0xff_ffff
    self.revision = revision
    self.subsystemVendor = subsystemVendor
    self.subsystem = subsystem
  }

  /// Whether the base class is "display controller" (PCI Code and ID Assignment, 1.4).
  public var isDisplay: Bool { classCode >> 16 == 0x03 }
}

/// One base address register as the device asks for it. Sizes are bytes and powers of two, at least
/// 16 for memory and 4 for I/O; the bus refuses others.
public enum PCIBar: Sendable, Equatable {
  /// What stands behind a memory BAR.
  public enum Backing: Sendable, Equatable {
    /// Plain memory: loads and stores reach it without the model hearing of them.
    case ram
    /// Every load and store is handed to the model.
    case trapped
  }

  case memory(size: UInt64, is64: Bool, prefetchable: Bool, backing: Backing)
  case io(size: UInt32)

  /// Bytes decoded.
  public var size: UInt64 {
    switch self {
    case .memory(let size, _, _, _): return size
    case .io(let size): return UInt64(size)
    }
  }

  /// Whether the register occupies two slots.
  public var is64: Bool {
    if case .memory(_, true, _, _) = self { return true }
    return false
  }
}

/// A PCI function's model: what sits behind its BARs.
///
/// The bus keeps the standard configuration header (IDs, command, BARs, ROM BAR) itself; a model
/// answers for what is particular to it. Accesses arrive in program order, on the thread that runs
/// the guest, already bounded: `offset + size` never exceeds the BAR, and `size` is 1, 2, 4 or 8.
public protocol PCIDevice: AnyObject {
  var identity: PCIIdentity { get }

  /// BARs by index, at most six; after a 64-bit one the next slot must be nil.
  var bars: [PCIBar?] { get }

  /// The expansion ROM's bytes; empty when there is none.
  var rom: [UInt8] { get }

  /// Reads `size` bytes, little endian, from a trapped or I/O BAR.
  func load(bar: Int, offset: UInt64, size: Int) -> UInt64

  /// Writes the low `size` bytes of `value` to a trapped or I/O BAR.
  func store(bar: Int, offset: UInt64, size: Int, value: UInt64)

  /// Answers a configuration read, or nil to let the bus answer from the standard header.
  /// `size` is 1, 2 or 4, `offset` is aligned to it and below 4096.
  func loadConfiguration(offset: Int, size: Int) -> UInt32?

  /// Told of every configuration write before the bus acts on it. Answering true keeps the write
  /// from the standard header.
  func storeConfiguration(offset: Int, size: Int, value: UInt32) -> Bool

  /// Told where a plain BAR's memory is in this process. The memory stays valid until the device is
  /// reset or attached again.
  func attach(bar: Int, memory: UnsafeMutableRawBufferPointer)

  /// Back to the state after power-on.
  func reset()
}

extension PCIDevice {
  public var rom: [UInt8] { [] }
  public func load(bar: Int, offset: UInt64, size: Int) -> UInt64 { .max }
  public func store(bar: Int, offset: UInt64, size: Int, value: UInt64) {}
  public func loadConfiguration(offset: Int, size: Int) -> UInt32? { nil }
  public func storeConfiguration(offset: Int, size: Int, value: UInt32) -> Bool { false }
  public func attach(bar: Int, memory: UnsafeMutableRawBufferPointer) {}
  public func reset() {}
}
