import Foundation

/// As much of JSON Schema (2020-12) as trace.schema.json uses. A keyword it does not know is an
/// error, so that the schema cannot say what is not checked.
struct JSONSchema {
  private let root: [String: Any]
  private static let known: Set<String> = [
    "$schema", "$defs", "$ref", "title", "description", "type", "const", "enum", "pattern",
    "minimum", "items", "properties", "required", "additionalProperties", "oneOf",
  ]

  init(path: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// Why a value does not fit; empty if it does.
  func problems(_ value: Any) -> [String] { problems(value, root, "$") }

  private func problems(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
    var found = schema.keys.filter { !Self.known.contains($0) }.map { "\(path): keyword \($0)" }
    if let reference = schema["$ref"] as? String {
      let name = String(reference.split(separator: "/").last ?? "")
      let target = (root["$defs"] as? [String: Any])?[name] as? [String: Any] ?? ["$bad": 1]
      return problems(value, target, path)
    }
    if let choices = schema["oneOf"] as? [[String: Any]] {
      let results = choices.map { problems(value, $0, path) }
      if results.filter(\.isEmpty).count != 1 {
        found.append(
          "\(path): none or several of the forms; "
            + (results.min { $0.count < $1.count } ?? []).joined(separator: ", "))
      }
    }
    if let type = schema["type"] {
      let names = type as? [String] ?? [type as? String ?? "?"]
      if !names.contains(where: { Self.isType($0, value) }) { found.append("\(path): type") }
    }
    if let constant = schema["const"], !Self.equal(constant, value) {
      found.append("\(path): const")
    }
    if let values = schema["enum"] as? [Any], !values.contains(where: { Self.equal($0, value) }) {
      found.append("\(path): enum")
    }
    if let pattern = schema["pattern"] as? String, let text = value as? String,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      found.append("\(path): pattern")
    }
    if let minimum = schema["minimum"] as? Double, let number = value as? NSNumber,
      number.doubleValue < minimum
    {
      found.append("\(path): minimum")
    }
    if let items = schema["items"] as? [String: Any], let list = value as? [Any] {
      for (index, item) in list.enumerated() { found += problems(item, items, "\(path)[\(index)]") }
    }
    if let object = value as? [String: Any] { found += members(object, schema, path) }
    return found
  }

  private func members(
    _ object: [String: Any], _ schema: [String: Any], _ path: String
  ) -> [String] {
    guard let properties = schema["properties"] as? [String: [String: Any]] else { return [] }
    var found: [String] = []
    for key in schema["required"] as? [String] ?? [] where object[key] == nil {
      found.append("\(path).\(key): missing")
    }
    for (key, value) in object {
      if let property = properties[key] {
        found += problems(value, property, "\(path).\(key)")
      } else if schema["additionalProperties"] as? Bool == false {
        found.append("\(path).\(key): unknown")
      }
    }
    return found
  }

  private static func isType(_ name: String, _ value: Any) -> Bool {
    switch name {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "boolean": (value as? NSNumber).map(isBoolean) ?? false
    case "integer":
      (value as? NSNumber).map { !isBoolean($0) && $0.doubleValue == $0.doubleValue.rounded() }
        ?? false
    case "null": value is NSNull
    default: false
    }
  }

  private static func isBoolean(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c" || number === NSNumber(value: true)
      || number === NSNumber(value: false)
  }

  private static func equal(_ left: Any, _ right: Any) -> Bool {
    if let left = left as? String { return left == right as? String }
    if let left = left as? NSNumber { return left == right as? NSNumber }
    return false
  }
}
