import CUEFI

/// The protocols and tables that every machine offers from the start: consoles, device paths, PCD,
/// HII, decompression, collation, and the DXE services with the hand-off blocks.
///
/// Deliberately absent: EFI_RNG, HII fonts and images, the DXE architectural protocols. A guest that
/// asks for them is told so, and the run's report counts it.
public final class StandardProtocols {
  /// One process is one machine; the services find their state here.
  nonisolated(unsafe) public internal(set) static var current: StandardProtocols?

  public let console = TextConsole()
  public let hii = HiiDatabase()
  public var pcd: PcdTable
  var memorySpace: ResourceMap
  var portSpace: ResourceMap

  struct PcdCallback {
    var key: PcdTable.Key
    var function: PCD_PROTOCOL_CALLBACK
  }
  var pcdCallbacks: [PcdCallback] = []
  var pcdPointers: [PcdTable.Key: UnsafeMutableRawPointer] = [:]
  var standardError: UnsafeMutablePointer<EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL>?

  /// Attributes that system memory can have: uncacheable to write-back (UEFI 2.10, 7.2.3).
  static let cacheable: UInt64 = 0xf

  private init(platform: Platform) {
    pcd = platform.pcd
    memorySpace = ResourceMap(bits: 48, typeCount: 7)
    portSpace = ResourceMap(bits: 16, typeCount: 3)
    for range in platform.systemMemory {
      try? memorySpace.add(
        type: 2, base: range.base, length: range.length, capabilities: Self.cacheable)
      // The memory services own system memory; nobody may carve it up behind their back.
      _ = try? memorySpace.allocate(
        type: 2, search: .address(range.base), alignment: 12, length: range.length,
        owner: platform.owner, device: 0)
      try? memorySpace.setAttributes(8, base: range.base, length: range.length)
    }
    for range in platform.deviceMemory {
      try? memorySpace.add(type: 3, base: range.base, length: range.length, capabilities: 1)
      try? memorySpace.setAttributes(1, base: range.base, length: range.length)
    }
    for range in platform.ports {
      try? portSpace.add(type: 2, base: range.base, length: range.length)
    }
  }

  /// What the platform tells these protocols. Addresses and lengths in bytes.
  public struct Platform: Sendable {
    public var systemMemory: [(base: UInt64, length: UInt64)]
    /// Memory-mapped I/O, such as the host bridges' windows.
    public var deviceMemory: [(base: UInt64, length: UInt64)]
    public var ports: [(base: UInt64, length: UInt64)]
    public var pcd: PcdTable
    /// The image handle in whose name the firmware holds system memory; not zero.
    public var owner: UInt64

    public init(
      systemMemory: [(base: UInt64, length: UInt64)],
      deviceMemory: [(base: UInt64, length: UInt64)] = [],
      ports: [(base: UInt64, length: UInt64)] = [], pcd: PcdTable = PcdTable(), owner: UInt64 = 1
    ) {
      self.systemMemory = systemMemory
      self.deviceMemory = deviceMemory
      self.ports = ports
      self.pcd = pcd
      self.owner = owner
    }

    /// The platform of a started firmware: its conventional memory, held in its own image's name.
    public init(
      of firmware: Firmware, deviceMemory: [(base: UInt64, length: UInt64)] = [],
      ports: [(base: UInt64, length: UInt64)] = [], pcd: PcdTable = PcdTable()
    ) {
      self.init(
        systemMemory: firmware.configuration.memory.filter { $0.kind == .conventional }.map {
          (base: $0.base, length: $0.size)
        }, deviceMemory: deviceMemory, ports: ports, pcd: pcd,
        owner: firmware.firmwareHandle.map { UInt64(UInt(bitPattern: $0)) } ?? 1)
    }
  }

  /// Publishes everything on a firmware that has just been made, and wires its consoles.
  @discardableResult
  public static func install(
    on firmware: Firmware, platform: Platform
  ) throws(FirmwareError) -> StandardProtocols {
    let protocols = StandardProtocols(platform: platform)
    current = protocols
    try DevicePathProtocols.install(on: firmware)
    try protocols.installConsoles(on: firmware)
    try PcdProtocols.install(on: firmware)
    try HiiDatabaseProtocol.install(on: firmware)
    try HiiStringProtocol.install(on: firmware)
    try HiiConfigRouting.install(on: firmware)
    try DecompressProtocol.install(on: firmware)
    try UnicodeCollation.install(on: firmware)
    try DxeServices.install(on: firmware)
    try protocols.installHobList(platform, on: firmware)
    return protocols
  }

  /// Counts something a guest asked for and did not get, and says it out loud in the run's report.
  func missing(_ what: String) {
    guard let firmware = Firmware.current else { return }
    firmware.ledger.noteUnsupported(what, by: firmware.asker)
    firmware.ledger.alarm("\(firmware.asker): \(what) is not there")
  }

