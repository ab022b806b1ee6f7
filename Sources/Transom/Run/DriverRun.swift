import CUEFI
import DeviceModels
import DeviceTree
import OptionROM
import Shim
import SimulatedFirmware
import Trace

/// One driver's way from its ROM to a picture, and the report of it.
///
/// Everything that reaches guest code happens inside `Shim.run`, whose frames a fault drops: what
/// is worth keeping lives in this object, not in those frames.
public final class DriverRun {
  public let machine: SimulatedMachine
  public private(set) var report: RunReport
  /// The device tree that an operating system would be given, once a display is up.
  public private(set) var deviceTreeHandedOn: [UInt8]?
  private let driver: DriverSource
  private let options: RunOptions
  private let devices: [(name: String, model: any PCIDevice)]
  private var failure: String?
  private var romDispatches: [PCIBus.ROMDispatch] = []
  private var before: [UInt64: [EFI_GUID]] = [:]
  private var console = ""

  /// Makes the machine; nothing of the driver has run yet.
  public init(_ driver: DriverSource, options: RunOptions) throws {
    self.driver = driver
    self.options = options
    let platform = try options.makePlatform()
    devices = try options.makeDevices(for: driver)
    let models = devices.map { device in
      options.recorder?.wrap(device.model, name: device.name) ?? device.model
    }
    machine = try SimulatedMachine(
      platform: platform, devices: models, budget: options.budget, backend: options.backend,
      marksPages: options.marksPages, signatures: options.signatures)
    report = RunReport(platform: platform.name)
    machine.recorder.recordsConversation = options.recordsConversation
    if let hooks = options.hooks { machine.install(hooks) }
    if let debugger = options.debugger { machine.attach(debugger) }
    options.replay?.departed = { [unowned machine] text in
      // The crossing under way, or the one that was last.
      let number = machine.recorder.nextSequence
      machine.hooks.stopSoon(
        "the run leaves the recording at crossing \(number == 0 ? 0 : number - 1): \(text)")
    }
    if let trace = options.trace {
      machine.recorder.trace(
        to: trace,
        header: TraceHeader(
          image: driver.name, platform: platform.name, version: TransomVersion.current))
    }
  }

  /// The conversation so far, if the options ask for it.
  public var conversation: [String] { machine.recorder.conversation }

  /// Loads, starts and connects the driver, draws the splash where it brings up a display, and
  /// completes the report.
  public func run() {
    describeInput()
    for handle in machine.firmware.protocols.handles {
      before[UInt64(UInt(bitPattern: handle))] = machine.firmware.protocols.protocols(on: handle)
    }
    StandardProtocols.current?.console.sink = { [weak self] _, text in self?.console += text }
    machine.hooks.guestReturned = { [weak self] target, result, before in
      self?.guestReturned(target, result, before)
    }
    machine.firmware.hooks.image = { [weak self] event in self?.imageChanged(event) }
    for body in [{ $0.start() }, { $0.connect() }, { $0.useDisplay() }] as [(DriverRun) -> Void] {
      guard step(body) else {
        describeFault()
        break
      }
      if failure != nil { break }
    }
    complete()
  }

  /// Runs one part of the way. False if guest code ended it early.
  private func step(_ body: @escaping (DriverRun) -> Void) -> Bool {
    machine.shim.run { [unowned(unsafe) self] in body(self) }
  }

  // MARK: The way

  private func start() {
    note("EntryPoint")
    let before = machine.guestInstructions
    for function in machine.bus.functions where !function.model.rom.isEmpty {
      romDispatches += machine.bus.dispatchROM(of: function)
    }
    guard let dispatch = romDispatches.first(where: { $0.machine == 0x8664 }) else {
      failure = "the ROM has no x64 image that could be dispatched"
      return
    }
    if let problem = dispatch.problem {
      failure = "\(problem)"
      return
    }
    if let status = dispatch.loadStatus {
      add("LoadImage", status, since: machine.guestInstructions)
    }
    if let status = dispatch.startStatus { add("StartImage", status, since: before) }
    let status = dispatch.startStatus ?? dispatch.loadStatus ?? EFI_SUCCESS
    if status != EFI_SUCCESS {
      let name = dispatch.startStatus == nil ? "LoadImage" : "the entry point"
      failure = "\(name) returned \(ValueNames.status(status))"
    }
  }

