import CShim
import CTransomDxe
import CTranslator
import CUEFI
import Shim
import Translator

/// The host contract on AArch64 firmware.
///
/// Compiled code runs with interrupts as native code left them, and so does every call to the
/// firmware; they are masked in the bridge and the dispatcher, and for interpreted code, which has
/// safepoints.
struct FirmwareHost: HostContract {
  /// Guest instructions between two safepoints.
  static let safepointInterval: UInt64 = 200_000
  /// Pages remembered as native code.
  static let knownPages = 64

  /// What changes; behind a pointer, so that the host is a value that can be copied anywhere.
  struct State {
    /// Set once the shim exists. The first of its host words is the counter value at which guest
    /// code has run too long without calling out, 0 for none yet. The second is the task priority
    /// before the level under way first raised it, plus one; 0 if it has not, or has restored it.
    var bridge: UnsafeMutablePointer<TransomBridge>?
    var timeout: UInt64 = 0
    /// The engine's instruction limit.
    var instructionLimit: UnsafeMutablePointer<UInt64>?
    var timestampFactor: UInt64 = 1
    var report: UnsafeMutablePointer<FaultReport>
    var hasReport = false
    var rootBridge: UnsafeMutablePointer<EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL>?
    var hasLookedForRootBridge = false
    /// A guest's access to low memory that has not been told yet.
    var lowAccess = LowAccess()
    var lowPage: LowPageGuard
    var events = EventTable()
    var former = FormerImages()
    var watched = WatchedPages()
    /// Pages with translated code are made read-only: not behind ExitBootServices.
    var isProtecting = true
    /// The options' self-test that is still to come.
    var selfTest = Options.SelfTest.none
    var knownHostPages = InlineArray<64, UInt64>(repeating: 0)
    /// What the stack's guard page allowed before.
    var guardAttributes: UInt64 = 0
  }

  /// Services whose calls by guests are watched.
  enum Observed {
    static let createEvent: UInt8 = 3
    static let createEventEx: UInt8 = 4
    static let closeEvent: UInt8 = 5
  }

  struct LowAccess {
    var isPending = false
    var address: UInt64 = 0
    var isWrite = false
    var location = CodeLocation()
    /// Base of the image it was told of last; ~0 for none.
    var toldImage: UInt64 = ~0
  }

  let firmware: Firmware
  let protection: MemoryProtection
  let console: Console
  let state: UnsafeMutablePointer<State>
  let hostStackLimit: UInt64
  init(
    firmware: Firmware, protection: MemoryProtection, console: Console, options: Options,
    hostStackLimit: UInt64
  ) {
    self.firmware = firmware
    self.protection = protection
    self.console = console
    self.hostStackLimit = hostStackLimit
    let report = UnsafeMutablePointer<FaultReport>.allocate(capacity: 1)
    report.initialize(to: FaultReport())
    state = .allocate(capacity: 1)
    state.initialize(to: State(report: report, lowPage: LowPageGuard(protection: protection)))
    let frequency = transomCounterFrequency()
    state.pointee.selfTest = options.selfTest
    state.pointee.timeout = options.timeout &* frequency
    // About 1 GHz: a time stamp counter as slow as the generic timer would surprise drivers.
    state.pointee.timestampFactor = frequency == 0 ? 1 : max(1, 1_000_000_000 / frequency)
  }

  func deallocate() {
    state.pointee.report.deallocate()
    state.pointee.watched.deallocate()
    state.deallocate()
  }

  // MARK: Memory

  func pageRun(at address: UInt64) -> PageRun? { TranslationTables.pageRun(at: address) }

  func setAttributes(
    _ attributes: UInt64, from address: UInt64, to end: UInt64, executable: Bool
  ) -> Bool {
    forgetHostPages()
    var wanted = attributes
    if !executable { wanted |= TranslationTables.Attribute.executeNever }
    return protection.set(wanted, address, end - address)
  }

  func synchronizeInstructionCache(_ address: UInt64, count: UInt64) {
    transomSynchronizeInstructions(address, count)
  }

