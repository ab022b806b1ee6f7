// What happens at each of the engine's exits.

import CShim
import CTranslator
import Translator

extension Shim {
  /// Runs guest code until the level returns, and gives its result.
  ///
  /// This frame and everything above it on the host stack may be abandoned whenever host code is
  /// called: they own nothing.
  /// `hasLeftCode`: compiled code was entered without the dispatcher and has been left.
  func runLoop(_ level: UnsafeMutablePointer<TransomLevel>, hasLeftCode: Bool) -> UInt64 {
    let state = engine.state
    let entry = level.pointee.entry
    var stalledAt: (target: UInt64, count: UInt64, attempts: Int) = (0, UInt64.max, 0)
    var hasLeftCode = hasLeftCode
    while status.pointee.outcome == nil {
      var exit =
        hasLeftCode ? engine.goOn() : host.observesInstructions ? runObserved() : engine.run()
      hasLeftCode = false
      if case .fault(14, let code, _) = exit, code & 0x10 == 0 {
        // A data access to nowhere: perhaps a device register.
        guard let other = engine.step(window: window) else { continue }
        exit = other
      }
      if gpr[Register.rsp] > entry.pointee.entryStackPointer { followJump(level) }

      switch exit {
      case .branchOutside:
        let target = state.pointee.rip
        if target == policies.returnAddress {
          if gpr[Register.rsp] == entry.pointee.entryStackPointer &+ 8 { return leave(level) }
          returnToOwner(level)
          continue
        }
        switch codeKind(of: target) {
        case .host:
          if !callHost(level) { return leaveAborted(level) }
        case .guest:
          // The engine must get on: the same address again and again, with nothing executed,
          // is code it cannot hold.
          if stalledAt.target == target, stalledAt.count == state.pointee.instructionCount {
            stalledAt.attempts += 1
          } else {
            stalledAt = (target, state.pointee.instructionCount, 0)
          }
          let translated = engine.translatedInstructions
          if stalledAt.attempts > 64 || !engine.translate(at: target) {
            end(.exception(vector: 14, errorCode: 0x14), access: target)
          } else if engine.translatedInstructions != translated {
            host.didTranslate(target, instructions: engine.translatedInstructions &- translated)
          }
        case .none:
          if !adoptOnBranch(target) { end(.wildBranch, access: target) }
        }
      case .settled:
        break
      case .safepoint:
        status.pointee.counters.safepoints += 1
        visitHost(level) { $0.safepoint(instructionCount: $1) }
      case .halt:
        visitHost(level) { $0.halt(instructionCount: $1) }
      case .fault(let vector, let errorCode, let address):
        let isOverflow = vector == 14 && address >= stackBase - 4096 && address < stackBase
        end(
          isOverflow ? .stackOverflow : .exception(vector: vector, errorCode: errorCode),
          access: vector == 14 ? address : 0)
      case .unsupported(let length):
        end(.unsupportedInstruction(length: length))
      case .port(let access):
        answerPort(access)
      case .query(let query):
        answer(query)
      }
    }
    return leaveAborted(level)
  }

  /// Takes the page of a branch target over, if the host lets the guest execute it.
  private func adoptOnBranch(_ target: UInt64) -> Bool {
    guard host.allowsGuestCode(at: target) else { return false }
    do throws(RegistrationError) {
      try adopt(target & ~4095, count: 4096)
      return true
    } catch { return false }
  }

  var window: DeviceWindow {
    let receiver: TrapReceiver = self
    return DeviceWindow(
      context: Unmanaged.passUnretained(receiver).toOpaque(),
      load: { context, address, size, value in
        Unmanaged<TrapReceiver>.fromOpaque(context!)._withUnsafeGuaranteedRef {
          $0.deviceLoad(address, size: size, into: value)
        }
      },
      store: { context, address, size, value in
        Unmanaged<TrapReceiver>.fromOpaque(context!)._withUnsafeGuaranteedRef {
          $0.deviceStore(address, size: size, from: value)
        }
      })
  }

