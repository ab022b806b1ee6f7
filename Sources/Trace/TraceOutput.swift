/// Where a trace goes and how it looks.
public struct TraceOutput {
  public enum Form: Sendable {
    case text(coloured: Bool)
    case jsonLines
    case chrome

    /// By the ending of a file's name: .jsonl, .json (Chrome's form), anything else is text.
    public init(path: String) {
      if path.hasSuffix(".jsonl") {
        self = .jsonLines
      } else if path.hasSuffix(".json") {
        self = .chrome
      } else {
        self = .text(coloured: false)
      }
    }
  }

  public var form: Form
  public var filter = TraceFilter()
  /// Reads the host's clock in nanoseconds, for traces that carry it; nil keeps them repeatable.
  public var wallClock: (() -> UInt64)?
  /// Whether each line is to be seen at once.
  public var isInteractive = false
  /// Takes the trace's bytes, whole lines.
  public var write: (UnsafeRawBufferPointer) -> Void

  public init(form: Form, write: @escaping (UnsafeRawBufferPointer) -> Void) {
    self.form = form
    self.write = write
  }

  func makeForm(_ decoder: CallDecoder) -> TraceForm {
    switch form {
    case .text(let coloured):
      TextForm(decoder: decoder, isColoured: coloured, hasWallClock: wallClock != nil)
    case .jsonLines: JSONLinesForm(decoder: decoder)
    case .chrome: ChromeForm(decoder: decoder)
    }
  }
}
