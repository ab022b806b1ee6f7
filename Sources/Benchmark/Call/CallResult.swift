package import CaseRunner
internal import Vectors

/// What a call gave, and what it took. Times in nanoseconds.
package struct CallResult: Sendable {
  /// RAX of the first call.
  package var result: UInt64 = 0
  /// RAX of each repeat.
  package var repeatedResults: [UInt64] = []
  /// The first call, in an engine just made: translation included, making the engine not.
  package var coldNs: UInt64 = 0
  /// Each repeat.
  package var warmNs: [UInt64] = []
  /// Executed by the first call.
  package var guestInstructions: UInt64 = 0
  /// Host instructions executed by the first call, where someone counts them.
  package var hostInstructions: UInt64?
  /// Guest instructions translated by the first call, the time that took, and the host code it gave.
  package var translatedInstructions: UInt64 = 0
  package var translationNs: UInt64 = 0
  package var codeBytes: UInt64 = 0
  /// How long making the engine took.
  package var engineStartNs: UInt64 = 0

  package init() {}
}

/// A call that did not return: where, and why.
package struct CallFault: Error, Sendable, CustomStringConvertible {
  package var ending: RunEnding
  package var address: UInt64
  package var instruction: String
  /// 0 for the first call.
  package var repetition: Int

  /// "#PF", or what else it was.
  package var name: String {
    switch ending {
    case .halted: "HLT"
    case .returned: "a return with RSP off its place"
    case .fault(let vector, _): Ending.names[vector] ?? "vector \(vector)"
    case .timedOut: "no end within the budget"
    }
  }

  /// The address accessed, for a page fault.
  package var accessAddress: UInt64? {
    if case .fault(14, let address) = ending { return address }
    return nil
  }

  package var description: String {
    let access = accessAddress.map { ", accessing \(hex($0))" } ?? ""
    let call = repetition == 0 ? "" : ", in repeat \(repetition)"
    return "\(name) at \(hex(address))\(access)\(call): \(instruction)"
  }
}
