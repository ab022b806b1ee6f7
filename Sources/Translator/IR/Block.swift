/// A translation block: the IR of straight-line guest code, in an arena it does not own. It goes on
/// behind some conditional branches: those are exits in its middle.
public struct Block {
  public var address: UInt64 = 0
  public var mode: ProcessorMode = .long64
  /// Guest bytes covered, from `address`.
  public var byteCount: UInt32 = 0
  public var instructionCount: UInt16 = 0
  public var operationCount: UInt32 = 0
  /// The arithmetic flags seen at the block's start that it has not defined itself: read or handed
  /// on (`hardFlags`), and these with what a fault would show (`liveFlags`).
  public var hardFlags: FlagSet = .all
  public var liveFlags: FlagSet = .all
  public var operations: UnsafeMutablePointer<Operation>

  public init(operations: UnsafeMutablePointer<Operation>) { self.operations = operations }
}

/// Appends operations to a block under construction.
struct BlockBuilder {
  let operations: UnsafeMutablePointer<Operation>
  let capacity: Int
  var count = 0
  /// Temporaries handed out since the last instruction boundary.
  private var nextTemporary = 0
  private var nextVector: UInt8 = 16

  init(operations: UnsafeMutablePointer<Operation>, capacity: Int) {
    self.operations = operations
    self.capacity = capacity
  }

  /// Where the next operation goes.
  @inline(__always) var next: UnsafeMutablePointer<Operation> { operations + count }

  @inline(__always)
  mutating func append(_ operation: Operation) {
    (operations + count).initialize(to: operation)
    count &+= 1
  }

  @inline(__always)
  mutating func boundary(offset: Int, length: UInt8) {
    nextTemporary = 0
    nextVector = 16
    var op = Operation(.boundary)
    op.offset = UInt16(truncatingIfNeeded: offset)
    op.length = length
    append(op)
  }

  /// A scratch value that lives until the next boundary.
  @inline(__always)
  mutating func temporary() -> Value {
    let value = Value.temporary(nextTemporary)
    nextTemporary &+= 1
    return value
  }

  mutating func vectorTemporary() -> Value {
    let value = Value(raw: nextVector)
    nextVector &+= 1
    return value
  }
}