  /// Lets the host dispatch events. The guest was interrupted anywhere, not at a call, so all of
  /// its state is kept, not only what a callee preserves.
  private func visitHost(
    _ level: UnsafeMutablePointer<TransomLevel>, _ visit: (Host, UInt64) -> Continuation
  ) {
    let state = engine.state
    var saved = state.pointee
    let entry = level.pointee.entry
    entry.pointee.stackPointer = gpr[Register.rsp]
    entry.pointee.isSaved = 0
    entry.pointee.isAtRest = 1
    let entered = levels.lastSerial
    let answer = visit(host, saved.instructionCount)
    entry.pointee.isAtRest = levels.restless
    levels.drop(above: entry)
    guard status.pointee.outcome == nil else { return }
    if levels.lastSerial != entered {
      saved.instructionCount = state.pointee.instructionCount
      saved.attention = state.pointee.attention
      state.pointee = saved
    }
    switch answer {
    case .proceed(let limit): state.pointee.instructionLimit = limit
    case .outOfBudget: end(.outOfBudget)
    }
  }

  // MARK: Jumps between levels

  /// The guest has jumped (LongJump) to a frame of an outer level: goes on there. Returns if RSP
  /// belongs to no level, as with a stack of the guest's own.
  private func followJump(_ level: UnsafeMutablePointer<TransomLevel>) {
    let stack = gpr[Register.rsp]
    // An ordinary return leaves RSP one word above.
    guard isOnStack(stack), engine.state.pointee.rip != policies.returnAddress else { return }
    var index = Int(level.pointee.entry.pointee.depth) - 1
    while index > 0 {
      index -= 1
      let entry = levels[index]
      guard isOnStack(entry.pointee.entryStackPointer) else { continue }
      if stack <= entry.pointee.entryStackPointer {
        if levels.isIntact(index) { transomResumeLevel(entry.pointee.level) }
        return
      }
    }
  }

  /// A return to the host with an RSP that is not this level's: if it is another's, that level
  /// returns; if it is nobody's, the stack is broken.
  private func returnToOwner(_ level: UnsafeMutablePointer<TransomLevel>) {
    let stack = gpr[Register.rsp]
    var index = Int(level.pointee.entry.pointee.depth) - 1
    while index > 0 {
      index -= 1
      let entry = levels[index]
      if entry.pointee.entryStackPointer &+ 8 == stack, levels.isIntact(index) {
        transomResumeLevel(entry.pointee.level)
      }
    }
    end(.unbalancedReturn)
  }

  // MARK: Policies

  private func answerPort(_ access: PortAccess) {
    if access.isWrite {
      status.pointee.counters.portWrites += 1
    } else {
      status.pointee.counters.portReads += 1
    }
    var value: UInt32 = 0
    switch policies.ports {
    case .trap:
      end(.portAccess(port: access.port))
      return
    case .zero:
      break
    case .forward:
      if access.isWrite {
        if !host.writePort(access.port, size: access.size, value: access.value) {
          status.pointee.counters.unansweredPorts += 1
        }
      } else if let answer = host.readPort(access.port, size: access.size) {
        value = answer
      } else {
        status.pointee.counters.unansweredPorts += 1
      }
    }
    engine.completePortAccess(value: value)
  }

  private func answer(_ query: Query) {
    switch query {
    case .timestamp:
      engine.completeQuery(value: host.timestamp(), success: true)
    case .random, .seed:
      status.pointee.counters.randomQueries += 1
      guard case .sequence = policies.random else {
        engine.completeQuery(value: 0, success: false)
        return
      }
      // SplitMix64: any seed gives a good sequence, and the same one every time.
      status.pointee.randomState &+= 0x9E37_79B9_7F4A_7C15
      var value = status.pointee.randomState
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      engine.completeQuery(value: value ^ (value >> 31), success: true)
    }
  }
}
