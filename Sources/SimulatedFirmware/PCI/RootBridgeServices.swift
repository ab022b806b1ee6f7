import CUEFI

/// EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL (UEFI 2.10, 14.2). Addresses are PCI's own, not the host's.
enum RootBridgeServices {
  private typealias This = UnsafeMutablePointer<EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL>

  static func make(
    _ firmware: Firmware, segment: UInt32
  ) throws(FirmwareError) -> UnsafeMutablePointer<EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL> {
    let table = try firmware.allocate(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL.self)
    table.pointee.PollMem = firmware.publish("RootBridgeIo.PollMem", pollMem)
    table.pointee.PollIo = firmware.publish("RootBridgeIo.PollIo", pollIo)
    table.pointee.Mem.Read = firmware.publish("RootBridgeIo.Mem.Read", memRead)
    table.pointee.Mem.Write = firmware.publish("RootBridgeIo.Mem.Write", memWrite)
    table.pointee.Io.Read = firmware.publish("RootBridgeIo.Io.Read", ioRead)
    table.pointee.Io.Write = firmware.publish("RootBridgeIo.Io.Write", ioWrite)
    table.pointee.Pci.Read = firmware.publish("RootBridgeIo.Pci.Read", configRead)
    table.pointee.Pci.Write = firmware.publish("RootBridgeIo.Pci.Write", configWrite)
    table.pointee.CopyMem = firmware.publish("RootBridgeIo.CopyMem", copyMem)
    table.pointee.Map = firmware.publish("RootBridgeIo.Map", map)
    table.pointee.Unmap = firmware.publish("RootBridgeIo.Unmap", unmap)
    table.pointee.AllocateBuffer = firmware.publish("RootBridgeIo.AllocateBuffer", allocateBuffer)
    table.pointee.FreeBuffer = firmware.publish("RootBridgeIo.FreeBuffer", freeBuffer)
    table.pointee.Flush = firmware.publish("RootBridgeIo.Flush", flush)
    table.pointee.GetAttributes = firmware.publish("RootBridgeIo.GetAttributes", getAttributes)
    table.pointee.SetAttributes = firmware.publish("RootBridgeIo.SetAttributes", setAttributes)
    table.pointee.Configuration = firmware.publish("RootBridgeIo.Configuration", configuration)
    table.pointee.SegmentNumber = segment
    return table
  }

  private static func find(_ this: This?) throws(FirmwareError) -> PCIBus {
    guard let bus = PCIBus.current, let this, bus.rootBridgeIo == this else {
      throw .invalidParameter
    }
    return bus
  }

  private static func width(_ raw: UInt32) throws(FirmwareError) -> AccessWidth {
    guard let width = AccessWidth(raw) else { throw .invalidParameter }
    return width
  }

  private static func access(
    _ this: This?, _ raw: UInt32, _ address: UInt64, _ count: UInt64,
    _ buffer: UnsafeMutableRawPointer?, isIO: Bool, isWrite: Bool
  ) -> EFI_STATUS {
    statusOf { () throws(FirmwareError) in
      let bus = try find(this)
      let width = try width(raw)
      guard let buffer else { throw .invalidParameter }
      let end = try bus.endpoint(pci: address, isIO: isIO, width, count: count)
      if isWrite {
        bus.write(end, width, count: count, from: buffer)
      } else {
        bus.read(end, width, count: count, into: buffer)
      }
    }
  }

  private static func poll(
    _ this: This?, _ raw: UInt32, _ address: UInt64, _ mask: UInt64, _ value: UInt64,
    _ delay: UInt64, _ result: UnsafeMutablePointer<UInt64>?, isIO: Bool
  ) -> EFI_STATUS {
    statusOf { () throws(FirmwareError) in
      let bus = try find(this)
      guard raw < 4, let result else { throw .invalidParameter }
      let width = try width(raw)
      let end = try bus.endpoint(pci: address, isIO: isIO, width, count: 1)
      try bus.poll(end, width, mask: mask, wanted: value, delay: delay, result: result)
    }
  }

  private static let pollMem: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_POLL_IO_MEM = {
    poll($0, $1, $2, $3, $4, $5, $6, isIO: false)
  }
  private static let pollIo: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_POLL_IO_MEM = {
    poll($0, $1, $2, $3, $4, $5, $6, isIO: true)
  }
  private static let memRead: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_IO_MEM = {
    access($0, $1, $2, $3, $4, isIO: false, isWrite: false)
  }
  private static let memWrite: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_IO_MEM = {
    access($0, $1, $2, $3, $4, isIO: false, isWrite: true)
  }
  private static let ioRead: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_IO_MEM = {
    access($0, $1, $2, $3, $4, isIO: true, isWrite: false)
  }
  private static let ioWrite: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_IO_MEM = {
    access($0, $1, $2, $3, $4, isIO: true, isWrite: true)
  }

