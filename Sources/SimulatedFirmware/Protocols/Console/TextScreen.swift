/// What a text console shows: a grid of cells, a cursor, an attribute, and a transcript of everything
/// written (UEFI 2.10, 12.4). Pure state; the protocol functions stand in ConsoleOutput.swift.
public struct TextScreen: Sendable {
  /// One character cell.
  public struct Cell: Equatable, Sendable {
    public var character: UInt16
    public var attribute: UInt8
  }

  /// Columns and rows of each mode. Mode 1 is 80x50 by the specification and is not supported here.
  public static let modes: [(columns: Int, rows: Int)?] = [(80, 25), nil, (100, 31)]

  /// The transcript keeps this many characters; what comes after is counted in `dropped`.
  public static let transcriptLimit = 4 * 1024 * 1024

  public private(set) var mode = 0
  public private(set) var column = 0
  public private(set) var row = 0
  /// Foreground in bits 0-3, background in bits 4-6 (12.4.1, EFI_TEXT_ATTR).
  public private(set) var attribute: UInt8 = 0x07
  public var cursorVisible = true
  public private(set) var cells: [Cell] = []
  public private(set) var transcript = ""
  public private(set) var dropped = 0
  private var transcriptLength = 0
  private var lastWasNewline = true
  private var highSurrogate: UInt16?

  public init() { clear() }

  public var columns: Int { Self.modes[mode]?.columns ?? 80 }
  public var rows: Int { Self.modes[mode]?.rows ?? 25 }

  /// Size of a mode, or nil where the mode is not supported.
  public static func size(ofMode mode: UInt64) -> (columns: Int, rows: Int)? {
    guard mode < UInt64(modes.count) else { return nil }
    return modes[Int(mode)]
  }

  /// False where the mode is not supported; otherwise the screen is cleared in the new mode.
  public mutating func setMode(_ mode: UInt64) -> Bool {
    guard Self.size(ofMode: mode) != nil else { return false }
    self.mode = Int(mode)
    clear()
    return true
  }

  /// False for an attribute with bits beyond 0-6.
  public mutating func setAttribute(_ attribute: UInt64) -> Bool {
    guard attribute & ~0x7f == 0 else { return false }
    self.attribute = UInt8(attribute)
    return true
  }

  public mutating func clear() {
    cells = Array(repeating: blank, count: columns * rows)
    column = 0
    row = 0
  }

  /// False outside the screen. A jump to another line is a line break in the transcript, so that
  /// programs which position every line stay readable.
  public mutating func setCursor(column: UInt64, row: UInt64) -> (moved: Bool, written: String) {
    guard column < UInt64(columns), row < UInt64(rows) else { return (false, "") }
    let breaks = Int(row) != self.row && !lastWasNewline
    self.column = Int(column)
    self.row = Int(row)
    return (true, breaks ? record("\n") : "")
  }

  /// Whether a character can be shown: the control characters of 12.4.3 and anything printable.
  public static func canShow(_ unit: UInt16) -> Bool {
    switch unit {
    case 0x08, 0x0a, 0x0d, 0x09: return true
    case 0..<0x20, 0x7f..<0xa0, 0xfffe...0xffff: return false
    default: return true
    }
  }

  /// Writes UCS-2 text; returns what was added to the transcript, and whether every character could
  /// be shown.
  public mutating func write(_ units: some Sequence<UInt16>) -> (text: String, complete: Bool) {
    var written = ""
    var complete = true
    for unit in units {
      if !Self.canShow(unit) { complete = false }
      written += put(unit)
    }
    return (written, complete)
  }

  /// The screen's lines with trailing blanks removed.
  public var lines: [String] {
    (0..<rows).map { row in
      let units = cells[(row * columns)..<((row + 1) * columns)].map(\.character)
      let end = units.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? 0
      return String(decoding: units[..<end], as: UTF16.self)
    }
  }

  private var blank: Cell { Cell(character: 0x20, attribute: attribute) }

  private mutating func put(_ unit: UInt16) -> String {
    switch unit {
    case 0x0d:
      column = 0
      return ""
    case 0x0a:
      lineFeed()
      return record("\n")
    case 0x08:
      if column > 0 { column -= 1 }
      return ""
    case 0xd800..<0xdc00:
      highSurrogate = unit
    default:
      break
    }
    cells[row * columns + column] = Cell(
      character: Self.canShow(unit) ? unit : 0x3f, attribute: attribute)
    column += 1
    if column == columns {
      column = 0
      lineFeed()
    }
    return record(scalar(unit))
  }

  /// A surrogate pair becomes its one character in the transcript; the screen keeps two cells.
  private mutating func scalar(_ unit: UInt16) -> String {
    if (0xd800..<0xdc00).contains(unit) { return "" }
    defer { highSurrogate = nil }
    if let high = highSurrogate { return String(decoding: [high, unit], as: UTF16.self) }
    return String(decoding: [Self.canShow(unit) ? unit : 0x3f], as: UTF16.self)
  }

  private mutating func lineFeed() {
    if row < rows - 1 {
      row += 1
    } else {
      cells.removeFirst(columns)
      cells.append(contentsOf: repeatElement(blank, count: columns))
    }
  }

  private mutating func record(_ text: String) -> String {
    guard !text.isEmpty else { return "" }
    lastWasNewline = text == "\n"
    guard transcriptLength < Self.transcriptLimit else {
      dropped += 1
      return text
    }
    transcriptLength += 1
    transcript += text
    return text
  }
}
