// For rounding, which the compiler leaves to the mathematics library.
import Glibc

/// A colour with components from 0 to 1.
struct Colour {
  var red, green, blue: Double

  init(_ red: Double, _ green: Double, _ blue: Double) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Red, green and blue as 0xRRGGBB.
  init(hex: UInt32) {
    self.init(
      Double(hex >> 16 & 0xFF) / 255, Double(hex >> 8 & 0xFF) / 255, Double(hex & 0xFF) / 255)
  }

  /// `fraction` of the way from this colour to `other`.
  func mixed(with other: Colour, _ fraction: Double) -> Colour {
    func mix(_ from: Double, _ to: Double) -> Double { from + (to - from) * fraction }
    return Colour(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }
}

/// Pixels in the order of EFI_GRAPHICS_OUTPUT_BLT_PIXEL (UEFI 2.10, 12.9.2): blue in the low byte,
/// then green, red and a reserved byte of zero.
public struct Canvas {
  public let width: Int
  public let height: Int
  public private(set) var pixels: [UInt32]

  /// Black, at least one pixel wide and high.
  public init(width: Int, height: Int) {
    self.width = max(1, width)
    self.height = max(1, height)
    pixels = Array(repeating: 0, count: self.width * self.height)
  }

  /// Lays `colour(x, y)` over each pixel of the rectangle by `coverage(x, y)`, 0 to 1, both at
  /// the pixel's centre. What lies outside the canvas is left out.
  mutating func paint(
    left: Double, top: Double, right: Double, bottom: Double,
    colour: (Double, Double) -> Colour, coverage: (Double, Double) -> Double = { _, _ in 1 }
  ) {
    let columns = clamped(left, right, width)
    for row in clamped(top, bottom, height) {
      for column in columns {
        let (x, y) = (Double(column) + 0.5, Double(row) + 0.5)
        let share = min(1, max(0, coverage(x, y)))
        if share > 0 { blend(column, row, colour(x, y), share) }
      }
    }
  }

  /// A rectangle with rounded corners, its edge smooth.
  mutating func paintPanel(
    left: Double, top: Double, right: Double, bottom: Double, radius: Double, colour: Colour,
    opacity: Double
  ) {
    let (middleX, middleY) = ((left + right) / 2, (top + bottom) / 2)
    let (halfX, halfY) = ((right - left) / 2 - radius, (bottom - top) / 2 - radius)
    paint(
      left: left - 1, top: top - 1, right: right + 1, bottom: bottom + 1,
      colour: { _, _ in colour },
      coverage: { x, y in
        let (dx, dy) = (max(abs(x - middleX) - halfX, 0), max(abs(y - middleY) - halfY, 0))
        return min(1, max(0, radius + 0.5 - (dx * dx + dy * dy).squareRoot())) * opacity
      })
  }

  /// Text centred on `centre`, its base line at `baseline`, a dot of the font `scale` pixels wide.
  /// Large dots are joined into smooth strokes.
  mutating func paintText(
    _ text: String, centre: Double, baseline: Double, scale: Double, spacing: Double = 1,
    colour: Colour
  ) {
    let font = BitmapFont.standard
    let advance = (Double(BitmapFont.width) + spacing) * scale
    var left = centre - (advance * Double(text.count) - spacing * scale) / 2
    left.round()
    let top = (baseline - Double(BitmapFont.ascent) * scale).rounded()
    for character in text {
      let origin = left
      paint(
        left: origin - scale, top: top - scale,
        right: origin + Double(BitmapFont.width + 1) * scale,
        bottom: top + Double(BitmapFont.height + 1) * scale,
        colour: { _, _ in colour },
        coverage: { x, y in
          stroke(font, character, (x - origin) / scale, (y - top) / scale, sharpness: scale)
        })
      left += advance
    }
  }

  private func clamped(_ low: Double, _ high: Double, _ limit: Int) -> Range<Int> {
    let first = Int(max(0, min(low.rounded(.down), Double(limit))))
    let last = Int(max(0, min(high.rounded(.up), Double(limit))))
    return first..<max(first, last)
  }

  private mutating func blend(_ column: Int, _ row: Int, _ colour: Colour, _ share: Double) {
    let index = row * width + column
    let old = Colour(hex: pixels[index])
    let new = old.mixed(with: colour, share)
    func byte(_ value: Double) -> UInt32 { UInt32(min(255, max(0, value * 255 + 0.5))) }
    pixels[index] = byte(new.red) << 16 | byte(new.green) << 8 | byte(new.blue)
  }
}

/// How much of the stroke covers a point given in dots: the distance to the nearest set dot or to
/// the line between two neighbouring ones, so that diagonals join.
private func stroke(
  _ font: BitmapFont, _ character: Character, _ x: Double, _ y: Double, sharpness: Double
) -> Double {
  // At one or two pixels a dot the grid itself is the clearest shape.
  if sharpness < 2.5 {
    return font.dot(character, column: Int(x.rounded(.down)), row: Int(y.rounded(.down))) ? 1 : 0
  }
  let (column, row) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
  var nearest = Double.infinity
  for r in row - 1...row + 1 {
    for c in column - 1...column + 1 where font.dot(character, column: c, row: r) {
      for (dc, dr) in [(0, 0), (1, 0), (0, 1), (1, 1), (-1, 1)] {
        guard font.dot(character, column: c + dc, row: r + dr) else { continue }
        // A diagonal joins only where no dot already makes the corner.
        if dc != 0, dr != 0,
          font.dot(character, column: c + dc, row: r) || font.dot(character, column: c, row: r + dr)
        {
          continue
        }
        nearest = min(
          nearest,
          distance(
            x, y, Double(c) + 0.5, Double(r) + 0.5, Double(c + dc) + 0.5, Double(r + dr) + 0.5))
      }
    }
  }
  return min(1, max(0, (0.47 - nearest) * sharpness + 0.5))
}

/// The distance of a point to a line segment.
private func distance(
  _ x: Double, _ y: Double, _ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double
) -> Double {
  let (dx, dy) = (x1 - x0, y1 - y0)
  let length = dx * dx + dy * dy
  let along = length == 0 ? 0 : min(1, max(0, ((x - x0) * dx + (y - y0) * dy) / length))
  let (ex, ey) = (x - x0 - along * dx, y - y0 - along * dy)
  return (ex * ex + ey * ey).squareRoot()
}
