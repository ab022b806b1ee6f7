internal import CaseRunner
internal import Translator
internal import Vectors

/// A kernel in this process, its data made: what runs it here begins from that.
struct PreparedKernel {
  let kernel: Kernel
  let program: PlacedProgram
  let codeSize: UInt64

  /// The data is made by the reference back end, whoever is measured afterwards.
  init(_ kernel: Kernel, files: KernelFiles, by peer: Peer) throws {
    self.kernel = kernel
    let code = try files.read(kernel.name)
    codeSize = UInt64(code.count)
    program = try PlacedProgram(
      code: code, load: Kernel.load,
      regions: [Region(address: Kernel.memory, count: Kernel.memorySize)])
    let processor = CaseProcessor(configuration: EngineConfiguration())
    program.enter(
      processor, entry: Kernel.prepare, abi: .sysv, arguments: [Kernel.memory])
    guard processor.run(returnAddress: CallLayout.returnAddress) == .returned else {
      throw BenchmarkError.peerFailed(peer, kernel: kernel.name, reason: "prepare did not return")
    }
  }
}
