internal import CTranslator

/// System instructions as firmware at CPL 0 sees them.
extension Interpreter {
  mutating func system(_ op: Operation) -> Outcome {
    guard let operation = SystemOperation(rawValue: op.selector) else { return fault(6) }
    let value = op.left.isStored ? r[Int(op.left.raw)] : 0
    switch operation {
    case .readSegment: r[Int(op.destination.raw)] = UInt64(segment(op.immediate).selector)
    case .writeSegment: writeSelector(op.immediate, UInt16(truncatingIfNeeded: value))
    case .cpuid: cpuid()
    case .readMSR: return readMSR()
    case .writeMSR: return writeMSR()
    // CPUID offers no performance counters.
    case .readPerformance: return fault(13)
    case .xgetbv:
      guard r[1] & 0xFFFF_FFFF == 0 else { return fault(13) }
      r[0] = state.pointee.xcr0 & 0xFFFF_FFFF
      r[2] = state.pointee.xcr0 >> 32
    case .xsetbv:
      let mask = r[2] << 32 | r[0] & 0xFFFF_FFFF
      guard r[1] & 0xFFFF_FFFF == 0, mask & 1 == 1, mask & ~(features.has(.avx) ? 7 : 3) == 0,
        mask & 6 != 4
      else {
        return fault(13)
      }
      state.pointee.xcr0 = mask
      controlChanged = true
    case .readControl: r[Int(op.destination.raw)] = readControl(op.immediate)
    case .writeControl:
      guard isAllowed(op.immediate, value) else { return fault(13) }
      writeControl(op.immediate, value)
      controlChanged = true
    case .readDebug, .writeDebug:
      // DR4 and DR5 are names of DR6 and DR7 only without debugging extensions.
      if (op.immediate == 4 || op.immediate == 5) && state.pointee.cr4 & 8 != 0 { return fault(6) }
      if operation == .readDebug {
        r[Int(op.destination.raw)] = debug(op.immediate)
      } else {
        if op.immediate >= 4 && value >> 32 != 0 && op.width == 8 { return fault(13) }
        setDebug(op.immediate, value)
      }
    case .clearTaskSwitched:
      state.pointee.cr0 &= ~8
      controlChanged = true
    case .storeGDT: return storeTable(op, state.pointee.gdtLimit, state.pointee.gdtBase)
    case .storeIDT: return storeTable(op, state.pointee.idtLimit, state.pointee.idtBase)
    case .loadGDT, .loadIDT: return loadTable(op, operation)
    case .storeMachineStatus: r[Int(op.destination.raw)] = state.pointee.cr0
    case .loadMachineStatus:
      state.pointee.cr0 = state.pointee.cr0 & ~0xE | value & 0xE | state.pointee.cr0 & 1 | value & 1
      controlChanged = true
    case .storeLDT: r[Int(op.destination.raw)] = UInt64(state.pointee.ldtSelector)
    case .storeTask: r[Int(op.destination.raw)] = UInt64(state.pointee.taskSelector)
    case .loadLDT: state.pointee.ldtSelector = UInt16(truncatingIfNeeded: value)
    case .loadTask: state.pointee.taskSelector = UInt16(truncatingIfNeeded: value)
    case .readFSBase: r[Int(op.destination.raw)] = segmentBase(4)
    case .readGSBase: r[Int(op.destination.raw)] = segmentBase(5)
    case .writeFSBase, .writeGSBase:
      let high = Int64(bitPattern: value) >> 47
      guard high == 0 || high == -1 else { return fault(13) }
      setSegmentBase(operation == .writeFSBase ? 4 : 5, value)
    case .swapGS:
      let base = segmentBase(5)
      setSegmentBase(5, state.pointee.kernelGSBase)
      state.pointee.kernelGSBase = base
    case .daa, .das, .aaa, .aas, .aam, .aad: decimal(operation, UInt64(bitPattern: op.immediate))
    default: return floatingPointSystem(op, operation)
    }
    return .next
  }

  // MARK: Segments

