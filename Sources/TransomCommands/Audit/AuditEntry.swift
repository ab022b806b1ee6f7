import Foundation
import OptionROM
import Signature
import Transom

/// What one file holds, needs, who signed it, and how it would do on an ARM server. The JSON form is
/// this structure.
struct AuditEntry: Encodable {
  enum Verdict: String, Encodable {
    /// An AArch64 image is in it.
    case native
    /// The x64 image ran to its end here.
    case translated
    /// The x64 image starts; its card is not among the simulated ones, so more is not known.
    case starts
    /// Something stands in the way.
    case blocked
    /// There is no EFI image to run.
    case nothing
    case malformed

    var words: String {
      switch self {
      case .native: "runs natively"
      case .translated: "runs, translated"
      case .starts: "starts, translated; its card is not simulated"
      case .blocked: "does not run"
      case .nothing: "has nothing to run"
      case .malformed: "is damaged"
      }
    }
  }

  struct Signer: Encodable {
    var image: Int
    var signer: String
    var issuer: String
    var algorithm: String
    var digest: String
    var verifies: Bool
    var problem: String?
  }

  var file: String
  var size: Int
  var sha256: String
  /// One line for each image: "x64 EFI, uncompressed".
  var images: [String] = []
  var pciIDs: [String] = []
  var signatures: [Signer] = []
  /// SHA-256 by Authenticode's rules of each EFI image, as security databases have it.
  var authenticodeDigests: [String] = []
  var verdict = Verdict.nothing
  /// What stands in the way, or would on some machines.
  var obstacles: [String] = []
  var driver: String?
  /// Services and protocol functions it calls.
  var services: [String] = []
  /// Protocols it looks for that are not there.
  var missingProtocols: [String] = []
  var missingServices: [String] = []
  var modes: [String] = []
  /// The screen as PNG, for the page.
  var screenshot: Data?

  private enum CodingKeys: CodingKey {
    case file, size, sha256, images, pciIDs, signatures, authenticodeDigests, verdict, obstacles
    case driver, services, missingProtocols, missingServices, modes
  }

  /// Looks at a file without running it.
  init(file: String) {
    self.file = file
    size = 0
    sha256 = ""
    do throws(DriverSourceError) {
      let bytes = try readWholeFile(file)
      size = bytes.count
      sha256 = hexDigest(bytes)
      let report = try FileReport(file: file, bytes: bytes, names: PCINames())
      describe(report)
      try inspect(bytes, report)
      if report.isMalformed {
        verdict = .malformed
        obstacles += report.problems
      }
      // The ROM and its images tell of the same damage.
      var seen: Set<String> = []
      obstacles = obstacles.filter { seen.insert($0).inserted }
    } catch {
      verdict = .malformed
      obstacles = [error.description]
    }
  }

  private mutating func describe(_ report: FileReport) {
    for image in report.images {
      let machine = image.driver?.machine ?? image.machine ?? image.type
      let compression = image.compression.map { $0 == "none" ? ", uncompressed" : ", \($0)" } ?? ""
      images.append(machine + (image.driver == nil ? "" : " EFI") + compression)
      if let vendor = image.vendorID, let device = image.deviceID {
        let id = "\(vendor):\(device)".replacingOccurrences(of: "0x", with: "")
        if !pciIDs.contains(id) { pciIDs.append(id) }
      }
      obstacles += image.problems
    }
    switch report.selection?.way {
    case "native": verdict = .native
    case "translated": verdict = .blocked
    default:
      if let reason = report.selection?.reason { obstacles.append(reason) }
    }
  }

  private mutating func inspect(
    _ bytes: [UInt8], _ report: FileReport
  ) throws(DriverSourceError) {
    var files: [(Int, [UInt8])] = []
    switch InputKind(of: bytes) {
    case .efi: files = [(0, bytes)]
    case .firmware:
      obstacles.append("a firmware image; name a driver in it")
      return
    case .rom:
      guard let rom = try? OptionROM(parsing: bytes) else { return }
      for image in rom.images where image.efi != nil {
        do throws(OptionROMError) {
          files.append((image.index, try rom.payload(of: image.index).bytes))
        } catch {
          obstacles.append("image \(image.index): \(error)")
        }
      }
    }
    for (index, file) in files {
      guard let pe = try? PEImage(parsing: file) else { continue }
      if let digest = Authenticode.digest(of: pe) {
        authenticodeDigests.append(digest.map { bareHex(UInt64($0), digits: 2) }.joined())
      }
      sign(index, pe)
      if pe.machine == .x64, pe.subsystem.name.contains("runtime") {
        obstacles.append("image \(index) is a runtime driver, which cannot be translated")
      }
    }
  }

  private mutating func sign(_ index: Int, _ pe: PEImage) {
    do throws(SignatureError) {
      let found = try Authenticode.signatures(of: pe)
      signatures += found.map {
        Signer(
          image: index, signer: $0.signer, issuer: $0.issuer, algorithm: $0.digestAlgorithm,
          digest: $0.signedDigest, verifies: $0.verifies, problem: $0.problem)
      }
      if found.isEmpty {
        obstacles.append("image \(index) is not signed: refused where secure boot is on")
      }
      for signature in found {
        if let problem = signature.problem { obstacles.append("image \(index): \(problem)") }
      }
    } catch {
      obstacles.append("image \(index): \(error)")
    }
  }

  /// Takes in what a run found out.
  mutating func take(_ run: RunSummary, screenshot: Data?) {
    self.screenshot = screenshot
    driver = run.driverName
    modes = run.gop?.modes ?? []
    services = (run.services ?? []).map(\.name).sorted()
    missingProtocols = (run.missingProtocols ?? []).map(\.name)
    missingServices = (run.missingServices ?? []).map(\.name)
    let started = run.steps?.contains { $0.name == "StartImage" && $0.status == "EFI_SUCCESS" }
    switch run.outcome {
    case "success": verdict = .translated
    case "driverFailed" where started == true:
      verdict = .starts
      obstacles.append(run.message ?? "the driver refuses its card")
    default:
      verdict = .blocked
      obstacles.append(run.message ?? run.outcome)
    }
    if let ports = run.ports, ports.reads + ports.writes > 0 {
      obstacles.append(
        "uses ports (\(ports.reads + ports.writes) accesses): needs a root bridge with an I/O window"
      )
    }
    if let count = run.lowMemoryAccesses, count > 0 {
      obstacles.append("looks at a PC's low memory (\(count) accesses)")
    }
    obstacles += missingServices.map { "asks for \($0), which is not there" }
  }

  mutating func fail(_ reason: String) {
    verdict = .blocked
    obstacles.append(reason)
  }
}

/// What an audit reads of a run's report.
struct RunSummary: Decodable {
  struct Named: Decodable {
    var name: String
    var status: String?
  }
  struct GOP: Decodable { var modes: [String] }
  struct Ports: Decodable {
    var reads: UInt64
    var writes: UInt64
  }
  var outcome: String
  var message: String?
  var driverName: String?
  var steps: [Named]?
  var gop: GOP?
  var services: [Named]?
  var missingProtocols: [Named]?
  var missingServices: [Named]?
  var ports: Ports?
  var lowMemoryAccesses: UInt64?
}
