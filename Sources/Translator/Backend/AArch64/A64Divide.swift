/// RDX:RAX divided by x16, which is not zero: quotient in RAX, remainder in RDX, x17 zero. If the
/// quotient does not fit x17 is not zero, and nothing has changed. Called by BL.
///
/// Knuth's algorithm D (The Art of Computer Programming 4.3.1) with two digits of 32 bits: each is
/// estimated by the divisor's upper half and corrected at most twice. Flags and slots are kept in
/// vector registers.
extension AArch64BackEnd {
  static func writeDivide(_ a: inout A64Assembler) {
    let low = A64Map.register(.rax)
    let high = A64Map.register(.rdx)
    let divisor = A64Map.scratch
    let shift = A64Map.other
    let upper = A64Register(25 as UInt32)
    let lower = A64Register(26 as UInt32)
    let kept: [(A64Vector, A64Register)] = [
      (A64Vector(25), .link), (A64Vector(26), A64Map.saved),
      (A64Vector(30), A64Map.constantAddress),
    ]
    for (vector, register) in kept { a.moveFromGeneral(vector, register, is64: true) }
    let flags = A64Map.saved
    a.readFlags(flags)
    a.moveFromGeneral(A64Vector(24), flags, is64: true)
    a.add(.zero, high, divisor, subtract: true, flags: true)
    let doesNotFit = a.count
    a.branch(if: .carrySet)

    // Everything is shifted so that the divisor has its top bit set.
    a.unary(.leadingZeros, shift, divisor)
    a.shift(.left, divisor, divisor, by: shift)
    a.shift(.right, upper, low, by: 1)
    a.logic(.or, lower, .zero, shift, inverted: true)
    a.shift(.right, upper, upper, by: lower)
    a.shift(.left, high, high, by: shift)
    a.logic(.or, high, high, upper)
    a.shift(.left, low, low, by: shift)
    a.shift(.right, upper, divisor, by: 32)
    a.move(lower, divisor, is64: false)

    let digit = A64Map.lastTemporary
    estimate(&a, high, divisor, upper, lower) { a, remainder, to in
      a.extractPair(to, remainder, low, bit: 32)
    }
    a.extractPair(high, high, low, bit: 32)
    a.multiplyAdd(high, digit, divisor, high, subtract: true)
    a.insert(low, digit, bit: 32, width: 32)
    estimate(&a, high, divisor, upper, lower) { a, remainder, to in
      a.move(to, low, is64: false)
      a.logic(.or, to, to, remainder, by: 32)
    }
    a.move(.link, low, is64: false)
    a.logic(.or, high, .link, high, by: 32)
    a.multiplyAdd(high, digit, divisor, high, subtract: true)
    a.shift(.right, high, high, by: shift)
    a.insert(low, digit, bit: 0, width: 32)
    a.moveWide(shift, 0, is64: false)
    let done = a.count
    a.branch()
    a.patch(doesNotFit, to: a.count)
    a.moveWide(shift, 1, is64: false)
    a.patch(done, to: a.count)
    a.moveToGeneral(flags, A64Vector(24), is64: true)
    a.writeFlags(flags)
    for (vector, register) in kept { a.moveToGeneral(register, vector, is64: true) }
    a.return()
  }

  /// As `writeDivide`, signed: the absolute values go through that routine, `distance` instructions
  /// from here.
  static func writeDivideSigned(_ a: inout A64Assembler, by distance: Int32) {
    let start = a.count
    let low = A64Map.register(.rax)
    let high = A64Map.register(.rdx)
    let divisor = A64Map.scratch
    let failure = A64Map.other
    let sign = A64Register(25 as UInt32)
    let otherSign = A64Register(26 as UInt32)
    // Vector registers that no instruction keeps anything in, and the routine leaves.
    let kept: [(A64Vector, A64Register)] = [
      (A64Vector(16), .link), (A64Vector(17), low), (A64Vector(18), high),
    ]
    for (vector, register) in kept { a.moveFromGeneral(vector, register, is64: true) }
    a.shift(.arithmetic, sign, high, by: 63)
    a.shift(.arithmetic, otherSign, divisor, by: 63)
    a.moveFromGeneral(A64Vector(19), sign, is64: true)
    a.moveFromGeneral(A64Vector(20), otherSign, is64: true)
    negate(&a, divisor, by: otherSign)
    negate(&a, low, by: sign)
    a.logic(.exclusiveOr, high, high, sign)
    // The carry out of the low half.
    a.compareBranch(low, isZero: false, is64: true, by: 2)
    a.add(high, high, sign, subtract: true)
    a.branchLink(by: distance - Int32(a.count - start))
    let doesNotFit = a.count
    a.compareBranch(failure, isZero: false, is64: true)
    a.moveToGeneral(sign, A64Vector(19), is64: true)
    a.moveToGeneral(otherSign, A64Vector(20), is64: true)
    negate(&a, high, by: sign)
    a.logic(.exclusiveOr, otherSign, otherSign, sign)
    negate(&a, low, by: otherSign)
    // A quotient that is not zero has the sign that it should have, or does not fit.
    let isZero = a.count
    a.compareBranch(low, isZero: true, is64: true)
    a.logic(.exclusiveOr, failure, low, otherSign)
    a.shift(.right, failure, failure, by: 63)
    let fits = a.count
    a.compareBranch(failure, isZero: true, is64: true)
    a.patch(doesNotFit, to: a.count)
    a.moveToGeneral(low, A64Vector(17), is64: true)
    a.moveToGeneral(high, A64Vector(18), is64: true)
    a.patch(isZero, to: a.count)
    a.patch(fits, to: a.count)
    a.moveToGeneral(.link, A64Vector(16), is64: true)
    a.return()
  }

  /// The negative, if `sign` is −1 and not 0.
  private static func negate(_ a: inout A64Assembler, _ r: A64Register, by sign: A64Register) {
    a.logic(.exclusiveOr, r, r, sign)
    a.add(r, r, sign, subtract: true)
  }

  /// A digit of the quotient into the last temporary. `next` puts the remainder with the dividend's
  /// next digit behind it into a register.
  private static func estimate(
    _ a: inout A64Assembler, _ dividend: A64Register, _ divisor: A64Register,
    _ upper: A64Register, _ lower: A64Register,
    next: (inout A64Assembler, A64Register, A64Register) -> Void
  ) {
    let digit = A64Map.lastTemporary
    let remainder = A64Map.constantAddress
    let product = A64Map.saved
    a.divide(digit, dividend, upper, signed: false)
    a.multiplyAdd(remainder, digit, upper, dividend, subtract: true)
    let top = a.count
    a.shift(.right, product, digit, by: 32)
    let isTooLong = a.count
    a.compareBranch(product, isZero: false, is64: true)
    a.multiplyAdd(product, digit, lower)
    next(&a, remainder, .link)
    a.add(.zero, product, .link, subtract: true, flags: true)
    let isRight = a.count
    a.branch(if: .lowerOrSame)
    a.patch(isTooLong, to: a.count)
    a.addImmediate(digit, digit, 1, subtract: true)
    a.add(remainder, remainder, upper)
    a.shift(.right, product, remainder, by: 32)
    a.compareBranch(product, isZero: true, is64: true, by: Int32(top - a.count))
    a.patch(isRight, to: a.count)
  }
}
