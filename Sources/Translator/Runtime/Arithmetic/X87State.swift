internal import CTranslator

/// FNSTENV, FNSAVE, FXSAVE, XSAVE and their counterparts, on buffers of the host.
///
/// The caller moves the bytes to and from the guest, so that a fault leaves the state alone.
extension X87 {
  private static func put<T: FixedWidthInteger>(
    _ value: T, _ buffer: UnsafeMutableRawPointer, _ offset: Int
  ) {
    (buffer + offset).storeBytes(of: value, as: T.self)
  }

  private static func take<T: FixedWidthInteger>(
    _ buffer: UnsafeRawPointer, _ offset: Int, as type: T.Type
  ) -> T {
    (buffer + offset).loadUnaligned(as: T.self)
  }

  /// Bytes of the environment: 28 with 32-bit operands, 14 with 16-bit ones.
  package static func environmentSize(short: Bool) -> Int { short ? 14 : 28 }

  /// Bytes FNSAVE writes.
  package static func saveSize(short: Bool) -> Int { environmentSize(short: short) + 80 }

  /// Writes the environment FNSTENV stores, in protected-mode form. Afterwards call
  /// `finishStoreEnvironment`.
  package static func storeEnvironment(
    _ state: State, _ buffer: UnsafeMutableRawPointer, short: Bool
  ) {
    let s = state.pointee
    let ip = UInt32(truncatingIfNeeded: s.x87InstructionPointer)
    let dp = UInt32(truncatingIfNeeded: s.x87DataPointer)
    if short {
      put(s.x87Control, buffer, 0)
      put(s.x87Status, buffer, 2)
      put(s.x87Tag, buffer, 4)
      put(UInt16(truncatingIfNeeded: ip), buffer, 6)
      put(UInt16(0), buffer, 8)
      put(UInt16(truncatingIfNeeded: dp), buffer, 10)
      put(UInt16(0), buffer, 12)
    } else {
      put(0xffff_0000 | UInt32(s.x87Control), buffer, 0)
      put(0xffff_0000 | UInt32(s.x87Status), buffer, 4)
      put(0xffff_0000 | UInt32(s.x87Tag), buffer, 8)
      put(ip, buffer, 12)
      put(UInt32(s.x87Opcode & 0x7ff) << 16, buffer, 16)
      put(dp, buffer, 20)
      put(0xffff_0000 as UInt32, buffer, 24)
    }
  }

  /// FNSTENV masks every exception once its store is done.
  package static func finishStoreEnvironment(_ state: State) {
    state.pointee.x87Control |= 0x3f
    updateSummary(state)
  }

  /// FLDENV.
  package static func loadEnvironment(_ state: State, _ buffer: UnsafeRawPointer, short: Bool) {
    let stride = short ? 2 : 4
    state.pointee.x87Control = take(buffer, 0, as: UInt16.self) & 0x1f3f | 0x40
    state.pointee.x87Status = take(buffer, stride, as: UInt16.self)
    let tags = take(buffer, 2 * stride, as: UInt16.self)
    if short {
      state.pointee.x87InstructionPointer = UInt64(take(buffer, 6, as: UInt16.self))
      state.pointee.x87DataPointer = UInt64(take(buffer, 10, as: UInt16.self))
      state.pointee.x87Opcode = 0
    } else {
      state.pointee.x87InstructionPointer = UInt64(take(buffer, 12, as: UInt32.self))
      state.pointee.x87Opcode = take(buffer, 18, as: UInt16.self) & 0x7ff
      state.pointee.x87DataPointer = UInt64(take(buffer, 20, as: UInt32.self))
    }
    var abridged: UInt8 = 0
    for slot in 0..<8 where tags >> UInt16(2 * slot) & 3 != 3 { abridged |= 1 << UInt8(slot) }
    setTags(state, abridged)
    updateSummary(state)
  }

  /// Only empty or not is kept of a tag; the rest follows from the contents.
  private static func setTags(_ state: State, _ abridged: UInt8) {
    var tags: UInt16 = 0
    for slot in 0..<8 {
      let register = registers(state)[slot]
      let isValid = abridged >> UInt8(slot) & 1 != 0
      let value =
        isValid
        ? tag(significand: register.significand, signAndExponent: register.signAndExponent) : 3
      tags |= value << UInt16(2 * slot)
    }
    state.pointee.x87Tag = tags
  }

