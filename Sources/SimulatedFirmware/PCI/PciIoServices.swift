import CUEFI

/// EFI_PCI_IO_PROTOCOL (UEFI 2.10, 14.4): the services as guests call them. All instances share
/// these functions and are told apart by `This`.
enum PciIoServices {
  private typealias This = UnsafeMutablePointer<EFI_PCI_IO_PROTOCOL>

  /// A protocol instance whose functions are published.
  static func make(_ firmware: Firmware) throws(FirmwareError)
    -> UnsafeMutablePointer<EFI_PCI_IO_PROTOCOL>
  {
    let table = try firmware.allocate(EFI_PCI_IO_PROTOCOL.self)
    table.pointee.PollMem = firmware.publish("PciIo.PollMem", pollMem)
    table.pointee.PollIo = firmware.publish("PciIo.PollIo", pollIo)
    table.pointee.Mem.Read = firmware.publish("PciIo.Mem.Read", memRead)
    table.pointee.Mem.Write = firmware.publish("PciIo.Mem.Write", memWrite)
    table.pointee.Io.Read = firmware.publish("PciIo.Io.Read", ioRead)
    table.pointee.Io.Write = firmware.publish("PciIo.Io.Write", ioWrite)
    table.pointee.Pci.Read = firmware.publish("PciIo.Pci.Read", configRead)
    table.pointee.Pci.Write = firmware.publish("PciIo.Pci.Write", configWrite)
    table.pointee.CopyMem = firmware.publish("PciIo.CopyMem", copyMem)
    table.pointee.Map = firmware.publish("PciIo.Map", map)
    table.pointee.Unmap = firmware.publish("PciIo.Unmap", unmap)
    table.pointee.AllocateBuffer = firmware.publish("PciIo.AllocateBuffer", allocateBuffer)
    table.pointee.FreeBuffer = firmware.publish("PciIo.FreeBuffer", freeBuffer)
    table.pointee.Flush = firmware.publish("PciIo.Flush", flush)
    table.pointee.GetLocation = firmware.publish("PciIo.GetLocation", getLocation)
    table.pointee.Attributes = firmware.publish("PciIo.Attributes", attributes)
    table.pointee.GetBarAttributes = firmware.publish("PciIo.GetBarAttributes", getBarAttributes)
    table.pointee.SetBarAttributes = firmware.publish("PciIo.SetBarAttributes", setBarAttributes)
    return table
  }

  /// The bus and the function behind `This`; a stray pointer is refused.
  private static func find(_ this: This?) throws(FirmwareError) -> (PCIBus, PCIFunction) {
    guard let bus = PCIBus.current,
      let function = bus.functionsByProtocol[UInt(bitPattern: this)]
    else { throw .invalidParameter }
    return (bus, function)
  }

  private static func width(_ raw: UInt32) throws(FirmwareError) -> AccessWidth {
    guard let width = AccessWidth(raw) else { throw .invalidParameter }
    return width
  }

  /// BAR index 0xff passes the offset to the root bridge as an address.
  private static func endpoint(
    _ bus: PCIBus, _ function: PCIFunction, _ bar: UInt8, _ offset: UInt64, isIO: Bool,
    _ width: AccessWidth, _ count: UInt64
  ) throws(FirmwareError) -> PCIBus.Endpoint? {
    if bar == 0xff { return try bus.endpoint(pci: offset, isIO: isIO, width, count: count) }
    return try bus.endpoint(
      function, bar: bar, offset: offset, isIO: isIO, width, count: count)
  }

  private static func access(
    _ this: This?, _ raw: UInt32, _ bar: UInt8, _ offset: UInt64, _ count: UInt64,
    _ buffer: UnsafeMutableRawPointer?, isIO: Bool, isWrite: Bool
  ) -> EFI_STATUS {
    statusOf { () throws(FirmwareError) in
      let (bus, function) = try find(this)
      let width = try width(raw)
      guard let buffer else { throw .invalidParameter }
      let end = try endpoint(bus, function, bar, offset, isIO: isIO, width, count)
      if isWrite {
        bus.write(end, width, count: count, from: buffer)
      } else {
        bus.read(end, width, count: count, into: buffer)
      }
    }
  }

  private static func poll(
    _ this: This?, _ raw: UInt32, _ bar: UInt8, _ offset: UInt64, _ mask: UInt64,
    _ value: UInt64, _ delay: UInt64, _ result: UnsafeMutablePointer<UInt64>?, isIO: Bool
  ) -> EFI_STATUS {
    statusOf { () throws(FirmwareError) in
      let (bus, function) = try find(this)
      guard raw < 4, let result else { throw .invalidParameter }
      let width = try width(raw)
      let end = try endpoint(bus, function, bar, offset, isIO: isIO, width, 1)
      try bus.poll(end, width, mask: mask, wanted: value, delay: delay, result: result)
    }
  }

