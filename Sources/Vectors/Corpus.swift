import Glibc
internal import Translator

/// Makes a small set of cases that reaches every row the host can judge, with what the host's
/// processor made of them: proof that travels to machines with another processor.
extension Fuzzer {
  /// Lines in the test form, `perRow` for each row and mode.
  package func corpus(perRow: Int) -> [String] {
    var lines: [String] = []
    for row in generator.rows where Exclusions.reason(row) == nil {
      // The vector rows mean the same in either mode.
      let isBase = row.feature == .base || row.feature == .x87
      for is32Bit in [false, true] where !is32Bit || isBase {
        guard is32Bit ? row.isInProtectedMode : row.isInLongMode else { continue }
        for n in 0..<perRow {
          guard let test = candidate(row.index, is32Bit, UInt64(n)) else { continue }
          let small = reduce(test)
          guard let differences = compare(small), differences.isEmpty,
            !Comparison.isChoice(small, lastNative.ending)
          else { continue }
          let mode = is32Bit ? " (32)" : ""
          lines.append(
            TestCaseWriter.line(
              small, name: "\(row.mnemonic) [\(row.pattern)]\(mode) \(n)", native: lastNative))
        }
      }
    }
    return lines
  }

  /// A case that runs to its end, if one can be had; else one that faults.
  private func candidate(_ row: Int, _ is32Bit: Bool, _ number: UInt64) -> FuzzCase? {
    var faulting: FuzzCase?
    for attempt in 0..<40 {
      let n = number << 32 | UInt64(row) << 8 | UInt64(attempt)
      guard let test = generator.make(row: row, is32Bit: is32Bit, number: n, seed: seed),
        compare(test)?.isEmpty == true, !Comparison.isChoice(test, lastNative.ending)
      else { continue }
      if lastNative.ending == .halted { return test }
      faulting = faulting ?? test
    }
    return faulting
  }

  // MARK: Reduction

  private struct Result {
    var state: ProcessorState
    var ending: Ending
    var data: [UInt8]
  }

  private func result(_ test: FuzzCase) -> Result {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: FuzzCase.memorySize) { memory in
      guard let bytes = memory.baseAddress else {
        return Result(state: test.state, ending: .halted, data: [])
      }
      test.fillMemory(bytes)
      let (state, ending, _) = runOurs(test, bytes)
      saveMemory(bytes)
      let code = Int(FuzzCase.codeRegion.count)
      return Result(state: state, ending: ending, data: Array(memory[code...]))
    }
  }

  /// Clears what the outcome does not depend on, so that a line stays short.
  private func reduce(_ test: FuzzCase) -> FuzzCase {
    var best = test
    var wanted = result(best)
    let plain = ProcessorState()
    for word in 0..<ProcessorState.Word.count where word != ProcessorState.Word.rip {
      guard best.state[word] != plain[word] else { continue }
      var smaller = best
      smaller.state[word] = plain[word]
      let got = result(smaller)
      // The word itself may show that it was cleared, if nothing else did anything to it.
      let isUntouched = wanted.state[word] == best.state[word] && got.state[word] == plain[word]
      var expected = wanted
      if isUntouched { expected.state[word] = plain[word] }
      guard got.ending == expected.ending, got.state == expected.state, got.data == expected.data
      else { continue }
      best = smaller
      wanted = got
    }
    reduceMemory(&best, &wanted)
    return best
  }

  private func reduceMemory(_ best: inout FuzzCase, _ wanted: inout Result) {
    var size = best.data.count
    while size >= 16 {
      var at = 0
      while at < best.data.count {
        let end = min(at + size, best.data.count)
        if best.data[at..<end].contains(where: { $0 != 0 }) {
          var smaller = best
          var expected = wanted
          for n in at..<end {
            if wanted.data[n] == best.data[n] { expected.data[n] = 0 }
            smaller.data[n] = 0
          }
          let got = result(smaller)
          if got.ending == expected.ending, got.state == expected.state,
            got.data == expected.data
          {
            best = smaller
            wanted = got
          }
        }
        at = end
      }
      size /= 4
    }
  }
}
