import CUEFI
import SimulatedFirmware
import XCTest

/// UEFI 2.10, chapter 12, through the interfaces in the system table.
final class ConsoleProtocolTests: MachineTestCase {
  private func output() throws -> UnsafeMutablePointer<EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL> {
    try XCTUnwrap(firmware.systemTable.pointee.ConOut)
      .assumingMemoryBound(to: EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL.self)
  }

  func testWhatAGuestPrintsIsKeptAndPassedOn() throws {
    var seen = ""
    protocols.console.sink = { stream, text in if stream == .output { seen += text } }
    let out = try output()
    XCTAssertEqual(out.pointee.OutputString(out, try text("Hello\r\nworld")), EFI_SUCCESS)
    XCTAssertEqual(seen, "Hello\nworld")
    XCTAssertEqual(protocols.console.output.transcript, "Hello\nworld")
    XCTAssertEqual(out.pointee.Mode.pointee.CursorColumn, 5)
    XCTAssertEqual(out.pointee.Mode.pointee.CursorRow, 1)
    XCTAssertEqual(out.pointee.OutputString(out, nil), EFI_INVALID_PARAMETER)
    XCTAssertEqual(out.pointee.OutputString(out, try text("\u{1}")), EFI_WARN_UNKNOWN_GLYPH)
  }

  func testModes() throws {
    let out = try output()
    var columns: UInt64 = 0
    var rows: UInt64 = 0
    XCTAssertEqual(out.pointee.QueryMode(out, 0, &columns, &rows), EFI_SUCCESS)
    XCTAssertEqual([columns, rows], [80, 25])
    XCTAssertEqual(out.pointee.QueryMode(out, 1, &columns, &rows), EFI_UNSUPPORTED)
    XCTAssertEqual(out.pointee.QueryMode(out, 2, &columns, &rows), EFI_SUCCESS)
    XCTAssertEqual([columns, rows], [100, 31])
    XCTAssertEqual(out.pointee.SetMode(out, 2), EFI_SUCCESS)
    XCTAssertEqual(out.pointee.Mode.pointee.Mode, 2)
    XCTAssertEqual(out.pointee.SetMode(out, 9), EFI_UNSUPPORTED)
    XCTAssertEqual(out.pointee.SetAttribute(out, 0x100), EFI_UNSUPPORTED)
    XCTAssertEqual(out.pointee.SetCursorPosition(out, 100, 0), EFI_UNSUPPORTED)
    XCTAssertEqual(out.pointee.EnableCursor(out, 0), EFI_SUCCESS)
    XCTAssertEqual(out.pointee.Mode.pointee.CursorVisible, 0)
    XCTAssertEqual(out.pointee.Reset(out, 0), EFI_SUCCESS)
    XCTAssertEqual(out.pointee.Mode.pointee.Mode, 0)
  }

  func testErrorsGoToTheirOwnScreen() throws {
    let error = try XCTUnwrap(firmware.systemTable.pointee.StdErr)
      .assumingMemoryBound(to: EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL.self)
    XCTAssertEqual(error.pointee.OutputString(error, try text("oops")), EFI_SUCCESS)
    XCTAssertEqual(protocols.console.error.transcript, "oops")
    XCTAssertEqual(protocols.console.output.transcript, "")
  }

  func testScriptedKeys() throws {
    let input = try XCTUnwrap(firmware.systemTable.pointee.ConIn)
      .assumingMemoryBound(to: EFI_SIMPLE_TEXT_INPUT_PROTOCOL.self)
    var key = EFI_INPUT_KEY()
    XCTAssertEqual(input.pointee.ReadKeyStroke(input, &key), EFI_NOT_READY)
    XCTAssertFalse(try firmware.events.check(input.pointee.WaitForKey))
    protocols.console.press([ConsoleKey(scanCode: 0x17)])
    protocols.console.type("y\n")
    XCTAssertTrue(try firmware.events.check(input.pointee.WaitForKey))
    var keys: [[UInt16]] = []
    while input.pointee.ReadKeyStroke(input, &key) == EFI_SUCCESS {
      keys.append([key.ScanCode, key.UnicodeChar])
    }
    XCTAssertEqual(keys, [[0x17, 0], [0, 0x79], [0, 0x0d]])
    XCTAssertFalse(try firmware.events.check(input.pointee.WaitForKey))
  }

  nonisolated(unsafe) static var notified = 0

  func testKeyNotification() throws {
    let input = try locate(.simpleTextInputEx, as: EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL.self)
    Self.notified = 0
    var wanted = EFI_KEY_DATA()
    wanted.Key.UnicodeChar = 0x61
    var handle: UnsafeMutableRawPointer?
    let status = input.pointee.RegisterKeyNotify(
      input, &wanted,
      { data in
        ConsoleProtocolTests.notified += Int(data?.pointee.Key.UnicodeChar ?? 0)
        return EFI_SUCCESS
      }, &handle)
    XCTAssertEqual(status, EFI_SUCCESS)
    protocols.console.type("ab")
    XCTAssertEqual(Self.notified, 0x61)
    XCTAssertEqual(input.pointee.UnregisterKeyNotify(input, handle), EFI_SUCCESS)
    XCTAssertEqual(input.pointee.UnregisterKeyNotify(input, handle), EFI_INVALID_PARAMETER)
    protocols.console.type("a")
    XCTAssertEqual(Self.notified, 0x61)
  }
}
