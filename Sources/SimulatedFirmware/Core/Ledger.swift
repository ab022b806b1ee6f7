import CUEFI

/// What a run asked for and did not get: counted, so that the report can say it.
public final class Ledger {
  /// Who asked: an image's name, or "firmware".
  public struct Request: Hashable, Sendable {
    public var subject: String
    public var asker: String
  }

  /// Services that answered that they are unsupported, by name and asker.
  public private(set) var unsupported: [Request: Int] = [:]
  /// Protocols looked for and not there.
  public private(set) var missing: [EFI_GUID: [String: Int]] = [:]
  /// Things a guest did that no specification allows but real firmware survives.
  public private(set) var misuse: [Request: Int] = [:]
  /// Counters of anything else, such as port accesses.
  public private(set) var counters: [String: Int] = [:]
  /// What ended a wait or a run before its time, in order.
  public private(set) var alarms: [String] = []

  public func noteUnsupported(_ service: String, by asker: String) {
    unsupported[Request(subject: service, asker: asker), default: 0] += 1
  }

  public func noteMissing(_ guid: EFI_GUID, by asker: String) {
    missing[guid, default: [:]][asker, default: 0] += 1
  }

  public func noteMisuse(_ what: String, by asker: String) {
    misuse[Request(subject: what, asker: asker), default: 0] += 1
  }

  public func count(_ what: String, by amount: Int = 1) { counters[what, default: 0] += amount }

  /// Something the report must say out loud.
  public func alarm(_ text: String) {
    // A guest that retries for ever must not grow the report for ever.
    if alarms.count < 256 { alarms.append(text) }
  }
}
