import CTranslator
import Disassembly
import GDBRemote
import OptionROM

/// The simulated machine as GDB sees it: one x86-64 processor, flat memory, the loaded images.
final class DebuggedMachine: GDBTarget {
  private unowned let machine: SimulatedMachine
  private let guest: Guest
  private let operands = MemoryOperands()
  private var breakpoints: Set<UInt64> = []
  private var watches: Set<StopPoint> = []
  /// Functions to stop at when the firmware calls them, by name.
  private var wanted: [String] = []
  private var pendingEntry: UInt64?
  /// Until the first stop was told.
  var isFresh = true

  init(_ machine: SimulatedMachine) {
    self.machine = machine
    guest = machine.guest
  }

  func kill() { machine.hooks.stop("the debugger ended the run") }

  // MARK: Stopping

  func isBreakpoint(_ address: UInt64) -> Bool { breakpoints.contains(address) }

  /// Whether this is the entry of a function that `monitor break` named. The debugger knows of no
  /// breakpoint there, so it must not be told of one.
  func isNamedEntry(_ address: UInt64) -> Bool {
    guard pendingEntry == address else { return false }
    pendingEntry = nil
    return true
  }

  func note(entry address: UInt64) {
    guard !wanted.isEmpty else { return }
    machine.names.learn(address)
    guard let name = machine.names.function(address) else { return }
    let short = name.hasPrefix("Function.") ? String(name.dropFirst(9)) : name
    if wanted.contains(where: { $0 == name || $0 == short }) { pendingEntry = address }
  }

  func watchedAccess(at address: UInt64) -> (StopPoint.Kind, UInt64)? {
    guard !watches.isEmpty else { return nil }
    for access in guest.accesses(at: address, operands) {
      for watch in watches
      where access.address < watch.address &+ watch.length
        && access.address &+ access.size > watch.address
      {
        switch watch.kind {
        case .writeWatch where access.isWrite, .readWatch where !access.isWrite, .accessWatch:
          return (watch.kind, watch.address)
        default: continue
        }
      }
    }
    return nil
  }

  func insert(_ stop: StopPoint) -> Bool {
    if stop.kind == .software || stop.kind == .hardware {
      breakpoints.insert(stop.address)
    } else {
      guard operands != nil else { return false }
      watches.insert(stop)
    }
    return true
  }

  func remove(_ stop: StopPoint) -> Bool {
    if stop.kind == .software || stop.kind == .hardware {
      breakpoints.remove(stop.address)
    } else {
      watches.remove(stop)
    }
    return true
  }

  // MARK: Memory

  func readMemory(_ address: UInt64, _ count: Int) -> [UInt8]? {
    if let bytes = guest.read(address, count: count) { return bytes }
    // Up to the end of the page at least.
    let head = Int(4096 - address % 4096)
    return head < count ? guest.read(address, count: head) : nil
  }

  func writeMemory(_ address: UInt64, _ bytes: [UInt8]) -> Bool { guest.write(bytes, at: address) }

  // MARK: Registers

  private static let general: [Guest.Register] = [
    .rax, .rbx, .rcx, .rdx, .rsi, .rdi, .rbp, .rsp, .r8, .r9, .r10, .r11, .r12, .r13, .r14, .r15,
  ]
  /// CS SS DS ES FS GS by their place in the state.
  private static let segments = [1, 2, 3, 0, 4, 5]

  func readRegister(_ index: Int) -> [UInt8] {
    let size = TargetDescription.registers[index].size
    let state = guest.engine.state
    switch index {
    case 0..<16: return little(guest[Self.general[index]], size)
    case 16: return little(guest.instructionPointer, size)
    case 17: return little(guest.flags, size)
    case 18..<24: return little(UInt64(segment(Self.segments[index - 18])), size)
    case 24..<32:
      let register = x87(index - 24)
      return little(register.significand, 8) + little(UInt64(register.signAndExponent), 2)
    case 32: return little(UInt64(state.pointee.x87Control), size)
    case 33: return little(UInt64(state.pointee.x87Status), size)
    case 34: return little(UInt64(state.pointee.x87Tag), size)
    case 36: return little(state.pointee.x87InstructionPointer, size)
    case 38: return little(state.pointee.x87DataPointer, size)
    case 39: return little(UInt64(state.pointee.x87Opcode), size)
    case 40..<56:
      let (low, high) = guest.xmm(index - 40)
      return little(low, 8) + little(high, 8)
    case 56: return little(UInt64(state.pointee.mxcsr), size)
    default: return little(0, size)
    }
  }

