internal import Foundation

extension BenchmarkReport {
  /// The report as text, columns aligned.
  package var table: String {
    var lines = ["on \(machine.line)", ""]
    let peers = summaries.map(\.peer)
    lines += Self.aligned(kernelRows(peers))
    lines.append("")
    lines += Self.aligned(summaryRows)
    if let engine { lines += [""] + Self.lines(engine, backend) }
    if let bridge { lines += [""] + Self.lines(bridge) }
    return lines.joined(separator: "\n")
  }

  /// Native in microseconds; the others as ratios to it, or in microseconds where there is none.
  private func kernelRows(_ peers: [String]) -> [[String]] {
    var header = ["kernel", "what"]
    for peer in peers {
      header +=
        peer == Peer.native.name
        ? ["native µs"]
        : isCounted(peer) ? ["\(peer) host per guest"] : ["\(peer) cold", "warm"]
    }
    var rows = [header]
    for kernel in kernels {
      var row = [kernel.name, kernel.kind]
      for entry in kernel.entries {
        if entry.peer == Peer.native.name {
          row.append(Self.microseconds(entry.warmNs))
        } else if let guest = entry.guestInstructions, let host = entry.hostInstructions {
          row.append(Self.ratio(Double(host) / Double(max(guest, 1))))
        } else {
          row.append(entry.coldRatio.map(Self.ratio) ?? Self.microseconds(entry.coldNs) + " µs")
          row.append(entry.warmRatio.map(Self.ratio) ?? Self.microseconds(entry.warmNs) + " µs")
        }
      }
      rows.append(row)
    }
    return rows
  }

  private func isCounted(_ peer: String) -> Bool {
    summaries.contains { $0.peer == peer && $0.hostPerGuest != nil }
  }

  private var summaryRows: [[String]] {
    var rows = [
      [
        "geometric mean", "cold", "warm", "worst", "in", "ns per instruction translated",
        "host per guest",
      ]
    ]
    for summary in summaries where summary.peer != Peer.native.name {
      rows.append([
        summary.peer, summary.coldRatio.map(Self.ratio) ?? "-",
        summary.warmRatio.map(Self.ratio) ?? "-", summary.worstWarmRatio.map(Self.ratio) ?? "-",
        summary.worstKernel ?? "-",
        summary.translationNsPerInstruction.map { String(format: "%.0f", $0) } ?? "-",
        summary.hostPerGuest.map(Self.ratio) ?? "-",
      ])
    }
    return rows
  }

  private static func lines(_ engine: EngineCosts, _ backend: String) -> [String] {
    [
      "engine \(backend): made in \(engine.startNs) ns; the wide program's "
        + "\(engine.wideInstructions) instructions translated in "
        + String(format: "%.0f ns each", engine.translationNsPerInstruction)
        + ", \(engine.wideCodeBytes >> 10) KiB of code, \(engine.residentBytes >> 10) KiB more "
        + "resident"
    ]
  }

  private static func lines(_ bridge: BridgeCosts) -> [String] {
    let ns = { (value: Double) in String(format: "%.0f ns", value) }
    return [
      "bridge: into the guest and back \(ns(bridge.callIn)), with the fault "
        + "\(ns(bridge.callInWithFault)) (a bare SIGSEGV: \(ns(bridge.bareSignal))); out to the host "
        + "and back \(ns(bridge.callOut)); in, out and back \(ns(bridge.callInAndOut))"
    ]
  }

  private static func ratio(_ value: Double) -> String {
    String(format: value < 100 ? "%.2f" : "%.0f", value)
  }

  private static func microseconds(_ nanoseconds: UInt64) -> String {
    String(format: "%.0f", Double(nanoseconds) / 1000)
  }

  /// Words to the left, numbers to the right.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        let isWord = rows.last?[column].first?.isLetter ?? true
        line += (column == 0 ? "" : "  ") + (isWord ? cell + padding : padding + cell)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
