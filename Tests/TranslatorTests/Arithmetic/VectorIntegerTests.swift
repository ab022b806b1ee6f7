import Testing
import Translator

@Suite struct VectorIntegerTests {
  private let ramp = vector("000102030405060708090a0b0c0d0e0f")

  @Test func saturationClampsBothWays() {
    let a = vector("7f80ff0010f0007f")
    let b = vector("0180ff01f0107f80")
    #expect(run(.paddsb, a, b, width: 8).value == vector("7f80fe0100007fff"))
    #expect(run(.paddusb, a, b, width: 8).value == vector("80ffff01ffff7fff"))
    #expect(run(.psubusb, a, b, width: 8).value == vector("7e00000000e00000"))
    #expect(run(.packuswb, vector("0001ff7f0080feff7f00"), V256()).value == vector("ffff00007f"))
  }

  @Test func shufflesPickElements() {
    #expect(
      run(.pshufb, ramp, vector("0f0e0d0c80ff000102030405060708ff")).value
        == vector("0f0e0d0c000000010203040506070800"))
    #expect(
      run(.pshufd, V256(), ramp, immediate: 0x1b).value
        == vector("0c0d0e0f08090a0b0405060700010203"))
    #expect(
      run(.palignr, V256(), ramp, immediate: 5).value == vector("05060708090a0b0c0d0e0f"))
    #expect(run(.punpckhbw, ramp, V256()).value == vector("08000900" + "0a000b000c000d000e000f00"))
  }

  @Test func lanesStayApartAt256Bits() {
    let wide = V256(low: ramp, high: ramp)
    let shifted = vector("000000" + "000102030405060708090a0b0c")
    #expect(
      run(.pslldq, wide, immediate: 3, width: 32).value == V256(low: shifted, high: shifted))
    #expect(run(.punpcklqdq, wide, V256(), width: 32).value == V256(ramp.w0, 0, ramp.w0, 0))
    #expect(run(.paddb, wide, wide, width: 16).value.w2 == 0)
  }

  @Test func shiftsBeyondTheElementEmptyIt() {
    let a = vector("ff80ff7f00800100")
    #expect(run(.psllwi, a, immediate: 16, width: 8).value == V256())
    #expect(run(.psrawi, a, immediate: 200, width: 8).value == vector("ffff0000ffff0000"))
    #expect(run(.psrlw, a, V256(1 << 40), width: 8).value == V256())
    #expect(run(.psravd, V256(0x8000_0000), V256(0xffff_ffff)).value == V256(0xffff_ffff))
  }

  @Test func multipliesKeepTheRightHalf() {
    let a = V256(0x8000)
    #expect(run(.pmulhw, a, a).value == V256(0x4000))
    #expect(run(.pmulhrsw, a, a).value == V256(0x8000))
    #expect(run(.pmulhuw, V256(0xffff), V256(0xffff)).value == V256(0xfffe))
    #expect(run(.pmaddwd, V256(0x8000_8000), V256(0x8000_8000)).value == V256(0x8000_0000))
    #expect(run(.pmuldq, V256(0xffff_ffff), V256(2)).value == V256(UInt64(bitPattern: -2)))
  }

  @Test func testsGiveFlagsAndMasks() {
    #expect(run(.ptest, ramp, V256()).flags == 0x41)
    #expect(run(.ptest, V256(1), V256(1)).flags == 0x01)
    #expect(run(.ptest, V256(1), V256(2)).flags == 0x40)
    #expect(run(.pmovmskb, V256(), vector("80ff7f00")).value.w0 == 3)
    #expect(
      run(.phminposuw, V256(), vector("0500040003000300ffffffffffffffff")).value.w0 == 0x2_0003)
  }

  /// The uses SDM volume 1, 4.1.3 names: equal any, ranges, equal each, equal ordered.
  @Test func stringComparisonsFindWhatTheyShould() {
    func text(_ string: String) -> V256 {
      var result = V256()
      for (index, byte) in string.utf8.enumerated() { result.setLane(index, byte) }
      return result
    }
    let haystack = text("hello, world")
    #expect(run(.pcmpistri, text("ow"), haystack, immediate: 0x00).value.w0 == 4)
    #expect(run(.pcmpistri, text("ow"), haystack, immediate: 0x40).value.w0 == 8)
    #expect(run(.pcmpistri, text("AZ"), haystack, immediate: 0x04).value.w0 == 16)
    #expect(run(.pcmpistri, text("world"), haystack, immediate: 0x0c).value.w0 == 7)
    #expect(run(.pcmpistri, text("help"), haystack, immediate: 0x18).value.w0 == 3)
    #expect(run(.pcmpistri, text("ow"), haystack).flags == 0xc1)
    let lengths = V256(2, 4)
    #expect(run(.pcmpestri, text("ow"), haystack, lengths, immediate: 0).flags == 0xc0)
    #expect(run(.pcmpistrm, text("l"), haystack, immediate: 0).value.w0 == 0b100_0000_1100)
  }
}
