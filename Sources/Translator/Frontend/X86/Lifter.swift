/// Turns decoded instructions into IR. Each meaning has one function, in the files beside this one;
/// here is what they share: operands as IR values, and where results go.
struct Lifter {
  var builder: BlockBuilder
  let table: EncodingTable
  let mode: ProcessorMode
  var i = DecodedInstruction()
  /// Address of the instruction and of the one behind it.
  var address: UInt64 = 0
  var next: UInt64 = 0
  /// The instruction ended the block.
  var ended = false
  /// Conditional branches that the block may still go on behind.
  var sideExits = 0
  /// The nearest target of those it went on behind.
  var join: UInt64 = ~0
  let features: FeatureSet
  let access: UnitAccess

  init(
    builder: BlockBuilder, table: EncodingTable, mode: ProcessorMode, features: FeatureSet,
    access: UnitAccess
  ) {
    self.access = access
    self.builder = builder
    self.table = table
    self.mode = mode
    self.features = features
  }

  /// Starts a block.
  mutating func begin(sideExits: Int) {
    builder.count = 0
    ended = false
    self.sideExits = sideExits
    join = ~0
  }

  /// The instruction's row.
  @inline(__always) var row: Row { table.rows[i.row] }
  @inline(__always) var operandSize: UInt8 { i.operandSize }
  /// The width of stack accesses that follow the mode, not the operand.
  var stackWidth: UInt8 { mode == .long64 ? 8 : 4 }
  var addressMask: UInt64 { mode == .long64 ? ~0 : 0xFFFF_FFFF }

  // MARK: Operands

  @inline(__always)
  func kind(_ n: Int) -> OperandKind {
    switch n {
    case 0: row.operands.0
    case 1: row.operands.1
    case 2: row.operands.2
    default: row.operands.3
    }
  }

  /// An operand's width in bytes.
  @inline(__always)
  func width(_ kind: OperandKind) -> UInt8 { OperandTraits(kind).width(i, mode) }

  @inline(__always)
  func isMemory(_ kind: OperandKind) -> Bool { OperandTraits(kind).isMemory(i.isRegisterForm) }

  /// The general register an operand names; nil for memory and immediates. High bytes are not told
  /// apart here.
  @inline(__always)
  func registerNumber(_ kind: OperandKind) -> UInt8? {
    let traits = OperandTraits(kind)
    return traits.isRegister(i.isRegisterForm) ? traits.number(i) : nil
  }

  /// SPL, BPL, SIL and DIL need a REX prefix; without one numbers 4–7 are AH, CH, DH, BH.
  @inline(__always)
  func isHighByte(_ kind: OperandKind) -> Bool {
    let traits = OperandTraits(kind)
    guard traits.mayBeHighByte, traits.isRegister(i.isRegisterForm), !i.hasREX, !i.isVEX else {
      return false
    }
    let number = traits.number(i)
    return number >= 4 && number < 8
  }

  /// The memory operand with RIP-relative addresses resolved.
  @inline(__always) var memory: MemoryOperand {
    var m = i.memory
    if i.isRIPRelative {
      var absolute = UInt64(bitPattern: m.displacement) &+ next
      if i.addressSize == 4 { absolute &= 0xFFFF_FFFF }
      m.displacement = Int64(bitPattern: absolute)
    }
    return m
  }

  /// An operand as a value an operation may take: registers as they are, high bytes extracted,
  /// memory loaded, immediates as constants.
  mutating func read(_ kind: OperandKind) -> Value {
    if isHighByte(kind), let number = registerNumber(kind) {
      let t = builder.temporary()
      var op = Operation(.extractHighByte, width: 1)
      op.destination = t
      op.left = .register(number & 3)
      builder.append(op)
      return t
    }
    if let number = registerNumber(kind) { return .register(number) }
    if isMemory(kind) { return load(width(kind), memory) }
    return constant(immediate(kind))
  }

  func immediate(_ kind: OperandKind) -> Int64 { kind == .one ? 1 : i.immediate }

  @inline(__always)
  func isImmediate(_ kind: OperandKind) -> Bool { OperandTraits(kind).isImmediate }

  mutating func load(_ width: UInt8, _ memory: MemoryOperand) -> Value {
    let t = builder.temporary()
    var op = Operation(.load, width: width)
    op.destination = t
    op.memory = memory
    builder.append(op)
    return t
  }

  mutating func constant(_ value: Int64) -> Value {
    let t = builder.temporary()
    move(8, t, .immediate, value)
    return t
  }

  mutating func move(_ width: UInt8, _ to: Value, _ from: Value, _ immediate: Int64 = 0) {
    var op = Operation(.move, width: width)
    op.destination = to
    op.left = from
    op.immediate = immediate
    builder.append(op)
  }

  mutating func store(_ width: UInt8, _ memory: MemoryOperand, _ value: Value) {
    var op = Operation(.store, width: width)
    op.left = value
    op.memory = memory
    builder.append(op)
  }

