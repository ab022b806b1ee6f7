import SwiftASN1

/// The parts of a PKCS #7 SignedData (RFC 2315, 9) that Authenticode uses.
struct SignedData {
  struct Certificate {
    var issuer: ArraySlice<UInt8>
    var serial: ArraySlice<UInt8>
    var issuerName: String
    var subjectName: String
    /// SubjectPublicKeyInfo, encoded.
    var publicKey: ArraySlice<UInt8>
  }

  /// The signed content without its tag and length.
  var content: ArraySlice<UInt8>
  /// SpcIndirectData's digest: algorithm and value.
  var imageDigestAlgorithm: String
  var imageDigest: ArraySlice<UInt8>
  var certificates: [Certificate]
  var signerIssuer: ArraySlice<UInt8>
  var signerSerial: ArraySlice<UInt8>
  var digestAlgorithm: String
  /// Authenticated attributes as they are signed, with the tag of a SET.
  var attributes: [UInt8]
  /// The messageDigest attribute.
  var messageDigest: ArraySlice<UInt8>
  var signatureAlgorithm: String
  var signature: ArraySlice<UInt8>

  init(parsing bytes: ArraySlice<UInt8>) throws {
    let root = try BER.parse(bytes)
    let outer = try root.children("ContentInfo", atLeast: 2)
    guard try outer[0].oid() == "1.2.840.113549.1.7.2" else { throw Problem("no SignedData") }
    let data = try outer[1].children("content", atLeast: 1)[0].children("SignedData", atLeast: 4)

    // version, digestAlgorithms, contentInfo, [0] certificates, [1] revocations, signerInfos
    let info = try data[2].children("contentInfo", atLeast: 2)
    guard try info[0].oid() == "1.3.6.1.4.1.311.2.1.4" else {
      throw Problem("no SpcIndirectData")
    }
    let indirect = try info[1].children("indirect data", atLeast: 1)[0]
    content = try indirect.contents()
    let digestInfo = try indirect.children("indirect data", atLeast: 2)[1]
      .children("digest", atLeast: 2)
    imageDigestAlgorithm = try digestInfo[0].children("algorithm", atLeast: 1)[0].oid()
    imageDigest = try digestInfo[1].octets()

    certificates = []
    for part in data.dropFirst(3)
    where part.identifier.tagNumber == 0 && part.identifier.tagClass == .contextSpecific {
      certificates = try part.children("certificates", atLeast: 0).map(Self.certificate)
    }
    guard let set = data.last, let signer = try set.children("signers", atLeast: 1).first else {
      throw Problem("no signer")
    }
    let fields = try signer.children("signer", atLeast: 6)
    let identity = try fields[1].children("issuer and serial number", atLeast: 2)
    signerIssuer = identity[0].encodedBytes
    signerSerial = try identity[1].octets()
    digestAlgorithm = try fields[2].children("algorithm", atLeast: 1)[0].oid()
    guard fields[3].identifier.tagClass == .contextSpecific else {
      throw Problem("no authenticated attributes")
    }
    attributes = [0x31] + fields[3].encodedBytes.dropFirst()
    signatureAlgorithm = try fields[4].children("algorithm", atLeast: 1)[0].oid()
    signature = try fields[5].octets()
    var digest: ArraySlice<UInt8>?
    for attribute in try fields[3].children("attributes", atLeast: 1) {
      let parts = try attribute.children("attribute", atLeast: 2)
      if try parts[0].oid() == "1.2.840.113549.1.9.4" {
        digest = try parts[1].children("values", atLeast: 1)[0].octets()
      }
    }
    guard let digest else { throw Problem("no messageDigest attribute") }
    messageDigest = digest
  }

  struct Problem: Error {
    var text: String
    init(_ text: String) { self.text = text }
  }

  /// RFC 5280, 4.1: version, serialNumber, signature, issuer, validity, subject, key.
  private static func certificate(_ node: ASN1Node) throws -> Certificate {
    let whole = try node.children("certificate", atLeast: 3)
    var fields = try whole[0].children("certificate", atLeast: 6)
    if fields[0].identifier.tagClass == .contextSpecific { fields.removeFirst() }
    guard fields.count >= 6 else { throw Problem("a certificate without a key") }
    return Certificate(
      issuer: fields[2].encodedBytes, serial: try fields[0].octets(),
      issuerName: try DistinguishedName.text(fields[2]),
      subjectName: try DistinguishedName.text(fields[4]), publicKey: fields[5].encodedBytes)
  }
}

extension ASN1Node {
  func children(_ what: String, atLeast count: Int) throws -> [ASN1Node] {
    guard case .constructed(let nodes) = content else {
      throw SignedData.Problem("no structure where \(what) should be")
    }
    let list = Array(nodes)
    guard list.count >= count else { throw SignedData.Problem("\(what) is too short") }
    return list
  }

  func octets() throws -> ArraySlice<UInt8> {
    guard case .primitive(let bytes) = content else {
      throw SignedData.Problem("a structure where bytes should be")
    }
    return bytes
  }

  /// The encoding without tag and length.
  func contents() throws -> ArraySlice<UInt8> {
    let bytes = encodedBytes
    guard bytes.count >= 2 else { throw SignedData.Problem("an empty content") }
    let length = bytes[bytes.startIndex + 1]
    let skip = length < 0x80 ? 2 : 2 + Int(length & 0x7F)
    guard skip <= bytes.count else { throw SignedData.Problem("a length that is cut off") }
    return bytes.dropFirst(skip)
  }

  func oid() throws -> String {
    let parsed: ASN1ObjectIdentifier
    do {
      parsed = try ASN1ObjectIdentifier(derEncoded: self)
    } catch {
      throw SignedData.Problem("no object identifier where one should be")
    }
    return "\(parsed)"
  }
}

/// Names as RFC 4514 writes them, most specific part last as in the encoding.
enum DistinguishedName {
  private static let names = [
    "2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O",
    "2.5.4.11": "OU", "1.2.840.113549.1.9.1": "emailAddress",
  ]

  static func text(_ node: ASN1Node) throws -> String {
    var parts: [String] = []
    for set in try node.children("name", atLeast: 0) {
      for pair in try set.children("name", atLeast: 0) {
        let fields = try pair.children("name", atLeast: 2)
        let type = try fields[0].oid()
        let bytes = try fields[1].octets()
        // BMPString is UTF-16, big endian; the others are ASCII or UTF-8.
        let value =
          fields[1].identifier.tagNumber == 30
          ? String(
            decoding: stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
              UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
            }, as: UTF16.self)
          : String(decoding: bytes, as: UTF8.self)
        parts.append((names[type] ?? type) + "=" + value)
      }
    }
    return parts.joined(separator: ", ")
  }
}