  /// The address is register, function, device and bus in its low four bytes, and above them the
  /// extended register, which has precedence when it is not zero (table 14.2).
  private static func configurationAccess(
    _ this: This?, _ raw: UInt32, _ address: UInt64, _ count: UInt64,
    _ buffer: UnsafeMutableRawPointer?, isWrite: Bool
  ) -> EFI_STATUS {
    statusOf { () throws(FirmwareError) in
      let bus = try find(this)
      let width = try width(raw)
      guard let buffer else { throw .invalidParameter }
      let extended = address >> 32
      let offset = extended != 0 ? extended : address & 0xff
      let number = UInt8(truncatingIfNeeded: address >> 24)
      let (device, function) = (address >> 16 & 0xff, address >> 8 & 0xff)
      guard let span = width.span(count), offset <= 0x1000, span <= 0x1000 - offset,
        number >= bus.bridge.firstBus, number <= bus.bridge.lastBus, device < 32, function < 8
      else { throw .invalidParameter }
      guard offset & UInt64(width.size - 1) == 0 else { throw .unsupported }
      bus.configuration(
        bus.function(bus: number, device: UInt8(device), function: UInt8(function)),
        offset: offset, width, count: count, buffer: buffer, isWrite: isWrite)
    }
  }

  private static let configRead: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_IO_MEM = {
    configurationAccess($0, $1, $2, $3, $4, isWrite: false)
  }
  private static let configWrite: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_IO_MEM = {
    configurationAccess($0, $1, $2, $3, $4, isWrite: true)
  }

  private static let copyMem: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_COPY_MEM = {
    this, raw, target, source, count in
    statusOf { () throws(FirmwareError) in
      let bus = try find(this)
      guard raw < 4 else { throw .invalidParameter }
      let width = try width(raw)
      let to = try bus.endpoint(pci: target, isIO: false, width, count: count)
      let from = try bus.endpoint(pci: source, isIO: false, width, count: count)
      bus.copy(from: from, to: to, width, count: count, backwards: target > source)
    }
  }

  /// Operations 3 to 5 are 0 to 2 for devices that reach beyond 4 GiB.
  private static let map: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_MAP = {
    this, operation, host, size, device, token in
    statusOf { () throws(FirmwareError) in
      let bus = try find(this)
      guard operation < 6 else { throw .invalidParameter }
      try bus.map(
        operation % 3, reaches64: operation >= 3, host: host, size: size, device: device,
        token: token)
    }
  }
  private static let unmap: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_UNMAP = { this, token in
    statusOf { () throws(FirmwareError) in try find(this).unmap(token) }
  }
  private static let allocateBuffer: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_ALLOCATE_BUFFER = {
    this, _, memoryType, pages, host, attributes in
    statusOf { () throws(FirmwareError) in
      try find(this).allocateBuffer(
        memoryType: memoryType, pages: pages, host: host, attributes: attributes,
        reaches64: attributes & PCIAttribute.dualAddressCycle != 0)
    }
  }
  private static let freeBuffer: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_FREE_BUFFER = {
    this, pages, host in
    statusOf { () throws(FirmwareError) in try find(this).freeBuffer(pages: pages, host: host) }
  }
  private static let flush: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_FLUSH = { this in
    statusOf { () throws(FirmwareError) in _ = try find(this) }
  }

  private static let getAttributes: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_GET_ATTRIBUTES = {
    this, supports, attributes in
    statusOf { () throws(FirmwareError) in
      let bus = try find(this)
      guard supports != nil || attributes != nil else { throw .invalidParameter }
      supports?.pointee = bus.supportedRootAttributes
      attributes?.pointee = bus.rootAttributes
    }
  }
  private static let setAttributes: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_SET_ATTRIBUTES = {
    this, attributes, _, _ in
    statusOf { () throws(FirmwareError) in
      let bus = try find(this)
      guard attributes & ~bus.supportedRootAttributes == 0 else { throw .unsupported }
      bus.rootAttributes = attributes
    }
  }

  /// The list belongs to the root bridge; callers do not free it.
  private static let configuration: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_CONFIGURATION = {
    this, resources in
    statusOf { () throws(FirmwareError) in
      let bus = try find(this)
      guard let resources else { throw .invalidParameter }
      resources.pointee = bus.rootResources
    }
  }
}

extension PCIBus {
  var supportedRootAttributes: UInt64 {
    PCIAttribute.vgaMemory | PCIAttribute.dualAddressCycle
      | (bridge.window(.io) == nil ? 0 : PCIAttribute.vgaIO)
  }
}
