// ScreenText PICTURE.ppm TEXT: whether the text stands on the picture, drawn by a console of fixed
// cells. Needs no font: every occurrence of a character must look alike, different characters must
// look different, and nothing else may be there.
import Foundation

struct Picture {
  let width: Int
  let height: Int
  let pixels: [UInt8]

  init?(_ path: String) {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let bytes = [UInt8](data)
    var fields: [Int] = []
    var position = 2
    while fields.count < 3, position < bytes.count {
      while position < bytes.count, bytes[position] <= 32 { position += 1 }
      var value = 0
      while position < bytes.count, bytes[position] > 32 {
        value = value * 10 + Int(bytes[position]) - 48
        position += 1
      }
      fields.append(value)
    }
    position += 1
    guard fields.count == 3, bytes.count >= position + fields[0] * fields[1] * 3 else { return nil }
    (width, height) = (fields[0], fields[1])
    pixels = Array(bytes[position...])
  }

  func isLit(_ x: Int, _ y: Int) -> Bool {
    let place = (y * width + x) * 3
    return pixels[place] | pixels[place + 1] | pixels[place + 2] > 32
  }
}

/// EDK2's console font: 8 by 19; the text area is centred.
let cellWidth = 8
let cellHeight = 19

func mismatch(_ picture: Picture, _ lines: [String], columns: Int, rows: Int) -> String? {
  let left = (picture.width - columns * cellWidth) / 2
  let top = (picture.height - rows * cellHeight) / 2
  guard left >= 0, top >= 0 else { return "does not fit" }
  var grid = [[Character]](repeating: [Character](repeating: " ", count: columns), count: rows)
  var row = 0
  for line in lines {
    var column = 0
    for character in line {
      if column == columns { (row, column) = (row + 1, 0) }
      guard row < rows else { return "too many lines" }
      grid[row][column] = character
      column += 1
    }
    row += 1
  }
  let cursorRow = max(0, row - 1)
  var shapes: [Character: [UInt8]] = [:]
  for row in 0..<rows {
    for column in 0..<columns {
      var shape = [UInt8](repeating: 0, count: cellHeight)
      for y in 0..<cellHeight {
        for x in 0..<cellWidth
        where picture.isLit(left + column * cellWidth + x, top + row * cellHeight + y) {
          shape[y] |= 1 << UInt8(x)
        }
      }
      let character = grid[row][column]
      if let known = shapes[character] {
        // The cursor may stand behind the last line.
        if known != shape, !(character == " " && row >= cursorRow) {
          return "row \(row), column \(column): not the same \"\(character)\" as before"
        }
      } else {
        shapes[character] = shape
      }
    }
  }
  guard shapes.count >= 20 else { return "only \(shapes.count) characters to compare" }
  guard Set(shapes.values).count == shapes.count else { return "two characters look alike" }
  return shapes[" "]?.contains { $0 != 0 } == true ? "a space is not empty" : nil
}

func end(_ message: String, _ code: Int32) -> Never {
  FileHandle.standardError.write(Data("\(message)\n".utf8))
  exit(code)
}

let arguments = CommandLine.arguments
guard arguments.count == 3, let picture = Picture(arguments[1]) else {
  end("usage: ScreenText PICTURE.ppm TEXT", 2)
}
guard let text = try? String(contentsOfFile: arguments[2], encoding: .utf8) else {
  end("\(arguments[2]): cannot be read", 2)
}
let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
var why: [String] = []
for (columns, rows) in [(100, 31), (80, 25), (80, 50), (160, 42), (128, 40), (240, 56)] {
  guard let reason = mismatch(picture, lines, columns: columns, rows: rows) else {
    print("\(lines.count) lines on \(columns)x\(rows) cells as they should be")
    exit(0)
  }
  why.append("\(columns)x\(rows): \(reason)")
}
end(why.joined(separator: "\n"), 1)
