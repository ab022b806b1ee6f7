import Foundation
import Transom

/// A program of the user's that is told of calls and decides about them, in JSON Lines over pipes;
/// firmware-notes/hooks.md has the protocol.
final class HookProgram {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var buffer = Data()
  private let command: String

  /// Starts the program with the shell and asks what it wants to hear of.
  init(_ command: String, image: String) throws {
    self.command = command
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardInput = input
    process.standardOutput = output
    // A program that has gone is told from what cannot be written, not by a signal.
    signal(SIGPIPE, SIG_IGN)
    try process.run()
    try send([
      "event": "hello", "schema": 1, "version": TransomVersion.current, "image": image,
    ])
  }

  /// Hooks that ask the program, for the names in its first answer.
  func makeHooks(_ recorder: @escaping () -> Recorder?) throws -> Hooks {
    let wishes = try receive()
    let hooks = Hooks()
    let known: Set = ["before", "after", "fault", "end"]
    for key in wishes.keys where !known.contains(key) {
      throw UsageError("\(command): its first line asks for \"\(key)\"")
    }
    for pattern in wishes["before"] as? [String] ?? [] {
      hooks.before(pattern) { [self] call, _ in ask("before", &call, recorder()) }
    }
    for pattern in wishes["after"] as? [String] ?? [] {
      hooks.after(pattern) { [self] call, _ in ask("after", &call, recorder()) }
    }
    if wishes["fault"] as? Bool == true {
      hooks.onFault { [self] fault, _ in
        try? send([
          "event": "fault", "address": hex(fault.address), "access": hex(fault.access),
        ])
      }
    }
    hooks.onEnd { [self] report in finish(report, isTold: wishes["end"] as? Bool == true) }
    return hooks
  }

  private func ask(
    _ event: String, _ hooked: inout HookedCall, _ recorder: Recorder?
  ) -> HookDecision {
    var call = Call(
      direction: hooked.direction, sequence: hooked.sequence, depth: recorder?.depth ?? 0,
      instructions: 0, target: hooked.target, caller: hooked.caller, arguments: hooked.arguments)
    call.result = hooked.result
    let arguments = recorder?.argumentsJSON(call) ?? "[]"
    let result = recorder?.resultJSON(call) ?? "null"
    let line =
      "{\"event\":\"\(event)\",\"seq\":\(hooked.sequence),\"target\":\(quoted(hooked.name)),"
      + "\"direction\":\"\(hooked.direction == .guestToHost ? "guestToHost" : "hostToGuest")\","
      + "\"args\":\(arguments),\"result\":\(result)}\n"
    do {
      try write(line)
      return try decide(try receive(), call, &hooked, recorder)
    } catch {
      return .stop("\(error)")
    }
  }

  private func decide(
    _ answer: [String: Any], _ call: Call, _ hooked: inout HookedCall, _ recorder: Recorder?
  ) throws -> HookDecision {
    switch answer["do"] as? String {
    case "continue": return .proceed
    case "return":
      guard let status = answer["status"] as? String, let value = ValueNames.status(named: status)
      else { throw UsageError("\(command): \"return\" without a status that has a name") }
      return .answer(value)
    case "change":
      for (name, text) in answer["args"] as? [String: String] ?? [:] {
        guard let index = recorder?.argumentIndex(name, of: call), index < 16 else {
          throw UsageError("\(command): \(hooked.name) has no argument \(name)")
        }
        let isHex = text.lowercased().hasPrefix("0x")
        guard let value = isHex ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text) else {
          throw UsageError("\(command): \(text) is no number")
        }
        hooked.arguments[index] = value
      }
      return .proceed
    case "stop": return .stop(answer["reason"] as? String ?? "stopped by \(command)")
    case let other: throw UsageError("\(command): no such decision: \(other ?? "none")")
    }
  }

  private func finish(_ report: RunReport, isTold: Bool) {
    if isTold {
      try? send([
        "event": "end", "outcome": report.outcome.name,
        "exitCode": Int(report.outcome.rawValue),
      ])
    }
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  // MARK: Lines

  private func send(_ object: [String: Any]) throws {
    let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    try write(String(decoding: data, as: UTF8.self) + "\n")
  }

  private func write(_ line: String) throws {
    do {
      try input.fileHandleForWriting.write(contentsOf: Data(line.utf8))
    } catch {
      throw UsageError("\(command): it no longer reads")
    }
  }

  private func receive() throws -> [String: Any] {
    while true {
      if let end = buffer.firstIndex(of: 0x0A) {
        let line = buffer[buffer.startIndex..<end]
        buffer = Data(buffer[buffer.index(after: end)...])
        guard let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any] else {
          throw UsageError(
            "\(command): no JSON object: \(String(decoding: line.prefix(80), as: UTF8.self))")
        }
        return object
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { throw UsageError("\(command): it ended without an answer") }
      buffer.append(more)
    }
  }

  private func quoted(_ text: String) -> String {
    let data = try? JSONSerialization.data(withJSONObject: text, options: [.fragmentsAllowed])
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }

  private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}
