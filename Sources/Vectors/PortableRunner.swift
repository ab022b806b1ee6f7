internal import CCaseRunner
package import CaseRunner
internal import Foundation
package import Translator

/// The portable rooms as an AArch64 program in a process of its own, run by `qemu-aarch64`.
///
/// The program is built by `Sources/TransomRunner/build`; see `PortableRunnerProgram`.
package final class PortableRunner {
  package enum Engine: UInt32, Sendable {
    case interpreter = 0
    case compiled = 1
  }

  /// What is to be run.
  package struct Request {
    package var engine: Engine = .compiled
    package var features: FeatureSet = .baseline
    package var is32Bit = false
    package var regions: [Region] = []
    package var placed: [Placed] = []
    package var system: [SystemRegister: UInt64] = [:]
    package var state = ProcessorState()
    /// Ranges whose contents are wanted afterwards.
    package var wanted: [Region] = []
    package var repeats = 1
    /// A new engine, so that the first run includes translation.
    package var isFresh = false
    /// Compiled code counts guest instructions, so that the budget is exact.
    package var isCounting = true
    package var budget: UInt64 = ~0
    /// Reaching it ends a run as HLT does; 0: nothing does.
    package var returnAddress: UInt64 = 0
    package init() {}
  }

  /// What came of one run.
  package struct Outcome: Sendable {
    package var ending: Ending
    package var runEnding: RunEnding
    package var faultAddress: UInt64
    package var state: ProcessorState
    package var guestInstructions: UInt64
    /// Since the engine was made.
    package var translatedInstructions: UInt64
    package var codeBytes: UInt64
    /// Under emulation: good for comparison with itself only.
    package var nanoseconds: UInt64
    /// Host instructions in translated code, entries and links; of the whole process. Where counted.
    package var hostInstructions: UInt64?
    package var allHostInstructions: UInt64?
  }

  private let process = Process()
  private let toRunner = Pipe()
  private let fromRunner = Pipe()
  private let isCounted: Bool
  private var input = Data()

  /// Starts the program. `isCounted`: with the plugin that counts host instructions.
  package init(
    isCounted: Bool = false, program: PortableRunnerProgram = .init()
  ) throws(PortableRunnerError) {
    self.isCounted = isCounted
    let paths = try program.locate()
    guard let qemu = PortableRunnerProgram.emulator() else { throw .noEmulator }
    process.executableURL = URL(fileURLWithPath: qemu)
    process.arguments =
      (isCounted ? ["-plugin", paths.plugin] : []) + ["-cpu", "max", paths.runner]
    process.standardInput = toRunner
    process.standardOutput = fromRunner
    signal(SIGPIPE, SIG_IGN)
    do {
      try process.run()
    } catch {
      throw .cannotStart(error.localizedDescription)
    }
  }

  deinit {
    try? toRunner.fileHandleForWriting.close()
    if process.isRunning { process.waitUntilExit() }
  }

  /// Runs `request.repeats` times; memory is set up once before. Ranges wanted come last.
  package func run(
    _ request: Request
  ) throws(PortableRunnerError) -> (outcomes: [Outcome], wanted: [[UInt8]]) {
    do {
      try toRunner.fileHandleForWriting.write(contentsOf: encode(request))
    } catch {
      throw died()
    }
    let reply = try read(TransomRunnerReply.self)
    guard reply.magic == UInt32(transomRunnerMagic) else { throw .damaged }
    if reply.refusedRegion != 0 {
      let index = Int(reply.refusedRegion) - 1
      throw .regionRefused(index < request.regions.count ? request.regions[index].address : 0)
    }
    var outcomes: [Outcome] = []
    for _ in 0..<request.repeats { outcomes.append(try outcome()) }
    var wanted: [[UInt8]] = []
    for range in request.wanted { wanted.append(Array(try bytes(Int(range.count)))) }
    return (outcomes, wanted)
  }

  private func encode(_ request: Request) -> Data {
    var header = TransomRunnerRequest()
    header.magic = UInt32(transomRunnerMagic)
    header.backend = request.engine.rawValue
    header.features = request.features.bits
    header.mode = request.is32Bit ? 1 : 0
    header.regionCount = UInt32(request.regions.count)
    header.systemCount = UInt32(request.system.count)
    header.wantedCount = UInt32(request.wanted.count)
    header.placedCount = UInt32(request.placed.count)
    header.repeats = UInt32(request.repeats)
    header.isCounted = isCounted ? 1 : 0
    header.isFresh = request.isFresh ? 1 : 0
    header.isUncounted = request.isCounting ? 0 : 1
    header.budget = request.budget
    header.returnAddress = request.returnAddress
    withUnsafeMutableBytes(of: &header.words) { to in
      request.state.words.withUnsafeBytes { to.copyMemory(from: $0) }
    }
    var data = withUnsafeBytes(of: header) { Data($0) }
    func add(_ first: UInt64, _ second: UInt64) {
      for word in [first, second] {
        withUnsafeBytes(of: word.littleEndian) { data.append(contentsOf: $0) }
      }
    }
    for region in request.regions { add(region.address, region.count) }
    for (register, value) in request.system { add(UInt64(register.rawValue), value) }
    for range in request.wanted { add(range.address, range.count) }
    for placed in request.placed {
      add(placed.address, UInt64(placed.bytes.count))
      data.append(contentsOf: placed.bytes)
    }
    return data
  }

  private func outcome() throws(PortableRunnerError) -> Outcome {
    if isCounted { _ = try read(TransomRunnerCounts.self) }
    let counts = isCounted ? try read(TransomRunnerCounts.self) : nil
    let result = try read(TransomRunnerResult.self)
    var state = ProcessorState()
    state.words.withUnsafeMutableBytes { to in
      withUnsafeBytes(of: result.words) { to.copyMemory(from: $0) }
    }
    let ending: RunEnding =
      switch Int(result.ending) {
      case Int(transomEndingFault):
        .fault(
          vector: UInt8(truncatingIfNeeded: result.vector), address: result.faultAddress)
      case Int(transomEndingTimedOut): .timedOut
      case Int(transomEndingReturned): .returned
      default: .halted
      }
    return Outcome(
      ending: Ending.of(ending).ending, runEnding: ending, faultAddress: result.faultAddress,
      state: state,
      guestInstructions: result.guestInstructions,
      translatedInstructions: result.translatedInstructions, codeBytes: result.codeBytes,
      nanoseconds: result.nanoseconds, hostInstructions: counts?.inCode,
      allHostInstructions: counts?.all)
  }

  // MARK: The pipe

  private func read<T: BitwiseCopyable>(_ type: T.Type) throws(PortableRunnerError) -> T {
    let data = try bytes(MemoryLayout<T>.size)
    return data.withUnsafeBytes { $0.loadUnaligned(as: T.self) }
  }

  private func bytes(_ count: Int) throws(PortableRunnerError) -> Data {
    while input.count < count {
      let more = fromRunner.fileHandleForReading.availableData
      guard !more.isEmpty else { throw died() }
      input.append(more)
    }
    let result = Data(input.prefix(count))
    input = Data(input.dropFirst(count))
    return result
  }

  private func died() -> PortableRunnerError {
    process.waitUntilExit()
    return .died(status: process.terminationStatus)
  }
}
