/// Makes a failing case small while it keeps failing.
struct Shrinker {
  let fuzzer: Fuzzer

  private func fails(_ test: FuzzCase) -> Bool {
    guard test.isSound, let differences = fuzzer.compare(test) else { return false }
    return !differences.isEmpty
  }

  func shrink(_ failing: FuzzCase) -> FuzzCase {
    var best = failing
    dropInstructions(&best)
    clearRegisters(&best)
    clearMemory(&best)
    return best
  }

  private func dropInstructions(_ best: inout FuzzCase) {
    var n = best.instructions.count - 1
    while n >= 0 && best.instructions.count > 1 {
      var smaller = best
      smaller.instructions.remove(at: n)
      if fails(smaller) { best = smaller }
      n -= 1
    }
  }

  private func clearRegisters(_ best: inout FuzzCase) {
    let plain = ProcessorState()
    for word in 0..<ProcessorState.Word.count {
      if word == ProcessorState.Word.rip || best.state[word] == plain[word] { continue }
      var smaller = best
      smaller.state[word] = plain[word]
      if fails(smaller) { best = smaller }
    }
  }

  private func clearMemory(_ best: inout FuzzCase) {
    var size = best.data.count
    while size >= 16 {
      var at = 0
      while at < best.data.count {
        let end = min(at + size, best.data.count)
        if best.data[at..<end].contains(where: { $0 != 0 }) {
          var smaller = best
          for n in at..<end { smaller.data[n] = 0 }
          if fails(smaller) { best = smaller }
        }
        at = end
      }
      size = size > 64 ? size / 4 : size / 2
    }
  }
}
