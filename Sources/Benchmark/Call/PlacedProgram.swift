internal import CTranslator
internal import CaseRunner
internal import Translator
package import Vectors

/// A flat binary at its address, with its regions and a stack, ready to be called.
package final class PlacedProgram {
  /// Where a called function returns to: canonical, and nothing can be mapped there.
  static let returnAddress: UInt64 = 0x0000_7FFF_FFFF_F000
  private static let stackSize: UInt64 = 8 << 20
  /// Left free around the stack, so that what runs over it faults.
  private static let guardSize: UInt64 = 1 << 16
  /// Above the first frame, so that reading more arguments than were given is harmless.
  private static let headroom: UInt64 = 1 << 12
  /// Memory that is made present before anything is timed, at most; beyond, pages come as used.
  private static let touchedAtMost: UInt64 = 64 << 20

  package let stack: Region
  private let memory: GuestMemory

  package init(code: [UInt8], load: UInt64, regions: [Region]) throws(CallError) {
    memory = GuestMemory()
    let wanted = try Self.layOut(code, load, regions)
    for region in wanted where !memory.add(region) { throw .notMappable(region) }
    stack = try Self.placeStack(memory)
    memory.write(Placed(address: load, bytes: code))
    var left = Self.touchedAtMost
    for region in wanted where region.count <= left {
      memory.touch(region)
      left -= region.count
    }
    memory.touch(Region(address: stack.end - (1 << 20), count: 1 << 20))
  }

  /// Whole pages that hold the code and every region, each once.
  private static func layOut(
    _ code: [UInt8], _ load: UInt64, _ regions: [Region]
  ) throws(CallError) -> [Region] {
    guard !code.isEmpty else { throw .emptyCode }
    let area = Region(address: load, count: UInt64(code.count))
    for region in regions + [area] {
      let (end, overflow) = region.address.addingReportingOverflow(region.count)
      guard region.count > 0, !overflow, end <= 1 << 47 else { throw .badRange(region) }
    }
    for (n, region) in regions.enumerated() {
      if let other = regions[..<n].first(where: region.overlaps) { throw .overlap(other, region) }
    }
    return Region.merged((regions + [area]).map(\.pages))
  }

  /// Below 4 GiB where there is room: old code truncates pointers.
  private static func placeStack(_ memory: GuestMemory) throws(CallError) -> Region {
    let places: [UInt64] = [
      0x0C00_0000, 0x7000_0000, 0xD000_0000, 0x3000_0000, 0x10_0000_0000, 0x1000_0000_0000,
    ]
    for place in places {
      let around = Region(address: place - guardSize, count: stackSize + 2 * guardSize)
      if memory.regions.contains(where: around.overlaps) { continue }
      let stack = Region(address: place, count: stackSize)
      if memory.add(stack) { return stack }
    }
    throw .noRoomForStack
  }

  package func contains(_ address: UInt64, count: Int = 1) -> Bool {
    memory.contains(address, count)
  }

  /// As many bytes at an address as there are, up to `count`.
  package func bytes(at address: UInt64, upTo count: Int) -> [UInt8] {
    for size in stride(from: count, to: 0, by: -1) {
      if let bytes = memory.read(address, size) { return bytes }
    }
    return []
  }

  /// The contents of all regions but the stack; nil if that is too much to keep.
  func snapshot() -> [Placed]? {
    let kept = memory.regions.filter { $0 != stack }
    guard kept.reduce(0, { $0 + $1.count }) <= Self.touchedAtMost else { return nil }
    return kept.compactMap { region in
      memory.read(region.address, Int(region.count)).map {
        Placed(address: region.address, bytes: $0)
      }
    }
  }

  func restore(_ contents: [Placed]) {
    for placed in contents { memory.write(placed) }
  }

  package func write(_ bytes: [UInt8], at address: UInt64) {
    memory.write(Placed(address: address, bytes: bytes))
  }

  /// All regions, the stack too.
  var regions: [Region] { memory.regions }

  /// The contents of every region that are not zero, in pieces of a page.
  func contents() -> [Placed] {
    let pageSize: UInt64 = 4096
    var result: [Placed] = []
    for region in memory.regions {
      for page in stride(from: region.address, to: region.end, by: Int(pageSize)) {
        guard let bytes = memory.read(page, Int(min(pageSize, region.end - page))),
          bytes.contains(where: { $0 != 0 })
        else { continue }
        result.append(Placed(address: page, bytes: bytes))
      }
    }
    return result
  }

  /// Builds the frame that the convention asks for; the state in which the function is entered.
  func entryState(
    entry: UInt64, abi: CallDescription.ABI, arguments: [UInt64]
  ) -> ProcessorState {
    var state = ProcessorState()
    for (register, value) in zip(abi.registers, arguments) { state[register] = value }
    state[4] = buildFrame(abi, arguments)
    state[ProcessorState.Word.rip] = entry
    return state
  }

  /// The same, for a processor of this process.
  func enter(
    _ processor: CaseProcessor, entry: UInt64, abi: CallDescription.ABI, arguments: [UInt64],
    budget: UInt64 = .max
  ) {
    processor.reset(is32Bit: false, budget: budget)
    let state = processor.engine.state
    let general = UnsafeMutableRawPointer(state).assumingMemoryBound(to: UInt64.self)
    for (register, value) in zip(abi.registers, arguments) { general[register] = value }
    general[4] = buildFrame(abi, arguments)
    state.pointee.rip = entry
  }

  /// Arguments and return address on the stack. RSP at the function's first instruction.
  private func buildFrame(_ abi: CallDescription.ABI, _ arguments: [UInt64]) -> UInt64 {
    let onStack = arguments.dropFirst(abi.registers.count)
    let size = (abi.homeSpace + UInt64(onStack.count) * 8 + 15) & ~15
    // Behind a call, RSP is 8 modulo 16.
    let top = stack.end - Self.headroom - size - 8
    var frame = Self.littleEndian(Self.returnAddress)
    frame += [UInt8](repeating: 0, count: Int(abi.homeSpace))
    for value in onStack { frame += Self.littleEndian(value) }
    write(frame, at: top)
    return top
  }

  private static func littleEndian(_ value: UInt64) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
