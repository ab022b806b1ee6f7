/// Which operation the opcodes D8–DF encode (SDM volume 2, appendix A.5).
extension X87Operation {
  /// The operation, and ST(i) where the ModRM byte names a register. Nothing for encodings that
  /// are undefined or that move whole environments (FLDENV, FNSTENV, FRSTOR, FNSAVE).
  package static func decode(opcode: UInt8, modRM: UInt8) -> X87Operation? {
    let field = modRM >> 3 & 7
    if modRM < 0xc0 { return memory(opcode, field) }
    switch opcode {
    case 0xd8: return X87Operation(rawValue: 0x80 + field << 3 + 4)
    case 0xd9: return d9(modRM)
    case 0xda:
      if field < 4 { return .conditionalMove }
      return modRM == 0xe9 ? .compareUnorderedPopPop : nil
    case 0xdb:
      switch field {
      case 0...3: return .conditionalMove
      case 4:
        switch modRM {
        // FENI, FDISI and FSETPM of the 8087 and 80287 do nothing.
        case 0xe0, 0xe1, 0xe4: return .noOperation
        case 0xe2: return .clearExceptions
        case 0xe3: return .initialize
        default: return nil
        }
      case 5: return .compareUnorderedFlags
      case 6: return .compareFlags
      default: return nil
      }
    case 0xdc: return arithmetic(field, form: 5)
    case 0xdd:
      switch field {
      case 0: return .free
      case 1: return .exchange
      case 2: return .storeRegister
      case 3: return .storeRegisterPop
      case 4: return .compareUnordered
      case 5: return .compareUnorderedPop
      default: return nil
      }
    case 0xde:
      if field == 3 { return modRM == 0xd9 ? .comparePopPop : nil }
      if field == 2 { return .comparePopTop }
      return arithmetic(field, form: 6)
    default:
      switch field {
      case 0: return .freePop
      case 1: return .exchange
      case 2, 3: return .storeRegisterPop
      case 4: return modRM == 0xe0 ? .storeStatus : nil
      case 5: return .compareUnorderedFlagsPop
      case 6: return .compareFlagsPop
      default: return nil
      }
    }
  }

  /// DC and DE with a register destination; their encodings swap the reversed forms.
  private static func arithmetic(_ field: UInt8, form: UInt8) -> X87Operation? {
    switch field {
    case 2: return .compareTop
    case 3: return .comparePopTop
    case 4...7: return X87Operation(rawValue: 0x80 + (field ^ 1) << 3 + form)
    default: return X87Operation(rawValue: 0x80 + field << 3 + form)
    }
  }

  private static func memory(_ opcode: UInt8, _ field: UInt8) -> X87Operation? {
    switch opcode {
    case 0xd8, 0xda, 0xdc, 0xde:
      return X87Operation(rawValue: 0x80 + field << 3 + (opcode - 0xd8) >> 1)
    case 0xd9:
      switch field {
      case 0: return .loadSingle
      case 2: return .storeSingle
      case 3: return .storeSinglePop
      case 5: return .loadControl
      case 7: return .storeControl
      default: return nil
      }
    case 0xdb:
      switch field {
      case 0: return .loadInt32
      case 1: return .truncateInt32Pop
      case 2: return .storeInt32
      case 3: return .storeInt32Pop
      case 5: return .loadExtended
      case 7: return .storeExtendedPop
      default: return nil
      }
    case 0xdd:
      switch field {
      case 0: return .loadDouble
      case 1: return .truncateInt64Pop
      case 2: return .storeDouble
      case 3: return .storeDoublePop
      case 7: return .storeStatus
      default: return nil
      }
    default:
      switch field {
      case 0: return .loadInt16
      case 1: return .truncateInt16Pop
      case 2: return .storeInt16
      case 3: return .storeInt16Pop
      case 4: return .loadDecimal
      case 5: return .loadInt64
      case 6: return .storeDecimalPop
      default: return .storeInt64Pop
      }
    }
  }

  private static func d9(_ modRM: UInt8) -> X87Operation? {
    switch modRM {
    case 0xc0...0xc7: return .loadRegister
    case 0xc8...0xcf: return .exchange
    case 0xd0: return .noOperation
    case 0xd8...0xdf: return .storeRegisterPopQuietly
    case 0xe0: return .changeSign
    case 0xe1: return .absolute
    case 0xe4: return .test
    case 0xe5: return .examine
    case 0xe8: return .loadOne
    case 0xe9: return .loadLog2Ten
    case 0xea: return .loadLog2E
    case 0xeb: return .loadPi
    case 0xec: return .loadLog10Two
    case 0xed: return .loadLn2
    case 0xee: return .loadZero
    case 0xf0: return .exponential
    case 0xf1: return .logarithm
    case 0xf2: return .tangent
    case 0xf3: return .arcTangent
    case 0xf4: return .extract
    case 0xf5: return .partialRemainderNearest
    case 0xf6: return .decrementTop
    case 0xf7: return .incrementTop
    case 0xf8: return .partialRemainder
    case 0xf9: return .logarithmPlusOne
    case 0xfa: return .squareRoot
    case 0xfb: return .sineCosine
    case 0xfc: return .roundToInteger
    case 0xfd: return .scale
    case 0xfe: return .sine
    case 0xff: return .cosine
    default: return nil
    }
  }
}
