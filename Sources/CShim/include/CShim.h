#pragma once
// The trap's host side: what a native call into guest code leaves on the host stack.
//
// Shared between the assembly, which knows the offsets below, and Swift, which knows the names.

#define TRANSOM_LEVEL_TARGET 0
#define TRANSOM_LEVEL_STACK_ARGUMENTS 8
#define TRANSOM_LEVEL_REGISTER_ARGUMENTS 16
#define TRANSOM_LEVEL_HOST_REGISTERS 80
#define TRANSOM_LEVEL_SIZE 400

#define TRANSOM_ENTRY_STACK_POINTER 0
#define TRANSOM_ENTRY_RETURN_ADDRESS 8
#define TRANSOM_ENTRY_CALL_NUMBER 16
#define TRANSOM_ENTRY_IS_SAVED 24
#define TRANSOM_ENTRY_IS_AT_REST 28
#define TRANSOM_ENTRY_SPAN 32
#define TRANSOM_ENTRY_DEPTH 40

#define TRANSOM_BRIDGE_STATE 0
#define TRANSOM_BRIDGE_CURRENT 8
#define TRANSOM_BRIDGE_STACK_BASE 16
#define TRANSOM_BRIDGE_CALL_COUNT 24
#define TRANSOM_BRIDGE_HOST_WORDS 32
#define TRANSOM_BRIDGE_MASKS_INTERRUPTS 56
#define TRANSOM_BRIDGE_RUN_LEVEL 64
#define TRANSOM_BRIDGE_SETTLE 72
#define TRANSOM_BRIDGE_CALL_INTERCEPTED 80
#define TRANSOM_BRIDGE_CALLS 256
// How many calls the ring holds; a power of two.
#define TRANSOM_CALLS 64

// Of TransomGuestState (GuestState.h).
#define TRANSOM_STATE_FLAGS 392
#define TRANSOM_STATE_INSTRUCTION_COUNT 400
#define TRANSOM_STATE_MXCSR 512
#define TRANSOM_STATE_VECTORS 672
#define TRANSOM_STATE_HOST_STACK_POINTER 1672
#define TRANSOM_STATE_BRANCH_TARGET 1680
#define TRANSOM_STATE_PACKED_FLAGS 1708
#define TRANSOM_STATE_DIRECTION 1712
#define TRANSOM_STATE_HOST_MXCSR 1716
#define TRANSOM_STATE_USES_VECTORS 1720
#define TRANSOM_STATE_ATTENTION 1724
#define TRANSOM_STATE_SCRATCH 1728
#define TRANSOM_STATE_ROOM 1760
#define TRANSOM_STATE_BRANCH_TABLE 1784
#define TRANSOM_STATE_MISS_EXIT 1800
#define TRANSOM_STATE_LEAVE_STUB 1808
#define TRANSOM_STATE_IS_COUNTING 1816
#define TRANSOM_STATE_INTERRUPT_MASK 1848

#ifndef __ASSEMBLER__
#include <CTranslator.h>
#include <stddef.h>
#include <stdint.h>

/// How many integer arguments a call carries either way.
#define TRANSOM_ARGUMENTS 16
/// How many of them the host's convention passes in registers.
#if defined(__aarch64__)
#define TRANSOM_REGISTER_ARGUMENTS 8
#else
#define TRANSOM_REGISTER_ARGUMENTS 6
#endif

struct TransomLevelEntry;

/// One native call into guest code. Lives in the trap entry's own frame on the host stack, so it
/// is gone, at no cost, when that frame is abandoned by a jump over it.
typedef struct TransomLevel {
  /// Guest address that was called.
  uint64_t target;
  /// Host address of the first argument the caller passed on the stack.
  uint64_t stackArguments;
  uint64_t registerArguments[8];
  /// The caller's callee-saved registers, in the order the trap entry stores them.
  uint64_t hostRegisters[22];

  /// Its place in the table of levels, and the serial number it has there.
  struct TransomLevelEntry *_Nonnull entry;
  uint64_t serial;
  /// Arguments of the call being marshalled.
  uint64_t arguments[TRANSOM_ARGUMENTS];
} TransomLevel;

