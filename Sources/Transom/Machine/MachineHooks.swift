import LinuxHost
import Shim
import SimulatedFirmware
import Trace
import Translator

/// What the shim asks of the machine around it, answered by the simulated firmware, its bus and
/// its clock. One per process: the shim calls it through C functions.
final class MachineHooks {
  let firmware: Firmware
  let engine: Engine
  let budget: UInt64
  /// Set once they exist; the shim cannot ask before.
  var bus: PCIBus?
  var recorder: Recorder?
  /// What a user of the library hooked, if anything.
  var hookRunner: HookRunner?
  /// A debugger, if one is connected.
  var debugger: Debugger?
  /// Why the run was stopped from outside.
  private(set) var stopReason: String?
  /// Ends the run; set once the shim exists.
  var stopShim: () -> Void = {}
  /// Set where a stop has to wait until no device model is under way.
  private var pendingStop: String?
  /// The level of nesting the shim is at.
  var level: () -> Int = { 0 }
  /// Told when a call into the guest has returned: target, result, and the guest instructions
  /// executed before it.
  var guestReturned: (UInt64, UInt64, UInt64) -> Void = { _, _, _ in }
  /// Guest accesses to ports, by port.
  private(set) var portCounts: [UInt16: UInt64] = [:]

  /// Guest instructions between two looks at the timers.
  private let quantum: UInt64 = 50_000
  private var countedInstructions: UInt64 = 0

  init(firmware: Firmware, engine: Engine, budget: UInt64) {
    self.firmware = firmware
    self.engine = engine
    self.budget = budget
    engine.state.pointee.instructionLimit = min(quantum, budget)
  }

  /// The shim's view of this. The caller keeps the object alive as long as the shim is active.
  var machine: Machine {
    var machine = Machine()
    machine.context = Unmanaged.passUnretained(self).toOpaque()
    machine.kindOfAddress = { context, address in
      MachineHooks.of(context).firmware.code.range.contains(address) ? Machine.host : Machine.none
    }
    machine.deviceLoad = { context, address, size, value in
      MachineHooks.of(context).deviceAccess(address, Int(size), value, isWrite: false)
    }
    machine.deviceStore = { context, address, size, value in
      MachineHooks.of(context).deviceAccess(address, Int(size), value, isWrite: true)
    }
    machine.readPort = { context, port, size, value in
      MachineHooks.of(context).readPort(port, size, value)
    }
    machine.writePort = { context, port, size, value in
      MachineHooks.of(context).writePort(port, size, value)
    }
    machine.timestamp = { context in
      let hooks = MachineHooks.of(context)
      hooks.passTime()
      return hooks.firmware.clock.nanoseconds
    }
    machine.safepoint = { context, count in MachineHooks.of(context).safepoint(count) }
    machine.halt = { context, count in MachineHooks.of(context).halt(count) }
    machine.willCallHost = { context, target, arguments in
      MachineHooks.of(context).willCallHost(target, arguments)
    }
    machine.didCallHost = { context, _, _, result in
      let hooks = MachineHooks.of(context)
      hooks.recorder?.end(
        .guestToHost, level: hooks.level(), result: result, instructions: hooks.instructions,
        time: hooks.time)
      hooks.stopIfPending()
    }
    machine.willEnterGuest = { context, target, arguments, depth in
      let hooks = MachineHooks.of(context)
      hooks.hookRunner?.before(
        .hostToGuest, sequence: hooks.recorder?.nextSequence ?? 0, target: target, caller: 0,
        arguments: arguments)
      hooks.debugger?.willEnter(target)
      hooks.recorder?.begin(
        .hostToGuest, level: depth, target: target, caller: 0,
        instructions: hooks.instructions, time: hooks.time,
        arguments: MachineHooks.words(arguments))
      return hooks.instructions
    }
    machine.didLeaveGuest = { context, target, result, instructionsBefore, depth in
      let hooks = MachineHooks.of(context)
      hooks.passTime()
      _ = hooks.hookRunner?.after(
        .hostToGuest, sequence: 0, target: target, caller: 0, arguments: nil, result: result)
      hooks.recorder?.end(
        .hostToGuest, level: depth, result: result, instructions: hooks.instructions,
        time: hooks.time)
      hooks.guestReturned(target, result, instructionsBefore)
    }
    machine.answerInstead = { context, _, _, result in
      guard let answer = MachineHooks.of(context).hookRunner?.answer else { return false }
      result.pointee = answer
      return true
    }
    machine.amend = { context, result, target, arguments in
      let hooks = MachineHooks.of(context)
      guard let runner = hooks.hookRunner else { return result }
      return runner.after(
        .guestToHost, sequence: 0, target: target, caller: 0, arguments: arguments,
        result: result)
    }
    machine.observesInstructions = { context in
      let hooks = MachineHooks.of(context)
      return hooks.debugger?.observesInstructions ?? false
        || hooks.hookRunner?.observesInstructions ?? false
    }
    machine.willExecute = { context, address in
      let hooks = MachineHooks.of(context)
      hooks.hookRunner?.willExecute(address)
      hooks.debugger?.willExecute(address)
    }
    machine.didEndRun = { context, report in
      let hooks = MachineHooks.of(context)
      let report = report.assumingMemoryBound(to: FaultReport.self).pointee
      guard report.kind != .stopped else { return }
      hooks.hookRunner?.fault(report)
      hooks.debugger?.didFault(report)
    }
    machine.didTranslate = { context, address, count in
      MachineHooks.of(context).note(.made(address: address, instructions: count))
    }
    machine.didInvalidate = { context, address, count in
      MachineHooks.of(context).note(.dropped(address: address, count: count))
    }
    return machine
  }

