import CUEFI

/// What the protocols of this directory need of the firmware, in their own words.
extension Firmware {
  @discardableResult
  func install(
    _ guid: EFI_GUID, _ interface: UnsafeMutableRawPointer?, on handle: EFI_HANDLE? = nil
  ) throws(FirmwareError) -> EFI_HANDLE {
    try protocols.install(guid, interface, on: handle)
  }

  /// Enters a table into the system table's list, as any driver would.
  public func installTable(
    _ guid: EFI_GUID, _ table: UnsafeMutableRawPointer
  ) throws(FirmwareError) {
    guard let function = bootServices.pointee.InstallConfigurationTable else { throw .notReady }
    let name = try allocate(EFI_GUID.self)
    name.pointee = guid
    let status = function(name, table)
    try freePool(name)
    guard status == EFI_SUCCESS else { throw .status(status) }
  }

  /// An event that runs `notify` whenever somebody waits for it or checks it.
  func makeWaitEvent(_ notify: EFI_EVENT_NOTIFY) throws(FirmwareError) -> EFI_EVENT {
    try events.create(
      type: EVT_NOTIFY_WAIT, level: TPL_NOTIFY,
      function: UInt64(UInt(bitPattern: unsafeBitCast(notify, to: UnsafeRawPointer.self))),
      context: 0)
  }

  typealias ConsoleInterface = (handle: EFI_HANDLE, interface: UnsafeMutableRawPointer)

  /// Wires the consoles into the system table (UEFI 2.10, 4.3).
  func setConsoles(input: ConsoleInterface, output: ConsoleInterface, error: ConsoleInterface) {
    guard let table = systemTable else { return }
    table.pointee.ConsoleInHandle = input.handle
    table.pointee.ConIn = input.interface
    table.pointee.ConsoleOutHandle = output.handle
    table.pointee.ConOut = output.interface
    table.pointee.StandardErrorHandle = error.handle
    table.pointee.StdErr = error.interface
    table.pointee.Hdr.CRC32 = 0
    table.pointee.Hdr.CRC32 = GuestText.checksum(table)
  }
}
