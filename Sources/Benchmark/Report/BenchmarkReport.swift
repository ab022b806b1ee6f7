/// Everything one run of `transom bench` found. Times in nanoseconds, medians.
package struct BenchmarkReport: Codable, Sendable {
  /// One kernel under one peer.
  package struct Entry: Codable, Sendable {
    package var peer: String
    package var coldNs: UInt64
    package var smallNs: UInt64
    package var warmNs: UInt64
    /// To the native run of the same count, in this run; nil for native itself, or without it.
    package var coldRatio: Double?
    package var warmRatio: Double?
    /// Executed by a small run, where host instructions are counted.
    package var guestInstructions: UInt64?
    package var hostInstructions: UInt64?
  }

  package struct KernelEntry: Codable, Sendable {
    package var name: String
    package var kind: String
    package var entries: [Entry]
  }

  package struct Summary: Codable, Sendable {
    package var peer: String
    /// Geometric means over the kernels.
    package var coldRatio: Double?
    package var warmRatio: Double?
    package var worstWarmRatio: Double?
    package var worstKernel: String?
    /// First run of the wide program less a later one, for each of its instructions.
    package var translationNsPerInstruction: Double?
    /// Host instructions executed for each guest instruction, over the kernels' total.
    package var hostPerGuest: Double?
  }

  package var machine: MachineDescription
  package var backend: String
  package var kernels: [KernelEntry] = []
  package var wide: KernelEntry?
  package var summaries: [Summary] = []
  package var engine: EngineCosts?
  package var bridge: BridgeCosts?

  package init(machine: MachineDescription, backend: String) {
    self.machine = machine
    self.backend = backend
  }
}

extension BenchmarkReport {
  static func entries(
    _ kernel: Kernel, _ measured: [(peer: Peer, measurement: Measurement)]
  ) -> KernelEntry {
    let native = measured.first { $0.peer == .native }?.measurement
    let nativeSmall = native.flatMap { Statistics.median($0.small) }
    let nativeLarge = native.flatMap { Statistics.median($0.large) }
    var entries: [Entry] = []
    for (peer, measurement) in measured {
      var entry = Entry(
        peer: peer.name, coldNs: Statistics.median(measurement.cold) ?? 0,
        smallNs: Statistics.median(measurement.small) ?? 0,
        warmNs: Statistics.median(measurement.large) ?? 0)
      entry.guestInstructions = measurement.guestInstructions
      entry.hostInstructions = measurement.hostInstructions
      // Without a time of its own there is nothing to compare.
      let isTimed = peer != .native && !measurement.cold.isEmpty
      if isTimed, let nativeSmall, let nativeLarge, nativeSmall > 0, nativeLarge > 0 {
        entry.coldRatio = Double(entry.coldNs) / Double(nativeSmall)
        entry.warmRatio = Double(entry.warmNs) / Double(nativeLarge)
      }
      entries.append(entry)
    }
    return KernelEntry(name: kernel.name, kind: kernel.kind, entries: entries)
  }

  /// Fills the summaries from the kernels.
  mutating func summarize(_ peers: [Peer]) {
    summaries = peers.map { peer in
      let mine = kernels.compactMap { kernel in
        kernel.entries.first { $0.peer == peer.name }.map { (kernel.name, $0) }
      }
      var summary = Summary(peer: peer.name)
      summary.coldRatio = Statistics.geometricMean(mine.compactMap { $0.1.coldRatio })
      summary.warmRatio = Statistics.geometricMean(mine.compactMap { $0.1.warmRatio })
      let guest = mine.reduce(0) { $0 + ($1.1.guestInstructions ?? 0) }
      if guest > 0 {
        let host = mine.reduce(0) { $0 + ($1.1.hostInstructions ?? 0) }
        summary.hostPerGuest = Double(host) / Double(guest)
      }
      let worst = mine.max { ($0.1.warmRatio ?? 0) < ($1.1.warmRatio ?? 0) }
      summary.worstWarmRatio = worst?.1.warmRatio
      if worst?.1.warmRatio != nil { summary.worstKernel = worst?.0 }
      if peer != .native, let wide = wide?.entries.first(where: { $0.peer == peer.name }),
        let count = engine?.wideInstructions, count > 0, wide.coldNs > wide.smallNs
      {
        summary.translationNsPerInstruction = Double(wide.coldNs - wide.smallNs) / Double(count)
      }
      return summary
    }
  }
}
