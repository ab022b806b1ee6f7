import Testing
import Translator

/// Blocks put together by hand, each breaking one rule.
struct VerifierTests {
  private func check(_ operations: [Operation]) -> VerificationError? {
    var all = operations
    var boundary = Operation(.boundary)
    boundary.length = 1
    all.insert(boundary, at: 0)
    return all.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      var block = Block(operations: base)
      block.byteCount = 1
      block.operationCount = UInt32(buffer.count)
      do throws(VerificationError) {
        try Verifier.check(block)
        return nil
      } catch {
        return error
      }
    }
  }

  private var jump: Operation { Operation(.jump) }

  private func load(_ to: Value) -> Operation {
    var op = Operation(.load)
    op.destination = to
    op.base = .rbx
    return op
  }

  @Test func acceptsALoadAndAJump() {
    #expect(check([load(.rax), jump]) == nil)
  }

  @Test func refusesAnUndefinedTemporary() {
    var move = Operation(.move)
    move.destination = .rax
    move.left = .temporary(0)
    #expect(check([move, jump]) == .undefinedTemporary(operation: 1))
    #expect(check([load(.temporary(0)), move, jump]) == nil)
  }

  @Test func refusesAFaultAfterARegisterChanged() {
    #expect(check([load(.rax), load(.rcx), jump]) == .faultAfterCommit(operation: 2))
    #expect(check([load(.temporary(0)), load(.rcx), jump]) == nil)
  }

  @Test func refusesAFaultAfterFlagsChanged() {
    var compare = Operation(.subtract, flags: .all)
    compare.left = .rax
    compare.right = .rcx
    #expect(check([compare, load(.rdx), jump]) == .faultAfterCommit(operation: 2))
  }

  /// Guest instructions as they stand: three of 1, 2 and 3 bytes.
  @Test func lengthsOfCarriedInstructionsAddUp() {
    var carried = Operation(.verbatim, width: 3)
    carried.length = 6
    carried.immediate = 0x321
    func check(_ carried: Operation) -> VerificationError? {
      var all = [carried, jump]
      return all.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return nil }
        var block = Block(operations: base)
        block.byteCount = 6
        block.operationCount = 2
        do throws(VerificationError) {
          try Verifier.check(block)
          return nil
        } catch {
          return error
        }
      }
    }
    #expect(check(carried) == nil)
    var longer = carried
    longer.immediate = 0x421
    #expect(check(longer) == .badField(operation: 0))
    var adapted = carried
    adapted.addressMode = 1
    #expect(check(adapted) == .badField(operation: 0))
    var beyond = carried
    beyond.length = 7
    #expect(check(beyond) == .badField(operation: 0))
  }

  @Test func refusesABlockWithoutItsEnd() {
    #expect(check([load(.rax)]) == .noEnd)
    #expect(check([jump, jump]) == .operationAfterEnd(operation: 1))
  }

  @Test func refusesFieldsThatNothingHas() {
    #expect(check([Operation(.move, width: 3), jump]) == .badField(operation: 1))
    var branch = Operation(.branch)
    branch.selector = 16
    #expect(check([branch, jump]) == .badField(operation: 1))
  }
}
