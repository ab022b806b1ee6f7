/// The processor mode an instruction is decoded in.
public enum ProcessorMode: UInt8 {
  case long64 = 0
  case protected32 = 1
}

/// One decoded instruction: which row it is, and its operands' raw material.
struct DecodedInstruction {
  var row = 0
  var length: UInt8 = 0
  /// Effective operand and address size in bytes: 2, 4 or 8.
  var operandSize: UInt8 = 4
  var addressSize: UInt8 = 8
  /// Last of F2/F3 seen: 0, 0xF2, 0xF3.
  var repeatPrefix: UInt8 = 0
  var hasLock = false
  var hasREX = false
  /// REX.W, R, X, B as 8, 4, 2, 1 (VEX: the same, un-inverted).
  var rex: UInt8 = 0
  var opcode: UInt8 = 0
  var mod: UInt8 = 0
  /// ModRM fields with their REX extension.
  var reg: UInt8 = 0
  var rm: UInt8 = 0
  var isRegisterForm = false
  var memory = MemoryOperand()
  /// displacement counts from the end of the instruction
  var isRIPRelative = false
  var immediate: Int64 = 0
  var immediate2: Int64 = 0
  var isVEX = false
  var vexV: UInt8 = 0
  var vexL = false
  /// The SIB byte's index as written, for gathers, where 4 is a register; `hasSIB` says it is there.
  var vectorIndex: UInt8 = 0
  var hasSIB = false
  /// `SegmentOverride`, for instructions without ModRM too.
  var segment: UInt8 = 0

  var w: Bool { rex & 8 != 0 }
}

/// Why bytes are no instruction.
enum DecodeFailure {
  /// More bytes are needed than are readable.
  case truncated
  /// More than fifteen bytes: #GP.
  case tooLong
  /// No row fits, or a combination the architecture refuses: #UD.
  case invalid(length: UInt8)
}

/// Reads one instruction. Bytes in, a row and operands out; no meaning.
struct Decoder {
  let table: EncodingTable
  let mode: ProcessorMode
  private var p: UnsafePointer<UInt8>
  private let start: UnsafePointer<UInt8>
  private let end: UnsafePointer<UInt8>
  private var i = DecodedInstruction()
  private var has66 = false
  private var has67 = false
  private var segment: UInt8 = 0

  /// `count` readable bytes at `bytes`, 15 at most are looked at.
  init(
    table: EncodingTable, mode: ProcessorMode, bytes: UnsafePointer<UInt8>, count: Int
  ) {
    self.table = table
    self.mode = mode
    p = bytes
    start = bytes
    end = bytes + min(count, 15)
    limited = count < 15
  }
  private let limited: Bool

  private var failure: DecodeFailure {
    limited ? .truncated : .tooLong
  }

  mutating func decode(_ out: inout DecodedInstruction) -> DecodeFailure? {
    guard readPrefixes() else { return failure }
    guard let map = readOpcode() else { return failure }
    let group = table.groups[Int(map) << 8 | Int(i.opcode)]
    if group.count == 0 { return .invalid(length: consumed) }
    var raw: UInt8 = 0
    if group.hasModRM {
      guard p < end else { return failure }
      raw = p.pointee
    }
    guard let row = table.find(map: Int(map), opcode: i.opcode, discriminator(raw)) else {
      return .invalid(length: consumed)
    }
    i.row = row
    setSizes(table.rows[row].flags)
    if group.hasModRM && !readModRM(forcedRegister: isMoveToSpecial(map)) { return failure }
    guard readImmediates(table.rows[row].operands) else { return failure }
    i.length = consumed
    i.segment = segment
    if i.isVEX && i.vexV != 0 && !usesVVVV(table.rows[row].operands) {
      return .invalid(length: consumed)
    }
    if i.hasLock && !lockAllowed(table.rows[row]) { return .invalid(length: consumed) }
    out = i
    return nil
  }

  private var consumed: UInt8 { UInt8(truncatingIfNeeded: p - start) }

  /// VEX.vvvv must be all ones where no operand uses it.
  private func usesVVVV(_ o: (OperandKind, OperandKind, OperandKind, OperandKind)) -> Bool {
    isVVVV(o.0) || isVVVV(o.1) || isVVVV(o.2)
  }

  private func isVVVV(_ kind: OperandKind) -> Bool { kind == .By || kind == .Hx }

  /// MOV to and from control and debug registers ignore ModRM.mod.
  private func isMoveToSpecial(_ map: UInt8) -> Bool {
    map == 1 && i.opcode >= 0x20 && i.opcode <= 0x23
  }

