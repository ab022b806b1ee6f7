import DeviceModels

extension PCIBus {
  /// What decodes an address: a device, its BAR and the offset into it.
  public struct Decoded {
    public let function: PCIFunction
    /// BAR index; 6 for the expansion ROM.
    public let bar: Int
    /// Bytes from the BAR's start.
    public let offset: UInt64

    public var device: any PCIDevice { function.model }
  }

  /// The device behind a host address of a BAR; nil when no device decodes it.
  public func device(at address: UInt64) -> Decoded? {
    guard let region = region(at: address) else { return nil }
    let offset = address - region.base
    switch region.kind {
    case .model(let function, let bar):
      return Decoded(function: function, bar: bar, offset: offset)
    case .memory(let function):
      let bar = function.bars.firstIndex { $0?.hostAddress == region.base } ?? 0
      return Decoded(function: function, bar: bar, offset: offset)
    case .rom(let function): return Decoded(function: function, bar: 6, offset: offset)
    case .configuration: return nil
    }
  }

  /// Whether a host address belongs to this bus: a BAR or configuration space.
  public func owns(_ address: UInt64) -> Bool { region(at: address) != nil }

  /// A load of `size` bytes (1 to 64) at a host address into `value`: the processor's access to a
  /// trapped page. False when nothing on the bus decodes the address.
  public func deviceLoad(_ address: UInt64, size: Int, value: UnsafeMutableRawPointer) -> Bool {
    guard let region = region(at: address), size > 0, size <= 64 else { return false }
    split(address - region.base, size, region.size) { offset, piece, index in
      let loaded = offset.map { load(region, offset: $0, size: piece) } ?? .max
      Scalar.store(value + index, piece, loaded)
    }
    return true
  }

  /// A store of `size` bytes (1 to 64) from `value` to a host address.
  public func deviceStore(_ address: UInt64, size: Int, value: UnsafeRawPointer) -> Bool {
    guard let region = region(at: address), size > 0, size <= 64 else { return false }
    split(address - region.base, size, region.size) { offset, piece, index in
      guard let offset else { return }
      store(region, offset: offset, size: piece, value: Scalar.load(value + index, piece))
    }
    return true
  }

  /// Cuts an access into naturally aligned pieces of at most eight bytes, as a bus does; the offset
  /// is nil for a piece past the region's end.
  private func split(
    _ offset: UInt64, _ size: Int, _ limit: UInt64,
    _ body: (_ offset: UInt64?, _ piece: Int, _ index: Int) -> Void
  ) {
    var index = 0
    while index < size {
      let at = offset + UInt64(index)
      var piece = 8
      while piece > size - index || at & UInt64(piece - 1) != 0 { piece >>= 1 }
      body(at <= limit - UInt64(min(UInt64(piece), limit)) ? at : nil, piece, index)
      index += piece
    }
  }

  /// Reads a port as the processor does; all ones where nothing answers. `size` is 1, 2 or 4.
  public func portRead(_ port: UInt16, size: Int) -> UInt64 {
    let ones = size >= 8 ? UInt64.max : (1 << UInt64(8 * size)) - 1
    guard bridge.window(.io) != nil else { return ones }
    if let configuration = configurationPort(port, size: size) {
      switch configuration {
      case .address: return UInt64(configurationAddress)
      case .data(let function, let offset):
        return UInt64(function?.loadConfiguration(offset, size: size) ?? .max) & ones
      }
    }
    guard let region = portRegion(UInt64(port), size: size) else { return ones }
    return load(region, offset: UInt64(port) - region.base, size: size) & ones
  }

  /// Writes a port as the processor does.
  public func portWrite(_ port: UInt16, size: Int, value: UInt64) {
    guard bridge.window(.io) != nil else { return }
    if let configuration = configurationPort(port, size: size) {
      let word = UInt32(truncatingIfNeeded: value)
      switch configuration {
      case .address: configurationAddress = word & 0x80ff_fffc
      case .data(let function, let offset):
        function?.storeConfiguration(offset, size: size, value: word)
      }
      return
    }
    guard let region = portRegion(UInt64(port), size: size) else { return }
    store(region, offset: UInt64(port) - region.base, size: size, value: value)
  }

  private enum ConfigurationPort {
    case address
    case data(PCIFunction?, offset: Int)
  }

