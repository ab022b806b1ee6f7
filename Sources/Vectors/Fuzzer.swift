internal import CNativeRunner
import Glibc
internal import Translator

/// Compares our processor with the host's over generated cases.
package final class Fuzzer {
  /// Who is our processor.
  package enum Backend: String, CaseIterable, Sendable {
    case interpreter
    case x86_64
    /// The portable runner under `qemu-aarch64`, with the compiled back end.
    case aarch64
  }
  package struct Failure: Sendable {
    package var number: UInt64
    package var mnemonics: String
    package var code: [UInt8]
    package var differences: [String]
    /// The case, shrunk, in the test form.
    package var line: String
  }

  package struct RowReport: Sendable {
    package var pattern: String
    package var mnemonic: String
    package var executed: UInt64
    package var faulted: UInt64
    /// Why the host cannot judge it.
    package var exclusion: String?
  }

  package private(set) var cases: UInt64 = 0
  package private(set) var failures: UInt64 = 0
  /// The host could not say: it ran on, or the child died.
  package private(set) var unjudged: UInt64 = 0

  /// Why the portable runner could not go on; `cases` counts the one it was given last.
  package private(set) var problem: PortableRunnerError?
  /// Cases in which the host's processor came to an exception.
  package private(set) var faultedCases: UInt64 = 0

  let generator: CaseGenerator
  let seed: UInt64
  private let engine: EngineProcessor?
  private let portable: PortableRunner?
  private let native: NativeProcessor
  private let memory = GuestMemory()
  private var executed: [UInt64]
  private var faulted: [UInt64]
  /// Failures by what they look like: a few of each are enough.
  private var seen: [String: Int] = [:]
  private let failuresPerKind: Int
  private let onlySequences: Bool

  private static let batch = 64
  /// Guest instructions a case may take.
  private static let budget: UInt64 = 5000
  private struct Pending {
    var number: UInt64
    var test: FuzzCase
    var state: ProcessorState
    var ending: Ending
    var faultAddress: UInt64
  }
  /// What our processor left in memory, slot after slot.
  private let results: UnsafeMutablePointer<UInt8>

  /// Nil where the host is no oracle. `onlySequences`: no case of a single instruction.
  /// `onlyBase`: no x87, MMX, SSE and later.
  package init?(
    seed: UInt64, only: String? = nil, failuresPerKind: Int = 2,
    backend: Backend = .interpreter, onlySequences: Bool = false, onlyBase: Bool = false
  ) throws(PortableRunnerError) {
    self.seed = seed
    self.failuresPerKind = failuresPerKind
    self.onlySequences = onlySequences
    guard let native = NativeProcessor(slots: Self.batch * 2 + 1, arenaSize: FuzzCase.memorySize)
    else { return nil }
    self.native = native
    if backend == .aarch64 {
      portable = try PortableRunner()
      engine = nil
    } else {
      portable = nil
      engine = EngineProcessor(features: .full, compiles: backend == .x86_64)
      guard engine != nil else { return nil }
    }
    generator = CaseGenerator(seed: seed, only: only, onlyBase: onlyBase)
    executed = Array(repeating: 0, count: EncodingCatalog.count)
    faulted = executed
    results = .allocate(capacity: Self.batch * 2 * FuzzCase.memorySize)
    _ = memory.prepare(FuzzCase.regions)
  }

  deinit { results.deallocate() }

  /// Runs cases `first` to `first + count - 1`.
  package func run(from first: UInt64 = 0, count: UInt64, report: (Failure) -> Void) {
    var waiting: [Pending] = []
    var waitingStart = nativeIndex
    var next = first
    let end = first + count
    var failed: [Pending] = []
    while (next < end && problem == nil) || !waiting.isEmpty {
      let start = nativeIndex
      var current: [Pending] = []
      while next < end && current.count < Self.batch && problem == nil {
        if let pending = prepare(next, nativeIndex) {
          current.append(pending)
          nativeIndex += 1
        }
        next += 1
      }
      if !current.isEmpty { native.submit(upTo: nativeIndex) }
      judge(waiting, waitingStart, &failed)
      waiting = current
      waitingStart = start
      guard !failed.isEmpty else { continue }
      // The slots are needed again for shrinking: look at what is in them first.
      judge(waiting, waitingStart, &failed)
      waiting = []
      for pending in failed { note(pending, report) }
      failed = []
    }
  }

  private func judge(_ batch: [Pending], _ start: UInt64, _ failed: inout [Pending]) {
    guard !batch.isEmpty else { return }
    native.wait(upTo: start + UInt64(batch.count))
    for (n, pending) in batch.enumerated() where !judge(pending, start + UInt64(n)) {
      failed.append(pending)
    }
  }
  private var nativeIndex: UInt64 = 0

  /// Makes a case, runs it on our processor and fills a slot for the host's.
  private func prepare(_ number: UInt64, _ index: UInt64) -> Pending? {
    guard let test = generator.make(number, seed: seed) else { return nil }
    if onlySequences && test.instructions.count == 1 { return nil }
    cases += 1
    let arena = native.arena(index)
    test.fillMemory(arena)
    native.fill(index, test.state, is32Bit: test.is32Bit, regions: FuzzCase.regions)
    let (state, ending, address) = runOurs(test, arena)
    saveMemory(results + Int(index % UInt64(Self.batch * 2)) * FuzzCase.memorySize)
    return Pending(
      number: number, test: test, state: state, ending: ending, faultAddress: address)
  }

  func runOurs(_ test: FuzzCase, _ contents: UnsafePointer<UInt8>) -> (
    ProcessorState, Ending, UInt64
  ) {
    var offset = 0
    for region in FuzzCase.regions {
      if let to = UnsafeMutableRawPointer(bitPattern: UInt(region.address)) {
        memcpy(to, contents + offset, Int(region.count))
      }
      offset += Int(region.count)
    }
    if let portable { return runPortably(test, portable) }
    var state = test.state
    guard let engine else { return (state, .failed("no engine"), 0) }
    let (ending, address) = engine.run(
      &state, is32Bit: test.is32Bit, regions: [FuzzCase.codeRegion], budget: Self.budget)
    return (state, ending, address)
  }

  /// In the runner, with what the regions hold here; and what it leaves in them is put here.
  private func runPortably(_ test: FuzzCase, _ portable: PortableRunner) -> (
    ProcessorState, Ending, UInt64
  ) {
    var request = PortableRunner.Request()
    request.features = .full
    request.is32Bit = test.is32Bit
    request.regions = FuzzCase.regions
    request.placed = FuzzCase.regions.map {
      Placed(address: $0.address, bytes: memory.read($0.address, Int($0.count)) ?? [])
    }
    request.state = test.state
    request.budget = Self.budget
    request.wanted = FuzzCase.regions
    do throws(PortableRunnerError) {
      let (outcomes, wanted) = try portable.run(request)
      for (region, bytes) in zip(FuzzCase.regions, wanted) {
        memory.write(Placed(address: region.address, bytes: bytes))
      }
      guard let outcome = outcomes.first else { return (test.state, .failed("no outcome"), 0) }
      return (outcome.state, outcome.ending, outcome.faultAddress)
    } catch {
      problem = error
      return (test.state, .failed(error.description), 0)
    }
  }

  func saveMemory(_ to: UnsafeMutablePointer<UInt8>) {
    var offset = 0
    for region in FuzzCase.regions {
      if let from = UnsafeRawPointer(bitPattern: UInt(region.address)) {
        memcpy(to + offset, from, Int(region.count))
      }
      offset += Int(region.count)
    }
  }

  /// Whether both agree.
  private func judge(_ pending: Pending, _ index: UInt64) -> Bool {
    let ours = results + Int(index % UInt64(Self.batch * 2)) * FuzzCase.memorySize
    var theirs = pending.test.state
    var (ending, address) = native.result(index, &theirs)
    let arena = native.arena(index)
    Comparison.settleHalt(&ending, &address, theirs, arena)
    switch ending {
    case .timedOut, .failed:
      if pending.ending == .timedOut { return true }
      unjudged += 1
      return true
    default: break
    }
    if ending != .halted { faultedCases += 1 }
    if isBeyondCanonical(ending, theirs, pending.ending, pending.state) {
      unjudged += 1
      return true
    }
    let differs = Comparison.differs(
      pending.test, ours: (pending.state, pending.ending, pending.faultAddress, ours),
      theirs: (theirs, ending, address, arena), splitsStores: portable != nil)
    for instruction in pending.test.instructions where instruction.row >= 0 {
      if ending == .halted {
        executed[instruction.row] += 1
      } else if pending.test.instructions.count == 1 {
        faulted[instruction.row] += 1
      }
    }
    return !differs
  }

  /// AArch64's Linux ignores the top byte of an address: what is not canonical on x86-64 is memory.
  /// So the host has gone no farther.
  private func isBeyondCanonical(
    _ theirs: Ending, _ theirState: ProcessorState, _ ours: Ending, _ ourState: ProcessorState
  ) -> Bool {
    portable != nil && (theirs == .fault(vector: 13) || theirs == .fault(vector: 12))
      && (ours != theirs
        || ourState[ProcessorState.Word.rip] != theirState[ProcessorState.Word.rip])
  }

  // MARK: Failures

  /// Runs one case on both, now. Nil: the host cannot say.
  func compare(_ test: FuzzCase) -> [String]? {
    let index = nativeIndex
    nativeIndex += 1
    let arena = native.arena(index)
    test.fillMemory(arena)
    native.fill(index, test.state, is32Bit: test.is32Bit, regions: FuzzCase.regions)
    let (state, ending, address) = runOurs(test, arena)
    let ours = results + Int(index % UInt64(Self.batch * 2)) * FuzzCase.memorySize
    saveMemory(ours)
    native.submit(upTo: nativeIndex)
    native.wait(upTo: nativeIndex)
    var theirs = test.state
    var (nativeEnding, nativeAddress) = native.result(index, &theirs)
    Comparison.settleHalt(&nativeEnding, &nativeAddress, theirs, arena)
    switch nativeEnding {
    case .timedOut, .failed: return nil
    default: if isBeyondCanonical(nativeEnding, theirs, ending, state) { return nil }
    }
    lastNative = (
      theirs, nativeEnding, Array(UnsafeBufferPointer(start: arena, count: FuzzCase.memorySize))
    )
    return Comparison.differences(
      test, ours: (state, ending, address, ours),
      theirs: (theirs, nativeEnding, nativeAddress, arena), splitsStores: portable != nil)
  }
  /// What the host made of the case compared last.
  private(set) var lastNative: (state: ProcessorState, ending: Ending, memory: [UInt8]) =
    (ProcessorState(), .halted, [])

  private func note(_ pending: Pending, _ report: (Failure) -> Void) {
    guard let differences = compare(pending.test), !differences.isEmpty else {
      // Not repeatable: the machine was disturbed.
      unjudged += 1
      return
    }
    failures += 1
    let kind =
      mnemonics(pending.test.instructions.count == 1 ? pending.test : FuzzCase())
      + (differences.first?.split(separator: " ").first.map(String.init) ?? "")
    seen[kind, default: 0] += 1
    guard seen[kind, default: 0] <= failuresPerKind else { return }
    let small = Shrinker(fuzzer: self).shrink(pending.test)
    let final = compare(small) ?? differences
    report(
      Failure(
        number: pending.number, mnemonics: mnemonics(small), code: small.assemble(),
        differences: final.isEmpty ? differences : final, line: describe(small, pending.number)))
  }

  private func mnemonics(_ test: FuzzCase) -> String {
    test.instructions.map { $0.row < 0 ? "cmp" : generator.rows[$0.row].mnemonic.description }
      .joined(separator: " ")
  }

  private func describe(_ test: FuzzCase, _ number: UInt64) -> String {
    TestCaseWriter.line(
      test, name: "\(mnemonics(test)) \(seed)-\(number)", native: lastNative)
  }

  // MARK: Coverage

  package func rows() -> [RowReport] {
    Self.tableRows().enumerated().map { index, row in
      var row = row
      row.executed = executed[index]
      row.faulted = faulted[index]
      return row
    }
  }

  /// Every row of the table, none of them run yet.
  package static func tableRows() -> [RowReport] {
    (0..<EncodingCatalog.count).map(EncodingCatalog.row).map { row in
      RowReport(
        pattern: row.pattern.description, mnemonic: row.mnemonic.description, executed: 0,
        faulted: 0, exclusion: Exclusions.reason(row))
    }
  }
}
