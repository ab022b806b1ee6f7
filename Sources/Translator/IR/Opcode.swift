/// Every IR operation. Operand fields are those of `Operation`; "dst", "left", "right" and "third"
/// below. A back end knows these and nothing of x86 encodings.
public enum Opcode: UInt8, Sendable {
  // Structure
  /// Start of a guest instruction: `offset` and `length` say which.
  case boundary
  case nop
  /// What comes before in memory is there before what comes behind, for devices as well.
  case fence
  /// Guest instructions as they stand, `width` of them, for hosts of the guest's kind; no boundary
  /// precedes it, and at most the block's last jump follows. They are `length` bytes at host address `displacement`; the block has the first one
  /// at `offset`. Four bits of `immediate` say how long each is. `flags` are those they define,
  /// `selector` has those they read before; `hardFlags` are those that show when one of them faults,
  /// and from the dead-flag pass on all that are seen at the first one's start. `addressMode` is a
  /// `VerbatimNote`, which may be something only where there is one instruction.
  case verbatim

  // Moving
  /// dst = left (or immediate)
  case move
  /// dst = memory of `width` bytes; a temporary gets it zero-extended
  case load
  /// dst = memory of `selector` bytes, sign-extended to `width`
  case loadSigned
  /// memory of `width` bytes = left (or immediate)
  case store
  /// dst = address of the memory operand, without its segment
  case address
  /// dst = bits 8–15 of left
  case extractHighByte
  /// bits 8–15 of dst = left's low byte
  case insertHighByte
  /// dst = left of `selector` bytes, extended to `width`
  case signExtend
  case zeroExtend
  /// dst = left with its `width` bytes reversed
  case swapBytes

  // Arithmetic and logic: dst = left OP right, flags as x86
  case add, addCarry, subtract, subtractBorrow
  case and, or, xor, andNot
  case increment, decrement, negate, not
  /// Count in right; masked as x86 does; a zero count leaves flags alone.
  case shiftLeft, shiftRight, shiftArithmetic
  case rotateLeft, rotateRight, rotateCarryLeft, rotateCarryRight
  /// dst = left shifted, filled from right; count in third
  case shiftLeftDouble, shiftRightDouble
  /// dst = low part of left × right, signed
  case multiply
  /// third:dst = left × right (width 1: dst is 16 bits)
  case multiplyWideUnsigned, multiplyWideSigned
  /// RDX:RAX (AX for width 1) divided by left or memory; #DE
  case divideUnsigned, divideSigned
  case bitScanForward, bitScanReverse
  case leadingZeros, trailingZeros, populationCount
  /// CF = bit `right` of left; the others change it. Memory forms: `right` reaches beyond.
  case bitTest, bitSet, bitReset, bitComplement
  case bitFieldExtract, lowestSet, resetLowest, maskLowest, zeroHighBits
  case bitDeposit, bitExtract
  case addCarryOnly, addOverflowOnly
  case crc32
  /// RDX is the second factor; dst = low, third = high; no flags
  case multiplyNoFlags

  // Flags
  /// dst = selector's condition ? 1 : 0
  case setCondition
  /// dst = condition ? right : left
  case select
  /// dst = RFLAGS image as PUSHF or LAHF gives
  case readFlags
  /// RFLAGS bits in `immediate` = left
  case writeFlags
  /// RFLAGS = (RFLAGS & ~displacement) | immediate, then CF ^= selector
  case modifyFlags

  // Read, modify, write beyond the forms above
  /// memory ↔ dst
  case exchange
  /// compare RAX with memory (or left); equal: memory = right; else RAX = memory
  case compareExchange
  /// dst:memory — right = old, memory = old + right
  case exchangeAdd
  /// CMPXCHG8B / 16B by width 8 or 16
  case compareExchangeWide

  // Strings: selector 0 once, 1 REP/REPE, 2 REPNE
  case moveString, storeString, loadString, scanString, compareString

  // Leaving the block
  /// Continue at `immediate`.
  case jump
  /// If the condition holds continue at `immediate`; else fall through to the next operation.
  case branch
  /// selector: 0 (R|E)CX is zero, 1 LOOP, 2 LOOPE, 3 LOOPNE; width of the counter
  case branchCounter
  /// Continue at left.
  case jumpIndirect
  /// Raise exception `immediate`, at this instruction (or behind it: selector 1).
  case raise
  case halt
  /// selector bit 0: out, bit 1: port in DX; else `displacement`
  case port
  /// Ask the embedder: `Query` in selector; dst
  case query
  /// The instruction is not carried.
  case unsupported

  // Larger units: `System.swift`, `VectorUnit`, `X87`, each reached by one operation
  /// A system instruction, `SystemOperation` in selector
  case system
  /// `VectorOp` in immediate bits 16–31, imm8 in 0–7; dst = OP(left, right, third), vectors.
  /// With a memory right operand `selector` is its width in bytes.
  case vector
  /// dst = memory of `selector` bytes, zero-extended; memory of `selector` bytes = left
  /// (`immediate` 1: its upper half)
  case vectorLoad, vectorStore
  /// dst = left, right combined as `VectorMove` in selector says
  case vectorMove
  /// General dst = from left (vector): `VectorToGeneral` in selector, lane or VectorOp in immediate
  case vectorToGeneral
  /// Vector dst = left with general right (or memory): `VectorFromGeneral` in selector
  case vectorFromGeneral
  /// Flags of comparing left and right: COMISS, PTEST and kin
  case vectorFlags
  /// The four string comparisons of SSE4.2
  case vectorString
  /// MASKMOVQ, MASKMOVDQU: left's bytes to [RDI] where right's have the top bit
  case maskMove
  /// dst or memory = elements of `selector` bytes (of left) where third's top bits say so
  case vectorMaskedLoad, vectorMaskedStore
  /// dst = elements of `selector` bytes from base + right's indices (`immediate` bytes each) where
  /// third's top bits say so; third ends up zero
  case vectorGather
  /// `X87Operation` in selector
  case x87

  /// Nothing of the same block follows it.
  public var endsBlock: Bool {
    switch self {
    case .jump, .jumpIndirect, .raise, .halt, .port, .query, .unsupported: true
    default: false
    }
  }
}
