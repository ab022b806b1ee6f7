/// A translated block: where its code lies and what the dispatcher must know about it.
struct CompiledBlock {
  var address: UInt64 = 0
  /// Guest bytes covered; 0: the block was invalidated.
  var byteCount: UInt32 = 0
  /// Offsets into the code memory.
  var code: UInt32 = 0
  var codeEnd: UInt32 = 0
  /// Where an instruction can be replaced to stop the block, in whatever round of a loop it is.
  var stop: UInt32 = 0
  /// Where the entry for indirect branches lies that checks the address, 0 if there is none.
  var thunk: UInt32 = 0
  /// First of its instructions in `CodeTables.lengths`.
  var lengths: UInt32 = 0
  /// First of its recipes in `CodeTables.recipes`.
  var recipes: UInt32 = 0
  var firstExit: UInt32 = 0
  var exitCount: UInt16 = 0
  var instructionCount: UInt16 = 0
  /// The instruction before which `remaining` is counted down: faults from there on find it done.
  var countedAt: UInt16 = 0
  var mode: ProcessorMode = .long64
  /// Arithmetic flags that must stand where compiled code keeps them when the block is entered.
  var entryFlags: FlagSet = []
  /// The next block whose first byte is in the same page, plus one.
  var nextInPage: UInt32 = 0
  /// Head of the list of exits linked here, plus one.
  var incoming: UInt32 = 0
}

/// One instruction's share of a block, for finding it again from a host program counter.
struct InstructionLength {
  /// Bytes of host code.
  var host: UInt16
  /// Bytes of guest code.
  var guest: UInt8
  /// The number, from one, of the block's recipe for flags that only a fault can see; 0: they are
  /// where they belong.
  var recipe: UInt8
}

/// A place where compiled code is left.
struct ExitRecord {
  enum Kind: UInt8 {
    /// To the guest address `target`, if not linked.
    case direct
    /// `operations` are to be interpreted; then the code goes on at `resume`.
    case interpret
    /// As `interpret`, but nothing follows in the block.
    case leave
    /// Fewer instructions remain than the block has; nothing of instruction `executed` is done.
    case exhausted
    /// The guest bytes are not those translated any more.
    case stale
  }
  var target: UInt64 = 0
  /// What the next four name: an exit is of one kind, and most code is met once, so that each byte
  /// kept of it costs time.
  private var place: UInt32 = 0
  private var way: UInt32 = 0
  var block: UInt32 = 0
  /// Block this exit is linked to, plus one; the next exit linked there, plus one.
  var linked: UInt32 = 0
  var nextLinked: UInt32 = 0
  /// A recipe for the flags, plus one; 0: they are where they belong.
  var recipe: UInt32 = 0
  /// What to add to `remaining` to have it exact at this exit.
  var adjustment: Int16 = 0
  var operationCount: UInt16 = 0
  var kind: Kind = .direct
  /// The flags that stand where compiled code keeps them: a block that wants more is reached by the
  /// dispatcher.
  var provided = FlagSet.all
  /// Says to the back end how the branch at `patch` is encoded.
  var form: UInt8 = 0

  /// Of a direct exit: offset of the branch that is patched for a link.
  var patch: UInt32 {
    get { place }
    set { place = newValue }
  }
  /// Of a direct exit: offset of the code that leaves for the dispatcher.
  var stub: UInt32 {
    get { way }
    set { way = newValue }
  }
  /// Of one that is interpreted: first of its operations in `CodeTables.rare`, from the boundary on.
  var operations: UInt32 {
    get { place }
    set { place = newValue }
  }
  /// Of one that is interpreted: offset of the code behind it.
  var resume: UInt32 {
    get { way }
    set { way = newValue }
  }

  init() {}
}

/// Everything the back ends and the dispatcher keep about compiled code, in plain memory.
struct CodeTables {
  let blocks: UnsafeMutablePointer<CompiledBlock>
  let exits: UnsafeMutablePointer<ExitRecord>
  let lengths: UnsafeMutablePointer<InstructionLength>
  /// Operations of instructions that are interpreted.
  let rare: UnsafeMutablePointer<Operation>
  let recipes: UnsafeMutablePointer<FlagRecipes>
  let blockCapacity: Int
  /// With so many of each there may be no room for the longest block.
  private let full: (blocks: Int, exits: Int, lengths: Int, rare: Int, recipes: Int)
  var blockCount = 0
  var exitCount = 0
  var lengthCount = 0
  var rareCount = 0
  var recipeCount = 0
  /// Stores that are to be written with care.
  var sites: StoreSites?
  /// Some code uses vector registers.
  var usesVectors: UInt32 = 0

