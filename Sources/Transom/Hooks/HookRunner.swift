import CTranslator
import Disassembly
import Shim
import Trace
import Translator

/// Asks the hooks at the places where the machine comes by.
///
/// What it decides is kept in fields and not returned through frames: a stop leaves them by a jump.
final class HookRunner {
  let hooks: Hooks
  private let guest: Guest
  private let nameOf: (Call) -> String
  private let placeOf: (UInt64) -> (image: String, offset: UInt64)?
  private let operands: MemoryOperands?
  /// Ends the run with a reason; does not return.
  private let stop: (String) -> Void
  private var matches: [String: (before: [Hooks.CallHook], after: [Hooks.CallHook])] = [:]
  /// The service's result, if a hook gave it.
  private(set) var answer: UInt64?
  private var lastEnd: UInt64 = 0
  private var isFirst = true

  init(
    _ hooks: Hooks, guest: Guest, nameOf: @escaping (Call) -> String,
    placeOf: @escaping (UInt64) -> (image: String, offset: UInt64)?,
    stop: @escaping (String) -> Void
  ) {
    self.hooks = hooks
    self.guest = guest
    self.nameOf = nameOf
    self.placeOf = placeOf
    self.stop = stop
    operands = MemoryOperands()
  }

  private func hooks(for name: String) -> (before: [Hooks.CallHook], after: [Hooks.CallHook]) {
    if let known = matches[name] { return known }
    func matching(_ list: [Hooks.Named]) -> [Hooks.CallHook] {
      list.filter { TraceFilter.matches(name, $0.pattern) }.map(\.body)
    }
    let found = (matching(hooks.beforeCalls), matching(hooks.afterCalls))
    matches[name] = found
    return found
  }

  /// A crossing begins. Changes the arguments; leaves an answer in `answer`.
  func before(
    _ direction: Call.Direction, sequence: UInt64, target: UInt64, caller: UInt64,
    arguments: UnsafeMutablePointer<UInt64>
  ) {
    answer = nil
    guard !hooks.beforeCalls.isEmpty else { return }
    var hooked = make(direction, sequence, target, caller, arguments, result: nil)
    for body in hooks(for: hooked.name).before {
      let decision = body(&hooked, guest)
      for index in 0..<16 { arguments[index] = hooked.arguments[index] }
      guard decision != .proceed else { continue }
      decide(decision, hooked) { answer = $0 }
      return
    }
  }

  /// A crossing returned; the value is what the caller gets.
  func after(
    _ direction: Call.Direction, sequence: UInt64, target: UInt64, caller: UInt64,
    arguments: UnsafeMutablePointer<UInt64>?, result: UInt64
  ) -> UInt64 {
    guard !hooks.afterCalls.isEmpty else { return result }
    var hooked = make(direction, sequence, target, caller, arguments, result: result)
    var final = result
    for body in hooks(for: hooked.name).after {
      let decision = body(&hooked, guest)
      guard decision != .proceed else { continue }
      decide(decision, hooked) { final = $0 }
      break
    }
    return final
  }

  private func make(
    _ direction: Call.Direction, _ sequence: UInt64, _ target: UInt64, _ caller: UInt64,
    _ arguments: UnsafeMutablePointer<UInt64>?, result: UInt64?
  ) -> HookedCall {
    var words = SIMD16<UInt64>()
    if let arguments { for index in 0..<16 { words[index] = arguments[index] } }
    let call = Call(
      direction: direction, sequence: sequence, depth: 0, instructions: guest.instructionCount,
      target: target, caller: caller, arguments: words)
    return HookedCall(
      sequence: sequence, name: nameOf(call), direction: direction, target: target,
      caller: caller, arguments: words, result: result)
  }

