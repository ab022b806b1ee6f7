// A guest call out to host code: from the Microsoft x64 convention to the host's C convention.

import CShim
import CTranslator
import Translator

extension Shim {
  /// Calls the host function at RIP for the guest and returns to the guest's return address.
  /// False if the run has ended.
  func callHost(_ level: UnsafeMutablePointer<TransomLevel>) -> Bool {
    let state = engine.state
    var target = state.pointee.rip
    let stack = gpr[Register.rsp]
    let entry = level.pointee.entry
    let arguments = words(&level.pointee.arguments)
    arguments[0] = gpr[Register.rcx]
    arguments[1] = gpr[Register.rdx]
    arguments[2] = gpr[Register.r8]
    arguments[3] = gpr[Register.r9]
    var returnAddress: UInt64 = 0
    // Return address, home space of four words, then the arguments from the fifth on.
    if stack >= stackBase, stack < stackEnd - 136 {
      let words = UnsafePointer<UInt64>(bitPattern: UInt(stack)).unsafelyUnwrapped
      returnAddress = words[0]
      for index in 4..<16 { arguments[index] = words[1 + index] }
    } else {
      guard transomLoad64(stack, &returnAddress) == 0 else {
        end(.exception(vector: 14, errorCode: 4), access: stack)
        return false
      }
      for index in 4..<16 { arguments[index] = 0 }
      _ = transomCopyFromGuest(arguments + 4, stack &+ 40, 96)
    }

    let history = CallHistory(bridge)
    let call = history.begin(
      caller: returnAddress, target: target, arguments: arguments, depth: entry.pointee.depth)
    entry.pointee.stackPointer = stack
    entry.pointee.isSaved = 0
    host.willCallHost(target: target, arguments: arguments)
    let action = interceptions.pointee.action(for: target)
    let called = target
    var routine = transomCallOutRoutine(action == nil ? 0 : 1)
    if case .replaced(let function, let direct)? = action {
      target = function
      routine = direct
    }
    let released = action.map { before($0, arguments) } ?? false
    entry.pointee.isAtRest = 1
    host.releaseInterrupts()
    var result =
      host.answerInstead(target: target, arguments: arguments)
      ?? transomCallHost(target, arguments)
    host.holdInterrupts()
    entry.pointee.isAtRest = levels.restless

    // Whatever was entered since is over, however it was left.
    levels.drop(above: entry)
    result = host.amend(result: result, target: target, arguments: arguments)
    history.finish(call, result: result)
    if let action { after(action, arguments, result: result, released: released) }
    host.didCallHost(target: target, arguments: arguments, result: result)
    guard status.pointee.outcome == nil else { return false }
    if entry.pointee.isSaved != 0 { levels.restore(entry) }
    gpr[Register.rax] = result
    gpr[Register.rsp] = stack &+ 8
    state.pointee.rip = returnAddress
    state.pointee.rflags &= ~RFlags.direction
    // The next time compiled code may call it by itself.
    if state.pointee.attention & UInt32(transomAttentionObserved) == 0 {
      engine.admitHost(called, routine: routine)
    }
    return true
  }

  /// As `callHost`, without what is done for every function.
  func performIntercepted(_ entry: LevelTable.Entry, target: UInt64) -> UInt64 {
    let arguments = words(&entry.pointee.level.pointee.arguments)
    arguments[0] = gpr[Register.rcx]
    arguments[1] = gpr[Register.rdx]
    arguments[2] = gpr[Register.r8]
    arguments[3] = gpr[Register.r9]
    let stack = UnsafePointer<UInt64>(bitPattern: UInt(entry.pointee.stackPointer))
      .unsafelyUnwrapped
    for index in 4..<16 { arguments[index] = stack[1 + index] }
    let action = interceptions.pointee.action(for: target)
    let released = action.map { before($0, arguments) } ?? false
    entry.pointee.isAtRest = 1
    host.releaseInterrupts()
    let result = transomCallHost(target, arguments)
    host.holdInterrupts()
    entry.pointee.isAtRest = levels.restless
    // `after` may need the guest's state: whatever was entered since is over.
    levels.drop(above: entry)
    if let action { after(action, arguments, result: result, released: released) }
    return result
  }

  // MARK: Intercepted functions

  /// Whether a memory type is one of the UEFI code types (UEFI 2.10, 7.2).
  private func isCodeType(_ type: UInt64) -> Bool {
    let type = UInt32(truncatingIfNeeded: type)
    return type == 1 || type == 3 || type == 5
  }

  /// Bytes in a number of pages; nil if there cannot be so many.
  private func bytes(pages: UInt64) -> UInt64? {
    pages > 0 && pages < 1 << 40 ? pages * 4096 : nil
  }

  /// Pages are given back before they are freed: once they are, they are somebody else's.
  private func before(_ action: Interception, _ arguments: UnsafePointer<UInt64>) -> Bool {
    if case .setAttributes(let address, let count) = action, address < 16, count < 16 {
      // The host's protection of translated code must not be taken for the pages' attributes.
      engine.forget(arguments[Int(address)], count: arguments[Int(count)])
    }
    guard case .freePages = action, let count = bytes(pages: arguments[1]) else { return false }
    engine.forget(arguments[0], count: count)
    return memory.pointee.abandon(arguments[0], count: count) > 0
  }

  private func after(
    _ action: Interception, _ arguments: UnsafePointer<UInt64>, result: UInt64, released: Bool
  ) {
    let succeeded = result >> 63 == 0
    switch action {
    case .invalidate(let address, let count):
      guard address < 16, count < 16 else { return }
      invalidate(arguments[Int(address)], count: arguments[Int(count)])
    case .allocatePages:
      var address: UInt64 = 0
      guard succeeded, isCodeType(arguments[1]), let count = bytes(pages: arguments[2]),
        transomLoad64(arguments[3], &address) == 0
      else { return }
      adoptIfPossible(address, count: count)
    case .freePages:
      guard let count = bytes(pages: arguments[1]) else { return }
      if succeeded {
        invalidate(arguments[0], count: count)
      } else if released {
        adoptIfPossible(arguments[0], count: count)
      }
    case .allocatePool:
      var address: UInt64 = 0
      guard succeeded, isCodeType(arguments[0]), arguments[1] > 0,
        transomLoad64(arguments[2], &address) == 0,
        codePools.pointee.add(address, count: arguments[1])
      else { return }
      adoptIfPossible(address, count: arguments[1])
    case .freePool:
      guard succeeded, let count = codePools.pointee.remove(arguments[0]) else { return }
      engine.forget(arguments[0], count: count)
      memory.pointee.abandon(arguments[0], count: count)
      invalidate(arguments[0], count: count)
    case .replaced: break
    case .observed(let tag):
      host.didCall(observed: tag, arguments: arguments, result: result)
    case .setAttributes(let address, let count):
      guard succeeded, address < 16, count < 16 else { return }
      memory.pointee.attributesChanged(arguments[Int(address)], count: arguments[Int(count)])
    }
  }

  /// Without the pages, a native call into them is not noticed; guest calls still work. The
  /// allocation itself has succeeded, so there is nobody to report an error to.
  private func adoptIfPossible(_ address: UInt64, count: UInt64) {
    do throws(RegistrationError) { try adopt(address, count: count) } catch {}
  }
}
