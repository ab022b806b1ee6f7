import CUEFI
import DeviceModels
import Glibc

/// The PCI root bus of the simulated machine: devices at 00:01.0, 00:02.0, … in the order they are
/// given, with BARs assigned from the platform's windows and present in this process's address
/// space (plain ones as memory, trapped ones as pages that may not be touched).
public final class PCIBus {
  /// The bus of the machine in this process.
  nonisolated(unsafe) public internal(set) static var current: PCIBus?

  public let firmware: Firmware
  public let bridge: Platform.HostBridge
  /// The devices, in order; the host bridge's own function is not among them.
  public private(set) var functions: [PCIFunction] = []
  let hostBridge: PCIFunction
  /// Sorted by base.
  private(set) var memoryRegions: [PCIRegion] = []
  private(set) var portRegions: [PCIRegion] = []
  private var mappings: [(address: UInt64, size: UInt64)] = []
  /// Functions by the address of their EFI_PCI_IO_PROTOCOL.
  var functionsByProtocol: [UInt: PCIFunction] = [:]
  var dma = DMARecords()
  var configurationAddress: UInt32 = 0
  var rootAttributes: UInt64 = 0
  var rootResources: UnsafeMutableRawPointer?
  public internal(set) var rootHandle: EFI_HANDLE?
  public internal(set) var rootBridgeIo: UnsafeMutablePointer<EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL>?

  /// Builds the bus: assigns BARs and maps them. `install` makes it visible to guests.
  public init(
    firmware: Firmware, platform: Platform, devices: [any PCIDevice]
  ) throws(PCIError) {
    guard let bridge = platform.hostBridge else { throw .noHostBridge }
    guard devices.count <= 31 else { throw .busFull }
    self.firmware = firmware
    self.bridge = bridge
    hostBridge = PCIFunction(
      location: PCILocation(segment: bridge.segment, bus: bridge.firstBus, device: 0, function: 0),
      model: HostBridgeModel())
    var assignment = BARAssignment(bridge: bridge)
    do throws(PCIError) {
      for (index, device) in devices.enumerated() {
        try add(device, number: UInt8(index + 1), &assignment)
      }
    } catch {
      unmap()
      throw error
    }
    memoryRegions.append(
      PCIRegion(
        kind: .configuration, base: bridge.configuration.base, size: bridge.configuration.size,
        pciBase: 0, isIO: false))
    memoryRegions.sort { $0.base < $1.base }
    portRegions.sort { $0.base < $1.base }
  }

  private func add(
    _ device: any PCIDevice, number: UInt8, _ assignment: inout BARAssignment
  ) throws(PCIError) {
    let location = PCILocation(
      segment: bridge.segment, bus: bridge.firstBus, device: number, function: 0)
    try BARAssignment.check(device, at: location)
    let function = PCIFunction(location: location, model: device)
    functions.append(function)
    for (index, bar) in device.bars.enumerated() {
      guard let bar else { continue }
      guard let assigned = assignment.assign(bar) else {
        firmware.ledger.alarm("PCI \(location): no window has room for BAR \(index)")
        continue
      }
      function.bars[index] = assigned
      let register = 0x10 + 4 * index
      function.storeConfiguration(
        register, size: 4, value: UInt32(truncatingIfNeeded: assigned.pciAddress))
      if bar.is64 {
        function.storeConfiguration(
          register + 4, size: 4, value: UInt32(truncatingIfNeeded: assigned.pciAddress >> 32))
      }
      try place(assigned, index, function)
    }
    let romSize = PCIFunction.romBarSize(device)
    let rom = PCIBar.memory(size: romSize, is64: false, prefetchable: false, backing: .trapped)
    if romSize > 0, let assigned = assignment.assign(rom) {
      function.romBar = assigned
      // The decoder stays off, as firmware leaves it after reading the ROM.
      function.storeConfiguration(
        0x30, size: 4, value: UInt32(truncatingIfNeeded: assigned.pciAddress))
      try map(assigned, PROT_NONE, location)
      memoryRegions.append(
        PCIRegion(
          kind: .rom(function), base: assigned.hostAddress, size: assigned.size,
          pciBase: assigned.pciAddress, isIO: false))
    }
  }

  private func place(
    _ assigned: AssignedBar, _ index: Int, _ function: PCIFunction
  ) throws(PCIError) {
    var kind = PCIRegion.Kind.model(function, bar: index)
    switch assigned.bar {
    case .io:
      portRegions.append(
        PCIRegion(
          kind: kind, base: assigned.pciAddress, size: assigned.size,
          pciBase: assigned.pciAddress, isIO: true))
    case .memory(_, _, _, .ram):
      try map(assigned, PROT_READ | PROT_WRITE, function.location)
      kind = .memory(function)
      function.model.attach(
        bar: index,
        memory: UnsafeMutableRawBufferPointer(
          start: UnsafeMutableRawPointer(bitPattern: UInt(assigned.hostAddress)),
          count: Int(assigned.size)))
    case .memory:
      try map(assigned, PROT_NONE, function.location)
    }
    // Ports are regions too: the window puts them in the processor's address space.
    memoryRegions.append(
      PCIRegion(
        kind: kind, base: assigned.hostAddress, size: assigned.size,
        pciBase: assigned.pciAddress, isIO: assigned.isIO))
  }

  private func map(
    _ assigned: AssignedBar, _ protection: Int32, _ location: PCILocation
  ) throws(PCIError) {
    let size = (assigned.size + 0xfff) & ~0xfff
    let wanted = UnsafeMutableRawPointer(bitPattern: UInt(assigned.hostAddress))
    let noReplace: Int32 = 0x10_0000  // MAP_FIXED_NOREPLACE, which Glibc's module does not show
    let got = mmap(
      wanted, Int(size), protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | noReplace, -1, 0)
    guard got != MAP_FAILED, got == wanted else {
      let code = got == MAP_FAILED ? errno : EEXIST
      if got != MAP_FAILED { munmap(got, Int(size)) }
      throw .notMapped(device: location, address: assigned.hostAddress, errno: code)
    }
    mappings.append((assigned.hostAddress, size))
  }

  private func unmap() {
    for mapping in mappings {
      munmap(UnsafeMutableRawPointer(bitPattern: UInt(mapping.address)), Int(mapping.size))
    }
    mappings = []
  }

  /// Takes the BARs out of the process. The firmware's tables that name them die with it.
  public func tearDown() {
    unmap()
    for function in functions { function.model.reset() }
    functionsByProtocol = [:]
    if PCIBus.current === self { PCIBus.current = nil }
  }

  /// The function at a place on the bus, the host bridge's own included.
  func function(bus: UInt8, device: UInt8, function: UInt8) -> PCIFunction? {
    guard bus == bridge.firstBus, function == 0 else { return nil }
    if device == 0 { return hostBridge }
    return Int(device) <= functions.count ? functions[Int(device) - 1] : nil
  }

  /// The first display device, in bus order.
  public var display: (function: PCIFunction, model: any DisplayDevice)? {
    for function in functions {
      if let model = function.model as? any DisplayDevice { return (function, model) }
    }
    return nil
  }
}

extension Firmware {
  /// The machine's PCI bus, once it is installed.
  public var pci: PCIBus? { PCIBus.current.flatMap { $0.firmware === self ? $0 : nil } }
}

/// The host bridge's function at 00:00.0: an identity for those who list the bus.
private final class HostBridgeModel: PCIDevice {
  let identity = PCIIdentity(vendor: 0x1b36, device: 0x0008, classCode: 0x06_0000)
  let bars: [PCIBar?] = []
}
