internal import CBenchmark
internal import CaseRunner
internal import LinuxHost
internal import Translator

/// How engines that are measured are made.
struct EngineRecipe {
  var backend: BackendName
  var features = FeatureSet.baseline
  /// Guest instructions are counted exactly; real firmware does without (compiled code then has
  /// nothing to look at in a loop).
  var isCounting = false
  /// Translations are timed.
  var isTimed = false
}

/// An engine that has run nothing, with its code memory, given back with it.
final class FreshEngine {
  private var held: CaseProcessor?
  private let codeMemory: CodeMemory?
  /// How long making it took, nanoseconds.
  let startNs: UInt64
  private let clock = TickClock()

  init(_ recipe: EngineRecipe) throws {
    let start = transomMonotonicNanoseconds()
    var configuration = EngineConfiguration()
    configuration.features = recipe.features
    configuration.isCounting = recipe.isCounting || !recipe.backend.compiles
    if recipe.isTimed { configuration.clock = { transomTicks() } }
    try recipe.backend.choose(in: &configuration)
    codeMemory = configuration.codeMemory
    held = CaseProcessor(configuration: configuration)
    startNs = transomMonotonicNanoseconds() - start
  }

  deinit {
    held = nil
    codeMemory?.unmapOnLinux()
  }

  var processor: CaseProcessor { held! }

  /// Spent translating so far, nanoseconds.
  var translationNs: UInt64 { clock.nanoseconds(processor.engine.translationTicks) }
}

/// Turns ticks into nanoseconds by the monotonic clock over its own lifetime.
private struct TickClock {
  private let startTicks = transomTicks()
  private let start = transomMonotonicNanoseconds()

  func nanoseconds(_ ticks: UInt64) -> UInt64 {
    let spent = transomTicks() &- startTicks
    let nanoseconds = transomMonotonicNanoseconds() - start
    guard spent > 0 else { return 0 }
    return UInt64(Double(ticks) * Double(nanoseconds) / Double(spent))
  }
}
