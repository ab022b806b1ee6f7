import CUEFI

/// Why the firmware refused. Turned into an EFI_STATUS at the ABI edge only.
public enum FirmwareError: Error, Equatable, Sendable {
  case invalidParameter
  case unsupported
  case bufferTooSmall
  case notReady
  case deviceError
  case writeProtected
  case outOfResources
  case notFound
  case accessDenied
  case alreadyStarted
  case notStarted
  case aborted
  case timeout
  case loadError
  case incompatibleVersion
  case securityViolation
  /// The host would not give what the machine needs (a mapping, a memory object).
  case host(errno: Int32)
  /// A status that guest code or another layer produced, passed on unchanged.
  case status(EFI_STATUS)

  /// UEFI 2.10, appendix D.
  public var status: EFI_STATUS {
    switch self {
    case .invalidParameter: EFI_INVALID_PARAMETER
    case .unsupported: EFI_UNSUPPORTED
    case .bufferTooSmall: EFI_BUFFER_TOO_SMALL
    case .notReady: EFI_NOT_READY
    case .deviceError: EFI_DEVICE_ERROR
    case .writeProtected: EFI_WRITE_PROTECTED
    case .outOfResources: EFI_OUT_OF_RESOURCES
    case .notFound: EFI_NOT_FOUND
    case .accessDenied: EFI_ACCESS_DENIED
    case .alreadyStarted: EFI_ALREADY_STARTED
    case .notStarted: EFI_NOT_STARTED
    case .aborted: EFI_ABORTED
    case .timeout: EFI_TIMEOUT
    case .loadError: EFI_LOAD_ERROR
    case .incompatibleVersion: EFI_INCOMPATIBLE_VERSION
    case .securityViolation: EFI_SECURITY_VIOLATION
    case .host: EFI_OUT_OF_RESOURCES
    case .status(let status): status
    }
  }
}

/// Whether a status is an error: its top bit (appendix D).
public func isError(_ status: EFI_STATUS) -> Bool { status >> 63 != 0 }

/// Runs a service's body and gives its EFI_STATUS: the ABI edge.
@inline(__always)
public func statusOf(_ body: () throws(FirmwareError) -> Void) -> EFI_STATUS {
  do throws(FirmwareError) {
    try body()
    return EFI_SUCCESS
  } catch {
    return error.status
  }
}
