#pragma once
// The trap's host side: what a native call into guest code leaves on the host stack.
//
// Shared between the assembly, which knows the offsets below, and Swift, which knows the names.

#define TRANSOM_LEVEL_TARGET 0
#define TRANSOM_LEVEL_STACK_ARGUMENTS 8
#define TRANSOM_LEVEL_REGISTER_ARGUMENTS 16
#define TRANSOM_LEVEL_HOST_REGISTERS 80
#define TRANSOM_LEVEL_SIZE 736

#ifndef __ASSEMBLER__
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

  /// Position in the shim's table of levels, and the serial number it has there.
  uint64_t index;
  uint64_t serial;
  /// Guest RSP at entry: it points at the return address.
  uint64_t entryStackPointer;
  /// What the host gave for this entry (HostContract.willEnterGuest).
  uint64_t token;

  /// The guest's registers while this level is inside a host call.
  uint64_t generalRegisters[16];
  uint64_t instructionPointer;
  uint64_t flags;
  /// XMM6 to XMM15, which the Microsoft convention preserves.
  uint64_t vectorRegisters[20];
  uint32_t mxcsr;
  uint32_t x87Control;

  /// Arguments of the call being marshalled.
  uint64_t arguments[TRANSOM_ARGUMENTS];
  uint64_t reserved[1];
} TransomLevel;

_Static_assert(offsetof(TransomLevel, target) == TRANSOM_LEVEL_TARGET, "target");
_Static_assert(offsetof(TransomLevel, stackArguments) == TRANSOM_LEVEL_STACK_ARGUMENTS, "stack");
_Static_assert(
    offsetof(TransomLevel, registerArguments) == TRANSOM_LEVEL_REGISTER_ARGUMENTS, "registers");
_Static_assert(offsetof(TransomLevel, hostRegisters) == TRANSOM_LEVEL_HOST_REGISTERS, "host");
_Static_assert(sizeof(TransomLevel) == TRANSOM_LEVEL_SIZE, "size");
_Static_assert(TRANSOM_LEVEL_SIZE % 16 == 0, "the host stack stays aligned");

/// Runs a level to its end, or goes on with one (`resumed` ≠ 0) after frames below it were
/// abandoned. Returns what the native caller shall see.
typedef uint64_t (*TransomLevelHandler)(
    void *_Nonnull context, TransomLevel *_Nonnull level, uint32_t resumed);

/// One handler per process: the trap entry has no argument to find another by.
void transomInstallLevelHandler(TransomLevelHandler _Nullable handler, void *_Nullable context);

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
