internal import Translator

/// One instruction of a generated case, with what must be patched once its place is known.
struct FuzzInstruction {
  enum Fixup {
    case none
    /// A 32-bit displacement at `offset` counts from the instruction's end to a fixed address.
    case ripRelative(offset: Int, target: UInt64)
    /// A displacement of `size` bytes at `offset` leads to the instruction with this number.
    case branch(offset: Int, size: Int, target: Int)
  }
  /// Its number in the case as generated; branches name it.
  var number = 0
  var row = 0
  var bytes: [UInt8] = []
  var fixup = Fixup.none
  /// Of the operand in memory, if there is one.
  var memory: MemoryReference?
  var definedFlags: UInt64 = 0
  var undefinedFlags: UInt64 = 0
  var readsFlags = false
  /// Condition codes of the x87 status it leaves undefined.
  var undefinedStatus: UInt64 = 0
  /// A fault may find its work half done, in memory or in registers.
  var mayStorePartly = false
  var mayLoadPartly = false
  /// CMPS.
  var comparesMemory = false
  /// MOVS of more than a byte.
  var isWideMove = false
  var isRegisterForm = false
  var rmRegister = 0
}

/// A memory operand in a form whose address can be computed.
struct MemoryReference {
  var base: Int?
  var index: Int?
  var scale: UInt64 = 1
  var displacement: Int64 = 0
  /// FS or GS.
  var segmentWord: Int?
  var is32BitAddress = false

  func address(_ state: ProcessorState) -> UInt64 {
    var sum = UInt64(bitPattern: displacement)
    if let base { sum &+= state[base] }
    if let index { sum &+= state[index] &* scale }
    if is32BitAddress { sum &= 0xFFFF_FFFF }
    if let segmentWord { sum &+= state[segmentWord] }
    return sum
  }
}

/// A generated case: instructions, the state before, and memory.
struct FuzzCase {
  static let codeRegion = Region(address: 0x10_0000, count: 0x2000)
  static let dataRegion = Region(address: 0x20_0000, count: 0x3000)
  static let regions = [codeRegion, dataRegion]
  static let memorySize = 0x5000

  var is32Bit = false
  var instructions: [FuzzInstruction] = []
  var state = ProcessorState()
  /// Where the code begins.
  var start = FuzzCase.codeRegion.address
  /// The data region's contents.
  var data: [UInt8] = []

  /// The code with all displacements in place. HLT follows.
  func assemble() -> [UInt8] {
    var offsets: [Int] = []
    var at = 0
    for instruction in instructions {
      offsets.append(at)
      at += instruction.bytes.count
    }
    let total = at
    var code: [UInt8] = []
    code.reserveCapacity(total + 1)
    for (n, instruction) in instructions.enumerated() {
      code += instruction.bytes
      let end = offsets[n] + instruction.bytes.count
      switch instruction.fixup {
      case .none: break
      case .ripRelative(let offset, let target):
        let value = target &- (start &+ UInt64(end))
        for k in 0..<4 {
          code[offsets[n] + offset + k] = UInt8(truncatingIfNeeded: value >> UInt64(8 * k))
        }
      case .branch(let offset, let size, let target):
        let place = instructions.firstIndex { $0.number >= target }.map { offsets[$0] } ?? total
        let value = UInt64(bitPattern: Int64(place - end))
        for k in 0..<size {
          code[offsets[n] + offset + k] = UInt8(truncatingIfNeeded: value >> UInt64(8 * k))
        }
      }
    }
    code.append(0xF4)
    return code
  }

  /// Which arithmetic flags can be compared, if it ends at the HLT or anywhere before.
  func comparableFlags(atEnd: Bool) -> UInt64 {
    let flow = undefinedFlags()
    return FlagKnowledge.all & ~(atEnd ? flow.atEnd : flow.ever)
  }

  /// Condition codes of the x87 status that cannot be compared.
  var undefinedStatus: UInt64 { instructions.reduce(0) { $0 | $1.undefinedStatus } }

  /// Nobody reads a flag that is undefined.
  var isSound: Bool { undefinedFlags().isSound }

  private func undefinedFlags() -> (atEnd: UInt64, ever: UInt64, isSound: Bool) {
    var undefined: UInt64 = 0
    var ever: UInt64 = 0
    var isSound = true
    var pending: [(target: Int, undefined: UInt64)] = []
    for instruction in instructions {
      for entry in pending where entry.target <= instruction.number {
        undefined |= entry.undefined
      }
      if instruction.readsFlags && undefined != 0 { isSound = false }
      undefined = undefined & ~instruction.definedFlags | instruction.undefinedFlags
      ever |= undefined
      if case .branch(_, _, let target) = instruction.fixup {
        pending.append((target, undefined))
      }
    }
    for entry in pending { undefined |= entry.undefined }
    return (undefined, ever, isSound)
  }

  /// Fills the code and data regions, one behind the other.
  func fillMemory(_ memory: UnsafeMutablePointer<UInt8>) {
    memory.update(repeating: 0xF4, count: Int(Self.codeRegion.count))
    let code = assemble()
    let offset = Int(start - Self.codeRegion.address)
    for (n, byte) in code.enumerated() { memory[offset + n] = byte }
    data.withUnsafeBufferPointer { bytes in
      (memory + Int(Self.codeRegion.count)).update(from: bytes.baseAddress!, count: bytes.count)
    }
  }
}