/// What of a level must outlive its host frame, which may be abandoned and written over. Entries
/// stand one behind the other, the innermost level's last.
typedef struct TransomLevelEntry {
  /// Guest RSP while the level is inside a host call; the next level's stack begins below it.
  uint64_t stackPointer;
  /// Where the guest goes on after the host call under way, and the call's number.
  uint64_t returnAddress;
  uint64_t callNumber;
  /// 1: the guest's registers were put into `generalRegisters` and so on, because somebody else has
  /// entered the guest since the level called out.
  uint32_t isSaved;
  /// 0: guest state is in flight, in the processor or half stored. Only an interrupt that compiled
  /// code let in can call guest code then.
  uint32_t isAtRest;
  /// How far above the shim's stack's lowest address RSP is at entry; 0 if it is not on that stack.
  uint64_t span;
  /// Level of nesting, from 1.
  uint64_t depth;

  /// The level's record, and its serial number.
  TransomLevel *_Nonnull level;
  uint64_t serial;
  /// Guest RSP at entry: it points at the return address.
  uint64_t entryStackPointer;
  /// What the host gave for this entry (HostContract.willEnterGuest).
  uint64_t token;
  /// The host's words (TransomBridge.hostWords) of the level outside this one.
  uint64_t outerWords[2];

  // What the Microsoft convention preserves.

  /// RBX RBP RSI RDI R12–R15.
  uint64_t generalRegisters[8];
  /// XMM6 to XMM15.
  uint64_t vectorRegisters[20];
  uint64_t flags;
  uint32_t mxcsr;
  uint16_t x87Control;
  uint16_t reserved2;
  /// As compiled code left them: flags, and what the host's floating point noted.
  uint32_t packedFlags;
  /// Which of the shim's stacks for interrupts the level began on, from 1; 0: none.
  uint32_t interruptStack;
  uint64_t floatStatus;
} TransomLevelEntry;

/// One call from guest to host, in the ring of the last ones.
typedef struct TransomHostCall {
  uint64_t caller;
  uint64_t target;
  uint64_t arguments[4];
  uint64_t result;
  uint32_t depth;
  uint32_t hasReturned;
} TransomHostCall;

/// What every call across the bridge touches, in one place and in plain memory: the paths that are
/// taken while nobody watches work on nothing else.
typedef struct TransomBridge {
  TransomGuestState *_Nonnull state;
  /// The innermost level's entry; in front of the first there is one that stands for the host.
  TransomLevelEntry *_Nonnull current;
  /// Lowest usable address of the guest stack.
  uint64_t stackBase;
  /// Calls from guest to host so far.
  uint64_t callCount;
  /// Words of the host's own that each level has for itself: both are 0 when it begins. The first
  /// is made 0 by each call out; while the second is not 0 the level's end is told
  /// (HostContract.didLeaveGuest).
  uint64_t hostWords[2];
  uint64_t reserved3;
  /// Interrupts are masked while the bridge and the dispatcher are at work. Host code runs with
  /// them as it left them, and so does compiled code (TransomGuestState.interruptMask).
  uint32_t masksInterrupts;
  uint32_t reserved;
  /// Runs a level to its end, or goes on with one (`resumed` ≠ 0) after frames below it were
  /// abandoned. Returns what the native caller shall see.
  uint64_t (*_Nullable runLevel)(
      struct TransomBridge *_Nonnull bridge, TransomLevel *_Nonnull level, uint32_t resumed);
  /// Makes the guest's state what it is behind the host call of the current level, which has come
  /// back with `result` after something happened to the bridge. The dispatcher goes on.
  void (*_Nullable settle)(
      struct TransomBridge *_Nonnull bridge, TransomLevelEntry *_Nonnull entry, uint64_t result);
  /// Calls a host function around which the shim has something to do, and returns its result. The
  /// guest's registers are in the state, RSP pointing at the return address.
  uint64_t (*_Nullable callIntercepted)(
      struct TransomBridge *_Nonnull bridge, TransomLevelEntry *_Nonnull entry, uint64_t target);

  /// The shim.
  void *_Nonnull context;
  /// First address behind the guest stack.
  uint64_t stackEnd;
  /// RSP below this leaves too little for another level.
  uint64_t stackLow;
  /// Return address of every level's outermost frame.
  uint64_t returnAddress;
  /// A level's record must not lie below this.
  uint64_t hostStackLow;
  TransomLevelEntry *_Nonnull firstEntry;
  TransomLevelEntry *_Nonnull endOfEntries;
  uint64_t lastSerial;
  /// Levels entered so far, and the deepest of them.
  uint64_t trapCount;
  uint64_t deepestLevel;
  /// Levels given up because control left them by a jump.
  uint64_t abandonedLevels;
  uint64_t reserved2[10];
  TransomHostCall calls[TRANSOM_CALLS];
} TransomBridge;