  private func connect() {
    guard !machine.firmware.protocols.handles(with: .driverBinding).isEmpty else { return }
    machine.names.learn(0)
    report.driverName = driverName()
    for function in machine.bus.functions {
      guard let handle = function.handle else { continue }
      note("ConnectController \(function.location)")
      let before = machine.guestInstructions
      let status = machine.firmware.bootServices.pointee.ConnectController(handle, nil, nil, 1)
      add("ConnectController \(function.location)", status, since: before)
    }
    let isConnected = report.steps.contains {
      $0.name.hasPrefix("ConnectController") && $0.statusValue == 0
    }
    if !isConnected {
      let last = report.steps.last { $0.name.hasPrefix("DriverBinding") }
      failure =
        last.map { "\($0.name) returned \($0.status)" } ?? "the driver binds to none of the devices"
    }
  }

  private func useDisplay() {
    guard let gop = GraphicsOutput(on: machine.firmware) else { return }
    note("GraphicsOutput")
    do throws(FirmwareError) {
      let modes = try gop.modes()
      report.gop = RunReport.GOP(modes: modes.map(\.name))
      if !chooseMode(gop, modes) { return }
      guard let current = gop.current else { return }
      report.gop?.mode = current.mode.name
      report.gop?.framebuffer = gop.framebuffer.map { "0x" + String($0.base, radix: 16) }
      handTreeOn(gop)
      let splash = Splash.draw(
        width: Int(min(current.mode.width, 16384)), height: Int(min(current.mode.height, 16384)),
        driver: report.driverName ?? driver.name)
      let before = machine.guestInstructions
      let status = try gop.draw(splash)
      add("GraphicsOutput.Blt", status, since: before)
      if status != EFI_SUCCESS { failure = "Blt returned \(ValueNames.status(status))" }
    } catch {
      failure = "the splash could not be drawn: \(error)"
    }
    takeScreenshot()
  }

  /// Sets the mode that was asked for, or the first where none is set. False if that failed.
  private func chooseMode(_ gop: GraphicsOutput, _ modes: [GraphicsOutput.Mode]) -> Bool {
    var number: UInt32?
    if let wanted = options.mode {
      guard
        let mode = modes.first(where: { $0.width == wanted.width && $0.height == wanted.height })
      else {
        failure = "the driver has no mode \(wanted.width)x\(wanted.height)"
        return false
      }
      number = mode.number
    } else if gop.current == nil {
      number = modes.first?.number
    }
    guard let number else { return true }
    let before = machine.guestInstructions
    let status = gop.setMode(number)
    add("GraphicsOutput.SetMode", status, since: before)
    if status != EFI_SUCCESS { failure = "SetMode returned \(ValueNames.status(status))" }
    return status == EFI_SUCCESS
  }

  /// With a display up, the device tree handed on tells the operating system of it.
  private func handTreeOn(_ gop: GraphicsOutput) {
    guard let current = gop.current, let framebuffer = gop.framebuffer, framebuffer.base != 0,
      current.info.PixelFormat < 2
    else { return }
    let display = Platform.LitDisplay(
      address: framebuffer.base, width: current.mode.width, height: current.mode.height,
      stride: current.info.PixelsPerScanLine &* 4,
      format: current.info.PixelFormat == 0 ? .redFirst : .blueFirst)
    guard let tree = try? machine.platform.handedOnTree(display: display),
      let copy = try? machine.firmware.allocateCopy(of: tree)
    else { return }
    try? machine.firmware.installTable(.deviceTreeTable, copy)
    deviceTreeHandedOn = tree
  }

  /// The picture is the device's: what its registers say is shown of its own memory.
  private func takeScreenshot() {
    guard let path = options.screenshot else { return }
    guard let display = machine.bus.display?.model, let screen = display.screen,
      let memory = display.framebuffer
    else {
      failure = failure ?? "there is no display to take a picture of"
      return
    }
    do throws(PNGError) {
      try PNGImage.write(
        screen.pixels(in: UnsafeRawBufferPointer(memory)), width: screen.width,
        height: screen.height, to: path)
      report.screenshot = path
    } catch {
      failure = failure ?? error.description
    }
  }

  // MARK: Watching

  private func note(_ text: String) {
    machine.recorder.note(
      text, instructions: machine.guestInstructions, time: machine.firmware.clock.nanoseconds)
  }

