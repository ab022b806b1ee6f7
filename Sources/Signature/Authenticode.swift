import Crypto
import CryptoExtras
import OptionROM

/// Authenticode signatures of PE images (Windows Authenticode Portable Executable Signature Format,
/// 1.0; UEFI 2.10, 32.2.4).
public enum Authenticode {
  /// The signatures in an image's certificate table, in order. Empty for an image without one.
  public static func signatures(of image: PEImage) throws(SignatureError) -> [ImageSignature] {
    guard let table = image.certificates else { return [] }
    var signatures: [ImageSignature] = []
    var offset = table.lowerBound
    while offset + 8 <= table.upperBound {
      let length = Int(little(image.bytes, offset, 4))
      guard length >= 8, offset + length <= table.upperBound else {
        throw .truncated(offset: offset)
      }
      let type = Int(little(image.bytes, offset + 6, 2))
      guard type == 2 else { throw .notPKCS7(offset: offset, type: type) }
      let body = image.bytes[offset + 8..<offset + length]
      signatures.append(try check(body, at: offset, of: image))
      offset += (length + 7) & ~7
    }
    return signatures
  }

  /// The digest that is signed: the file without its checksum, the certificate table's directory
  /// entry and the table itself, padded to eight bytes (section "Calculating the PE Image Hash").
  public static func digest(of image: PEImage, algorithm: String = "sha256") -> [UInt8]? {
    guard image.format != .te else { return nil }
    let bytes = image.bytes
    let optional = Int(little(bytes, 0x3C, 4)) + 24
    let checksum = optional + 64
    let directory = optional + (image.format == .pe32Plus ? 112 : 96) + 4 * 8
    guard directory + 8 <= bytes.count else { return nil }
    let end = image.certificates?.lowerBound ?? bytes.count
    guard directory + 8 <= end else { return nil }
    var hashed = Array(bytes[..<checksum])
    hashed += bytes[checksum + 4..<directory]
    hashed += bytes[directory + 8..<end]
    if let table = image.certificates, table.upperBound < bytes.count {
      hashed += bytes[table.upperBound...]
    }
    // Without a table the file is padded as it would be to hold one.
    if image.certificates == nil { while (hashed.count + 12) % 8 != 0 { hashed.append(0) } }
    return hash(hashed, algorithm)
  }

  private static func check(
    _ bytes: ArraySlice<UInt8>, at offset: Int, of image: PEImage
  ) throws(SignatureError) -> ImageSignature {
    let data: SignedData
    do {
      data = try SignedData(parsing: bytes)
    } catch let problem as SignedData.Problem {
      throw .malformed(offset: offset, what: problem.text)
    } catch {
      throw .malformed(offset: offset, what: "\(error)")
    }
    let signer = data.certificates.first {
      $0.issuer == data.signerIssuer && $0.serial == data.signerSerial
    }
    let algorithm = algorithms[data.imageDigestAlgorithm] ?? data.imageDigestAlgorithm
    let own = digest(of: image, algorithm: algorithm)
    return ImageSignature(
      signer: signer?.subjectName ?? "unknown", issuer: signer?.issuerName ?? "unknown",
      digestAlgorithm: algorithm, signedDigest: hex(data.imageDigest),
      imageDigest: own.map(hex) ?? "", problem: problem(data, signer, own))
  }

  private static func problem(
    _ data: SignedData, _ signer: SignedData.Certificate?, _ own: [UInt8]?
  ) -> String? {
    guard let own else {
      return "the digest algorithm \(data.imageDigestAlgorithm) is not supported"
    }
    guard own == Array(data.imageDigest) else { return "the image was changed after it was signed" }
    guard let algorithm = algorithms[data.digestAlgorithm],
      let digest = hash(Array(data.content), algorithm)
    else { return "the digest algorithm \(data.digestAlgorithm) is not supported" }
    guard digest == Array(data.messageDigest) else { return "the signed digest was changed" }
    guard let signer else { return "the signer's certificate is not with the signature" }
    // rsaEncryption, or with a digest named: the padding is PKCS #1 v1.5 in all of them.
    guard data.signatureAlgorithm.hasPrefix("1.2.840.113549.1.1.") else {
      return "the signature algorithm \(data.signatureAlgorithm) is not supported"
    }
    return verify(data, signer, algorithm)
      ? nil : "the signature is not by the certificate's key"
  }

  private static func verify(
    _ data: SignedData, _ signer: SignedData.Certificate, _ algorithm: String
  ) -> Bool {
    guard let key = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: signer.publicKey) else {
      return false
    }
    let signature = _RSA.Signing.RSASignature(rawRepresentation: data.signature)
    let padding = _RSA.Signing.Padding.insecurePKCS1v1_5
    let signed = data.attributes
    switch algorithm {
    case "sha1":
      return key.isValidSignature(
        signature, for: Insecure.SHA1.hash(data: signed), padding: padding)
    case "sha256":
      return key.isValidSignature(signature, for: SHA256.hash(data: signed), padding: padding)
    case "sha384":
      return key.isValidSignature(signature, for: SHA384.hash(data: signed), padding: padding)
    default:
      return key.isValidSignature(signature, for: SHA512.hash(data: signed), padding: padding)
    }
  }

  private static let algorithms = [
    "1.3.14.3.2.26": "sha1", "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512",
  ]

  private static func hash(_ bytes: [UInt8], _ algorithm: String) -> [UInt8]? {
    switch algorithm {
    case "sha1": Array(Insecure.SHA1.hash(data: bytes))
    case "sha256": Array(SHA256.hash(data: bytes))
    case "sha384": Array(SHA384.hash(data: bytes))
    case "sha512": Array(SHA512.hash(data: bytes))
    default: nil
    }
  }

  private static func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func little(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
    guard offset >= 0, offset + count <= bytes.count else { return 0 }
    return (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }
}
