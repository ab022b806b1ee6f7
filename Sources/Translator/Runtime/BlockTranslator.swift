internal import CTranslator

/// Bytes to a finished block: decode and lift until control leaves, then the passes.
struct BlockTranslator {
  /// Guest instructions in a block, and conditional branches it goes on behind.
  static let longest = 48
  static let mostSideExits = 4
  /// No block grows beyond so many bytes, and none with so many operations by another instruction.
  static let longestBytes: UInt64 = 60_001
  static let fullAt = TranslationCache.longestBlock - 56

  var lifter: Lifter
  private let mode: ProcessorMode
  private let operations: UnsafeMutablePointer<Operation>
  /// Where instructions may be carried over as they stand.
  private let verbatim: VerbatimForms?
  /// The back end wants to know where flags are dead though no operation of the block asks.
  let isCounting: Bool
  /// Where the guest's bytes are read from, if not at their own addresses: host address of the
  /// byte that the guest has at `sourceStart`, and how many there are.
  private var source: UnsafePointer<UInt8>?
  private var sourceStart: UInt64 = 0
  private var sourceCount: UInt64 = 0

  init(
    operations: UnsafeMutablePointer<Operation>, mode: ProcessorMode, features: FeatureSet,
    access: UnitAccess = UnitAccess(), verbatim: VerbatimForms? = nil, isCounting: Bool = true
  ) {
    self.operations = operations
    self.verbatim = mode == .long64 ? verbatim : nil
    self.isCounting = isCounting
    self.mode = mode
    lifter = Lifter(
      builder: BlockBuilder(operations: operations, capacity: TranslationCache.longestBlock),
      table: EncodingTable.shared, mode: mode, features: features, access: access)
  }

  /// As `translate(_:longest:passes:)`, of bytes that lie elsewhere than at `address`; they stay
  /// valid and unchanged while this runs. A block ends where they do.
  mutating func translate(
    _ bytes: UnsafePointer<UInt8>, count: Int, at address: UInt64, longest: Int,
    sideExits: Int = mostSideExits, passes: Bool = true
  ) -> Block? {
    source = bytes
    sourceStart = address
    sourceCount = UInt64(max(count, 0))
    defer { source = nil }
    return translate(address, longest: longest, sideExits: sideExits, passes: passes)
  }

  /// Nil if not even one byte at `address` is readable. A block never exceeds its capacity: an
  /// instruction needs 48 operations at most, and none is begun with less room.
  ///
  /// `endsAtStores`: a store ends the block, as it may change what follows.
  mutating func translate(
    _ address: UInt64, longest: Int, sideExits: Int = mostSideExits, passes: Bool = true,
    endsAtStores: Bool = false
  ) -> Block? {
    lifter.begin(sideExits: sideExits)
    var at = address
    var readableEnd = address
    var count = 0
    var isLifted = false
    while count < longest && lifter.builder.count < Self.fullAt {
      if readableEnd < at &+ 15 {
        readableEnd = extendReadable(at, readableEnd)
        if readableEnd == at {
          if count == 0 { return nil }
          break
        }
      }
      var isUnknown = false
      if let verbatim {
        let (carried, end) = carry(
          verbatim, from: at,
          CarryLimits(
            base: address, readableEnd: readableEnd, instructions: longest &- count,
            endsAtStores: endsAtStores))
        count &+= carried
        at = lifter.next
        if end == .block || at >= lifter.join || at &- address >= Self.longestBytes { break }
        if end == .limit && carried > 0 { continue }
        isUnknown = end == .unknown
      }
      let first = lifter.builder.count
      guard let bytes = hostBytes(at), decodeAndLift(bytes, at, readableEnd &- at, address) else {
        // The rest of the instruction is not there: fetching it faults when it is reached.
        if count == 0 {
          fetchFault(at, readableEnd, base: address)
          isLifted = true
        }
        break
      }
      if isUnknown, let verbatim, learn(verbatim, bytes, from: first) {
        lifter.next = at
        continue
      }
      isLifted = true
      at = lifter.next
      count &+= 1
      if lifter.ended || at >= lifter.join { break }
      if endsAtStores && lifter.stores(from: first) { break }
      if at &- address >= Self.longestBytes || at > lifter.addressMask { break }
    }
    if !lifter.ended { lifter.jump(to: at & lifter.addressMask) }
    var block = Block(operations: operations)
    block.address = address
    block.mode = mode
    block.byteCount = UInt32(truncatingIfNeeded: max(at &- address, 1))
    block.instructionCount = UInt16(truncatingIfNeeded: count)
    block.operationCount = UInt32(lifter.builder.count)
    Self.verify(block)
    if passes {
      // Transfers of control and what is carried over ask for no flags and leave nothing to drop.
      if isLifted || isCounting { DeadFlags.run(&block) }
      if isLifted { DeadCode.run(block) }
      Self.verify(block)
    }
    return block
  }

