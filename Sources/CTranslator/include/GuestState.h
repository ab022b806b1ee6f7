// The guest processor's architectural state, as one flat structure.
//
// It is C so that compiled code, the entry sequences in assembly and Swift agree on every offset.
// Layout only; the Swift side gives it names (Translator/Runtime/GuestState.swift).
#pragma once
#include <stdint.h>

/// One x87 register: the 80-bit extended format of the Intel SDM, volume 1, 4.2.2.
typedef struct {
  uint64_t significand;
  uint16_t signAndExponent;
  uint16_t reserved[3];
} TransomX87Register;

/// One vector register. XMM is the low half. (Swift imports nothing aligned beyond 16 bytes, so the
/// alignment comes from the offset and from how the state is allocated.)
typedef struct {
  uint64_t words[4];
} TransomVectorRegister;

/// Segment register with its cached descriptor (base and limit in bytes).
typedef struct {
  uint64_t base;
  uint32_t limit;
  uint16_t selector;
  uint16_t attributes;
} TransomSegment;

typedef struct {
  /// RAX RCX RDX RBX RSP RBP RSI RDI R8–R15.
  uint64_t gpr[16];
  /// Temporaries of the block being executed; they follow the registers so that one index serves.
  uint64_t temporary[32];
  uint64_t rip;
  /// RFLAGS, arithmetic flags included whenever the translator is not running.
  uint64_t rflags;

  /// Guest instructions completed since the engine was made.
  uint64_t instructionCount;
  /// The run loop leaves with a safepoint when instructionCount reaches this.
  uint64_t instructionLimit;

  /// ES CS SS DS FS GS. In 64-bit mode only the bases of FS and GS matter.
  TransomSegment segment[6];

  uint32_t mxcsr;
  uint16_t x87Control;
  uint16_t x87Status;
  /// Two bits a register, physical order: 00 valid, 01 zero, 10 special, 11 empty.
  uint16_t x87Tag;
  uint16_t x87Opcode;
  uint64_t x87InstructionPointer;
  uint64_t x87DataPointer;
  /// Physical registers; TOP is in x87Status. MMX registers are the significands.
  TransomX87Register x87[8];

  /// XMM/YMM 0–15, then eight temporaries.
  TransomVectorRegister vector[24];

  uint64_t cr0, cr2, cr3, cr4, cr8;
  uint64_t dr[8];
  uint64_t efer, star, lstar, cstar, fmask, kernelGSBase, apicBase, pat, miscEnable, tscAux;
  uint64_t xcr0;
  uint64_t gdtBase, idtBase;
  uint16_t gdtLimit, idtLimit, ldtSelector, taskSelector;

  /// Address of a faulting access, for #PF.
  uint64_t faultAddress;
  /// 0: 64-bit long mode; 1: 32-bit protected mode; 2: 16-bit (reserved for real mode).
  uint32_t mode;
  /// RFLAGS bits that POPF and IRET leave alone, as IF and IOPL are kept from user programs; none for
  /// firmware, which runs at privilege level 0.
  uint32_t keptFlags;

  // What compiled code and its dispatcher tell each other. Not architectural.

  /// The host's stack pointer while compiled code runs.
  uint64_t hostStackPointer;
  /// Where an indirect branch goes.
  uint64_t branchTarget;
  /// Guest instructions until the dispatcher is wanted; compiled code keeps it in a register.
  int64_t remaining;
  /// Host program counter of the last fault in compiled code.
  uint64_t faultProgramCounter;
  /// The exit taken: an index of the exit table, or one of the special ones.
  uint32_t exitWord;
  /// Arithmetic flags in the back end's own form, at entry and exit.
  uint32_t packedFlags;
  /// 1 while DF is set.
  uint32_t direction;
  uint32_t hostMXCSR;
  /// Compiled code uses vector registers: they are loaded at entry and stored at exit.
  uint32_t usesVectors;
  /// Why host code that compiled code calls must not go straight back to it, as bits: 0 is the
  /// dispatcher's (translations are to be dropped), the others are the embedder's.
  uint32_t attention;
  uint64_t compiledScratch[4];
  /// `remaining` when `instructionCount` was last exact.
  int64_t room;
  /// Host address that is gone to at entry.
  uint64_t entryAddress;

  // The way into compiled code, for who goes there past the dispatcher (Compiled/CodeEntry.swift).

  /// The entry stub, the table of indirect branches, and a word that says whether code uses vector
  /// registers.
  uint64_t entryStub;
  const uint64_t *_Nullable branchTable;
  const uint32_t *_Nullable codeUsesVectors;
  /// Host addresses: where an indirect branch leaves that the table does not know, and where
  /// compiled code is left whose registers are in the state already.
  uint64_t missExit;
  uint64_t leaveStub;
  /// 1 if guest instructions are counted.
  uint32_t isCounting;
  /// `packedFlags` and the first two of `compiledScratch` where no arithmetic flag is set.
  uint32_t clearPackedFlags;
  uint64_t clearScratch[2];
  /// How many instructions compiled code may run before it looks at the counter.
  int64_t slack;
  /// Where compiled code lets interrupts in: the processor's interrupt mask as it was when compiled
  /// code was left, and as it will be when it is entered.
  uint64_t interruptMask;
} TransomGuestState;

