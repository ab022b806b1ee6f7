/// Far transfers, far pointers and what asks about segments. Segments are flat: a far transfer is a
/// near one that also moves the selector, and may only name the segment that is executing.
extension Lifter {
  /// Offset and selector of a far pointer operand.
  private mutating func farPointer() -> (offset: Value, selector: Value) {
    if kind(0) == .Ap {
      let offset = constant(i.immediate & (operandSize == 2 ? 0xFFFF : 0xFFFF_FFFF))
      return (offset, constant(i.immediate2))
    }
    let offset = load(operandSize, memory)
    var m = memory
    m.displacement &+= Int64(operandSize)
    return (offset, load(2, m))
  }

  private mutating func checkCode(_ selector: Value, isReturn: Bool = false) {
    system(.checkCode, left: selector, right: isReturn ? 1 : 0)
  }

  mutating func jumpFar() {
    let target = farPointer()
    checkCode(target.selector)
    jumpIndirect(target.offset)
  }

  mutating func callFar() {
    let target = farPointer()
    checkCode(target.selector)
    let size = Int64(operandSize)
    let code = builder.temporary()
    system(.readSegment, destination: code, right: 1)
    store(operandSize, stackTop(-size), code)
    store(operandSize, stackTop(-2 * size), constant(Int64(bitPattern: nextAddress)))
    adjustStack(-2 * size)
    jumpIndirect(target.offset, .call)
  }

  mutating func returnFar() {
    let size = Int64(operandSize)
    let offset = load(operandSize, stackTop())
    let selector = load(2, stackTop(size))
    checkCode(selector)
    adjustStack(2 * size + i.immediate)
    jumpIndirect(offset, .return)
  }

  mutating func interruptReturn() {
    let size = Int64(operandSize)
    let offset = load(operandSize, stackTop())
    let selector = load(2, stackTop(size))
    let flags = load(operandSize, stackTop(2 * size))
    var stack = Value.none
    var stackSelector = Value.none
    if mode == .long64 {
      stack = load(operandSize, stackTop(3 * size))
      stackSelector = load(2, stackTop(4 * size))
    }
    checkCode(selector, isReturn: true)
    var op = Operation(.writeFlags, width: operandSize, flags: .all)
    op.left = flags
    op.immediate = operandSize == 2 ? 0x7FD5 : 0x24_7FD5
    builder.append(op)
    if mode == .long64 {
      system(.writeSegment, left: stackSelector, right: 2)
      move(8, .rsp, stack)
    } else {
      adjustStack(3 * size)
    }
    jumpIndirect(offset, .return)
  }

  /// LES, LDS, LSS, LFS, LGS
  mutating func loadFarPointer() {
    let number: UInt8 =
      switch i.opcode {
      case 0xC4: 0
      case 0xC5: 3
      case 0xB2: 2
      case 0xB4: 4
      default: 5
      }
    let target = farPointer()
    system(.writeSegment, left: target.selector, right: number)
    move(operandSize, .register(i.reg), target.offset)
  }

  mutating func bound() {
    system(.bound, width: operandSize, left: .register(i.reg), memory: memory)
  }

  mutating func verify(_ operation: SystemOperation) {
    system(operation, flags: .zero, left: read(.Ew))
  }

  /// LAR, LSL: the destination is written only where ZF says so.
  mutating func descriptor(_ operation: SystemOperation) {
    let selector = read(.Ew)
    system(
      operation, width: operandSize, flags: .zero, destination: .register(i.reg), left: selector)
  }

  mutating func adjustPrivilege() {
    let value = builder.temporary()
    move(8, value, read(.Ew))
    let t = builder.temporary()
    var op = Operation(.system, width: 2)
    op.selector = SystemOperation.adjustPrivilege.rawValue
    op.destination = t
    op.left = value
    op.right = .register(i.reg)
    builder.append(op)
    var compare = op
    compare.selector = SystemOperation.comparePrivilege.rawValue
    compare.destination = .none
    compare.flags = .zero
    if i.isRegisterForm {
      builder.append(compare)
      write(.Ew, t)
    } else {
      // The flag changes only once the store is done.
      write(.Ew, t)
      builder.append(compare)
    }
  }

  /// RDPID: as wide as a register of the mode.
  mutating func readProcessor() {
    let t = builder.temporary()
    system(.readProcessor, destination: t)
    move(width(.Rq), .register(i.rm), t)
  }
}