  func allocateStack(count: UInt64, low: Bool) -> UInt64? {
    let pages = count / 4096 + 1
    let below4G = low ? firmware.allocatePages(pages, below: 1 << 32) : nil
    guard let base = below4G ?? firmware.allocatePages(pages) else { return nil }
    state.pointee.guardAttributes = TranslationTables.pageRun(at: base)?.attributes ?? 0
    _ = protection.setGuard(base)
    return base + 4096
  }

  func freeStack(_ address: UInt64, count: UInt64) {
    protection.clearGuard(address - 4096, restoring: state.pointee.guardAttributes)
    firmware.freePages(address - 4096, count / 4096 + 1)
  }

  // MARK: Machine

  /// Whatever the processor would execute is native code, except at addresses nobody calls on
  /// purpose: flash at address zero is executable on some platforms.
  func kind(of address: UInt64) -> AddressKind {
    let page = address >> 12
    let slot = Int(page % UInt64(Self.knownPages))
    if state.pointee.knownHostPages[slot] == page &+ 1 { return address & 3 == 0 ? .host : .none }
    guard address >= 0x1_0000, address & 3 == 0,
      let run = TranslationTables.pageRun(at: address), run.isExecutable
    else { return .none }
    state.pointee.knownHostPages[slot] = page &+ 1
    return .host
  }

  func forgetHostPages() {
    for slot in 0..<Self.knownPages { state.pointee.knownHostPages[slot] = 0 }
  }

  /// PC firmware lets drivers execute data, and some do. Allowed is memory that somebody has
  /// allocated, and that is not native code.
  func allowsGuestCode(at address: UInt64) -> Bool {
    guard address >= 0x1_0000, let run = TranslationTables.pageRun(at: address),
      !run.isExecutable, run.attributes & TranslationTables.Attribute.device == 0
    else { return false }
    switch memoryType(at: address) {
    case UInt32(EfiLoaderCode), UInt32(EfiLoaderData), UInt32(EfiBootServicesCode),
      UInt32(EfiBootServicesData):
      return true
    default: return false
    }
  }

  /// The type in the firmware's memory map; nil if the address is not in it.
  private func memoryType(at address: UInt64) -> UInt32? {
    releaseInterrupts()
    defer { holdInterrupts() }
    var size: UINTN = 0
    var key: UINTN = 0
    var stride: UINTN = 0
    var version: UInt32 = 0
    let boot = firmware.boot
    guard
      boot.pointee.GetMemoryMap(&size, nil, &key, &stride, &version) == EFI_BUFFER_TOO_SMALL,
      stride >= 40
    else { return nil }
    // The allocation below may add entries.
    size += 8 * stride
    var buffer: UnsafeMutableRawPointer?
    guard boot.pointee.AllocatePool(UInt32(EfiBootServicesData), size, &buffer) == EFI_SUCCESS,
      let buffer
    else { return nil }
    defer { _ = boot.pointee.FreePool(buffer) }
    guard
      boot.pointee.GetMemoryMap(
        &size, buffer.assumingMemoryBound(to: EFI_MEMORY_DESCRIPTOR.self), &key, &stride, &version)
        == EFI_SUCCESS
    else { return nil }
    var offset = 0
    while offset + Int(stride) <= Int(size) {
      let entry = buffer.load(fromByteOffset: offset, as: EFI_MEMORY_DESCRIPTOR.self)
      if address &- entry.PhysicalStart < entry.NumberOfPages &* 4096 { return entry.Type }
      offset += Int(stride)
    }
    return nil
  }

  func timestamp() -> UInt64 {
    trapIfTested(.level)
    return transomCounter() &* state.pointee.timestampFactor
  }

  /// Fails once, if the options ask for a failure here: how a mistake of our own is contained is
  /// tested with one.
  func trapIfTested(_ place: Options.SelfTest) {
    guard state.pointee.selfTest == place else { return }
    state.pointee.selfTest = .none
    transomTrap()
  }

  func safepoint(instructionCount: UInt64) -> Continuation {
    // For guest code that an interrupt calls now.
    state.pointee.instructionLimit?.pointee = instructionCount &+ Self.safepointInterval
    releaseInterrupts()
    transomSynchronizeContext()
    holdInterrupts()
    return goOn(instructionCount)
  }