  private func add(_ name: String, _ status: EFI_STATUS, since instructions: UInt64) {
    report.steps.append(
      RunReport.Step(
        name: name, status: ValueNames.status(status),
        guestInstructions: machine.guestInstructions - instructions, statusValue: status))
  }

  /// Notes what the driver's own functions answered when the firmware called them.
  private func guestReturned(_ target: UInt64, _ result: UInt64, _ instructionsBefore: UInt64) {
    guard let name = machine.names.function(target), name.hasPrefix("DriverBinding.") else {
      return
    }
    add(name, result, since: instructionsBefore)
  }

  private func imageChanged(_ event: ImageEvent) {
    var name = event.name
    if event.kind == .loaded, event.base != 0 {
      machine.firmware.images.setName(driver.name, of: EFI_HANDLE(bitPattern: UInt(event.handle)))
      name = driver.name
      setLoadOptions(of: EFI_HANDLE(bitPattern: UInt(event.handle)))
      if report.image?.base == nil { report.image?.base = "0x" + String(event.base, radix: 16) }
    }
    if event.kind == .unloading { machine.names.forget(event.base..<event.base + event.size) }
    let kind: TraceImageEvent.Kind =
      switch event.kind {
      case .loaded: .loaded
      case .started: .started
      case .returned: .returned
      case .unloading: .unloading
      }
    machine.recorder.image(
      TraceImageEvent(
        kind: kind, image: TracedImage(name: name, base: event.base, size: event.size),
        handle: event.handle, status: event.status),
      instructions: machine.guestInstructions, time: machine.firmware.clock.nanoseconds)
  }

  private func setLoadOptions(of handle: EFI_HANDLE?) {
    guard let text = options.loadOptions, let handle,
      let interface = machine.firmware.protocols.interface(.loadedImage, on: handle),
      let copy = try? machine.firmware.allocateString(text)
    else { return }
    let image = interface.bindMemory(to: EFI_LOADED_IMAGE_PROTOCOL.self, capacity: 1)
    image.pointee.LoadOptions = UnsafeMutableRawPointer(copy)
    image.pointee.LoadOptionsSize = UInt32(text.utf16.count * 2 + 2)
  }

  /// The name the driver gives itself, in English.
  private func driverName() -> String? {
    guard let handle = machine.firmware.protocols.handles(with: .componentName2).first,
      let interface = machine.firmware.protocols.interface(.componentName2, on: handle)
    else { return nil }
    let table = interface.bindMemory(to: EFI_COMPONENT_NAME2_PROTOCOL.self, capacity: 1)
    guard let language = try? machine.firmware.allocateCopy(of: Array("en\0".utf8)),
      let result = try? machine.firmware.allocatePool(size: 8)
    else { return nil }
    let name = result.bindMemory(to: UnsafeMutablePointer<CHAR16>?.self, capacity: 1)
    let status = table.pointee.GetDriverName(
      table, language.assumingMemoryBound(to: CChar.self), name)
    let text =
      status == EFI_SUCCESS
      ? name.pointee.flatMap { GuestBytes.string16(UInt64(UInt(bitPattern: $0))) } : nil
    try? machine.firmware.freePool(language)
    try? machine.firmware.freePool(result)
    return text
  }

  // MARK: The report

  private func describeInput() {
    let pe = try? PEImage(parsing: driver.bytes)
    report.image = RunReport.Image(
      source: driver.description, name: driver.name, machine: pe?.machine.name ?? "unknown",
      size: driver.bytes.count, entryPoint: pe.map { "0x" + String($0.entryPoint, radix: 16) },
      romImage: driver.imageIndex,
      pciID: driver.identity.map { Self.pciID($0.vendorID, $0.deviceID) })
    for (device, function) in zip(devices, machine.bus.functions) {
      let identity = device.model.identity
      report.devices.append(
        RunReport.Device(
          name: device.name, location: function.location.description,
          pciID: Self.pciID(identity.vendor, identity.device),
          classCode: "0x" + Self.hex(UInt64(identity.classCode), 6)))
    }
  }

