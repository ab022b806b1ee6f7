internal import Translator

/// Makes cases: one instruction or a sequence, a state, and memory.
final class CaseGenerator {
  let rows: [EncodingCatalog.Row]
  /// Rows the host can judge, by mode.
  private let usable64: [Int]
  private let usable32: [Int]
  /// Straight-line rows that may stand anywhere in a sequence.
  private let anywhere64: [Int]
  private let anywhere32: [Int]
  private let pool: [UInt8]

  init(seed: UInt64, only: String?, onlyBase: Bool = false) {
    rows = (0..<EncodingCatalog.count).map(EncodingCatalog.row)
    var random = RandomSource(seed: seed ^ 0x706F_6F6C)
    var words: [UInt8] = []
    while words.count < 1 << 16 {
      let value = random.mixed()
      for n in 0..<8 { words.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * n))) }
      if random.chance(10) {
        let (significand, exponent) = random.extended()
        for n in 0..<8 { words.append(UInt8(truncatingIfNeeded: significand >> UInt64(8 * n))) }
        for n in 0..<8 { words.append(UInt8(truncatingIfNeeded: exponent >> UInt64(8 * n))) }
      }
    }
    pool = words
    let chosen = rows.filter { row in
      Exclusions.reason(row) == nil && (!onlyBase || row.feature == .base)
        && (only.map { row.mnemonic.description == $0 || row.pattern.description == $0 } ?? true)
    }
    usable64 = chosen.filter(\.isInLongMode).map(\.index)
    usable32 = chosen.filter(\.isInProtectedMode).map(\.index)
    let plain = chosen.filter { Self.mayStandAnywhere($0) }
    anywhere64 = plain.filter(\.isInLongMode).map(\.index)
    anywhere32 = plain.filter(\.isInProtectedMode).map(\.index)
  }

  /// These need the memory or a register prepared, or always end a case.
  private static func mayStandAnywhere(_ row: EncodingCatalog.Row) -> Bool {
    if FlagKnowledge.undefinedStatus(of: row) != 0 { return false }
    switch row.meaning {
    case .ret, .jmpIndirect, .callIndirect, .popf, .int3, .int1, .ud, .ldmxcsr: return false
    default: return true
    }
  }

  /// The case with this number; the same for the same seed.
  func make(_ number: UInt64, seed: UInt64) -> FuzzCase? {
    var random = RandomSource(seed: seed &* 0x1_0000_0001 &+ number)
    let is32Bit = random.chance(20) && !usable32.isEmpty || usable64.isEmpty
    return make(&random, is32Bit: is32Bit, row: nil)
  }

  /// One instruction of a given row, in a given mode.
  func make(row: Int, is32Bit: Bool, number: UInt64, seed: UInt64) -> FuzzCase? {
    var random = RandomSource(seed: seed &* 0x1_0000_0001 &+ number)
    return make(&random, is32Bit: is32Bit, row: row)
  }

  private func make(_ random: inout RandomSource, is32Bit: Bool, row only: Int?) -> FuzzCase? {
    var result = FuzzCase()
    result.is32Bit = is32Bit
    let usable = result.is32Bit ? usable32 : usable64
    let anywhere = result.is32Bit ? anywhere32 : anywhere64
    guard !usable.isEmpty else { return nil }
    var generator = InstructionGenerator(is32Bit: result.is32Bit)
    let isSequence = only == nil && random.chance(40) && !anywhere.isEmpty
    let count = isSequence ? 2 + random.below(random.chance(50) ? 8 : 39) : 1
    generator.protectsPointers = isSequence
    generator.usesSegmentBases = !result.is32Bit && random.chance(6)
    makeState(&result, &random, hasBases: generator.usesSegmentBases)
    var undefined: UInt64 = 0
    for n in 0..<count {
      let row = rows[n == 0 ? only ?? random.pick(usable) : random.pick(anywhere)]
      guard var instruction = attempt(generator, row, &random) else {
        if n == 0 { return nil }
        continue
      }
      if FlagKnowledge.reads(row) && undefined != 0 {
        var settle = FuzzInstruction()
        settle.number = result.instructions.count
        settle.row = -1
        settle.bytes = result.is32Bit ? [0x39, 0xC8] : [0x48, 0x39, 0xC8]
        settle.definedFlags = FlagKnowledge.all
        result.instructions.append(settle)
        undefined = 0
      }
      instruction.number = result.instructions.count
      if case .branch(let offset, let size, _) = instruction.fixup {
        instruction.fixup = .branch(
          offset: offset, size: size, target: instruction.number + 1 + random.below(5))
      }
      undefined = undefined & ~instruction.definedFlags | instruction.undefinedFlags
      result.instructions.append(instruction)
      // Nobody may read what it leaves undefined.
      if FlagKnowledge.undefinedStatus(of: row) != 0 { break }
    }
    // A branch may lead around what settles the flags.
    while !result.isSound { result.instructions.removeLast() }
    prepareFirst(&result, &random)
    return result
  }

  private func attempt(
    _ generator: InstructionGenerator, _ row: EncodingCatalog.Row, _ random: inout RandomSource
  ) -> FuzzInstruction? {
    for _ in 0..<12 {
      if let instruction = generator.make(row, &random) { return instruction }
    }
    return nil
  }

  // MARK: State

  private func makeState(
    _ result: inout FuzzCase, _ random: inout RandomSource, hasBases: Bool
  ) {
    typealias Word = ProcessorState.Word
    let generator = InstructionGenerator(is32Bit: result.is32Bit)
    for n in 0..<(result.is32Bit ? 8 : 16) {
      result.state[n] = result.is32Bit ? random.integer() & 0xFFFF_FFFF : random.integer()
    }
    for n in generator.pointers { result.state[n] = pointer(&random, isStack: n == 4) }
    for n in generator.smalls { result.state[n] = UInt64(random.below(40)) }
    // Indices and bit offsets may be negative; the count of a repetition seldom is.
    for n in generator.smalls where random.chance(n == 1 ? 2 : 15) {
      result.state[n] = 0 &- result.state[n]
    }
    if result.is32Bit { for n in 0..<8 { result.state[n] &= 0xFFFF_FFFF } }
    result.state[Word.flags] = random.next() & (random.chance(20) ? 0xCD5 : 0x8D5) | 0x202
    if hasBases {
      result.state[Word.fsBase] = UInt64(64 + random.below(8) * 64)
      result.state[Word.gsBase] = UInt64(64 + random.below(8) * 64)
    }
    for n in 0..<(result.is32Bit ? 32 : 64) { result.state[Word.vector + n] = random.mixed() }
    // Rounding, flush to zero, denormals are zero; sometimes an exception unmasked.
    var mxcsr: UInt64 = 0x1F80
    if random.chance(50) { mxcsr = 0x1F80 | random.next() & 0xE07F }
    if random.chance(5) { mxcsr &= ~(random.next() & 0x1F80) }
    result.state[Word.mxcsr] = mxcsr
    makeX87(&result, &random)
    result.start = FuzzCase.codeRegion.address + UInt64(random.below(64))
    if random.chance(10) {
      result.start = FuzzCase.codeRegion.address + 0x1000 - UInt64(random.below(24))
    }
    result.state[Word.rip] = result.start
    result.data.reserveCapacity(0x3000)
    for _ in 0..<3 {
      let offset = random.below(pool.count - 4096)
      result.data += pool[offset..<offset + 4096]
    }
  }

  private func pointer(_ random: inout RandomSource, isStack: Bool) -> UInt64 {
    let base = FuzzCase.dataRegion.address
    let kind = random.below(100)
    if kind < 75 { return base + 0x400 + UInt64(random.below(0x60)) * 64 }
    if kind < 90 || isStack { return base + 0x400 + UInt64(random.below(0x2000)) }
    if kind < 95 { return base + 0xFE0 + UInt64(random.below(64)) }
    // Near the end, where accesses run off.
    return base + 0x2FC0 + UInt64(random.below(64))
  }

  private func makeX87(_ result: inout FuzzCase, _ random: inout RandomSource) {
    typealias Word = ProcessorState.Word
    var control: UInt64 = 0x37F
    if random.chance(50) {
      control = 0x7F | random.next() & 0xC00 | random.pick([0, 0x200, 0x300])
    }
    if random.chance(8) { control &= ~(random.next() & 0x3F) }
    result.state[Word.x87Control] = control
    let top = UInt64(random.below(8))
    result.state[Word.x87Status] = top << 11 | (random.chance(20) ? random.next() & 0x4700 : 0)
    let fill = random.below(9)
    for n in 0..<8 {
      let physical = (Int(top) + n) & 7
      let isEmpty = n >= fill && random.chance(90)
      let (significand, exponent) = random.extended()
      let tag = ProcessorState.tag(significand: significand, exponent: exponent)
      result.state[Word.x87 + physical * 2] = significand
      result.state[Word.x87 + physical * 2 + 1] = exponent
      result.state[Word.x87Tag] &= ~(3 << UInt64(physical * 2))
      result.state[Word.x87Tag] |= (isEmpty ? 3 : tag) << UInt64(physical * 2)
    }
  }

  /// Gives the first instruction what it needs to go somewhere sensible.
  private func prepareFirst(_ result: inout FuzzCase, _ random: inout RandomSource) {
    guard let first = result.instructions.first, first.row >= 0 else { return }
    let row = rows[first.row]
    let landing = FuzzCase.codeRegion.address + 0x1C00
    switch row.meaning {
    case .ret: put(landing, at: result.state[4], &result)
    case .popf: put(random.next() & 0xCD5 | 0x202, at: result.state[4], &result)
    case .jmpIndirect, .callIndirect:
      if first.isRegisterForm {
        result.state[first.rmRegister] = landing
      } else if let memory = first.memory {
        put(landing, at: memory.address(result.state), &result)
      }
    case .ldmxcsr:
      // Bit 17 exists on one vendor's processors only.
      if let memory = first.memory {
        let address = memory.address(result.state)
        put(random.next() & (random.chance(90) ? 0xFFFF : 0xFFFD_FFFF), at: address, &result)
      }
    case .div, .idiv:
      if random.chance(70) { result.state[2] = random.chance(50) ? 0 : result.state[2] & 0xFF }
    default: break
    }
  }

  private func put(_ value: UInt64, at address: UInt64, _ result: inout FuzzCase) {
    guard address >= FuzzCase.dataRegion.address, address <= FuzzCase.dataRegion.end - 8 else {
      return
    }
    let offset = Int(address - FuzzCase.dataRegion.address)
    for n in 0..<8 { result.data[offset + n] = UInt8(truncatingIfNeeded: value >> UInt64(8 * n)) }
  }
}
