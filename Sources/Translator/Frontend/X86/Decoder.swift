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
///
/// Bytes are read without asking how many there are: where fewer than `slack` are readable they are
/// copied first. What was read beyond the end, or beyond fifteen bytes, is refused afterwards.
struct Decoder {
  let table: EncodingTable
  let mode: ProcessorMode
  private var p: UnsafePointer<UInt8>
  private var start: UnsafePointer<UInt8>
  private let count: Int
  private var has66 = false
  private var has67 = false
  private var segment: UInt8 = 0
  private var vexPrefix: UInt8 = 0

  /// The furthest that reading goes: fifteen prefixes, three bytes of opcode, ModRM, SIB,
  /// displacement and immediate, which are read as eight bytes whatever their length.
  private static let slack = 48

  /// `count` readable bytes at `bytes`, 15 at most are looked at.
  @inline(__always)
  init(
    table: EncodingTable, mode: ProcessorMode, bytes: UnsafePointer<UInt8>, count: Int
  ) {
    self.table = table
    self.mode = mode
    p = bytes
    start = bytes
    self.count = count
  }

  @inline(__always)
  mutating func decode(_ out: inout DecodedInstruction) -> DecodeFailure? {
    out = DecodedInstruction()
    return count >= Self.slack ? read(&out) : readNearEnd(&out)
  }

