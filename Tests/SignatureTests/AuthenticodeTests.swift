import Foundation
import OptionROM
import Signature
import XCTest

/// Signatures made by sbsign with a key of OpenSSL's, and damage to them.
final class AuthenticodeTests: XCTestCase {
  private static let fixture =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
    + "/Fixtures/drivers/built/gop.efi"

  private func shell(_ script: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  private func signed() throws -> [UInt8] {
    for tool in ["sbsign", "openssl"] {
      try XCTSkipUnless(
        FileManager.default.fileExists(atPath: "/usr/bin/" + tool), "\(tool) is not installed")
    }
    let folder = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try shell(
      """
      mkdir -p \(folder) && cd \(folder) && openssl req -newkey rsa:2048 -nodes -keyout key.pem \
      -x509 -days 3650 -subj '/CN=Example Signer/O=Example' -out cert.pem && \
      sbsign --key key.pem --cert cert.pem --output signed.efi '\(Self.fixture)'
      """)
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/signed.efi")))
  }

  func testAGoodSignatureVerifiesAndNamesItsSigner() throws {
    let image = try PEImage(parsing: signed())
    let signatures = try Authenticode.signatures(of: image)
    XCTAssertEqual(signatures.count, 1)
    let signature = try XCTUnwrap(signatures.first)
    XCTAssertEqual(signature.signer, "CN=Example Signer, O=Example")
    XCTAssertEqual(signature.issuer, "CN=Example Signer, O=Example")
    XCTAssertEqual(signature.digestAlgorithm, "sha256")
    XCTAssertEqual(signature.signedDigest, signature.imageDigest)
    XCTAssertNil(signature.problem)
  }

  func testAChangedImageDoesNotVerify() throws {
    var bytes = try signed()
    let image = try PEImage(parsing: bytes)
    let section = try XCTUnwrap(image.sections.first)
    bytes[section.fileOffset] ^= 1
    let signature = try XCTUnwrap(
      Authenticode.signatures(of: PEImage(parsing: bytes)).first)
    XCTAssertEqual(signature.problem, "the image was changed after it was signed")
  }

  func testAChangedSignatureDoesNotVerify() throws {
    var bytes = try signed()
    let table = try XCTUnwrap(try PEImage(parsing: bytes).certificates)
    // Near its end a SignedData of this form has the signature's own bytes.
    let length = Int(bytes[table.lowerBound]) | Int(bytes[table.lowerBound + 1]) << 8
    bytes[table.lowerBound + length - 20] ^= 1
    let signature = try XCTUnwrap(
      Authenticode.signatures(of: PEImage(parsing: bytes)).first)
    XCTAssertEqual(signature.problem, "the signature is not by the certificate's key")
  }

  func testEveryDamagedByteIsTakenCalmly() throws {
    let bytes = try signed()
    let table = try XCTUnwrap(try PEImage(parsing: bytes).certificates)
    for offset in table where offset % 3 == 0 {
      var damaged = bytes
      damaged[offset] ^= 0xFF
      guard let image = try? PEImage(parsing: damaged) else { continue }
      _ = try? Authenticode.signatures(of: image)
    }
  }

  func testAnImageWithoutSignatureHasNone() throws {
    let image = try PEImage(
      parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.fixture))))
    XCTAssertEqual(try Authenticode.signatures(of: image), [])
    XCTAssertEqual(Authenticode.digest(of: image)?.count, 32)
  }
}
