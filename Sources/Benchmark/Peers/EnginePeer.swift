internal import CBenchmark
internal import CTranslator
internal import CaseRunner
internal import Translator
internal import Vectors

/// Runs kernels in engines of this process.
struct EnginePeer {
  let backend: BackendName
  private let files: KernelFiles
  private var peer: Peer { .transom(backend) }

  init(_ backend: BackendName, files: KernelFiles) throws {
    self.backend = backend
    self.files = files
    guard backend.isInProcess else { throw BackendError.missing(backend) }
  }

  func measure(_ kernel: Kernel, _ repetitions: Repetitions) throws -> Measurement {
    EngineCall.buildTables()
    let prepared = try PreparedKernel(kernel, files: files, by: peer)
    var measurement = Measurement()
    let recipe = EngineRecipe(backend: backend)
    var fresh = try FreshEngine(recipe)
    for n in 0..<max(repetitions.cold, 1) {
      if n > 0 { fresh = try FreshEngine(recipe) }
      let run = try once(prepared, fresh.processor, kernel.small)
      if n == 0 { measurement.smallResult = run.value }
      measurement.cold.append(run.nanoseconds)
    }
    for _ in 0..<repetitions.warm {
      measurement.small.append(try once(prepared, fresh.processor, kernel.small).nanoseconds)
    }
    for n in 0...repetitions.warm {
      let run = try once(prepared, fresh.processor, kernel.large)
      measurement.largeResult = run.value
      if n > 0 { measurement.large.append(run.nanoseconds) }
    }
    return measurement
  }

  private func once(
    _ prepared: PreparedKernel, _ processor: CaseProcessor, _ count: UInt64
  ) throws -> (value: UInt64, nanoseconds: UInt64) {
    prepared.program.enter(
      processor, entry: Kernel.run, abi: .sysv, arguments: [Kernel.memory, count])
    let start = transomMonotonicNanoseconds()
    let ending = processor.run(returnAddress: CallLayout.returnAddress)
    let end = transomMonotonicNanoseconds()
    guard ending == .returned else {
      throw BenchmarkError.peerFailed(
        peer, kernel: prepared.kernel.name, reason: "it ended with \(ending)")
    }
    return (processor.engine.state.pointee.gpr.0, end - start)
  }
}
