internal import CTranslator

/// String instructions. Each iteration is committed before the next begins, so that a fault leaves
/// the registers where the processor leaves them.
extension Interpreter {
  mutating func string(_ op: Operation) -> Outcome {
    let addressMask = widthMask(op.length)
    let step =
      state.pointee.rflags & Flag.direction == 0 ? UInt64(op.width) : 0 &- UInt64(op.width)
    if op.selector == 0 {
      return iterate(op, addressMask, step) ? .next : .leave
    }
    if r[1] & addressMask == 0 {
      skip(op, op.length)
      return .next
    }
    let comparing = op.opcode == .scanString || op.opcode == .compareString
    while r[1] & addressMask != 0 {
      if bulk(op, step) { continue }
      guard iterate(op, addressMask, step) else { return .leave }
      write(.rcx, op.length, r[1] &- 1)
      if comparing {
        let zero = state.pointee.rflags & Flag.zero != 0
        if zero != (op.selector == 1) { break }
      }
    }
    return .next
  }

  /// A repeated instruction with a count of zero. With 32-bit addresses in long mode Intel's
  /// processors clear the upper halves of the count, and of the pointers of REP MOVS and REP STOS.
  private func skip(_ op: Operation, _ addressSize: UInt8) {
    guard addressSize == 4 && state.pointee.mode == 0 else { return }
    r[1] = 0
    if op.opcode == .moveString { r[6] &= 0xFFFF_FFFF }
    if op.opcode == .moveString || op.opcode == .storeString { r[7] &= 0xFFFF_FFFF }
  }

  /// One element. False if it faulted; the exit is set.
  private mutating func iterate(_ op: Operation, _ mask: UInt64, _ step: UInt64) -> Bool {
    let source = addSegment(r[6] & mask, op.addressMode)
    let destination = r[7] & mask
    var a: UInt64 = 0
    var b: UInt64 = 0
    switch op.opcode {
    case .moveString:
      guard load(at: source, op.width, &a) else { return failed(write: false) }
      guard store(at: destination, op.width, a) else { return failed(write: true) }
      write(.rsi, op.length, r[6] &+ step)
      write(.rdi, op.length, r[7] &+ step)
    case .storeString:
      guard store(at: destination, op.width, r[0]) else { return failed(write: true) }
      write(.rdi, op.length, r[7] &+ step)
    case .loadString:
      guard load(at: source, op.width, &a) else { return failed(write: false) }
      write(.rax, op.width, a)
      write(.rsi, op.length, r[6] &+ step)
    case .scanString:
      guard load(at: destination, op.width, &b) else { return failed(write: false) }
      write(.rdi, op.length, r[7] &+ step)
      compare(op, r[0], b)
    default:
      guard load(at: source, op.width, &a), load(at: destination, op.width, &b) else {
        return failed(write: false)
      }
      write(.rsi, op.length, r[6] &+ step)
      write(.rdi, op.length, r[7] &+ step)
      compare(op, a, b)
    }
    return true
  }

  private mutating func failed(write: Bool) -> Bool {
    lastBase = .none
    _ = memoryFault(write: write)
    return false
  }

  private mutating func compare(_ op: Operation, _ a: UInt64, _ b: UInt64) {
    let mask = widthMask(op.width)
    let x = a & mask
    let y = b & mask
    let difference = (x &- y) & mask
    let top = UInt64(op.width) &* 8 &- 1
    var flags = (~x & y | (~x | y) & difference) >> top & 1
    flags |= (x ^ y ^ difference) & Flag.adjust | resultFlags(difference, op.width)
    flags |= (((x ^ y) & (x ^ difference)) >> top & 1) << 11
    let changed = Flag.mask(.all)
    state.pointee.rflags = state.pointee.rflags & ~changed | flags & changed
  }

  /// Forward REP MOVS and REP STOS without overlap surprises, many elements in one pass through host
  /// memory. False where a plain element must come first (backward, wrapping, overlapping within
  /// sixteen bytes, few, or a device or translated code in the way).
  private mutating func bulk(_ op: Operation, _ step: UInt64) -> Bool {
    guard op.opcode == .moveString || op.opcode == .storeString, step == UInt64(op.width),
      op.length == 8, window == nil
    else { return false }
    let count = r[1]
    guard count > 16, count < 1 << 40 else { return false }
    let destination = r[7]
    var bytes = count &* UInt64(op.width)
    var place = destination
    if codeMap.mayHoldCode(destination, bytes) {
      // By pages: one of them is not like the others.
      let room = 4096 &- destination & 0xFFF
      bytes = min(bytes, room &- room % UInt64(op.width))
      guard bytes >= 16 else { return false }
      place = writable(destination, bytes)
      guard place != destination || !codeMap.mayHoldCode(destination, bytes) else { return false }
    }
    let done: UInt64
    if op.opcode == .moveString {
      let source = addSegment(r[6], op.addressMode)
      if destination > source && destination &- source < 16 { return false }
      // Whole sixteens only: an element must not be moved in part when the rest of it faults.
      done = transomMoveForward(place, source, bytes & ~15) / UInt64(op.width)
      advance(done, op.width, source: true)
    } else {
      done = transomFill(place, r[0], UInt64(op.width), bytes) / UInt64(op.width)
      advance(done, op.width, source: false)
    }
    if place != destination { noteStore(destination, done &* UInt64(op.width)) }
    return done > 0
  }

  /// INS and OUTS leave for the embedder with one element; a memory fault comes before the port is
  /// touched. A count of zero is no access at all.
  mutating func portString(_ op: Operation) -> Outcome {
    let mask = widthMask(UInt8(truncatingIfNeeded: op.displacement))
    if op.selector & 8 != 0 && r[1] & mask == 0 {
      skip(op, UInt8(truncatingIfNeeded: op.displacement))
      state.pointee.rip = nextAddress
      return .transfer
    }
    var value: UInt64 = 0
    if op.selector & 1 != 0 {
      let source = addSegment(r[6] & mask, op.addressMode)
      guard load(at: source, op.width, &value) else { return memoryFault(write: false) }
    } else if window == nil {
      let destination = r[7] & mask
      guard probe(destination), probe(destination &+ UInt64(op.width) &- 1) else {
        return memoryFault(write: true)
      }
    }
    exit = .port(
      PortAccess(
        port: UInt16(truncatingIfNeeded: r[2]), size: op.width, isWrite: op.selector & 1 != 0,
        value: UInt32(truncatingIfNeeded: value)))
    return .leave
  }

  /// Takes one element's value and moves on to the next. True once the instruction is done.
  mutating func completePortString(_ op: Operation, _ value: UInt32) -> Bool {
    let width = UInt8(truncatingIfNeeded: op.displacement)
    let step =
      state.pointee.rflags & Flag.direction == 0 ? UInt64(op.width) : 0 &- UInt64(op.width)
    if op.selector & 1 != 0 {
      write(.rsi, width, r[6] &+ step)
    } else {
      _ = store(at: r[7] & widthMask(width), op.width, UInt64(value))
      write(.rdi, width, r[7] &+ step)
    }
    guard op.selector & 8 != 0 else { return true }
    write(.rcx, width, r[1] &- 1)
    return r[1] & widthMask(width) == 0
  }

  private func advance(_ elements: UInt64, _ width: UInt8, source: Bool) {
    let bytes = elements &* UInt64(width)
    r[1] = r[1] &- elements
    r[7] = r[7] &+ bytes
    if source { r[6] = r[6] &+ bytes }
  }
}