  func halt(instructionCount: UInt64) -> Continuation {
    // A pending interrupt ends the wait even while it is masked.
    transomWaitForInterrupt()
    return safepoint(instructionCount: instructionCount)
  }

  /// Called by a timer while guest code may be in the middle of something: if it is for too long, it
  /// gets to a safepoint, where that is dealt with.
  func watch(_ shim: Shim<FirmwareHost>) {
    guard shim.isGuestInFlight else { return }
    let deadline = bridge.pointee.hostWords.0
    if deadline == 0 {
      bridge.pointee.hostWords.0 = transomCounter() &+ state.pointee.timeout
    } else if transomCounter() > deadline {
      shim.engine.requestSafepoint()
    }
  }

  private func goOn(_ instructionCount: UInt64) -> Continuation {
    let now = transomCounter()
    let deadline = bridge.pointee.hostWords.0
    if deadline == 0 {
      if state.pointee.timeout > 0 {
        bridge.pointee.hostWords.0 = now &+ state.pointee.timeout
      }
    } else if now > deadline {
      bridge.pointee.hostWords.0 = 0
      return .outOfBudget
    }
    return .proceed(limit: instructionCount &+ Self.safepointInterval)
  }

  // MARK: Interrupts

  func connect(_ bridge: UnsafeMutablePointer<TransomBridge>) {
    bridge.pointee.masksInterrupts = 1
    state.pointee.bridge = bridge
  }

  private var bridge: UnsafeMutablePointer<TransomBridge> {
    state.pointee.bridge.unsafelyUnwrapped
  }

  func holdInterrupts() { transomMaskForGuest(bridge) }
  func releaseInterrupts() { transomUnmaskForHost(bridge) }

  // MARK: Observation

  var observesCalls: Bool { false }

  func willCallHost(target: UInt64, arguments: UnsafeMutablePointer<UInt64>) {
    // Whoever calls out is not stuck.
    bridge.pointee.hostWords.0 = 0
  }

  func didCall(observed tag: UInt8, arguments: UnsafePointer<UInt64>, result: UInt64) {
    switch tag {
    case Observed.createEvent, Observed.createEventEx:
      guard result == EFI_SUCCESS else { return }
      var event: UInt64 = 0
      let place = arguments[tag == Observed.createEvent ? 4 : 5]
      guard transomLoad64(place, &event) == 0 else { return }
      state.pointee.events.add(event, notify: arguments[2])
    case Observed.closeEvent:
      if result == EFI_SUCCESS { state.pointee.events.remove(arguments[0]) }
    default: break
    }
  }

  func didLeaveGuest(target: UInt64, result: UInt64, token: UInt64, depth: Int) {
    let raisedFrom = bridge.pointee.hostWords.1
    bridge.pointee.hostWords = (0, 0)
    bridge.pointee.state.pointee.attention &= ~UInt32(transomAttentionHost)
    if raisedFrom != 0 || state.pointee.lowAccess.isPending {
      settleAfterGuest(target: target, priority: raisedFrom)
    }
  }

  func didAccessLowMemory(_ address: UInt64, isWrite: Bool, from location: CodeLocation) {
    guard !state.pointee.lowAccess.isPending,
      state.pointee.lowAccess.toldImage != location.imageBase
    else { return }
    state.pointee.lowAccess = LowAccess(
      isPending: true, address: address, isWrite: isWrite, location: location,
      toldImage: location.imageBase)
    // To be asked when the level ends.
    bridge.pointee.state.pointee.attention |= UInt32(transomAttentionHost)
  }

  func didEndRun(_ report: UnsafePointer<FaultReport>) {
    state.pointee.report.pointee = report.pointee
    state.pointee.hasReport = true
  }

  func didForgetOutcome() {
    guard state.pointee.hasReport else { return }
    state.pointee.hasReport = false
    releaseInterrupts()
    printReport(state.pointee.report)
    holdInterrupts()
  }
}
