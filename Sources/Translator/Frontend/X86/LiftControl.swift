/// Control transfer, strings, flags.
extension Lifter {
  var relativeTarget: UInt64 {
    var target = next &+ UInt64(bitPattern: i.immediate)
    if mode != .long64 {
      target &= 0xFFFF_FFFF
      if i.operandSize == 2 { target &= 0xFFFF }
    }
    return target
  }

  mutating func jump(to target: UInt64, _ attributes: Attributes = []) {
    var op = Operation(.jump)
    op.immediate = Int64(bitPattern: target)
    op.attributes = attributes
    builder.append(op)
    ended = true
  }

  mutating func jcc() {
    var op = Operation(.branch)
    op.selector = i.opcode & 15
    op.immediate = Int64(bitPattern: relativeTarget)
    builder.append(op)
    goOn(behind: relativeTarget)
  }

  /// Where control goes if a branch to `target` is not taken: on within the block if the branch
  /// leads forward. Behind a loop's end, or where the branch's own target is reached, a block ends:
  /// others come to that place too, and code is to be translated once.
  private mutating func goOn(behind target: UInt64) {
    guard sideExits > 0, target > address else { return jump(to: nextAddress) }
    sideExits -= 1
    join = min(join, target)
  }

  /// Where the next instruction is: in 32-bit mode addresses wrap.
  var nextAddress: UInt64 { next & addressMask }

  mutating func loop(_ selector: UInt8) {
    var op = Operation(.branchCounter, width: i.addressSize)
    op.selector = selector
    op.immediate = Int64(bitPattern: relativeTarget)
    builder.append(op)
    goOn(behind: relativeTarget)
  }

  mutating func jumpIndirect(_ target: Value, _ attributes: Attributes = []) {
    var value = target
    if mode != .long64 || operandSize != 8 {
      let t = builder.temporary()
      var op = Operation(.zeroExtend, width: 8)
      op.selector = operandSize
      op.left = target
      op.destination = t
      builder.append(op)
      value = t
    }
    var op = Operation(.jumpIndirect)
    op.left = value
    op.attributes = attributes
    builder.append(op)
    ended = true
  }

  mutating func call() {
    let t = constant(Int64(bitPattern: next))
    pushValue(t, operandSize)
    jump(to: relativeTarget, .call)
  }

  mutating func callIndirect() {
    var target = read(.Ev)
    if target.isRegister {
      let t = builder.temporary()
      move(8, t, target)
      target = t
    }
    let back = constant(Int64(bitPattern: next))
    pushValue(back, operandSize)
    jumpIndirect(target, .call)
  }

  mutating func ret() {
    let t = load(operandSize, stackTop())
    adjustStack(Int64(operandSize) + i.immediate)
    jumpIndirect(t, .return)
  }

  /// A string operation; `selector` 0 once, 1 REP/REPE, 2 REPNE; address size in `third`.
  mutating func string(_ opcode: Opcode, _ flags: FlagSet = []) {
    var op = Operation(opcode, width: i.opcode & 1 == 0 ? 1 : operandSize, flags: flags)
    op.selector = i.repeatPrefix == 0 ? 0 : i.repeatPrefix == 0xF3 ? 1 : 2
    op.addressMode = i.segment << 2
    op.length = i.addressSize
    builder.append(op)
  }

  mutating func setFlags(clear: Int64, set: Int64, toggleCarry: Bool = false) {
    var op = Operation(.modifyFlags)
    op.displacement = clear
    op.immediate = set
    op.selector = toggleCarry ? 1 : 0
    if (clear | set) & 1 != 0 || toggleCarry { op.flags = .carry }
    builder.append(op)
  }

  /// A software interrupt is a trap: the embedder finds `rip` behind it.
  mutating func int() { raise(i.immediate & 0xFF, after: true) }

  mutating func into() {
    var op = Operation(.branch)
    op.selector = Condition.notOverflow.rawValue
    op.immediate = Int64(bitPattern: nextAddress)
    builder.append(op)
    raise(4, after: true)
  }

  /// SALC: AL is all of CF.
  mutating func salc() {
    let t = builder.temporary()
    var op = Operation(.setCondition, width: 1)
    op.selector = Condition.below.rawValue
    op.destination = t
    builder.append(op)
    var negate = Operation(.negate, width: 1)
    negate.left = t
    negate.destination = t
    builder.append(negate)
    move(1, .rax, t)
  }

  /// INS and OUTS: an exit for each element; with REP `rip` stays until the count is used up.
  mutating func portString(isWrite: Bool) {
    var op = Operation(.port, width: i.opcode & 1 == 0 ? 1 : min(operandSize, 4))
    op.selector = (isWrite ? 1 : 0) | 2 | 4 | (i.repeatPrefix != 0 ? 8 : 0)
    op.addressMode = i.segment << 2
    op.displacement = Int64(i.addressSize)
    op.length = i.length
    builder.append(op)
    ended = true
  }

  mutating func port(isWrite: Bool) {
    let portOperand = kind(isWrite ? 0 : 1)
    let data = kind(isWrite ? 1 : 0)
    var op = Operation(.port, width: data == .AL ? 1 : min(operandSize, 4))
    op.selector = (isWrite ? 1 : 0) | (portOperand == .DX ? 2 : 0)
    op.immediate = i.immediate
    op.length = i.length
    builder.append(op)
    ended = true
  }

  mutating func query(_ query: Query, readsAuxiliary: Bool = false) {
    var op = Operation(.query, width: operandSize)
    op.selector = query.rawValue
    op.destination = query == .timestamp ? .none : .register(i.rm)
    // RDTSCP gives TSC_AUX too.
    op.immediate = readsAuxiliary ? 1 : 0
    op.length = i.length
    builder.append(op)
    ended = true
  }
}
