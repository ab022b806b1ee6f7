package import CaseRunner

/// One case of the test form: code, the state before, and what must hold after.
package struct TestCase: Sendable {
  /// What a register must hold: the words that count, each with the bits that count.
  package struct Expectation: Sendable {
    package var word: Int
    /// Any of these will do.
    package var values: [UInt64]
    package var mask: UInt64
  }

  package var name = ""
  package var is32Bit = false
  package var load: UInt64 = 0x10000
  package var entry: UInt64 = 0x10000
  package var code: [UInt8] = []
  package var regions: [Region] = []
  package var data: [Placed] = []
  package var initial = ProcessorState()
  package var expected: [Expectation] = []
  package var expectedMemory: [Placed] = []
  /// An exception's name, "#UD".
  package var expectedFault: String?
  package var features: [String] = []
  /// Registers set before the run that are no words of `ProcessorState`: CR0, DR7, XCR0, ...
  package var systemRegisters: [SystemRegister: UInt64] = [:]

  package init() {}

  /// The regions that must be there: the case's own, and pages for code or data outside them.
  package var allRegions: [Region] {
    var result = regions.filter { $0.count > 0 }.map(\.pages)
    for placed in [Placed(address: load, bytes: code)] + data where !placed.bytes.isEmpty {
      var page = placed.address & ~0xFFF
      while page < placed.address &+ UInt64(placed.bytes.count) {
        if !result.contains(where: { page >= $0.address && page < $0.end }) {
          result.append(Region(address: page, count: 0x1000))
        }
        page &+= 0x1000
      }
    }
    return Region.merged(result)
  }
}

/// Why a line is no case.
package struct TestCaseError: Error, CustomStringConvertible {
  package var description: String
  init(_ description: String) { self.description = description }
}
