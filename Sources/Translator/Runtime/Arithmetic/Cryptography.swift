/// The AES, carry-less multiplication and SHA instructions, and CRC32.
package enum Cryptography {
  static func execute(
    _ op: VectorOp, _ width: Int, _ a: V256, _ b: V256, _ c: V256, _ immediate: UInt8
  ) -> V256 {
    // VAES and VPCLMULQDQ: each half for itself.
    guard width == 32 else { return half(op, a, b, c, immediate) }
    return V256(
      low: half(op, a.half(0), b.half(0), c, immediate),
      high: half(op, a.half(1), b.half(1), c, immediate))
  }

  private static func half(
    _ op: VectorOp, _ a: V256, _ b: V256, _ c: V256, _ immediate: UInt8
  ) -> V256 {
    switch op {
    case .aesenc: return AES.encrypt(a, b, isLast: false)
    case .aesenclast: return AES.encrypt(a, b, isLast: true)
    case .aesdec: return AES.decrypt(a, b, isLast: false)
    case .aesdeclast: return AES.decrypt(a, b, isLast: true)
    case .aesimc: return AES.inverseMixColumns(b)
    case .aeskeygenassist: return AES.keyAssist(b, immediate)
    case .pclmulqdq:
      let product = carrylessProduct(
        immediate & 1 == 0 ? a.w0 : a.w1, immediate & 0x10 == 0 ? b.w0 : b.w1)
      return V256(product.low, product.high)
    default: return SHA.execute(op, a, b, c, immediate)
    }
  }

  package static func carrylessProduct(_ a: UInt64, _ b: UInt64) -> Wide {
    var result = Wide(0, 0)
    for bit in 0..<64 where b >> UInt64(bit) & 1 != 0 {
      let term = Wide(0, a).shiftedLeft(bit)
      result.high ^= term.high
      result.low ^= term.low
    }
    return result
  }

  /// CRC32 of `size` bytes (1, 2, 4 or 8) of `value` into the running checksum: the Castagnoli
  /// polynomial, reflected, with no inversion at either end.
  package static func crc32(_ checksum: UInt32, _ value: UInt64, size: Int) -> UInt32 {
    var result = checksum
    for byte in 0..<size {
      result ^= UInt32(value >> UInt64(8 * byte) & 0xff)
      for _ in 0..<8 { result = result >> 1 ^ (result & 1 != 0 ? 0x82f6_3b78 : 0) }
    }
    return result
  }
}

/// One round of AES (FIPS 197); the state's bytes go down the columns.
enum AES {
  /// The multiplicative inverse in GF(2^8) and zero for zero, as a^254.
  private static func inverse(_ a: UInt8) -> UInt8 {
    var result: UInt8 = 1
    var power = a
    for _ in 0..<7 {
      power = multiply(power, power)
      result = multiply(result, power)
    }
    return result
  }

  static func multiply(_ a: UInt8, _ b: UInt8) -> UInt8 {
    var result: UInt8 = 0
    var a = a
    var b = b
    while b != 0 {
      if b & 1 != 0 { result ^= a }
      a = a << 1 ^ (a & 0x80 != 0 ? 0x1b : 0)
      b >>= 1
    }
    return result
  }

  private static func rotated(_ a: UInt8, _ count: UInt8) -> UInt8 {
    a << count | a >> (8 - count)
  }

  static func substitute(_ a: UInt8) -> UInt8 {
    let i = inverse(a)
    return i ^ rotated(i, 1) ^ rotated(i, 2) ^ rotated(i, 3) ^ rotated(i, 4) ^ 0x63
  }

  static func inverseSubstitute(_ a: UInt8) -> UInt8 {
    inverse(rotated(a, 1) ^ rotated(a, 3) ^ rotated(a, 6) ^ 0x05)
  }

  private static func xor(_ a: V256, _ b: V256) -> V256 { V256(a.w0 ^ b.w0, a.w1 ^ b.w1) }

  static func encrypt(_ a: V256, _ key: V256, isLast: Bool) -> V256 {
    var state = V256.zero
    for column in 0..<4 {
      for row in 0..<4 {
        state.setLane(4 * column + row, substitute(a.lane(4 * ((column + row) & 3) + row)))
      }
    }
    return xor(isLast ? state : mix(state, 2, 3, 1, 1), key)
  }

  static func decrypt(_ a: V256, _ key: V256, isLast: Bool) -> V256 {
    var state = V256.zero
    for column in 0..<4 {
      for row in 0..<4 {
        state.setLane(4 * column + row, inverseSubstitute(a.lane(4 * ((column - row) & 3) + row)))
      }
    }
    return xor(isLast ? state : inverseMixColumns(state), key)
  }

  static func inverseMixColumns(_ a: V256) -> V256 { mix(a, 14, 11, 13, 9) }

  /// Each column times the circulant matrix whose first row is given.
  private static func mix(_ a: V256, _ m0: UInt8, _ m1: UInt8, _ m2: UInt8, _ m3: UInt8) -> V256 {
    var result = V256.zero
    for column in 0..<4 {
      for row in 0..<4 {
        func byte(_ offset: Int) -> UInt8 { a.lane(4 * column + ((row + offset) & 3)) }
        let value =
          multiply(byte(0), m0) ^ multiply(byte(1), m1) ^ multiply(byte(2), m2)
          ^ multiply(byte(3), m3)
        result.setLane(4 * column + row, value)
      }
    }
    return result
  }

  static func keyAssist(_ b: V256, _ constant: UInt8) -> V256 {
    func substituted(_ word: UInt32) -> UInt32 {
      var result: UInt32 = 0
      for byte in 0..<4 {
        let shift = UInt32(8 * byte)
        result |= UInt32(substitute(UInt8(truncatingIfNeeded: word >> shift))) << shift
      }
      return result
    }
    var result = V256.zero
    for pair in 0..<2 {
      let word = substituted(b.lane(2 * pair + 1))
      result.setLane(2 * pair, word)
      result.setLane(2 * pair + 1, (word >> 8 | word << 24) ^ UInt32(constant))
    }
    return result
  }
}
