import CUEFI

/// The driver's messages. What is said where or when the console cannot be used waits for the next
/// occasion.
struct Console {
  static let backlogCapacity = 4096
  private let firmware: Firmware
  private let backlog: UnsafeMutablePointer<UInt16>
  private let state: UnsafeMutablePointer<(count: Int, isClosed: Bool)>

  init(firmware: Firmware) {
    self.firmware = firmware
    backlog = .allocate(capacity: Self.backlogCapacity)
    state = .allocate(capacity: 1)
    state.initialize(to: (0, false))
  }

  func deallocate() {
    backlog.deallocate()
    state.deallocate()
  }

  /// After this nothing is printed: the firmware's services are gone.
  func close() { state.pointee.isClosed = true }

  /// The console's services may be called up to TPL_NOTIFY; what the console itself needs is less
  /// (UEFI 2.10, table 7.3).
  private var isUsable: Bool {
    let level = firmware.boot.pointee.RaiseTPL(EFI_TPL(TPL_HIGH_LEVEL))
    firmware.boot.pointee.RestoreTPL(level)
    return level <= EFI_TPL(TPL_NOTIFY) && hasDevice
  }

  /// A driver loaded at boot runs before the consoles are connected; what it says then would go
  /// nowhere.
  private var hasDevice: Bool {
    var guid = GUIDs.consoleOutDevice
    var interface: UnsafeMutableRawPointer?
    return firmware.boot.pointee.LocateProtocol(&guid, nil, &interface) == EFI_SUCCESS
  }

  func print(_ line: consuming Line) {
    guard !state.pointee.isClosed else { return }
    line.withTerminated { text in
      guard isUsable else {
        keep(text)
        return
      }
      flush()
      write(text)
    }
  }

  /// Prints what had to wait, if it can be printed now.
  func catchUp() {
    guard state.pointee.count > 0, !state.pointee.isClosed, isUsable else { return }
    flush()
  }

  private func flush() {
    guard state.pointee.count > 0 else { return }
    backlog[state.pointee.count] = 0
    state.pointee.count = 0
    write(backlog)
  }

  private func keep(_ text: UnsafeMutablePointer<UInt16>) {
    var index = 0
    while text[index] != 0, state.pointee.count < Self.backlogCapacity - 1 {
      backlog[state.pointee.count] = text[index]
      state.pointee.count += 1
      index += 1
    }
  }

  private func write(_ text: UnsafeMutablePointer<UInt16>) {
    guard let console = firmware.table.pointee.ConOut else { return }
    let output = console.assumingMemoryBound(to: EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL.self)
    _ = output.pointee.OutputString(output, text)
  }
}
