/// A trace as JSON Lines: one object to a line, in the order things happened. The schema is
/// firmware-notes/trace.schema.json; its version is in the first line.
final class JSONLinesForm: TraceForm {
  /// Raised when a reader of the old form would misread the new one.
  static let schemaVersion = 1

  private func start(_ type: String) {
    out.append("{\"type\":\"")
    out.append(type)
    out.append(0x22)
  }

  private func field(_ key: String, _ text: String) {
    out.append(key)
    out.append(quoted: text)
  }

  private func number(_ key: String, _ value: UInt64) {
    out.append(key)
    out.append(decimal: value)
  }

  private func hex(_ key: String, _ value: UInt64) {
    out.append(key)
    out.append(0x22)
    out.append(hex: value)
    out.append(0x22)
  }

  private func moment(_ moment: TraceMoment) {
    number(",\"time\":", moment.time)
    number(",\"instructions\":", moment.instructions)
    if let wall = moment.wall { number(",\"wall\":", wall) }
  }

  private func finish() { out.append("}\n") }

  override func begin(_ header: TraceHeader, _ filter: TraceFilter) {
    start("header")
    number(",\"schema\":", UInt64(Self.schemaVersion))
    field(",\"tool\":", "transom")
    field(",\"version\":", header.version)
    field(",\"image\":", header.image)
    field(",\"platform\":", header.platform)
    out.append(",\"categories\":[")
    for (index, name) in filter.categories.list.enumerated() {
      if index > 0 { out.append(0x2C) }
      out.append(quoted: name)
    }
    out.append("]")
    finish()
  }

  private func head(_ type: String, _ call: Call, _ target: TraceTarget, _ when: TraceMoment) {
    start(type)
    number(",\"seq\":", call.sequence)
    moment(when)
    number(",\"depth\":", UInt64(call.depth))
    out.append(
      call.direction == .guestToHost
        ? ",\"direction\":\"guestToHost\"" : ",\"direction\":\"hostToGuest\"")
    out.append(",\"category\":\"")
    out.append(target.category.list[0])
    out.append("\",\"target\":")
    out.append(quoted: decoder.display(call, target))
  }

  private func caller(_ call: Call) {
    guard call.direction == .guestToHost else { return }
    out.append(",\"caller\":\"")
    decoder.values.name(call.caller, into: out)
    out.append(0x22)
  }

  /// All arguments, or those through which the service answers.
  private func arguments(
    _ key: String, _ call: Call, _ target: TraceTarget, _ moment: ValueWriter.Moment
  ) {
    out.append(key)
    out.append(0x5B)
    guard let signature = target.signature else {
      out.append(0x5D)
      return
    }
    var isFirst = true
    var place = 0
    for (index, argument) in signature.arguments.enumerated() where argument.type != .skip {
      var answers = false
      var takes = false
      switch argument.type {
      case .out: answers = true
      case .inOut:
        answers = true
        takes = true
      default: break
      }
      if moment == .closing, !answers { continue }
      if !isFirst { out.append(0x2C) }
      isFirst = false
      out.append(target.argumentHeads[index])
      if takes, moment != .closing, case .inOut(let type) = argument.type, place < 4,
        call.arguments[index] != 0
      {
        out.append(",\"before\":")
        decoder.values.scalar(call.before[place], type, json: true, to: out)
      }
      if takes { place += 1 }
      if moment != .opening || !answers {
        out.append(",\"value\":")
        decoder.values.write(call, index, signature, moment, json: true, to: out)
      }
      out.append(0x7D)
    }
    out.append(0x5D)
  }

  private func result(_ call: Call, _ target: TraceTarget) {
    let type = target.signature?.result ?? .pointer
    guard type != .none, let result = call.result else {
      out.append(",\"result\":null")
      return
    }
    out.append(",\"result\":")
    decoder.values.scalar(result, type, json: true, to: out)
  }

  override func complete(
    _ call: Call, _ target: TraceTarget, from: TraceMoment, to: TraceMoment
  ) {
    head("call", call, target, from)
    caller(call)
    arguments(",\"args\":", call, target, .whole)
    result(call, target)
    number(",\"elapsed\":", to.time &- from.time)
    finish()
  }

  override func opened(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {
    head("enter", call, target, moment)
    caller(call)
    arguments(",\"args\":", call, target, .opening)
    finish()
  }

  override func returned(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {
    head("return", call, target, moment)
    arguments(",\"args\":", call, target, .closing)
    result(call, target)
    number(",\"elapsed\":", moment.time &- call.time)
    finish()
  }

  override func abandoned(_ call: Call, _ target: TraceTarget, _ moment: TraceMoment) {
    head("abandoned", call, target, moment)
    finish()
  }

  private func head(_ type: String, _ category: String, _ depth: Int, _ when: TraceMoment) {
    start(type)
    moment(when)
    number(",\"depth\":", UInt64(depth))
    field(",\"category\":", category)
  }

  override func access(_ access: TraceAccess, count: UInt64, depth: Int, _ moment: TraceMoment) {
    head("access", access.category.list[0], depth, moment)
    switch access.place {
    case .register(let device, let bar, let offset):
      field(",\"device\":", device)
      number(",\"bar\":", UInt64(bar))
      hex(",\"offset\":", offset)
    case .port(let port): hex(",\"port\":", UInt64(port))
    }
    number(",\"size\":", UInt64(access.size))
    out.append(access.isWrite ? ",\"write\":true" : ",\"write\":false")
    hex(",\"value\":", access.value)
    number(",\"count\":", count)
    finish()
  }

  override func image(_ event: TraceImageEvent, depth: Int, _ moment: TraceMoment) {
    head("image", "image", depth, moment)
    field(",\"event\":", event.kind.rawValue)
    field(",\"image\":", event.image.name)
    if event.image.base != 0 {
      hex(",\"base\":", event.image.base)
      number(",\"size\":", event.image.size)
    }
    if event.kind == .returned { field(",\"status\":", ValueNames.status(event.status)) }
    finish()
  }

  override func fault(_ reason: String, location: String, depth: Int, _ moment: TraceMoment) {
    head("fault", "fault", depth, moment)
    field(",\"reason\":", reason)
    field(",\"location\":", location)
    finish()
  }

  override func translation(_ event: TraceTranslation, depth: Int, _ moment: TraceMoment) {
    switch event {
    case .made(let address, let instructions):
      head("translation", "tb", depth, moment)
      out.append(",\"address\":\"")
      decoder.values.name(address, into: out)
      out.append(0x22)
      number(",\"guestInstructions\":", instructions)
    case .dropped(let address, let count):
      head("invalidation", "tb", depth, moment)
      out.append(",\"address\":\"")
      decoder.values.name(address, into: out)
      out.append(0x22)
      number(",\"size\":", count)
    }
    finish()
  }

  override func note(_ text: String, _ moment: TraceMoment) {
    start("note")
    self.moment(moment)
    field(",\"text\":", text)
    finish()
  }

  override func end(_ outcome: String, crossings: UInt64, _ moment: TraceMoment) {
    start("end")
    self.moment(moment)
    field(",\"outcome\":", outcome)
    number(",\"crossings\":", crossings)
    finish()
  }
}
