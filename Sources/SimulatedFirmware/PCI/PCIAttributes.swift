import CUEFI
import DeviceModels

/// The bits of EFI_PCI_IO_PROTOCOL.Attributes (UEFI 2.10, 14.4.15) that the bus knows.
enum PCIAttribute {
  static let vgaMemory: UInt64 = 0x8
  static let vgaIO: UInt64 = 0x10
  static let writeCombine: UInt64 = 0x80
  static let io: UInt64 = 0x100
  static let memory: UInt64 = 0x200
  static let busMaster: UInt64 = 0x400
  static let cached: UInt64 = 0x800
  static let embeddedDevice: UInt64 = 0x2000
  static let embeddedROM: UInt64 = 0x4000
  static let dualAddressCycle: UInt64 = 0x8000

  /// Those that are the low three bits of the command register.
  static let decoders = io | memory | busMaster
}

extension PCIBus {
  /// What a function's attributes may be. VGA ports exist only where the platform has an I/O window.
  func supportedAttributes(_ function: PCIFunction) -> UInt64 {
    var supported =
      PCIAttribute.decoders | PCIAttribute.embeddedDevice | PCIAttribute.embeddedROM
      | PCIAttribute.dualAddressCycle
    if function.model.identity.isDisplay {
      supported |= PCIAttribute.vgaMemory
      if bridge.window(.io) != nil { supported |= PCIAttribute.vgaIO }
    }
    return supported
  }

  func attributes(_ function: PCIFunction) -> UInt64 {
    UInt64(function.configuration.command & 7) << 8 | function.otherAttributes
  }

  private func set(_ attributes: UInt64, on function: PCIFunction) {
    let command = function.loadConfiguration(4, size: 2)
    let wanted = command & ~7 | UInt32(attributes >> 8 & 7)
    if wanted != command { function.storeConfiguration(4, size: 2, value: wanted) }
    function.otherAttributes = attributes & ~PCIAttribute.decoders
  }

  /// Attributes of UEFI 2.10, 14.4.15.
  func changeAttributes(
    _ function: PCIFunction, operation: UInt32, _ attributes: UInt64,
    result: UnsafeMutablePointer<UInt64>?
  ) throws(FirmwareError) {
    let supported = supportedAttributes(function)
    let now = self.attributes(function)
    switch operation {
    case 0, 4:
      guard let result else { throw .invalidParameter }
      result.pointee = operation == 0 ? now : supported
      return
    case 1, 2, 3:
      guard attributes & ~supported == 0 else { throw .unsupported }
    default: throw .invalidParameter
    }
    switch operation {
    case 1: set(attributes, on: function)
    case 2: set(now | attributes, on: function)
    default: set(now & ~attributes, on: function)
    }
  }

  /// GetBarAttributes of UEFI 2.10, 14.4.16: what the BAR supports, and its resource as an ACPI
  /// descriptor and an end tag in pool memory that the caller frees.
  func barAttributes(
    _ function: PCIFunction, bar: UInt8, supports: UnsafeMutablePointer<UInt64>?,
    resources: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) throws(FirmwareError) {
    guard supports != nil || resources != nil else { throw .invalidParameter }
    guard let assigned = function.bar(number: bar) else { throw .unsupported }
    supports?.pointee = Self.supportedAttributes(of: assigned.bar)
    guard let resources else { return }
    let descriptor = PCIResource.descriptor(
      of: assigned.bar, host: assigned.hostAddress, translation: assigned.translation)
    resources.pointee = try PCIResource.allocate([descriptor], firmware)
  }

  /// SetBarAttributes of UEFI 2.10, 14.4.17. Caching is not simulated, so a permitted change only
  /// has to be accepted.
  func setBarAttributes(
    _ function: PCIFunction, bar: UInt8, _ attributes: UInt64,
    offset: UnsafeMutablePointer<UInt64>?, length: UnsafeMutablePointer<UInt64>?
  ) throws(FirmwareError) {
    guard let offset, let length else { throw .invalidParameter }
    guard let assigned = function.bar(number: bar),
      attributes & ~Self.supportedAttributes(of: assigned.bar) == 0,
      offset.pointee <= assigned.size, length.pointee <= assigned.size - offset.pointee
    else { throw .unsupported }
  }

  private static func supportedAttributes(of bar: PCIBar) -> UInt64 {
    if case .memory(_, _, true, _) = bar { return PCIAttribute.writeCombine }
    return 0
  }
}

/// ACPI QWORD address space descriptors, as PCI protocols speak of resources (ACPI 6.5, 6.4.3.5.1).
enum PCIResource {
  static func descriptor(
    of bar: PCIBar, host: UInt64, translation: UInt64
  ) -> EFI_ACPI_ADDRESS_SPACE_DESCRIPTOR {
    switch bar {
    case .io(let size):
      return descriptor(
        type: 1, host: host, size: UInt64(size), translation: translation, granularity: 32)
    case .memory(let size, let is64, let isPrefetchable, _):
      return descriptor(
        type: 0, host: host, size: size, translation: translation, granularity: is64 ? 64 : 32,
        flags: isPrefetchable ? 6 : 0)
    }
  }

  /// `type` is 0 for memory, 1 for I/O, 2 for bus numbers; the translation takes the host address to
  /// the PCI address.
  static func descriptor(
    type: UInt8, host: UInt64, size: UInt64, translation: UInt64, granularity: UInt64 = 0,
    flags: UInt8 = 0
  ) -> EFI_ACPI_ADDRESS_SPACE_DESCRIPTOR {
    EFI_ACPI_ADDRESS_SPACE_DESCRIPTOR(
      Desc: 0x8a, Len: 0x2b, ResType: type, GenFlag: 0, SpecificFlag: flags,
      AddrSpaceGranularity: granularity, AddrRangeMin: host, AddrRangeMax: host &+ size &- 1,
      AddrTranslationOffset: translation, AddrLen: size)
  }

  /// The descriptors and their end tag in pool memory.
  static func allocate(
    _ descriptors: [EFI_ACPI_ADDRESS_SPACE_DESCRIPTOR], _ firmware: Firmware
  ) throws(FirmwareError) -> UnsafeMutableRawPointer {
    var bytes: [UInt8] = []
    for descriptor in descriptors { withUnsafeBytes(of: descriptor) { bytes += $0 } }
    return try firmware.allocateCopy(of: bytes + [0x79, 0x00])
  }
}
