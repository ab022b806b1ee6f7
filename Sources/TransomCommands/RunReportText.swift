import Foundation
import Transom

extension RunReport {
  /// The report for people.
  var text: String {
    var lines: [String] = []
    if let image { lines.append(line(for: image)) }
    lines.append("platform  \(platform)")
    for device in devices {
      lines.append("device    \(device.location) \(device.pciID) \(device.name)")
    }
    if let driverName { lines.append("driver    \(driverName)") }
    lines.append("")
    let width = steps.map(\.name.count).max() ?? 0
    for step in steps {
      let name = step.name.padding(toLength: width, withPad: " ", startingAt: 0)
      lines.append("\(name)  \(step.status)  (\(grouped(step.guestInstructions)) instructions)")
    }
    if !handles.isEmpty {
      lines.append("")
      lines.append("protocols installed by the driver")
      for handle in handles {
        lines.append("  \(handle.handle)  \(handle.protocols.joined(separator: ", "))")
      }
    }
    if let gop {
      lines.append("")
      lines.append("gop  \(gop.modes.count) modes, now \(gop.mode ?? "none")")
      lines.append("  " + gop.modes.joined(separator: " "))
    }
    lines.append("")
    lines.append(
      "traps     \(grouped(crossings.hostToGuest)) host to guest, "
        + "\(grouped(crossings.guestToHost)) guest to host, \(crossings.deepest) deep")
    lines.append(
      "guest     \(grouped(guestInstructions)) instructions in "
        + String(format: "%.3f ms", Double(virtualNanoseconds) / 1e6) + " of virtual time")
    if ports.reads + ports.writes > 0 {
      lines.append(
        "ports     \(grouped(ports.reads)) reads, \(grouped(ports.writes)) writes, "
          + "\(grouped(ports.unanswered)) unanswered; most often "
          + ports.busiest.prefix(3).map { "\($0.name) × \(grouped($0.count))" }
          .joined(separator: ", "))
    }
    if lowMemoryAccesses > 0 {
      lines.append("low mem   \(grouped(lowMemoryAccesses)) accesses, kept away from the firmware")
    }
    for device in devices where device.registerLoads + device.registerStores > 0 {
      lines.append(
        "registers \(device.location): \(grouped(device.registerLoads)) loads, "
          + "\(grouped(device.registerStores)) stores")
      for register in device.polledRegisters {
        lines.append(
          "  polled  BAR\(register.bar)+\(register.offset), \(grouped(register.loads)) times")
      }
    }
    lines += counts("missing services", missingServices)
    lines += counts("missing protocols", missingProtocols)
    if !console.isEmpty {
      lines.append("")
      lines.append("console")
      lines += console.map { "  | " + $0 }
    }
    if let screenshot { lines.append("screenshot  \(screenshot)") }
    if let fault { lines += faultLines(fault) }
    if let message {
      lines.append("")
      lines.append(message)
    }
    return lines.joined(separator: "\n")
  }

  private func line(for image: Image) -> String {
    var line = "image     \(image.name), \(image.machine), \(grouped(UInt64(image.size))) bytes"
    if let pciID = image.pciID { line += ", ROM for \(pciID)" }
    if let base = image.base { line += ", at \(base)" }
    return line
  }

  private func counts(_ title: String, _ counts: [Count]) -> [String] {
    guard !counts.isEmpty else { return [] }
    return [title] + counts.map { "  \(grouped($0.count)) × \($0.name)" }
  }

  private func faultLines(_ fault: Fault) -> [String] {
    var lines = ["", "fault     \(fault.reason)", "at        \(fault.location)"]
    let rows = [
      ["rax", "rbx", "rcx", "rdx"], ["rsi", "rdi", "rbp", "rsp"], ["r8", "r9", "r10", "r11"],
      ["r12", "r13", "r14", "r15"], ["rip", "rflags"],
    ]
    for row in rows {
      let cells = row.map { name in
        let digits = fault.registers[name]?.dropFirst(2) ?? "?"
        let zeros = String(repeating: "0", count: max(0, 16 - digits.count))
        return name.padding(toLength: 7, withPad: " ", startingAt: 0) + zeros + digits
      }
      lines.append("  " + cells.joined(separator: "  "))
    }
    lines += fault.disassembly.map { "  " + $0 }
    if !fault.callChain.isEmpty {
      lines.append("called from")
      lines += fault.callChain.map { "  " + $0 }
    }
    if !fault.lastCalls.isEmpty {
      lines.append("last calls")
      lines += fault.lastCalls.suffix(16).map { "  " + $0 }
    }
    return lines
  }

  /// The report as JSON with sorted keys, so that it can be compared as text.
  package var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}

/// A number in groups of three digits.
private func grouped(_ number: UInt64) -> String {
  var text = ""
  for (index, digit) in String(number).reversed().enumerated() {
    if index > 0, index % 3 == 0 { text.append(" ") }
    text.append(digit)
  }
  return String(text.reversed())
}
