internal import CTranslator

/// Entry points that a back end writes once at the start of the code memory, as offsets.
struct CodeStubs {
  /// A C function of two arguments: loads the guest's registers and goes to the executable address
  /// that is the first. Where that comes from the branch table, or is `missExit`, the second is the
  /// guest's address. It returns when compiled code is left.
  var enter: UInt32 = 0
  /// Stores the guest's registers and returns from `enter`. The exit word is where the back end
  /// has it.
  var exit: UInt32 = 0
  /// Where a fault handler resumes: sets `exitWord` to `CodeExit.fault` and leaves.
  var faultExit: UInt32 = 0
  /// An indirect branch whose target (in `branchTarget`) is not in the branch table.
  var missExit: UInt32 = 0
  /// Routines that divide 128 bits by 64, where the host has no instruction for it.
  var divide: UInt32 = 0
  var divideSigned: UInt32 = 0
  /// Returns from `enter` for host code that was called by compiled code and has put the guest's
  /// registers where they belong. `exitWord` is set before.
  var leave: UInt32 = 0
  /// Where a block goes whose first instruction was replaced (AArch64).
  var stop: UInt32 = 0
}

/// Special values of `exitWord`; others are indices of the exit table.
@usableFromInline
enum CodeExit {
  static let fault: UInt32 = 0xFFFF_FFFF
  @inlinable static var missedBranch: UInt32 { 0xFFFF_FFFE }
  static let settled: UInt32 = 0xFFFF_FFFD
}

/// The table through which indirect branches go: the low bits of the guest address choose an entry.
///
/// On x86-64 it is an entry point that checks the whole address itself. On AArch64 it is a pair, where
/// the code is and for what address, which one load brings to who branches: he checks it.
@usableFromInline
enum BranchTable {
  @inlinable static var indexMask: UInt64 { 0xFFFF }
  #if arch(arm64)
    @inlinable static var words: Int { 2 }
  #else
    @inlinable static var words: Int { 1 }
  #endif
  static var wordCount: Int { (Int(indexMask) + 1) * words }
  static var byteCount: Int { wordCount * 8 }

  /// The position of an address's entry among the table's words.
  @inlinable @inline(__always) static func position(_ address: UInt64) -> Int {
    Int(truncatingIfNeeded: address & indexMask) * words
  }

  /// Where to go for an address: `miss` if the table is known to hold another.
  @inlinable @inline(__always)
  static func code(for address: UInt64, _ table: UnsafePointer<UInt64>, miss: UInt64) -> UInt64 {
    let position = position(address)
    return words == 1 || table[position + 1] == address ? table[position] : miss
  }
}

/// What compiled code is told about the engine it is compiled for.
struct CodeLayout {
  /// Address of the guest's state and of the branch table, as executed code sees them.
  var state: UInt64 = 0
  var branchTable: UInt64 = 0
  /// Executable address of the code memory's first byte.
  var base: UInt64 = 0
  var stubs = CodeStubs()
  /// Guest instructions are counted.
  var isCounting = true
  /// Of the host's processor, beyond what every one of its kind has: for AArch64 FEAT_FlagM and
  /// FEAT_FlagM2 as bits 0 and 1.
  var hostFeatures: UInt64 = 0
  /// The stubs let interrupts in while compiled code runs.
  var letsInterruptsIn = false
  /// A fault shows flags right that nothing reads.
  var keepsUnreadFlags = true
  /// Where the guest's code is to be read, if not at its addresses.
  var detached: DetachedCode?
}

/// Guest code that is read elsewhere than at its address.
struct DetachedCode {
  var bytes: UnsafePointer<UInt8>
  var count: Int
  var address: UInt64
}

/// What is known of the code at an address.
struct CodeSight {
  /// Changes to it will be noticed: a back end may draw conclusions from it.
  var isWatchable = false
  /// Of the block there, if there is one: what it wants, and its bytes.
  var entryFlags: FlagSet?
  var byteCount: UInt32 = 0
}

/// What every back end offers the dispatcher. Writes bytes; never executes them.
protocol BackEnd {
  /// Writes the stubs at the buffer's cursor.
  static func writeStubs(_ buffer: inout CodeBuffer, _ layout: CodeLayout) -> CodeStubs

  /// The host's instruction fetch sees what was written without being told.
  static var isCoherent: Bool { get }

  /// The host executes guest instructions as they stand, and wants them so: `Opcode.verbatim`.
  static var carriesGuestCode: Bool { get }

  init(layout: CodeLayout)
  func deallocate()

  /// Writes a block's code at the buffer's cursor, adding exits, lengths and rare operations to the
  /// tables. `index` is the block's own; its record holds address, mode, sizes and `lengths`; the
  /// rest is filled in. Exits are left unlinked: every patchable branch leads to its stub.
  /// `sight` says what is known of an address to which the block leads; with a number of bytes it
  /// sees to it that changes to them are noticed, for `CodeTables.note` to follow.
  /// `isChecked`: the block compares the guest's bytes before it runs, since its page is writable.
  mutating func write(
    _ block: Block, index: Int, _ record: inout CompiledBlock, _ buffer: inout CodeBuffer,
    _ tables: inout CodeTables, isChecked: Bool, sight: (UInt64, UInt32) -> CodeSight)

  /// The instruction that takes the place of a block's first one to have the block left as by a fault
  /// there, through `CodeStubs.stop`. Nil if the back end has no such thing.
  static func stopInstruction(at offset: UInt32, _ stubs: CodeStubs) -> UInt32?

  /// Writes the entry for indirect branches to a block whose code starts at `code`, if the branch
  /// table's entries are to check addresses.
  mutating func writeThunk(_ buffer: inout CodeBuffer, guest: UInt64, code: UInt32)

  /// Writes what the branch table leads to for an address where host code stands in for the guest's.
  /// The routine finds the guest's registers where compiled code has them.
  static func writeHostThunk(
    _ buffer: inout CodeBuffer, _ layout: CodeLayout, guest: UInt64, routine: UInt64)

  /// Makes the branch of an exit go to an offset of the code memory. `writable` is the start of the
  /// writable view. Returns how many bytes were changed, from `exit.patch` on.
  static func patch(
    _ exit: ExitRecord, to offset: UInt32, _ writable: UnsafeMutablePointer<UInt8>
  ) -> Int

  /// Packs RFLAGS' arithmetic flags and DF for compiled code, and back.
  static func importFlags(_ state: UnsafeMutablePointer<TransomGuestState>)
  static func exportFlags(_ state: UnsafeMutablePointer<TransomGuestState>)

  /// Makes RFLAGS, as exported, right as a recipe says; and, for flags of the block before, as what
  /// stood at the exit from it does.
  static func recoverFlags(
    _ state: UnsafeMutablePointer<TransomGuestState>, _ recipe: FlagRecipes, before: FlagRecipes?)

  /// How many instructions may run before the counter is looked at.
  static var slack: Int64 { get }
}

extension BackEnd {
  static var isCoherent: Bool { false }
}
