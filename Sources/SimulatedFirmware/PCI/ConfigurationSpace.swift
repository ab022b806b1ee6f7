import DeviceModels

/// The standard 256-byte configuration header of a type 0 function (PCI Local Bus 3.0, 6.1), with
/// the bits that software can write.
struct ConfigurationSpace {
  static let size = 256

  private var bytes = [UInt8](repeating: 0, count: size)
  private var writable = [UInt8](repeating: 0, count: size)

  /// The header of a device before anything is assigned. `romSize` is the ROM BAR's size, zero for
  /// none.
  init(model: any PCIDevice, romSize: UInt64) {
    let identity = model.identity
    set(0x00, UInt64(identity.vendor), size: 2)
    set(0x02, UInt64(identity.device), size: 2)
    set(0x08, UInt64(identity.classCode) << 8 | UInt64(identity.revision), size: 4)
    set(0x2c, UInt64(identity.subsystemVendor), size: 2)
    set(0x2e, UInt64(identity.subsystem), size: 2)
    // I/O, memory, bus master, parity response, SERR, interrupt disable.
    allow(0x04, 0x0547, size: 2)
    allow(0x0c, 0xffff, size: 2)
    allow(0x3c, 0xff, size: 1)
    for (index, bar) in model.bars.prefix(6).enumerated() {
      guard let bar else { continue }
      let register = 0x10 + 4 * index
      let mask = ~(bar.size &- 1)
      switch bar {
      case .io:
        set(register, 1, size: 4)
        allow(register, mask & 0xffff_fffc, size: 4)
      case .memory(_, let is64, let isPrefetchable, _):
        let flags: UInt64 = (is64 ? 4 : 0) | (isPrefetchable ? 8 : 0)
        set(register, flags, size: is64 ? 8 : 4)
        allow(register, mask & ~0xf, size: is64 ? 8 : 4)
      }
    }
    if romSize > 0 { allow(0x30, ~(romSize - 1) & 0xffff_f800 | 1, size: 4) }
  }

  /// The command register.
  var command: UInt16 {
    get { UInt16(truncatingIfNeeded: load(4, size: 2)) }
    set { store(4, size: 2, value: UInt32(newValue)) }
  }

  /// Reads `size` bytes; past the header all ones, as a conventional function answers.
  func load(_ offset: Int, size: Int) -> UInt32 {
    guard offset >= 0, offset + size <= Self.size else { return .max }
    return (0..<size).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }

  /// Writes what is writable of `size` bytes.
  mutating func store(_ offset: Int, size: Int, value: UInt32) {
    guard offset >= 0, offset + size <= Self.size else { return }
    for index in 0..<size {
      let mask = writable[offset + index]
      let byte = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
      bytes[offset + index] = bytes[offset + index] & ~mask | byte & mask
    }
  }

  private mutating func set(_ offset: Int, _ value: UInt64, size: Int) {
    for index in 0..<size {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
    }
  }

  private mutating func allow(_ offset: Int, _ mask: UInt64, size: Int) {
    for index in 0..<size {
      writable[offset + index] = UInt8(truncatingIfNeeded: mask >> UInt64(8 * index))
    }
  }
}