  /// One handle for the keyboard, one for the screen and one for errors, each with a device path, as
  /// the console splitter's virtual handles.
  private func installConsoles(on firmware: Firmware) throws(FirmwareError) {
    let functions = try ConsoleOutput.functions(on: firmware)
    let output = try ConsoleOutput.make(on: firmware, functions: functions, screen: console.output)
    _ = console.error.setAttribute(0x04)
    let error = try ConsoleOutput.make(on: firmware, functions: functions, screen: console.error)
    standardError = error
    let simple = try ConsoleInput.makeSimple(on: firmware)
    let extended = try ConsoleInput.makeExtended(on: firmware)

    let inHandle = try firmware.install(EFI_GUID.simpleTextInput, simple)
    try firmware.install(EFI_GUID.simpleTextInputEx, extended, on: inHandle)
    let outHandle = try firmware.install(EFI_GUID.simpleTextOutput, output)
    let errorHandle = try firmware.install(EFI_GUID.simpleTextOutput, error)
    for (handle, marker) in [
      (inHandle, EFI_GUID.consoleInDevice), (outHandle, EFI_GUID.consoleOutDevice),
      (errorHandle, EFI_GUID.standardErrorDevice),
    ] {
      let bytes = GuestText.bytes(marker)
      let path = DevicePath([DevicePath.vendorHardware(guid: bytes)])
      guard let copy = GuestText.pool(path.bytes) else { throw .outOfResources }
      try firmware.install(EFI_GUID.devicePath, copy, on: handle)
      try firmware.install(marker, nil, on: handle)
    }
    firmware.setConsoles(
      input: (inHandle, UnsafeMutableRawPointer(simple)),
      output: (outHandle, UnsafeMutableRawPointer(output)),
      error: (errorHandle, UnsafeMutableRawPointer(error)))
  }

  private func installHobList(
    _ platform: Platform, on firmware: Firmware
  ) throws(FirmwareError) {
    guard let memory = platform.systemMemory.last else { return }
    var list = HobList(
      memory: memory,
      resources: platform.systemMemory.map { .init(type: 0, base: $0.base, length: $0.length) }
        + platform.deviceMemory.map { .init(type: 1, base: $0.base, length: $0.length) }
        + platform.ports.map { .init(type: 2, base: $0.base, length: $0.length) })
    // Memory type information with its end mark only: this firmware keeps no buckets.
    var information: [UInt8] = []
    information.append(little: 16, width: 4)
    information.append(little: 0, width: 4)
    let name = EFI_GUID.memoryTypeInformation
    list.extensions.append((GuestText.bytes(name), information))
    guard let copy = GuestText.pool([UInt8](repeating: 0, count: list.size)) else {
      throw .outOfResources
    }
    let bytes = list.bytes(at: UInt64(UInt(bitPattern: copy)))
    copy.copyMemory(from: bytes, byteCount: bytes.count)
    try firmware.installTable(EFI_GUID.hobList, copy)
  }
}

extension EFI_GUID {
  public static let unicodeCollation = EFI_GUID(
    0x1d85_cd7f, 0xf43d, 0x11d2, 0x9a0c_0090_273f_c14d)
  public static let pcdInfo = EFI_GUID(0x5be4_0f57, 0xfa68, 0x4610, 0xbbbf_e9c5_fcda_d365)
  public static let efiPcdInfo = EFI_GUID(0xfd0f_4478, 0x0efd, 0x461d, 0xba2d_e58c_45fd_5f5e)
  public static let dxeServicesTable = EFI_GUID(
    0x05ad_34ba, 0x6f02, 0x4214, 0x952e_4da0_398e_2bb9)
  public static let hobList = EFI_GUID(0x7739_f24c, 0x93d7, 0x11d4, 0x9a3a_0090_273f_c14d)
  public static let memoryTypeInformation = EFI_GUID(
    0x4c19_049f, 0x4137, 0x4dd3, 0x9c10_8b97_a83f_fdfa)
  /// Signalled when the keyboard layout changes (UEFI 2.10, 34.8.10).
  public static let keyboardLayoutEvent = EFI_GUID(
    0x1498_2a4f, 0xb0ed, 0x45b8, 0xa811_5a7a_9bc2_32df)
  public static let consoleInDevice = EFI_GUID(
    0xd3b3_6f2b, 0xd551, 0x11d4, 0x9a46_0090_273f_c14d)
  public static let consoleOutDevice = EFI_GUID(
    0xd3b3_6f2c, 0xd551, 0x11d4, 0x9a46_0090_273f_c14d)
  public static let standardErrorDevice = EFI_GUID(
    0xd3b3_6f2d, 0xd551, 0x11d4, 0x9a46_0090_273f_c14d)
}
