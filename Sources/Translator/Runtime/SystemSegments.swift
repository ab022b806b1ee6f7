internal import CTranslator

/// What asks about segments, and the odds and ends of system instructions. Every segment is flat,
/// and only the selectors that are loaded name one.
extension Interpreter {
  mutating func segmentSystem(_ op: Operation, _ operation: SystemOperation) -> Outcome {
    let value = op.left.isStored ? r[Int(op.left.raw)] : 0
    let selector = UInt16(truncatingIfNeeded: value)
    switch operation {
    case .checkCode: return checkCode(selector, isReturn: op.immediate == 1)
    case .bound: return bound(op, value)
    case .fastCall:
      // Enabled by EFER.SCE and in long mode only; there is no user mode to return to.
      guard state.pointee.mode == 0 && state.pointee.efer & 1 != 0 else { return fault(6) }
      return leaveUnsupported()
    case .readProcessor: r[Int(op.destination.raw)] = state.pointee.tscAux & 0xFFFF_FFFF
    case .verifyRead: setZero(attributes(selector).map { $0 & 8 == 0 || $0 & 2 != 0 } ?? false)
    case .verifyWrite: setZero(attributes(selector).map { $0 & 8 == 0 && $0 & 2 != 0 } ?? false)
    case .loadAccessRights:
      let found = attributes(selector)
      setZero(found != nil)
      if let found { writeResult(op, UInt64(found & 0xFF) << 8 | UInt64(found & 0xF000) << 8) }
    case .loadLimit:
      let found = attributes(selector) != nil
      setZero(found)
      if found { writeResult(op, 0xFFFF_FFFF) }
    case .adjustPrivilege:
      let wanted = r[Int(op.right.raw)] & 3
      r[Int(op.destination.raw)] = value & 3 < wanted ? value & ~3 | wanted : value
    case .comparePrivilege: setZero(value & 3 < r[Int(op.right.raw)] & 3)
    default: return fault(6)
    }
    return .next
  }

  private func setZero(_ isSet: Bool) {
    state.pointee.rflags = state.pointee.rflags & ~Flag.zero | (isSet ? Flag.zero : 0)
  }

  private mutating func leaveUnsupported() -> Outcome {
    state.pointee.rip = instructionAddress
    exit = .unsupported(length: UInt8(truncatingIfNeeded: nextAddress &- instructionAddress))
    return .leave
  }

  private mutating func checkCode(_ selector: UInt16, isReturn: Bool) -> Outcome {
    if isReturn && state.pointee.rflags & 1 << 14 != 0 {
      // A nested task: none in long mode, and none to return to elsewhere.
      return state.pointee.mode == 0 ? fault(13) : leaveUnsupported()
    }
    if selector & ~3 == 0 { return fault(13) }
    return selector == segment(1).selector ? .next : leaveUnsupported()
  }

  private mutating func bound(_ op: Operation, _ value: UInt64) -> Outcome {
    let address = effectiveAddress(op)
    var low: UInt64 = 0
    var high: UInt64 = 0
    guard load(at: address, op.width, &low), load(at: address &+ UInt64(op.width), op.width, &high)
    else { return memoryFault(write: false) }
    let index = Int64(bitPattern: signExtend(value, op.width))
    let isInside =
      index >= Int64(bitPattern: signExtend(low, op.width))
      && index <= Int64(bitPattern: signExtend(high, op.width))
    return isInside ? .next : fault(5)
  }

  /// The attributes of the loaded segment that a selector names; its privilege does not matter.
  private func attributes(_ selector: UInt16) -> UInt16? {
    if selector & ~3 == 0 { return nil }
    for n in 0..<6 where segment(Int64(n)).selector & ~3 == selector & ~3 {
      return segment(Int64(n)).attributes
    }
    return nil
  }
}
