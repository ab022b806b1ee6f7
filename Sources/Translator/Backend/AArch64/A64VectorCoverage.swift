/// Vector operations that the emitter carries out.
enum A64VectorCoverage {
  static func covers(_ o: Operation, hard: FlagSet) -> Bool { false }
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
