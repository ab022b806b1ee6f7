internal import CTranslator

/// The x87 register stack and status word, and how an instruction's outcome reaches them.
struct X87Stack {
  let state: UnsafeMutablePointer<TransomGuestState>
  /// Whether an unmasked exception has stopped the instruction.
  var isStopped = false

  init(_ state: UnsafeMutablePointer<TransomGuestState>) { self.state = state }

  static let stackFault: UInt16 = 0x40
  static let c0: UInt16 = 0x100
  static let c1: UInt16 = 0x200
  static let c2: UInt16 = 0x400
  static let c3: UInt16 = 0x4000

  var status: UInt16 {
    get { state.pointee.x87Status }
    nonmutating set { state.pointee.x87Status = newValue }
  }

  var top: Int {
    get { Int(status >> 11 & 7) }
    nonmutating set { status = status & 0xc7ff | UInt16(newValue & 7) << 11 }
  }

  func environment() -> FloatEnvironment {
    FloatEnvironment(x87Control: state.pointee.x87Control)
  }

  /// The register file slot of ST(i).
  func slot(_ index: Int) -> Int { (top &+ index) & 7 }

  func isEmpty(_ index: Int) -> Bool {
    state.pointee.x87Tag >> UInt16(2 * slot(index)) & 3 == 3
  }

  func register(_ slot: Int) -> UnsafeMutablePointer<TransomX87Register> {
    X87.registers(state) + slot
  }

  func value(_ index: Int) -> FloatValue {
    let raw = register(slot(index)).pointee
    return FloatValue(significand: raw.significand, signAndExponent: raw.signAndExponent)
  }

  func setTag(_ slot: Int, _ tag: UInt16) {
    let shift = UInt16(2 * slot)
    state.pointee.x87Tag = state.pointee.x87Tag & ~(3 << shift) | tag << shift
  }

  func set(_ index: Int, significand: UInt64, signAndExponent: UInt16) {
    let target = slot(index)
    register(target).pointee.significand = significand
    register(target).pointee.signAndExponent = signAndExponent
    setTag(target, X87.tag(significand: significand, signAndExponent: signAndExponent))
  }

  func set(_ index: Int, _ value: FloatValue) {
    let raw = value.extended
    set(index, significand: raw.significand, signAndExponent: raw.signAndExponent)
  }

  func pop() {
    setTag(top, 3)
    top += 1
  }

  /// Sets one condition bit or clears it.
  func condition(_ bit: UInt16, _ isSet: Bool) {
    status = isSet ? status | bit : status & ~bit
  }

  /// Records what an operation raised. Returns whether its result may be delivered: not when a
  /// pre-computation exception is unmasked.
  mutating func record(_ environment: FloatEnvironment) -> Bool {
    let reported = environment.reported
    status |= UInt16(reported)
    condition(X87Stack.c1, environment.roundedUp && reported & FloatException.precision != 0)
    X87.updateSummary(state)
    isStopped = reported & FloatException.preComputation & ~environment.masks != 0
    return !isStopped
  }

  /// A stack fault. Returns whether the masked response applies.
  mutating func fault(overflow: Bool) -> Bool {
    status |= X87Stack.stackFault | UInt16(FloatException.invalid)
    condition(X87Stack.c1, overflow)
    X87.updateSummary(state)
    isStopped = state.pointee.x87Control & 1 == 0
    return !isStopped
  }

  /// Whether ST(i) and ST(j) hold values; else the stack fault is raised and, masked, `target`
  /// receives the default NaN.
  mutating func require(_ index: Int, _ other: Int, target: Int) -> Bool {
    if !isEmpty(index) && !isEmpty(other) { return true }
    if fault(overflow: false) { set(target, .defaultNaN) }
    return false
  }

  /// Pushes a value that raised what `environment` says.
  mutating func push(
    _ value: FloatValue, _ environment: FloatEnvironment,
    stoppedBy: UInt32 = FloatException.preComputation
  ) {
    let raw = value.extended
    push(
      significand: raw.significand, signAndExponent: raw.signAndExponent, environment,
      stoppedBy: stoppedBy)
  }

  mutating func push(
    significand: UInt64, signAndExponent: UInt16, _ environment: FloatEnvironment,
    stoppedBy: UInt32 = FloatException.preComputation
  ) {
    if !isEmpty(7) {
      if fault(overflow: true) {
        top -= 1
        set(0, .defaultNaN)
      }
      return
    }
    _ = record(environment)
    isStopped = environment.reported & stoppedBy & ~environment.masks != 0
    if isStopped { return }
    top -= 1
    set(0, significand: significand, signAndExponent: signAndExponent)
  }
}
