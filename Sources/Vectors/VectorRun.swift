package import Foundation
package import Translator

/// Runs cases one after another on one processor and says what differed.
package final class VectorRun {
  package enum Backend: String, CaseIterable, Sendable {
    case interpreter
    case x86_64
    /// The host's own processor, to prove the cases themselves.
    case native
    /// The portable runner under `qemu-aarch64`, with the compiled back end.
    case aarch64
    /// The portable runner with its interpreter.
    case aarch64Interpreter = "aarch64-interpreter"
  }

  /// What the processor offers.
  package enum Profile: String, CaseIterable, Sendable {
    /// What ROMs are offered: no AVX.
    case baseline
    case full
    package var features: FeatureSet { self == .full ? .full : .baseline }
  }

  package struct Result: Sendable {
    /// Counted from one.
    package var line: Int
    package var name: String
    /// Empty: passed.
    package var differences: [String]
    package var passed: Bool { differences.isEmpty }
  }

  /// Instructions a case may take.
  package static let budget: UInt64 = 20_000_000

  private let engine: EngineProcessor?
  private let native: NativeProcessor?
  private let portable: PortableRunner?
  private let features: FeatureSet
  private let backend: Backend
  private let memory = GuestMemory()

  package init(backend: Backend, features: FeatureSet) throws(PortableRunnerError) {
    self.backend = backend
    self.features = features
    switch backend {
    case .interpreter, .x86_64:
      engine = EngineProcessor(features: features, compiles: backend == .x86_64)
    default: engine = nil
    }
    native = backend == .native ? NativeProcessor(slots: 1, arenaSize: 1 << 28) : nil
    switch backend {
    case .aarch64, .aarch64Interpreter: portable = try PortableRunner()
    default: portable = nil
    }
  }

  /// False: there is no such processor here.
  package var isAvailable: Bool { engine != nil || native != nil || portable != nil }

  /// Every line that is not empty and is no comment (`#`, `//`).
  package func run(lines data: Data, report: (Result) -> Void) {
    var number = 0
    for line in data.split(separator: 10, omittingEmptySubsequences: false) {
      number += 1
      guard let first = line.first(where: { $0 > 32 }) else { continue }
      if first == UInt8(ascii: "#") || first == UInt8(ascii: "/") { continue }
      do {
        let test = try TestCase(json: line)
        report(Result(line: number, name: test.name, differences: run(test)))
      } catch {
        report(Result(line: number, name: "", differences: [error.description]))
      }
    }
  }

  /// What differed; empty if all is as expected.
  package func run(_ test: TestCase) -> [String] {
    let regions = test.allRegions
    if let portable { return run(test, regions, portable) }
    if let problem = memory.prepare(regions) { return [problem] }
    memory.write(Placed(address: test.load, bytes: test.code))
    for placed in test.data { memory.write(placed) }
    var state = test.initial
    let ending: Ending
    if let native {
      ending = native.run(&state, is32Bit: test.is32Bit, memory: memory).ending
    } else if let engine {
      ending =
        engine.run(
          &state, is32Bit: test.is32Bit, system: test.systemRegisters, regions: regions,
          budget: Self.budget
        ).ending
    } else {
      return ["there is no processor"]
    }
    return compare(test, state, ending) { memory.read($0.address, $0.bytes.count) }
  }

  private func run(
    _ test: TestCase, _ regions: [Region], _ portable: PortableRunner
  ) -> [String] {
    var request = PortableRunner.Request()
    request.engine = backend == .aarch64 ? .compiled : .interpreter
    request.features = features
    request.is32Bit = test.is32Bit
    request.regions = regions
    request.placed = [Placed(address: test.load, bytes: test.code)] + test.data
    request.system = test.systemRegisters
    request.state = test.initial
    request.budget = Self.budget
    request.wanted = test.expectedMemory.map {
      Region(address: $0.address, count: UInt64($0.bytes.count))
    }
    do {
      let (outcomes, wanted) = try portable.run(request)
      guard let outcome = outcomes.first else { return ["there is no outcome"] }
      return compare(test, outcome.state, outcome.ending) { placed in
        guard let n = test.expectedMemory.firstIndex(of: placed), regions.contains(placed) else {
          return nil
        }
        return wanted[n]
      }
    } catch {
      return [error.description]
    }
  }

  private func compare(
    _ test: TestCase, _ state: ProcessorState, _ ending: Ending,
    memory: (Placed) -> [UInt8]?
  ) -> [String] {
    var differences: [String] = []
    let ends = ending.description
    if let fault = test.expectedFault {
      // "#GP(0)" is "#GP".
      let name = fault.split(separator: "(").first.map(String.init) ?? fault
      if ends != name {
        differences.append("ended with \(ends), expected \(fault)")
      }
    } else if ending != .halted {
      differences.append("ended with \(ends) at \(hex(state[ProcessorState.Word.rip]))")
    }
    for expected in test.expected {
      let value = state[expected.word]
      var fits = expected.values.contains { ($0 ^ value) & expected.mask == 0 }
      // A HLT may be reported at its own address or behind it.
      if !fits && expected.word == ProcessorState.Word.rip && ending == .halted {
        fits = expected.values.contains { ($0 ^ (value &+ 1)) & expected.mask == 0 }
      }
      guard !fits else { continue }
      let wanted = expected.values.map(hex).joined(separator: " or ")
      let bits = expected.mask == ~0 ? "" : ", mask \(hex(expected.mask))"
      differences.append(
        "\(ProcessorState.name(of: expected.word)) \(hex(value)), expected \(wanted)\(bits)")
    }
    for placed in test.expectedMemory {
      guard let found = memory(placed) else {
        differences.append("memory at \(hex(placed.address)) is in no region")
        continue
      }
      if let first = zip(found, placed.bytes).enumerated().first(where: { $1.0 != $1.1 }) {
        differences.append(
          "memory at \(hex(placed.address &+ UInt64(first.offset))): "
            + "\(hex(UInt64(first.element.0))), expected \(hex(UInt64(first.element.1)))")
      }
    }
    return differences
  }
}

extension [Region] {
  /// All of a range is in one of them.
  fileprivate func contains(_ placed: Placed) -> Bool {
    let count = UInt64(placed.bytes.count)
    return contains { region in
      placed.address >= region.address && placed.address &- region.address < region.count
        && count <= region.end &- placed.address
    }
  }
}
