import CUEFI
import DeviceModels
import LinuxHost
import Shim
import SimulatedFirmware
import Trace
import Translator

/// Why a machine could not be made.
public struct MachineError: Error, CustomStringConvertible {
  public var description: String
}

/// A simulated server: firmware, PCI bus with its devices, and the shim through which the firmware
/// reaches x64 code. A process has one at a time.
public final class SimulatedMachine {
  public let platform: Platform
  public let firmware: Firmware
  public let bus: PCIBus
  public let shim: Shim<LinuxHost>
  public let recorder: Recorder
  let hooks: MachineHooks
  let names: AddressNames
  /// Given back when the machine is gone: until then the guest's state lies there.
  private let codeMemory: CodeMemory?

  /// Builds the machine and leaves it ready to start drivers. `budget` bounds the guest
  /// instructions of everything that runs on it.
  public init(
    platform: Platform, devices: [any PCIDevice], budget: UInt64, backend: Backend = .native,
    marksPages: Bool = true, signatures: Signatures = .builtIn
  ) throws(MachineError) {
    self.platform = platform
    do {
      let configuration = try backend.makeConfiguration()
      codeMemory = configuration.codeMemory
      firmware = try Firmware(configuration: FirmwareConfiguration(platform: platform))
      try firmware.start()
      try StandardProtocols.install(on: firmware, platform: Self.description(of: platform))
      bus = try PCIBus(firmware: firmware, platform: platform, devices: devices)
      try bus.install()
      let engine = Engine(configuration: configuration)
      engine.state.pointee.cr3 = try IdentityPageTables.make(in: firmware)
      hooks = MachineHooks(firmware: firmware, engine: engine, budget: budget)
      hooks.bus = bus
      shim = try Shim(host: LinuxHost(machine: hooks.machine), engine: engine)
      try shim.installTrap()
      try ImageEmulator.install(on: firmware, shim: shim, marksPages: marksPages)
    } catch {
      throw MachineError(description: "the machine could not be made: \(error)")
    }
    names = AddressNames(firmware: firmware, signatures: signatures)
    names.bus = bus
    recorder = Recorder(
      decoder: CallDecoder(environment: names.traceEnvironment(), signatures: signatures))
    hooks.recorder = recorder
    hooks.level = { [shim] in shim.depth }
    hooks.stopShim = { [unowned shim] in shim.stop() }
    interceptMemoryServices()
  }

  deinit { codeMemory?.unmapOnLinux() }

  /// Gives the process's memory back. Nothing of the machine may be used afterwards.
  public func tearDown() {
    // Pages are made writable again while they are still the machine's.
    shim.engine.forget(0, count: .max)
    shim.removeTrap()
    ImageEmulator.drop()
    hooks.level = { 0 }
    hooks.recorder = nil
    hooks.hookRunner = nil
    hooks.debugger = nil
    hooks.stopShim = {}
    bus.tearDown()
    firmware.tearDown()
  }

  /// The guest processor, for hooks and debuggers.
  public var guest: Guest {
    Guest(engine: shim.engine) { [unowned shim] in shim.invalidate($0, count: $1) }
  }

  /// Lets a user of the library see and change what happens.
  func install(_ hooks: Hooks) {
    let (firmware, recorder) = (firmware, recorder)
    self.hooks.hookRunner = HookRunner(
      hooks, guest: guest, nameOf: { recorder.displayName($0) },
      placeOf: { address in
        firmware.images.image(at: address).map { ($0.name, $0.offset) }
      }, stop: { [unowned self] in self.hooks.stop($0) })
  }

  /// Guest instructions executed so far.
  public var guestInstructions: UInt64 { shim.engine.state.pointee.instructionCount }

  /// The services that change memory the guest may have executed. The firmware does not know.
  private func interceptMemoryServices() {
    let actions: [(String, Interception)] = [
      ("gBS->CopyMem", .invalidate(address: 0, count: 2)),
      ("gBS->SetMem", .invalidate(address: 0, count: 1)),
      ("gBS->AllocatePages", .allocatePages), ("gBS->FreePages", .freePages),
      ("gBS->AllocatePool", .allocatePool), ("gBS->FreePool", .freePool),
    ]
    for (name, action) in actions {
      if let address = firmware.code.address(named: name) { shim.intercept(address, action) }
    }
  }

  private static func description(of platform: Platform) -> StandardProtocols.Platform {
    var deviceMemory: [(base: UInt64, length: UInt64)] = []
    var ports: [(base: UInt64, length: UInt64)] = []
    for window in platform.hostBridge?.windows ?? [] {
      if window.space == .io {
        ports.append((window.pciBase, window.size))
      } else {
        deviceMemory.append((window.hostBase, window.size))
      }
    }
    return StandardProtocols.Platform(
      systemMemory: platform.memory.map { ($0.base, $0.size) }, deviceMemory: deviceMemory,
      ports: ports)
  }
}
