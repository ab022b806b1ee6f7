internal import CTranslator

/// XCHG, CMPXCHG, XADD and the wide compare-exchange.
extension Interpreter {
  mutating func atomic(_ op: Operation) -> Outcome {
    switch op.opcode {
    case .exchange:
      var old: UInt64 = 0
      guard load(op, &old), store(op, r[Int(op.left.raw)]) else { return memoryFault(write: true) }
      r[Int(op.destination.raw)] = old
      return .next
    case .exchangeAdd:
      var old: UInt64 = 0
      guard load(op, &old) else { return memoryFault(write: true) }
      var add = op
      add.opcode = .add
      add.destination = .none
      add.attributes = []
      add.left = op.destination
      let added = r[Int(op.right.raw)]
      guard store(op, old &+ added) else { return memoryFault(write: true) }
      r[Int(op.destination.raw)] = old
      return arithmetic(add)
    case .compareExchange: return compareExchange(op)
    default: return compareExchangeWide(op)
    }
  }

  private mutating func compareExchange(_ op: Operation) -> Outcome {
    let inMemory = op.attributes.contains(.memoryDestination)
    var old: UInt64 = 0
    if inMemory {
      guard load(op, &old) else { return memoryFault(write: true) }
    } else {
      old = r[Int(op.left.raw)]
    }
    let mask = widthMask(op.width)
    let equal = (r[0] ^ old) & mask == 0
    if inMemory {
      // The destination is written in either case.
      guard store(op, equal ? r[Int(op.right.raw)] : old) else { return memoryFault(write: true) }
    }
    var compare = Operation(.subtract, width: op.width, flags: op.flags)
    compare.left = .rax
    let keep = r[47]
    r[47] = old
    compare.right = Value(raw: 47)
    _ = arithmetic(compare)
    r[47] = keep
    if !equal {
      write(.rax, op.width, old)
    } else if !inMemory {
      write(op.destination, op.width, r[Int(op.right.raw)])
    }
    return .next
  }

  private mutating func compareExchangeWide(_ op: Operation) -> Outcome {
    let address = effectiveAddress(op)
    if op.width == 16 && address & 15 != 0 { return fault(13) }
    let half = op.width / 2
    let step = UInt64(half)
    var low: UInt64 = 0
    var high: UInt64 = 0
    guard load(at: address, half, &low), load(at: address &+ step, half, &high) else {
      return memoryFault(write: true)
    }
    let mask = widthMask(half)
    let equal = (r[0] ^ low) & mask == 0 && (r[2] ^ high) & mask == 0
    guard store(at: address, half, equal ? r[3] : low),
      store(at: address &+ step, half, equal ? r[1] : high)
    else { return memoryFault(write: true) }
    if !equal {
      write(.rax, half, low)
      write(.rdx, half, high)
    }
    state.pointee.rflags = state.pointee.rflags & ~Flag.zero | (equal ? Flag.zero : 0)
    return .next
  }
}
