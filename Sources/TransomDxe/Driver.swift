import CShim
import CTransomDxe
import CTranslator
import CUEFI
import Shim
import Translator

/// The driver while it is loaded. There is one.
final class Driver {
  nonisolated(unsafe) static var current: Driver?
  /// For the exception handler, which must not count references.
  nonisolated(unsafe) static var activeShim: Unmanaged<Shim<FirmwareHost>>?
  nonisolated(unsafe) static var hostState: UnsafeMutablePointer<FirmwareHost.State>?

  /// Bytes of the stack that guest code and all it calls run on.
  static let levelStackSize: UInt64 = 2 << 20

  let firmware: Firmware
  let options: Options
  let console: Console
  let host: FirmwareHost
  let shim: Shim<FirmwareHost>
  let cpu: UnsafeMutablePointer<EFI_CPU_ARCH_PROTOCOL>
  let levelStack: UInt64
  private let emulator: ImageEmulator
  /// Nil where the firmware has no memory for code: guests are interpreted.
  let codePages: CodePages?
  /// Drivers started from option ROMs, to be unloaded with this one.
  var romDrivers: [EFI_HANDLE] = []
  /// Handles that were made consoles.
  var consoles: [EFI_HANDLE] = []
  var exitEvent: EFI_EVENT?
  var bootEvent: EFI_EVENT?
  var guestEvent: EFI_EVENT?

  enum StartError: Error {
    case noCPU, noMemory, handlerTaken, alreadyThere, cannotInstall
  }

  init(firmware: Firmware, options: Options, console: Console) throws(StartError) {
    guard let cpu = firmware.locate(GUIDs.cpuArch, as: EFI_CPU_ARCH_PROTOCOL.self) else {
      throw .noCPU
    }
    guard let emulator = ImageEmulator(firmware),
      let stack = firmware.allocatePages(Self.levelStackSize / 4096)
    else { throw .noMemory }
    self.emulator = emulator
    self.firmware = firmware
    self.options = options
    self.console = console
    self.cpu = cpu
    levelStack = stack
    let protection = MemoryProtection(cpu: cpu, firmware: firmware)
    host = FirmwareHost(
      firmware: firmware, protection: protection, console: console, options: options,
      hostStackLimit: stack)
    codePages =
      options.isInterpreting ? nil : CodePages(firmware: firmware, protection: protection)
    var policies = Policies()
    policies.faultScope = .level
    // Few more would fit on the host stack.
    policies.deepestNesting = 1024
    // TPL_CALLBACK, TPL_NOTIFY, and one for firmware with levels between.
    policies.interruptStacks = 3
    policies.ports = options.ports
    let engine = Engine(configuration: Self.configuration(codePages))
    engine.state.pointee.instructionLimit = FirmwareHost.safepointInterval
    host.state.pointee.instructionLimit = withUnsafeMutablePointer(
      to: &engine.state.pointee.instructionLimit
    ) { $0 }
    do throws(ShimError) {
      shim = try Shim(host: host, engine: engine, policies: policies)
    } catch {
      firmware.freePages(stack, Self.levelStackSize / 4096)
      throw .noMemory
    }
    interceptServices()
  }

  private static func configuration(_ codePages: CodePages?) -> EngineConfiguration {
    var configuration = EngineConfiguration()
    configuration.features = .baselineWithQuietRandom
    guard let codePages else { return configuration }
    configuration.backend = .compiled
    configuration.codeMemory = codePages.memory
    configuration.protection = .firmware
    configuration.hostFeatures = transomProcessorFeatures()
    // Interrupts come in while compiled code runs: no count is needed for them.
    configuration.isCounting = false
    configuration.keepsUnreadFlags = false
    configuration.letsInterruptsIn = true
    // For what is not compiled.
    configuration.cacheOperations = 1 << 14
    return configuration
  }

  /// Guest images are gone by then. The engine goes behind this, so the memory of its code is given
  /// back by whoever dropped the driver.
  deinit {
    host.deallocate()
    firmware.freePages(levelStack, Self.levelStackSize / 4096)
  }

  private func interceptServices() {
    let boot = firmware.boot.pointee
    shim.intercept(function(boot.CopyMem), .invalidate(address: 0, count: 2))
    shim.intercept(function(boot.SetMem), .invalidate(address: 0, count: 1))
    shim.intercept(function(boot.AllocatePages), .allocatePages)
    shim.intercept(function(boot.FreePages), .freePages)
    shim.intercept(function(boot.AllocatePool), .allocatePool)
    shim.intercept(function(boot.FreePool), .freePool)
    shim.intercept(
      function(cpu.pointee.SetMemoryAttributes), .setAttributes(address: 1, count: 2))
    let priority = transomWatchPriority(firmware.boot, shim.bridge)
    shim.intercept(
      function(boot.RaiseTPL), .replaced(by: priority.raise, routine: priority.raiseRoutine))
    shim.intercept(
      function(boot.RestoreTPL), .replaced(by: priority.restore, routine: priority.restoreRoutine))
    shim.intercept(
      function(boot.CreateEvent), .observed(tag: FirmwareHost.Observed.createEvent))
    shim.intercept(
      function(boot.CreateEventEx), .observed(tag: FirmwareHost.Observed.createEventEx))
    shim.intercept(
      function(boot.CloseEvent), .observed(tag: FirmwareHost.Observed.closeEvent))
    if let attributes = host.protection.attributes {
      shim.intercept(
        function(attributes.pointee.SetMemoryAttributes), .setAttributes(address: 1, count: 2))
      shim.intercept(
        function(attributes.pointee.ClearMemoryAttributes), .setAttributes(address: 1, count: 2))
    }
  }

  /// From here on x64 code runs.
  func start() throws(StartError) {
    if let other = firmware.locate(
      GUIDs.imageEmulator, as: EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL.self),
      other.pointee.MachineType == UInt16(IMAGE_FILE_MACHINE_X64)
    {
      throw .alreadyThere
    }
    Self.activeShim = Unmanaged.passUnretained(shim)
    Self.hostState = host.state
    transomLendLevelStack(levelStack, Self.levelStackSize)
    shim.activate()
    guard installFaultHandler(cpu) == EFI_SUCCESS else {
      shim.deactivate()
      throw .handlerTaken
    }
    guard emulator.install(firmware) == EFI_SUCCESS else {
      transomRemoveExceptionHandler()
      shim.deactivate()
      throw .cannotInstall
    }
    host.state.pointee.lowPage.install()
  }

  /// The reverse of `start`. Every guest image must be gone. False if there is no memory for what
  /// must stay; then nothing has changed.
  func stop() -> Bool {
    guard emulator.retire(firmware, host.protection) else { return false }
    _ = host.state.pointee.lowPage.remove()
    transomRemoveExceptionHandler()
    shim.deactivate()
    transomLendLevelStack(0, 0)
    Self.activeShim = nil
    Self.hostState = nil
    return true
  }
}

/// The address of a service, from the type Swift imports it with.
func function<T>(_ service: T) -> UInt64 { unsafeBitCast(service, to: UInt64.self) }