  /// Configuration mechanism 1 (PCI Local Bus 3.0, 3.2.2.3.2): CF8 selects, CFC–CFF move.
  private func configurationPort(_ port: UInt16, size: Int) -> ConfigurationPort? {
    if port == 0xcf8, size == 4 { return .address }
    guard port >= 0xcfc, port <= 0xcff, configurationAddress >> 31 != 0 else { return nil }
    guard Int(port & 3) + size <= 4, Int(port) % size == 0 else { return nil }
    let selected = function(
      bus: UInt8(truncatingIfNeeded: configurationAddress >> 16),
      device: UInt8(configurationAddress >> 11 & 31), function: UInt8(configurationAddress >> 8 & 7)
    )
    return .data(selected, offset: Int(configurationAddress & 0xfc) + Int(port & 3))
  }

  /// The memory region that holds a host address.
  func region(at address: UInt64) -> PCIRegion? {
    var (low, high) = (0, memoryRegions.count)
    while low < high {
      let middle = (low + high) / 2
      if memoryRegions[middle].base <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let region = memoryRegions[low - 1]
    return address - region.base < region.size ? region : nil
  }

  func portRegion(_ port: UInt64, size: Int) -> PCIRegion? {
    portRegions.first { port >= $0.base && port + UInt64(size) <= $0.base + $0.size }
  }

  /// One access to a region; `offset + size` is inside it.
  func load(_ region: PCIRegion, offset: UInt64, size: Int) -> UInt64 {
    switch region.kind {
    case .memory(let function):
      guard decodes(function, isIO: false) else { return .max }
      guard let memory = UnsafeRawPointer(bitPattern: UInt(region.base + offset)) else {
        return .max
      }
      return Scalar.load(memory, size)
    case .model(let function, let bar):
      guard decodes(function, isIO: region.isIO) else { return .max }
      return function.model.load(bar: bar, offset: offset, size: size)
    case .rom(let function):
      guard function.decodesROM else { return .max }
      let rom = function.model.rom
      var value: UInt64 = 0
      for index in 0..<size {
        let at = Int(offset) + index
        value |= UInt64(at < rom.count ? rom[at] : 0xff) << UInt64(8 * index)
      }
      return value
    case .configuration:
      guard let (function, register) = configurationTarget(offset), size <= 8 else { return .max }
      let low = UInt64(function.loadConfiguration(register, size: min(size, 4)))
      if size < 8 { return low }
      return low | UInt64(function.loadConfiguration(register + 4, size: 4)) << 32
    }
  }

  func store(_ region: PCIRegion, offset: UInt64, size: Int, value: UInt64) {
    switch region.kind {
    case .memory(let function):
      guard decodes(function, isIO: false),
        let memory = UnsafeMutableRawPointer(bitPattern: UInt(region.base + offset))
      else { return }
      Scalar.store(memory, size, value)
    case .model(let function, let bar):
      guard decodes(function, isIO: region.isIO) else { return }
      function.model.store(bar: bar, offset: offset, size: size, value: value)
    case .rom: return
    case .configuration:
      guard let (function, register) = configurationTarget(offset) else { return }
      let low = UInt32(truncatingIfNeeded: value)
      function.storeConfiguration(register, size: min(size, 4), value: low)
      if size == 8 {
        function.storeConfiguration(
          register + 4, size: 4, value: UInt32(truncatingIfNeeded: value >> 32))
      }
    }
  }

  /// A device answers only while its decoder is on; forgetting that is a bug worth reporting.
  private func decodes(_ function: PCIFunction, isIO: Bool) -> Bool {
    if isIO ? function.decodesIO : function.decodesMemory { return true }
    if function.undecoded == 0 {
      firmware.ledger.noteMisuse(
        "access to \(function.location) with its \(isIO ? "I/O" : "memory") decoder off",
        by: firmware.asker)
    }
    function.undecoded &+= 1
    return false
  }

  private func configurationTarget(_ offset: UInt64) -> (PCIFunction, Int)? {
    let bus = UInt8(truncatingIfNeeded: offset >> 20)
    let (number, overflows) = bus.addingReportingOverflow(bridge.firstBus)
    guard !overflows,
      let function = function(
        bus: number, device: UInt8(offset >> 15 & 31), function: UInt8(offset >> 12 & 7))
    else { return nil }
    return (function, Int(offset & 0xfff))
  }
}