  /// Debug builds stop at a block that no back end could carry out faithfully.
  private static func verify(_ block: Block) {
    #if DEBUG
      do throws(VerificationError) {
        try Verifier.check(block)
      } catch {
        switch error {
        case .noBoundary, .noEnd: fatalError("block without a beginning or an end")
        case .undefinedTemporary(let n): fatalError("undefined temporary at operation \(n)")
        case .faultAfterCommit(let n): fatalError("late fault at operation \(n)")
        case .operationAfterEnd(let n): fatalError("operation after the end at \(n)")
        case .badField(let n): fatalError("bad field at operation \(n)")
        }
      }
    #endif
  }

  /// How far from `at` bytes can be read: to the end of the page, or of the next.
  private func extendReadable(_ at: UInt64, _ end: UInt64) -> UInt64 {
    if source != nil { return sourceStart &+ sourceCount }
    if end >= at &+ 15 { return end }
    var probe: UInt8 = 0
    var limit = end
    if limit <= at {
      guard transomLoad8(at, &probe) == 0 else { return at }
      limit = (at | 0xFFF) &+ 1
    }
    if limit < at &+ 15, transomLoad8(limit, &probe) == 0 { limit &+= 0x1000 }
    return limit
  }

  @inline(never)
  private mutating func decodeAndLift(
    _ bytes: UnsafePointer<UInt8>, _ at: UInt64, _ count: UInt64, _ base: UInt64
  ) -> Bool {
    var decoder = Decoder(
      table: lifter.table, mode: mode, bytes: bytes, count: Int(truncatingIfNeeded: min(count, 64)))
    let failure = decoder.decode(&lifter.i)
    lifter.address = at
    if let failure { return refuse(failure, at, base: base) }
    lifter.next = at &+ UInt64(lifter.i.length)
    lifter.builder.boundary(offset: Int(truncatingIfNeeded: at &- base), length: lifter.i.length)
    let first = lifter.builder.count
    lifter.lift()
    if mode != .long64 && lifter.i.segment == SegmentOverride.cs.rawValue {
      lifter.refuseCodeWrites(from: first)
    }
    return true
  }

  /// The exception in place of what is no instruction. False: it runs beyond what can be read.
  private mutating func refuse(_ failure: DecodeFailure, _ at: UInt64, base: UInt64) -> Bool {
    let length: UInt8
    let vector: Int64
    switch failure {
    case .truncated: return false
    case .invalid(let bytes):
      length = bytes
      vector = 6
    case .tooLong:
      length = 15
      vector = 13
    }
    lifter.next = at &+ UInt64(length)
    lifter.i = DecodedInstruction()
    lifter.i.length = length
    lifter.builder.boundary(offset: Int(at &- base), length: length)
    lifter.raise(vector)
    return true
  }

  /// Whether the instruction just lifted, whose boundary is operation `first`, is of a form that can
  /// be carried over: then it is taken back.
  @inline(never)
  private mutating func learn(
    _ forms: VerbatimForms, _ bytes: UnsafePointer<UInt8>, from first: Int
  ) -> Bool {
    let lifted = lifter.builder.count - first - 1
    guard lifted >= 0,
      forms.learn(forms.look(bytes), lifter.i, lifter.row, operations + first + 1, lifted),
      !lifter.ended
    else { return false }
    lifter.builder.count = first
    return true
  }

  @inline(__always)
  func hostBytes(_ at: UInt64) -> UnsafePointer<UInt8>? {
    if let source { return source + Int(at &- sourceStart) }
    return UnsafePointer<UInt8>(bitPattern: UInt(at))
  }

  private mutating func fetchFault(_ at: UInt64, _ end: UInt64, base: UInt64) {
    lifter.builder.boundary(offset: Int(at &- base), length: 1)
    var op = Operation(.raise)
    op.immediate = 14
    op.displacement = Int64(bitPattern: end)
    lifter.builder.append(op)
    lifter.ended = true
  }
}
