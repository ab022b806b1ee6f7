internal import CTranslator

/// x87 instructions and the areas that keep floating-point state.
extension Interpreter {
  mutating func x87(_ op: Operation) -> Outcome {
    guard let operation = X87Operation(rawValue: op.selector) else { return fault(6) }
    let address = effectiveAddress(op)
    let inMemory = op.attributes.contains(.memoryLeft)
    var words: (UInt64, UInt64) = (0, 0)
    // A pending exception comes before the operand is touched; and where one may stop the store,
    // the place must be writable all the same.
    if inMemory && operation.waits && X87.isFaultPending(state) { return fault(16) }
    if inMemory && operation.storeSize > 0 && state.pointee.x87Control & 0x3F != 0x3F {
      let isWritable = withUnsafeMutableBytes(of: &words) {
        let bytes = $0.baseAddress ?? UnsafeMutableRawPointer(state)
        return loadBytes(address, operation.storeSize, bytes)
          && storeBytes(address, operation.storeSize, bytes)
      }
      guard isWritable else { return memoryFault(write: true) }
    }
    if inMemory && operation.loadSize > 0 {
      let loaded = withUnsafeMutableBytes(of: &words) {
        loadBytes(address, operation.loadSize, $0.baseAddress ?? UnsafeMutableRawPointer(state))
      }
      guard loaded else { return memoryFault(write: false) }
    }
    if operation == .conditionalMove {
      words.0 = holds(UInt8(truncatingIfNeeded: op.displacement)) ? 1 : 0
    }
    let result = X87.execute(
      operation, state, word0: words.0, word1: words.1, index: Int(op.immediate))
    if result.isFault { return fault(16) }
    if result.stores {
      words = (result.word0, result.word1)
      if inMemory {
        let stored = withUnsafeMutableBytes(of: &words) {
          storeBytes(address, operation.storeSize, $0.baseAddress ?? UnsafeMutableRawPointer(state))
        }
        guard stored else { return memoryFault(write: true) }
      } else {
        write(.rax, 2, words.0)
      }
    }
    if operation.isStore { X87.commit(result, state) }
    notePointers(op, operation, inMemory, address)
    compareFlags(operation, result.flags)
    return .next
  }

  private func compareFlags(_ operation: X87Operation, _ flags: UInt64) {
    switch operation {
    case .compareFlags, .compareFlagsPop, .compareUnorderedFlags, .compareUnorderedFlagsPop:
      state.pointee.rflags = state.pointee.rflags & ~Flag.mask(.all) | flags
    default: break
    }
  }

  /// The last instruction's pointers, which FNSTENV and FXSAVE show. The operand's address and the
  /// opcode are kept of an instruction that raises an unmasked exception only (SDM volume 1, 8.1.8
  /// and 8.1.9), and CPUID says so.
  private func notePointers(
    _ op: Operation, _ operation: X87Operation, _ inMemory: Bool, _ address: UInt64
  ) {
    guard !operation.isControl else { return }
    state.pointee.x87InstructionPointer = instructionAddress
    guard X87.isFaultPending(state) else { return }
    if inMemory { state.pointee.x87DataPointer = address }
    state.pointee.x87Opcode = UInt16(op.third.raw & 7) << 8 | UInt16(op.length)
  }

  mutating func floatingPointSystem(_ op: Operation, _ operation: SystemOperation) -> Outcome {
    switch operation {
    case .loadMXCSR:
      let value = UInt32(truncatingIfNeeded: r[Int(op.left.raw)])
      guard value & 0xFFFF_0000 == 0 else { return fault(13) }
      state.pointee.mxcsr = value
    case .storeMXCSR: r[Int(op.destination.raw)] = UInt64(state.pointee.mxcsr)
    case .emms:
      if X87.isFaultPending(state) { return fault(16) }
      X87.leaveMMX(state)
    case .zeroUpper, .zeroAll:
      for n in 0..<(state.pointee.mode == 0 ? 16 : 8) {
        if operation == .zeroAll {
          vectors[n] = V256()
        } else {
          vectors[n].w2 = 0
          vectors[n].w3 = 0
        }
      }
    case .fxsave, .fxrstor, .xsave, .xrstor, .loadEnvironment, .storeEnvironment, .restoreX87,
      .saveX87:
      return area(op, operation)
    default: return segmentSystem(op, operation)
    }
    return .next
  }

  private mutating func area(_ op: Operation, _ operation: SystemOperation) -> Outcome {
    let address = effectiveAddress(op)
    let short = op.width == 2
    let count: Int
    switch operation {
    case .fxsave, .fxrstor:
      guard address & 15 == 0 else { return fault(13) }
      count = 512
    case .xsave, .xrstor:
      guard address & 63 == 0 else { return fault(13) }
      count = X87.xsaveSize
    case .loadEnvironment, .storeEnvironment: count = X87.environmentSize(short: short)
    default: count = X87.saveSize(short: short)
    }
    // 832 bytes at most, on the stack of this frame.
    return withUnsafeTemporaryAllocation(byteCount: 896, alignment: 16) { buffer in
      guard let bytes = buffer.baseAddress else { return .leave }
      guard loadBytes(address, count, bytes) else { return memoryFault(write: false) }
      return transfer(op, operation, bytes, address, count, short)
    }
  }

  private mutating func transfer(
    _ op: Operation, _ operation: SystemOperation, _ bytes: UnsafeMutableRawPointer,
    _ address: UInt64, _ count: Int, _ short: Bool
  ) -> Outcome {
    let form: X87.AreaForm =

      X87.AreaForm(isWide: op.immediate == 1, vectorCount: state.pointee.mode == 0 ? 16 : 8)
    let requested = r[2] << 32 | r[0] & 0xFFFF_FFFF
    switch operation {
    case .fxrstor: return X87.fxrstor(state, bytes, form) ? .next : fault(13)
    case .xrstor:
      return X87.xrstor(state, bytes, requested: requested, form) ? .next : fault(13)
    case .loadEnvironment:
      X87.loadEnvironment(state, bytes, short: short)
      return .next
    case .restoreX87:
      X87.restore(state, bytes, short: short)
      return .next
    case .fxsave: X87.fxsave(state, bytes, form)
    case .xsave: X87.xsave(state, bytes, requested: requested, form)
    case .storeEnvironment: X87.storeEnvironment(state, bytes, short: short)
    default: X87.save(state, bytes, short: short)
    }
    guard storeBytes(address, count, bytes) else { return memoryFault(write: true) }
    if operation == .storeEnvironment { X87.finishStoreEnvironment(state) }
    if operation == .saveX87 { X87.initialize(state) }
    return .next
  }
}
