internal import CTranslator

/// Guest memory: raw accesses that survive faults, devices behind them, code that changes.
extension Interpreter {
  @inline(__always)
  mutating func effectiveAddress(_ op: Operation, segment: Bool = true) -> UInt64 {
    // An override says which segment it is, whatever the base.
    let named = op.addressMode >> 2 & 7
    lastBase = named == 0 ? op.base : named == SegmentOverride.ss.rawValue ? .rsp : .none
    var a = UInt64(bitPattern: op.displacement)
    if op.base != .none { a &+= r[Int(op.base.raw)] }
    if op.index != .none { a &+= r[Int(op.index.raw)] << UInt64(op.addressMode & 3) }
    if op.addressMode & 0x60 != 0 {
      a &= op.addressMode & 32 != 0 ? 0xFFFF_FFFF : 0xFFFF
    }
    if segment { a = addSegment(a, op.addressMode) }
    return a
  }

  @inline(__always) func addSegment(_ address: UInt64, _ mode: UInt8) -> UInt64 {
    let number = (mode >> 2) & 7
    guard number != 0 else { return address }
    let sum = address &+ segmentBase(number - 1)
    return state.pointee.mode == 1 ? sum & 0xFFFF_FFFF : sum
  }

  func segmentBase(_ number: UInt8) -> UInt64 {
    withUnsafePointer(to: &state.pointee.segment) {
      UnsafeRawPointer($0).assumingMemoryBound(to: TransomSegment.self)[Int(number)].base
    }
  }

  @inline(__always)
  mutating func load(_ op: Operation, _ value: inout UInt64) -> Bool {
    load(at: effectiveAddress(op), op.width, &value)
  }

  @inline(__always)
  mutating func load(_ op: Operation, _ value: inout UInt64, width: UInt8) -> Bool {
    load(at: effectiveAddress(op), width, &value)
  }

  @inline(__always)
  mutating func load(at address: UInt64, _ width: UInt8, _ value: inout UInt64) -> Bool {
    let failed =
      switch width {
      case 1: transomLoad8(address, &value)
      case 2: transomLoad16(address, &value)
      case 4: transomLoad32(address, &value)
      default: transomLoad64(address, &value)
      }
    return failed == 0 ? true : deviceLoad(address, UInt64(width), &value)
  }

  @inline(__always)
  mutating func store(_ op: Operation, _ value: UInt64) -> Bool {
    store(at: effectiveAddress(op), op.width, value)
  }

  @inline(__always)
  mutating func store(at address: UInt64, _ width: UInt8, _ value: UInt64) -> Bool {
    var copy = value
    let place = writable(address, UInt64(width))
    let failed =
      switch width {
      case 1: transomStore8(place, &copy)
      case 2: transomStore16(place, &copy)
      case 4: transomStore32(place, &copy)
      default: transomStore64(place, &copy)
      }
    if failed != 0 { return deviceStore(address, UInt64(width), &copy) }
    noteStore(address, UInt64(width))
    return true
  }

  /// Where a place can be written: the second mapping of a page that has one.
  @inline(__always)
  func writable(_ address: UInt64, _ count: UInt64) -> UInt64 {
    guard codeMap.sites.hasAliases, let alias = codeMap.sites.alias(address, count) else {
      return address
    }
    codeMap.sites.lastStore = address
    return alias
  }

  @inline(__always)
  mutating func noteStore(_ address: UInt64, _ count: UInt64) {
    if codeMap.mayHoldCode(address, count) && codeMap.changed(address, count) {
      codeChanged = true
    }
  }

  /// Up to 64 bytes into host memory.
  mutating func loadBytes(_ address: UInt64, _ count: Int, _ to: UnsafeMutableRawPointer) -> Bool {
    let failed: UInt32 =
      switch count {
      case 16: transomLoad128(address, to)
      case 32: transomLoad256(address, to)
      case 8: transomLoad64(address, to)
      case 4: transomLoad32(address, to)
      case 2: transomLoad16(address, to)
      case 1: transomLoad8(address, to)
      default: transomCopyFromGuest(to, address, UInt64(count)) == UInt64(count) ? 0 : 1
      }
    return failed == 0 ? true : deviceLoad(address, UInt64(count), to)
  }

  mutating func storeBytes(_ address: UInt64, _ count: Int, _ from: UnsafeMutableRawPointer) -> Bool
  {
    let place = writable(address, UInt64(count))
    let failed: UInt32 =
      switch count {
      case 16: transomStore128(place, from)
      case 32: transomStore256(place, from)
      case 8: transomStore64(place, from)
      case 4: transomStore32(place, from)
      case 2: transomStore16(place, from)
      case 1: transomStore8(place, from)
      default: copyOut(place, count, from)
      }
    if failed != 0 { return deviceStore(address, UInt64(count), from) }
    noteStore(address, UInt64(count))
    return true
  }

  /// A long store is all or nothing: the last byte is probed before the first is written.
  private func copyOut(_ address: UInt64, _ count: Int, _ from: UnsafeMutableRawPointer) -> UInt32 {
    var byte: UInt8 = 0
    let last = address &+ UInt64(count) &- 1
    if transomLoad8(last, &byte) != 0 || transomStore8(last, &byte) != 0 { return 1 }
    return transomCopyToGuest(address, from, UInt64(count)) == UInt64(count) ? 0 : 1
  }

  // MARK: Devices

  private mutating func deviceLoad(
    _ address: UInt64, _ count: UInt64, _ value: UnsafeMutableRawPointer
  ) -> Bool {
    lastFault = address
    lastFaultCount = count
    guard let window else { return false }
    return window.load(window.context, address, count, value)
  }

  private mutating func deviceStore(
    _ address: UInt64, _ count: UInt64, _ value: UnsafeMutableRawPointer
  ) -> Bool {
    lastFault = address
    lastFaultCount = count
    guard let window else { return false }
    return window.store(window.context, address, count, value)
  }

  private func isCanonical(_ address: UInt64) -> Bool {
    let high = Int64(bitPattern: address) >> 47
    return high == 0 || high == -1
  }

  /// Not canonical, or in 32-bit mode beyond 4 GiB, where the segments end.
  func isOutside(_ address: UInt64, _ count: UInt64) -> Bool {
    let end = address &+ count &- 1
    return state.pointee.mode == 0 ? !isCanonical(address) || !isCanonical(end) : end >> 32 != 0
  }

  /// #GP, on the stack #SS.
  mutating func segmentFault() -> Outcome {
    fault(lastBase == .rsp || lastBase == .rbp ? 12 : 13)
  }

  /// #PF, or for an address that is not canonical #GP, on the stack #SS.
  mutating func memoryFault(write: Bool) -> Outcome {
    var address = lastFault
    if isOutside(address, lastFaultCount) { return segmentFault() }
    // An access over a page's end faults where the first byte is that cannot be had.
    var byte: UInt8 = 0
    if window == nil && transomLoad8(address, &byte) == 0
      && (!write || transomStore8(address, &byte) == 0)
    {
      address = (address | 0xFFF) &+ 1
    }
    state.pointee.cr2 = address
    state.pointee.faultAddress = address
    return fault(14, write ? 2 : 0, address)
  }
}
