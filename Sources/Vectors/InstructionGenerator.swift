internal import Translator

/// Makes one instruction of a given row: prefixes, operands, addressing and immediates at random.
struct InstructionGenerator {
  let is32Bit: Bool
  /// Registers that hold addresses into the data, and small numbers.
  let pointers: [Int]
  let smalls: [Int]
  let free: [Int]
  /// FS and GS have bases of their own in this case.
  var usesSegmentBases = false
  /// Keep addresses alive: most results go elsewhere.
  var protectsPointers = false

  init(is32Bit: Bool) {
    self.is32Bit = is32Bit
    pointers = is32Bit ? [3, 6, 7, 4] : [3, 4, 5, 6, 7, 12, 13, 15]
    smalls = is32Bit ? [1] : [1, 9, 14]
    free = is32Bit ? [0, 2, 5] : [0, 2, 8, 10, 11]
  }

  private struct Draft {
    var rexW = false
    var reg = 0
    var rm = 0
    var index = 0
    var base = 0
    var modRM: [UInt8] = []
    var memory: MemoryReference?
    var displacementOffset: Int?
    var target: UInt64 = 0
  }

  /// Nil if the row does not exist in this mode or the attempt came out as another row.
  func make(_ row: EncodingCatalog.Row, _ random: inout RandomSource) -> FuzzInstruction? {
    guard is32Bit ? row.isInProtectedMode : row.isInLongMode else { return nil }
    var draft = Draft()
    draft.rexW = row.w ?? (!is32Bit && random.chance(40))
    if is32Bit && !row.isVEX { draft.rexW = false }
    if row.isVEX && row.w == nil && row.map != 1 && random.chance(60) { draft.rexW = false }
    let has67 = wants67(row, &random)
    let segment = segmentOverride(row, &random)
    if row.hasModRM {
      makeModRM(row, &draft, has67: has67, segment: segment.word, &random)
    } else {
      draft.rm = register(&random)
      if row.spansRegisters && draft.rm & 7 == 4 && random.chance(80) { draft.rm ^= 1 }
    }
    var bytes: [UInt8] = []
    var prefixes: [UInt8] = []
    if has67 { prefixes.append(0x67) }
    if segment.prefix != 0 { prefixes.append(segment.prefix) }
    if row.isLockable && draft.memory != nil && random.chance(12) { prefixes.append(0xF0) }
    if !row.isVEX && row.prefix == nil && takesOperandSize(row) && random.chance(20) {
      prefixes.append(0x66)
    }
    // What 67 does to an empty REP differs: see `Interpreter.skip`. Alone the count is clean.
    if isString(row) && !(has67 && protectsPointers) && random.chance(60) {
      prefixes.append(random.chance(50) ? 0xF3 : 0xF2)
    }
    // 66 beside a mandatory F2 or F3 changes the operand size of general registers.
    if !row.isVEX, let p = row.prefix, p >= 2, hasGeneralOperandSize(row), random.chance(20) {
      prefixes.append(0x66)
    }
    if !row.isVEX, let p = row.prefix, p != 0 { prefixes.append([0, 0x66, 0xF3, 0xF2][Int(p)]) }
    while !prefixes.isEmpty { bytes.append(prefixes.remove(at: random.below(prefixes.count))) }
    if random.chance(5) { addIdlePrefixes(&bytes, row, &random) }
    appendOpcode(row, draft, &bytes, &random)
    let modRMOffset = bytes.count
    bytes += draft.modRM
    return finish(row, draft, bytes, modRMOffset, &random)
  }

  // MARK: Choices

  private func register(_ random: inout RandomSource) -> Int {
    let kind = random.below(100)
    let limit = is32Bit ? 8 : 16
    if protectsPointers {
      return kind < 70 ? random.pick(free) : kind < 92 ? random.pick(smalls) : random.below(limit)
    }
    return kind < 40 ? random.pick(free) : random.below(limit)
  }

  private func isVector(_ kind: OperandKind) -> Bool {
    switch kind {
    case .Vx, .Wx, .Wb, .Ww, .Wd, .Wq, .Wo, .Hx, .Ux, .Lx: true
    default: false
    }
  }

  private func isMMX(_ kind: OperandKind) -> Bool {
    kind == .Pq || kind == .Qq || kind == .Qd || kind == .Nq
  }

