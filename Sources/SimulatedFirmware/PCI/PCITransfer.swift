import CUEFI
import Glibc

/// Moves elements between a guest's buffer and something on the bus, for PciIo and the root bridge.
extension PCIBus {
  /// Where a transfer begins and how far it may go.
  struct Endpoint {
    let region: PCIRegion
    let offset: UInt64
  }

  /// The endpoint `offset` bytes into a BAR, for `count` accesses. Throws `unsupported` when the BAR
  /// is not there, is of the other kind, or ends before the last access.
  func endpoint(
    _ function: PCIFunction, bar: UInt8, offset: UInt64, isIO: Bool, _ width: AccessWidth,
    count: UInt64
  ) throws(FirmwareError) -> Endpoint {
    guard let assigned = function.bar(number: bar), assigned.isIO == isIO,
      let span = width.span(count), offset <= assigned.size, span <= assigned.size - offset,
      offset & UInt64(width.size - 1) == 0
    else { throw .unsupported }
    let found = isIO ? portRegion(assigned.pciAddress, size: 1) : region(at: assigned.hostAddress)
    guard let found else { throw .unsupported }
    return Endpoint(region: found, offset: offset)
  }

  /// The endpoint at an address of the bus itself. The outer nil is for an address outside every
  /// window, the inner one for a place that no device decodes.
  func endpoint(
    pci address: UInt64, isIO: Bool, _ width: AccessWidth, count: UInt64
  ) throws(FirmwareError) -> Endpoint? {
    guard let span = width.span(count) else { throw .invalidParameter }
    guard address & UInt64(width.size - 1) == 0 else { throw .unsupported }
    let window = bridge.windows.first {
      ($0.space == .io) == isIO && address >= $0.pciBase && span <= $0.size
        && address - $0.pciBase <= $0.size - span
    }
    guard let window else { throw .invalidParameter }
    let host = address &- window.translation
    guard let found = isIO ? portRegion(address, size: width.size) : region(at: host) else {
      return nil
    }
    let offset = isIO ? address - found.base : host - found.base
    guard span <= found.size - offset else { return nil }
    return Endpoint(region: found, offset: offset)
  }

  /// Reads `count` elements into `buffer`; all ones where nothing answers.
  func read(
    _ endpoint: Endpoint?, _ width: AccessWidth, count: UInt64, into buffer: UnsafeMutableRawPointer
  ) {
    if let endpoint, case .memory(let function) = endpoint.region.kind, function.decodesMemory,
      width.mode == .both,
      let source = UnsafeRawPointer(bitPattern: UInt(endpoint.region.base + endpoint.offset))
    {
      memmove(buffer, source, Int(count) * width.size)
      return
    }
    for index in 0..<count {
      let step = index * UInt64(width.size)
      let value =
        endpoint.map {
          load($0.region, offset: $0.offset + (width.mode == .fifo ? 0 : step), size: width.size)
        } ?? .max
      Scalar.store(buffer + (width.mode == .fill ? 0 : Int(step)), width.size, value)
    }
  }

  /// Writes `count` elements from `buffer`.
  func write(
    _ endpoint: Endpoint?, _ width: AccessWidth, count: UInt64, from buffer: UnsafeRawPointer
  ) {
    guard let endpoint, count > 0 else { return }
    if case .memory(let function) = endpoint.region.kind, function.decodesMemory,
      width.mode != .fifo,
      let target = UnsafeMutableRawPointer(
        bitPattern: UInt(endpoint.region.base + endpoint.offset))
    {
      let size = Int(count) * width.size
      if width.mode == .both {
        memmove(target, buffer, size)
      } else {
        Self.fill(target, size: size, with: buffer, element: width.size)
      }
      return
    }
    for index in 0..<count {
      let step = index * UInt64(width.size)
      let value = Scalar.load(buffer + (width.mode == .fill ? 0 : Int(step)), width.size)
      store(
        endpoint.region, offset: endpoint.offset + (width.mode == .fifo ? 0 : step),
        size: width.size, value: value)
    }
  }

  /// Repeats one element by copying what is filled already: each round doubles it.
  private static func fill(
    _ target: UnsafeMutableRawPointer, size: Int, with element: UnsafeRawPointer,
    element elementSize: Int
  ) {
    memmove(target, element, elementSize)
    var done = elementSize
    while done < size {
      let part = min(done, size - done)
      memcpy(target + done, target, part)
      done += part
    }
  }

  /// Copies `count` elements from one place to another, backwards where they overlap that way.
  func copy(
    from source: Endpoint?, to target: Endpoint?, _ width: AccessWidth, count: UInt64,
    backwards: Bool
  ) {
    for step in 0..<count {
      let index = (backwards ? count - 1 - step : step) * UInt64(width.size)
      let value =
        source.map { load($0.region, offset: $0.offset + index, size: width.size) } ?? .max
      if let target {
        store(target.region, offset: target.offset + index, size: width.size, value: value)
      }
    }
  }

  /// Reads until `(value & mask) == wanted` or `delay` × 100 ns of virtual time have passed (UEFI
  /// 2.10, 14.4.4). The steps grow with the delay, so that waiting long costs no more reads.
  func poll(
    _ endpoint: Endpoint?, _ width: AccessWidth, mask: UInt64, wanted: UInt64, delay: UInt64,
    result: UnsafeMutablePointer<UInt64>
  ) throws(FirmwareError) {
    let ones = width.size == 8 ? UInt64.max : (1 << UInt64(8 * width.size)) - 1
    let step = max(10, delay / 4096)
    var waited: UInt64 = 0
    while true {
      let value =
        endpoint.map { load($0.region, offset: $0.offset, size: width.size) & ones } ?? ones
      result.pointee = value
      if value & mask == wanted || delay == 0 { return }
      if waited >= delay { throw .timeout }
      let pause = min(step, delay - waited)
      waited += pause
      firmware.clock.advance(by: min(pause, UInt64.max / 200) * 100)
      firmware.pollEvents()
    }
  }

  /// Moves configuration registers of `function`, nil for one that is not there.
  func configuration(
    _ function: PCIFunction?, offset: UInt64, _ width: AccessWidth, count: UInt64,
    buffer: UnsafeMutableRawPointer, isWrite: Bool
  ) {
    for index in 0..<count {
      let step = index * UInt64(width.size)
      let register = Int(offset + (width.mode == .fifo ? 0 : step))
      let element = buffer + (width.mode == .fill ? 0 : Int(step))
      // Configuration space has no 64-bit accesses: two of 32.
      for part in stride(from: 0, to: width.size, by: 4) {
        let size = min(width.size, 4)
        if isWrite {
          function?.storeConfiguration(
            register + part, size: size,
            value: UInt32(truncatingIfNeeded: Scalar.load(element + part, size)))
        } else {
          let value = function?.loadConfiguration(register + part, size: size) ?? .max
          Scalar.store(element + part, size, UInt64(value))
        }
      }
    }
  }
}
