/// Who signed an image, and whether the signature is one over this image.
///
/// That it verifies means that the image's digest is the one that was signed, with the key of the
/// certificate that comes with it. Whether that certificate is to be trusted is the firmware's own
/// decision, by its databases, and not told here.
public struct ImageSignature: Sendable, Equatable {
  /// The signer's and its issuer's names: "CN=…, O=…".
  public var signer: String
  public var issuer: String
  /// "sha256".
  public var digestAlgorithm: String
  /// What was signed, in hexadecimal.
  public var signedDigest: String
  /// The image's own digest in the same algorithm.
  public var imageDigest: String
  /// Nil if the signature verifies, or why it does not.
  public var problem: String?

  public var verifies: Bool { problem == nil }
}

/// Why a certificate table cannot be read. Offsets are from the file's beginning.
public enum SignatureError: Error, Equatable, CustomStringConvertible {
  case truncated(offset: Int)
  case notPKCS7(offset: Int, type: Int)
  case malformed(offset: Int, what: String)

  public var description: String {
    switch self {
    case .truncated(let offset):
      "the certificate at 0x\(String(offset, radix: 16)) is longer than its table"
    case .notPKCS7(let offset, let type):
      "the certificate at 0x\(String(offset, radix: 16)) is of type \(type), not PKCS #7"
    case .malformed(let offset, let what):
      "the signature at 0x\(String(offset, radix: 16)) is damaged: \(what)"
    }
  }
}
