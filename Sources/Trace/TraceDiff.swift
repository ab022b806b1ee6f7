import Foundation

/// Compares two traces by behaviour: which services were asked for what, in which order, and what
/// they answered. Addresses, times, instruction counts and the numbers of handles and events do not
/// count.
public struct TraceDiff: Sendable {
  /// A place where the traces part, and where they meet again.
  public struct Difference: Sendable {
    /// Lines of each trace that the other does not have there; one may be empty.
    public var first: [TraceRecord]
    public var second: [TraceRecord]
    /// Common lines before it, the last few.
    public var before: [TraceRecord]
  }

  public private(set) var differences: [Difference] = []
  /// Lines that both have.
  public private(set) var common = 0

  /// Compares up to the first `limit` differences.
  public init(_ first: [TraceRecord], _ second: [TraceRecord], limit: Int = 1) {
    let a = Self.keyed(first)
    let b = Self.keyed(second)
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      if i < a.count, j < b.count, a[i].key == b[j].key {
        common += 1
        i += 1
        j += 1
        continue
      }
      let (stepA, stepB) = Self.meeting(a, i, b, j)
      differences.append(
        Difference(
          first: a[i..<i + stepA].map(\.record), second: b[j..<j + stepB].map(\.record),
          before: a[max(0, i - 3)..<i].map(\.record)))
      i += stepA
      j += stepB
      if differences.count >= limit { return }
    }
  }

  /// A trace as lines of behaviour, which two runs of the same behaviour have in common.
  public static func behaviour(of records: [TraceRecord]) -> [String] {
    keyed(records).map { entry in
      entry.key.replacingOccurrences(of: "\u{1F}", with: " ")
    }
  }

  private typealias Keyed = (key: String, record: TraceRecord)

  private static func keyed(_ records: [TraceRecord]) -> [Keyed] {
    var numbers = Numbers()
    return records.compactMap { record in
      if record.type == "header" || record.type == "note" { return nil }
      return (numbers.key(of: record), record)
    }
  }

  /// How far to skip in each until three lines, or what is left, agree again.
  private static func meeting(_ a: [Keyed], _ i: Int, _ b: [Keyed], _ j: Int) -> (Int, Int) {
    let reach = 2000
    let (restA, restB) = (a.count - i, b.count - j)
    for distance in 1...max(1, min(reach, restA + restB)) {
      for stepA in max(0, distance - restB)...min(distance, restA) {
        let stepB = distance - stepA
        let length = min(3, restA - stepA, restB - stepB)
        guard length > 0 || (stepA == restA && stepB == restB) else { continue }
        if (0..<length).allSatisfy({ a[i + stepA + $0].key == b[j + stepB + $0].key }) {
          return (stepA, stepB)
        }
      }
    }
    return (restA, restB)
  }

  /// Handles and events by the order they appear in, so that a trace's own numbers do not count.
  private struct Numbers {
    private var known: [String: Int] = [:]

    mutating func key(of record: TraceRecord) -> String {
      var words = [record.type, record.target.map(Self.withoutOffset) ?? ""]
      for argument in record.arguments where !ValueType.isAddress(word: argument.type) {
        words.append(argument.name)
        words.append(
          argument.type.hasPrefix("handle")
            ? (argument.value.map { number($0) } ?? "null") : argument.value ?? "null")
      }
      // A result that is an address says only whether there is one.
      if let result = record.result {
        let isAddress = result.hasPrefix("0x") && record.target.map(Self.returnsPointer) == true
        words.append("=" + (isAddress ? "address" : result))
      }
      for (key, value) in record.fields.sorted(by: { $0.key < $1.key })
      where key != "location" { words.append(key + "=" + value) }
      return words.joined(separator: "\u{1F}")
    }

    private mutating func number(_ handle: String) -> String {
      if let number = known[handle] { return "#\(number)" }
      known[handle] = known.count
      return "#\(known.count - 1)"
    }

    /// "Notify(driver+0x12)" is "Notify(driver": another build has its functions elsewhere.
    private static func withoutOffset(_ target: String) -> String {
      guard let plus = target.range(of: "+0x") else { return target }
      return String(target[..<plus.lowerBound])
    }

    private static func returnsPointer(_ target: String) -> Bool {
      target.contains("DevicePath") || target.hasSuffix("GetPtr") || target.hasSuffix("GetPtrEx")
    }
  }
}