  /// Writes a result to a register or memory operand.
  mutating func write(_ kind: OperandKind, _ value: Value) {
    if isHighByte(kind), let number = registerNumber(kind) {
      var op = Operation(.insertHighByte, width: 1)
      op.destination = .register(number & 3)
      op.left = value
      builder.append(op)
    } else if let number = registerNumber(kind) {
      move(width(kind), .register(number), value)
    } else {
      store(width(kind), memory, value)
    }
  }

  /// Appends `op` (right operand already set) so that its destination and left are operand `kind`.
  @inline(__always)
  mutating func modify(_ kind: OperandKind, _ operation: Operation, writes: Bool = true) {
    var op = operation
    if isMemory(kind) {
      op.memory = memory
      op.attributes.insert(writes ? .memoryDestination : .memoryLeft)
      if i.hasLock { op.attributes.insert(.locked) }
      builder.append(op)
    } else if isHighByte(kind) {
      let t = read(kind)
      op.left = t
      op.destination = writes ? t : .none
      builder.append(op)
      if writes { write(kind, t) }
    } else {
      let number = registerNumber(kind) ?? 0
      op.left = .register(number)
      op.destination = writes ? .register(number) : .none
      builder.append(op)
    }
  }

  /// Sets the right operand: an immediate, a register or, if the left is none, memory.
  @inline(__always)
  mutating func setRight(_ op: inout Operation, _ kind: OperandKind) {
    if isImmediate(kind) {
      op.right = .immediate
      op.immediate = immediate(kind)
    } else if isMemory(kind) {
      op.attributes.insert(.memoryRight)
      op.memory = memory
    } else {
      op.right = read(kind)
    }
  }

  mutating func raise(_ vector: Int64, after: Bool = false) {
    var op = Operation(.raise)
    op.immediate = vector
    op.selector = after ? 1 : 0
    op.length = i.length
    builder.append(op)
    ended = true
  }

  /// In protected mode the code segment cannot be written: an instruction whose operations since
  /// `first` store through CS is #GP.
  mutating func refuseCodeWrites(from first: Int) {
    for n in first..<builder.count
    where builder.operations[n].memory.segment == SegmentOverride.cs.rawValue && stores(n) {
      builder.count = first
      return raise(13)
    }
  }

  /// Whether an operation since `first` stores.
  func stores(from first: Int) -> Bool {
    for n in first..<builder.count {
      let opcode = builder.operations[n].opcode
      if stores(n) || opcode == .moveString || opcode == .storeString { return true }
    }
    return false
  }

  /// Whether operation `n` stores to its memory operand.
  private func stores(_ n: Int) -> Bool {
    let op = builder.operations[n]
    switch op.opcode {
    case .store, .vectorStore, .vectorMaskedStore, .maskMove: return true
    case .x87: return X87Operation(rawValue: op.selector)?.storeSize ?? 0 > 0
    case .system:
      switch SystemOperation(rawValue: op.selector) {
      case .storeGDT, .storeIDT, .fxsave, .xsave, .storeEnvironment, .saveX87: return true
      default: return false
      }
    default: return op.attributes.contains(.memoryDestination)
    }
  }

  mutating func unsupported() {
    var op = Operation(.unsupported)
    op.length = i.length
    builder.append(op)
    ended = true
  }

  /// rsp += delta
  mutating func adjustStack(_ delta: Int64) {
    var op = Operation(.add, width: stackWidth)
    op.destination = .rsp
    op.left = .rsp
    op.right = .immediate
    op.immediate = delta
    builder.append(op)
  }

  func stackTop(_ offset: Int64 = 0) -> MemoryOperand {
    var m = MemoryOperand(base: .rsp, displacement: offset)
    if mode != .long64 { m.mode = 32 }
    return m
  }
}

/// Which features the profile offers; a row outside it is #UD.
public struct FeatureSet: Sendable {
  public var bits: UInt64
  public init(bits: UInt64) { self.bits = bits }
  @inline(__always) func has(_ feature: Feature) -> Bool {
    bits >> UInt64(feature.rawValue) & 1 != 0
  }
  public mutating func insert(_ feature: Feature) { bits |= 1 << UInt64(feature.rawValue) }
  public mutating func remove(_ feature: Feature) { bits &= ~(1 << UInt64(feature.rawValue)) }
  /// Everything the translator carries.
  public static let full = FeatureSet(bits: ~0)
  /// What ROMs are offered: no AVX, no random numbers.
  public static var baseline: FeatureSet {
    var set = FeatureSet(bits: ~0)
    for f in [Feature.avx, .avx2, .fma, .f16c, .vaes, .vpclmulqdq, .rdrand, .rdseed] {
      set.remove(f)
    }
    return set
  }
  /// As `baseline`, for embedders whose policy answers RDRAND and RDSEED: CPUID does not offer them,
  /// but code that does not ask, and ROMs exist that do not, gets the answer and no #UD.
  public static var baselineWithQuietRandom: FeatureSet {
    var set = baseline
    set.insert(.rdrand)
    set.insert(.rdseed)
    set.remove(.announcedRandom)
    return set
  }
}