  private func describeFault() {
    guard let fault = machine.shim.faultReport else {
      failure = "the run ended without a reason"
      return
    }
    let names = machine.names
    if fault.kind == .stopped {
      failure = machine.hooks.stopReason ?? "stopped"
      report.outcome = .driverFailed
      return
    }
    report.fault = FaultDescription(
      read: { GuestBytes.read($0, $1) }, nameOf: { names.name($0) },
      recentCalls: machine.recorder.recentCalls()
    ).describe(fault)
    report.outcome = FaultDescription.outcome(fault.kind)
    failure = report.fault?.reason
    machine.recorder.fault(
      report.fault?.reason ?? "", location: report.fault?.location ?? "",
      instructions: machine.guestInstructions, time: machine.firmware.clock.nanoseconds)
  }

  private func complete() {
    if let replay = options.replay, failure == nil {
      if let departure = replay.departure {
        failure = "the run leaves the recording: \(departure)"
      } else if replay.remaining > 0 {
        failure = "the run ends \(replay.remaining) accesses before the recording does"
      }
    }
    let counters = machine.shim.counters
    report.crossings = .init(
      hostToGuest: counters.traps, guestToHost: counters.hostCalls, deepest: counters.deepestLevel)
    report.guestInstructions = machine.guestInstructions
    report.virtualNanoseconds = machine.firmware.clock.nanoseconds
    report.ports = .init(
      reads: counters.portReads, writes: counters.portWrites,
      unanswered: counters.unansweredPorts,
      busiest: Array(
        machine.hooks.portCounts.map { port, count in
          RunReport.Count(name: "0x" + String(port, radix: 16), count: count)
        }.sortedByCount().prefix(8)))
    report.lowMemoryAccesses = counters.lowMemoryAccesses
    report.services = machine.recorder.callsByTarget.map { target, count in
      RunReport.Count(
        name: machine.names.name(target) ?? "0x" + String(target, radix: 16), count: count)
    }.sortedByCount()
    let ledger = machine.firmware.ledger
    var missing: [String: UInt64] = [:]
    for (request, count) in ledger.unsupported {
      missing[request.subject, default: 0] += UInt64(count)
    }
    report.missingServices = missing.map { .init(name: $0.key, count: $0.value) }.sortedByCount()
    report.missingProtocols = ledger.missing.map { guid, askers in
      .init(name: machine.names.name(of: guid), count: askers.values.reduce(0) { $0 + UInt64($1) })
    }.sortedByCount()
    report.handles = installedProtocols()
    report.console = console.split(whereSeparator: \.isNewline).map(String.init)
    describeRegisters()
    if report.outcome == .success, failure != nil { report.outcome = .driverFailed }
    report.message = failure
    for body in options.hooks?.ends ?? [] { body(report) }
    options.debugger?.didEnd(report.outcome.rawValue)
    machine.recorder.finish(
      outcome: report.outcome.name, instructions: machine.guestInstructions,
      time: machine.firmware.clock.nanoseconds)
  }

  private func describeRegisters() {
    for (index, device) in devices.enumerated() {
      guard let card = device.model as? BlankCard else { continue }
      report.devices[index].registerLoads = card.log.total.loads
      report.devices[index].registerStores = card.log.total.stores
      report.devices[index].polledRegisters = card.log.lastPolled.map {
        .init(
          bar: $0.register.bar, offset: "0x" + String($0.register.offset, radix: 16),
          loads: $0.loads)
      }
    }
  }

  /// What is in the protocol database that was not there before the driver was loaded.
  private func installedProtocols() -> [RunReport.Handle] {
    machine.firmware.protocols.handles.compactMap { handle in
      let address = UInt64(UInt(bitPattern: handle))
      let old = before[address] ?? []
      // The bus installs the override when it has started a ROM's driver.
      let new = machine.firmware.protocols.protocols(on: handle).filter {
        !old.contains($0) && $0 != .busSpecificDriverOverride
      }
      guard !new.isEmpty else { return nil }
      return .init(
        handle: "0x" + String(address, radix: 16), protocols: new.map(machine.names.name(of:)))
    }
  }

  private static func pciID(_ vendor: UInt16, _ device: UInt16) -> String {
    hex(UInt64(vendor), 4) + ":" + hex(UInt64(device), 4)
  }

  private static func hex(_ value: UInt64, _ digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}

extension Array where Element == RunReport.Count {
  /// Most frequent first, then by name, so that reports repeat.
  fileprivate func sortedByCount() -> [RunReport.Count] {
    sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }
}
