/// Instructions that are carried over as they stand, many in one go.

/// What bounds the instructions that become operations in one go.
private struct CollectLimits {
  /// Of the block: where its bytes begin.
  var base: UnsafePointer<UInt8>
  /// No instruction begins from here on.
  var end: UnsafePointer<UInt8>
  var most: Int
  /// No instruction has one of these bits.
  var stop: VerbatimForm
  /// The first instruction before which flags are dead begins an operation: there the counter is
  /// looked at for nothing.
  var isCounting: Bool
}

/// Instructions that stand one behind the other and become one operation.
private struct VerbatimRun {
  static let most = 16
  /// Four bits for the length of each, and how many bits those are.
  private var lengths: UInt64 = 0
  private var bits: UInt64 = 0
  /// What all together do with flags: define, read before, show when one faults.
  private var defined: UInt32 = 0
  private var read: UInt32 = 0
  private var shown: UInt32 = 0

  @inline(__always) var count: Int { Int(truncatingIfNeeded: bits &>> 2) }

  @inline(__always)
  mutating func append(_ form: VerbatimForm, _ length: Int) {
    lengths |= UInt64(truncatingIfNeeded: length) &<< bits
    bits &+= 4
    read |= form.read & ~defined
    shown |= form.accesses ? ~defined : 0
    defined |= form.defined
  }

  /// The operation: `total` bytes, `offset` from the block's start.
  @inline(__always)
  func operation(_ bytes: UnsafePointer<UInt8>, _ total: Int, _ offset: Int) -> Operation {
    var op = Operation(.verbatim, width: UInt8(truncatingIfNeeded: count))
    op.flags = FlagSet(rawValue: UInt8(truncatingIfNeeded: defined & 63))
    op.selector = UInt8(truncatingIfNeeded: read & 63)
    op.hardFlags = FlagSet(rawValue: UInt8(truncatingIfNeeded: shown & 63))
    op.length = UInt8(truncatingIfNeeded: total)
    op.offset = UInt16(truncatingIfNeeded: offset)
    op.displacement = Int64(Int(bitPattern: bytes))
    op.immediate = Int64(bitPattern: lengths)
    return op
  }
}

extension VerbatimForms {
  /// Makes operations, from `op` on, of the instructions at `first`. Returns where those end that can
  /// be carried over, where the next operation goes, and how many instructions are missing at the most.
  /// If any are and there are bytes, `stopped` is what stands there.
  @inline(never)
  fileprivate func collect(
    _ first: UnsafePointer<UInt8>, _ limits: CollectLimits, _ op: UnsafeMutablePointer<Operation>,
    _ stopped: inout Look
  ) -> (at: UnsafePointer<UInt8>, op: UnsafeMutablePointer<Operation>, left: Int) {
    let end = limits.end
    let carried = VerbatimForm.isCarried.rawValue
    var refused = limits.stop.rawValue | carried
    if limits.isCounting { refused |= VerbatimForm.endsFlags.rawValue }
    var at = first
    var op = op
    var left = limits.most
    while at < end, left > 0 {
      let start = at
      var run = VerbatimRun()
      let most = min(left, VerbatimRun.most)
      var look = look(at)
      while isPlain(look, refused) {
        let length = foreseenLength(look)
        run.append(look.form, length)
        at += length
        if at >= end || run.count >= most { break }
        look = self.look(at)
      }
      if run.count != 0 {
        op.initialize(to: run.operation(start, at - start, start - limits.base))
        op += 1
        left &-= run.count
        if at >= end || run.count >= most { continue }
      }
      let form = look.form.rawValue
      if form & carried == 0 || form & limits.stop.rawValue != 0 {
        stopped = look
        break
      }
      if form & refused != carried {
        // From here on flags are dead: one such place is enough.
        refused &= ~VerbatimForm.endsFlags.rawValue
        continue
      }
      guard let note = note(look) else {
        stopped = look
        break
      }
      let length = length(look)
      var single = VerbatimRun()
      single.append(look.form, length)
      op.initialize(to: single.operation(at, length, at - limits.base))
      op.pointee.addressMode = note.rawValue
      op += 1
      at += length
      left &-= 1
    }
    return (at, op, left)
  }

  /// Whether an instruction can stand among others in one operation: it is carried, has none of the
  /// bits of `refused`, is as long as was foreseen and needs no care.
  @inline(__always)
  private func isPlain(_ look: Look, _ refused: UInt32) -> Bool {
    let wanted = VerbatimForm.isCarried.rawValue | VerbatimForm.tail(look.tail)
    let asked = refused | VerbatimForm.tail(31)
    return (look.form.rawValue ^ wanted) & asked == 0 && !look.needsCare
  }
}

