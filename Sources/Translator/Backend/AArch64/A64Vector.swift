/// Vector moves and operations.
extension A64Emitter {
  mutating func vector() {}
}
