import Testing
import Translator

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct X87Tests {
  @Test func pushesAndPopsMoveTop() {
    let machine = Machine87()
    machine.load(1)
    #expect(machine.top == 7)
    #expect(machine.state.pointee.x87Tag == 0x3fff)
    machine.load(0)
    #expect(machine.state.pointee.x87Tag == 0x1fff)
    #expect(machine.popDouble() == 0)
    #expect(machine.popDouble() == 1)
    #expect(machine.top == 0)
    #expect(machine.state.pointee.x87Tag == 0xffff)
  }

  @Test func stackFaultsGiveTheIndefinite() {
    let machine = Machine87()
    for value in 0..<8 { machine.load(Double(value)) }
    #expect(machine.status & 0x7f == 0)
    machine.run(.loadOne)
    // IE, SF and C1 for an overflow.
    #expect(machine.status & 0x27f == 0x241)
    #expect(machine.run(.storeExtendedPop).word0 == 0xc000_0000_0000_0000)
    let empty = Machine87()
    #expect(empty.run(.storeInt32Pop).word0 == 0x8000_0000)
    #expect(empty.status & 0x27f == 0x041)
  }

  @Test func unmaskedExceptionsArePending() {
    let machine = Machine87()
    machine.run(.loadControl, 0x37b)
    machine.load(1)
    machine.load(0)
    // 1/0 with ZM clear: neither written nor popped, reported by the next waiting instruction.
    #expect(!machine.run(.divideRegisterPop, index: 1).isFault)
    #expect(machine.status & 0x8084 == 0x8084)
    #expect(machine.top == 6)
    #expect(machine.run(.wait).isFault)
    #expect(machine.run(.loadOne).isFault)
    #expect(!machine.run(.storeStatus).isFault)
    machine.run(.clearExceptions)
    #expect(!machine.run(.wait).isFault)
  }

  @Test func comparisonsSetConditions() {
    let machine = Machine87()
    machine.load(2)
    machine.load(1)
    machine.run(.compareTop, index: 1)
    #expect(machine.status & 0x4500 == 0x0100)
    #expect(machine.run(.compareFlags, index: 1).flags == 0x01)
    machine.run(.exchange, index: 1)
    #expect(machine.run(.compareFlags, index: 1).flags == 0)
    machine.run(.examine)
    #expect(machine.status & 0x4500 == 0x0400)
    machine.load(.infinity)
    machine.run(.examine)
    #expect(machine.status & 0x4500 == 0x0500)
  }

  @Test func roundingControlGovernsStoresAndConstants() {
    let machine = Machine87()
    for (control, expected) in [(0x37f, 2), (0x77f, 1), (0xb7f, 2), (0xf7f, 1)]
      as [(UInt64, UInt64)]
    {
      machine.run(.loadControl, control)
      machine.load(1.5)
      #expect(machine.run(.storeInt32Pop).word0 == expected)
      machine.load(1.75)
      #expect(machine.run(.truncateInt32Pop).word0 == 1)
    }
    // π lies between these (SDM volume 2, FLDPI).
    machine.run(.loadControl, 0x37f)
    machine.run(.loadPi)
    #expect(machine.run(.storeExtendedPop).word0 == 0xc90f_daa2_2168_c235)
    machine.run(.loadControl, 0xf7f)
    machine.run(.loadPi)
    #expect(machine.run(.storeExtendedPop).word0 == 0xc90f_daa2_2168_c234)
  }

  @Test func decimalsGoBothWays() {
    let machine = Machine87()
    machine.run(.loadDecimal, 0x3456_7890_1234_5678, 0x8012)
    #expect(machine.run(.storeInt64Pop).word0 == UInt64(bitPattern: -123_456_789_012_345_678))
    machine.load(-123456789)
    let stored = machine.run(.storeDecimalPop)
    #expect(stored.word0 == 0x1_2345_6789)
    #expect(stored.word1 == 0x8000)
  }

  @Test func precisionControlLimitsArithmetic() {
    let machine = Machine87()
    machine.run(.loadControl, 0x07f)
    machine.load(1)
    machine.load(3)
    machine.run(.divideRegisterPop, index: 1)
    #expect(Float(machine.popDouble()) == Float(1) / 3)
    machine.load(1)
    machine.load(3)
    machine.run(.divideRegisterPop, index: 1)
    #expect(machine.popDouble() == Double(Float(1) / 3))
  }

  @Test func transcendentalsAreNearTheLibrarys() {
    var random = Sequence64(seed: 4)
    func close(_ mine: Double, _ host: Double) -> Bool { abs(mine - host) <= 2 * host.ulp }
    for _ in 0..<300 {
      let machine = Machine87()
      let x = Double.random(in: -3...3, using: &random)
      let y = Double.random(in: 0.001...50, using: &random)
      func unary(_ op: X87Operation, _ value: Double) -> Double {
        machine.load(value)
        machine.run(op)
        return machine.popDouble()
      }
      func binary(_ op: X87Operation, _ one: Double, _ zero: Double) -> Double {
        machine.load(one)
        machine.load(zero)
        machine.run(op)
        return machine.popDouble()
      }
      #expect(close(unary(.sine, x), sin(x)), "sin \(x)")
      #expect(close(unary(.cosine, x), cos(x)), "cos \(x)")
      #expect(close(binary(.arcTangent, x, y), atan2(x, y)), "atan2 \(x) \(y)")
      #expect(close(binary(.arcTangent, x, -y), atan2(x, -y)), "atan2 \(x) \(-y)")
      #expect(close(binary(.logarithm, 1, y), log2(y)), "log2 \(y)")
      #expect(close(binary(.logarithmPlusOne, M_LN2, x / 15), log1p(x / 15)), "log1p \(x / 15)")
      #expect(abs(unary(.exponential, x / 3) - (exp2(x / 3) - 1)) < 4e-16, "exp2 \(x / 3)")
      machine.load(x)
      machine.run(.tangent)
      #expect(machine.popDouble() == 1)
      #expect(close(machine.popDouble(), tan(x)), "tan \(x)")
      #expect(machine.status & 0x41 == 0)
    }
  }

  @Test func saveAreasRestoreWhatTheyKept() {
    let machine = Machine87()
    machine.load(2.5)
    machine.load(-7)
    machine.state.pointee.mxcsr = 0x1fa0
    var area = [UInt8](repeating: 0, count: X87.xsaveSize)
    let form = X87.AreaForm(isWide: true, vectorCount: 16)
    area.withUnsafeMutableBytes { X87.fxsave(machine.state, $0.baseAddress!, form) }
    // FTW is abridged: one bit a register that is not empty; ST(0) comes first.
    #expect(area[4] == 0xc0)
    #expect(Array(area[32..<42]) == [0, 0, 0, 0, 0, 0, 0, 0xe0, 0x01, 0xc0])
    let other = Machine87()
    #expect(area.withUnsafeBytes { X87.fxrstor(other.state, $0.baseAddress!, form) })
    #expect(other.state.pointee.mxcsr == 0x1fa0)
    #expect(other.popDouble() == -7)
    #expect(other.popDouble() == 2.5)
    // A reserved MXCSR bit is a fault.
    area[26] = 1
    #expect(!area.withUnsafeBytes { X87.fxrstor(other.state, $0.baseAddress!, form) })
  }

  #if arch(x86_64)
    private func bits(_ value: Float80) -> (UInt64, UInt64) {
      // Swift leaves the integer bit out.
      (
        value.significandBitPattern | (value.exponentBitPattern == 0 ? 0 : 1 << 63),
        UInt64(value.exponentBitPattern) | (value.sign == .minus ? 0x8000 : 0)
      )
    }

    @Test func extendedArithmeticAgreesWithTheHost() {
      var random = Sequence64(seed: 5)
      func operand() -> Float80 {
        let exponent = UInt(
          random.next() % 3 == 0 ? random.next() & 0x7ffe : 0x3fe0 + random.next() % 64)
        return Float80(
          sign: random.next() & 1 == 0 ? .plus : .minus, exponentBitPattern: exponent,
          significandBitPattern: random.next() >> 1)
      }
      for _ in 0..<10_000 {
        let (x, y) = (operand(), operand())
        let machine = Machine87()
        func check(_ op: X87Operation, _ host: Float80) {
          machine.run(.loadExtended, bits(y).0, bits(y).1)
          machine.run(.loadExtended, bits(x).0, bits(x).1)
          machine.run(op, index: 1)
          let result = machine.run(.storeExtendedPop)
          machine.run(.freePop, index: 0)
          #expect((result.word0, result.word1) == bits(host), "\(op) \(x) \(y)")
        }
        check(.addTop, x + y)
        check(.subtractTop, x - y)
        check(.subtractReversedTop, y - x)
        check(.multiplyTop, x * y)
        check(.divideTop, x / y)
        if abs(x.exponent - y.exponent) < 60 {
          check(.partialRemainder, x.truncatingRemainder(dividingBy: y))
          check(.partialRemainderNearest, x.remainder(dividingBy: y))
        }
        if x > 0 { check(.squareRoot, x.squareRoot()) }
        check(.roundToInteger, x.rounded(.toNearestOrEven))
      }
    }
  #endif
}
