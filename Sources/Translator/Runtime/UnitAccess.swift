internal import CTranslator

/// Which units the control registers let be used. Translations depend on it: where an instruction
/// is refused, the block holds the exception in its place, and the cache is dropped on a change.
struct UnitAccess: Equatable {
  /// The vector raised by each class of instruction, 0 for none.
  var x87: UInt8 = 0
  var wait: UInt8 = 0
  var mmx: UInt8 = 0
  var sse: UInt8 = 0
  var avx: UInt8 = 0
  var xsave: UInt8 = 0
  var extendedControl: UInt8 = 0
  var segmentBases: UInt8 = 0

  /// Everything may be used.
  init() {}

  /// As CR0, CR4 and XCR0 say (SDM volume 3, 2.5 and 13.3).
  init(_ state: UnsafePointer<TransomGuestState>) {
    let cr0 = state.pointee.cr0
    let cr4 = state.pointee.cr4
    let emulates = cr0 & 4 != 0
    let switched = cr0 & 8 != 0
    let later: UInt8 = switched ? 7 : 0
    x87 = emulates || switched ? 7 : 0
    wait = cr0 & 2 != 0 && switched ? 7 : 0
    mmx = emulates ? 6 : later
    sse = emulates || cr4 & 1 << 9 == 0 ? 6 : later
    extendedControl = cr4 & 1 << 18 == 0 ? 6 : 0
    xsave = extendedControl != 0 ? 6 : later
    avx = extendedControl != 0 || state.pointee.xcr0 & 6 != 6 ? 6 : later
    segmentBases = cr4 & 1 << 16 == 0 ? 6 : 0
  }

  /// The exception that use of a unit raises, 0 for none.
  @inline(__always)
  func refusal(_ unit: ProcessorUnit) -> UInt8 {
    unit == .none ? 0 : slowRefusal(unit)
  }

  private func slowRefusal(_ unit: ProcessorUnit) -> UInt8 {
    switch unit {
    case .none: 0
    case .x87: x87
    case .wait: wait
    case .mmx: mmx
    case .sse: sse
    case .avx: avx
    case .xsave: xsave
    case .extendedControl: extendedControl
    case .segmentBases: segmentBases
    }
  }
}
