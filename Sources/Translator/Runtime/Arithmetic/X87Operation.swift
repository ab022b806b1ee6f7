/// What an x87 instruction does, by its mnemonic; `X87.execute` gives each its meaning.
///
/// Arithmetic comes in a regular block: `0x80 + operation × 8 + form`, the operation being the
/// ModRM.reg field of opcode D8 and the form `X87Form`'s raw value.
package enum X87Operation: UInt8, Sendable {
  // Control. The FN forms do not wait; FCLEX and the like are an FWAIT and these.
  case wait, noOperation, initialize, clearExceptions, storeStatus, storeControl, loadControl
  case incrementTop, decrementTop, free, freePop
  // Loads push; `loadRegister` is FLD ST(i).
  case loadSingle, loadDouble, loadExtended, loadInt16, loadInt32, loadInt64, loadDecimal
  case loadRegister, exchange
  case loadOne, loadLog2Ten, loadLog2E, loadPi, loadLog10Two, loadLn2, loadZero
  // Stores: see `isStore`.
  case storeSingle, storeSinglePop, storeDouble, storeDoublePop, storeExtendedPop
  case storeInt16, storeInt16Pop, storeInt32, storeInt32Pop, storeInt64Pop, storeDecimalPop
  case truncateInt16Pop, truncateInt32Pop, truncateInt64Pop
  // Between registers.
  case storeRegister, storeRegisterPop
  /// D9 D8+i: as FSTP ST(i), but an empty top is no fault.
  case storeRegisterPopQuietly
  /// FCMOVcc; the caller passes 1 as the memory word if the condition holds, else 0.
  case conditionalMove
  // Comparisons beyond the block below.
  case compareUnordered, compareUnorderedPop, comparePopPop, compareUnorderedPopPop
  case compareFlags, compareFlagsPop, compareUnorderedFlags, compareUnorderedFlagsPop
  case test, examine
  // On the top of the stack.
  case absolute, changeSign, roundToInteger, scale, extract, squareRoot
  case partialRemainder, partialRemainderNearest
  case exponential, logarithm, logarithmPlusOne, tangent, arcTangent, sine, cosine, sineCosine
  case addSingle = 0x80
  case addInt32, addDouble, addInt16, addTop, addRegister, addRegisterPop
  case multiplySingle = 0x88
  case multiplyInt32, multiplyDouble, multiplyInt16, multiplyTop, multiplyRegister,
    multiplyRegisterPop
  case compareSingle = 0x90
  case compareInt32, compareDouble, compareInt16, compareTop
  case comparePopSingle = 0x98
  case comparePopInt32, comparePopDouble, comparePopInt16, comparePopTop
  case subtractSingle = 0xa0
  case subtractInt32, subtractDouble, subtractInt16, subtractTop, subtractRegister,
    subtractRegisterPop
  case subtractReversedSingle = 0xa8
  case subtractReversedInt32, subtractReversedDouble, subtractReversedInt16, subtractReversedTop,
    subtractReversedRegister, subtractReversedRegisterPop
  case divideSingle = 0xb0
  case divideInt32, divideDouble, divideInt16, divideTop, divideRegister, divideRegisterPop
  case divideReversedSingle = 0xb8
  case divideReversedInt32, divideReversedDouble, divideReversedInt16, divideReversedTop,
    divideReversedRegister, divideReversedRegisterPop

  /// Stores compute their memory words and leave the state alone until `X87.commit`, so that a
  /// store that faults changes nothing.
  package var isStore: Bool {
    switch self {
    case .storeSingle, .storeSinglePop, .storeDouble, .storeDoublePop, .storeExtendedPop,
      .storeInt16, .storeInt16Pop, .storeInt32, .storeInt32Pop, .storeInt64Pop,
      .storeDecimalPop, .truncateInt16Pop, .truncateInt32Pop, .truncateInt64Pop:
      return true
    default: return false
    }
  }

  /// Bytes read from memory (0 for none).
  package var loadSize: Int {
    if rawValue >= 0x80 {
      switch rawValue & 7 {
      case 0, 1: return 4
      case 2: return 8
      case 3: return 2
      default: return 0
      }
    }
    switch self {
    case .loadControl, .loadInt16: return 2
    case .loadSingle, .loadInt32: return 4
    case .loadDouble, .loadInt64: return 8
    case .loadExtended, .loadDecimal: return 10
    default: return 0
    }
  }

  /// Bytes written to memory (0 for none). FNSTSW and FNSTCW give their word either way.
  package var storeSize: Int {
    switch self {
    case .storeStatus, .storeControl, .storeInt16, .storeInt16Pop, .truncateInt16Pop: return 2
    case .storeSingle, .storeSinglePop, .storeInt32, .storeInt32Pop, .truncateInt32Pop: return 4
    case .storeDouble, .storeDoublePop, .storeInt64Pop, .truncateInt64Pop: return 8
    case .storeExtendedPop, .storeDecimalPop: return 10
    default: return 0
    }
  }

  /// Whether the instruction is one of control, which leaves FIP, FDP and FOP alone.
  package var isControl: Bool { rawValue <= X87Operation.loadControl.rawValue }

  /// Whether the instruction reports a pending exception before it does anything.
  package var waits: Bool {
    switch self {
    case .initialize, .clearExceptions, .storeStatus, .storeControl: return false
    default: return true
    }
  }
}
