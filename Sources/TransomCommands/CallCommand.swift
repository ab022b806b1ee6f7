import ArgumentParser
import Benchmark
import Foundation
import Translator
import Transom
import Vectors

/// `transom call FILE`: a function of a flat binary, called and timed.
public struct CallCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "call",
    abstract: "Call a function in a flat x86-64 binary and say what it returned and took.",
    discussion: """
      Example: transom call crc32.bin --load 0x10000000 --entry 0x10000000 \
      --region 0x20000000:0x400000 --args 0x20000000,65536 --repeat 9 --json

      The first call is made in a fresh engine and includes translation; repeats use the same \
      engine, on memory as the call before left it. Times are in nanoseconds. Numbers are decimal, \
      negative, or hexadecimal behind 0x. Exit codes: 0 it returned; 2 usage; 3 the file or the \
      addresses are no good; 4 a guest fault; 6 out of budget.
      """)

  @Argument(help: "A flat binary.")
  var file: String

  @Option(help: "Where its first byte lies.")
  var load: String

  @Option(help: "The function's address.")
  var entry: String

  @Option(
    help: "Memory, zero-filled, as ADDRESS:SIZE. The code may lie in a region, and write to it.")
  var region: [String] = []

  @Option(help: "The calling convention: sysv or ms.")
  var abi = CallDescription.ABI.sysv

  @Option(
    name: .customLong("args"), parsing: .unconditional,
    help: "Integer arguments, with commas between them.")
  var arguments = ""

  @Option(name: .customLong("repeat"), help: "How many more calls, after the first.")
  var repeats = 0

  @Option(help: "Who executes: interpreter, x86_64 or aarch64.")
  var backend = BackendName.native

  @Option(help: "Which instructions the processor offers: baseline (no AVX) or full.")
  var profile = VectorRun.Profile.baseline

  @Option(help: "How many guest instructions each call may take.")
  var budget: UInt64 = .max

  @Flag(help: "Print what happened as one JSON object.")
  var json = false

  public init() {}

  public func run() throws {
    do {
      let call = try description()
      let result =
        backend.isInProcess
        ? try EngineCall(call, on: backend, features: profile.features).perform()
        : try Self.perform(call, profile.features, on: backend)
      print(json ? CallReport(result, call, backend).json : Self.text(result))
    } catch let fault as CallFault {
      if json { print(FaultReport(fault).json) }
      CommandFailure.print("\(file): \(fault)")
      throw ExitCode(fault.ending == .timedOut ? 6 : 4)
    } catch let error as CallError {
      CommandFailure.print("\(file): \(error)")
      throw ExitCode(3)
    } catch {
      throw CommandFailure.exit(for: error, about: file)
    }
  }

  /// In the portable runner, which has the back end that this process has not.
  private static func perform(
    _ call: CallDescription, _ features: FeatureSet, on backend: BackendName
  ) throws -> CallResult {
    guard backend == .aarch64 else { throw BackendError.missing(backend) }
    return try RunnerCall(call, features: features).perform()
  }

  private func description() throws -> CallDescription {
    guard repeats >= 0 else { throw UsageError("--repeat \(repeats) is negative") }
    var call = CallDescription(
      code: try readWholeFile(file), load: try NumberText.parse(load, "--load"),
      entry: try NumberText.parse(entry, "--entry"))
    call.regions = try region.map(Self.region)
    call.abi = abi
    call.repeats = repeats
    call.budget = budget
    call.arguments = try arguments.split(separator: ",").map {
      try NumberText.parse($0.trimmingCharacters(in: .whitespaces), "--args")
    }
    return call
  }

  private static func region(_ text: String) throws -> Region {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw UsageError("--region \(text) is not ADDRESS:SIZE") }
    return Region(
      address: try NumberText.parse(String(parts[0]), "--region"),
      count: try NumberText.parse(String(parts[1]), "--region"))
  }

  private static func text(_ result: CallResult) -> String {
    var line = "rax \(result.result) (0x\(String(result.result, radix: 16)))"
    line += "\nfirst call \(result.coldNs) ns, \(result.guestInstructions) instructions; "
    line += "translated \(result.translatedInstructions) in \(result.translationNs) ns, "
    line += "\(result.codeBytes) bytes of code"
    if let host = result.hostInstructions { line += "; \(host) host instructions" }
    if let median = Statistics.median(result.warmNs) {
      line += "\nrepeats \(result.warmNs.count), median \(median) ns"
    }
    return line
  }
}

/// Numbers as arguments have them.
enum NumberText {
  /// Decimal, negative, or hexadecimal behind 0x (negative too).
  static func parse(_ text: String, _ option: String) throws -> UInt64 {
    let isNegative = text.hasPrefix("-")
    let digits = (isNegative ? String(text.dropFirst()) : text).lowercased()
    let value =
      digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits, radix: 10)
    guard let value, digits.first != "+", digits.first != "-", !digits.hasPrefix("0x+"),
      !digits.hasPrefix("0x-"), !isNegative || value <= 1 << 63
    else { throw UsageError("\(option): \(text) is not a number of 64 bits") }
    return isNegative ? 0 &- value : value
  }
}

/// The object that --json prints. Field names are the interface's.
private struct CallReport: Encodable {
  var result: UInt64
  var resultHex: String
  var backend: String
  var coldNs: UInt64
  var warmNs: [UInt64]
  var warmResults: [UInt64]
  var guestInstructions: UInt64
  var hostInstructions: UInt64?
  var translatedInstructions: UInt64
  var translationNs: UInt64
  var codeBytes: UInt64
  var engineStartNs: UInt64

  init(_ from: CallResult, _ call: CallDescription, _ backend: BackendName) {
    result = from.result
    resultHex = "0x" + String(from.result, radix: 16)
    self.backend = backend.rawValue
    coldNs = from.coldNs
    warmNs = from.warmNs
    warmResults = from.repeatedResults
    guestInstructions = from.guestInstructions
    hostInstructions = from.hostInstructions
    translatedInstructions = from.translatedInstructions
    translationNs = from.translationNs
    codeBytes = from.codeBytes
    engineStartNs = from.engineStartNs
  }

  var json: String { JSONText.encode(self) }
}

private struct FaultReport: Encodable {
  struct Fault: Encodable {
    var name: String
    var vector: UInt8?
    var address: String
    var accessAddress: String?
    var instruction: String
    var repetition: Int
  }
  var fault: Fault

  init(_ from: CallFault) {
    fault = Fault(
      name: from.name, address: hex(from.address), accessAddress: from.accessAddress.map(hex),
      instruction: from.instruction, repetition: from.repetition)
    if case .fault(let vector, _) = from.ending { fault.vector = vector }
  }

  var json: String { JSONText.encode(self) }
}

enum JSONText {
  static func encode(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}

extension BackendName: ExpressibleByArgument {}
extension CallDescription.ABI: ExpressibleByArgument {}