  /// Room in proportion to bytes of code; pages are touched as they are used.
  init(codeBytes: Int) {
    blockCapacity = min(codeBytes / 64, CodeMemory.indexCount / 2)
    let exitCapacity = codeBytes / 48
    let lengthCapacity = codeBytes / 4
    let rareCapacity = max(codeBytes / 64, 4 * TranslationCache.longestBlock)
    let recipeCapacity = codeBytes / 64
    full = (
      blockCapacity - 1, exitCapacity - 512, lengthCapacity - 256,
      rareCapacity - 2 * TranslationCache.longestBlock, recipeCapacity - 512
    )
    blocks = .allocate(capacity: blockCapacity)
    exits = .allocate(capacity: exitCapacity)
    lengths = .allocate(capacity: lengthCapacity)
    rare = .allocate(capacity: rareCapacity)
    recipes = .allocate(capacity: recipeCapacity)
  }

  func deallocate() {
    blocks.deallocate()
    exits.deallocate()
    lengths.deallocate()
    rare.deallocate()
    recipes.deallocate()
  }

  mutating func clear() {
    blockCount = 0
    exitCount = 0
    lengthCount = 0
    rareCount = 0
    recipeCount = 0
  }

  /// How much of each there is.
  struct Mark {
    var exits, lengths, rare, recipes: Int
  }

  var mark: Mark {
    Mark(exits: exitCount, lengths: lengthCount, rare: rareCount, recipes: recipeCount)
  }

  /// Drops what was added since.
  mutating func rewind(to mark: Mark) {
    exitCount = mark.exits
    lengthCount = mark.lengths
    rareCount = mark.rare
    recipeCount = mark.recipes
  }

  /// Whether the longest block still fits.
  @inline(__always) var hasRoom: Bool {
    blockCount < full.blocks && exitCount < full.exits && lengthCount < full.lengths
      && rareCount < full.rare && recipeCount < full.recipes
  }

  /// Appends an exit and returns its index.
  mutating func add(_ exit: ExitRecord) -> Int {
    (exits + exitCount).initialize(to: exit)
    exitCount &+= 1
    return exitCount &- 1
  }

  @inline(__always)
  mutating func add(_ length: InstructionLength) {
    (lengths + lengthCount).initialize(to: length)
    lengthCount &+= 1
  }

  /// Appends the lengths of `count` instructions that are as long here as in the guest: four bits of
  /// `packed` each. `before`: bytes that stand before the first one.
  @inline(__always)
  mutating func addLengths(_ packed: Int64, _ count: Int, before: UInt16) {
    let first = lengths + lengthCount
    var next = first
    var rest = UInt64(bitPattern: packed)
    // Four without a branch between them; what is too much is written over.
    repeat {
      for n in 0..<4 {
        let length = UInt8(truncatingIfNeeded: rest &>> UInt64(n &* 4)) & 15
        (next + n).initialize(
          to: InstructionLength(host: UInt16(length), guest: length, recipe: 0))
      }
      next += 4
      rest &>>= 16
    } while rest != 0
    first.pointee.host &+= before
    lengthCount &+= count
  }

  /// Keeps a recipe; its index.
  mutating func add(_ recipe: FlagRecipes) -> Int {
    (recipes + recipeCount).initialize(to: recipe)
    recipeCount += 1
    return recipeCount - 1
  }

  /// Keeps one instruction's operations, from its boundary on, with a jump to `next` behind them.
  mutating func keep(
    _ operations: UnsafeMutablePointer<Operation>, _ count: Int, next: UInt64
  ) -> (first: Int, count: Int) {
    let first = rareCount
    (rare + rareCount).initialize(from: operations, count: count)
    rareCount += count
    var jump = Operation(.jump)
    jump.immediate = Int64(bitPattern: next)
    (rare + rareCount).initialize(to: jump)
    rareCount += 1
    return (first, count + 1)
  }
}

/// Where code is being written: the writable cursor and how far the executable view is from it.
struct CodeBuffer {
  var cursor: UnsafeMutablePointer<UInt8>
  /// What is left of the far code that grows down towards the cursor.
  var coldEnd: UnsafeMutablePointer<UInt8>
  let start: UnsafeMutablePointer<UInt8>
  /// The address at which the byte at `start` is executed.
  let base: UInt64

  @inline(__always) var offset: UInt32 { UInt32(truncatingIfNeeded: cursor - start) }
  /// The address at which the byte at `cursor` is executed.
  @inline(__always) var address: UInt64 { base &+ UInt64(cursor - start) }

  @inline(__always) mutating func byte(_ value: UInt8) {
    cursor.pointee = value
    cursor += 1
  }
  @inline(__always) mutating func word16(_ value: UInt16) {
    UnsafeMutableRawPointer(cursor).storeBytes(of: value, as: UInt16.self)
    cursor += 2
  }
  @inline(__always) mutating func word32(_ value: UInt32) {
    UnsafeMutableRawPointer(cursor).storeBytes(of: value, as: UInt32.self)
    cursor += 4
  }
  @inline(__always) mutating func word64(_ value: UInt64) {
    UnsafeMutableRawPointer(cursor).storeBytes(of: value, as: UInt64.self)
    cursor += 8
  }
}
