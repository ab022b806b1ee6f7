/// A Bochs display as QEMU's `bochs-display`: PCI 1234:1111, a linear framebuffer in BAR 0 and, in
/// BAR 2, the EDID (0x000), VGA ports (0x400), the dispi registers (0x500) and the byte-order
/// register (0x604). Registers that do not exist read as all ones.
public final class BochsDisplay: DisplayDevice {
  /// Indices of the 16-bit dispi registers; each is at 0x500 + 2 × index in BAR 2.
  public enum Register: Int, Sendable {
    case id, xResolution, yResolution, bitsPerPixel, enable, bank, virtualWidth, virtualHeight
    case xOffset, yOffset, memorySize
  }

  static let interfaceIdentity: UInt16 = 0xb0c5
  private static let littleEndian: UInt32 = 0x1e1e_1e1e
  private static let bigEndian: UInt32 = 0xbebe_bebe

  public let identity = PCIIdentity(
    vendor: 0x1234, device: 0x1111, classCode: 0x03_8000, revision: 2, subsystemVendor: 0x1af4,
    subsystem: 0x1100)
  public let bars: [PCIBar?]
  /// The BAR register of the dispi and VGA registers. Firmware numbers BARs, not BAR registers, and a
  /// 64-bit one takes two of those: with 64-bit BARs the third BAR is register 3, with 32-bit ones
  /// (as QEMU's device has) register 2. Drivers ask PciIo for BAR 2 in both cases.
  public let registersBar: Int
  public let rom: [UInt8]
  public let framebufferBar = 0
  public private(set) var framebuffer: UnsafeMutableRawBufferPointer?
  public private(set) var vga = VGARegisters()

  private let memorySize: UInt64
  private let edid: [UInt8]
  private var registers = [UInt16](repeating: 0, count: 11)
  private var isBigEndian = false

  /// - Parameters:
  ///   - preferredWidth: the monitor's preferred mode, told by the EDID.
  ///   - memorySize: bytes of framebuffer, a power of two from 1 MiB to 256 MiB; others are rounded
  ///     into that.
  ///   - is64: whether the BARs are 64-bit ones, which the bus places above 4 GiB; see `registersBar`.
  ///   - rom: an expansion ROM to carry.
  public init(
    preferredWidth: Int = 1280, preferredHeight: Int = 800, memorySize: UInt64 = 16 << 20,
    is64: Bool = true, rom: [UInt8] = []
  ) {
    var size: UInt64 = 1 << 20
    while size < memorySize, size < 256 << 20 { size <<= 1 }
    self.memorySize = size
    self.rom = rom
    edid = EDID.block(width: preferredWidth, height: preferredHeight)
    let registers = PCIBar.memory(
      size: 4096, is64: is64, prefetchable: false, backing: .trapped)
    registersBar = is64 ? 3 : 2
    bars = [
      .memory(size: size, is64: is64, prefetchable: true, backing: .ram), nil,
      is64 ? nil : registers, is64 ? registers : nil, nil, nil,
    ]
  }

  /// A dispi register as the device sees it.
  public subscript(register: Register) -> UInt16 {
    switch register {
    case .id: return Self.interfaceIdentity
    case .memorySize: return UInt16(truncatingIfNeeded: memorySize >> 16)
    default: return registers[register.rawValue]
    }
  }

  public var screen: Screen? {
    guard self[.enable] & 1 != 0 else { return nil }
    let (width, height) = (Int(self[.xResolution]), Int(self[.yResolution]))
    let bits = Int(self[.bitsPerPixel])
    guard bits == 16 || bits == 24 || bits == 32, width >= 64, height >= 64 else { return nil }
    guard width <= 16_384, height <= 16_384 else { return nil }
    let bytes = bits / 8
    let stride = max(width, Int(self[.virtualWidth])) * bytes
    let offset = Int(self[.xOffset]) * bytes + Int(self[.yOffset]) * stride
    guard UInt64(offset + stride * height) <= memorySize else { return nil }
    return Screen(
      width: width, height: height, stride: stride, offset: offset, bitsPerPixel: bits,
      isBigEndian: isBigEndian)
  }

  public func attach(bar: Int, memory: UnsafeMutableRawBufferPointer) {
    if bar == framebufferBar { framebuffer = memory }
  }

  public func reset() {
    registers = [UInt16](repeating: 0, count: registers.count)
    vga = VGARegisters()
    isBigEndian = false
  }

  public func load(bar: Int, offset: UInt64, size: Int) -> UInt64 {
    guard bar == registersBar, offset < 4096, size > 0, size <= 8 else { return .max }
    var value: UInt64 = 0
    var index = 0
    while index < size {
      let address = Int(offset) + index
      let step = address & 1 == 0 && size - index >= 2 ? 2 : 1
      if step == 2, address >= 0x500, address < 0x516 {
        let register = registerValue((address - 0x500) / 2)
        value |= UInt64(register) << UInt64(8 * index)
        index += 2
      } else {
        value |= UInt64(loadByte(address)) << UInt64(8 * index)
        index += 1
      }
    }
    return value
  }

  public func store(bar: Int, offset: UInt64, size: Int, value: UInt64) {
    guard bar == registersBar, offset < 4096, size > 0, size <= 8 else { return }
    let address = Int(offset)
    switch address {
    case 0x400..<0x420:
      for index in 0..<size where address + index < 0x420 {
        vga.store(address + index - 0x400, UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
      }
    case 0x500..<0x516:
      storeDispi(address - 0x500, size: size, value: value)
    case 0x604:
      let word = UInt32(truncatingIfNeeded: value)
      if word == Self.littleEndian { isBigEndian = false }
      if word == Self.bigEndian { isBigEndian = true }
    default: break
    }
  }

  private func registerValue(_ index: Int) -> UInt16 {
    guard let register = Register(rawValue: index) else { return .max }
    return self[register]
  }

  private func loadByte(_ address: Int) -> UInt8 {
    switch address {
    case 0..<0x100: return address < edid.count ? edid[address] : 0
    case 0x400..<0x420: return vga.load(address - 0x400)
    case 0x500..<0x516:
      return UInt8(truncatingIfNeeded: registerValue((address - 0x500) / 2) >> (8 * (address & 1)))
    case 0x600..<0x604: return address == 0x600 ? 8 : 0  // the block's size in bytes
    case 0x604..<0x608: return UInt8((isBigEndian ? Self.bigEndian : Self.littleEndian) & 0xff)
    default: return 0xff
    }
  }

  /// A byte store replaces the whole register with the byte, as 16-bit registers on an 8-bit bus do;
  /// wider stores fill neighbouring registers.
  private func storeDispi(_ offset: Int, size: Int, value: UInt64) {
    var index = offset / 2
    var remaining = value
    for _ in 0..<max(1, size / 2) {
      guard let register = Register(rawValue: index) else { return }
      if register != .id, register != .memorySize {
        registers[index] = UInt16(truncatingIfNeeded: size == 1 ? remaining & 0xff : remaining)
      }
      remaining >>= 16
      index += 1
    }
  }
}
