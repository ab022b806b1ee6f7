internal import CTranslator

/// Shifts, rotates, bit tests and counts.
extension Interpreter {
  func shift(
    _ op: Operation, _ a: UInt64, _ b: UInt64, _ mask: UInt64, _ result: inout UInt64,
    _ flags: inout UInt64, _ changed: inout UInt64
  ) {
    let bits = UInt64(op.width) &* 8
    let count = b & (op.width == 8 ? 63 : 31)
    guard count != 0 else {
      result = a
      changed = 0
      return
    }
    var carry: UInt64 = 0
    var overflow: UInt64 = 0
    switch op.opcode {
    case .shiftLeft:
      result = count < 64 ? (a << count) & mask : 0
      carry = count <= bits ? a >> (bits - count) & 1 : 0
      overflow = result >> (bits - 1) & 1 ^ carry
    case .shiftRight:
      result = a >> count
      carry = a >> (count - 1) & 1
      overflow = a >> (bits - 1) & 1
    default:
      let wide = Int64(bitPattern: signExtend(a, op.width))
      result = UInt64(bitPattern: wide >> Int64(count)) & mask
      carry = UInt64(bitPattern: wide >> Int64(count - 1)) & 1
    }
    flags = resultFlags(result, op.width) | carry | overflow << 11
  }

  func rotate(
    _ op: Operation, _ a: UInt64, _ b: UInt64, _ mask: UInt64, _ result: inout UInt64,
    _ flags: inout UInt64, _ changed: inout UInt64
  ) {
    let bits = UInt64(op.width) &* 8
    let masked = b & (op.width == 8 ? 63 : 31)
    guard masked != 0 else {
      result = a
      changed = 0
      return
    }
    let count = masked % bits
    let left = op.opcode == .rotateLeft
    if count == 0 {
      result = a
    } else if left {
      result = (a << count | a >> (bits - count)) & mask
    } else {
      result = (a >> count | a << (bits - count)) & mask
    }
    let top = result >> (bits - 1) & 1
    if left {
      flags = result & 1 | (top ^ result & 1) << 11
    } else {
      flags = top | (top ^ result >> (bits - 2) & 1) << 11
    }
  }

  func rotateCarry(
    _ op: Operation, _ a: UInt64, _ b: UInt64, _ carryIn: UInt64, _ mask: UInt64,
    _ result: inout UInt64, _ flags: inout UInt64, _ changed: inout UInt64
  ) {
    let bits = UInt64(op.width) &* 8
    let count = (b & (op.width == 8 ? 63 : 31)) % (bits + 1)
    result = a
    guard count != 0 else {
      changed = 0
      return
    }
    var carry = carryIn
    for _ in 0..<count {
      if op.opcode == .rotateCarryLeft {
        let out = result >> (bits - 1) & 1
        result = (result << 1 | carry) & mask
        carry = out
      } else {
        let out = result & 1
        result = result >> 1 | carry << (bits - 1)
        carry = out
      }
    }
    let top = result >> (bits - 1) & 1
    let overflow = op.opcode == .rotateCarryLeft ? top ^ carry : top ^ result >> (bits - 2) & 1
    flags = carry | overflow << 11
  }

  func shiftDouble(
    _ op: Operation, _ a: UInt64, _ b: UInt64, _ mask: UInt64, _ result: inout UInt64,
    _ flags: inout UInt64, _ changed: inout UInt64
  ) -> Bool {
    let bits = UInt64(op.width) &* 8
    let raw = op.third == .immediate ? UInt64(bitPattern: op.immediate) : r[Int(op.third.raw)]
    let count = raw & (op.width == 8 ? 63 : 31)
    result = a
    guard count != 0 else {
      changed = 0
      return false
    }
    var carry: UInt64
    if op.width == 2 {
      // A count beyond 16 is undefined; processors rotate through a:b:a.
      if op.opcode == .shiftLeftDouble {
        let wide = a << 32 | b << 16 | a
        result = wide >> (32 - count) & mask
        carry = (a << 16 | b) >> (32 - count) & 1
      } else {
        let wide = a << 32 | b << 16 | a
        result = wide >> count & mask
        carry = wide >> (count - 1) & 1
      }
    } else if op.opcode == .shiftLeftDouble {
      result = (a << count | b >> (bits - count)) & mask
      carry = a >> (bits - count) & 1
    } else {
      result = (a >> count | b << (bits - count)) & mask
      carry = a >> (count - 1) & 1
    }
    let overflow = (result ^ a) >> (bits - 1) & 1
    flags = resultFlags(result, op.width) | carry | overflow << 11
    return false
  }

