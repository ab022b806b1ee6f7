/// An AArch64 general register, 0–30; 31 is the zero register or the stack pointer, as the
/// instruction has it.
package struct A64Register: Equatable {
  package var number: UInt32
  @inline(__always) package init(_ number: UInt32) { self.number = number }
  @inline(__always) package init(_ number: UInt8) { self.number = UInt32(number) }
  package static let zero = A64Register(31 as UInt32)
  package static let link = A64Register(30 as UInt32)
}

/// An AArch64 vector register, 0–31.
package struct A64Vector: Equatable {
  package var number: UInt32
  @inline(__always) package init(_ number: UInt32) { self.number = number }
}

/// Condition codes in their encoding (Arm ARM, C1.2.4).
package enum A64Condition: UInt32 {
  case equal, notEqual, carrySet, carryClear, minus, plus, overflow, noOverflow
  case higher, lowerOrSame, greaterOrEqual, less, greater, lessOrEqual, always

  package var inverted: A64Condition { A64Condition(rawValue: rawValue ^ 1) ?? .always }
}

/// Appends AArch64 instructions to a buffer. Branches within it are fixed up by label.
///
/// Overrunning the buffer sets `isFull` and writes nothing more.
package struct A64Assembler {
  package let start: UnsafeMutablePointer<UInt32>
  package let capacity: Int
  /// Instructions so far.
  package private(set) var count = 0
  package private(set) var isFull = false
  /// Set by every instruction that writes NZCV; for whoever resets it.
  package var writesFlags = false

  package init(start: UnsafeMutablePointer<UInt32>, capacity: Int) {
    self.start = start
    self.capacity = capacity
  }

  @inline(__always)
  package mutating func append(_ instruction: UInt32) {
    if count < capacity {
      start[count] = instruction
      count += 1
    } else {
      isFull = true
    }
  }

  // MARK: Branches within the buffer

  /// Points the branch at `position` (B, B.cond, CBZ, TBZ, ADR, LDR literal) to `target`.
  package func patch(_ position: Int, to target: Int) {
    guard !isFull else { return }
    start[position] = A64Assembler.retarget(start[position], by: Int32(target - position))
  }

  /// A PC-relative instruction with its distance, in instructions, replaced.
  static func retarget(_ instruction: UInt32, by distance: Int32) -> UInt32 {
    let d = UInt32(bitPattern: distance)
    if instruction & 0x7C00_0000 == 0x1400_0000 {
      return instruction & 0xFC00_0000 | d & 0x03FF_FFFF
    }
    if instruction & 0x7E00_0000 == 0x3600_0000 {
      return instruction & 0xFFF8_001F | (d & 0x3FFF) << 5
    }
    if instruction & 0x9F00_0000 == 0x1000_0000 {
      return instruction & 0xFF00_001F | (d & 0x7FFFF) << 5
    }
    return instruction & 0xFF00_001F | (d & 0x7FFFF) << 5
  }

  // MARK: Control

  package mutating func branch(by distance: Int32 = 0) {
    append(0x1400_0000 | UInt32(bitPattern: distance) & 0x03FF_FFFF)
  }

  package mutating func branchLink(by distance: Int32 = 0) {
    append(0x9400_0000 | UInt32(bitPattern: distance) & 0x03FF_FFFF)
  }

  package mutating func branch(if condition: A64Condition, by distance: Int32 = 0) {
    append(0x5400_0000 | (UInt32(bitPattern: distance) & 0x7FFFF) << 5 | condition.rawValue)
  }

  package mutating func branch(to register: A64Register) {
    append(0xD61F_0000 | register.number << 5)
  }
  package mutating func `return`(to register: A64Register = .link) {
    append(0xD65F_0000 | register.number << 5)
  }

  /// CBZ or CBNZ.
  package mutating func compareBranch(
    _ register: A64Register, isZero: Bool, is64: Bool, by distance: Int32 = 0
  ) {
    append(
      (is64 ? 0xB400_0000 : 0x3400_0000) | (isZero ? 0 : 1 << 24)
        | (UInt32(bitPattern: distance) & 0x7FFFF) << 5 | register.number)
  }

  /// TBZ or TBNZ.
  package mutating func testBranch(
    _ register: A64Register, bit: UInt32, isZero: Bool, by distance: Int32 = 0
  ) {
    append(
      0x3600_0000 | (isZero ? 0 : 1 << 24) | (bit >> 5) << 31 | (bit & 31) << 19
        | (UInt32(bitPattern: distance) & 0x3FFF) << 5 | register.number)
  }

  /// ADR: distance in instructions.
  package mutating func address(_ to: A64Register, by distance: Int32 = 0) {
    append(0x1000_0000 | (UInt32(bitPattern: distance) & 0x7FFFF) << 5 | to.number)
  }

  /// LDR of a 64-bit literal: distance in instructions.
  package mutating func loadLiteral(_ to: A64Register, by distance: Int32 = 0) {
    append(0x5800_0000 | (UInt32(bitPattern: distance) & 0x7FFFF) << 5 | to.number)
  }

  // MARK: System

  package mutating func readFlags(_ to: A64Register) { append(0xD53B_4200 | to.number) }
  package mutating func writeFlags(_ from: A64Register) {
    writesFlags = true
    append(0xD51B_4200 | from.number)
  }
  /// FEAT_FlagM.
  package mutating func invertCarry() {
    writesFlags = true
    append(0xD500_401F)
  }
  package mutating func readFloatStatus(_ to: A64Register) { append(0xD53B_4420 | to.number) }
  package mutating func writeFloatStatus(_ from: A64Register) { append(0xD51B_4420 | from.number) }
  package mutating func writeFloatControl(_ from: A64Register) { append(0xD51B_4400 | from.number) }
  /// DAIF, at EL1 and above.
  package mutating func readInterruptMask(_ to: A64Register) { append(0xD53B_4220 | to.number) }
  package mutating func writeInterruptMask(_ from: A64Register) {
    append(0xD51B_4220 | from.number)
  }
  /// MSR DAIFSET, #2
  package mutating func maskInterrupts() { append(0xD503_42DF) }
  /// DMB ISH
  package mutating func barrier() { append(0xD503_3BBF) }
  /// DMB SY
  package mutating func systemBarrier() { append(0xD503_3FBF) }
  package mutating func breakpoint(_ number: UInt32) {
    append(0xD420_0000 | (number & 0xFFFF) << 5)
  }
}
