import CUEFI
import DeviceModels
import OptionROM
import Shim
import SimulatedFirmware
import Trace

/// The report of a run: what was put in, what came out, and what ended it.
extension DriverRun {
  func describeInput() {
    let pe = try? PEImage(parsing: driver.bytes)
    report.image = RunReport.Image(
      source: driver.description, name: driver.name, machine: pe?.machine.name ?? "unknown",
      size: driver.bytes.count, entryPoint: pe.map { "0x" + String($0.entryPoint, radix: 16) },
      romImage: driver.imageIndex,
      pciID: driver.identity.map { Self.pciID($0.vendorID, $0.deviceID) })
    for (device, function) in zip(devices, machine.bus.functions) {
      let identity = device.model.identity
      report.devices.append(
        RunReport.Device(
          name: device.name, location: function.location.description,
          pciID: Self.pciID(identity.vendor, identity.device),
          classCode: "0x" + Self.hex(UInt64(identity.classCode), 6)))
    }
  }

  func describeFault() {
    guard let fault = machine.shim.faultReport else {
      failure = "the run ended without a reason"
      return
    }
    let names = machine.names
    if fault.kind == .stopped {
      failure = machine.hooks.stopReason ?? "stopped"
      report.outcome = .driverFailed
      return
    }
    report.fault = FaultDescription(
      read: { GuestBytes.read($0, $1) }, nameOf: { names.name($0) },
      recentCalls: machine.recorder.recentCalls()
    ).describe(fault)
    report.outcome = FaultDescription.outcome(fault.kind)
    failure = report.fault?.reason
    machine.recorder.fault(
      report.fault?.reason ?? "", location: report.fault?.location ?? "",
      instructions: machine.guestInstructions, time: machine.firmware.clock.nanoseconds)
  }

  func complete() {
    if let replay = options.replay, failure == nil {
      if let departure = replay.departure {
        failure = "the run leaves the recording: \(departure)"
      } else if replay.remaining > 0 {
        failure = "the run ends \(replay.remaining) accesses before the recording does"
      }
    }
    let counters = machine.shim.counters
    report.crossings = .init(
      hostToGuest: counters.traps, guestToHost: counters.hostCalls, deepest: counters.deepestLevel)
    report.guestInstructions = machine.guestInstructions
    report.virtualNanoseconds = machine.firmware.clock.nanoseconds
    report.ports = .init(
      reads: counters.portReads, writes: counters.portWrites,
      unanswered: counters.unansweredPorts,
      busiest: Array(
        machine.hooks.portCounts.map { port, count in
          RunReport.Count(name: "0x" + String(port, radix: 16), count: count)
        }.sortedByCount().prefix(8)))
    report.lowMemoryAccesses = counters.lowMemoryAccesses
    report.services = machine.recorder.callsByTarget.map { target, count in
      RunReport.Count(
        name: machine.names.name(target) ?? "0x" + String(target, radix: 16), count: count)
    }.sortedByCount()
    let ledger = machine.firmware.ledger
    var missing: [String: UInt64] = [:]
    for (request, count) in ledger.unsupported {
      missing[request.subject, default: 0] += UInt64(count)
    }
    report.missingServices = missing.map { .init(name: $0.key, count: $0.value) }.sortedByCount()
    report.missingProtocols = ledger.missing.map { guid, askers in
      .init(name: machine.names.name(of: guid), count: askers.values.reduce(0) { $0 + UInt64($1) })
    }.sortedByCount()
    report.handles = installedProtocols()
    report.console = console.split(whereSeparator: \.isNewline).map(String.init)
    describeRegisters()
    if report.outcome == .success, failure != nil { report.outcome = .driverFailed }
    report.message = failure
    for body in options.hooks?.ends ?? [] { body(report) }
    options.debugger?.didEnd(report.outcome.rawValue)
    machine.recorder.finish(
      outcome: report.outcome.name, instructions: machine.guestInstructions,
      time: machine.firmware.clock.nanoseconds)
  }

  private func describeRegisters() {
    for (index, device) in devices.enumerated() {
      guard let card = device.model as? BlankCard else { continue }
      report.devices[index].registerLoads = card.log.total.loads
      report.devices[index].registerStores = card.log.total.stores
      report.devices[index].polledRegisters = card.log.lastPolled.map {
        .init(
          bar: $0.register.bar, offset: "0x" + String($0.register.offset, radix: 16),
          loads: $0.loads)
      }
    }
  }

  /// What is in the protocol database that was not there before the driver was loaded.
  private func installedProtocols() -> [RunReport.Handle] {
    machine.firmware.protocols.handles.compactMap { handle in
      let address = UInt64(UInt(bitPattern: handle))
      let old = before[address] ?? []
      // The bus installs the override when it has started a ROM's driver.
      let new = machine.firmware.protocols.protocols(on: handle).filter {
        !old.contains($0) && $0 != .busSpecificDriverOverride
      }
      guard !new.isEmpty else { return nil }
      return .init(
        handle: "0x" + String(address, radix: 16), protocols: new.map(machine.names.name(of:)))
    }
  }

  private static func pciID(_ vendor: UInt16, _ device: UInt16) -> String {
    hex(UInt64(vendor), 4) + ":" + hex(UInt64(device), 4)
  }

  private static func hex(_ value: UInt64, _ digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}

extension Array where Element == RunReport.Count {
  /// Most frequent first, then by name, so that reports repeat.
  fileprivate func sortedByCount() -> [RunReport.Count] {
    sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }
}
