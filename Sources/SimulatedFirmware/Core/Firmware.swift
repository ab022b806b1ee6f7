import CSimulatedFirmware
import CUEFI
import Glibc

/// One simulated machine: UEFI boot and runtime services as host functions over simulated memory.
/// A process has at most one at a time, `current`.
public final class Firmware {
  /// The machine that is up. Services find their state through it.
  nonisolated(unsafe) public internal(set) static var current: Firmware!

  public let configuration: FirmwareConfiguration
  public let memory: MemoryMap
  public let code: FirmwareCode
  public let pool: Pool
  public let clock = VirtualClock()
  public let ledger = Ledger()
  public let abandonment = Abandonment()
  public private(set) var tpl: TaskPriority!
  public private(set) var events: EventService!
  public private(set) var protocols: ProtocolDatabase!
  public private(set) var images: ImageService!
  public let variables = VariableStore()
  public let wallClock: WallClock
  public var hooks = FirmwareHooks()

  /// The guest-visible tables; set by `start`.
  public internal(set) var systemTable: UnsafeMutablePointer<EFI_SYSTEM_TABLE>!
  public internal(set) var bootServices: UnsafeMutablePointer<EFI_BOOT_SERVICES>!
  public internal(set) var runtimeServices: UnsafeMutablePointer<EFI_RUNTIME_SERVICES>!
  /// The firmware's own image: the agent of what it opens itself.
  public internal(set) var firmwareHandle: EFI_HANDLE!
  var monotonicCount: UInt64 = 0
  var watchdog: EFI_EVENT?
  var configurationTables: [(guid: EFI_GUID, table: UnsafeMutableRawPointer)] = []
  var atRuntime = false
  /// BeforeExitBootServices was signalled: once, however often ExitBootServices is tried.
  var announcedExit = false
  var virtualMap: [VirtualMapping]?

  /// Maps the machine's memory. Throws `host` when the process has something in the way.
  public init(configuration: FirmwareConfiguration = FirmwareConfiguration())
    throws(FirmwareError)
  {
    self.configuration = configuration
    memory = try MemoryMap(regions: configuration.memory)
    pool = Pool(memory: memory)
    wallClock = WallClock(epoch: configuration.epoch)
    do throws(FirmwareError) {
      let base = try memory.allocatePages(
        configuration.codeBase == nil ? AllocateAnyPages : AllocateAddress,
        type: EfiRuntimeServicesCode, pages: configuration.codeSize / MemoryMap.pageSize,
        address: configuration.codeBase ?? 0)
      memory.pin(base..<(base + configuration.codeSize))
      code = try FirmwareCode(base: base, size: configuration.codeSize)
    } catch {
      memory.unmap()
      throw error
    }
    tpl = TaskPriority(firmware: self)
    events = EventService(firmware: self)
    protocols = ProtocolDatabase(firmware: self)
    images = ImageService(firmware: self)
  }

  /// Publishes the services and tables and becomes `current`.
  public func start() throws(FirmwareError) {
    precondition(Firmware.current == nil, "tear the other machine down first")
    Firmware.current = self
    try publishTables()
  }

  private var isTornDown = false

  /// Unmaps the machine. Nothing of it may be used afterwards; a second time does nothing.
  public func tearDown() {
    guard !isTornDown else { return }
    isTornDown = true
    if Firmware.current === self { Firmware.current = nil }
    code.unmap()
    memory.unmap()
    abandonment.drop()
    hooks = FirmwareHooks()
    events.drop()
    protocols.drop()
    images.drop()
  }

  /// Virtual time of the next timer, in nanoseconds; nil when no timer is set.
  public var nextDeadline: UInt64? { events.nextDeadline }

  /// Fires the timers that are due and dispatches notifications above the current TPL. May call
  /// guest code. Safe at any point where guest state is in memory.
  public func pollEvents() {
    events.fireTimers()
    tpl.dispatch()
  }

  /// The image running now, for reports.
  public var asker: String { images.currentName }
}

/// What the platform around the firmware wants to hear of.
public struct FirmwareHooks {
  /// ResetSystem; does not return to the guest. Type (UEFI 2.10, 8.5.1) and status.
  public var reset: ((UInt32, EFI_STATUS) -> Void)?
  /// Called after ExitBootServices succeeded.
  public var bootServicesExited: (() -> Void)?
  /// Called while WaitForEvent idles, so that scripted input can arrive. True when it signalled
  /// or queued something.
  public var idle: (() -> Bool)?
  /// An image was loaded, started or is about to be unloaded.
  public var image: ((ImageEvent) -> Void)?

  public init() {}
}

extension Firmware {
  /// Publishes a host function of C calling convention under a service name such as
  /// `gBS->AllocatePool`, and returns the same function by its guest-visible address.
  ///
  /// Instances of a protocol share their functions: they tell instances apart by `This`.
  public func publish<Function>(_ name: String, _ function: Function) -> Function {
    precondition(MemoryLayout<Function>.size == 8, "not a C function: \(name)")
    let target = unsafeBitCast(function, to: UInt64.self)
    return unsafeBitCast(code.publish(name: name, target: target), to: Function.self)
  }

  /// A zeroed structure in guest-visible pool memory.
  public func allocate<T>(_ type: T.Type, memoryType: UInt32 = EfiBootServicesData)
    throws(FirmwareError) -> UnsafeMutablePointer<T>
  {
    try allocatePool(memoryType, size: MemoryLayout<T>.stride)
      .bindMemory(to: T.self, capacity: 1)
  }

  /// Zeroed guest-visible pool memory, 16-byte aligned; `size` in bytes.
  public func allocatePool(_ type: UInt32 = EfiBootServicesData, size: Int)
    throws(FirmwareError) -> UnsafeMutableRawPointer
  {
    let address = try pool.allocate(type, size: UInt64(size))
    let pointer = UnsafeMutableRawPointer(bitPattern: UInt(address))!
    memset(pointer, 0, size)
    return pointer
  }

  public func freePool(_ pointer: UnsafeMutableRawPointer) throws(FirmwareError) {
    try pool.release(UInt64(UInt(bitPattern: pointer)))
  }

  /// A copy of bytes in guest-visible pool memory.
  public func allocateCopy(of bytes: some Collection<UInt8>, type: UInt32 = EfiBootServicesData)
    throws(FirmwareError) -> UnsafeMutableRawPointer
  {
    let pointer = try allocatePool(type, size: bytes.count)
    UnsafeMutableRawBufferPointer(start: pointer, count: bytes.count).copyBytes(from: bytes)
    return pointer
  }

  /// A null-terminated UCS-2 string in guest-visible pool memory.
  public func allocateString(_ text: String, type: UInt32 = EfiBootServicesData)
    throws(FirmwareError) -> UnsafeMutablePointer<CHAR16>
  {
    let units = Array(text.utf16) + [0]
    let pointer = try allocatePool(type, size: units.count * 2)
      .bindMemory(to: CHAR16.self, capacity: units.count)
    for (index, unit) in units.enumerated() { pointer[index] = unit }
    return pointer
  }

  /// Pages of guest-visible memory; see `MemoryMap.allocatePages`. Returns the address.
  public func allocatePages(
    _ kind: UInt32 = AllocateAnyPages, type: UInt32 = EfiBootServicesData, pages: Int,
    address: UInt64 = 0
  ) throws(FirmwareError) -> UInt64 {
    try memory.allocatePages(kind, type: type, pages: UInt64(pages), address: address)
  }
}
