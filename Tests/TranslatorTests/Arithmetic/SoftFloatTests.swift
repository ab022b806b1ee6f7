import Testing
import Translator

/// The host's own floating point is the expectation: IEEE 754 leaves no choice but in NaNs.
@Suite struct SoftFloatTests {
  private func same(_ mine: UInt64, _ host: Double) -> Bool {
    host.isNaN ? Double(bitPattern: mine).isNaN : mine == host.bitPattern
  }

  @Test func doublesAgreeWithTheHost() {
    var random = Sequence64(seed: 1)
    for _ in 0..<20_000 {
      let (a, b, c) = (random.doubleBits(), random.doubleBits(), random.doubleBits())
      let (x, y, z) = (Double(bitPattern: a), Double(bitPattern: b), Double(bitPattern: c))
      let (p, q, r) = (V256(a), V256(b), V256(c))
      #expect(same(run(.addsd, p, q).value.w0, x + y), "\(x) + \(y)")
      #expect(same(run(.subsd, p, q).value.w0, x - y), "\(x) - \(y)")
      #expect(same(run(.mulsd, p, q).value.w0, x * y), "\(x) * \(y)")
      #expect(same(run(.divsd, p, q).value.w0, x / y), "\(x) / \(y)")
      #expect(same(run(.sqrtsd, p, q).value.w0, y.squareRoot()), "sqrt \(y)")
      #expect(same(run(.fmaddsd, p, q, r).value.w0, z.addingProduct(x, y)), "\(x) * \(y) + \(z)")
      #expect(
        same(run(.roundsd, p, q, immediate: 0).value.w0, y.rounded(.toNearestOrEven)), "\(y)")
      #expect(same(run(.roundsd, p, q, immediate: 1).value.w0, y.rounded(.down)), "\(y)")
      #expect(same(run(.roundsd, p, q, immediate: 2).value.w0, y.rounded(.up)), "\(y)")
    }
  }

  @Test func singlesAgreeWithTheHost() {
    var random = Sequence64(seed: 2)
    for _ in 0..<20_000 {
      let (a, b) = (random.singleBits(), random.singleBits())
      let (x, y) = (Float(bitPattern: a), Float(bitPattern: b))
      let (p, q) = (V256(UInt64(a)), V256(UInt64(b)))
      func agrees(_ op: VectorOp, _ host: Float) -> Bool {
        let mine: UInt32 = run(op, p, q).value.lane(0)
        return host.isNaN ? Float(bitPattern: mine).isNaN : mine == host.bitPattern
      }
      #expect(agrees(.addss, x + y), "\(x) + \(y)")
      #expect(agrees(.mulss, x * y), "\(x) * \(y)")
      #expect(agrees(.divss, x / y), "\(x) / \(y)")
      #expect(agrees(.sqrtss, y.squareRoot()), "sqrt \(y)")
      #expect(same(run(.cvtss2sd, p, q).value.w0, Double(y)), "\(y)")
      let wide = random.doubleBits()
      let narrow: UInt32 = run(.cvtsd2ss, p, V256(wide)).value.lane(0)
      let host = Float(Double(bitPattern: wide))
      #expect(host.isNaN ? Float(bitPattern: narrow).isNaN : narrow == host.bitPattern)
    }
  }

  @Test func integersAgreeWithTheHost() {
    var random = Sequence64(seed: 3)
    for _ in 0..<20_000 {
      let integer = Int64(bitPattern: random.next()) >> Int64(random.next() % 64)
      #expect(
        run(.cvtsi2sdq, V256(), V256(UInt64(bitPattern: integer))).value.w0
          == Double(integer).bitPattern)
      let bits = random.doubleBits()
      let truncated = Int64(exactly: Double(bitPattern: bits).rounded(.towardZero))
      #expect(
        run(.cvttsd2siq, V256(), V256(bits)).value.w0
          == UInt64(bitPattern: truncated ?? .min))
      let nearest = Int32(exactly: Double(bitPattern: bits).rounded(.toNearestOrEven))
      #expect(
        run(.cvtsd2si, V256(), V256(bits)).value.w0
          == UInt64(UInt32(bitPattern: nearest ?? .min)))
    }
  }

  private func flags(_ op: VectorOp, _ a: Double, _ b: Double, mxcsr: UInt32 = 0x1f80)
    -> (flags: UInt32, bits: UInt64, isFault: Bool)
  {
    var mxcsr = mxcsr
    let result = VectorUnit.run(
      op, width: 16, a: V256(a.bitPattern), b: V256(b.bitPattern), c: V256(), immediate: 0,
      mxcsr: &mxcsr)
    return (mxcsr & 0x3f, result.value.w0, result.isFault)
  }

  /// SDM volume 1, 11.5.2 and 4.9.
  @Test func exceptionsAreReported() {
    #expect(flags(.addsd, 1, 2).flags == 0)
    #expect(flags(.divsd, 1, 0).flags == 0x04)
    #expect(flags(.divsd, 0, 0).flags == 0x01)
    #expect(flags(.divsd, 1, 3).flags == 0x20)
    #expect(flags(.mulsd, .greatestFiniteMagnitude, 2).flags == 0x28)
    #expect(flags(.mulsd, .leastNormalMagnitude, 0.3).flags == 0x30)
    // An exact denormal result underflows only where it traps or is flushed.
    #expect(flags(.mulsd, .leastNormalMagnitude, 0.5).flags == 0)
    #expect(flags(.mulsd, .leastNormalMagnitude, 0.5, mxcsr: 0x9f80).flags == 0x30)
    #expect(flags(.mulsd, .leastNormalMagnitude, 0.5, mxcsr: 0x9f80).bits == 0)
    #expect(flags(.addsd, .leastNonzeroMagnitude, 1).flags == 0x22)
    #expect(flags(.addsd, .leastNonzeroMagnitude, 1, mxcsr: 0x1fc0).flags == 0)
    #expect(flags(.divsd, 0, 0).bits == 0xfff8_0000_0000_0000)
  }

  @Test func unmaskedExceptionsFault() {
    #expect(flags(.divsd, 1, 0, mxcsr: 0x1d80).isFault)
    #expect(!flags(.divsd, 1, 0, mxcsr: 0x1f80).isFault)
    #expect(flags(.divsd, 1, 3, mxcsr: 0x0f80).isFault)
    // A flag that was already set is no exception of this instruction.
    #expect(!flags(.addsd, 1, 1, mxcsr: 0x1d84).isFault)
  }

  @Test func nanOperandsPropagateInOrder() {
    let (a, b): (UInt64, UInt64) = (0x7ff8_0000_0000_0aaa, 0xfff0_0000_0000_0bbb)
    #expect(run(.addsd, V256(a), V256(b)).value.w0 == a)
    #expect(run(.addsd, V256(b), V256(a)).value.w0 == b | 1 << 51)
    #expect(run(.minsd, V256(a), V256(b)).value.w0 == b)
    #expect(run(.maxsd, V256(0), V256(1 << 63)).value.w0 == 1 << 63)
  }

  @Test func comparisonsSetFlags() {
    let (one, two) = (V256(1.0.bitPattern), V256(2.0.bitPattern))
    #expect(run(.ucomisd, one, two).flags == 0x01)
    #expect(run(.ucomisd, two, one).flags == 0)
    #expect(run(.ucomisd, one, one).flags == 0x40)
    #expect(run(.ucomisd, one, V256(Double.nan.bitPattern)).flags == 0x45)
  }
}
