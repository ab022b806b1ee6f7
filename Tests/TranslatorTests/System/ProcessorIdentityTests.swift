import Translator
import XCTest

/// CPUID says exactly what works: for each bit an instruction that exists if and only if the bit is
/// set, tried in both profiles; and no bit beyond those.
final class ProcessorIdentityTests: XCTestCase {
  private enum Register: Int { case eax, ebx, ecx, edx }

  private struct Bit {
    var name: String
    var leaf: UInt32
    var register: Register
    var bit: Int
    /// Ends in HLT if the feature is there, else in #UD.
    var code: [UInt8]
  }

  private static let bits: [Bit] = [
    Bit(name: "FPU", leaf: 1, register: .edx, bit: 0, code: [0xD9, 0xE8]),
    Bit(name: "TSC", leaf: 1, register: .edx, bit: 4, code: [0x0F, 0x31]),
    Bit(name: "MSR", leaf: 1, register: .edx, bit: 5, code: [0xB9, 0x1B, 0, 0, 0, 0x0F, 0x32]),
    Bit(name: "CX8", leaf: 1, register: .edx, bit: 8, code: [0x0F, 0xC7, 0x0F]),
    Bit(name: "SEP", leaf: 1, register: .edx, bit: 11, code: [0x0F, 0x34]),
    Bit(name: "CMOV", leaf: 1, register: .edx, bit: 15, code: [0x0F, 0x44, 0xC1]),
    Bit(name: "CLFSH", leaf: 1, register: .edx, bit: 19, code: [0x0F, 0xAE, 0x3F]),
    Bit(name: "MMX", leaf: 1, register: .edx, bit: 23, code: [0x0F, 0xEF, 0xC0]),
    Bit(name: "FXSR", leaf: 1, register: .edx, bit: 24, code: [0x0F, 0xAE, 0x07]),
    Bit(name: "SSE", leaf: 1, register: .edx, bit: 25, code: [0x0F, 0x58, 0xC0]),
    Bit(name: "SSE2", leaf: 1, register: .edx, bit: 26, code: [0x66, 0x0F, 0x58, 0xC0]),
    Bit(name: "SSE3", leaf: 1, register: .ecx, bit: 0, code: [0x66, 0x0F, 0x7C, 0xC0]),
    Bit(
      name: "PCLMULQDQ", leaf: 1, register: .ecx, bit: 1, code: [0x66, 0x0F, 0x3A, 0x44, 0xC0, 0]),
    Bit(name: "MONITOR", leaf: 1, register: .ecx, bit: 3, code: [0x0F, 0x01, 0xC8]),
    Bit(name: "VMX", leaf: 1, register: .ecx, bit: 5, code: [0x0F, 0x01, 0xC1]),
    Bit(name: "SSSE3", leaf: 1, register: .ecx, bit: 9, code: [0x66, 0x0F, 0x38, 0x00, 0xC0]),
    Bit(name: "FMA", leaf: 1, register: .ecx, bit: 12, code: [0xC4, 0xE2, 0x79, 0x98, 0xC0]),
    Bit(name: "CX16", leaf: 1, register: .ecx, bit: 13, code: [0x48, 0x0F, 0xC7, 0x0F]),
    Bit(name: "SSE4.1", leaf: 1, register: .ecx, bit: 19, code: [0x66, 0x0F, 0x38, 0x40, 0xC0]),
    Bit(name: "SSE4.2", leaf: 1, register: .ecx, bit: 20, code: [0x66, 0x0F, 0x38, 0x37, 0xC0]),
    Bit(name: "MOVBE", leaf: 1, register: .ecx, bit: 22, code: [0x0F, 0x38, 0xF0, 0x07]),
    Bit(name: "POPCNT", leaf: 1, register: .ecx, bit: 23, code: [0xF3, 0x0F, 0xB8, 0xC0]),
    Bit(name: "AES", leaf: 1, register: .ecx, bit: 25, code: [0x66, 0x0F, 0x38, 0xDC, 0xC0]),
    Bit(name: "XSAVE", leaf: 1, register: .ecx, bit: 26, code: [0x0F, 0xAE, 0x27]),
    Bit(name: "OSXSAVE", leaf: 1, register: .ecx, bit: 27, code: [0x31, 0xC9, 0x0F, 0x01, 0xD0]),
    Bit(name: "AVX", leaf: 1, register: .ecx, bit: 28, code: [0xC5, 0xFC, 0x58, 0xC0]),
    Bit(name: "F16C", leaf: 1, register: .ecx, bit: 29, code: [0xC4, 0xE2, 0x79, 0x13, 0xC0]),
    Bit(name: "RDRAND", leaf: 1, register: .ecx, bit: 30, code: [0x0F, 0xC7, 0xF0]),
    Bit(name: "FSGSBASE", leaf: 7, register: .ebx, bit: 0, code: [0xF3, 0x48, 0x0F, 0xAE, 0xC0]),
    Bit(name: "BMI1", leaf: 7, register: .ebx, bit: 3, code: [0xC4, 0xE2, 0x78, 0xF2, 0xC0]),
    Bit(name: "RTM", leaf: 7, register: .ebx, bit: 11, code: [0x0F, 0x01, 0xD6]),
    Bit(name: "AVX2", leaf: 7, register: .ebx, bit: 5, code: [0xC5, 0xFD, 0xEF, 0xC0]),
    Bit(name: "BMI2", leaf: 7, register: .ebx, bit: 8, code: [0xC4, 0xE2, 0x7B, 0xF5, 0xC0]),
    Bit(name: "INVPCID", leaf: 7, register: .ebx, bit: 10, code: [0x66, 0x0F, 0x38, 0x82, 0x07]),
    Bit(
      name: "AVX512F", leaf: 7, register: .ebx, bit: 16, code: [0x62, 0xF1, 0x7C, 0x48, 0x58, 0xC0]),
    Bit(name: "RDSEED", leaf: 7, register: .ebx, bit: 18, code: [0x0F, 0xC7, 0xF8]),
    Bit(name: "ADX", leaf: 7, register: .ebx, bit: 19, code: [0x66, 0x0F, 0x38, 0xF6, 0xC0]),
    Bit(name: "SMAP", leaf: 7, register: .ebx, bit: 20, code: [0x0F, 0x01, 0xCA]),
    Bit(name: "CLFLUSHOPT", leaf: 7, register: .ebx, bit: 23, code: [0x66, 0x0F, 0xAE, 0x3F]),
    Bit(name: "CLWB", leaf: 7, register: .ebx, bit: 24, code: [0x66, 0x0F, 0xAE, 0x37]),
    Bit(name: "SHA", leaf: 7, register: .ebx, bit: 29, code: [0x0F, 0x38, 0xC8, 0xC0]),
    Bit(name: "OSPKE", leaf: 7, register: .ecx, bit: 4, code: [0x31, 0xC9, 0x0F, 0x01, 0xEE]),
    Bit(name: "WAITPKG", leaf: 7, register: .ecx, bit: 5, code: [0x66, 0x0F, 0xAE, 0xF0]),
    Bit(name: "GFNI", leaf: 7, register: .ecx, bit: 8, code: [0x66, 0x0F, 0x38, 0xCF, 0xC0]),
    Bit(name: "VAES", leaf: 7, register: .ecx, bit: 9, code: [0xC4, 0xE2, 0x7D, 0xDC, 0xC0]),
    Bit(
      name: "VPCLMULQDQ", leaf: 7, register: .ecx, bit: 10, code: [0xC4, 0xE3, 0x7D, 0x44, 0xC0, 0]),
    Bit(name: "RDPID", leaf: 7, register: .ecx, bit: 22, code: [0xF3, 0x0F, 0xC7, 0xF8]),
    Bit(name: "MOVDIRI", leaf: 7, register: .ecx, bit: 27, code: [0x0F, 0x38, 0xF9, 0x07]),
    Bit(name: "SERIALIZE", leaf: 7, register: .edx, bit: 14, code: [0x0F, 0x01, 0xE8]),
    Bit(name: "XSAVEOPT", leaf: 0xD, register: .eax, bit: 0, code: [0x0F, 0xAE, 0x37]),
    Bit(name: "XSAVEC", leaf: 0xD, register: .eax, bit: 1, code: [0x0F, 0xC7, 0x27]),
    Bit(name: "XSAVES", leaf: 0xD, register: .eax, bit: 3, code: [0x0F, 0xC7, 0x2F]),
    Bit(name: "LAHF", leaf: 0x8000_0001, register: .ecx, bit: 0, code: [0x9F]),
    // LZCNT of one is 31; without the feature it is BSR.
    Bit(
      name: "LZCNT", leaf: 0x8000_0001, register: .ecx, bit: 5,
      code: [
        0xB8, 1, 0, 0, 0, 0xF3, 0x0F, 0xBD, 0xC8, 0x83, 0xF9, 31, 0x74, 0x02, 0x0F, 0x0B,
      ]),
    Bit(
      name: "SSE4A", leaf: 0x8000_0001, register: .ecx, bit: 6, code: [0xF2, 0x0F, 0x79, 0xC0]),
    Bit(name: "PREFETCHW", leaf: 0x8000_0001, register: .ecx, bit: 8, code: [0x0F, 0x0D, 0x0F]),
    Bit(
      name: "XOP", leaf: 0x8000_0001, register: .ecx, bit: 11, code: [0x8F, 0xE9, 0x78, 0x81, 0xC0]),
    Bit(name: "RDTSCP", leaf: 0x8000_0001, register: .edx, bit: 27, code: [0x0F, 0x01, 0xF9]),
    Bit(name: "3DNow", leaf: 0x8000_0001, register: .edx, bit: 31, code: [0x0F, 0x0F, 0xC0, 0x9E]),
  ]

