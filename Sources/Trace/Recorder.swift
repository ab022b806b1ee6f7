/// Follows the crossings of one run: numbers them, keeps the last ones, counts who was asked for,
/// and hands the text of each to whoever wants it.
public final class Recorder {
  /// Takes one line of a textual trace, without its end of line.
  public typealias LineSink = (String) -> Void

  public private(set) var ring = CallRing()
  /// Crossings of each direction.
  public private(set) var guestToHost: UInt64 = 0
  public private(set) var hostToGuest: UInt64 = 0
  /// How often each function was called by the guest, by address.
  public private(set) var callsByTarget: [UInt64: UInt64] = [:]
  /// Conversation lines in the order of the calls, while `recordsConversation`.
  public private(set) var conversation: [String] = []
  public var recordsConversation = false
  /// Where the strace-like text goes; nil for nowhere.
  public var sink: LineSink?

  private let decoder: CallDecoder
  private var sequence: UInt64 = 0
  /// Calls that have not returned, outermost first, with their place in the conversation.
  private var open: [(call: Call, nesting: Int, conversationIndex: Int?)] = []

  public init(decoder: CallDecoder) {
    self.decoder = decoder
    open.reserveCapacity(256)
    callsByTarget.reserveCapacity(256)
  }

  /// A crossing begins, at a level of nesting that counts calls into the guest from 1. A level
  /// makes one call to the host at a time, so whatever is open at the same place or deeper was
  /// abandoned, by LongJump or Exit.
  public func begin(
    _ direction: Call.Direction, level: Int, target: UInt64, caller: UInt64, instructions: UInt64,
    arguments: SIMD16<UInt64>
  ) {
    let nesting = Self.nesting(direction, level)
    while let last = open.last, last.nesting >= nesting { open.removeLast() }
    let call = Call(
      direction: direction, sequence: sequence, depth: open.count, instructions: instructions,
      target: target, caller: caller, arguments: arguments)
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
      if let sink { sink(indentation(call) + "→ guest " + decoder.line(call)) }
    }
    open.append((call, nesting, index))
  }

  /// The crossing that began at this level returned.
  public func end(_ direction: Call.Direction, level: Int, result: UInt64) {
    let nesting = Self.nesting(direction, level)
    while let last = open.last, last.nesting > nesting { open.removeLast() }
    guard let last = open.popLast(), last.nesting == nesting else { return }
    var call = last.call
    call.result = result
    ring.complete(sequence: call.sequence, result: result)
    if let index = last.conversationIndex { conversation[index] = decoder.conversation(call) }
    guard let sink else { return }
    if call.direction == .guestToHost {
      sink(indentation(call) + decoder.line(call) + "  [" + decoder.name(call.caller) + "]")
    } else {
      sink(indentation(call) + "← guest = " + ValueNames.status(result))
    }
  }

  /// A level's entry, then the call it makes to the host, then the next level's entry.
  private static func nesting(_ direction: Call.Direction, _ level: Int) -> Int {
    direction == .hostToGuest ? 2 * level : 2 * level + 1
  }

  /// A remark among the calls, for example the name of the phase that begins.
  public func note(_ text: String) {
    if recordsConversation { conversation.append("## " + text) }
    sink?("## " + text)
  }

  /// Text of the last calls, oldest first.
  public func recentCalls(_ count: Int = 64) -> [String] {
    ring.calls.suffix(count).map { call in
      indentation(call) + (call.direction == .hostToGuest ? "→ guest " : "") + decoder.line(call)
    }
  }

  private func indentation(_ call: Call) -> String {
    String(repeating: "  ", count: min(call.depth, 20))
  }
}
