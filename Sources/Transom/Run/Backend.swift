import LinuxHost
import Translator

/// Who carries out guest code. What a driver does is the same on all of them: its calls, its
/// instruction counts, its pictures; they differ in speed.
public enum Backend: String, CaseIterable, Sendable {
  /// The IR, one operation after another: the reference.
  case interpreter
  /// Code for an x86-64 host.
  case x86_64
  /// Code for an AArch64 host.
  case aarch64

  /// The one that compiles for this host.
  public static var native: Backend {
    #if arch(arm64)
      .aarch64
    #else
      .x86_64
    #endif
  }

  /// What to make an engine with. Instructions are counted, so that safepoints, and with them
  /// timers and budgets, come at the same instruction on every back end.
  func makeConfiguration() throws -> EngineConfiguration {
    var configuration = EngineConfiguration()
    switch self {
    case .interpreter: break
    case .native: try configuration.compileOnLinux()
    default: throw UsageError("there is no \(rawValue) back end on this host")
    }
    return configuration
  }
}
