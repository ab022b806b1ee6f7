import CTransomDxe
import CUEFI
import Shim

/// Where the firmware enters the driver.
@_cdecl("transomEntry")
public func transomEntry(
  _ image: EFI_HANDLE?, _ table: UnsafeMutablePointer<EFI_SYSTEM_TABLE>?
) -> EFI_STATUS {
  guard let firmware = Firmware(image: image, table: table) else { return EFI_INVALID_PARAMETER }
  transomOpenHeap(firmware.boot)
  let console = Console(firmware: firmware)
  let options = Options(from: firmware)
  for word in options.unknown {
    var line = Line("Transom: unknown option ")
    line.add(text: word)
    console.print(line)
  }
  guard !options.isOff else {
    console.print(Line("Transom: switched off"))
    return EFI_ABORTED
  }
  do throws(Driver.StartError) {
    let driver = try Driver(firmware: firmware, options: options, console: console)
    try driver.start()
    Driver.current = driver
    driver.makeResident()
  } catch {
    return explain(error, console)
  }
  return EFI_SUCCESS
}

private func explain(_ error: Driver.StartError, _ console: Console) -> EFI_STATUS {
  switch error {
  case .noCPU:
    console.print(Line("Transom: the firmware has no EFI_CPU_ARCH_PROTOCOL"))
    return EFI_UNSUPPORTED
  case .noMemory:
    console.print(Line("Transom: out of memory"))
    return EFI_OUT_OF_RESOURCES
  case .handlerTaken:
    console.print(Line("Transom: somebody else handles synchronous exceptions"))
    return EFI_ALREADY_STARTED
  case .alreadyThere:
    console.print(Line("Transom: this firmware already runs x64 images"))
    return EFI_ALREADY_STARTED
  case .cannotInstall:
    console.print(Line("Transom: the emulator protocol cannot be installed"))
    return EFI_UNSUPPORTED
  }
}

extension Driver {
  /// Everything that makes the loaded driver useful, and lets it be unloaded.
  func makeResident() {
    Identity.install(firmware)
    if let loaded = firmware.interface(
      on: firmware.image, GUIDs.loadedImage, as: EFI_LOADED_IMAGE_PROTOCOL.self)
    {
      loaded.pointee.Unload = { _ in unloadDriver() }
    }
    watchExitBootServices()
    watchReadyToBoot()
    watchGuests()
    if options.isVerbose { introduce() }
    guard options.dispatchesROMs else { return }
    let before = displays()
    dispatchOptionROMs()
    attachConsoles(since: before)
  }

  private func introduce() {
    var line = Line("Transom: EL")
    line.add(decimal: transomExceptionLevel())
    line.add(host.protection.attributes == nil ? ", CPU" : ", memory attribute")
    line.add(codePages == nil ? " protocol, interpreting, " : " protocol, compiling, ")
    let size =
      transomHeapSize() + Self.levelStackSize + (codePages?.size ?? 0) + shim.stackEnd
      - shim.stackBase
    line.add(decimal: size >> 10)
    line.add(" KiB, guest stack at ")
    line.add(address: shim.stackBase)
    console.print(line)
  }

  /// By then there are consoles, for what was said when there were none.
  private func watchReadyToBoot() {
    var event: EFI_EVENT?
    var group = GUIDs.readyToBoot
    let status = firmware.boot.pointee.CreateEventEx(
      UInt32(EVT_NOTIFY_SIGNAL), EFI_TPL(TPL_CALLBACK),
      { _, _ in Driver.current?.console.catchUp() }, nil, &group, &event)
    if status == EFI_SUCCESS { bootEvent = event }
  }

  /// Guest code that calls nobody is looked at ten times a second. At TPL_NOTIFY and above nothing
  /// interrupts it, as nothing interrupts native code there.
  private func watchGuests() {
    guard codePages != nil, options.timeout > 0 else { return }
    var event: EFI_EVENT?
    let boot = firmware.boot
    let status = boot.pointee.CreateEvent(
      UInt32(EVT_TIMER) | UInt32(EVT_NOTIFY_SIGNAL), EFI_TPL(TPL_NOTIFY),
      { _, _ in Driver.activeShim?._withUnsafeGuaranteedRef { $0.host.watch($0) } }, nil, &event)
    guard status == EFI_SUCCESS, let event else { return }
    // In units of 100 ns.
    _ = boot.pointee.SetTimer(event, UInt32(TimerPeriodic), 1_000_000)
    guestEvent = event
  }

  /// The firmware signals the newest event of a group first and the lowest task priority last, so
  /// guests' own events in this group, all of them younger, have been called before.
  private func watchExitBootServices() {
    var event: EFI_EVENT?
    var group = GUIDs.exitBootServices
    let status = firmware.boot.pointee.CreateEventEx(
      UInt32(EVT_NOTIFY_SIGNAL), EFI_TPL(TPL_CALLBACK),
      { _, _ in
        Driver.current?.leaveBootServices()
      }, nil, &group, &event)
    if status == EFI_SUCCESS { exitEvent = event }
  }
}
