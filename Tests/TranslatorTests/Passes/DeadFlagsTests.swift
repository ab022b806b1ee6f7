import Testing
import Translator

/// Blocks put together by hand: who sees a flag, an operation or only a fault.
struct DeadFlagsTests {
  private func run(_ operations: [Operation]) -> (block: Block, operations: [Operation]) {
    var all = [Operation(.boundary)] + operations + [Operation(.jump)]
    let block = all.withUnsafeMutableBufferPointer { buffer in
      var block = Block(operations: buffer.baseAddress!)
      block.operationCount = UInt32(buffer.count)
      DeadFlags.run(&block)
      return block
    }
    return (block, Array(all[1..<all.count - 1]))
  }

  private func operation(_ opcode: Opcode, _ flags: FlagSet = []) -> Operation {
    var op = Operation(opcode, flags: flags)
    op.destination = .rax
    op.left = .rax
    op.right = .rcx
    return op
  }

  private var load: Operation {
    var op = Operation(.load)
    op.destination = .rdx
    op.base = .rbx
    return op
  }

  @Test func controlLeavesWithTheLastFlags() {
    let (_, ops) = run([operation(.add, .all), operation(.subtract, .all)])
    #expect(ops[0].flags == [] && ops[0].hardFlags == [])
    #expect(ops[1].flags == .all && ops[1].hardFlags == .all)
  }

  @Test func aFaultSeesFlagsSoftly() {
    let (block, ops) = run([operation(.xor, .all), load, operation(.add, .all)])
    #expect(ops[0].flags == .all && ops[0].hardFlags == [])
    // What precedes the block is overwritten before anything can fault.
    #expect(block.hardFlags == [] && block.liveFlags == [])
  }

  @Test func theEntryTellsReadingFromFaulting() {
    let faulting = run([load, operation(.add, .all)]).block
    #expect(faulting.hardFlags == [] && faulting.liveFlags == .all)
    var carry = operation(.addCarry, .all)
    carry.right = .rdx
    let reading = run([carry]).block
    #expect(reading.hardFlags == .carry && reading.liveFlags == .carry)
  }

  @Test func aConditionReadsItsFlagsOnly() {
    var less = operation(.setCondition)
    less.selector = Condition.less.rawValue
    less.width = 1
    let (_, ops) = run([operation(.subtract, .all), less, operation(.add, .all)])
    #expect(ops[0].flags == [.sign, .overflow] && ops[0].hardFlags == [.sign, .overflow])
  }

  @Test func aCountThatMayBeZeroHandsFlagsOn() {
    let shift = operation(.shiftLeft, .all)
    let kept = run([operation(.add, .all), shift]).operations
    #expect(kept[0].hardFlags == .all && kept[1].flags == .all)
    // Nobody reads either.
    let dead = run([operation(.add, .all), shift, operation(.subtract, .all)]).operations
    #expect(dead[0].flags == [] && dead[1].flags == [])
  }

  @Test func whatAStoreMayHaveChangedSeesTheFlags() {
    var toMemory = operation(.add, .all)
    toMemory.destination = .none
    toMemory.left = .none
    toMemory.base = .rbx
    toMemory.attributes = .memoryDestination
    let (_, ops) = run([toMemory, operation(.subtract, .all)])
    #expect(ops[0].flags == .all && ops[0].hardFlags == [])
  }

  /// Guest instructions as they stand, which define the carry and read the sign; `shown` is what a
  /// fault among them shows.
  private func carried(shown: FlagSet) -> Operation {
    var op = Operation(.verbatim, width: 1, flags: .carry)
    op.selector = FlagSet.sign.rawValue
    op.hardFlags = shown
    return op
  }

  @Test func carriedInstructionsReadAndDefineFlags() {
    let (_, ops) = run([
      operation(.add, .all), carried(shown: []), operation(.subtract, .all),
    ])
    #expect(ops[0].flags == .sign && ops[0].hardFlags == .sign)
    #expect(ops[1].hardFlags == .sign)
  }

  @Test func aFaultAmongCarriedInstructionsShowsFlags() {
    let (_, ops) = run([
      operation(.add, .all), carried(shown: [.zero]), operation(.subtract, .all),
    ])
    #expect(ops[0].flags == [.sign, .zero] && ops[0].hardFlags == .sign)
    #expect(ops[1].hardFlags == [.sign, .zero])
  }
}
