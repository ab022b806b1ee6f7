internal import CBenchmark

/// Runs kernels in Unicorn, in a child process that loads the library.
struct UnicornPeer {
  private let files: KernelFiles

  init(files: KernelFiles) { self.files = files }

  func measure(_ kernel: Kernel, _ repetitions: Repetitions) throws -> Measurement {
    let prepared = try PreparedKernel(kernel, files: files, by: .unicorn)
    var measurement = Measurement()
    let small = try timings(
      prepared, kernel.small, fresh: repetitions.cold, repeats: repetitions.warm)
    measurement.cold = small.prefix(repetitions.cold).map(\.nanoseconds)
    measurement.small = small.dropFirst(repetitions.cold).map(\.nanoseconds)
    measurement.smallResult = small[0].result
    let large = try timings(prepared, kernel.large, fresh: 1, repeats: repetitions.warm)
    measurement.largeResult = large[0].result
    measurement.large = large.dropFirst().map(\.nanoseconds)
    return measurement
  }

  private func timings(
    _ prepared: PreparedKernel, _ count: UInt64, fresh: Int, repeats: Int
  ) throws -> [TransomUnicornTiming] {
    var job = TransomUnicornJob()
    job.code = Kernel.load
    job.codeSize = (prepared.codeSize + 0xFFF) & ~0xFFF
    job.memory = Kernel.memory
    job.memorySize = Kernel.memorySize
    job.stack = prepared.program.stack.address
    job.stackSize = prepared.program.stack.count
    job.entry = Kernel.run
    job.count = count
    job.freshEngines = UInt32(fresh)
    job.repeats = UInt32(repeats)
    var timings = [TransomUnicornTiming](repeating: .init(), count: fresh + repeats)
    switch Int(transomUnicornRun(&job, &timings)) {
    case Int(transomUnicornDone): return timings
    case Int(transomUnicornMissing): throw BenchmarkError.notInstalled(.unicorn)
    default:
      throw BenchmarkError.peerFailed(
        .unicorn, kernel: prepared.kernel.name, reason: "an engine reported an error")
    }
  }
}
