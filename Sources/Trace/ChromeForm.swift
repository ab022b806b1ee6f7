/// A trace as Chrome's trace event JSON, which Perfetto opens: a begin and an end event for each
/// crossing, in order, so that they nest; the rest are instants. Times are virtual microseconds.
final class ChromeForm: TraceForm {
  private var isFirst = true

  private func event(_ phase: String, _ name: String, _ category: String, _ moment: TraceMoment) {
    out.append(isFirst ? "\n" : ",\n")
    isFirst = false
    out.append("{\"ph\":\"")
    out.append(phase)
    out.append("\",\"pid\":1,\"tid\":1,\"ts\":")
    out.append(decimal: moment.time / 1000)
    out.append(0x2E)
    out.append(decimal: moment.time % 1000, digits: 3)
    out.append(",\"cat\":\"")
    out.append(category)
    out.append("\",\"name\":")
    out.append(quoted: name)
  }

  override func begin(_ header: TraceHeader, _ filter: TraceFilter) {
    out.append("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"tool\":\"transom\",\"version\":")
    out.append(quoted: header.version)
    out.append(",\"image\":")
    out.append(quoted: header.image)
    out.append("},\"traceEvents\":[")
    out.append("\n{\"ph\":\"M\",\"pid\":1,\"tid\":1,\"name\":\"process_name\",\"args\":{\"name\":")
    out.append(quoted: header.image)
    out.append("}},\n")
    out.append("{\"ph\":\"M\",\"pid\":1,\"tid\":1,\"name\":\"thread_name\",\"args\":{\"name\":")
    out.append(quoted: header.platform)
    out.append("}}")
    isFirst = false
  }

  private func open(
    _ call: Call, _ target: TraceTarget, _ when: ValueWriter.Moment, _ moment: TraceMoment
  ) {
    event("B", decoder.display(call, target), target.category.list[0], moment)
    out.append(",\"args\":{\"seq\":")
    out.append(decimal: call.sequence)
    out.append(",\"instructions\":")
    out.append(decimal: moment.instructions)
    if call.direction == .guestToHost {
      out.append(",\"caller\":\"")
      decoder.values.name(call.caller, into: out)
      out.append(0x22)
    }
    let signature = target.signature
    for (index, argument) in (signature?.arguments ?? []).enumerated()
    where argument.type != .skip {
      if when == .opening, case .out = argument.type { continue }
      out.append(0x2C)
      out.append(quoted: argument.name)
      out.append(0x3A)
      if let signature {
        decoder.values.write(call, index, signature, when, json: true, to: out)
      }
    }
    out.append("}}")
  }

  private func close(
    _ call: Call, _ target: TraceTarget, isAbandoned: Bool, _ moment: TraceMoment
  ) {
    event("E", decoder.display(call, target), target.category.list[0], moment)
    out.append(",\"args\":{")
    let type = target.signature?.result ?? .pointer
    if isAbandoned {
      out.append("\"abandoned\":true")
    } else if type != .none, let result = call.result {
      out.append("\"result\":")
      decoder.values.scalar(result, type, json: true, to: out)
    }
    out.append("}}")
  }

  override func complete(
    _ call: Call, _ target: TraceTarget, from: TraceMoment, to: TraceMoment
  ) {
    open(call, target, .whole, from)
    close(call, target, isAbandoned: false, to)
  }

  override func opened(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {
    open(call, target, .opening, moment)
  }

  override func returned(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {
    close(call, target, isAbandoned: false, moment)
  }

  override func abandoned(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {
    close(call, target, isAbandoned: true, moment)
  }

  private func instant(
    _ name: String, _ category: String, _ arguments: [(String, String)], _ moment: TraceMoment
  ) {
    event("i", name, category, moment)
    out.append(",\"s\":\"t\",\"args\":{")
    for (index, (key, value)) in arguments.enumerated() {
      if index > 0 { out.append(0x2C) }
      out.append(quoted: key)
      out.append(0x3A)
      out.append(quoted: value)
    }
    out.append("}}")
  }

  override func access(_ access: TraceAccess, count: UInt64, depth: Int, _ moment: TraceMoment) {
    let place =
      switch access.place {
      case .register(let device, let bar, let offset):
        "\(device) BAR\(bar)+\(ValueNames.hex(offset))"
      case .port(let port): "port \(ValueNames.hex(UInt64(port)))"
      }
    instant(
      (access.isWrite ? "write " : "read ") + place, access.category.list[0],
      [
        ("size", String(access.size)), ("value", ValueNames.hex(access.value)),
        ("count", String(count)),
      ], moment)
  }

  override func image(_ event: TraceImageEvent, depth: Int, _ moment: TraceMoment) {
    instant("\(event.image.name) \(event.kind.rawValue)", "image", [], moment)
  }

  override func fault(_ reason: String, location: String, depth: Int, _ moment: TraceMoment) {
    instant("fault", "fault", [("reason", reason), ("location", location)], moment)
  }

  override func translation(_ event: TraceTranslation, depth: Int, _ moment: TraceMoment) {
    switch event {
    case .made(let address, let instructions):
      instant(
        "translate", "tb",
        [("address", decoder.name(address)), ("instructions", String(instructions))], moment)
    case .dropped(let address, let count):
      instant(
        "invalidate", "tb", [("address", decoder.name(address)), ("size", String(count))], moment)
    }
  }

  override func note(_ text: String, _ moment: TraceMoment) {
    instant(text, "note", [], moment)
  }

  override func end(_ outcome: String, crossings: UInt64, _ moment: TraceMoment) {
    instant("end: " + outcome, "note", [("crossings", String(crossings))], moment)
    out.append("\n]}\n")
  }
}