  /// Bits without an instruction to try: what they announce is in the control registers, in memory
  /// or in other leaves.
  private static let others: [UInt32: [UInt32]] = [
    // DE PSE PAE MCE APIC MTRR PGE PAT PSE-36
    1: [
      ~0, ~0, 0, 1 << 2 | 1 << 3 | 1 << 6 | 1 << 7 | 1 << 9 | 1 << 12 | 1 << 13 | 1 << 16 | 1 << 17,
    ],
    // FDP_EXCPTN_ONLY, fast strings, no FCS and FDS
    7: [0, 1 << 6 | 1 << 9 | 1 << 13, 0, 0],
    0xD: [0, ~0, ~0, 0],
    // SYSCALL (which needs EFER.SCE), NX, pages of 1 GiB, long mode
    0x8000_0001: [0, 0, 0, 1 << 11 | 1 << 20 | 1 << 26 | 1 << 29],
  ]

  private func identity(_ leaf: UInt32, _ sub: UInt32, _ features: FeatureSet) throws -> [UInt32] {
    let guest = try GuestFixture([0x0F, 0xA2, 0xF4], features: features)
    let state = guest.engine.state
    state.pointee.gpr.0 = UInt64(leaf)
    state.pointee.gpr.1 = UInt64(sub)
    XCTAssertEqual(guest.run(), .halt)
    return [state.pointee.gpr.0, state.pointee.gpr.3, state.pointee.gpr.1, state.pointee.gpr.2]
      .map { UInt32($0) }
  }