  private static let pollMem: EFI_PCI_IO_PROTOCOL_POLL_IO_MEM = {
    poll($0, $1, $2, $3, $4, $5, $6, $7, isIO: false)
  }
  private static let pollIo: EFI_PCI_IO_PROTOCOL_POLL_IO_MEM = {
    poll($0, $1, $2, $3, $4, $5, $6, $7, isIO: true)
  }
  private static let memRead: EFI_PCI_IO_PROTOCOL_IO_MEM = {
    access($0, $1, $2, $3, $4, $5, isIO: false, isWrite: false)
  }
  private static let memWrite: EFI_PCI_IO_PROTOCOL_IO_MEM = {
    access($0, $1, $2, $3, $4, $5, isIO: false, isWrite: true)
  }
  private static let ioRead: EFI_PCI_IO_PROTOCOL_IO_MEM = {
    access($0, $1, $2, $3, $4, $5, isIO: true, isWrite: false)
  }
  private static let ioWrite: EFI_PCI_IO_PROTOCOL_IO_MEM = {
    access($0, $1, $2, $3, $4, $5, isIO: true, isWrite: true)
  }

  private static func configuration(
    _ this: This?, _ raw: UInt32, _ offset: UInt32, _ count: UInt64,
    _ buffer: UnsafeMutableRawPointer?, isWrite: Bool
  ) -> EFI_STATUS {
    statusOf { () throws(FirmwareError) in
      let (bus, function) = try find(this)
      let width = try width(raw)
      guard let buffer else { throw .invalidParameter }
      let limit = UInt64(function.configurationSize)
      guard let span = width.span(count), UInt64(offset) <= limit, span <= limit - UInt64(offset),
        offset & UInt32(width.size - 1) == 0
      else { throw .unsupported }
      bus.configuration(
        function, offset: UInt64(offset), width, count: count, buffer: buffer, isWrite: isWrite)
    }
  }

  private static let configRead: EFI_PCI_IO_PROTOCOL_CONFIG = {
    configuration($0, $1, $2, $3, $4, isWrite: false)
  }
  private static let configWrite: EFI_PCI_IO_PROTOCOL_CONFIG = {
    configuration($0, $1, $2, $3, $4, isWrite: true)
  }

  private static let copyMem: EFI_PCI_IO_PROTOCOL_COPY_MEM = {
    this, raw, targetBar, targetOffset, sourceBar, sourceOffset, count in
    statusOf { () throws(FirmwareError) in
      let (bus, function) = try find(this)
      guard raw < 4 else { throw .invalidParameter }
      let width = try width(raw)
      let target = try endpoint(bus, function, targetBar, targetOffset, isIO: false, width, count)
      let source = try endpoint(bus, function, sourceBar, sourceOffset, isIO: false, width, count)
      bus.copy(
        from: source, to: target, width, count: count,
        backwards: targetBar == sourceBar && targetOffset > sourceOffset)
    }
  }

  private static func reaches64(_ function: PCIFunction) -> Bool {
    function.otherAttributes & PCIAttribute.dualAddressCycle != 0
  }

  private static let map: EFI_PCI_IO_PROTOCOL_MAP = { this, operation, host, size, device, token in
    statusOf { () throws(FirmwareError) in
      let (bus, function) = try find(this)
      try bus.map(
        operation, reaches64: reaches64(function), host: host, size: size, device: device,
        token: token)
    }
  }
  private static let unmap: EFI_PCI_IO_PROTOCOL_UNMAP = { this, token in
    statusOf { () throws(FirmwareError) in try find(this).0.unmap(token) }
  }
  private static let allocateBuffer: EFI_PCI_IO_PROTOCOL_ALLOCATE_BUFFER = {
    this, _, memoryType, pages, host, attributes in
    statusOf { () throws(FirmwareError) in
      let (bus, function) = try find(this)
      try bus.allocateBuffer(
        memoryType: memoryType, pages: pages, host: host, attributes: attributes,
        reaches64: reaches64(function))
    }
  }
  private static let freeBuffer: EFI_PCI_IO_PROTOCOL_FREE_BUFFER = { this, pages, host in
    statusOf { () throws(FirmwareError) in try find(this).0.freeBuffer(pages: pages, host: host) }
  }
  private static let flush: EFI_PCI_IO_PROTOCOL_FLUSH = { this in
    // Writes reach a model as they are made; none is ever posted.
    statusOf { () throws(FirmwareError) in _ = try find(this) }
  }
  private static let getLocation: EFI_PCI_IO_PROTOCOL_GET_LOCATION = {
    this, segment, bus, device, number in
    statusOf { () throws(FirmwareError) in
      let location = try find(this).1.location
      guard let segment, let bus, let device, let number else { throw .invalidParameter }
      segment.pointee = UInt64(location.segment)
      bus.pointee = UInt64(location.bus)
      device.pointee = UInt64(location.device)
      number.pointee = UInt64(location.function)
    }
  }
  private static let attributes: EFI_PCI_IO_PROTOCOL_ATTRIBUTES = {
    this, operation, attributes, result in
    statusOf { () throws(FirmwareError) in
      let (bus, function) = try find(this)
      try bus.changeAttributes(function, operation: operation, attributes, result: result)
    }
  }
  private static let getBarAttributes: EFI_PCI_IO_PROTOCOL_GET_BAR_ATTRIBUTES = {
    this, bar, supports, resources in
    statusOf { () throws(FirmwareError) in
      let (bus, function) = try find(this)
      try bus.barAttributes(function, bar: bar, supports: supports, resources: resources)
    }
  }
  private static let setBarAttributes: EFI_PCI_IO_PROTOCOL_SET_BAR_ATTRIBUTES = {
    this, attributes, bar, offset, length in
    statusOf { () throws(FirmwareError) in
      let (bus, function) = try find(this)
      try bus.setBarAttributes(function, bar: bar, attributes, offset: offset, length: length)
    }
  }
}
