package import Translator

/// Who carries out guest code.
package enum BackendName: String, CaseIterable, Sendable {
  /// The IR, one operation after another: the reference.
  case interpreter
  /// Code for this machine's processor.
  case x86_64
  /// Code for AArch64, in the portable runner under qemu-aarch64.
  case aarch64

  /// How to make an engine of this process that uses it.
  package func configuration(_ features: FeatureSet) throws -> EngineConfiguration {
    var configuration = EngineConfiguration()
    configuration.features = features
    switch self {
    case .interpreter: return configuration
    case .x86_64, .aarch64: throw BackendError.missing(self)
    }
  }
}

package enum BackendError: Error, CustomStringConvertible {
  /// This build or this machine has no such back end.
  case missing(BackendName)

  package var description: String {
    switch self {
    case .missing(let backend): "there is no \(backend.rawValue) back end here"
    }
  }
}