  func segment(_ number: Int64) -> TransomSegment {
    withUnsafePointer(to: &state.pointee.segment) {
      UnsafeRawPointer($0).assumingMemoryBound(to: TransomSegment.self)[Int(number & 7)]
    }
  }

  /// Selectors are kept and mean nothing: segments are flat. A new one in FS or GS takes the base
  /// of a flat segment.
  private func writeSelector(_ number: Int64, _ selector: UInt16) {
    if number >= 4 && segment(number).selector != selector { setSegmentBase(Int(number & 7), 0) }
    withUnsafeMutablePointer(to: &state.pointee.segment) {
      UnsafeMutableRawPointer($0).assumingMemoryBound(to: TransomSegment.self)[Int(number & 7)]
        .selector = selector
    }
  }

  private func setSegmentBase(_ number: Int, _ base: UInt64) {
    withUnsafeMutablePointer(to: &state.pointee.segment) {
      UnsafeMutableRawPointer($0).assumingMemoryBound(to: TransomSegment.self)[number].base = base
    }
  }

  // MARK: Control, debug and descriptor registers

  private func readControl(_ number: Int64) -> UInt64 {
    switch number {
    case 0: state.pointee.cr0
    case 2: state.pointee.cr2
    case 3: state.pointee.cr3
    case 4: state.pointee.cr4
    default: state.pointee.cr8
    }
  }

  /// The reserved bits and impossible combinations of SDM volume 3, 2.5.
  private func isAllowed(_ number: Int64, _ value: UInt64) -> Bool {
    let isLong = state.pointee.efer & 0x400 != 0 && state.pointee.mode == 0
    switch number {
    case 0:
      let pages = value >> 31 & 1 == 1
      if value >> 32 != 0 || pages && value & 1 == 0 { return false }
      if value >> 29 & 3 == 1 { return false }  // NW without CD
      return !(isLong && !pages)
    case 3: return value >> 52 == 0
    case 4:
      var known: UInt64 = 0x0000_06FF | 1 << 20
      if features.has(.fsgsbase) { known |= 1 << 16 }
      if features.has(.xsave) { known |= 1 << 18 }
      if value & ~known != 0 { return false }
      return !(isLong && value & 0x20 == 0)
    case 8: return value <= 15
    default: return true
    }
  }

  private func writeControl(_ number: Int64, _ value: UInt64) {
    switch number {
    case 0: state.pointee.cr0 = value | 0x10
    case 2: state.pointee.cr2 = value
    case 3: state.pointee.cr3 = value
    case 4: state.pointee.cr4 = value
    default: state.pointee.cr8 = value & 15
    }
  }

  private func debug(_ number: Int64) -> UInt64 {
    let n = number == 4 ? 6 : number == 5 ? 7 : number
    return withUnsafePointer(to: &state.pointee.dr) {
      UnsafeRawPointer($0).assumingMemoryBound(to: UInt64.self)[Int(n & 7)]
    }
  }

  private func setDebug(_ number: Int64, _ value: UInt64) {
    let n = number == 4 ? 6 : number == 5 ? 7 : number
    let fixed: UInt64 = n == 6 ? value & 0xE00F | 0xFFFF_0FF0 : n == 7 ? value | 0x400 : value
    withUnsafeMutablePointer(to: &state.pointee.dr) {
      UnsafeMutableRawPointer($0).assumingMemoryBound(to: UInt64.self)[Int(n & 7)] = fixed
    }
  }

  private mutating func storeTable(_ op: Operation, _ limit: UInt16, _ base: UInt64) -> Outcome {
    let address = effectiveAddress(op)
    let width: UInt8 = state.pointee.mode == 0 ? 8 : 4
    guard store(at: address, 2, UInt64(limit)), store(at: address &+ 2, width, base) else {
      return memoryFault(write: true)
    }
    return .next
  }

  private mutating func loadTable(_ op: Operation, _ operation: SystemOperation) -> Outcome {
    let address = effectiveAddress(op)
    let width: UInt8 = state.pointee.mode == 0 ? 8 : 4
    var limit: UInt64 = 0
    var base: UInt64 = 0
    guard load(at: address, 2, &limit), load(at: address &+ 2, width, &base) else {
      return memoryFault(write: false)
    }
    if operation == .loadGDT {
      state.pointee.gdtLimit = UInt16(limit)
      state.pointee.gdtBase = base
    } else {
      state.pointee.idtLimit = UInt16(limit)
      state.pointee.idtBase = base
    }
    return .next
  }

