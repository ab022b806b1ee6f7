internal import CTranslator

/// Executes IR directly. The reference for every other back end, and the tier for what they leave.
struct Interpreter {
  let state: UnsafeMutablePointer<TransomGuestState>
  /// Registers 0–15 and temporaries, as `Value` numbers them.
  let r: UnsafeMutablePointer<UInt64>
  let codeMap: CodeMap
  /// Set while one instruction is retried with devices answering.
  var window: DeviceWindow?
  /// Why the block is being left early.
  var exit: Exit = .branchOutside
  /// Start of the instruction being executed, and of the next.
  var instructionAddress: UInt64 = 0
  var nextAddress: UInt64 = 0
  /// A store hit translated code: leave at the next boundary so that it is read anew.
  var codeChanged = false
  /// A control register was written: what may be executed can be different.
  var controlChanged = false
  /// The base register of the last address formed: what lies behind RSP and RBP is the stack.
  var lastBase = Value.none
  /// Address of the access that faulted last.
  var lastFault: UInt64 = 0
  /// Its size in bytes.
  var lastFaultCount: UInt64 = 1

  /// MXCSR before the operation whose result waits in a vector temporary to be stored.
  var unstoredMXCSR: UInt32 = 0x1F80

  let features: FeatureSet

  init(
    state: UnsafeMutablePointer<TransomGuestState>, codeMap: CodeMap, features: FeatureSet
  ) {
    self.features = features
    self.state = state
    self.codeMap = codeMap
    r = UnsafeMutableRawPointer(state).assumingMemoryBound(to: UInt64.self)
  }

  /// How an operation went.
  enum Outcome {
    case next
    /// `state.rip` holds where to go on.
    case transfer
    /// `exit` holds why; `state.rip` is exact.
    case leave
  }

  /// Runs a block from its first operation. Returns nil to go on at `state.rip`.
  mutating func run(_ block: Block) -> Exit? {
    let ops = block.operations
    let base = block.address
    let mask: UInt64 = block.mode == .long64 ? ~0 : 0xFFFF_FFFF
    var n = 0
    let limit = state.pointee.instructionLimit
    var count = state.pointee.instructionCount
    while true {
      let op = ops + n
      n += 1
      if op.pointee.opcode == .boundary {
        let here = (base &+ UInt64(op.pointee.offset)) & mask
        if count >= limit || codeChanged {
          state.pointee.rip = here
          state.pointee.instructionCount = count
          codeChanged = false
          return count >= limit ? .safepoint : nil
        }
        instructionAddress = here
        nextAddress = (here &+ UInt64(op.pointee.length)) & mask
        count &+= 1
        continue
      }
      switch execute(op) {
      case .next: continue
      case .transfer:
        state.pointee.instructionCount = count
        codeChanged = false
        return nil
      case .leave:
        // What did not complete does not count; #BP and #DB traps and HLT did.
        state.pointee.instructionCount =
          state.pointee.rip == instructionAddress ? count &- 1 : count
        return exit
      }
    }
  }

  mutating func fault(_ vector: UInt8, _ code: UInt32 = 0, _ address: UInt64 = 0) -> Outcome {
    state.pointee.rip = instructionAddress
    exit = .fault(vector: vector, errorCode: code, address: address)
    return .leave
  }

