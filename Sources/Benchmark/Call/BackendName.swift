internal import LinuxHost
internal import Translator

/// Who carries out guest code.
package enum BackendName: String, CaseIterable, Sendable {
  /// The IR, one operation after another: the reference.
  case interpreter
  /// Code for an x86-64 host.
  case x86_64
  /// Code for an AArch64 host; elsewhere in the portable runner, under qemu-aarch64.
  case aarch64

  /// The one that compiles for this machine.
  package static var native: BackendName {
    #if arch(arm64)
      .aarch64
    #else
      .x86_64
    #endif
  }

  package var compiles: Bool { self != .interpreter }

  /// Whether engines of this process can use it.
  package var isInProcess: Bool { self == .interpreter || self == .native }

  /// Chooses it. Compiled code gets memory of its own, to be given back when its engine is gone.
  func choose(in configuration: inout EngineConfiguration) throws {
    guard isInProcess else { throw BackendError.missing(self) }
    if compiles { try configuration.compileOnLinux() }
  }
}

package enum BackendError: Error, CustomStringConvertible {
  /// This machine cannot run its code.
  case missing(BackendName)

  package var description: String {
    switch self {
    case .missing(let backend): "there is no \(backend.rawValue) back end here"
    }
  }
}
