import CUEFI
import OptionROM

extension PCIBus {
  /// Makes the bus visible to guests: the root bridge's handle first, then one for each device in
  /// bus order, each with its device path and protocol.
  public func install() throws(PCIError) {
    do throws(FirmwareError) {
      try installProtocols()
    } catch {
      throw .firmware(error)
    }
  }

  private func installProtocols() throws(FirmwareError) {
    PCIBus.current = self
    let root = try RootBridgeServices.make(firmware, segment: bridge.segment)
    rootBridgeIo = root
    rootResources = try PCIResource.allocate(windowDescriptors, firmware)
    let path = Self.rootPath + Self.endNode
    let handle = try firmware.protocols.install(
      .devicePath, try firmware.allocateCopy(of: path))
    root.pointee.ParentHandle = handle
    try firmware.protocols.install(.pciRootBridgeIo, UnsafeMutableRawPointer(root), on: handle)
    rootHandle = handle
    for function in functions { try install(function) }
  }

  private func install(_ function: PCIFunction) throws(FirmwareError) {
    let location = function.location
    // 10.3.2.1: hardware, PCI, six bytes, function before device.
    let node: [UInt8] = [1, 1, 6, 0, location.function, location.device]
    function.devicePath = Self.rootPath + node + Self.endNode
    let table = try PciIoServices.make(firmware)
    let rom = Self.exposedROM(function.model.rom)
    if !rom.isEmpty {
      table.pointee.RomSize = UInt64(rom.count)
      table.pointee.RomImage = try firmware.allocateCopy(of: rom)
    }
    function.pciIo = table
    functionsByProtocol[UInt(bitPattern: table)] = function
    let handle = try firmware.protocols.install(
      .devicePath, try firmware.allocateCopy(of: function.devicePath))
    function.handle = handle
    try firmware.protocols.install(.pciIo, UnsafeMutableRawPointer(table), on: handle)
  }

  /// What the ROM BAR shows: a dump's bytes from the first image on, without a vendor's own header,
  /// which the card's hardware hides.
  static func exposedROM(_ bytes: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty else { return [] }
    do throws(OptionROMError) {
      let rom = try OptionROM(parsing: bytes)
      return rom.leadingBytes == 0 ? bytes : Array(bytes.dropFirst(rom.leadingBytes))
    } catch {
      return bytes
    }
  }

  private var windowDescriptors: [EFI_ACPI_ADDRESS_SPACE_DESCRIPTOR] {
    var list = bridge.windows.map { window in
      PCIResource.descriptor(
        type: window.space == .io ? 1 : 0, host: window.hostBase, size: window.size,
        translation: window.translation, granularity: window.space == .memory64 ? 64 : 32,
        flags: window.isPrefetchable ? 6 : 0)
    }
    list.append(
      PCIResource.descriptor(
        type: 2, host: UInt64(bridge.firstBus),
        size: UInt64(bridge.lastBus) - UInt64(bridge.firstBus) + 1, translation: 0))
    return list
  }

  /// PciRoot(0x0): ACPI, HID, EISA id PNP0A03, UID 0.
  static let rootPath: [UInt8] = [2, 1, 12, 0, 0xd0, 0x41, 0x03, 0x0a, 0, 0, 0, 0]
  static let endNode: [UInt8] = [0x7f, 0xff, 4, 0]
}