  mutating func execute(_ p: UnsafeMutablePointer<Operation>) -> Outcome {
    let op = p.pointee
    switch op.opcode {
    case .boundary, .nop: return .next
    case .fence:
      transomFence()
      return .next
    case .move:
      writeResult(
        op, op.left == .immediate ? UInt64(bitPattern: op.immediate) : r[Int(op.left.raw)])
      return .next
    case .load:
      var value: UInt64 = 0
      guard load(op, &value) else { return memoryFault(write: false) }
      if op.destination.isTemporary {
        r[Int(op.destination.raw)] = value
      } else {
        writeResult(op, value)
      }
      return .next
    case .loadSigned:
      var value: UInt64 = 0
      guard load(op, &value, width: op.selector) else { return memoryFault(write: false) }
      writeResult(op, signExtend(value, op.selector))
      return .next
    case .store:
      let value = op.left == .immediate ? UInt64(bitPattern: op.immediate) : r[Int(op.left.raw)]
      guard store(op, value) else { return memoryFault(write: true) }
      return .next
    case .address:
      writeResult(op, effectiveAddress(op, segment: false))
      return .next
    case .extractHighByte:
      r[Int(op.destination.raw)] = (r[Int(op.left.raw)] >> 8) & 0xFF
      return .next
    case .insertHighByte:
      let d = Int(op.destination.raw)
      r[d] = r[d] & ~0xFF00 | (op.left == .none ? 0 : r[Int(op.left.raw)] & 0xFF) << 8
      return .next
    case .signExtend:
      writeResult(op, signExtend(r[Int(op.left.raw)], op.selector))
      return .next
    case .zeroExtend:
      writeResult(op, r[Int(op.left.raw)] & widthMask(op.selector))
      return .next
    case .swapBytes:
      writeResult(op, swap(r[Int(op.left.raw)], op.width))
      return .next
    case .add, .addCarry, .subtract, .subtractBorrow, .and, .or, .xor, .andNot, .increment,
      .decrement, .negate, .not, .shiftLeft, .shiftRight, .shiftArithmetic, .rotateLeft,
      .rotateRight, .rotateCarryLeft, .rotateCarryRight, .shiftLeftDouble, .shiftRightDouble,
      .multiply, .bitScanForward, .bitScanReverse, .leadingZeros, .trailingZeros,
      .populationCount, .bitFieldExtract, .lowestSet, .resetLowest, .maskLowest, .zeroHighBits,
      .bitDeposit, .bitExtract, .addCarryOnly, .addOverflowOnly, .crc32:
      return arithmetic(op)
    case .multiplyWideUnsigned, .multiplyWideSigned, .multiplyNoFlags: return multiplyWide(op)
    case .divideUnsigned: return divideUnsigned(op)
    case .divideSigned: return divideSigned(op)
    case .bitTest, .bitSet, .bitReset, .bitComplement: return bit(op)
    case .setCondition:
      r[Int(op.destination.raw)] = holds(op.selector) ? 1 : 0
      return .next
    case .select:
      writeResult(op, holds(op.selector) ? r[Int(op.right.raw)] : r[Int(op.left.raw)])
      return .next
    case .readFlags:
      // VM and RF read as zero.
      writeResult(op, state.pointee.rflags & ~0x3_0000 | 2)
      return .next
    case .writeFlags:
      let mask = UInt64(bitPattern: op.immediate) & ~UInt64(state.pointee.keptFlags)
      state.pointee.rflags = state.pointee.rflags & ~mask | r[Int(op.left.raw)] & mask | 2
      return .next
    case .modifyFlags:
      state.pointee.rflags =
        (state.pointee.rflags & ~UInt64(bitPattern: op.displacement)
          | UInt64(bitPattern: op.immediate)) ^ UInt64(op.selector)
      return .next
    case .exchange, .compareExchange, .exchangeAdd, .compareExchangeWide: return atomic(op)
    case .moveString, .storeString, .loadString, .scanString, .compareString: return string(op)
    case .jump:
      state.pointee.rip = UInt64(bitPattern: op.immediate)
      return .transfer
    case .branch:
      guard holds(op.selector) else { return .next }
      state.pointee.rip = UInt64(bitPattern: op.immediate)
      return .transfer
    case .branchCounter: return branchCounter(op)
    case .jumpIndirect:
      state.pointee.rip = r[Int(op.left.raw)]
      return .transfer
    case .raise:
      if op.immediate == 14 && op.selector == 0 {
        // An instruction that runs into a page that is not there.
        let address = UInt64(bitPattern: op.displacement)
        state.pointee.cr2 = address
        state.pointee.faultAddress = address
        return fault(14, 0x10, address)
      }
      _ = fault(UInt8(truncatingIfNeeded: op.immediate))
      if op.selector == 1 { state.pointee.rip = nextAddress }
      return .leave
    case .halt:
      state.pointee.rip = nextAddress
      exit = .halt
      return .leave
    case .port:
      state.pointee.rip = instructionAddress
      if op.selector & 4 != 0 { return portString(op) }
      let port =
        op.selector & 2 != 0 ? UInt16(truncatingIfNeeded: r[2]) : UInt16(op.immediate & 0xFF)
      exit = .port(
        PortAccess(
          port: port, size: op.width, isWrite: op.selector & 1 != 0,
          value: UInt32(truncatingIfNeeded: r[0] & widthMask(op.width))))
      return .leave
    case .query:
      state.pointee.rip = instructionAddress
      exit = .query(Query(rawValue: op.selector) ?? .timestamp)
      return .leave
    // Verbatim instructions are for back ends that are given them.
    case .unsupported, .verbatim:
      state.pointee.rip = instructionAddress
      exit = .unsupported(length: op.length)
      return .leave
    case .system: return system(op)
    case .vector, .vectorLoad, .vectorStore, .vectorMove, .vectorToGeneral, .vectorFromGeneral,
      .vectorFlags, .vectorString, .maskMove, .vectorMaskedLoad, .vectorMaskedStore, .vectorGather:
      return vector(op)
    case .x87: return x87(op)
    }
  }

