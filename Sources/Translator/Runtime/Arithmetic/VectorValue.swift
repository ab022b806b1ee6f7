/// The contents of a vector register: 256 bits, of which XMM and MMX operands use the low 128 or
/// 64. The layout is that of `TransomVectorRegister`.
package struct V256: Equatable, Sendable {
  package var w0: UInt64
  package var w1: UInt64
  package var w2: UInt64
  package var w3: UInt64

  @inline(__always)
  package init(_ w0: UInt64 = 0, _ w1: UInt64 = 0, _ w2: UInt64 = 0, _ w3: UInt64 = 0) {
    self.w0 = w0
    self.w1 = w1
    self.w2 = w2
    self.w3 = w3
  }

  package static var zero: V256 { V256() }

  /// The low `width` bytes (8, 16 or 32), zeros above.
  package func truncated(to width: Int) -> V256 {
    width >= 32 ? self : width >= 16 ? V256(w0, w1) : V256(w0)
  }

  /// Element `index` of the register seen as elements of type `T`.
  @inline(__always)
  package func lane<T: FixedWidthInteger>(_ index: Int, as type: T.Type = T.self) -> T {
    withUnsafeBytes(of: self) {
      $0.loadUnaligned(fromByteOffset: index &* MemoryLayout<T>.size, as: T.self)
    }
  }

  @inline(__always)
  package mutating func setLane<T: FixedWidthInteger>(_ index: Int, _ value: T) {
    withUnsafeMutableBytes(of: &self) {
      $0.storeBytes(of: value, toByteOffset: index &* MemoryLayout<T>.size, as: T.self)
    }
  }

  /// 128 bits of it: half 0 or 1.
  package func half(_ index: Int) -> V256 { index == 0 ? V256(w0, w1) : V256(w2, w3) }

  /// Two 128-bit halves, the low halves of the arguments.
  package init(low: V256, high: V256) {
    self.init(low.w0, low.w1, high.w0, high.w1)
  }
}

/// What a vector operation yields beyond its register.
package struct VectorResult: Sendable {
  /// The destination; integer results (PMOVMSKB, CVTSD2SI, PCMPESTRI) in `w0`.
  package var value = V256.zero
  /// CF, PF, AF, ZF, SF and OF in their RFLAGS places, where the operation defines them.
  package var flags: UInt64 = 0
  /// #XM: an unmasked exception. MXCSR has its flags; the destination must not be written.
  package var isFault = false

  package init(_ value: V256 = .zero, flags: UInt64 = 0, isFault: Bool = false) {
    self.value = value
    self.flags = flags
    self.isFault = isFault
  }
}

/// Element-wise skeletons.
enum Lanes {
  @inline(__always)
  static func zip<T: FixedWidthInteger>(
    _ a: V256, _ b: V256, _ width: Int, as type: T.Type, _ body: (T, T) -> T
  ) -> V256 {
    var result = V256.zero
    for index in 0..<width / MemoryLayout<T>.size {
      result.setLane(index, body(a.lane(index), b.lane(index)))
    }
    return result
  }

  @inline(__always)
  static func map<T: FixedWidthInteger>(
    _ a: V256, _ width: Int, as type: T.Type, _ body: (T) -> T
  ) -> V256 {
    var result = V256.zero
    for index in 0..<width / MemoryLayout<T>.size { result.setLane(index, body(a.lane(index))) }
    return result
  }

  /// Runs a 128-bit operation (or a 64-bit one for MMX) on each lane of `width`.
  @inline(__always)
  static func perLane(_ a: V256, _ b: V256, _ width: Int, _ body: (V256, V256) -> V256) -> V256 {
    let low = body(a.half(0), b.half(0))
    if width < 32 { return low.truncated(to: width) }
    return V256(low: low, high: body(a.half(1), b.half(1)))
  }
}
