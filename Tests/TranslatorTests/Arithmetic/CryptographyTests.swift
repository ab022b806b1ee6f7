import Testing
import Translator

#if canImport(Glibc)
  import Glibc
#endif

/// The standards' own examples, worked with the instructions.
@Suite struct CryptographyTests {
  /// FIPS 197, appendix A.1 and B.
  @Test func aesEncryptsAndDecryptsTheStandardsExample() {
    var keys = [vector("2b7e151628aed2a6abf7158809cf4f3c")]
    for constant: UInt8 in [1, 2, 4, 8, 16, 32, 64, 128, 0x1b, 0x36] {
      let last = keys[keys.count - 1]
      let assist = run(.aeskeygenassist, V256(), last, immediate: constant).value
      var key = V256()
      var previous: UInt32 = assist.lane(3)
      for word in 0..<4 {
        previous ^= last.lane(word)
        key.setLane(word, previous)
      }
      keys.append(key)
    }
    #expect(keys[10] == vector("d014f9a8c9ee2589e13f0cc8b6630ca6"))

    let plain = vector("3243f6a8885a308d313198a2e0370734")
    let cipher = vector("3925841d02dc09fbdc118597196a0b32")
    var state = run(.pxor, plain, keys[0]).value
    for round in 1..<10 { state = run(.aesenc, state, keys[round]).value }
    #expect(run(.aesenclast, state, keys[10]).value == cipher)

    state = run(.pxor, cipher, keys[10]).value
    for round in (1..<10).reversed() {
      state = run(.aesdec, state, run(.aesimc, V256(), keys[round]).value).value
    }
    #expect(run(.aesdeclast, state, keys[0]).value == plain)
  }

  /// The one-block message "abc" of FIPS 180-4's examples, as sixteen big-endian words.
  private func message() -> [UInt32] {
    var words = [UInt32](repeating: 0, count: 16)
    words[0] = 0x6162_6380
    words[15] = 24
    return words
  }

  private func pack(_ words: ArraySlice<UInt32>) -> V256 {
    var result = V256()
    for (lane, word) in words.enumerated() { result.setLane(lane, word) }
    return result
  }

  private func words(_ value: V256) -> [UInt32] { (0..<4).map { value.lane($0) } }

  @Test func sha256HashesTheStandardsExample() {
    // The constants are the fractions of cube and square roots of the first primes.
    let primes = (2..<312).filter { number in !(2..<number).contains { number % $0 == 0 } }
    func fraction(_ value: Double) -> UInt32 { UInt32((value - value.rounded(.down)) * 0x1p32) }
    let k = primes.map { fraction(cbrt(Double($0))) }
    let h = primes.prefix(8).map { fraction(Double($0).squareRoot()) }
    var w = message()
    while w.count < 64 {
      let t = w.count
      let first = run(.sha256msg1, pack(w[t - 16..<t - 12]), pack(w[t - 12..<t - 8])).value
      let sum = run(.paddd, first, pack(w[t - 7..<t - 3])).value
      w += words(run(.sha256msg2, sum, pack(w[t - 4..<t])).value)
    }
    var abef = pack([h[5], h[4], h[1], h[0]])
    var cdgh = pack([h[7], h[6], h[3], h[2]])
    for t in stride(from: 0, to: 64, by: 2) {
      let next = run(.sha256rnds2, cdgh, abef, pack([w[t] &+ k[t], w[t + 1] &+ k[t + 1]])).value
      (cdgh, abef) = (abef, next)
    }
    let (x, y) = (words(abef), words(cdgh))
    let state = [x[3], x[2], y[3], y[2], x[1], x[0], y[1], y[0]]
    #expect(
      zip(state, h).map { $0 &+ $1 } == [
        0xba78_16bf, 0x8f01_cfea, 0x4141_40de, 0x5dae_2223, 0xb003_61a3, 0x9617_7a9c,
        0xb410_ff61, 0xf200_15ad,
      ])
  }

  @Test func sha1HashesTheStandardsExample() {
    // SHA-1's instructions keep words in descending lanes.
    func reversed(_ slice: ArraySlice<UInt32>) -> V256 { pack(slice.reversed()[...]) }
    var w = message()
    while w.count < 80 {
      let t = w.count
      let first = run(.sha1msg1, reversed(w[t - 16..<t - 12]), reversed(w[t - 12..<t - 8])).value
      let mixed = run(.pxor, first, reversed(w[t - 8..<t - 4])).value
      w += words(run(.sha1msg2, mixed, reversed(w[t - 4..<t])).value).reversed()
    }
    let h: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    var abcd = reversed(h[0..<4])
    // SHA1NEXTE rotates the earlier A by 30; undo that for the first E.
    var earlier = V256()
    earlier.setLane(3, h[4] << 2 | h[4] >> 30)
    for t in stride(from: 0, to: 80, by: 4) {
      let sum = run(.sha1nexte, earlier, reversed(w[t..<t + 4])).value
      earlier = abcd
      abcd = run(.sha1rnds4, abcd, sum, immediate: UInt8(t / 20)).value
    }
    var digest = words(abcd).reversed().map { $0 }
    let e: UInt32 = earlier.lane(3)
    digest.append(e << 30 | e >> 2)
    #expect(
      zip(digest, h).map { $0 &+ $1 } == [
        0xa999_3e36, 0x4706_816a, 0xba3e_2571, 0x7850_c26c, 0x9cd0_d89d,
      ])
  }

  /// The check value of CRC-32C for "123456789" (RFC 3720's polynomial).
  @Test func crc32ChecksTheUsualString() {
    var checksum = UInt32.max
    checksum = Cryptography.crc32(checksum, 0x3837_3635_3433_3231, size: 8)
    checksum = Cryptography.crc32(checksum, 0x39, size: 1)
    #expect(~checksum == 0xe306_9283)
  }

  /// Intel's white paper on carry-less multiplication, its four worked products.
  @Test func carrylessProductsMatchThePaper() {
    let a = V256(0x6374_6f72_5d53_475d, 0x7b5b_5465_7374_5665)
    let b = V256(0x5b47_7565_726f_6e5d, 0x4869_2853_6861_7929)
    func product(_ immediate: UInt8) -> V256 { run(.pclmulqdq, a, b, immediate: immediate).value }
    #expect(product(0x00) == V256(0x9296_33d5_d36f_0451, 0x1d4d_84c8_5c34_40c0))
    #expect(product(0x10) == V256(0x7fa5_40ac_2a28_1315, 0x1bd1_7c8d_556a_b5a1))
    #expect(product(0x01) == V256(0xbabf_262d_f4b7_d5c9, 0x1a2b_f6db_3a30_862f))
    #expect(product(0x11) == V256(0xd66e_e03e_410f_d4ed, 0x1d1e_1f2c_592e_7c45))
  }
}
