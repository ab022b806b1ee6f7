import SimulatedFirmware
import Testing

/// UEFI 2.10, 12.4.
@Suite struct TextScreenTests {
  @Test func controlCharactersMoveTheCursor() {
    var screen = TextScreen()
    let result1 = screen.write("ab\u{8}c\r\nd".utf16).complete
    #expect(result1)
    #expect(screen.lines[0] == "ac")
    #expect(screen.lines[1] == "d")
    #expect([screen.column, screen.row] == [1, 1])
    #expect(screen.transcript == "abc\nd")
  }

  @Test func longLinesWrapAndTheScreenScrolls() {
    var screen = TextScreen()
    _ = screen.write(String(repeating: "x", count: 81).utf16)
    #expect([screen.column, screen.row] == [1, 1])
    for _ in 0..<24 { _ = screen.write("\n".utf16) }
    #expect(screen.row == 24)
    #expect(screen.lines[0] == "x")
  }

  @Test func modesAndAttributes() {
    var screen = TextScreen()
    #expect(screen.columns == 80 && screen.rows == 25)
    let result2 = screen.setMode(1)
    #expect(!result2)
    let result3 = screen.setMode(3)
    #expect(!result3)
    let result4 = screen.setMode(2)
    #expect(result4)
    #expect(screen.columns == 100 && screen.rows == 31)
    let result5 = screen.setAttribute(0x80)
    #expect(!result5)
    let result6 = screen.setAttribute(0x1e)
    #expect(result6)
    let result7 = screen.setCursor(column: 100, row: 0).moved
    #expect(!result7)
    let result8 = screen.setCursor(column: 99, row: 30).moved
    #expect(result8)
    _ = screen.write("z".utf16)
    #expect(screen.cells.last?.attribute == 0x1e)
  }

  @Test func unprintableCharactersAreReported() {
    var screen = TextScreen()
    let result9 = screen.write([0x01]).complete
    #expect(!result9)
    #expect(screen.lines[0] == "?")
  }
}
