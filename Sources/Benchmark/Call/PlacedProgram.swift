internal import CTranslator
internal import CaseRunner
internal import Translator
package import Vectors

/// A flat binary at its address, with its regions and a stack, ready to be called.
package final class PlacedProgram {
  /// Memory that is made present before anything is timed, at most; beyond, pages come as used.
  private static let touchedAtMost: UInt64 = 64 << 20

  package let stack: Region
  private let memory: GuestMemory

  package init(code: [UInt8], load: UInt64, regions: [Region]) throws(CallError) {
    memory = GuestMemory()
    let wanted = try CallLayout.regions(code, load, regions)
    for region in wanted where !memory.add(region) { throw .notMappable(region) }
    let memory = memory
    stack = try CallLayout.placeStack(beside: wanted) { memory.add($0) }
    memory.write(Placed(address: load, bytes: code))
    var left = Self.touchedAtMost
    for region in wanted where region.count <= left {
      memory.touch(region)
      left -= region.count
    }
    memory.touch(Region(address: stack.end - (1 << 20), count: 1 << 20))
  }

  /// Everything that is mapped, the stack included.
  var regions: [Region] { memory.regions }

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

  /// Builds the frame that the convention asks for and points the processor at the function.
  func enter(
    _ processor: CaseProcessor, entry: UInt64, abi: CallDescription.ABI, arguments: [UInt64],
    budget: UInt64 = .max
  ) {
    processor.reset(is32Bit: false, budget: budget)
    let state = processor.engine.state
    let general = UnsafeMutableRawPointer(state).assumingMemoryBound(to: UInt64.self)
    for (register, value) in zip(abi.registers, arguments) { general[register] = value }
    let frame = CallLayout.frame(on: stack, abi, arguments)
    memory.write(frame)
    general[4] = frame.address
    state.pointee.rip = entry
  }
}