extension BlockTranslator {
  /// Why carrying over came to an end.
  enum CarryEnd {
    /// No more instructions were wanted, or there are too few bytes.
    case limit
    /// The next one's form is not known.
    case unknown
    /// The next one has to be lifted.
    case other
    /// The block is complete.
    case block
  }

  /// What bounds the instructions that are carried over.
  struct CarryLimits {
    /// Of the block.
    var base: UInt64
    /// Bytes can be read up to here.
    var readableEnd: UInt64
    var instructions: Int
    /// A store is the last one.
    var endsAtStores: Bool
  }

  /// Takes instructions from `start` on as they stand, and transfers of control among them, for as
  /// long as that goes. Returns how many; the next one is at `lifter.next`.
  @inline(never)
  mutating func carry(
    _ forms: VerbatimForms, from start: UInt64, _ limits: CarryLimits
  ) -> (count: Int, end: CarryEnd) {
    // At one place in sixty-four an instruction may be none of these: then each is asked about.
    let sites = forms.siteFilter
    // An operation each or, for a transfer, five at most.
    let most = min(limits.instructions, (Self.fullAt &- lifter.builder.count) &>> 3)
    let slack = VerbatimForms.readable &- 1
    let readable = limits.readableEnd > slack ? limits.readableEnd &- slack : 0
    let end = min(readable, limits.base &+ Self.longestBytes)
    var at = start
    var left = most
    var reason = CarryEnd.limit
    var look = VerbatimForms.Look()
    while left > 0 {
      let stretch = min(end, lifter.join)
      guard at < stretch, let bytes = hostBytes(at) else { break }
      if sites &>> (at & 63) & 1 != 0 {
        reason = .other
        break
      }
      let collected = forms.collect(
        bytes,
        CollectLimits(
          base: bytes - Int(truncatingIfNeeded: at &- limits.base),
          end: bytes + (sites == 0 ? Int(truncatingIfNeeded: stretch &- at) : 1),
          most: left, stop: limits.endsAtStores ? .stores : [],
          isCounting: isCounting && at == limits.base), lifter.builder.next, &look)
      at &+= UInt64(truncatingIfNeeded: collected.at - bytes)
      lifter.builder.count = collected.op - lifter.builder.operations
      if sites != 0, collected.left < left {
        left = collected.left
        continue
      }
      left = collected.left
      guard left > 0, at < stretch else { break }
      guard look.form.contains(.transfers) else {
        reason = look.form.contains(.isKnown) ? .other : .unknown
        break
      }
      at = transfer(look, at, limits.base)
      left &-= 1
      if lifter.ended {
        reason = .block
        break
      }
    }
    lifter.next = at
    return (most &- left, reason)
  }

  /// Lifts a transfer of a known form. Returns where the next instruction is.
  @inline(__always)
  private mutating func transfer(
    _ look: VerbatimForms.Look, _ at: UInt64, _ base: UInt64
  ) -> UInt64 {
    let immediateCount = look.form.immediateCount
    let length = look.length &+ immediateCount
    let unused = UInt64(truncatingIfNeeded: 64 &- immediateCount &* 8)
    lifter.i.opcode = look.opcode
    lifter.i.operandSize = 8
    lifter.i.addressSize = 8
    lifter.i.length = UInt8(truncatingIfNeeded: length)
    lifter.i.immediate =
      immediateCount == 0
      ? 0 : Int64(bitPattern: look.rest &<< unused) &>> Int64(bitPattern: unused)
    lifter.address = at
    lifter.next = at &+ UInt64(truncatingIfNeeded: length)
    lifter.builder.boundary(offset: Int(truncatingIfNeeded: at &- base), length: lifter.i.length)
    let first = lifter.builder.count
    switch look.key &>> 5 {
    case 0xC3:
      lifter.ret()
      seeAllFlags(from: first)
    case 0xE8:
      lifter.call()
      seeAllFlags(from: first)
    case 0xE9, 0xEB: lifter.jump(to: lifter.relativeTarget)
    default: lifter.jcc()
    }
    return lifter.next
  }

  /// What the dead-flag pass would find of a call or a return: wherever it leads, all flags are seen.
  @inline(__always)
  private func seeAllFlags(from first: Int) {
    for n in first..<lifter.builder.count { lifter.builder.operations[n].seenFlags = .all }
  }
}