/// Bits of `attention`.
enum {
  transomAttentionInvalidation = 1,
  /// A safepoint is wanted (Engine.requestSafepoint). The embedder's bits lie between.
  transomAttentionSafepoint = 16,
};

/// Where compiled code finds things in the state.
enum {
  transomOffsetSegment = __builtin_offsetof(TransomGuestState, segment),
  transomOffsetFlags = __builtin_offsetof(TransomGuestState, rflags),
  transomOffsetMXCSR = __builtin_offsetof(TransomGuestState, mxcsr),
  transomOffsetVector = __builtin_offsetof(TransomGuestState, vector),
  transomOffsetBranchTarget = __builtin_offsetof(TransomGuestState, branchTarget),
  transomOffsetRemaining = __builtin_offsetof(TransomGuestState, remaining),
  transomOffsetExitWord = __builtin_offsetof(TransomGuestState, exitWord),
  transomOffsetPackedFlags = __builtin_offsetof(TransomGuestState, packedFlags),
  transomOffsetScratch = __builtin_offsetof(TransomGuestState, compiledScratch),
  transomOffsetFaultProgramCounter = __builtin_offsetof(TransomGuestState, faultProgramCounter),
  transomOffsetInterruptMask = __builtin_offsetof(TransomGuestState, interruptMask),
  transomOffsetUsesVectors = __builtin_offsetof(TransomGuestState, usesVectors),
};

/// Orders memory accesses as MFENCE does, towards devices as well.
static inline void transomFence(void) {
#if defined(__aarch64__)
  __asm__ volatile("dmb sy" ::: "memory");
#else
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

// Raw guest accesses that survive a fault.
//
// Each returns 0 and transfers the value, or returns 1 if the access faulted: the host's fault
// handler sees that the program counter lies between transomGuestAccessStart and
// transomGuestAccessEnd and resumes at transomGuestAccessFault, which returns 1 to the caller; from
// transomGuestCopyStart on it resumes at transomGuestCopyFault instead.
// Signature of every routine: (guest address, host pointer to the value).
extern uint32_t transomLoad8(uint64_t address, void *_Nonnull value);
extern uint32_t transomLoad16(uint64_t address, void *_Nonnull value);
extern uint32_t transomLoad32(uint64_t address, void *_Nonnull value);
extern uint32_t transomLoad64(uint64_t address, void *_Nonnull value);
extern uint32_t transomLoad128(uint64_t address, void *_Nonnull value);
extern uint32_t transomLoad256(uint64_t address, void *_Nonnull value);
extern uint32_t transomStore8(uint64_t address, const void *_Nonnull value);
extern uint32_t transomStore16(uint64_t address, const void *_Nonnull value);
extern uint32_t transomStore32(uint64_t address, const void *_Nonnull value);
extern uint32_t transomStore64(uint64_t address, const void *_Nonnull value);
extern uint32_t transomStore128(uint64_t address, const void *_Nonnull value);
extern uint32_t transomStore256(uint64_t address, const void *_Nonnull value);
/// Copies bytes out of the guest, any length, ascending. Returns how many were copied.
extern uint64_t transomCopyFromGuest(void *_Nonnull destination, uint64_t address, uint64_t count);
extern uint64_t transomCopyToGuest(uint64_t address, const void *_Nonnull source, uint64_t count);
/// Both addresses are the guest's. Returns how many bytes were moved, ascending.
extern uint64_t transomMoveForward(uint64_t destination, uint64_t source, uint64_t count);
/// Stores `count` bytes of elements of `width` bytes. Returns how many bytes were stored.
extern uint64_t transomFill(uint64_t destination, uint64_t value, uint64_t width, uint64_t count);

// Faults in compiled code and in the routines above.
//
// A host's fault handler asks here first. Compiled code is registered with its address range, the
// code to go on at after a fault, and where the program counter of the fault is to be kept.

typedef struct {
  uint64_t start;
  uint64_t end;
  uint64_t faultExit;
  uint64_t *_Nullable programCounter;
} TransomCodeRange;

/// Returns 0, or 1 if there are too many ranges.
uint32_t transomAddCodeRange(const TransomCodeRange *_Nonnull range);
void transomRemoveCodeRange(uint64_t start);
/// Where to go on after a fault at a program counter; 0 if it is neither compiled code nor a guest
/// access. Safe in a signal handler.
uint64_t transomResumeAfterFault(uint64_t programCounter);

/// x86 extensions of the host's processor beyond SSE2, a bit each: SSE3, SSSE3, SSE4.1, SSE4.2, AES,
/// PCLMULQDQ, POPCNT, MOVBE, LZCNT, BMI1, BMI2, SHA. On other hosts all of them: code for them is
/// only looked at there.
uint64_t transomHostFeatures(void);

extern const uint8_t transomGuestAccessStart[];
extern const uint8_t transomGuestAccessEnd[];
extern const uint8_t transomGuestAccessFault[];
extern const uint8_t transomGuestCopyStart[];
extern const uint8_t transomGuestCopyFault[];

_Static_assert(__builtin_offsetof(TransomGuestState, vector) % 32 == 0, "vectors are aligned");