  // MARK: Values

  @inline(__always) func widthMask(_ width: UInt8) -> UInt64 {
    width >= 8 ? ~0 : (1 << (UInt64(width) &* 8)) &- 1
  }

  @inline(__always) func signExtend(_ value: UInt64, _ width: UInt8) -> UInt64 {
    let shift = 64 &- Int64(width) &* 8
    return UInt64(bitPattern: (Int64(bitPattern: value) &<< shift) &>> shift)
  }

  func swap(_ value: UInt64, _ width: UInt8) -> UInt64 {
    switch width {
    case 2: value.byteSwapped >> 48
    case 4: value.byteSwapped >> 32
    default: value.byteSwapped
    }
  }

  /// Writes at the operation's width: narrow results keep the rest of a register.
  @inline(__always) func writeResult(_ op: Operation, _ value: UInt64) {
    write(op.destination, op.width, value)
  }

  @inline(__always) func write(_ to: Value, _ width: UInt8, _ value: UInt64) {
    let d = Int(to.raw)
    switch width {
    case 8: r[d] = value
    case 4: r[d] = value & 0xFFFF_FFFF
    case 2: r[d] = r[d] & ~0xFFFF | value & 0xFFFF
    default: r[d] = r[d] & ~0xFF | value & 0xFF
    }
  }

  func holds(_ condition: UInt8) -> Bool {
    let f = state.pointee.rflags
    let met: Bool =
      switch condition >> 1 {
      case 0: f & Flag.overflow != 0
      case 1: f & Flag.carry != 0
      case 2: f & Flag.zero != 0
      case 3: f & (Flag.carry | Flag.zero) != 0
      case 4: f & Flag.sign != 0
      case 5: f & Flag.parity != 0
      case 6: (f & Flag.sign != 0) != (f & Flag.overflow != 0)
      default: f & Flag.zero != 0 || (f & Flag.sign != 0) != (f & Flag.overflow != 0)
      }
    return met != (condition & 1 != 0)
  }

  mutating func branchCounter(_ op: Operation) -> Outcome {
    let mask = widthMask(op.width)
    var count = r[1] & mask
    var taken: Bool
    if op.selector == 0 {
      taken = count == 0
    } else {
      count = (count &- 1) & mask
      write(.rcx, op.width, count)
      taken = count != 0
      let zero = state.pointee.rflags & Flag.zero != 0
      if op.selector == 2 { taken = taken && zero }
      if op.selector == 3 { taken = taken && !zero }
    }
    guard taken else { return .next }
    state.pointee.rip = UInt64(bitPattern: op.immediate)
    return .transfer
  }
}

/// RFLAGS bits.
enum Flag {
  static let carry: UInt64 = 1
  static let parity: UInt64 = 4
  static let adjust: UInt64 = 0x10
  static let zero: UInt64 = 0x40
  static let sign: UInt64 = 0x80
  static let overflow: UInt64 = 0x800
  static let direction: UInt64 = 0x400
  static let trap: UInt64 = 0x100

  /// The RFLAGS bits of a set.
  @inline(__always) static func mask(_ set: FlagSet) -> UInt64 {
    let f = UInt64(set.rawValue)
    return f & 1 | (f & 2) << 1 | (f & 4) << 2 | (f & 8) << 3 | (f & 16) << 3 | (f & 32) << 6
  }
}
