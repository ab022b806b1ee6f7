internal import Foundation

extension BenchmarkReport {
  /// A picture: for every kernel and peer the run time as a multiple of native, on a logarithmic
  /// scale, warm beside cold. Empty of bars where there is no native run to compare with.
  package var svg: String {
    let peers = summaries.map(\.peer).filter { $0 != Peer.native.name }
    var chart = Chart(peers: peers, rows: kernels.count + 1, most: largestRatio)
    chart.begin(title: "Run time as a multiple of native", note: machine.line)
    for (row, kernel) in kernels.enumerated() {
      chart.label(kernel.name, row: row, isBold: false)
      for entry in kernel.entries {
        guard let index = peers.firstIndex(of: entry.peer) else { continue }
        chart.bar(entry.warmRatio, row: row, peer: index, panel: 0)
        chart.bar(entry.coldRatio, row: row, peer: index, panel: 1)
      }
    }
    chart.label("geometric mean", row: kernels.count, isBold: true)
    for summary in summaries {
      guard let index = peers.firstIndex(of: summary.peer) else { continue }
      chart.bar(summary.warmRatio, row: kernels.count, peer: index, panel: 0)
      chart.bar(summary.coldRatio, row: kernels.count, peer: index, panel: 1)
    }
    return chart.end()
  }

  private var largestRatio: Double {
    kernels.flatMap(\.entries).flatMap { [$0.coldRatio ?? 1, $0.warmRatio ?? 1] }.max() ?? 1
  }
}

/// Two panels of horizontal bars that share their rows.
private struct Chart {
  private static let colours = ["#9aa5b1", "#c7b299", "#1f6f8b", "#7a5195"]
  private static let barHeight = 7.0
  private static let panelWidth = 360.0
  private static let left = 120.0
  private static let gap = 30.0
  private static let top = 70.0

  private let peers: [String]
  private let rowHeight: Double
  private let rows: Int
  /// Upper end of the scale, a power of ten; the lower end is 0.5.
  private let decades: Double
  private var body = ""

  init(peers: [String], rows: Int, most: Double) {
    self.peers = peers
    self.rows = rows
    rowHeight = Double(peers.count) * Self.barHeight + 8
    decades = max(1, log10(most).rounded(.up))
  }

  private var width: Double { Self.left + 2 * Self.panelWidth + Self.gap + 50 }
  private var height: Double { Self.top + Double(rows) * rowHeight + 30 }

  private func x(_ ratio: Double, panel: Int) -> Double {
    let low = log10(0.5)
    let share = (log10(max(ratio, 0.5)) - low) / (decades - low)
    return Self.left + Double(panel) * (Self.panelWidth + Self.gap) + share * Self.panelWidth
  }

  mutating func begin(title: String, note: String) {
    text(title, 10, 20, size: 15, isBold: true)
    text(note, 10, 36, size: 10)
    for (index, peer) in peers.enumerated() {
      let at = 10 + Double(index) * 150
      rectangle(at, 44, 10, 10, colour: Self.colours[index % Self.colours.count])
      text(peer, at + 14, 53, size: 11)
    }
    for panel in 0...1 {
      text(
        panel == 0 ? "warm" : "first run, translation included",
        x(0.5, panel: panel), Self.top - 4, size: 11, isBold: true)
      var ratio = 1.0
      while log10(ratio) <= decades {
        let at = x(ratio, panel: panel)
        let bottom = height - 24
        body += "<line x1=\"\(at)\" y1=\"\(Self.top)\" x2=\"\(at)\" y2=\"\(bottom)\" "
        body += "stroke=\"\(ratio == 1 ? "#333" : "#ddd")\"/>\n"
        text("\(Int(ratio))×", at - 6, bottom + 14, size: 10)
        ratio *= 10
      }
    }
  }

  mutating func label(_ name: String, row: Int, isBold: Bool) {
    text(name, 10, Self.top + (Double(row) + 0.5) * rowHeight + 4, size: 11, isBold: isBold)
  }

  mutating func bar(_ ratio: Double?, row: Int, peer: Int, panel: Int) {
    guard let ratio else { return }
    let start = x(0.5, panel: panel)
    let y = Self.top + Double(row) * rowHeight + 4 + Double(peer) * Self.barHeight
    let length = max(x(ratio, panel: panel) - start, 1)
    rectangle(start, y, length, Self.barHeight - 1, colour: Self.colours[peer % Self.colours.count])
    text(String(format: "%.2f", ratio), start + length + 2, y + Self.barHeight - 1, size: 7)
  }

  func end() -> String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Int(width))\" height=\"\(Int(height))\" "
      + "font-family=\"sans-serif\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      + body + "</svg>\n"
  }

  private mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, colour: String
  ) {
    body += "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" "
    body += "fill=\"\(colour)\"/>\n"
  }

  private mutating func text(
    _ string: String, _ x: Double, _ y: Double, size: Int, isBold: Bool = false
  ) {
    let escaped = string.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;")
    body += "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(size)\""
    body += (isBold ? " font-weight=\"bold\"" : "") + ">\(escaped)</text>\n"
  }
}
