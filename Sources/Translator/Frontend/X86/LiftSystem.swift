/// System instructions: each is one `system` operation; `Runtime/System.swift` carries it out.
enum SystemOperation: UInt8 {
  case readSegment, writeSegment
  case cpuid, readMSR, writeMSR, readPerformance, xgetbv, xsetbv
  case readControl, writeControl, readDebug, writeDebug, clearTaskSwitched
  case storeGDT, storeIDT, loadGDT, loadIDT, storeMachineStatus, loadMachineStatus
  case storeLDT, loadLDT, storeTask, loadTask
  case readFSBase, readGSBase, writeFSBase, writeGSBase, swapGS
  case verifyRead, verifyWrite, loadAccessRights, loadLimit, adjustPrivilege
  case daa, das, aaa, aas, aam, aad
  case loadMXCSR, storeMXCSR, fxsave, fxrstor, xsave, xrstor, zeroUpper, zeroAll, emms
  case loadEnvironment, storeEnvironment, restoreX87, saveX87
  /// A far transfer may go to the current code segment only; immediate 1: an IRET.
  case checkCode
  case bound, fastCall, readProcessor
  /// ZF as ARPL sets it; the selector is `adjustPrivilege`'s.
  case comparePrivilege
}

extension Lifter {
  mutating func system(
    _ operation: SystemOperation, width: UInt8 = 8, flags: FlagSet = [],
    destination: Value = .none, left: Value = .none, right: UInt8 = 0, memory: MemoryOperand? = nil
  ) {
    var op = Operation(.system, width: width, flags: flags)
    op.selector = operation.rawValue
    op.destination = destination
    op.left = left
    op.immediate = Int64(right)
    if let memory {
      op.memory = memory
      op.attributes = .memoryRight
    }
    builder.append(op)
  }

  mutating func movFromSegment() {
    if i.reg & 7 > 5 { return raise(6) }
    let t = builder.temporary()
    system(.readSegment, destination: t, right: i.reg & 7)
    if i.isRegisterForm {
      move(operandSize, .register(i.rm), t)
    } else {
      store(2, memory, t)
    }
  }

  mutating func movToSegment() {
    if i.reg & 7 == 1 || i.reg & 7 > 5 { return raise(6) }
    let value = read(.Ew)
    system(.writeSegment, left: value, right: i.reg & 7)
  }

  mutating func storeWord(_ operation: SystemOperation) {
    let t = builder.temporary()
    system(operation, destination: t)
    if i.isRegisterForm {
      move(operandSize, .register(i.rm), t)
    } else {
      store(2, memory, t)
    }
  }

  mutating func loadWord(_ operation: SystemOperation) {
    let value = read(.Ew)
    system(operation, left: value)
  }

  mutating func base(_ operation: SystemOperation, reads: Bool) {
    let size = width(.Ey)
    if reads {
      let t = builder.temporary()
      system(operation, destination: t)
      move(size, .register(i.rm), t)
    } else {
      let t = builder.temporary()
      var op = Operation(.zeroExtend, width: 8)
      op.selector = size
      op.left = .register(i.rm)
      op.destination = t
      builder.append(op)
      system(operation, left: t)
    }
  }

  mutating func control(_ operation: SystemOperation, reads: Bool) {
    let number = i.reg
    if operation == .readControl || operation == .writeControl {
      guard number == 0 || number == 2 || number == 3 || number == 4 || number == 8 else {
        return raise(6)
      }
    }
    if operation == .readDebug || operation == .writeDebug {
      guard number < 8 else { return raise(6) }
    }
    if reads {
      system(operation, width: width(.Rq), destination: .register(i.rm), right: number)
    } else {
      system(operation, width: width(.Rq), left: .register(i.rm), right: number)
      // What may be executed can have changed.
      jump(to: nextAddress)
    }
  }
}
