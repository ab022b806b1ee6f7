import CUEFI
import DeviceModels

/// Where a function is on the machine.
public struct PCILocation: Sendable, Hashable, CustomStringConvertible {
  public var segment: UInt32
  public var bus: UInt8
  public var device: UInt8
  public var function: UInt8

  /// As `0000:00:01.0`.
  public var description: String {
    func hex(_ value: UInt32, _ digits: Int) -> String {
      let text = String(value, radix: 16)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    return "\(hex(segment, 4)):\(hex(UInt32(bus), 2)):\(hex(UInt32(device), 2)).\(function)"
  }
}

/// A BAR that has an address.
public struct AssignedBar: Sendable, Equatable {
  public let bar: PCIBar
  /// What the device decodes.
  public let pciAddress: UInt64
  /// What the processor uses; ports have the address of the I/O window's byte.
  public let hostAddress: UInt64

  public var size: UInt64 { bar.size }

  /// Added to a host address it gives the PCI address; wraps.
  var translation: UInt64 { pciAddress &- hostAddress }

  var isIO: Bool {
    if case .io = bar { return true }
    return false
  }
}

/// One function on the bus: a model, its configuration header and what it was assigned.
public final class PCIFunction {
  public let location: PCILocation
  public let model: any PCIDevice
  /// By BAR index; nil where there is none or no window had room.
  public internal(set) var bars: [AssignedBar?] = Array(repeating: nil, count: 6)
  public internal(set) var romBar: AssignedBar?
  /// The handle its protocols are on; nil for the host bridge's own function.
  public internal(set) var handle: EFI_HANDLE?
  public internal(set) var pciIo: UnsafeMutablePointer<EFI_PCI_IO_PROTOCOL>?
  public internal(set) var devicePath: [UInt8] = []
  /// Drivers started from this device's ROM, and the protocol that offers them.
  var overrideDrivers: [EFI_HANDLE] = []
  var override: UnsafeMutablePointer<EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL>?
  var configuration: ConfigurationSpace
  /// Attributes that are not bits of the command register.
  var otherAttributes: UInt64 = 0
  /// Accesses that met a disabled decoder.
  public internal(set) var undecoded: UInt64 = 0

  init(location: PCILocation, model: any PCIDevice) {
    self.location = location
    self.model = model
    configuration = ConfigurationSpace(model: model, romSize: Self.romBarSize(model))
  }

  /// A power of two that holds the ROM, at least 2 KiB; zero when there is none.
  static func romBarSize(_ model: any PCIDevice) -> UInt64 {
    guard !model.rom.isEmpty, model.rom.count <= 64 << 20 else { return 0 }
    var size: UInt64 = 2048
    while size < UInt64(model.rom.count) { size <<= 1 }
    return size
  }

  /// The BAR that PciIo's BarIndex names. The specification is silent on 64-bit BARs; EDK2 numbers
  /// BARs and not their registers, and vendor drivers count on it.
  public func bar(number: UInt8) -> AssignedBar? {
    var register = 0
    var index: UInt8 = 0
    while register < model.bars.count {
      if index == number { return bars[register] }
      register += model.bars[register]?.is64 == true ? 2 : 1
      index += 1
    }
    return nil
  }

  public var decodesMemory: Bool { configuration.command & 2 != 0 }
  public var decodesIO: Bool { configuration.command & 1 != 0 }
  var decodesROM: Bool { decodesMemory && configuration.load(0x30, size: 4) & 1 != 0 }

  /// Bytes of configuration space: 4096 when the function has a PCI Express capability.
  var configurationSize: Int {
    guard loadConfiguration(6, size: 2) & 0x10 != 0 else { return 256 }
    var next = Int(loadConfiguration(0x34, size: 1) & 0xfc)
    for _ in 0..<48 where next >= 0x40 {
      if loadConfiguration(next, size: 1) == 0x10 { return 4096 }
      next = Int(loadConfiguration(next + 1, size: 1) & 0xfc)
    }
    return 256
  }

  /// Reads 1, 2 or 4 aligned bytes of configuration space.
  public func loadConfiguration(_ offset: Int, size: Int) -> UInt32 {
    let mask = size == 4 ? UInt32.max : (1 << UInt32(8 * size)) - 1
    let value =
      model.loadConfiguration(offset: offset, size: size) ?? configuration.load(offset, size: size)
    return value & mask
  }

  /// Writes 1, 2 or 4 aligned bytes of configuration space.
  public func storeConfiguration(_ offset: Int, size: Int, value: UInt32) {
    if model.storeConfiguration(offset: offset, size: size, value: value) { return }
    configuration.store(offset, size: size, value: value)
  }
}