  private func decide(
    _ decision: HookDecision, _ call: HookedCall, _ answer: (UInt64) -> Void
  ) {
    switch decision {
    case .proceed: break
    case .stop(let reason): stop(reason)
    case .answer(let value):
      if call.direction == .guestToHost {
        answer(value)
      } else {
        stop("a hook answers for \(call.name), which is the driver's own function")
      }
    }
  }

  // MARK: Instructions

  var observesInstructions: Bool { hooks.observesInstructions }

  /// The instruction at an address is next.
  func willExecute(_ address: UInt64) {
    for body in hooks.steps { decide(body(address, guest)) }
    if !hooks.blocks.isEmpty, isFirst || address != lastEnd {
      for body in hooks.blocks { decide(body(address, guest)) }
    }
    if let bodies = hooks.addresses[address] {
      for body in bodies { decide(body(address, guest)) }
    }
    if !hooks.instructions.isEmpty, let place = placeOf(address) {
      for hook in hooks.instructions
      where hook.offset == place.offset && hook.image == place.image {
        decide(hook.body(address, guest))
      }
    }
    if !hooks.memory.isEmpty { watch(address) }
    isFirst = false
    if !hooks.blocks.isEmpty { lastEnd = address &+ length(at: address) }
  }

  private func decide(_ decision: HookDecision) {
    switch decision {
    case .proceed: break
    case .stop(let reason): stop(reason)
    case .answer: stop("a hook on an instruction has nothing to answer")
    }
  }

  private func length(at address: UInt64) -> UInt64 {
    UInt64(InstructionLength.of(guest.codeBytes(address)) ?? 1)
  }

  private func watch(_ address: UInt64) {
    for access in guest.accesses(at: address, operands) {
      for watched in hooks.memory {
        let wanted =
          switch watched.watch {
          case .both: true
          case .reads: !access.isWrite
          case .writes: access.isWrite
          }
        guard wanted, access.address < watched.range.upperBound,
          access.address &+ access.size > watched.range.lowerBound
        else { continue }
        let seen = Hooks.WatchedAccess(
          address: access.address, size: access.size, isWrite: access.isWrite)
        decide(watched.body(seen, guest))
      }
    }
  }

  func fault(_ report: FaultReport) {
    let fault = HookedFault(
      kind: report.kind, address: report.location.address, access: report.accessAddress)
    for body in hooks.faults { body(fault, guest) }
  }
}

/// Instruction lengths by capstone.
enum InstructionLength {
  nonisolated(unsafe) private static let disassembler = Disassembler()

  static func of(_ bytes: [UInt8]) -> Int? {
    disassembler?.decode(bytes, at: 0)?.bytes.count
  }
}

extension Guest {
  /// As many bytes at an address as an instruction can have and memory has.
  func codeBytes(_ address: UInt64) -> [UInt8] {
    if let bytes = read(address, count: 15) { return bytes }
    return read(address, count: Int(4096 - address % 4096)) ?? []
  }

  /// What the instruction at an address is about to access.
  func accesses(at address: UInt64, _ operands: MemoryOperands?) -> [MemoryAccess] {
    operands?.accesses(codeBytes(address), at: address) { name in value(of: name) } ?? []
  }

  private func value(of name: String) -> UInt64 {
    if let register = Register.allCases.first(where: { "\($0)" == name }) { return self[register] }
    switch name {
    case "fs": return segmentBase(4)
    case "gs": return segmentBase(5)
    case "rip": return instructionPointer
    default:
      // The 32-bit forms: eax, r8d.
      let wide = name.hasSuffix("d") ? String(name.dropLast()) : "r" + name.dropFirst()
      guard let register = Register.allCases.first(where: { "\($0)" == wide }) else { return 0 }
      return self[register] & 0xFFFF_FFFF
    }
  }

  private func segmentBase(_ number: Int) -> UInt64 {
    withUnsafePointer(to: &engine.state.pointee.segment) {
      UnsafeRawPointer($0).assumingMemoryBound(to: TransomSegment.self)[number].base
    }
  }
}
