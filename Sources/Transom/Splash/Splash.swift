/// The boot splash: a fanlight over the name, what driver draws it, and the mode.
public enum Splash {
  /// Draws for a screen of that size. `driver` is the driver's own name for itself.
  public static func draw(width: Int, height: Int, driver: String) -> Canvas {
    var canvas = Canvas(width: width, height: height)
    let (w, h) = (Double(canvas.width), Double(canvas.height))
    paintSky(&canvas, w, h)

    // One unit is a dot of the small text; everything else is measured in it.
    let unit = max(1, min(w / 320, h / 240).rounded(.down))
    let (panelWidth, panelHeight) = (250 * unit, 176 * unit)
    let (left, top) = ((w - panelWidth) / 2, (h - panelHeight) / 2)
    let edge = Colour(hex: 0xF2B661)
    canvas.paintPanel(
      left: left + 2 * unit, top: top + 3 * unit, right: left + panelWidth + 2 * unit,
      bottom: top + panelHeight + 3 * unit, radius: 10 * unit, colour: Colour(0, 0, 0),
      opacity: 0.28)
    canvas.paintPanel(
      left: left - 1, top: top - 1, right: left + panelWidth + 1, bottom: top + panelHeight + 1,
      radius: 10 * unit + 1, colour: edge, opacity: 0.55)
    canvas.paintPanel(
      left: left, top: top, right: left + panelWidth, bottom: top + panelHeight,
      radius: 10 * unit, colour: Colour(hex: 0x0E2038), opacity: 0.94)

    let middle = w / 2
    paintFanlight(&canvas, x: middle, y: top + 74 * unit, radius: 50 * unit, unit: unit)
    let white = Colour(hex: 0xF6F1E7)
    canvas.paintText(
      "TRANSOM", centre: middle, baseline: top + 119 * unit, scale: 4 * unit, spacing: 2,
      colour: white)
    canvas.paint(
      left: middle - 90 * unit, top: top + 129 * unit, right: middle + 90 * unit,
      bottom: top + 129 * unit + max(1, unit / 2), colour: { _, _ in edge },
      coverage: { x, _ in 0.9 * (1 - abs(x - middle) / (92 * unit)) })
    let name = String(driver.prefix(38))
    canvas.paintText(
      name, centre: middle, baseline: top + 146 * unit, scale: unit, colour: edge)
    canvas.paintText(
      "\(canvas.width) × \(canvas.height)", centre: middle, baseline: top + 163 * unit,
      scale: unit, colour: white.mixed(with: Colour(hex: 0x0E2038), 0.25))
    return canvas
  }

  /// Dusk: dark above, warm at the horizon.
  private static func paintSky(_ canvas: inout Canvas, _ w: Double, _ h: Double) {
    let stops = [0x081526, 0x12355A, 0x2F6C84, 0xE0A15E].map { Colour(hex: $0) }
    canvas.paint(
      left: 0, top: 0, right: w, bottom: h,
      colour: { x, y in
        let place = min(0.999, y / h + 0.05 * (x / w - 0.5)) * Double(stops.count - 1)
        let index = min(stops.count - 2, Int(max(0, place)))
        return stops[index].mixed(with: stops[index + 1], max(0, place) - Double(index))
      })
  }

  /// The window over a door: a half circle of lit panes between ribs.
  private static func paintFanlight(
    _ canvas: inout Canvas, x: Double, y: Double, radius: Double, unit: Double
  ) {
    let rib = 1.5 * unit
    let hub = radius * 0.28
    // Directions of the four inner ribs, 36 degrees apart: (cosine, sine) of 36° and 72°.
    let ribs = [(0.80902, 0.58779), (0.30902, 0.95106), (-0.30902, 0.95106), (-0.80902, 0.58779)]
    let inner = Colour(hex: 0xFFE9B8)
    let outer = Colour(hex: 0xF09A3E)
    canvas.paint(
      left: x - radius - 1, top: y - radius - 1, right: x + radius + 1, bottom: y,
      colour: { px, py in
        let (dx, dy) = (px - x, py - y)
        return inner.mixed(with: outer, (dx * dx + dy * dy).squareRoot() / radius)
      },
      coverage: { px, py in
        let (dx, dy) = (px - x, y - py)
        let far = (dx * dx + dy * dy).squareRoot()
        var inside = min(radius - far, abs(far - hub) - rib, dy)
        if far > hub {
          for (cosine, sine) in ribs { inside = min(inside, abs(dx * sine - dy * cosine) - rib) }
        }
        return inside + 0.5
      })
    canvas.paintPanel(
      left: x - radius - 4 * unit, top: y + rib, right: x + radius + 4 * unit,
      bottom: y + rib + 3 * unit, radius: unit, colour: Colour(hex: 0xF6F1E7), opacity: 1)
  }
}
