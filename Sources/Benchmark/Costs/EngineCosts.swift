internal import CBenchmark
internal import CTranslator
internal import Glibc
internal import Translator
internal import Vectors

/// What an engine costs by being there, and what translating costs.
package struct EngineCosts: Codable, Sendable {
  /// Making an engine, nanoseconds.
  package var startNs: UInt64
  /// Resident memory, in bytes, that making one and running the wide program added to the process.
  package var residentBytes: UInt64
  /// Guest instructions of the wide program, as translated.
  package var wideInstructions: UInt64
  /// Translating them, nanoseconds, without running them.
  package var wideTranslationNs: UInt64
  /// Host code they became, in bytes; 0 if the back end makes none.
  package var wideCodeBytes: UInt64

  package var translationNsPerInstruction: Double {
    wideInstructions == 0 ? 0 : Double(wideTranslationNs) / Double(wideInstructions)
  }
}

struct EngineMeter {
  let backend: BackendName
  let files: KernelFiles

  /// To be called before the process has run other engines, whose memory would be used again.
  func measure(repetitions: Int) throws -> EngineCosts {
    EngineCall.buildTables()
    var call = CallDescription(
      code: try files.read(Kernel.wide.name), load: Kernel.load, entry: Kernel.run)
    call.regions = [Region(address: Kernel.memory, count: Kernel.memorySize)]
    call.arguments = [Kernel.memory, 1]
    var translation: [UInt64] = []
    var costs = EngineCosts(
      startNs: 0, residentBytes: 0, wideInstructions: 0, wideTranslationNs: 0, wideCodeBytes: 0)
    for n in 0..<max(repetitions, 1) {
      let placed = try EngineCall(call, on: backend)
      let before = Self.residentBytes()
      let fresh = try FreshEngine(EngineRecipe(backend: backend, isTimed: true))
      let result = try placed.perform(in: fresh)
      if n == 0 {
        let after = Self.residentBytes()
        costs.residentBytes = after > before ? after - before : 0
        costs.wideInstructions = result.translatedInstructions
        costs.wideCodeBytes = result.codeBytes
      }
      translation.append(result.translationNs)
    }
    costs.wideTranslationNs = Statistics.median(translation) ?? 0
    let starts = try (0..<9).map { _ in
      try FreshEngine(EngineRecipe(backend: backend)).startNs
    }
    costs.startNs = Statistics.median(starts) ?? 0
    return costs
  }

  /// Pages in memory, from /proc/self/statm.
  private static func residentBytes() -> UInt64 {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 128)
    guard fgets(&buffer, 128, file) != nil else { return 0 }
    let text = String(
      decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = UInt64(fields[1]) else { return 0 }
    return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
  }
}
