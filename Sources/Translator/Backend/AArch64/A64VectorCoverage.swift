/// Vector operations that the emitter carries out: those on XMM registers in their SSE forms.
enum A64VectorCoverage {
  static func covers(_ o: Operation, hard: FlagSet) -> Bool {
    // VEX forms clear what lies above; MMX registers live in the state.
    guard o.opcode.namesVectors, !o.attributes.contains(.zeroUpper) else { return false }
    switch o.opcode {
    case .vectorLoad: return isXMM(o.destination) && isSize(o.selector)
    case .vectorStore: return isXMM(o.left) && isSize(o.selector)
    case .vectorMove:
      return o.width == 16 && isXMM(o.destination) && isXMM(o.left)
        && (o.right == .none || isXMM(o.right))
    case .vectorToGeneral: return toGeneral(o)
    case .vectorFromGeneral: return fromGeneral(o)
    case .vectorFlags:
      return isXMM(o.left) && hasRight(o) && A64VectorTable.comparison(code(o)) != nil
    case .vector:
      guard o.width == 16, isXMM(o.destination), o.left == .none || isXMM(o.left), hasRight(o),
        o.third == .none
      else { return false }
      return A64VectorTable.covers(code(o), UInt8(truncatingIfNeeded: o.immediate))
    default: return false
    }
  }

  static func code(_ o: Operation) -> VectorOp? {
    VectorOp(rawValue: UInt16(truncatingIfNeeded: o.immediate >> 16))
  }

  private static func isXMM(_ value: Value) -> Bool { value.raw < 24 }

  private static func isSize(_ bytes: UInt8) -> Bool { bytes == 4 || bytes == 8 || bytes == 16 }

  private static func hasRight(_ o: Operation) -> Bool {
    o.attributes.contains(.memoryRight) ? isSize(o.selector) : isXMM(o.right)
  }

  private static func toGeneral(_ o: Operation) -> Bool {
    guard isXMM(o.left), A64Map.isMapped(o.destination) else { return false }
    switch VectorToGeneral(rawValue: o.selector) {
    case .low?: return o.width >= 4
    case .lane?: return true
    case .operation?:
      switch code(o) {
      case .pmovmskb?: return o.width == 16
      case .cvttsd2si?, .cvttsd2siq?, .cvttss2si?, .cvttss2siq?, .cvtsd2si?, .cvtsd2siq?,
        .cvtss2si?, .cvtss2siq?:
        return true
      default: return false
      }
    default: return false
    }
  }

  private static func fromGeneral(_ o: Operation) -> Bool {
    guard isXMM(o.destination), A64Map.isMapped(o.right) else { return false }
    switch VectorFromGeneral(rawValue: o.selector) {
    case .low?: return o.width == 16
    case .lane?: return isXMM(o.left)
    case .operation?:
      switch code(o) {
      case .cvtsi2sd?, .cvtsi2sdq?, .cvtsi2ss?, .cvtsi2ssq?: return o.left == o.destination
      default: return false
      }
    default: return false
    }
  }
}

extension Opcode {
  /// Operands 16 and up are vector temporaries and MMX registers.
  var namesVectors: Bool {
    switch self {
    case .vector, .vectorLoad, .vectorStore, .vectorMove, .vectorFlags, .vectorString, .maskMove,
      .vectorMaskedLoad, .vectorMaskedStore, .vectorGather, .vectorToGeneral, .vectorFromGeneral,
      .x87:
      true
    default: false
    }
  }
}