  private func isMemoryOnly(_ kind: OperandKind) -> Bool {
    switch kind {
    case .M, .Mw, .Md, .Mq, .Mo, .My: true
    default: false
    }
  }

  private func isString(_ row: EncodingCatalog.Row) -> Bool {
    switch row.meaning {
    case .movs, .stos, .lods, .scas, .cmps: true
    default: false
    }
  }

  private func hasGeneralOperandSize(_ row: EncodingCatalog.Row) -> Bool {
    row.operands.contains(.Ev) || row.operands.contains(.Gv)
  }

  private func isBranch(_ row: EncodingCatalog.Row) -> Bool {
    switch row.meaning {
    case .jcc, .jmp, .jmpIndirect, .call, .callIndirect, .ret, .loop, .loope, .loopne, .jcxz: true
    default: false
    }
  }

  /// Branches and MOVSXD take none: vendors differ in what 66 does to them.
  private func takesOperandSize(_ row: EncodingCatalog.Row) -> Bool {
    !isBranch(row) && row.meaning != .movsxd && row.feature == .base
  }

  private func wants67(_ row: EncodingCatalog.Row, _ random: inout RandomSource) -> Bool {
    if row.feature == .sha { return false }
    if is32Bit {
      // 16-bit addresses lead below what a process may map: LEA only computes them.
      return row.meaning == .lea ? random.chance(50) : random.chance(1)
    }
    if isBranch(row) { return row.meaning == .jcxz || row.meaning == .loop && random.chance(30) }
    return random.chance(6)
  }

  private func segmentOverride(_ row: EncodingCatalog.Row, _ random: inout RandomSource) -> (
    prefix: UInt8, word: Int?
  ) {
    guard random.chance(usesSegmentBases ? 30 : 4), !isBranch(row) else { return (0, nil) }
    if is32Bit { return (random.pick([0x3E, 0x26, 0x36]), nil) }
    switch usesSegmentBases ? random.below(2) : 2 {
    case 0: return (0x64, ProcessorState.Word.fsBase)
    case 1: return (0x65, ProcessorState.Word.gsBase)
    default: return (random.pick([0x2E, 0x36, 0x3E, 0x26]), nil)
    }
  }

  /// Prefixes that mean nothing where they stand; if one does, the bytes are another row's and the
  /// attempt is given up.
  private func addIdlePrefixes(
    _ bytes: inout [UInt8], _ row: EncodingCatalog.Row, _ random: inout RandomSource
  ) {
    // A REX prefix counts only right before the opcode.
    if !is32Bit && !bytes.isEmpty && !row.isVEX && random.chance(40) {
      bytes.insert(0x40 | UInt8(random.below(16)), at: random.below(bytes.count))
    }
    if !is32Bit && random.chance(60) {
      bytes.insert(random.pick([0x26, 0x2E, 0x36, 0x3E]), at: random.below(bytes.count + 1))
    }
    // Some makers let these decide what LOOPE and LOOPNE look for.
    let isLoop = row.meaning == .loope || row.meaning == .loopne
    if !row.isVEX && row.prefix == nil && !isString(row) && !isLoop && random.chance(60) {
      bytes.insert(random.pick([0xF2, 0xF3]), at: random.below(bytes.count + 1))
    }
  }

  // MARK: ModRM

  private func makeModRM(
    _ row: EncodingCatalog.Row, _ draft: inout Draft, has67: Bool, segment: Int?,
    _ random: inout RandomSource
  ) {
    let operands = row.operands
    let limit = is32Bit ? 8 : 16
    if let reg = row.reg {
      draft.reg = Int(reg)
    } else if operands.contains(.Vx) {
      draft.reg = random.below(limit)
    } else if operands.contains(.Pq) {
      draft.reg = random.below(8)
    } else {
      draft.reg = register(&random)
    }
    var isMemory = random.chance(50)
    if let form = row.isRegisterForm { isMemory = !form }
    if operands.contains(where: isMemoryOnly) { isMemory = true }
    if operands.contains(.Ux) || operands.contains(.Nq) || operands.contains(.STi) {
      isMemory = false
    }
    // A bit offset in a register reaches far: let it be small.
    if [.bt, .bts, .btr, .btc].contains(row.meaning), operands.contains(.Gv), isMemory {
      draft.reg = random.pick(smalls)
    }
    if isMemory {
      makeMemory(row, &draft, has67: has67, segment: segment, &random)
      return
    }
    if let rm = row.rm {
      draft.rm = Int(rm)
    } else if operands.contains(where: { isVector($0) && $0 != .Vx && $0 != .Hx && $0 != .Lx }) {
      draft.rm = random.below(limit)
    } else if operands.contains(where: { isMMX($0) && $0 != .Pq }) || operands.contains(.STi) {
      draft.rm = random.below(8)
    } else {
      draft.rm = register(&random)
    }
    draft.base = draft.rm
    draft.modRM = [0xC0 | UInt8(draft.reg & 7) << 3 | UInt8(draft.rm & 7)]
  }

