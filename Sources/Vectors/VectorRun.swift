package import Foundation
package import Translator

/// Runs cases one after another on one processor and says what differed.
package final class VectorRun {
  package enum Backend: String, CaseIterable, Sendable {
    case interpreter
    case x86_64
    /// The host's own processor, to prove the cases themselves.
    case native
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
  private let memory = GuestMemory()

  /// Nil: there is no such processor here.
  package init?(backend: Backend, features: FeatureSet) {
    switch backend {
    case .interpreter, .x86_64:
      guard let processor = EngineProcessor(features: features, compiles: backend == .x86_64)
      else { return nil }
      engine = processor
      native = nil
    case .native:
      guard let processor = NativeProcessor(slots: 1, arenaSize: 1 << 28) else { return nil }
      native = processor
      engine = nil
    }
  }

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
    return compare(test, state, ending)
  }

  private func compare(_ test: TestCase, _ state: ProcessorState, _ ending: Ending) -> [String] {
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
      guard let found = memory.read(placed.address, placed.bytes.count) else {
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