  // MARK: Model-specific registers

  private mutating func readMSR() -> Outcome {
    let s = state.pointee
    let value: UInt64
    switch UInt32(truncatingIfNeeded: r[1]) {
    case 0x1B: value = s.apicBase
    case 0x1A0: value = s.miscEnable | 1
    case 0x277: value = s.pat
    case 0xFE: value = 0
    case 0x2FF: value = 0xC00
    case 0xC000_0080: value = s.efer
    case 0xC000_0081: value = s.star
    case 0xC000_0082: value = s.lstar
    case 0xC000_0083: value = s.cstar
    case 0xC000_0084: value = s.fmask
    case 0xC000_0100: value = segmentBase(4)
    case 0xC000_0101: value = segmentBase(5)
    case 0xC000_0102: value = s.kernelGSBase
    case 0xC000_0103: value = s.tscAux
    default: return fault(13)
    }
    r[0] = value & 0xFFFF_FFFF
    r[2] = value >> 32
    return .next
  }

  private mutating func writeMSR() -> Outcome {
    let value = r[2] << 32 | r[0] & 0xFFFF_FFFF
    switch UInt32(truncatingIfNeeded: r[1]) {
    case 0x1B: state.pointee.apicBase = value
    case 0x1A0: state.pointee.miscEnable = value
    case 0x277: state.pointee.pat = value
    case 0x2FF: break
    case 0xC000_0080: state.pointee.efer = value
    case 0xC000_0081: state.pointee.star = value
    case 0xC000_0082: state.pointee.lstar = value
    case 0xC000_0083: state.pointee.cstar = value
    case 0xC000_0084: state.pointee.fmask = value
    case 0xC000_0100: setSegmentBase(4, value)
    case 0xC000_0101: setSegmentBase(5, value)
    case 0xC000_0102: state.pointee.kernelGSBase = value
    case 0xC000_0103: state.pointee.tscAux = value
    default: return fault(13)
    }
    return .next
  }

  // MARK: Decimal adjustment (32-bit mode)

  private func decimal(_ operation: SystemOperation, _ base: UInt64) {
    var al = r[0] & 0xFF
    var ah = r[0] >> 8 & 0xFF
    let f = state.pointee.rflags
    let carry = f & Flag.carry != 0
    let adjust = f & Flag.adjust != 0 || al & 15 > 9
    var out: UInt64 = 0
    switch operation {
    case .daa, .das:
      let old = al
      var carryOut = false
      if adjust {
        carryOut = carry || (operation == .daa ? al > 0xF9 : al < 6)
        al = operation == .daa ? al &+ 6 : al &- 6
        out |= Flag.adjust
      }
      if old > 0x99 || carry {
        al = operation == .daa ? al &+ 0x60 : al &- 0x60
        carryOut = true
      }
      al &= 0xFF
      out |= (carryOut ? Flag.carry : 0) | resultFlags(al, 1)
    case .aaa, .aas:
      if adjust {
        let ax = operation == .aaa ? (r[0] & 0xFFFF) &+ 0x106 : (r[0] & 0xFFFF) &- 0x106
        al = ax & 0xFF
        ah = ax >> 8 & 0xFF
        if operation == .aas {
          al = (r[0] & 0xFF) &- 6 & 0xFF
          ah = ((r[0] & 0xFFFF) &- 6) >> 8 &- 1 & 0xFF
        }
        out = Flag.adjust | Flag.carry
      }
      al &= 15
      out |= resultFlags(al, 1)
    case .aam:
      ah = al / base
      al = al % base
      out = resultFlags(al, 1)
    default:
      al = (al &+ ah &* base) & 0xFF
      ah = 0
      out = resultFlags(al, 1)
    }
    write(.rax, 2, al | ah << 8)
    let mask = Flag.mask(.all)
    state.pointee.rflags = f & ~mask | out & mask
  }
}