  private func makeMemory(
    _ row: EncodingCatalog.Row, _ draft: inout Draft, has67: Bool, segment: Int?,
    _ random: inout RandomSource
  ) {
    let regField = UInt8(draft.reg & 7) << 3
    var memory = MemoryReference()
    memory.segmentWord = segment
    memory.is32BitAddress = is32Bit || has67
    draft.memory = memory
    if is32Bit && has67 {
      let mod = random.below(3)
      draft.modRM = [UInt8(mod) << 6 | regField | UInt8(random.below(8))]
      let bytes = mod == 1 ? 1 : mod == 2 || draft.modRM[0] & 7 == 6 ? 2 : 0
      for _ in 0..<bytes { draft.modRM.append(UInt8(truncatingIfNeeded: random.next())) }
      return
    }
    let wantsAlignment =
      row.isAligned || row.operands.contains(where: isVector) || row.meaning == .cmpxchgWide
    let grain: Int64 = row.feature == .sha || wantsAlignment && random.chance(80) ? 32 : 1
    // SHA checks its operand's alignment on one vendor's processors only.
    let form = row.feature == .sha ? 0 : random.below(10)
    if form == 0 || (form == 1 && is32Bit) {
      // An address alone.
      memory.displacement =
        Int64(FuzzCase.dataRegion.address) + Int64(random.below(0x2F00)) / grain * grain
      if is32Bit {
        draft.modRM = [regField | 5]
      } else {
        draft.modRM = [regField | 4, 0x25]
      }
      append(memory.displacement, 4, &draft.modRM)
    } else if form == 1 {
      let target =
        Int64(FuzzCase.dataRegion.address) + Int64(random.below(0x2F00)) / grain * grain
      draft.modRM = [regField | 5]
      draft.displacementOffset = 1
      draft.target = UInt64(target)
      memory.displacement = target
      append(0, 4, &draft.modRM)
    } else {
      let base = random.pick(pointers)
      memory.base = base
      draft.base = base
      let mod = base & 7 == 5 ? 1 + random.below(2) : random.below(3)
      let range: Int64 = mod == 1 ? 127 : 400
      if mod != 0 {
        memory.displacement = (Int64(random.below(Int(range) * 2)) - range) / grain * grain
      }
      let low = UInt8(base & 7)
      if form >= 6 && grain == 1 {
        let index = random.pick(smalls)
        let scale = random.below(4)
        memory.index = index
        memory.scale = 1 << UInt64(scale)
        draft.index = index
        draft.modRM = [
          UInt8(mod) << 6 | regField | 4, UInt8(scale) << 6 | UInt8(index & 7) << 3 | low,
        ]
      } else if low == 4 || random.chance(5) {
        draft.modRM = [UInt8(mod) << 6 | regField | 4, UInt8(random.below(4)) << 6 | 0x20 | low]
      } else {
        draft.modRM = [UInt8(mod) << 6 | regField | low]
      }
      if mod != 0 { append(memory.displacement, mod == 1 ? 1 : 4, &draft.modRM) }
    }
    draft.memory = memory
  }

