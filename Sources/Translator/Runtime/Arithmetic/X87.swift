package import CTranslator

/// What an x87 instruction left for its caller to do.
package struct X87Result: Sendable {
  /// #MF: an exception was pending and the instruction has not been executed.
  package var isFault = false
  /// Whether `word0` and `word1` are to be stored (`X87Operation.storeSize` bytes).
  package var stores = false
  package var word0: UInt64 = 0
  package var word1: UInt64 = 0
  /// For FCOMI and its kin: ZF, PF and CF in their RFLAGS places (OF, SF, AF become 0).
  package var flags: UInt64 = 0
  /// The state a store leaves; see `X87.commit`.
  var status: UInt16 = 0
  var tag: UInt16 = 0
}

/// The x87 floating-point unit (SDM volume 1, chapter 8) on the guest's state.
package enum X87 {
  package typealias State = UnsafeMutablePointer<TransomGuestState>

  /// The physical registers.
  static func registers(_ state: State) -> UnsafeMutablePointer<TransomX87Register> {
    withUnsafeMutablePointer(to: &state.pointee.x87) {
      UnsafeMutableRawPointer($0).assumingMemoryBound(to: TransomX87Register.self)
    }
  }

  /// The tag a register's contents call for.
  static func tag(significand: UInt64, signAndExponent: UInt16) -> UInt16 {
    let field = signAndExponent & 0x7fff
    if field == 0 { return significand == 0 ? 1 : 2 }
    return field == 0x7fff || significand >> 63 == 0 ? 2 : 0
  }

  /// Brings the exception summary (ES) and busy bits in line with the flags and masks.
  static func updateSummary(_ state: State) {
    let pending = state.pointee.x87Status & ~state.pointee.x87Control & 0x3f != 0
    if pending {
      state.pointee.x87Status |= 0x8080
    } else {
      state.pointee.x87Status &= 0x7f7f
    }
  }

  /// Whether an unmasked exception is pending, which the next waiting x87 or MMX instruction or
  /// FWAIT reports as #MF.
  package static func isFaultPending(_ state: State) -> Bool {
    state.pointee.x87Status & 0x80 != 0
  }

  /// FNINIT.
  package static func initialize(_ state: State) {
    state.pointee.x87Control = 0x37f
    state.pointee.x87Status = 0
    state.pointee.x87Tag = 0xffff
    state.pointee.x87Opcode = 0
    state.pointee.x87InstructionPointer = 0
    state.pointee.x87DataPointer = 0
  }

  /// What every MMX instruction but EMMS does to the stack: TOP 0, all registers valid.
  package static func enterMMX(_ state: State) {
    state.pointee.x87Status &= 0xc7ff
    state.pointee.x87Tag = 0
  }

  /// What a write to MMX register `index` (0–7) leaves beside the significand: exponent all ones.
  package static func writeMMX(_ state: State, _ index: Int, _ value: UInt64) {
    let register = registers(state) + (index & 7)
    register.pointee.significand = value
    register.pointee.signAndExponent = 0xffff
  }

  /// EMMS: TOP 0 as after any MMX instruction, all registers empty.
  package static func leaveMMX(_ state: State) {
    state.pointee.x87Status &= 0xc7ff
    state.pointee.x87Tag = 0xffff
  }

  /// Executes one instruction.
  ///
  /// - Parameters:
  ///   - word0: the memory operand's low eight bytes, zero-extended; for FCMOVcc the condition.
  ///   - word1: the upper two bytes of a ten-byte operand.
  ///   - index: i of ST(i).
  package static func execute(
    _ operation: X87Operation, _ state: State, word0: UInt64 = 0, word1: UInt64 = 0, index: Int = 1
  ) -> X87Result {
    var result = X87Result()
    if operation.waits && isFaultPending(state) {
      result.isFault = true
      return result
    }
    if operation.rawValue >= 0x80 {
      arithmetic(operation, state, word0, index & 7)
      return result
    }
    if operation.isStore {
      let status = state.pointee.x87Status
      let tag = state.pointee.x87Tag
      store(operation, state, &result)
      result.status = state.pointee.x87Status
      result.tag = state.pointee.x87Tag
      state.pointee.x87Status = status
      state.pointee.x87Tag = tag
      return result
    }
    switch operation {
    case .wait, .noOperation: break
    case .initialize: initialize(state)
    case .clearExceptions: state.pointee.x87Status &= 0x7f00
    case .storeStatus:
      result.stores = true
      result.word0 = UInt64(state.pointee.x87Status)
    case .storeControl:
      result.stores = true
      result.word0 = UInt64(state.pointee.x87Control)
    case .loadControl:
      // Bit 6 reads as one, bits 7 and 13 to 15 as zero.
      state.pointee.x87Control = UInt16(truncatingIfNeeded: word0) & 0x1f3f | 0x40
      updateSummary(state)
    case .compareUnordered, .compareUnorderedPop, .comparePopPop, .compareUnorderedPopPop,
      .compareFlags, .compareFlagsPop, .compareUnorderedFlags, .compareUnorderedFlagsPop,
      .test, .examine:
      compare(operation, state, index & 7, &result)
    case .incrementTop, .decrementTop, .free, .freePop, .loadRegister, .exchange,
      .storeRegister, .storeRegisterPop, .storeRegisterPopQuietly, .conditionalMove, .loadOne,
      .loadLog2Ten, .loadLog2E,
      .loadPi, .loadLog10Two, .loadLn2, .loadZero, .loadSingle, .loadDouble, .loadExtended,
      .loadInt16, .loadInt32, .loadInt64, .loadDecimal:
      move(operation, state, word0, word1, index & 7)
    default: unary(operation, state)
    }
    return result
  }

  /// Applies what a store did to the stack, once its memory write has succeeded (or at once if
  /// `stores` is false: the instruction ended in an unmasked exception).
  package static func commit(_ result: X87Result, _ state: State) {
    state.pointee.x87Status = result.status
    state.pointee.x87Tag = result.tag
  }
}
