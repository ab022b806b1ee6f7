import CLinuxHost
import Shim

public enum FaultHandlerError: Error, Equatable {
  /// The kernel refused, with this errno.
  case refused(errno: Int32)
}

extension Shim where Host == LinuxHost {
  /// Activates the shim and takes SIGSEGV and SIGBUS over. Faults that are not the shim's go to
  /// the handlers that were there before. The caller keeps the shim alive until `removeTrap`.
  public func installTrap() throws(FaultHandlerError) {
    activate()
    var actions = TransomFaultActions(
      ownsBranch: { context, address in
        Unmanaged<Shim<LinuxHost>>.fromOpaque(context!)._withUnsafeGuaranteedRef {
          $0.ownsBranch(to: address) ? 1 : 0
        }
      },
      ownsStore: { context, address in
        Unmanaged<Shim<LinuxHost>>.fromOpaque(context!)._withUnsafeGuaranteedRef {
          $0.engine.releasePage(of: address) ? 1 : 0
        }
      }, context: Unmanaged.passUnretained(self).toOpaque())
    let error = transomInstallFaultHandler(&actions)
    guard error == 0 else {
      deactivate()
      throw .refused(errno: error)
    }
  }

  /// Puts the previous signal handlers back and deactivates the shim.
  public func removeTrap() {
    transomRemoveFaultHandler()
    deactivate()
  }
}
