// Ending a run, and the record of how it ended.

import CShim
import CTranslator
import Translator

extension Shim {
  /// Ends the run at the guest's present state. Inside `Shim.run` it does not return.
  func end(_ kind: FaultKind, access: UInt64 = 0) {
    fill(kind, access: access)
    status.pointee.outcome = kind
    engine.state.pointee.attention |= UInt32(transomAttentionOutcome)
    host.didEndRun(report)
    if let frame = status.pointee.frame { transomLeaveProtected(frame) }
  }

  private func fill(_ kind: FaultKind, access: UInt64) {
    let state = engine.state
    report.pointee = FaultReport()
    report.pointee.kind = kind
    report.pointee.location = locate(state.pointee.rip)
    for index in 0..<16 { report.pointee.registers[index] = gpr[index] }
    report.pointee.flags = state.pointee.rflags
    report.pointee.accessAddress = access
    report.pointee.instructionCount = state.pointee.instructionCount
    report.pointee.depth = levels.depth
    var count = 0
    while count < 16 {
      var byte: UInt8 = 0
      guard transomLoad8(state.pointee.rip &+ UInt64(count), &byte) == 0 else { break }
      report.pointee.code[count] = byte
      count += 1
    }
    report.pointee.codeCount = count
    scanStack()
    CallHistory(bridge).copy(into: &report.pointee)
  }

  func locate(_ address: UInt64) -> CodeLocation {
    var location = CodeLocation()
    location.address = address
    if let image = memory.pointee.image(at: address) {
      location.imageBase = image.base
      location.imageName = image.name
    }
    return location
  }

  /// Code compiled for this convention keeps no frame pointers, so every word on the stack that
  /// could be a return address is looked at, 16 KiB up.
  private func scanStack() {
    let start = gpr[Register.rsp] & ~7
    for step in 0..<UInt64(2048) {
      let address = start &+ step * 8
      if isOnStack(start), !isOnStack(address) { return }
      var word: UInt64 = 0
      guard transomLoad64(address, &word) == 0 else { return }
      guard memory.pointee.contains(word), followsCall(word) else { continue }
      let count = report.pointee.callChainCount
      guard count < 32 else { return }
      report.pointee.callChain[count] = locate(word)
      report.pointee.callChainCount = count + 1
    }
  }

  /// Whether the bytes before an address end in a call: E8 rel32, or FF /2 in its lengths
  /// (Intel SDM, volume 2, CALL).
  private func followsCall(_ address: UInt64) -> Bool {
    var byte: UInt8 = 0
    if transomLoad8(address &- 5, &byte) == 0, byte == 0xE8 { return true }
    for length in UInt64(2)...7 {
      var modRM: UInt8 = 0
      guard transomLoad8(address &- length, &byte) == 0, byte == 0xFF,
        transomLoad8(address &- length &+ 1, &modRM) == 0, (modRM >> 3) & 7 == 2
      else { continue }
      let mode = modRM >> 6
      let hasSIB = mode != 3 && modRM & 7 == 4
      let expected: UInt64
      switch mode {
      case 3: expected = 2
      case 1: expected = hasSIB ? 4 : 3
      case 2: expected = hasSIB ? 7 : 6
      default: expected = modRM & 7 == 5 ? 6 : hasSIB ? 3 : 2
      }
      // Mode 0 with a SIB without base carries four more bytes.
      if length == expected || (mode == 0 && hasSIB && length == 7) { return true }
    }
    return false
  }
}
