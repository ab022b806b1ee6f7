/// Runs the kernels under every peer asked for, and measures the costs around them.
package struct BenchmarkRun {
  private let files: KernelFiles
  private let backend: BackendName
  private let peers: [Peer]
  private let repetitions: Repetitions
  private let kernels: [Kernel]

  /// `others` run besides ours.
  package init(
    files: KernelFiles, backend: BackendName, others: [Peer], kernels: [Kernel] = Kernel.all,
    repetitions: Repetitions = Repetitions()
  ) throws {
    self.files = files
    self.backend = backend
    guard backend.isInProcess || backend == .aarch64 else { throw BackendError.missing(backend) }
    peers = others + [.transom(backend)]
    self.repetitions = repetitions
    self.kernels = kernels
  }

  /// `progress` is told what is being measured.
  package func run(progress: (String) -> Void = { _ in }) throws -> BenchmarkReport {
    var report = BenchmarkReport(machine: MachineDescription(), backend: backend.rawValue)
    if backend.isInProcess {
      progress("engine")
      report.engine = try EngineMeter(backend: backend, files: files)
        .measure(repetitions: repetitions.cold)
    }
    for kernel in kernels {
      progress(kernel.name)
      report.kernels.append(try measure(kernel))
    }
    progress(Kernel.wide.name)
    report.wide = try measure(.wide)
    if backend.isInProcess {
      progress("bridge")
      report.bridge = try BridgeMeter(backend).measure()
    }
    report.summarize(peers)
    return report
  }

  private func measure(_ kernel: Kernel) throws -> BenchmarkReport.KernelEntry {
    var measured: [(peer: Peer, measurement: Measurement)] = []
    for peer in peers {
      let measurement = try measure(kernel, under: peer)
      measured.append((peer, measurement))
      let first = measured[0]
      try agree(kernel, measurement.smallResult, peer, first.measurement.smallResult, first.peer)
      // The wide program changes what it works on.
      if kernel.name != Kernel.wide.name, measurement.hostInstructions == nil {
        try agree(kernel, measurement.largeResult, peer, first.measurement.largeResult, first.peer)
      }
    }
    return BenchmarkReport.entries(kernel, measured)
  }

  private func measure(_ kernel: Kernel, under peer: Peer) throws -> Measurement {
    switch peer {
    case .native, .qemu: try ExecutablePeer(peer, files: files).measure(kernel, repetitions)
    case .unicorn: try UnicornPeer(files: files).measure(kernel, repetitions)
    case .transom(let backend) where !backend.isInProcess:
      try RunnerPeer(backend: backend, files: files).measure(kernel)
    case .transom(let backend):
      try EnginePeer(backend, files: files).measure(kernel, repetitions)
    }
  }

  private func agree(
    _ kernel: Kernel, _ value: UInt64, _ peer: Peer, _ expected: UInt64, _ other: Peer
  ) throws {
    guard value == expected else {
      throw BenchmarkError.disagreement(kernel: kernel.name, peer, value, other, expected)
    }
  }
}
