import CUEFI

/// EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL for ConOut and StdErr (UEFI 2.10, 12.4).
enum ConsoleOutput {
  typealias This = UnsafeMutablePointer<EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL>

  /// The two interfaces and their streams, so that one set of functions serves both.
  static func make(
    on firmware: Firmware, functions: EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL, screen: TextScreen
  ) throws(FirmwareError) -> This {
    let interface = try firmware.allocate(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL.self)
    let mode = try firmware.allocate(EFI_SIMPLE_TEXT_OUTPUT_MODE.self)
    interface.pointee = functions
    interface.pointee.Mode = mode
    show(screen, in: mode)
    return interface
  }

  static func functions(on firmware: Firmware) throws(FirmwareError)
    -> EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL
  {
    var table = EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL()
    let reset: @convention(c) (This?, UInt64) -> UInt64 = { this, _ in
      ConsoleOutput.update(this) { screen, _ in
        _ = screen.setMode(0)
        return EFI_SUCCESS
      }
    }
    table.Reset = firmware.publish("TextOutput.Reset", Narrow.asNarrow(reset) as EFI_TEXT_RESET)
    table.OutputString = firmware.publish("TextOutput.OutputString") { this, text in
      guard let units = GuestText.units(text) else { return EFI_INVALID_PARAMETER }
      return ConsoleOutput.update(this) { screen, written in
        let result = screen.write(units)
        written = result.text
        return result.complete ? EFI_SUCCESS : EFI_WARN_UNKNOWN_GLYPH
      }
    }
    table.TestString = firmware.publish("TextOutput.TestString") { _, text in
      guard let units = GuestText.units(text) else { return EFI_INVALID_PARAMETER }
      return units.allSatisfy(TextScreen.canShow) ? EFI_SUCCESS : EFI_UNSUPPORTED
    }
    table.QueryMode = firmware.publish("TextOutput.QueryMode") { _, mode, columns, rows in
      guard let columns, let rows else { return EFI_INVALID_PARAMETER }
      guard let size = TextScreen.size(ofMode: mode) else {
        columns.pointee = 0
        rows.pointee = 0
        return EFI_UNSUPPORTED
      }
      columns.pointee = UInt64(size.columns)
      rows.pointee = UInt64(size.rows)
      return EFI_SUCCESS
    }
    table.SetMode = firmware.publish("TextOutput.SetMode") { this, mode in
      ConsoleOutput.update(this) { screen, _ in
        screen.setMode(mode) ? EFI_SUCCESS : EFI_UNSUPPORTED
      }
    }
    table.SetAttribute = firmware.publish("TextOutput.SetAttribute") { this, attribute in
      ConsoleOutput.update(this) { screen, _ in
        screen.setAttribute(attribute) ? EFI_SUCCESS : EFI_UNSUPPORTED
      }
    }
    table.ClearScreen = firmware.publish("TextOutput.ClearScreen") { this in
      ConsoleOutput.update(this) { screen, _ in
        screen.clear()
        return EFI_SUCCESS
      }
    }
    table.SetCursorPosition = firmware.publish("TextOutput.SetCursorPosition") {
      this, column, row in
      ConsoleOutput.update(this) { screen, written in
        let result = screen.setCursor(column: column, row: row)
        written = result.written
        return result.moved ? EFI_SUCCESS : EFI_UNSUPPORTED
      }
    }
    let enable: @convention(c) (This?, UInt64) -> UInt64 = { this, visible in
      ConsoleOutput.update(this) { screen, _ in
        screen.cursorVisible = visible & 0xff != 0
        return EFI_SUCCESS
      }
    }
    table.EnableCursor = firmware.publish(
      "TextOutput.EnableCursor", Narrow.asNarrow(enable) as EFI_TEXT_ENABLE_CURSOR)
    return table
  }

  /// Changes the screen behind an interface, shows the guest its new mode, and passes on the text.
  private static func update(
    _ this: This?, _ change: (inout TextScreen, inout String) -> UInt64
  ) -> UInt64 {
    guard let this, let protocols = StandardProtocols.current else { return EFI_INVALID_PARAMETER }
    let console = protocols.console
    var written = ""
    let status: UInt64
    let stream: TextConsole.Stream
    if this == protocols.standardError {
      stream = .error
      status = change(&console.error, &written)
      show(console.error, in: this.pointee.Mode)
    } else {
      stream = .output
      status = change(&console.output, &written)
      show(console.output, in: this.pointee.Mode)
    }
    if !written.isEmpty { console.sink?(stream, written) }
    return status
  }

  private static func show(
    _ screen: TextScreen, in mode: UnsafeMutablePointer<EFI_SIMPLE_TEXT_OUTPUT_MODE>?
  ) {
    mode?.pointee = EFI_SIMPLE_TEXT_OUTPUT_MODE(
      MaxMode: Int32(TextScreen.modes.count), Mode: Int32(screen.mode),
      Attribute: Int32(screen.attribute), CursorColumn: Int32(screen.column),
      CursorRow: Int32(screen.row), CursorVisible: screen.cursorVisible ? 1 : 0)
  }
}