#define TRANSOM_CHECK(type, field, offset) \
  _Static_assert(offsetof(type, field) == (offset), #type "." #field)
TRANSOM_CHECK(TransomLevel, target, TRANSOM_LEVEL_TARGET);
TRANSOM_CHECK(TransomLevel, stackArguments, TRANSOM_LEVEL_STACK_ARGUMENTS);
TRANSOM_CHECK(TransomLevel, registerArguments, TRANSOM_LEVEL_REGISTER_ARGUMENTS);
TRANSOM_CHECK(TransomLevel, hostRegisters, TRANSOM_LEVEL_HOST_REGISTERS);
TRANSOM_CHECK(TransomLevelEntry, stackPointer, TRANSOM_ENTRY_STACK_POINTER);
TRANSOM_CHECK(TransomLevelEntry, returnAddress, TRANSOM_ENTRY_RETURN_ADDRESS);
TRANSOM_CHECK(TransomLevelEntry, callNumber, TRANSOM_ENTRY_CALL_NUMBER);
TRANSOM_CHECK(TransomLevelEntry, span, TRANSOM_ENTRY_SPAN);
TRANSOM_CHECK(TransomLevelEntry, depth, TRANSOM_ENTRY_DEPTH);
TRANSOM_CHECK(TransomLevelEntry, isSaved, TRANSOM_ENTRY_IS_SAVED);
TRANSOM_CHECK(TransomBridge, state, TRANSOM_BRIDGE_STATE);
TRANSOM_CHECK(TransomBridge, current, TRANSOM_BRIDGE_CURRENT);
TRANSOM_CHECK(TransomBridge, stackBase, TRANSOM_BRIDGE_STACK_BASE);
TRANSOM_CHECK(TransomBridge, callCount, TRANSOM_BRIDGE_CALL_COUNT);
TRANSOM_CHECK(TransomBridge, hostWords, TRANSOM_BRIDGE_HOST_WORDS);
TRANSOM_CHECK(TransomGuestState, interruptMask, TRANSOM_STATE_INTERRUPT_MASK);
TRANSOM_CHECK(TransomLevelEntry, isAtRest, TRANSOM_ENTRY_IS_AT_REST);
TRANSOM_CHECK(TransomBridge, masksInterrupts, TRANSOM_BRIDGE_MASKS_INTERRUPTS);
TRANSOM_CHECK(TransomBridge, runLevel, TRANSOM_BRIDGE_RUN_LEVEL);
TRANSOM_CHECK(TransomBridge, settle, TRANSOM_BRIDGE_SETTLE);
TRANSOM_CHECK(TransomBridge, callIntercepted, TRANSOM_BRIDGE_CALL_INTERCEPTED);
TRANSOM_CHECK(TransomBridge, calls, TRANSOM_BRIDGE_CALLS);
TRANSOM_CHECK(TransomGuestState, rflags, TRANSOM_STATE_FLAGS);
TRANSOM_CHECK(TransomGuestState, instructionCount, TRANSOM_STATE_INSTRUCTION_COUNT);
TRANSOM_CHECK(TransomGuestState, mxcsr, TRANSOM_STATE_MXCSR);
TRANSOM_CHECK(TransomGuestState, vector, TRANSOM_STATE_VECTORS);
TRANSOM_CHECK(TransomGuestState, hostStackPointer, TRANSOM_STATE_HOST_STACK_POINTER);
TRANSOM_CHECK(TransomGuestState, branchTarget, TRANSOM_STATE_BRANCH_TARGET);
TRANSOM_CHECK(TransomGuestState, packedFlags, TRANSOM_STATE_PACKED_FLAGS);
TRANSOM_CHECK(TransomGuestState, direction, TRANSOM_STATE_DIRECTION);
TRANSOM_CHECK(TransomGuestState, hostMXCSR, TRANSOM_STATE_HOST_MXCSR);
TRANSOM_CHECK(TransomGuestState, usesVectors, TRANSOM_STATE_USES_VECTORS);
TRANSOM_CHECK(TransomGuestState, attention, TRANSOM_STATE_ATTENTION);
TRANSOM_CHECK(TransomGuestState, compiledScratch, TRANSOM_STATE_SCRATCH);
TRANSOM_CHECK(TransomGuestState, room, TRANSOM_STATE_ROOM);
TRANSOM_CHECK(TransomGuestState, branchTable, TRANSOM_STATE_BRANCH_TABLE);
TRANSOM_CHECK(TransomGuestState, missExit, TRANSOM_STATE_MISS_EXIT);
TRANSOM_CHECK(TransomGuestState, leaveStub, TRANSOM_STATE_LEAVE_STUB);
TRANSOM_CHECK(TransomGuestState, isCounting, TRANSOM_STATE_IS_COUNTING);
#undef TRANSOM_CHECK
_Static_assert(sizeof(TransomLevel) == TRANSOM_LEVEL_SIZE, "size");
_Static_assert(TRANSOM_LEVEL_SIZE % 16 == 0, "the host stack stays aligned");
_Static_assert(sizeof(TransomHostCall) == 64, "the routine that fills it shifts");

/// Bits of TransomGuestState.attention, beside the translator's own.
enum {
  /// The host wants to see every call.
  transomAttentionObserved = 2,
  /// A run has ended early: there is an outcome.
  transomAttentionOutcome = 4,
  /// The host has something to tell when the level ends.
  transomAttentionHost = 8,
};

/// One bridge per process: the trap entry has no argument to find another by.
void transomActivateBridge(TransomBridge *_Nullable bridge);

#if defined(__aarch64__)
/// Masks interrupts for guest code, and back to what native code had.
static inline void transomMaskForGuest(TransomBridge *_Nonnull bridge) {
  if (!bridge->masksInterrupts) return;
  uint64_t before;
  __asm__ volatile("mrs %0, daif\n\tmsr daifset, #2" : "=r"(before)::"memory");
  bridge->state->interruptMask = before;
}
static inline void transomUnmaskForHost(TransomBridge *_Nonnull bridge) {
  if (!bridge->masksInterrupts) return;
  __asm__ volatile("msr daif, %0" ::"r"(bridge->state->interruptMask) : "memory");
}
#else
static inline void transomMaskForGuest(TransomBridge *_Nonnull bridge) { (void)bridge; }
static inline void transomUnmaskForHost(TransomBridge *_Nonnull bridge) { (void)bridge; }
#endif

/// The routines that compiled code goes to when it calls a host function and nobody watches (see
/// Engine.admitHost): one calls the function, the other `callIntercepted`. Not to be called from C.
extern const uint8_t transomCallOut[];
extern const uint8_t transomCallOutIntercepted[];
static inline uint64_t transomCallOutRoutine(uint32_t isIntercepted) {
  return (uint64_t)(isIntercepted ? transomCallOutIntercepted : transomCallOut);
}

/// Puts the floating-point control word back that a level's caller had. Interrupted compiled code has
/// one of its own, which no interrupt handler changes and none keeps.
static inline void transomRestoreFloatControl(const TransomLevel *_Nonnull level) {
#if defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" ::"r"(level->hostRegisters[18]));
#else
  (void)level;
#endif
}

/// Where the host's fault handler sends the processor when a native call has hit guest code. Every
/// register is as the native caller left it, except that the guest address stands in R11 (x86-64)
/// or X16 (AArch64). Not to be called from C.
extern const uint8_t transomTrapEntry[];

/// Drops every host frame below `level` and goes on with it.
_Noreturn void transomResumeLevel(TransomLevel *_Nonnull level);

/// Drops every host frame below `level` and returns `result` to its native caller.
_Noreturn void transomAbandonLevel(TransomLevel *_Nonnull level, uint64_t result);

/// Lends a stack for levels and all that runs above them (AArch64 only): whoever calls guest code
/// from another stack is moved to its top, and back when the level ends. Since no one else puts
/// anything there, a caller on another stack means that no level is alive. `size` in bytes, a
/// multiple of 16; 0 takes the stack back. Firmware's own stack is too small for deep nesting.
void transomLendLevelStack(uint64_t base, uint64_t size);

/// Calls a host function with sixteen integer arguments in the host's C convention.
uint64_t transomCallHost(uint64_t target, const uint64_t *_Nonnull arguments);

/// Callee-saved registers of `transomCallProtected`'s caller.
typedef struct {
  uint64_t words[24];
} TransomProtectedFrame;

/// Calls `body(context)`. Returns 0 when it returns, 1 when `transomLeaveProtected` cut it short.
uint32_t transomCallProtected(
    TransomProtectedFrame *_Nonnull frame, void (*_Nonnull body)(void *_Nullable context),
    void *_Nullable context);
_Noreturn void transomLeaveProtected(TransomProtectedFrame *_Nonnull frame);
#endif
