import CUEFI

/// The DXE services table (PI 1.8, volume 2, 7): the global coherency domain over two resource maps.
/// Dispatching drivers out of firmware volumes is not part of this machine and says so.
enum DxeServices {
  typealias Table = UnsafeMutablePointer<EFI_DXE_SERVICES>

  static func install(on firmware: Firmware) throws(FirmwareError) {
    let table = try firmware.allocate(EFI_DXE_SERVICES.self)
    // "DXE_SERV" and PI 1.8.
    table.pointee.Hdr = EFI_TABLE_HEADER(
      Signature: 0x5652_4553_5f45_5844, Revision: 0x0001_0050,
      HeaderSize: UInt32(MemoryLayout<EFI_DXE_SERVICES>.size), CRC32: 0, Reserved: 0)
    try publishMemory(table, on: firmware)
    try publishPorts(table, on: firmware)
    try publishDispatcher(table, on: firmware)
    table.pointee.Hdr.CRC32 = GuestText.checksum(table)
    try firmware.installTable(EFI_GUID.dxeServicesTable, table)
  }

  /// Runs a change of one of the maps and gives its status.
  static func change(
    _ map: WritableKeyPath<StandardProtocols, ResourceMap>,
    _ body: (inout ResourceMap) throws(ResourceMapError) -> Void
  ) -> UInt64 {
    guard var protocols = StandardProtocols.current else { return EFI_NOT_READY }
    do throws(ResourceMapError) {
      try body(&protocols[keyPath: map])
      return EFI_SUCCESS
    } catch {
      switch error {
      case .invalidParameter: return EFI_INVALID_PARAMETER
      case .unsupported: return EFI_UNSUPPORTED
      case .notFound: return EFI_NOT_FOUND
      case .accessDenied: return EFI_ACCESS_DENIED
      case .notEnough: return EFI_NOT_FOUND
      }
    }
  }

  /// EFI_GCD_ALLOCATE_TYPE, with the address the caller's variable holds.
  static func search(_ type: UInt32, _ address: UInt64) -> ResourceMap.Search? {
    switch type {
    case 0: .bottomUp(limit: .max)
    case 1: .bottomUp(limit: address)
    case 2: .address(address)
    case 3: .topDown(limit: .max)
    case 4: .topDown(limit: address)
    default: nil
    }
  }

  private static func publishMemory(_ table: Table, on firmware: Firmware) throws(FirmwareError) {
    table.pointee.AddMemorySpace = firmware.publish("gDS->AddMemorySpace") {
      type, base, length, capabilities in
      DxeServices.change(\.memorySpace) { map throws(ResourceMapError) in
        try map.add(type: type, base: base, length: length, capabilities: capabilities)
      }
    }
    table.pointee.AllocateMemorySpace = firmware.publish("gDS->AllocateMemorySpace") {
      how, type, alignment, length, address, image, device in
      DxeServices.allocate(\.memorySpace, how, type, alignment, length, address, image, device)
    }
    table.pointee.FreeMemorySpace = firmware.publish("gDS->FreeMemorySpace") { base, length in
      DxeServices.change(\.memorySpace) { map throws(ResourceMapError) in
        try map.free(base: base, length: length)
      }
    }
    table.pointee.RemoveMemorySpace = firmware.publish("gDS->RemoveMemorySpace") {
      base, length in
      DxeServices.change(\.memorySpace) { map throws(ResourceMapError) in
        try map.remove(base: base, length: length)
      }
    }
    table.pointee.GetMemorySpaceDescriptor = firmware.publish("gDS->GetMemorySpaceDescriptor") {
      base, out in
      guard let out else { return EFI_INVALID_PARAMETER }
      return DxeServices.change(\.memorySpace) { map throws(ResourceMapError) in
        out.pointee = DxeServices.memoryDescriptor(try map.lookup(base))
      }
    }
    table.pointee.SetMemorySpaceAttributes = firmware.publish("gDS->SetMemorySpaceAttributes") {
      base, length, attributes in
      DxeServices.change(\.memorySpace) { map throws(ResourceMapError) in
        try map.setAttributes(attributes, base: base, length: length)
      }
    }
    table.pointee.SetMemorySpaceCapabilities = firmware.publish(
      "gDS->SetMemorySpaceCapabilities"
    ) { base, length, capabilities in
      DxeServices.change(\.memorySpace) { map throws(ResourceMapError) in
        try map.setCapabilities(capabilities, base: base, length: length)
      }
    }
    table.pointee.GetMemorySpaceMap = firmware.publish("gDS->GetMemorySpaceMap") { count, out in
      guard let count, let out, let map = StandardProtocols.current?.memorySpace else {
        return EFI_INVALID_PARAMETER
      }
      return DxeServices.give(map.ranges.map(DxeServices.memoryDescriptor), count, out)
    }
  }

