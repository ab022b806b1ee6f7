/// Follows the crossings of one run: numbers them, keeps the last ones, counts who was asked for,
/// and hands each to the trace, if one is written.
public final class Recorder {
  public private(set) var ring = CallRing()
  /// Crossings of each direction.
  public private(set) var guestToHost: UInt64 = 0
  public private(set) var hostToGuest: UInt64 = 0
  /// How often each function was called by the guest, by address.
  public private(set) var callsByTarget: [UInt64: UInt64] = [:]
  /// Conversation lines in the order of the calls, while `recordsConversation`.
  public private(set) var conversation: [String] = []
  public var recordsConversation = false

  private struct Crossing {
    var call: Call
    var nesting: Int
    var conversationIndex: Int?
    /// Set while a trace is written and shows it.
    var target: TraceTarget?
    var moment: TraceMoment
    var isOpened = false
  }

  private let decoder: CallDecoder
  private var writer: TraceWriter?
  private var sequence: UInt64 = 0
  /// Calls that have not returned, outermost first.
  private var open: [Crossing] = []
  /// Crossings below this index are in the trace already, or are not shown.
  private var firstHeldBack = 0

  public init(decoder: CallDecoder) {
    self.decoder = decoder
    open.reserveCapacity(256)
    callsByTarget.reserveCapacity(256)
  }

  /// Writes a trace of all that follows.
  public func trace(to output: TraceOutput, header: TraceHeader) {
    writer = TraceWriter(output, header: header, decoder: decoder)
  }

  /// A call's name as traces show it.
  public func displayName(_ call: Call) -> String {
    decoder.display(call, decoder.target(of: call.target, call.direction))
  }

  /// A call's arguments as a JSON array, each with name, type, value and the raw word in `raw`.
  public func argumentsJSON(_ call: Call) -> String { decoder.argumentsJSON(call) }

  /// A call's result as JSON: by name, or null.
  public func resultJSON(_ call: Call) -> String { decoder.resultJSON(call) }

  /// The position of an argument by its name in the service table.
  public func argumentIndex(_ name: String, of call: Call) -> Int? {
    decoder.target(of: call.target, call.direction).signature?.arguments
      .firstIndex { $0.name == name }
  }

  public var isTracing: Bool { writer != nil }

  /// Whether a trace wants lines of a category that are no crossings.
  public func shows(_ category: TraceCategories) -> Bool { writer?.shows(category) ?? false }

  /// Crossings that are open.
  public var depth: Int { open.count }
  /// The number the next crossing gets.
  public var nextSequence: UInt64 { sequence }

  /// A crossing begins, at a level of nesting that counts calls into the guest from 1. A level
  /// makes one call to the host at a time, so whatever is open at the same place or deeper was
  /// abandoned, by LongJump or Exit.
  public func begin(
    _ direction: Call.Direction, level: Int, target: UInt64, caller: UInt64, instructions: UInt64,
    time: UInt64 = 0, arguments: SIMD16<UInt64>
  ) {
    let nesting = Self.nesting(direction, level)
    while let last = open.last, last.nesting >= nesting { abandonLast(time, instructions) }
    var call = Call(
      direction: direction, sequence: sequence, depth: open.count, instructions: instructions,
      target: target, caller: caller, arguments: arguments)
    call.time = time
    sequence += 1
    ring.append(call)
    var index: Int?
    if direction == .guestToHost {
      guestToHost += 1
      callsByTarget[target, default: 0] += 1
      if recordsConversation {
        index = conversation.count
        conversation.append("")
      }
    } else {
      hostToGuest += 1
    }
    var crossing = Crossing(
      call: call, nesting: nesting, conversationIndex: index,
      moment: TraceMoment(time: time, instructions: instructions))
    if let writer {
      let known = decoder.target(of: target, direction)
      if writer.wants(call, known) {
        crossing.target = known
        if writer.output.wallClock != nil {
          crossing.moment = writer.moment(time: time, instructions: instructions)
        }
        for (place, argument) in known.inOut.enumerated() where arguments[argument] != 0 {
          crossing.call.before[place] = decoder.values.word(at: arguments[argument], 8) ?? 0
        }
        if !writer.output.filter.needsResult { releaseHeldBack(writer) }
      }
    }
    open.append(crossing)
  }

