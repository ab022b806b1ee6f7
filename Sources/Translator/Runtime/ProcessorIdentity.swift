internal import CTranslator

/// CPUID: what the profile offers, and nothing else.
extension Interpreter {
  mutating func cpuid() {
    let leaf = UInt32(truncatingIfNeeded: r[0])
    let sub = UInt32(truncatingIfNeeded: r[1])
    let (a, b, c, d) = identity(leaf, sub)
    r[0] = UInt64(a)
    r[3] = UInt64(b)
    r[1] = UInt64(c)
    r[2] = UInt64(d)
  }

  private func bit(_ feature: Feature, _ position: UInt32) -> UInt32 {
    features.has(feature) ? 1 << position : 0
  }

  private func random(_ feature: Feature, _ position: UInt32) -> UInt32 {
    features.has(.announcedRandom) ? bit(feature, position) : 0
  }

  private func identity(_ leaf: UInt32, _ sub: UInt32) -> (UInt32, UInt32, UInt32, UInt32) {
    switch isBeyond(leaf) ? 0x0D : leaf {
    case 0: return (0x0D, 0x756E_6547, 0x6C65_746E, 0x4965_6E69)  // "GenuineIntel"
    case 1: return (0x0003_06C3, 0x0001_0800, features1C, features1D)
    case 7 where sub == 0: return (0, features7B, features7C, 0)
    case 0x0D: return features.has(.xsave) ? stateArea(sub) : (0, 0, 0, 0)
    case 0x8000_0000: return (0x8000_0008, 0, 0, 0)
    case 0x8000_0001:
      let c = 1 | bit(.lzcnt, 5) | bit(.prefetchw, 8)
      // SYSCALL, NX, 1 GiB pages, RDTSCP, long mode
      return (0, 0, c, 1 << 20 | 1 << 26 | bit(.rdtscp, 27) | 1 << 29)
    case 0x8000_0002: return text("Transom x")
    case 0x8000_0003: return text("86-64")
    case 0x8000_0004: return (0, 0, 0, 0)
    case 0x8000_0007: return (0, 0, 0, 1 << 8)
    case 0x8000_0008: return (0x3030, 0, 0, 0)
    default: return (0, 0, 0, 0)
    }
  }

  /// Above the highest leaf the highest basic one answers.
  private func isBeyond(_ leaf: UInt32) -> Bool {
    leaf > 0x0D && leaf < 0x8000_0000 || leaf > 0x8000_0008
  }

  /// Leaf 0DH: the XSAVE area in bytes, legacy region and header (576), AVX's upper halves (256).
  private func stateArea(_ sub: UInt32) -> (UInt32, UInt32, UInt32, UInt32) {
    let wide = features.has(.avx)
    switch sub {
    case 0:
      let enabled: UInt32 = state.pointee.xcr0 & 4 != 0 ? 832 : 576
      return (wide ? 7 : 3, enabled, wide ? 832 : 576, 0)
    case 1: return (bit(.xsaveopt, 0), 0, 0, 0)
    case 2 where wide: return (256, 576, 0, 0)
    default: return (0, 0, 0, 0)
    }
  }

  private var features1C: UInt32 {
    var c = bit(.sse3, 0) | bit(.pclmulqdq, 1) | bit(.ssse3, 9) | bit(.fma, 12) | bit(.cx16, 13)
    c |= bit(.sse41, 19) | bit(.sse42, 20) | bit(.movbe, 22) | bit(.popcnt, 23) | bit(.aes, 25)
    c |= bit(.xsave, 26) | bit(.avx, 28) | bit(.f16c, 29) | random(.rdrand, 30)
    // OSXSAVE mirrors CR4.
    if features.has(.xsave) && state.pointee.cr4 >> 18 & 1 == 1 { c |= 1 << 27 }
    return c
  }

  private var features1D: UInt32 {
    // DE PSE TSC MSR PAE MCE CX8 APIC MTRR PGE CMOV PAT PSE36 CLFSH FXSR
    0x010B_B3FC | bit(.x87, 0) | bit(.mmx, 23) | bit(.sse, 25) | bit(.sse2, 26)
  }

  private var features7B: UInt32 {
    var b = bit(.fsgsbase, 0) | bit(.bmi1, 3) | bit(.avx2, 5) | bit(.bmi2, 8)
    // FDP of exceptions only; fast string operations; FCS and FDS are stored as zero.
    b |= 1 << 6 | 1 << 9 | 1 << 13
    b |= random(.rdseed, 18) | bit(.adx, 19) | bit(.clflushopt, 23)
    b |= bit(.clwb, 24) | bit(.sha, 29)
    return b
  }

  private var features7C: UInt32 {
    bit(.vaes, 9) | bit(.vpclmulqdq, 10) | bit(.rdpid, 22)
  }

  private func text(_ string: StaticString) -> (UInt32, UInt32, UInt32, UInt32) {
    var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) { raw in
      for n in 0..<min(16, string.utf8CodeUnitCount) { raw[n] = string.utf8Start[n] }
    }
    return words
  }
}
