/// MOVS, STOS and LODS, forward. Every store leaves RCX, RSI and RDI as the processor would, so that
/// a fault finds an instruction that was interrupted between two elements.
extension A64Emitter {
  private static let chunk: UInt32 = 32

  mutating func string() {
    let o = op.pointee
    canonicalize(plan.hard[n].union(plan.asked[boundary]))
    // DF is seldom set, and then the interpreter goes backward.
    a.access(
      .load(bytes: 4), A64Map.other.number, A64Map.state, scaled: A64State.flags)
    addInterpretExit()
    a.testBranch(A64Map.other, bit: 10, isZero: false)
    let moves = o.opcode == .moveString
    if let site, o.opcode != .loadString {
      if o.selector == 0 { return redirectedElement(o) }
      leaveToInterpret(o, ifIn: site)
    }
    willWrite(.rdi)
    if o.opcode == .loadString { return loadString(o) }
    if moves { willWrite(.rsi) }
    if o.selector == 0 { return element(o) }
    willWrite(.rcx)
    if moves { moveRepeated(o) } else { storeRepeated(o) }
  }

  private var source: A64Register { A64Map.register(.rsi) }
  private var destination: A64Register { A64Map.register(.rdi) }
  private var counter: A64Register { A64Map.register(.rcx) }

  private mutating func loadString(_ o: Operation) {
    let bytes = UInt32(o.width)
    a.access(.load(bytes: bytes), A64Map.other.number, source, scaled: 0)
    if o.width >= 4 {
      willWrite(.rax)
      a.move(A64Map.register(.rax), A64Map.other, is64: o.width == 8)
    } else {
      insert(.rax, A64Map.other, width: o.width)
    }
    willWrite(.rsi)
    a.addImmediate(source, source, bytes)
  }

  /// One element: load, store, advance. What may fault comes before the source moves on.
  private mutating func element(_ o: Operation) {
    let bytes = UInt32(o.width)
    if o.opcode == .moveString {
      a.access(.load(bytes: bytes), A64Map.other.number, source, scaled: 0)
      a.access(
        .store(bytes: bytes), A64Map.other.number, destination, indexed: Int32(bytes),
        before: false)
      a.addImmediate(source, source, bytes)
    } else {
      a.access(
        .store(bytes: bytes), A64Map.register(.rax).number, destination, indexed: Int32(bytes),
        before: false)
    }
  }

  /// One element, by way of the site's window.
  private mutating func redirectedElement(_ o: Operation) {
    let bytes = UInt32(o.width)
    var value = A64Map.register(.rax)
    if o.opcode == .moveString {
      value = A64Map.lastTemporary
      access(.load(bytes: bytes), value.number, .scaled(source, 0))
    }
    var store = Operation(.store, width: o.width)
    store.base = .rdi
    let place = storePlace(store, bytes: bytes)
    access(.store(bytes: bytes), value.number, place)
    willWrite(.rdi)
    a.addImmediate(destination, destination, bytes)
    guard o.opcode == .moveString else { return }
    willWrite(.rsi)
    a.addImmediate(source, source, bytes)
  }

  /// A repeated store that has to do with the site's page at all is the interpreter's.
  private mutating func leaveToInterpret(_ o: Operation, ifIn site: StoreSite) {
    let distance = A64Map.scratch
    let end = A64Map.other
    let page = site.first & ~0xFFF
    addConstant(distance, destination, 0 &- Int64(bitPattern: page), is64: true)
    a.add(end, distance, counter, by: UInt32(o.width.trailingZeroBitCount))
    // Negative, both: it begins in front of the page's end, and ends behind its start.
    a.addImmediate(distance, distance, 1, shifted: true, subtract: true)
    a.add(end, .zero, end, subtract: true)
    a.logic(.and, distance, distance, end)
    addInterpretExit()
    a.testBranch(distance, bit: 63, isZero: false)
  }

  /// Elements one by one while RCX is not zero.
  private mutating func elements(_ o: Operation) {
    let done = a.count
    a.compareBranch(counter, isZero: true, is64: true)
    let top = a.count
    element(o)
    a.addImmediate(counter, counter, 1, subtract: true)
    a.compareBranch(counter, isZero: false, is64: true, by: Int32(top - a.count))
    a.patch(done, to: a.count)
  }

  /// Repeats `body`, which does `count` elements, while RCX has that many.
  private mutating func chunks(_ count: UInt32, _ body: (inout A64Emitter) -> Void) {
    let left = A64Map.other
    a.addImmediate(left, counter, count, subtract: true)
    let over = a.count
    a.testBranch(left, bit: 63, isZero: false)
    let top = a.count
    body(&self)
    a.move(counter, left)
    a.addImmediate(left, left, count, subtract: true)
    a.testBranch(left, bit: 63, isZero: true, by: Int32(top - a.count))
    a.patch(over, to: a.count)
  }

  private mutating func storeRepeated(_ o: Operation) {
    let x = A64Map.vectorScratch
    let bytes = UInt32(o.width)
    a.duplicate(x, A64Map.register(.rax), bytes: bytes)
    // The same value stored twice is the same: two pairs count as one step.
    chunks(64 / bytes) {
      $0.a.vectorPair(load: false, x, x, $0.destination, offset: 32)
      $0.a.vectorPair(load: false, x, x, $0.destination, offset: 0)
      $0.a.addImmediate($0.destination, $0.destination, 64)
    }
    chunks(16 / bytes) {
      $0.a.access(
        .storeVector(bytes: 16), x.number, $0.destination, indexed: 16, before: false)
    }
    elements(o)
  }

  private mutating func moveRepeated(_ o: Operation) {
    let bytes = UInt32(o.width)
    // Within 64 bytes of each other the order of single elements may show.
    let x = A64Map.scratch
    a.add(x, destination, source, subtract: true)
    a.addImmediate(x, x, 64)
    a.shift(.right, x, x, by: 7)
    let overlaps = a.count
    a.compareBranch(x, isZero: true, is64: true)
    let first = A64Map.vectorScratch
    let second = A64Map.vectorOther
    chunks(Self.chunk / bytes) {
      $0.a.vectorPair(load: true, first, second, $0.source, offset: 0)
      $0.a.vectorPair(load: false, first, second, $0.destination, offset: 32, mode: .after)
      $0.a.addImmediate($0.source, $0.source, 32)
    }
    a.patch(overlaps, to: a.count)
    elements(o)
  }
}
