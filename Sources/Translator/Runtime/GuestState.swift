public import CTranslator

extension TransomGuestState {
  /// The state in which firmware hands the processor to a driver: long mode, flat, interrupts on,
  /// FINIT, MXCSR 0x1F80.
  public mutating func reset(_ features: FeatureSet) {
    rflags = 0x202
    mxcsr = 0x1F80
    x87Control = 0x37F
    x87Tag = 0xFFFF
    cr0 = 0x8001_0033
    cr4 = 0x668
    // FSGSBASE and OSXSAVE, so that what CPUID offers can be used.
    if features.has(.fsgsbase) { cr4 |= 1 << 16 }
    if features.has(.xsave) { cr4 |= 1 << 18 }
    efer = 0xD00
    xcr0 = features.has(.avx) ? 7 : 3
    apicBase = 0xFEE0_0900
    pat = 0x0007_0406_0007_0406
    dr.6 = 0xFFFF_0FF0
    dr.7 = 0x400
    instructionLimit = ~0
    setFlatSegments()
  }

  private mutating func setFlatSegments() {
    let data = TransomSegment(base: 0, limit: 0xFFFF_FFFF, selector: 0x30, attributes: 0xC093)
    let code = TransomSegment(base: 0, limit: 0xFFFF_FFFF, selector: 0x38, attributes: 0xA09B)
    segment = (data, code, data, data, data, data)
    gdtLimit = 0x47
    idtLimit = 0xFFF
  }
}

extension Engine {
  /// Puts the processor back into the state it was made in. Translations are kept.
  package func resetState() {
    UnsafeMutableRawPointer(state).initializeMemory(
      as: UInt8.self, repeating: 0, count: MemoryLayout<TransomGuestState>.size)
    state.pointee.reset(configuration.features)
    publishEntry()
  }
}