  private func works(_ code: [UInt8], _ features: FeatureSet) throws -> Bool {
    let guest = try GuestFixture(code + [0xF4], features: features)
    guest.engine.state.pointee.gpr.7 = GuestFixture.at(0x4000)
    while true {
      switch guest.run() {
      case .halt: return true
      case .query: guest.engine.completeQuery(value: 1, success: true)
      case fault(6): return false
      case let other:
        XCTFail("\(code): \(other)")
        return false
      }
    }
  }

  /// RDRAND EAX and RDSEED EAX are executed though CPUID leaves 1 and 7 do not offer them.
  func testQuietRandomNumbers() throws {
    let features = FeatureSet.baselineWithQuietRandom
    XCTAssertEqual(try identity(1, 0, features)[2] >> 30 & 1, 0)
    XCTAssertEqual(try identity(7, 0, features)[1] >> 18 & 1, 0)
    XCTAssertTrue(try works([0x0F, 0xC7, 0xF0], features))
    XCTAssertTrue(try works([0x0F, 0xC7, 0xF8], features))
    XCTAssertFalse(try works([0xC5, 0xFC, 0x58, 0xC0], features))
  }

  private func check(_ features: FeatureSet, hasAVX: Bool) throws {
    var known = Self.others
    for bit in Self.bits {
      let words = try identity(bit.leaf, bit.leaf == 0xD ? 1 : 0, features)
      let isAnnounced = words[bit.register.rawValue] >> UInt32(bit.bit) & 1 == 1
      XCTAssertEqual(isAnnounced, try works(bit.code, features), bit.name)
      known[bit.leaf]?[bit.register.rawValue] |= 1 << UInt32(bit.bit)
      if bit.name == "AVX" { XCTAssertEqual(isAnnounced, hasAVX) }
    }
    for (leaf, mask) in known {
      let words = try identity(leaf, leaf == 0xD ? 1 : 0, features)
      for n in 0..<4 where leaf != 1 || n >= 2 {
        XCTAssertEqual(words[n] & ~mask[n], 0, "leaf \(leaf), word \(n)")
      }
    }
  }

  func testTheBaselineProfile() throws { try check(.baseline, hasAVX: false) }

  func testTheFullProfile() throws { try check(.full, hasAVX: true) }

  /// The area's size follows from the components that can be enabled.
  func testTheStateAreaFitsTheProfile() throws {
    let full = try identity(0xD, 0, .full)
    XCTAssertEqual(full, [7, 832, 832, 0])
    XCTAssertEqual(try identity(0xD, 2, .full), [256, 576, 0, 0])
    XCTAssertEqual(try identity(0xD, 0, .baseline), [3, 576, 576, 0])
    XCTAssertEqual(try identity(0xD, 2, .baseline), [0, 0, 0, 0])
  }

  func testTheNameAndTheLeavesThereAre() throws {
    let first = try identity(0, 0, .baseline)
    XCTAssertEqual(first, [0xD, 0x756E_6547, 0x6C65_746E, 0x4965_6E69])
    XCTAssertEqual(try identity(0x8000_0000, 0, .baseline)[0], 0x8000_0008)
    // Beyond the last leaf the last basic one answers (SDM volume 2, CPUID).
    XCTAssertEqual(try identity(0x4000_0000, 0, .baseline), try identity(0xD, 0, .baseline))
    XCTAssertEqual(try identity(0x8000_0009, 0, .full), try identity(0xD, 0, .full))
  }
}
