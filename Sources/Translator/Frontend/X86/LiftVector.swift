extension Lifter {
  mutating func vector(_ row: Encoding) { unsupported() }
  mutating func x87(_ row: Encoding) { unsupported() }
  mutating func x87Wait() {}
}
extension EncodingTable {
  static let floatingPoint: [Encoding] = []
  static let vectorMoves: [Encoding] = []
  static let vectorInteger: [Encoding] = []
  static let vectorFloat: [Encoding] = []
}
extension Interpreter {
  mutating func vector(_ op: Operation) -> Outcome { fault(6) }
  mutating func x87(_ op: Operation) -> Outcome { fault(6) }
}
