import DeviceModels

/// A stretch of addresses that one thing on the bus decodes.
struct PCIRegion {
  enum Kind {
    /// Plain memory at its host address.
    case memory(PCIFunction)
    /// A BAR whose accesses the model answers.
    case model(PCIFunction, bar: Int)
    case rom(PCIFunction)
    /// Configuration space as memory (ECAM).
    case configuration
  }

  let kind: Kind
  /// PCI address for ports, host address for all else.
  let base: UInt64
  let size: UInt64
  let pciBase: UInt64
  let isIO: Bool
}

/// How wide each access of a transfer is and which side moves along (UEFI 2.10, 14.2.1).
struct AccessWidth {
  enum Mode { case both, fifo, fill }
  /// Bytes: 1, 2, 4 or 8.
  let size: Int
  let mode: Mode

  /// Nil for values that the specification does not define.
  init?(_ raw: UInt32) {
    guard raw < 12 else { return nil }
    size = 1 << Int(raw & 3)
    mode = raw < 4 ? .both : raw < 8 ? .fifo : .fill
  }

  /// Bytes of address space that `count` accesses cover; nil on overflow.
  func span(_ count: UInt64) -> UInt64? {
    let (bytes, overflows) = (mode == .fifo ? min(count, 1) : count)
      .multipliedReportingOverflow(by: UInt64(size))
    return overflows || bytes > 1 << 46 ? nil : bytes
  }
}

/// Reads and writes of one, two, four or eight bytes, little endian.
enum Scalar {
  @inline(__always)
  static func load(_ pointer: UnsafeRawPointer, _ size: Int) -> UInt64 {
    switch size {
    case 1: return UInt64(pointer.load(as: UInt8.self))
    case 2: return UInt64(UInt16(littleEndian: pointer.loadUnaligned(as: UInt16.self)))
    case 4: return UInt64(UInt32(littleEndian: pointer.loadUnaligned(as: UInt32.self)))
    default: return UInt64(littleEndian: pointer.loadUnaligned(as: UInt64.self))
    }
  }

  @inline(__always)
  static func store(_ pointer: UnsafeMutableRawPointer, _ size: Int, _ value: UInt64) {
    switch size {
    case 1: pointer.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
    case 2:
      pointer.storeBytes(of: UInt16(truncatingIfNeeded: value).littleEndian, as: UInt16.self)
    case 4:
      pointer.storeBytes(of: UInt32(truncatingIfNeeded: value).littleEndian, as: UInt32.self)
    default: pointer.storeBytes(of: value.littleEndian, as: UInt64.self)
    }
  }
}