  private func append(_ value: Int64, _ count: Int, _ bytes: inout [UInt8]) {
    for n in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> Int64(8 * n))) }
  }

  // MARK: Opcode

  private func appendOpcode(
    _ row: EncodingCatalog.Row, _ draft: Draft, _ bytes: inout [UInt8],
    _ random: inout RandomSource
  ) {
    let r: UInt8 = draft.reg >= 8 ? 4 : 0
    let x: UInt8 = draft.index >= 8 ? 2 : 0
    let b: UInt8 = (row.hasModRM ? draft.base : draft.rm) >= 8 ? 1 : 0
    var opcode = row.opcode
    if row.spansRegisters { opcode |= UInt8(draft.rm & 7) }
    if row.isVEX {
      let usesV = row.operands.contains(.Hx) || row.operands.contains(.By)
      let v = usesV ? UInt8(random.below(is32Bit ? 8 : 16)) : 0
      let l = row.l ?? random.chance(50)
      let tail = (~v & 15) << 3 | (l ? 4 : 0) | (row.prefix ?? 0)
      if row.map == 1 && x == 0 && b == 0 && !draft.rexW && random.chance(60) {
        bytes += [0xC5, (r != 0 ? 0 : 0x80) | tail]
      } else {
        let high: UInt8 = (r != 0 ? 0 : 0x80) | (x != 0 ? 0 : 0x40) | (b != 0 ? 0 : 0x20)
        bytes += [0xC4, high | row.map, (draft.rexW ? 0x80 : 0) | tail]
      }
    } else {
      let rex: UInt8 = (draft.rexW ? 8 : 0) | r | x | b
      if !is32Bit && (rex != 0 || random.chance(15)) { bytes.append(0x40 | rex) }
      if row.map >= 1 { bytes.append(0x0F) }
      if row.map == 2 { bytes.append(0x38) }
      if row.map == 3 { bytes.append(0x3A) }
    }
    bytes.append(opcode)
  }

  // MARK: Immediates and the check

  private func finish(
    _ row: EncodingCatalog.Row, _ draft: Draft, _ head: [UInt8], _ modRMOffset: Int,
    _ random: inout RandomSource
  ) -> FuzzInstruction? {
    var bytes = head
    if row.operands.contains(.Ob) || row.operands.contains(.Ov) {
      let address = FuzzCase.dataRegion.address + UInt64(random.below(0x2F00))
      append(Int64(address), 8, &bytes)
    } else if row.meaning == .enter {
      append(Int64(random.below(64)), 2, &bytes)
      append(Int64(random.below(4) | random.below(8) << 5), 1, &bytes)
    }
    var value = random.integer()
    if row.operands.contains(.Ib) { value = value ^ random.next() }
    append(Int64(bitPattern: value), 8, &bytes)
    while bytes.count < 15 { bytes.append(0) }
    let mode: ProcessorMode = is32Bit ? .protected32 : .long64
    let decoded = bytes.withUnsafeBufferPointer {
      EncodingCatalog.decode($0.baseAddress!, count: $0.count, mode: mode)
    }
    guard let decoded, decoded.row == row.index else { return nil }
    // Undefined results (SDM: count greater than the operand size).
    if (row.meaning == .shld || row.meaning == .shrd) && decoded.operandSize == 2 {
      guard row.operands.contains(.Ib), decoded.immediate & 31 <= 16 else { return nil }
    }
    var result = FuzzInstruction()
    result.row = row.index
    result.bytes = Array(bytes[..<decoded.length])
    result.memory = draft.memory
    result.isRegisterForm = decoded.isRegisterForm
    result.rmRegister = draft.rm
    let flags = FlagKnowledge.effect(of: row, operandSize: decoded.operandSize)
    result.definedFlags = flags.defined
    result.undefinedFlags = flags.undefined
    result.readsFlags = FlagKnowledge.reads(row)
    result.undefinedStatus = FlagKnowledge.undefinedStatus(of: row)
    result.comparesMemory = row.meaning == .cmps
    result.isWideMove = row.meaning == .movs && decoded.operandSize > 1
    result.mayStorePartly = row.meaning == .maskMove || row.meaning == .vectorStoreResult
    result.mayLoadPartly = row.mnemonic.description.contains("gather")
    if let offset = draft.displacementOffset {
      result.fixup = .ripRelative(offset: modRMOffset + offset, target: draft.target)
    }
    if row.operands.contains(.Jb) {
      result.fixup = .branch(offset: decoded.length - 1, size: 1, target: 0)
    } else if row.operands.contains(.Jz) {
      result.fixup = .branch(offset: decoded.length - 4, size: 4, target: 0)
    }
    return result
  }
}