  var instructions: UInt64 { engine.state.pointee.instructionCount }
  var time: UInt64 { firmware.clock.nanoseconds }

  private func deviceAccess(
    _ address: UInt64, _ size: Int, _ value: UnsafeMutableRawPointer, isWrite: Bool
  ) -> Bool {
    guard let bus else { return false }
    passTime()
    guard
      isWrite
        ? bus.deviceStore(address, size: size, value: value)
        : bus.deviceLoad(address, size: size, value: value)
    else { return false }
    stopIfPending()
    guard let recorder, recorder.shows(.mmio), size <= 8 else { return true }
    var word: UInt64 = 0
    withUnsafeMutableBytes(of: &word) { $0.baseAddress?.copyMemory(from: value, byteCount: size) }
    let decoded = bus.device(at: address)
    recorder.access(
      TraceAccess(
        place: .register(
          device: decoded?.function.location.short ?? "bus", bar: decoded?.bar ?? 0,
          offset: decoded?.offset ?? address), size: size, isWrite: isWrite, value: word),
      instructions: instructions, time: time)
    return true
  }

  private func note(_ event: TraceTranslation) {
    guard let recorder, recorder.shows(.tb) else { return }
    passTime()
    recorder.translation(event, instructions: instructions, time: time)
  }

  private func notePort(_ port: UInt16, _ size: UInt8, isWrite: Bool, value: UInt32) {
    portCounts[port, default: 0] += 1
    guard let recorder, recorder.shows(.pio) else { return }
    passTime()
    recorder.access(
      TraceAccess(place: .port(port), size: Int(size), isWrite: isWrite, value: UInt64(value)),
      instructions: instructions, time: time)
  }

  /// Brings the clock up to the guest's instructions: one nanosecond each.
  func passTime() {
    let count = engine.state.pointee.instructionCount
    firmware.clock.advance(by: count &- countedInstructions)
    countedInstructions = count
  }

  private func safepoint(_ count: UInt64) -> UInt64 {
    passTime()
    stopIfPending()
    guard count < budget else { return 0 }
    firmware.pollEvents()
    return min(engine.state.pointee.instructionCount + quantum, budget)
  }

  /// HLT waits for an interrupt; the only one here is the timer's.
  private func halt(_ count: UInt64) -> UInt64 {
    passTime()
    guard let deadline = firmware.nextDeadline else { return 0 }
    firmware.clock.advance(to: deadline)
    return safepoint(count)
  }

  private func readPort(
    _ port: UInt16, _ size: UInt8, _ value: UnsafeMutablePointer<UInt32>
  ) -> Bool {
    guard let bus, bus.bridge.window(.io) != nil else {
      notePort(port, size, isWrite: false, value: 0)
      return false
    }
    value.pointee = UInt32(truncatingIfNeeded: bus.portRead(port, size: Int(size)))
    notePort(port, size, isWrite: false, value: value.pointee)
    return true
  }

  private func writePort(_ port: UInt16, _ size: UInt8, _ value: UInt32) -> Bool {
    notePort(port, size, isWrite: true, value: value)
    guard let bus, bus.bridge.window(.io) != nil else { return false }
    bus.portWrite(port, size: Int(size), value: UInt64(value))
    return true
  }

  private func willCallHost(_ target: UInt64, _ arguments: UnsafeMutablePointer<UInt64>) {
    passTime()
    guard let recorder else { return }
    // The call has pushed its return address: the guest's next instruction.
    let stack = engine.state.pointee.gpr.4
    var caller: UInt64 = 0
    _ = GuestBytes.read(stack, into: &caller, 8)
    hookRunner?.before(
      .guestToHost, sequence: recorder.nextSequence, target: target, caller: caller,
      arguments: arguments)
    recorder.begin(
      .guestToHost, level: level(), target: target, caller: caller,
      instructions: instructions, time: time, arguments: Self.words(arguments))
  }

  /// Ends the run now. Inside it, does not return.
  func stop(_ reason: String) {
    stopReason = reason
    stopShim()
  }

  /// Ends the run as soon as control is out of the device models.
  func stopSoon(_ reason: String) {
    if pendingStop == nil { pendingStop = reason }
  }

  private func stopIfPending() {
    guard let reason = pendingStop, stopReason == nil else { return }
    stop(reason)
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> MachineHooks {
    Unmanaged<MachineHooks>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
  }

  private static func words(_ arguments: UnsafeMutablePointer<UInt64>) -> SIMD16<UInt64> {
    var words = SIMD16<UInt64>()
    for index in 0..<16 { words[index] = arguments[index] }
    return words
  }
}