  private static func abridgedTags(_ state: State) -> UInt8 {
    var result: UInt8 = 0
    for slot in 0..<8 where state.pointee.x87Tag >> UInt16(2 * slot) & 3 != 3 {
      result |= 1 << UInt8(slot)
    }
    return result
  }

  /// Registers in stack order, `stride` bytes apart.
  private static func storeRegisters(
    _ state: State, _ buffer: UnsafeMutableRawPointer, stride: Int
  ) {
    let stack = X87Stack(state)
    for index in 0..<8 {
      let register = registers(state)[stack.slot(index)]
      put(register.significand, buffer, index * stride)
      put(register.signAndExponent, buffer, index * stride + 8)
    }
  }

  private static func loadRegisters(_ state: State, _ buffer: UnsafeRawPointer, stride: Int) {
    let stack = X87Stack(state)
    for index in 0..<8 {
      let register = registers(state) + stack.slot(index)
      register.pointee.significand = take(buffer, index * stride, as: UInt64.self)
      register.pointee.signAndExponent = take(buffer, index * stride + 8, as: UInt16.self)
    }
  }

  /// Writes what FNSAVE stores. Afterwards call `initialize`.
  package static func save(_ state: State, _ buffer: UnsafeMutableRawPointer, short: Bool) {
    storeEnvironment(state, buffer, short: short)
    storeRegisters(state, buffer + environmentSize(short: short), stride: 10)
  }

  /// FRSTOR.
  package static func restore(_ state: State, _ buffer: UnsafeRawPointer, short: Bool) {
    // The registers first need TOP, then the tags need the registers.
    loadEnvironment(state, buffer, short: short)
    loadRegisters(state, buffer + environmentSize(short: short), stride: 10)
    loadEnvironment(state, buffer, short: short)
  }

  /// MXCSR bits that may be set; a load of others is a general-protection fault.
  package static let mxcsrMask: UInt32 = 0xffff

  /// Which of FXSAVE's forms: the operand size decides the pointers, the mode the XMM count.
  package struct AreaForm: Sendable {
    /// REX.W: 64-bit instruction and data pointers.
    package var isWide: Bool
    /// 16 in 64-bit mode, else 8.
    package var vectorCount: Int
    package init(isWide: Bool, vectorCount: Int) {
      self.isWide = isWide
      self.vectorCount = vectorCount
    }
  }

  private static func storeLegacy(
    _ state: State, _ buffer: UnsafeMutableRawPointer, _ form: AreaForm
  ) {
    let s = state.pointee
    put(s.x87Control, buffer, 0)
    put(s.x87Status, buffer, 2)
    put(UInt16(abridgedTags(state)), buffer, 4)
    put(s.x87Opcode & 0x7ff, buffer, 6)
    if form.isWide {
      put(s.x87InstructionPointer, buffer, 8)
      put(s.x87DataPointer, buffer, 16)
    } else {
      put(s.x87InstructionPointer & 0xffff_ffff, buffer, 8)
      put(s.x87DataPointer & 0xffff_ffff, buffer, 16)
    }
    for index in 0..<8 {
      put(0 as UInt64, buffer, 40 + 16 * index)
    }
    storeRegisters(state, buffer + 32, stride: 16)
  }

  private static func loadLegacy(_ state: State, _ buffer: UnsafeRawPointer, _ form: AreaForm) {
    state.pointee.x87Control = take(buffer, 0, as: UInt16.self) & 0x1f3f | 0x40
    state.pointee.x87Status = take(buffer, 2, as: UInt16.self)
    state.pointee.x87Opcode = take(buffer, 6, as: UInt16.self) & 0x7ff
    let ip = take(buffer, 8, as: UInt64.self)
    let dp = take(buffer, 16, as: UInt64.self)
    state.pointee.x87InstructionPointer = form.isWide ? ip : ip & 0xffff_ffff
    state.pointee.x87DataPointer = form.isWide ? dp : dp & 0xffff_ffff
    loadRegisters(state, buffer + 32, stride: 16)
    setTags(state, take(buffer, 4, as: UInt8.self))
    updateSummary(state)
  }

  private static func vectors(_ state: State) -> UnsafeMutablePointer<UInt64> {
    withUnsafeMutablePointer(to: &state.pointee.vector) {
      UnsafeMutableRawPointer($0).assumingMemoryBound(to: UInt64.self)
    }
  }