  /// BT and its siblings. A register index reaches any byte beyond a memory operand.
  mutating func bit(_ op: Operation) -> Outcome {
    let bits = UInt64(op.width) &* 8
    let raw = op.right == .immediate ? UInt64(bitPattern: op.immediate) : r[Int(op.right.raw)]
    let inMemory = !op.attributes.isDisjoint(with: [.memoryDestination, .memoryLeft])
    var value: UInt64 = 0
    var address: UInt64 = 0
    if inMemory {
      address = effectiveAddress(op, segment: false)
      if op.right != .immediate {
        let reach =
          Int64(bitPattern: signExtend(raw, op.width))
          >> (op.width == 8 ? 6 : op.width == 4 ? 5 : 4)
        address = address &+ UInt64(bitPattern: reach &* Int64(op.width))
        if op.addressMode & 0x60 != 0 { address &= op.addressMode & 32 != 0 ? 0xFFFF_FFFF : 0xFFFF }
      }
      address = addSegment(address, op.addressMode)
      guard load(at: address, op.width, &value) else {
        return memoryFault(write: op.opcode != .bitTest)
      }
    } else {
      value = r[Int(op.left.raw)]
    }
    let position = raw & (bits - 1)
    let carry = value >> position & 1
    switch op.opcode {
    case .bitSet: value |= 1 << position
    case .bitReset: value &= ~(1 << position)
    case .bitComplement: value ^= 1 << position
    default: break
    }
    if op.opcode != .bitTest {
      if inMemory {
        guard store(at: address, op.width, value) else { return memoryFault(write: true) }
      } else {
        writeResult(op, value & widthMask(op.width))
      }
    }
    if op.flags.contains(.carry) {
      state.pointee.rflags = state.pointee.rflags & ~Flag.carry | carry
    }
    return .next
  }

  /// Counts, scans and BMI. True if the destination keeps its value.
  func bits(
    _ op: Operation, _ a: UInt64, _ b: UInt64, _ mask: UInt64, _ result: inout UInt64,
    _ flags: inout UInt64
  ) -> Bool {
    let bits = UInt64(op.width) &* 8
    switch op.opcode {
    case .bitScanForward, .bitScanReverse:
      guard b != 0 else {
        flags = Flag.zero
        return true
      }
      result =
        op.opcode == .bitScanForward
        ? UInt64(b.trailingZeroBitCount) : UInt64(63 - b.leadingZeroBitCount)
      flags = 0
    case .trailingZeros:
      result = b == 0 ? bits : UInt64(b.trailingZeroBitCount)
      flags = (b == 0 ? Flag.carry : 0) | (result == 0 ? Flag.zero : 0)
    case .leadingZeros:
      result = b == 0 ? bits : UInt64(b.leadingZeroBitCount) - (64 - bits)
      flags = (b == 0 ? Flag.carry : 0) | (result == 0 ? Flag.zero : 0)
    case .populationCount:
      result = UInt64(b.nonzeroBitCount)
      flags = b == 0 ? Flag.zero : 0
    case .lowestSet:
      result = b & (0 &- b) & mask
      flags = resultFlags(result, op.width) | (b != 0 ? Flag.carry : 0)
    case .resetLowest:
      result = b & (b &- 1) & mask
      flags = resultFlags(result, op.width) | (b == 0 ? Flag.carry : 0)
    case .maskLowest:
      result = (b ^ (b &- 1)) & mask
      flags = resultFlags(result, op.width) & ~Flag.zero | (b == 0 ? Flag.carry : 0)
    case .zeroHighBits:
      let index = b & 0xFF
      result = index < bits ? a & ((1 << index) &- 1) : a
      flags = resultFlags(result, op.width) | (index > bits - 1 ? Flag.carry : 0)
    case .bitFieldExtract:
      let start = b & 0xFF
      let count = b >> 8 & 0xFF
      let shifted = start < 64 ? a >> start : 0
      result = count < 64 ? shifted & ((1 << count) &- 1) : shifted
      flags = result == 0 ? Flag.zero : 0
    case .bitDeposit: result = deposit(a, b)
    default: result = extract(a, b)
    }
    return false
  }

  private func deposit(_ source: UInt64, _ selector: UInt64) -> UInt64 {
    var result: UInt64 = 0
    var rest = selector
    var from = source
    while rest != 0 {
      let low = rest & (0 &- rest)
      if from & 1 != 0 { result |= low }
      from >>= 1
      rest &= rest &- 1
    }
    return result
  }

  private func extract(_ source: UInt64, _ selector: UInt64) -> UInt64 {
    var result: UInt64 = 0
    var rest = selector
    var position: UInt64 = 0
    while rest != 0 {
      let low = rest & (0 &- rest)
      if source & low != 0 { result |= 1 << position }
      position += 1
      rest &= rest &- 1
    }
    return result
  }

  /// CRC-32C, reflected, one data item.
  func crc32(_ start: UInt32, _ data: UInt64, _ width: UInt8) -> UInt64 {
    var crc = start
    for n in 0..<UInt64(width) {
      crc ^= UInt32(truncatingIfNeeded: data >> (n * 8) & 0xFF)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 != 0 ? 0x82F6_3B78 : 0) }
    }
    return UInt64(crc)
  }
}
