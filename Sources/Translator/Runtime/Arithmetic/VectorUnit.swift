/// The vector instructions: one entry for all of them.
package enum VectorUnit {
  /// Executes one operation on `width` bytes (8 for MMX, 16, 32). Bytes above are zero in the
  /// result. `mxcsr` gives rounding and masks and collects the flags.
  package static func run(
    _ operation: VectorOp, width: Int, a: V256, b: V256, c: V256, immediate: UInt8,
    mxcsr: inout UInt32
  ) -> VectorResult {
    switch operation.rawValue >> 8 {
    case 0:
      return VectorResult(VectorArithmetic.execute(operation, width, a, b, immediate))
    case 1: return VectorLogic.execute(operation, width, a, b, immediate)
    case 2: return VectorShuffle.execute(operation, width, a, b, c, immediate)
    case 3: return VectorFloat.execute(operation, width, a, b, immediate, &mxcsr)
    case 4: return VectorConversion.execute(operation, width, a, b, immediate, &mxcsr)
    case 5: return VectorFused.execute(operation, width, a, b, c, &mxcsr)
    default: return VectorResult(Cryptography.execute(operation, width, a, b, c, immediate))
    }
  }

  /// As `run`, for the operations that neither fault nor set flags.
  package static func execute(
    _ operation: VectorOp, width: Int, a: V256, b: V256, c: V256, immediate: UInt8,
    mxcsr: inout UInt32
  ) -> V256 {
    run(operation, width: width, a: a, b: b, c: c, immediate: immediate, mxcsr: &mxcsr).value
  }
}
