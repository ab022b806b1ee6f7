#pragma once
// Signals and mappings: what needs ucontext_t and struct sigaction.
#include <stdint.h>

/// What the fault handler asks. Where it sends the processor are labels of the trap entry (CShim.h)
/// and of the guest access routines (GuestState.h).
typedef struct {
  /// Whether a branch to an address is a call to guest code. Called in the signal handler.
  uint32_t (*_Nonnull ownsBranch)(void *_Nullable context, uint64_t address);
  /// Whether a store by native code faulted only because the page holds translated guest code; it
  /// is writable then, and the store is done again. Called in the signal handler.
  uint32_t (*_Nonnull ownsStore)(void *_Nullable context, uint64_t address);
  void *_Nullable context;
} TransomFaultActions;

/// Takes SIGSEGV and SIGBUS over for the process, and gives the calling thread an alternate signal
/// stack if it has none that is large enough. Returns 0 or an errno.
int32_t transomInstallFaultHandler(const TransomFaultActions *_Nonnull actions);
/// Puts the previous handlers back. Where someone has since installed a handler on top, ours stays
/// and only passes on.
void transomRemoveFaultHandler(void);

/// The mapping that holds an address. Returns 0 if there is none. `protection` is PROT_*.
int32_t transomFindMapping(
    uint64_t address, uint64_t *_Nonnull start, uint64_t *_Nonnull end,
    int32_t *_Nonnull protection);

/// Lowest address of the calling thread's stack; 0 if it cannot be told.
uint64_t transomThreadStackLimit(void);

/// Maps `count` bytes at exactly `address`, with an inaccessible page below. Returns 0 if the place
/// is taken.
int32_t transomMapStack(uint64_t address, uint64_t count);

/// Memory for compiled code: one object mapped writable in one place and executable in another, and
/// plain data right before the executable view. Sizes in bytes, multiples of 4096. Returns 0 or an
/// errno.
int32_t transomMapCode(
    uint64_t codeSize, uint64_t dataSize, void *_Nullable *_Nonnull data,
    uint64_t *_Nonnull executable, void *_Nullable *_Nonnull writable);
void transomUnmapCode(
    void *_Nonnull data, uint64_t dataSize, void *_Nonnull writable, uint64_t codeSize);

/// Takes the permission to write from one page of guest memory. Returns 0 if that cannot be done.
int32_t transomProtectPage(uint64_t address);
void transomReleasePage(uint64_t address);

/// Maps a protected page of ordinary memory a second time, writable and below 2 GiB. Returns that
/// address, or 0 if the page is something else or there is no room.
uint64_t transomAliasPage(uint64_t address);
void transomUnmapAlias(uint64_t alias);