  private func lockAllowed(_ row: Encoding) -> Bool {
    row.flags.contains(.lockable) && !i.isRegisterForm
  }

  // MARK: Prefixes and opcode

  private mutating func readPrefixes() -> Bool {
    while p < end {
      let byte = p.pointee
      switch byte {
      case 0x66: has66 = true
      case 0x67: has67 = true
      case 0xF0: i.hasLock = true
      case 0xF2, 0xF3: i.repeatPrefix = byte
      case 0x26: if mode != .long64 { segment = SegmentOverride.es.rawValue }
      case 0x2E: if mode != .long64 { segment = SegmentOverride.cs.rawValue }
      case 0x36: if mode != .long64 { segment = SegmentOverride.ss.rawValue }
      case 0x3E: if mode != .long64 { segment = SegmentOverride.ds.rawValue }
      case 0x64: segment = SegmentOverride.fs.rawValue
      case 0x65: segment = SegmentOverride.gs.rawValue
      case 0x40...0x4F where mode == .long64:
        // Only the REX right before the opcode counts.
        i.hasREX = true
        i.rex = byte & 15
        p += 1
        if p < end && !isPrefix(p.pointee) { return true }
        i.hasREX = false
        i.rex = 0
        continue
      default: return true
      }
      p += 1
    }
    return false
  }