  /// Copies half of each vector register: words 0 and 1 (XMM), or 2 and 3.
  private static func storeVectors(
    _ state: State, _ buffer: UnsafeMutableRawPointer, upper: Bool, _ count: Int
  ) {
    for index in 0..<count {
      let words = vectors(state) + 4 * index + (upper ? 2 : 0)
      put(words[0], buffer, 16 * index)
      put(words[1], buffer, 16 * index + 8)
    }
  }

  private static func loadVectors(
    _ state: State, _ buffer: UnsafeRawPointer?, upper: Bool, _ count: Int
  ) {
    for index in 0..<count {
      let words = vectors(state) + 4 * index + (upper ? 2 : 0)
      words[0] = buffer.map { take($0, 16 * index, as: UInt64.self) } ?? 0
      words[1] = buffer.map { take($0, 16 * index + 8, as: UInt64.self) } ?? 0
    }
  }

  /// FXSAVE into a copy of the 512-byte area (bytes it leaves alone keep what they hold).
  package static func fxsave(
    _ state: State, _ buffer: UnsafeMutableRawPointer, _ form: AreaForm
  ) {
    storeLegacy(state, buffer, form)
    put(state.pointee.mxcsr, buffer, 24)
    put(mxcsrMask, buffer, 28)
    storeVectors(state, buffer + 160, upper: false, form.vectorCount)
  }

  /// FXRSTOR. False is a general-protection fault (reserved MXCSR bits); nothing has changed then.
  package static func fxrstor(_ state: State, _ buffer: UnsafeRawPointer, _ form: AreaForm) -> Bool
  {
    let mxcsr = take(buffer, 24, as: UInt32.self)
    if mxcsr & ~mxcsrMask != 0 { return false }
    loadLegacy(state, buffer, form)
    state.pointee.mxcsr = mxcsr
    loadVectors(state, buffer + 160, upper: false, form.vectorCount)
    return true
  }

  /// State components XSAVE knows: x87, SSE, AVX.
  package static let supportedComponents: UInt64 = 7
  /// Bytes of the standard-form area for them.
  package static let xsaveSize = 832

  /// XSAVE in standard form into a copy of the 832-byte area; `requested` is EDX:EAX.
  package static func xsave(
    _ state: State, _ buffer: UnsafeMutableRawPointer, requested: UInt64, _ form: AreaForm
  ) {
    let components = requested & state.pointee.xcr0 & supportedComponents
    if components & 1 != 0 { storeLegacy(state, buffer, form) }
    if components & 6 != 0 {
      put(state.pointee.mxcsr, buffer, 24)
      put(mxcsrMask, buffer, 28)
    }
    if components & 2 != 0 { storeVectors(state, buffer + 160, upper: false, form.vectorCount) }
    if components & 4 != 0 { storeVectors(state, buffer + 576, upper: true, form.vectorCount) }
    let present = take(buffer, 512, as: UInt64.self)
    put(present | components, buffer, 512)
  }

  /// XRSTOR of the standard form. False is a general-protection fault; nothing has changed then.
  package static func xrstor(
    _ state: State, _ buffer: UnsafeRawPointer, requested: UInt64, _ form: AreaForm
  ) -> Bool {
    let present = take(buffer, 512, as: UInt64.self)
    let enabled = state.pointee.xcr0 & supportedComponents
    if present & ~enabled != 0 { return false }
    // The compacted form and the reserved header bytes.
    if take(buffer, 520, as: UInt64.self) | take(buffer, 528, as: UInt64.self) != 0 { return false }
    let components = requested & enabled
    let mxcsr = take(buffer, 24, as: UInt32.self)
    if components & 6 != 0 {
      if mxcsr & ~mxcsrMask != 0 { return false }
      state.pointee.mxcsr = mxcsr
    }
    if components & 1 != 0 {
      if present & 1 != 0 {
        loadLegacy(state, buffer, form)
      } else {
        initialize(state)
        for slot in 0..<8 { registers(state)[slot] = TransomX87Register() }
      }
    }
    if components & 2 != 0 {
      loadVectors(
        state, present & 2 != 0 ? buffer + 160 : nil, upper: false, form.vectorCount)
    }
    if components & 4 != 0 {
      loadVectors(
        state, present & 4 != 0 ? buffer + 576 : nil, upper: true, form.vectorCount)
    }
    return true
  }
}
