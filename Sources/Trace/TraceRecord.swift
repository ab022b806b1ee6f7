import Foundation

/// Why a trace could not be read. Lines count from 1.
public enum TraceReadError: Error, CustomStringConvertible, Equatable {
  case notJSON(line: Int)
  case noHeader
  case schema(Int)

  public var description: String {
    switch self {
    case .notJSON(let line): "line \(line) is no JSON object with a type"
    case .noHeader: "the first line is not the header of a trace in JSON Lines"
    case .schema(let version): "the trace has schema \(version); this tool reads 1"
    }
  }
}

/// One line of a trace in JSON Lines, read back.
public struct TraceRecord: Sendable {
  public struct Argument: Sendable, Decodable {
    public var name: String
    public var type: String
    public var value: String?
    public var before: String?
  }

  /// The line's number in its file, from 1.
  public var line: Int
  public var type: String
  public var target: String?
  public var caller: String?
  public var arguments: [Argument]
  public var result: String?
  public var instructions: UInt64
  public var depth: Int
  /// The line's other fields, by name, as text.
  public var fields: [String: String]

  /// Reads a whole trace.
  public static func read(_ text: String) throws(TraceReadError) -> [TraceRecord] {
    var records: [TraceRecord] = []
    for (index, line) in text.split(separator: "\n").enumerated() {
      let record = try TraceRecord(line: line, number: index + 1)
      if index == 0 {
        guard record.type == "header" else { throw .noHeader }
        let schema = record.fields["schema"].flatMap { Int($0) } ?? 0
        guard schema == JSONLinesForm.schemaVersion else { throw .schema(schema) }
      }
      records.append(record)
    }
    if records.isEmpty { throw .noHeader }
    return records
  }

  init(line text: Substring, number: Int) throws(TraceReadError) {
    let decoded: Line
    do {
      decoded = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
    } catch {
      throw .notJSON(line: number)
    }
    line = number
    type = decoded.type
    target = decoded.target
    caller = decoded.caller
    arguments = decoded.args ?? []
    result = decoded.result
    instructions = decoded.instructions ?? 0
    depth = decoded.depth ?? 0
    fields = decoded.fields
  }

  private struct Line: Decodable {
    var type: String
    var target: String?
    var caller: String?
    var args: [Argument]?
    var result: String?
    var instructions: UInt64?
    var depth: Int?
    var schema: Int?
    var category, image, event, status, device, offset, port, value, reason, location: String?
    var text, outcome: String?
    var bar, size, count: UInt64?
    var write: Bool?

    var fields: [String: String] {
      let texts = [
        "category": category, "image": image, "event": event, "status": status, "device": device,
        "offset": offset, "port": port, "value": value, "reason": reason, "location": location,
        "text": text, "outcome": outcome,
      ]
      let numbers = ["bar": bar, "size": size, "count": count, "schema": schema.map(UInt64.init)]
      var fields = texts.compactMapValues { $0 }
      for (key, number) in numbers { fields[key] = number.map { String($0) } }
      if let write { fields["write"] = String(write) }
      return fields
    }
  }

  /// The line for people: "gBS->LocateProtocol(protocol: Pcd, …) = EFI_SUCCESS".
  public var text: String {
    let indentation = String(repeating: "  ", count: min(depth, 20))
    guard let target else {
      let keys = [
        "event", "image", "device", "bar", "offset", "port", "size", "write", "value", "count",
        "status", "reason", "location", "text", "outcome",
      ]
      let words = keys.compactMap { key in fields[key].map { "\(key): \($0)" } }
      return indentation + type + " " + words.joined(separator: ", ")
    }
    let list = arguments.map { "\($0.name): \($0.value ?? "NULL")" }.joined(separator: ", ")
    let opening = type == "return" ? "… " : ""
    let ending =
      switch type {
      case "enter": " …"
      case "abandoned": " left without return"
      default: result.map { " = " + $0 } ?? ""
      }
    return indentation + opening + target + "(" + list + ")" + ending
      + (caller.map { "  [\($0)]" } ?? "")
  }
}