  func writeRegister(_ index: Int, _ bytes: [UInt8]) -> Bool {
    let value = Self.number(bytes.prefix(8))
    switch index {
    case 0..<16: guest[Self.general[index]] = value
    case 16: guest.instructionPointer = value
    case 17: guest.flags = value
    case 40..<56: guest.setXMM(index - 40, (value, Self.number(bytes.dropFirst(8))))
    case 56: guest.engine.state.pointee.mxcsr = UInt32(truncatingIfNeeded: value)
    // Segments are flat, and the x87 unit is only shown: accepted if nothing changes.
    default: return bytes == readRegister(index)
    }
    return true
  }

  private func segment(_ number: Int) -> UInt16 {
    withUnsafePointer(to: &guest.engine.state.pointee.segment) {
      UnsafeRawPointer($0).assumingMemoryBound(to: TransomSegment.self)[number].selector
    }
  }

  /// ST(i): the registers are in physical order, TOP is in the status word.
  private func x87(_ number: Int) -> TransomX87Register {
    let top = Int(guest.engine.state.pointee.x87Status >> 11 & 7)
    return withUnsafePointer(to: &guest.engine.state.pointee.x87) {
      UnsafeRawPointer($0).assumingMemoryBound(to: TransomX87Register.self)[(top + number) & 7]
    }
  }

  private func little(_ value: UInt64, _ size: Int) -> [UInt8] {
    (0..<size).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) : 0 }
  }

  private static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.enumerated().reduce(0) { $0 | UInt64($1.element) << UInt64(8 * $1.offset) }
  }

  // MARK: Images and commands

  private var placements: [(name: String, base: UInt64, size: UInt64)] {
    machine.firmware.images.placements
  }

  var images: [(name: String, text: UInt64)] {
    placements.map { ($0.name, $0.base &+ firstSection(of: $0.base)) }
  }

  /// Offset of the first section, from the headers in memory.
  private func firstSection(of base: UInt64) -> UInt64 {
    guard let head = guest.read(base &+ 0x3C, count: 4),
      let sizes = guest.read(base &+ Self.number(head) &+ 20, count: 2)
    else { return 0 }
    let table = base &+ Self.number(head) &+ 24 &+ Self.number(sizes)
    guard let address = guest.read(table &+ 12, count: 4) else { return 0 }
    return Self.number(address)
  }

  func monitor(_ command: String) -> String {
    let words = command.split(separator: " ").map(String.init)
    switch words.first {
    case "images":
      return placements.map {
        "\($0.name) 0x\(String($0.base, radix: 16)) \($0.size) bytes\n"
      }.joined()
    case "break" where words.count == 2:
      wanted.append(words[1])
      return "stops when the firmware calls \(words[1])\n"
    case "where":
      let place = words.count == 2 ? Self.address(words[1]) : guest.instructionPointer
      return (place.map(describe) ?? "no address") + "\n"
    case "calls":
      return machine.recorder.recentCalls(16).joined(separator: "\n") + "\n"
    default:
      return """
        monitor images       loaded images and their addresses
        monitor break NAME   stop when the firmware calls NAME: EntryPoint, DriverBinding.Start, …
        monitor where [ADDR] image and offset of an address
        monitor calls        the last calls between driver and firmware

        """
    }
  }

  /// "DriverBinding.Start, QemuVideoDxe+0x248a".
  private func describe(_ address: UInt64) -> String {
    let image = machine.firmware.images.image(at: address).map {
      $0.name + "+0x" + String($0.offset, radix: 16)
    }
    let names = [machine.names.function(address), image].compactMap(\.self)
    return names.isEmpty ? "nowhere known" : names.joined(separator: ", ")
  }

  private static func address(_ text: String) -> UInt64? {
    text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
  }
}

extension SimulatedMachine {
  func attach(_ debugger: Debugger) {
    debugger.attach(DebuggedMachine(self))
    hooks.debugger = debugger
  }
}