  private static func publishPorts(_ table: Table, on firmware: Firmware) throws(FirmwareError) {
    table.pointee.AddIoSpace = firmware.publish("gDS->AddIoSpace") { type, base, length in
      DxeServices.change(\.portSpace) { map throws(ResourceMapError) in
        try map.add(type: type, base: base, length: length)
      }
    }
    table.pointee.AllocateIoSpace = firmware.publish("gDS->AllocateIoSpace") {
      how, type, alignment, length, address, image, device in
      DxeServices.allocate(\.portSpace, how, type, alignment, length, address, image, device)
    }
    table.pointee.FreeIoSpace = firmware.publish("gDS->FreeIoSpace") { base, length in
      DxeServices.change(\.portSpace) { map throws(ResourceMapError) in
        try map.free(base: base, length: length)
      }
    }
    table.pointee.RemoveIoSpace = firmware.publish("gDS->RemoveIoSpace") { base, length in
      DxeServices.change(\.portSpace) { map throws(ResourceMapError) in
        try map.remove(base: base, length: length)
      }
    }
    table.pointee.GetIoSpaceDescriptor = firmware.publish("gDS->GetIoSpaceDescriptor") {
      base, out in
      guard let out else { return EFI_INVALID_PARAMETER }
      return DxeServices.change(\.portSpace) { map throws(ResourceMapError) in
        out.pointee = DxeServices.portDescriptor(try map.lookup(base))
      }
    }
    table.pointee.GetIoSpaceMap = firmware.publish("gDS->GetIoSpaceMap") { count, out in
      guard let count, let out, let map = StandardProtocols.current?.portSpace else {
        return EFI_INVALID_PARAMETER
      }
      return DxeServices.give(map.ranges.map(DxeServices.portDescriptor), count, out)
    }
  }

  /// There are no firmware volumes to dispatch from: nothing is scheduled, trusted or produced.
  private static func publishDispatcher(_ table: Table, on firmware: Firmware) throws(FirmwareError)
  {
    table.pointee.Dispatch = firmware.publish("gDS->Dispatch") {
      StandardProtocols.current?.missing("gDS->Dispatch")
      return EFI_NOT_FOUND
    }
    table.pointee.Schedule = firmware.publish("gDS->Schedule") { _, _ in
      StandardProtocols.current?.missing("gDS->Schedule")
      return EFI_NOT_FOUND
    }
    table.pointee.Trust = firmware.publish("gDS->Trust") { _, _ in
      StandardProtocols.current?.missing("gDS->Trust")
      return EFI_NOT_FOUND
    }
    table.pointee.ProcessFirmwareVolume = firmware.publish("gDS->ProcessFirmwareVolume") {
      _, _, _ in
      StandardProtocols.current?.missing("gDS->ProcessFirmwareVolume")
      return EFI_OUT_OF_RESOURCES
    }
  }

  private static func allocate(
    _ map: WritableKeyPath<StandardProtocols, ResourceMap>, _ how: UInt32, _ type: UInt32,
    _ alignment: UInt64, _ length: UInt64, _ address: UnsafeMutablePointer<UInt64>?,
    _ image: EFI_HANDLE?, _ device: EFI_HANDLE?
  ) -> UInt64 {
    guard let address, let search = search(how, address.pointee) else {
      return EFI_INVALID_PARAMETER
    }
    return change(map) { map throws(ResourceMapError) in
      address.pointee = try map.allocate(
        type: type, search: search, alignment: alignment, length: length,
        owner: UInt64(UInt(bitPattern: image)), device: UInt64(UInt(bitPattern: device)))
    }
  }

  private static func memoryDescriptor(
    _ range: ResourceMap.Range
  ) -> EFI_GCD_MEMORY_SPACE_DESCRIPTOR {
    EFI_GCD_MEMORY_SPACE_DESCRIPTOR(
      BaseAddress: range.base, Length: range.length, Capabilities: range.capabilities,
      Attributes: range.attributes, GcdMemoryType: range.type,
      ImageHandle: UnsafeMutableRawPointer(bitPattern: UInt(range.owner)),
      DeviceHandle: UnsafeMutableRawPointer(bitPattern: UInt(range.device)))
  }

  private static func portDescriptor(_ range: ResourceMap.Range) -> EFI_GCD_IO_SPACE_DESCRIPTOR {
    EFI_GCD_IO_SPACE_DESCRIPTOR(
      BaseAddress: range.base, Length: range.length, GcdIoType: range.type,
      ImageHandle: UnsafeMutableRawPointer(bitPattern: UInt(range.owner)),
      DeviceHandle: UnsafeMutableRawPointer(bitPattern: UInt(range.device)))
  }

  /// A copy of a map in the pool, the caller's to free.
  private static func give<Descriptor>(
    _ descriptors: [Descriptor], _ count: UnsafeMutablePointer<UInt64>,
    _ out: UnsafeMutablePointer<UnsafeMutablePointer<Descriptor>?>
  ) -> UInt64 {
    let bytes = descriptors.withUnsafeBytes { Array($0) }
    guard let copy = GuestText.pool(bytes) else { return EFI_OUT_OF_RESOURCES }
    out.pointee = copy.assumingMemoryBound(to: Descriptor.self)
    count.pointee = UInt64(descriptors.count)
    return EFI_SUCCESS
  }
}
