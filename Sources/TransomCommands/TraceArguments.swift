import ArgumentParser
import Foundation
import Transom

/// What a trace shows.
struct TraceArguments: ParsableArguments {
  @Option(
    help: """
      What to show: a list of bs, rt, protocol, pci, mmio, pio, event, image, fault, tb; or all. \
      Default: all but tb, which tells of the translator.
      """)
  var categories: String?

  @Option(help: "Show only calls of these services, such as 'gBS->Locate*'. May be repeated.")
  var service: [String] = []

  @Option(help: "Show only calls from or into this image. May be repeated.")
  var fromImage: [String] = []

  @Option(help: "Show only calls about this handle (h3) or device (00:01.0). May be repeated.")
  var handle: [String] = []

  @Option(help: "Show only calls with this result, such as NOT_FOUND. May be repeated.")
  var status: [String] = []

  @Option(
    help: """
      A table of services, protocols and GUID names to add to the built-in one. May be repeated.
      """)
  var protocols: [String] = []

  @Flag(help: "Add the host's clock. Such a trace does not repeat.")
  var wallClock = false

  func filter() throws -> TraceFilter {
    var filter = TraceFilter()
    if let categories {
      guard let list = TraceCategories(list: categories) else {
        throw UsageError("--categories \(categories): not a list of known categories")
      }
      filter.categories = list
    }
    filter.services = service
    filter.images = fromImage
    filter.handles = handle
    filter.statuses = try status.map {
      guard let value = ValueNames.status(named: $0) else {
        throw UsageError("--status \($0): no such status")
      }
      return value
    }
    return filter
  }

  /// The built-in tables with those of `--protocols` on top.
  func signatures() throws -> Signatures {
    try Self.signatures(adding: protocols)
  }

  static func signatures(adding files: [String]) throws -> Signatures {
    var signatures = Signatures.builtIn
    for path in files {
      let bytes = try readWholeFile(path)
      signatures.add(table: String(decoding: bytes, as: UTF8.self))
      if let line = signatures.malformedLines.first {
        throw DriverSourceError.malformed(path: path, reason: "line \(line)")
      }
    }
    return signatures
  }

  /// An output to a file, or to standard error for "-".
  func output(to path: String) throws -> TraceOutput {
    let form = TraceOutput.Form(path: path)
    if path == "-" { return try output(form, to: .standardError) }
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw UsageError("\(path): cannot be written") }
    return try output(form, to: file)
  }

  func output(_ form: TraceOutput.Form, to file: FileHandle) throws -> TraceOutput {
    let sink = TraceSink(file)
    var output = TraceOutput(form: form) { sink.write($0) }
    output.filter = try filter()
    if case .chrome = form, output.filter.needsResult {
      throw UsageError("--status cannot be asked of Chrome's form, whose events are in order")
    }
    if wallClock {
      output.wallClock = { DispatchTime.now().uptimeNanoseconds }
    }
    return output
  }
}

/// Writes a trace's bytes, and says so once if they cannot be written.
private final class TraceSink {
  private let file: FileHandle
  private var hasFailed = false

  init(_ file: FileHandle) { self.file = file }

  func write(_ bytes: UnsafeRawBufferPointer) {
    guard !hasFailed else { return }
    do {
      try file.write(contentsOf: Data(bytes))
    } catch {
      hasFailed = true
      CommandFailure.print("the trace could not be written: \(error.localizedDescription)")
    }
  }
}
