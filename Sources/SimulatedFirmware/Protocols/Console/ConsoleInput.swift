import CUEFI

/// EFI_SIMPLE_TEXT_INPUT_PROTOCOL and its extended form (UEFI 2.10, 12.2 and 12.3), fed by a script.
enum ConsoleInput {
  typealias This = UnsafeMutablePointer<EFI_SIMPLE_TEXT_INPUT_PROTOCOL>
  typealias ThisEx = UnsafeMutablePointer<EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL>

  static func makeSimple(on firmware: Firmware) throws(FirmwareError) -> This {
    let interface = try firmware.allocate(EFI_SIMPLE_TEXT_INPUT_PROTOCOL.self)
    let reset: @convention(c) (This?, UInt64) -> UInt64 = { _, _ in ConsoleInput.reset() }
    interface.pointee.Reset = firmware.publish(
      "TextInput.Reset", Narrow.asNarrow(reset) as EFI_INPUT_RESET)
    interface.pointee.ReadKeyStroke = firmware.publish("TextInput.ReadKeyStroke") { _, key in
      guard let key else { return EFI_INVALID_PARAMETER }
      guard let next = ConsoleInput.next() else { return EFI_NOT_READY }
      key.pointee = EFI_INPUT_KEY(ScanCode: next.scanCode, UnicodeChar: next.character)
      return EFI_SUCCESS
    }
    interface.pointee.WaitForKey = try waitEvent(on: firmware)
    return interface
  }

  static func makeExtended(on firmware: Firmware) throws(FirmwareError) -> ThisEx {
    let interface = try firmware.allocate(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL.self)
    let reset: @convention(c) (ThisEx?, UInt64) -> UInt64 = { _, _ in ConsoleInput.reset() }
    interface.pointee.Reset = firmware.publish(
      "TextInputEx.Reset", Narrow.asNarrow(reset) as EFI_INPUT_RESET_EX)
    interface.pointee.ReadKeyStrokeEx = firmware.publish("TextInputEx.ReadKeyStrokeEx") {
      _, data in
      guard let data else { return EFI_INVALID_PARAMETER }
      guard let next = ConsoleInput.next() else {
        data.pointee = EFI_KEY_DATA()
        return EFI_NOT_READY
      }
      data.pointee = ConsoleInput.data(next)
      return EFI_SUCCESS
    }
    interface.pointee.WaitForKeyEx = try waitEvent(on: firmware)
    interface.pointee.SetState = firmware.publish("TextInputEx.SetState") { _, state in
      guard let state else { return EFI_INVALID_PARAMETER }
      // Bit 7 must be set; bit 6 exposes partial keys, which a script does not have.
      guard state.pointee & 0x80 != 0, state.pointee & 0x78 == 0 else { return EFI_UNSUPPORTED }
      StandardProtocols.current?.console.toggleState = state.pointee
      return EFI_SUCCESS
    }
    interface.pointee.RegisterKeyNotify = firmware.publish("TextInputEx.RegisterKeyNotify") {
      _, data, function, handle in
      guard let data, let function, let handle, let console = StandardProtocols.current?.console
      else { return EFI_INVALID_PARAMETER }
      let key = ConsoleKey(
        scanCode: data.pointee.Key.ScanCode, character: data.pointee.Key.UnicodeChar,
        shiftState: data.pointee.KeyState.KeyShiftState)
      let notification = TextConsole.KeyNotification(
        handle: console.nextNotification, key: key,
        toggleState: data.pointee.KeyState.KeyToggleState, function: function)
      console.notifications.append(notification)
      console.nextNotification += 1
      handle.pointee = UnsafeMutableRawPointer(bitPattern: UInt(notification.handle))
      return EFI_SUCCESS
    }
    interface.pointee.UnregisterKeyNotify = firmware.publish("TextInputEx.UnregisterKeyNotify") {
      _, handle in
      guard let console = StandardProtocols.current?.console,
        let index = console.notifications.firstIndex(where: {
          $0.handle == UInt64(UInt(bitPattern: handle))
        })
      else { return EFI_INVALID_PARAMETER }
      console.notifications.remove(at: index)
      return EFI_SUCCESS
    }
    return interface
  }

  static func data(_ key: ConsoleKey) -> EFI_KEY_DATA {
    EFI_KEY_DATA(
      Key: EFI_INPUT_KEY(ScanCode: key.scanCode, UnicodeChar: key.character),
      KeyState: EFI_KEY_STATE(
        KeyShiftState: key.shiftState,
        KeyToggleState: StandardProtocols.current?.console.toggleState ?? 0x80))
  }

  private static func reset() -> UInt64 {
    // A script is not a buffer that overran: what is still to be typed stays.
    EFI_SUCCESS
  }

  private static func next() -> ConsoleKey? {
    guard let console = StandardProtocols.current?.console, !console.keys.isEmpty else {
      return nil
    }
    return console.keys.removeFirst()
  }

  /// An event whose wait function signals it while a key is there to be read (12.2.1).
  private static func waitEvent(on firmware: Firmware) throws(FirmwareError) -> EFI_EVENT {
    let notify: EFI_EVENT_NOTIFY = firmware.publish("TextInput.WaitForKey") { event, _ in
      guard StandardProtocols.current?.console.keys.isEmpty == false else { return }
      GuestText.signal(event)
    }
    return try firmware.makeWaitEvent(notify)
  }
}
