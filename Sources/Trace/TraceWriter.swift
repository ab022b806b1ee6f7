/// Puts what happens into a trace's form, in order: decides what is shown, and holds a crossing back
/// until it is known whether others lie in it.
final class TraceWriter {
  let output: TraceOutput
  private let form: TraceForm
  private let decoder: CallDecoder
  private let wallStart: UInt64
  /// The last access and how often it was repeated.
  private var access: (access: TraceAccess, count: UInt64, depth: Int, moment: TraceMoment)?
  private var chunk = 1 << 16

  init(_ output: TraceOutput, header: TraceHeader, decoder: CallDecoder) {
    self.output = output
    self.decoder = decoder
    decoder.filter = output.filter
    form = output.makeForm(decoder)
    wallStart = output.wallClock?() ?? 0
    if output.isInteractive { chunk = 1 }
    form.begin(header, output.filter)
    drain()
  }

  func moment(time: UInt64, instructions: UInt64) -> TraceMoment {
    TraceMoment(
      time: time, instructions: instructions, wall: output.wallClock.map { $0() &- wallStart })
  }

  /// Whether a crossing belongs in this trace, as far as its beginning tells.
  func wants(_ call: Call, _ target: TraceTarget) -> Bool {
    guard target.isShown else { return false }
    let filter = output.filter
    if !filter.images.isEmpty {
      let address = call.direction == .guestToHost ? call.caller : call.target
      guard let image = decoder.environment.image(address), filter.images.contains(image.name)
      else { return false }
    }
    if !filter.handles.isEmpty {
      let numbers = target.handles.compactMap { decoder.environment.handle(call.arguments[$0]) }
      let isNamed = numbers.contains { filter.handles.contains("h\($0)") }
      let display = decoder.display(call, target)
      guard isNamed || filter.handles.contains(where: { display.contains("(\($0))") }) else {
        return false
      }
    }
    return true
  }

  func wants(result: UInt64) -> Bool {
    !output.filter.needsResult || output.filter.statuses.contains(result)
  }

  func complete(_ call: Call, _ target: TraceTarget, from: TraceMoment, to: TraceMoment) {
    flushAccess()
    form.complete(call, target, from: from, to: to)
    drain()
  }

  func opened(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {
    flushAccess()
    form.opened(call, target, moment)
    drain()
  }

  func returned(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {
    flushAccess()
    form.returned(call, target, moment)
    drain()
  }

  func abandoned(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {
    flushAccess()
    form.abandoned(call, target, moment)
    drain()
  }

  /// Whether lines of a category that are no crossings are shown: a filter for services or results
  /// asks for calls alone.
  func shows(_ category: TraceCategories) -> Bool {
    let filter = output.filter
    return filter.categories.contains(category) && filter.services.isEmpty
      && filter.statuses.isEmpty && filter.handles.isEmpty && filter.images.isEmpty
  }

  /// Repeated accesses become one line with a count.
  func access(_ next: TraceAccess, depth: Int, _ moment: TraceMoment) {
    if let last = access, last.access == next, last.depth == depth {
      access?.count += 1
      return
    }
    flushAccess()
    access = (next, 1, depth, moment)
  }

  private func flushAccess() {
    guard let last = access else { return }
    access = nil
    form.access(last.access, count: last.count, depth: last.depth, last.moment)
  }

  func event(_ body: (TraceForm) -> Void) {
    flushAccess()
    body(form)
    drain()
  }

  private func drain() {
    guard form.out.count >= chunk else { return }
    output.write(form.out.bytes)
    form.out.removeAll()
  }

  /// Hands on what is still held.
  func finish() {
    flushAccess()
    if form.out.count > 0 { output.write(form.out.bytes) }
    form.out.removeAll()
  }
}