  /// The crossing that began at this level returned.
  public func end(
    _ direction: Call.Direction, level: Int, result: UInt64, instructions: UInt64 = 0,
    time: UInt64 = 0
  ) {
    let nesting = Self.nesting(direction, level)
    while let last = open.last, last.nesting > nesting { abandonLast(time, instructions) }
    guard var last = open.popLast(), last.nesting == nesting else { return }
    firstHeldBack = min(firstHeldBack, open.count)
    last.call.result = result
    ring.complete(sequence: last.call.sequence, result: result)
    if let index = last.conversationIndex { conversation[index] = decoder.conversation(last.call) }
    guard let writer, let target = last.target, writer.wants(result: result) else { return }
    let now = writer.moment(time: time, instructions: instructions)
    if last.isOpened {
      writer.returned(last.call, target, now)
    } else {
      writer.complete(last.call, target, from: last.moment, to: now)
    }
  }

  /// A level's entry, then the call it makes to the host, then the next level's entry.
  private static func nesting(_ direction: Call.Direction, _ level: Int) -> Int {
    direction == .hostToGuest ? 2 * level : 2 * level + 1
  }

  private func abandonLast(_ time: UInt64, _ instructions: UInt64) {
    guard let last = open.popLast() else { return }
    firstHeldBack = min(firstHeldBack, open.count)
    guard let writer, let target = last.target, !writer.output.filter.needsResult else { return }
    let now = writer.moment(time: time, instructions: instructions)
    if !last.isOpened {
      releaseHeldBack(writer)
      writer.opened(last.call, target, last.moment)
    }
    writer.abandoned(last.call, target, now)
  }

  /// Something lies in the crossings that are open: they go into the trace first.
  private func releaseHeldBack(_ writer: TraceWriter) {
    guard firstHeldBack < open.count, !writer.output.filter.needsResult else { return }
    for index in firstHeldBack..<open.count where !open[index].isOpened {
      guard let target = open[index].target else { continue }
      open[index].isOpened = true
      writer.opened(open[index].call, target, open[index].moment)
    }
    firstHeldBack = open.count
  }

  // MARK: Other lines

  /// The guest accessed a device's register or a port.
  public func access(_ access: TraceAccess, instructions: UInt64, time: UInt64) {
    guard let writer, writer.shows(access.category) else { return }
    releaseHeldBack(writer)
    writer.access(
      access, depth: open.count, writer.moment(time: time, instructions: instructions))
  }

  public func image(_ event: TraceImageEvent, instructions: UInt64, time: UInt64) {
    decoder.forgetAddresses()
    emit(.image, instructions, time) { $0.image(event, depth: $1, $2) }
  }

  public func fault(_ reason: String, location: String, instructions: UInt64, time: UInt64) {
    emit(.fault, instructions, time) { $0.fault(reason, location: location, depth: $1, $2) }
  }

  public func translation(_ event: TraceTranslation, instructions: UInt64, time: UInt64) {
    emit(.tb, instructions, time) { $0.translation(event, depth: $1, $2) }
  }

  /// A remark among the calls, for example the name of the phase that begins.
  public func note(_ text: String, instructions: UInt64 = 0, time: UInt64 = 0) {
    if recordsConversation { conversation.append("## " + text) }
    guard let writer else { return }
    releaseHeldBack(writer)
    writer.event { $0.note(text, writer.moment(time: time, instructions: instructions)) }
  }

  private func emit(
    _ category: TraceCategories, _ instructions: UInt64, _ time: UInt64,
    _ body: (TraceForm, Int, TraceMoment) -> Void
  ) {
    guard let writer, writer.shows(category) else { return }
    releaseHeldBack(writer)
    let now = writer.moment(time: time, instructions: instructions)
    writer.event { body($0, open.count, now) }
  }

  /// The run is over: calls that are open never return, and the trace is complete.
  public func finish(outcome: String, instructions: UInt64, time: UInt64) {
    guard let writer else { return }
    while !open.isEmpty { abandonLast(time, instructions) }
    writer.event {
      $0.end(
        outcome, crossings: sequence, writer.moment(time: time, instructions: instructions))
    }
    writer.finish()
    self.writer = nil
  }

  /// Text of the last calls, oldest first.
  public func recentCalls(_ count: Int = 64) -> [String] {
    ring.calls.suffix(count).map { call in
      String(repeating: "  ", count: min(call.depth, 20))
        + (call.direction == .hostToGuest ? "→ " : "") + decoder.line(call)
    }
  }
}