  private func isPrefix(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x66, 0x67, 0xF0, 0xF2, 0xF3, 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x40...0x4F: true
    default: false
    }
  }

  /// Reads escapes, VEX and the opcode; returns the map.
  private mutating func readOpcode() -> UInt8? {
    guard p < end else { return nil }
    let byte = p.pointee
    if byte == 0xC4 || byte == 0xC5 {
      guard p + 1 < end else { return nil }
      if mode == .long64 || p[1] >= 0xC0 { return readVEX(byte) }
    }
    p += 1
    guard byte == 0x0F else {
      i.opcode = byte
      return 0
    }
    guard p < end else { return nil }
    let second = p.pointee
    p += 1
    guard second == 0x38 || second == 0x3A else {
      i.opcode = second
      return 1
    }
    guard p < end else { return nil }
    i.opcode = p.pointee
    p += 1
    return second == 0x38 ? 2 : 3
  }

  private mutating func readVEX(_ byte: UInt8) -> UInt8? {
    let long = byte == 0xC4
    guard p + (long ? 3 : 2) < end else { return nil }
    // VEX after 66, F2, F3, LOCK or REX is #UD: map 4 has no rows.
    let refused = has66 || i.repeatPrefix != 0 || i.hasLock || i.hasREX
    i.isVEX = true
    var map: UInt8 = 1
    var last = p[1]
    i.rex = last & 0x80 == 0 ? 4 : 0
    if long {
      map = p[1] & 31
      i.rex |= (p[1] & 0x40 == 0 ? 2 : 0) | (p[1] & 0x20 == 0 ? 1 : 0)
      last = p[2]
      i.rex |= last & 0x80 != 0 ? 8 : 0
      p += 1
    }
    if mode != .long64 { i.rex &= 8 }
    i.vexV = ~(last >> 3) & 15
    if mode != .long64 { i.vexV &= 7 }
    i.vexL = last & 4 != 0
    vexPrefix = last & 3
    p += 2
    i.opcode = p.pointee
    p += 1
    if refused || map == 0 || map > 3 {
      i.opcode = 0x04  // a hole in every escaped map
      return 1
    }
    return map
  }
  private var vexPrefix: UInt8 = 0

  /// What rows may ask about: see `Discriminator`.
  private func discriminator(_ modRM: UInt8) -> UInt32 {
    var d: UInt32
    if i.isVEX {
      d = UInt32(vexPrefix) | Discriminator.vex | (i.vexL ? Discriminator.l : 0)
    } else if i.repeatPrefix != 0 {
      d = i.repeatPrefix == 0xF3 ? 2 : 3
    } else {
      d = has66 ? 1 : 0
    }
    if modRM >= 0xC0 { d |= Discriminator.registerForm }
    d |= UInt32((modRM >> 3) & 7) << Discriminator.regShift
    d |= UInt32(modRM & 7) << Discriminator.rmShift
    if i.rex & 8 != 0 { d |= Discriminator.w }
    if mode == .long64 { d |= Discriminator.longMode }
    return d
  }

  private mutating func setSizes(_ flags: RowFlags) {
    if mode == .long64 {
      i.addressSize = has67 ? 4 : 8
      if flags.contains(.force64) {
        i.operandSize = 8
      } else if i.rex & 8 != 0 {
        i.operandSize = 8
      } else if has66 && !i.isVEX {
        i.operandSize = 2
      } else {
        i.operandSize = flags.contains(.default64) ? 8 : 4
      }
    } else {
      i.addressSize = has67 ? 2 : 4
      i.operandSize = has66 && !i.isVEX ? 2 : 4
    }
  }

  // MARK: ModRM, SIB, displacement

  private mutating func readModRM(forcedRegister: Bool) -> Bool {
    let modRM = p.pointee
    p += 1
    i.mod = modRM >> 6
    i.reg = (modRM >> 3) & 7 | (i.rex & 4) << 1
    let low = modRM & 7
    if i.mod == 3 || forcedRegister {
      i.isRegisterForm = true
      i.rm = low | (i.rex & 1) << 3
      return true
    }
    i.rm = low
    i.memory.mode = segment << 2 | (i.addressSize == 4 ? 32 : i.addressSize == 2 ? 64 : 0)
    if i.addressSize == 2 { return readAddress16(low) }
    var base = low
    if low == 4 {
      guard p < end else { return false }
      let sib = p.pointee
      p += 1
      base = sib & 7
      let index = (sib >> 3) & 7 | (i.rex & 2) << 2
      i.memory.index = index == 4 ? .none : .register(index)
      i.memory.mode |= sib >> 6
      i.vectorIndex = index
      i.hasSIB = true
    }
    if i.mod == 0 && base == 5 {
      if low == 5 && mode == .long64 { i.isRIPRelative = true }
      guard let d = readSigned(4) else { return false }
      i.memory.displacement = d
      return true
    }
    let full = base | (i.rex & 1) << 3
    i.memory.base = .register(full)
    if i.mod == 0 { return true }
    guard let d = readSigned(i.mod == 1 ? 1 : 4) else { return false }
    i.memory.displacement = d
    return true
  }

  private mutating func readAddress16(_ low: UInt8) -> Bool {
    let bases: (Value, Value) =
      switch low {
      case 0: (.rbx, .rsi)
      case 1: (.rbx, .rdi)
      case 2: (.rbp, .rsi)
      case 3: (.rbp, .rdi)
      case 4: (.rsi, .none)
      case 5: (.rdi, .none)
      case 6: (.rbp, .none)
      default: (.rbx, .none)
      }
    if i.mod == 0 && low == 6 {
      guard let d = readSigned(2) else { return false }
      i.memory.displacement = d & 0xFFFF
      return true
    }
    i.memory.base = bases.0
    i.memory.index = bases.1
    if i.mod == 0 { return true }
    guard let d = readSigned(i.mod == 1 ? 1 : 2) else { return false }
    i.memory.displacement = d
    return true
  }

  // MARK: Immediates

  private mutating func readSigned(_ count: Int) -> Int64? {
    guard end - p >= count else { return nil }
    let raw = UnsafeRawPointer(p)
    p += count
    switch count {
    case 1: return Int64(raw.loadUnaligned(as: Int8.self))
    case 2: return Int64(raw.loadUnaligned(as: Int16.self))
    case 4: return Int64(raw.loadUnaligned(as: Int32.self))
    default: return raw.loadUnaligned(as: Int64.self)
    }
  }

  private mutating func readImmediates(
    _ operands: (OperandKind, OperandKind, OperandKind, OperandKind)
  ) -> Bool {
    readImmediate(operands.0, false) && readImmediate(operands.1, operands.0 == .Iw)
      && readImmediate(operands.2, false) && readImmediate(operands.3, false)
  }

  private mutating func readImmediate(_ kind: OperandKind, _ second: Bool) -> Bool {
    let count: Int
    switch kind {
    case .Ib, .Lx, .Is, .Jb: count = 1
    case .Iw: count = 2
    case .Iz: count = i.operandSize == 2 ? 2 : 4
    case .Jz: count = i.operandSize == 2 ? 2 : 4
    case .Iv: count = Int(i.operandSize)
    case .Ob, .Ov:
      count = Int(i.addressSize)
      guard let d = readSigned(count) else { return false }
      i.memory.displacement = count == 8 ? d : d & ((1 << Int64(count * 8)) - 1)
      i.memory.mode = segment << 2
      return true
    case .Ap:
      guard let d = readSigned(i.operandSize == 2 ? 2 : 4), let s = readSigned(2) else {
        return false
      }
      i.immediate = d
      i.immediate2 = s & 0xFFFF
      return true
    default: return true
    }
    guard let v = readSigned(count) else { return false }
    switch kind {
    case .Ib, .Lx: if second { i.immediate2 = v & 0xFF } else { i.immediate = v & 0xFF }
    case .Iw: i.immediate = v & 0xFFFF
    default: i.immediate = v
    }
    return true
  }
}