  @inline(never)
  private mutating func readNearEnd(_ out: inout DecodedInstruction) -> DecodeFailure? {
    let bytes = start
    let available = max(count, 0)
    var padded: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
    return withUnsafeMutableBytes(of: &padded) { raw in
      guard let copy = raw.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
        return .truncated
      }
      for n in 0..<min(available, Self.slack) { copy[n] = bytes[n] }
      p = UnsafePointer(copy)
      start = p
      return read(&out)
    }
  }

  private mutating func read(_ i: inout DecodedInstruction) -> DecodeFailure? {
    let end = start + min(count, 15)
    let failure: DecodeFailure = count < 15 ? .truncated : .tooLong
    guard readPrefixes(&i) else { return failure }
    let map = readOpcode(&i)
    let group = table.groups[Int(map) << 8 | Int(i.opcode)]
    let modRM = group.hasModRM ? p.pointee : 0
    let number = table.find(group, discriminator(i, modRM))
    guard number >= 0 else {
      let isWhole = group.count > 0 && group.hasModRM ? p < end : p <= end
      return isWhole ? .invalid(length: consumed) : failure
    }
    i.row = number
    let row = table.rows + number
    setSizes(&i, row.pointee.flags)
    if group.hasModRM { readModRM(&i, modRM, forcedRegister: isMoveToSpecial(map, i)) }
    if row.pointee.immediate != .none { readImmediate(&i, row.pointee.immediate) }
    guard p <= end else { return failure }
    i.length = consumed
    i.segment = segment
    if i.isVEX && i.vexV != 0 && !row.pointee.usesVVVV { return .invalid(length: consumed) }
    if i.hasLock && (!row.pointee.flags.contains(.lockable) || i.isRegisterForm) {
      return .invalid(length: consumed)
    }
    return nil
  }

  private var consumed: UInt8 { UInt8(truncatingIfNeeded: p - start) }

  /// MOV to and from control and debug registers ignore ModRM.mod.
  @inline(__always)
  private func isMoveToSpecial(_ map: UInt8, _ i: DecodedInstruction) -> Bool {
    map == 1 && i.opcode >= 0x20 && i.opcode <= 0x23
  }

  // MARK: Prefixes and opcode

  /// False: fifteen prefixes, or nothing but prefixes.
  @inline(__always)
  private mutating func readPrefixes(_ i: inout DecodedInstruction) -> Bool {
    let byte = p.pointee
    guard isPrefix(byte) else { return true }
    // Most often it is one REX.
    if mode == .long64 && byte & 0xF0 == 0x40 && !isPrefix(p[1]) {
      i.hasREX = true
      i.rex = byte & 15
      p += 1
      return true
    }
    return readManyPrefixes(&i)
  }

  private mutating func readManyPrefixes(_ i: inout DecodedInstruction) -> Bool {
    let end = start + min(count, 15)
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
        p += 1
        if p < end && isPrefix(p.pointee) { continue }
        i.hasREX = true
        i.rex = byte & 15
        return p < end
      default: return true
      }
      p += 1
    }
    return false
  }

  /// In 32-bit mode 40–4F are no prefixes; there they end the reading of prefixes later. A mask for
  /// each quarter of the bytes: branches would be foreseen badly.
  @inline(__always)
  private func isPrefix(_ byte: UInt8) -> Bool {
    // 26 2E 36 3E, 40–4F 64–67, F0 F2 F3
    let lower: UInt64 = byte < 0x40 ? 0x4040_4040_0000_0000 : 0x0000_00F0_0000_FFFF
    let upper: UInt64 = byte < 0xC0 ? 0 : 0x000D_0000_0000_0000
    return (byte < 0x80 ? lower : upper) &>> UInt64(byte) & 1 != 0
  }

  /// Reads escapes, VEX and the opcode; returns the map.
  @inline(__always)
  private mutating func readOpcode(_ i: inout DecodedInstruction) -> UInt8 {
    let byte = p.pointee
    if byte == 0xC4 || byte == 0xC5, mode == .long64 || p[1] >= 0xC0 { return readVEX(&i, byte) }
    p += 1
    guard byte == 0x0F else {
      i.opcode = byte
      return 0
    }
    let second = p.pointee
    p += 1
    guard second == 0x38 || second == 0x3A else {
      i.opcode = second
      return 1
    }
    i.opcode = p.pointee
    p += 1
    return second == 0x38 ? 2 : 3
  }

  private mutating func readVEX(_ i: inout DecodedInstruction, _ byte: UInt8) -> UInt8 {
    // VEX after 66, F2, F3, LOCK or REX is #UD: map 4 has no rows.
    let refused = has66 || i.repeatPrefix != 0 || i.hasLock || i.hasREX
    i.isVEX = true
    var map: UInt8 = 1
    var last = p[1]
    i.rex = last & 0x80 == 0 ? 4 : 0
    if byte == 0xC4 {
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

  /// What rows may ask about: see `Discriminator`.
  @inline(__always)
  private func discriminator(_ i: DecodedInstruction, _ modRM: UInt8) -> UInt32 {
    var d: UInt32
    if i.isVEX {
      d = UInt32(vexPrefix) | Discriminator.vex | (i.vexL ? Discriminator.l : 0)
    } else if i.repeatPrefix != 0 {
      d = i.repeatPrefix == 0xF3 ? 2 : 3
    } else {
      d = has66 ? 1 : 0
    }
    // ModRM.reg and rm as they stand, W from where REX has it.
    d |= UInt32(modRM & 63) << Discriminator.rmShift
    d |= modRM >= 0xC0 ? Discriminator.registerForm : 0
    d |= UInt32(i.rex & 8) << 6
    d |= mode == .long64 ? Discriminator.longMode : 0
    return d
  }

  @inline(__always)
  private func setSizes(_ i: inout DecodedInstruction, _ flags: RowFlags) {
    if mode == .long64 {
      i.addressSize = has67 ? 4 : 8
      if i.rex & 8 != 0 || flags.contains(.force64) {
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

  @inline(__always)
  private mutating func readModRM(
    _ i: inout DecodedInstruction, _ modRM: UInt8, forcedRegister: Bool
  ) {
    p += 1
    let mod = modRM >> 6
    i.mod = mod
    i.reg = (modRM >> 3) & 7 | (i.rex & 4) << 1
    let low = modRM & 7
    if mod == 3 || forcedRegister {
      i.isRegisterForm = true
      i.rm = low | (i.rex & 1) << 3
      return
    }
    i.rm = low
    readAddress(&i, mod, low)
  }

  private mutating func readAddress(_ i: inout DecodedInstruction, _ mod: UInt8, _ low: UInt8) {
    i.memory.mode = segment << 2 | (i.addressSize == 4 ? 32 : i.addressSize == 2 ? 64 : 0)
    if i.addressSize == 2 { return readAddress16(&i, low) }
    var base = low
    if low == 4 {
      let sib = p.pointee
      p += 1
      base = sib & 7
      let index = (sib >> 3) & 7 | (i.rex & 2) << 2
      i.memory.index = index == 4 ? .none : .register(index)
      i.memory.mode |= sib >> 6
      i.vectorIndex = index
      i.hasSIB = true
    }
    if mod == 0 && base == 5 {
      if low == 5 && mode == .long64 { i.isRIPRelative = true }
      i.memory.displacement = readSigned(4)
      return
    }
    i.memory.base = .register(base | (i.rex & 1) << 3)
    if mod != 0 { i.memory.displacement = readSigned(mod == 1 ? 1 : 4) }
  }

  private mutating func readAddress16(_ i: inout DecodedInstruction, _ low: UInt8) {
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
      i.memory.displacement = readSigned(2) & 0xFFFF
      return
    }
    i.memory.base = bases.0
    i.memory.index = bases.1
    if i.mod != 0 { i.memory.displacement = readSigned(i.mod == 1 ? 1 : 2) }
  }

  // MARK: Immediates

  /// 1, 2, 4 or 8 bytes.
  @inline(__always)
  private mutating func readSigned(_ count: Int) -> Int64 {
    let value = UnsafeRawPointer(p).loadUnaligned(as: Int64.self)
    p += count
    let unused = 64 &- Int64(count &* 8)
    return (value &<< unused) &>> unused
  }

  @inline(__always)
  private mutating func readImmediate(_ i: inout DecodedInstruction, _ form: ImmediateForm) {
    guard form.rawValue <= ImmediateForm.long.rawValue else { return readRareImmediate(&i, form) }
    let value = readSigned(form == .long ? i.operandSize == 2 ? 2 : 4 : 1)
    i.immediate = form == .byte ? value & 0xFF : value
  }

  private mutating func readRareImmediate(_ i: inout DecodedInstruction, _ form: ImmediateForm) {
    switch form {
    case .word: i.immediate = readSigned(2) & 0xFFFF
    case .whole: i.immediate = readSigned(Int(i.operandSize))
    case .address:
      let d = readSigned(Int(i.addressSize))
      i.memory.displacement =
        i.addressSize == 8 ? d : d & ((1 << Int64(i.addressSize &* 8)) &- 1)
      i.memory.mode = segment << 2
    case .far:
      i.immediate = readSigned(i.operandSize == 2 ? 2 : 4)
      i.immediate2 = readSigned(2) & 0xFFFF
    case .wordAndByte:
      i.immediate = readSigned(2) & 0xFFFF
      i.immediate2 = readSigned(1) & 0xFF
    case .none, .byte, .signedByte, .long: break
    }
  }
}
