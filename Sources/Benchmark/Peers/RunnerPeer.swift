internal import CaseRunner
internal import Vectors

/// Runs kernels in the portable runner, for how many host instructions they take. Times under an
/// emulator are comparable with nothing.
struct RunnerPeer {
  let backend: BackendName
  let files: KernelFiles
  private var peer: Peer { .transom(backend) }

  func measure(_ kernel: Kernel) throws -> Measurement {
    let prepared = try PreparedKernel(kernel, files: files, by: peer)
    let stack = prepared.program.stack
    let frame = CallLayout.frame(on: stack, .sysv, [])
    var request = PortableRunner.Request()
    request.isFresh = true
    request.isCounting = false
    request.placed = (prepared.program.snapshot() ?? []) + [frame]
    request.regions = prepared.program.regions
    request.state[7] = Kernel.memory
    request.state[6] = kernel.small
    request.state[4] = frame.address
    request.state[ProcessorState.Word.rip] = Kernel.run
    request.returnAddress = CallLayout.returnAddress
    // The second run has all links made. The wide program changes what it works on.
    request.repeats = kernel.name == Kernel.wide.name ? 1 : 2
    let outcomes = try PortableRunner(isCounted: true).run(request).outcomes
    guard let first = outcomes.first, let last = outcomes.last, last.ending == .halted else {
      throw BenchmarkError.peerFailed(
        peer, kernel: kernel.name,
        reason: "it ended with \(outcomes.last?.ending.description ?? "")")
    }
    var measurement = Measurement()
    measurement.smallResult = first.state[0]
    measurement.hostInstructions = last.hostInstructions
    measurement.guestInstructions = try counted(prepared)
    return measurement
  }

  /// Guest instructions, by the reference.
  private func counted(_ prepared: PreparedKernel) throws -> UInt64 {
    let fresh = try FreshEngine(EngineRecipe(backend: .interpreter, isCounting: true))
    prepared.program.enter(
      fresh.processor, entry: Kernel.run, abi: .sysv,
      arguments: [Kernel.memory, prepared.kernel.small])
    _ = fresh.processor.run(returnAddress: CallLayout.returnAddress)
    return fresh.processor.engine.state.pointee.instructionCount
  }
}
