import Disassembly
import Shim
import Trace

/// Turns the shim's plain fault report into text.
struct FaultDescription {
  /// Reads bytes of memory, nil where there are none.
  var read: CallDecoder.ReadMemory
  /// Names an address: "QemuVideoDxe+0x1234", a service, or nil.
  var nameOf: CallDecoder.NameOf
  var recentCalls: [String]

  private static let registerNames = [
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
    "r14", "r15",
  ]

  func describe(_ report: FaultReport) -> RunReport.Fault {
    var registers: [String: String] = [:]
    for index in 0..<16 {
      registers[Self.registerNames[index]] = hex(report.registers[index])
    }
    registers["rip"] = hex(report.location.address)
    registers["rflags"] = hex(report.flags)
    let chain = (0..<min(report.callChainCount, 32)).map { name(report.callChain[$0].address) }
    return RunReport.Fault(
      reason: reason(report), location: name(report.location.address), registers: registers,
      disassembly: disassembly(report), callChain: chain, lastCalls: recentCalls)
  }

  /// The outcome that a kind of fault means.
  static func outcome(_ kind: FaultKind) -> RunReport.Outcome {
    switch kind {
    case .unsupportedInstruction: .unsupportedInstruction
    case .outOfBudget: .outOfBudget
    default: .guestFault
    }
  }

  private func reason(_ report: FaultReport) -> String {
    switch report.kind {
    case .exception(let vector, let errorCode):
      return exception(vector, errorCode, report.accessAddress)
    case .unsupportedInstruction(let length):
      let bytes = (0..<min(report.codeCount, Int(length))).map { report.code[$0] }
      let text = Disassembler()?.decode(bytes, at: report.location.address)
      return "unsupported instruction: "
        + (text.map { $0.mnemonic + ($0.operands.isEmpty ? "" : " " + $0.operands) }
          ?? bytes.map { hex(UInt64($0)) }.joined(separator: " "))
    case .wildBranch: return "branch to \(hex(report.location.address)), where no code is"
    case .stackOverflow: return "the guest's stack overflowed"
    case .nestingTooDeep: return "calls between host and guest are nested too deep"
    case .unbalancedReturn: return "a guest function returned with a wrong stack pointer"
    case .portAccess(let port): return "access to port \(hex(UInt64(port)))"
    case .outOfBudget: return "the instruction budget is used up"
    case .stopped: return "stopped"
    }
  }

  /// Intel SDM volume 3, 6.15; a page fault's error code tells the access.
  private func exception(_ vector: UInt8, _ errorCode: UInt32, _ address: UInt64) -> String {
    let names: [UInt8: String] = [
      0: "divide error (#DE)", 1: "debug exception (#DB)", 3: "breakpoint (#BP)",
      4: "overflow (#OF)", 5: "bound range exceeded (#BR)", 6: "invalid opcode (#UD)",
      7: "device not available (#NM)", 8: "double fault (#DF)", 10: "invalid TSS (#TS)",
      11: "segment not present (#NP)", 12: "stack fault (#SS)", 13: "general protection (#GP)",
      16: "x87 error (#MF)", 17: "alignment check (#AC)", 19: "SIMD error (#XM)",
    ]
    guard vector == 14 else { return names[vector] ?? "exception \(vector)" }
    let access = errorCode & 16 != 0 ? "executing" : errorCode & 2 != 0 ? "writing" : "reading"
    return "page fault (#PF) \(access) \(hex(address))"
  }

  /// A few instructions from RIP on, and the ones before it if decoding from some earlier byte
  /// meets RIP exactly.
  private func disassembly(_ report: FaultReport) -> [String] {
    guard let disassembler = Disassembler() else { return [] }
    let rip = report.location.address
    var lines: [String] = []
    for distance in stride(from: UInt64(32), to: 0, by: -1) {
      guard rip > distance, let bytes = read(rip - distance, Int(distance)) else { continue }
      let before = disassembler.decode(bytes, at: rip - distance, limit: 64)
      guard let last = before.last, last.address + UInt64(last.bytes.count) == rip else { continue }
      lines = before.suffix(5).map { "   " + $0.line }
      break
    }
    let bytes = read(rip, 64) ?? (0..<min(16, report.codeCount)).map { report.code[$0] }
    let after = disassembler.decode(bytes, at: rip, limit: 6)
    lines += after.enumerated().map { ($0 == 0 ? "=> " : "   ") + $1.line }
    return lines
  }

  private func name(_ address: UInt64) -> String { nameOf(address) ?? hex(address) }

  private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}
