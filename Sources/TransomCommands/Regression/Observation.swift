import Crypto
import Foundation
import Transom

/// One run of a driver as its expectation is written: done in a process of its own, which hands the
/// result to the one that compares.
struct Observation: Codable {
  struct Picture: Codable {
    var width: Int
    var height: Int
  }

  var lines: [String]
  /// Size of the screen; its pixels are in the file that was asked for.
  var picture: Picture?
  /// The behaviour, normalised.
  var trace: [String]

  var expectation: Expectation {
    Expectation(
      lines: lines.map { line in
        let parts = line.split(separator: ":", maxSplits: 1)
        return .init(
          key: String(parts[0]), value: parts[1].trimmingCharacters(in: .whitespaces))
      })
  }

  /// Runs the driver. Input that cannot be run is an observation too.
  static func make(image: String, options: RunOptions, picture: String?) -> Observation {
    do {
      return try Observation(running: image, options: options, picture: picture)
    } catch {
      return Observation(failure: error, image: image)
    }
  }

  private init(running image: String, options: RunOptions, picture path: String?) throws {
    var options = options
    var bytes: [UInt8] = []
    options.trace = TraceOutput(form: .jsonLines) { bytes.append(contentsOf: $0) }
    let run = try DriverRun(DriverSource(resolving: image), options: options)
    run.run()
    lines = Self.lines(of: run.report)
    picture = nil
    if let display = run.machine.bus.display?.model, let screen = display.screen,
      let memory = display.framebuffer
    {
      let pixels = screen.pixels(in: UnsafeRawBufferPointer(memory))
      lines.append("screen: \(screen.width)x\(screen.height) sha256 \(Self.hash(pixels))")
      if let path {
        do {
          try PNGImage.write(pixels, width: screen.width, height: screen.height, to: path)
          picture = Picture(width: screen.width, height: screen.height)
        } catch {
          lines.append("message: \(error)")
        }
      }
    }
    trace = Self.behaviour(of: bytes)
    lines.append(
      "behaviour: \(trace.count) lines sha256 \(Self.hash(Array(trace.joined(separator: "\n").utf8)))"
    )
    run.machine.tearDown()
  }

  private init(failure: any Error, image: String) {
    let (outcome, message) =
      switch failure {
      case let error as DriverSourceError:
        (error.exitCode == 3 ? "malformedInput" : "usage", error.description)
      default: ("usage", "\(failure)")
      }
    // The file's place is not the driver's doing.
    let name = URL(fileURLWithPath: image).lastPathComponent
    lines = [
      "outcome: \(outcome)", "message: \(message.replacingOccurrences(of: image, with: name))",
    ]
    picture = nil
    trace = []
  }

  private static func lines(of report: RunReport) -> [String] {
    var lines = ["outcome: \(report.outcome.name)"]
    if let message = report.message { lines.append("message: \(message)") }
    if let name = report.driverName { lines.append("driver: \(name)") }
    lines += report.steps.map { "step: \($0.name) = \($0.status)" }
    lines += report.handles.map { "installs: " + $0.protocols.joined(separator: " ") }
    if let gop = report.gop {
      lines.append("modes: " + gop.modes.joined(separator: " "))
      if let mode = gop.mode { lines.append("mode: \(mode)") }
    }
    if let fault = report.fault { lines.append("fault: \(fault.reason), at \(fault.location)") }
    lines += report.missingServices.map { "missing-service: \($0.name)" }
    lines += report.missingProtocols.map { "missing-protocol: \($0.name)" }
    lines += report.console.map { "console: " + $0.trimmingCharacters(in: .whitespaces) }
    lines += report.services.map { "service: \($0.name) × \($0.count)" }
    return lines.map { $0.replacingOccurrences(of: "\n", with: " ") }
  }

  private static func behaviour(of bytes: [UInt8]) -> [String] {
    guard let records = try? TraceRecord.read(String(decoding: bytes, as: UTF8.self)) else {
      return []
    }
    return TraceDiff.behaviour(of: records)
  }

  static func hash(_ bytes: [UInt8]) -> String {
    SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
