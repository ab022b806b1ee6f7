/// A trace as people read it, after strace: number, virtual time in seconds, guest instructions,
/// then the call, indented by depth, with its result and, in brackets, the caller.
final class TextForm: TraceForm {
  private let isColoured: Bool
  private let hasWallClock: Bool

  init(decoder: CallDecoder, isColoured: Bool, hasWallClock: Bool) {
    self.isColoured = isColoured
    self.hasWallClock = hasWallClock
    super.init(decoder: decoder)
  }

  private enum Colour: String {
    case dim = "\u{1B}[2m"
    case name = "\u{1B}[1m"
    case guest = "\u{1B}[36m"
    case good = "\u{1B}[32m"
    case bad = "\u{1B}[31m"
    case remark = "\u{1B}[33m"
  }

  private func coloured(_ colour: Colour, _ body: (ByteBuffer) -> Void) {
    if isColoured { out.append(colour.rawValue) }
    body(out)
    if isColoured { out.append("\u{1B}[0m") }
  }

  /// The columns in front. Only crossings have a number.
  private func columns(_ sequence: UInt64?, depth: Int, _ moment: TraceMoment) {
    coloured(.dim) { out in
      right(sequence.map(String.init) ?? "", 6)
      out.append(0x20)
      seconds(moment.time)
      right(String(moment.instructions), 10)
      if hasWallClock {
        out.append(0x20)
        seconds(moment.wall ?? 0)
      }
    }
    out.append(spaces: 2 + 2 * min(depth, 20))
  }

  private func seconds(_ nanoseconds: UInt64) {
    out.append(decimal: nanoseconds / 1_000_000_000)
    out.append(0x2E)
    out.append(decimal: nanoseconds % 1_000_000_000, digits: 9)
  }

  private func right(_ text: String, _ width: Int) {
    out.append(spaces: width - text.utf8.count)
    out.append(text)
  }

  private func endLine() { out.append(0x0A) }

  private func name(_ call: Call, _ target: TraceTarget) {
    if call.direction == .hostToGuest { out.append("→ ") }
    coloured(call.direction == .hostToGuest ? .guest : .name) {
      $0.append(decoder.display(call, target))
    }
  }

  private func result(_ call: Call, _ target: TraceTarget) {
    let isStatus = (target.signature?.result ?? .status) == .status
    let colour: Colour = isStatus && (call.result ?? 0) >> 63 == 1 ? .bad : .good
    coloured(colour) { decoder.appendResult(call, target, to: $0) }
  }

  private func caller(_ call: Call) {
    guard call.direction == .guestToHost else { return }
    out.append("  ")
    coloured(.dim) {
      $0.append(0x5B)
      decoder.values.name(call.caller, into: $0)
      $0.append(0x5D)
    }
  }

  override func complete(
    _ call: Call, _ target: TraceTarget, from: TraceMoment, to: TraceMoment
  ) {
    columns(call.sequence, depth: call.depth, from)
    name(call, target)
    decoder.appendArguments(call, target, .whole, to: out)
    result(call, target)
    caller(call)
    endLine()
  }

  override func opened(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {
    columns(call.sequence, depth: call.depth, moment)
    name(call, target)
    decoder.appendArguments(call, target, .opening, to: out)
    out.append(" …")
    caller(call)
    endLine()
  }

  override func returned(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {
    columns(call.sequence, depth: call.depth, moment)
    out.append("… ")
    name(call, target)
    if target.signature?.arguments.contains(where: { $0.type.answers }) == true {
      decoder.appendArguments(call, target, .closing, to: out)
    }
    result(call, target)
    endLine()
  }

  override func abandoned(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {
    columns(call.sequence, depth: call.depth, moment)
    out.append("… ")
    name(call, target)
    coloured(.remark) { $0.append(" left without return") }
    endLine()
  }

  override func access(_ access: TraceAccess, count: UInt64, depth: Int, _ moment: TraceMoment) {
    columns(nil, depth: depth, moment)
    switch access.place {
    case .register(let device, let bar, let offset):
      out.append("mmio \(device) BAR\(bar)+")
      out.append(hex: offset)
    case .port(let port):
      out.append("pio ")
      out.append(hex: UInt64(port))
    }
    out.append(access.isWrite ? " write u" : " read u")
    out.append(decimal: UInt64(access.size * 8))
    out.append(access.isWrite ? " " : " = ")
    out.append(hex: access.value)
    if count > 1 {
      out.append(" × ")
      out.append(decimal: count)
    }
    endLine()
  }

  override func image(_ event: TraceImageEvent, depth: Int, _ moment: TraceMoment) {
    columns(nil, depth: depth, moment)
    coloured(.remark) {
      $0.append("image \(event.image.name) \(event.kind.rawValue)")
      if event.kind == .loaded {
        $0.append(" at ")
        $0.append(hex: event.image.base)
        $0.append(", ")
        $0.append(decimal: event.image.size)
        $0.append(" bytes")
      }
      if event.kind == .returned { $0.append(" = " + ValueNames.status(event.status)) }
    }
    endLine()
  }

  override func fault(_ reason: String, location: String, depth: Int, _ moment: TraceMoment) {
    columns(nil, depth: depth, moment)
    coloured(.bad) { $0.append("fault: \(reason), at \(location)") }
    endLine()
  }

  override func translation(_ event: TraceTranslation, depth: Int, _ moment: TraceMoment) {
    columns(nil, depth: depth, moment)
    switch event {
    case .made(let address, let instructions):
      out.append("translated ")
      decoder.values.name(address, into: out)
      out.append(", \(instructions) instructions")
    case .dropped(let address, let count):
      out.append("translations dropped at ")
      decoder.values.name(address, into: out)
      out.append(", \(count) bytes")
    }
    endLine()
  }

  override func note(_ text: String, _ moment: TraceMoment) {
    coloured(.remark) { $0.append("## " + text) }
    endLine()
  }

  override func end(_ outcome: String, crossings: UInt64, _ moment: TraceMoment) {
    coloured(.remark) {
      $0.append("## \(outcome), \(crossings) crossings, \(moment.instructions) instructions")
    }
    endLine()
  }
}
