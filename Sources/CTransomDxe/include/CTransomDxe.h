// What the driver needs below Swift: the processor's registers, the exception handler, and the few
// functions that compiled Swift and C take for granted.
#pragma once
#include <CShim.h>
#include <CUEFI.h>
#include <stdint.h>

// MARK: Runtime (Runtime.c)

/// Where the heap comes from. Until then, and after `transomCloseHeap`, it is empty.
void transomOpenHeap(EFI_BOOT_SERVICES *_Nonnull boot);
void transomCloseHeap(void);
/// Bytes in use.
uint64_t transomHeapSize(void);

// MARK: Task priority (Priority.c)

/// Functions that stand in for RaiseTPL and RestoreTPL, and the routines by which compiled code gets
/// to them (Interception.replaced).
typedef struct {
  uint64_t raise, raiseRoutine, restore, restoreRoutine;
} TransomPriorityFunctions;

/// From now on they keep the task priority before a level first raised it, plus one, in the second
/// of the bridge's host words; 0 if it has not, or has restored it.
TransomPriorityFunctions transomWatchPriority(
    EFI_BOOT_SERVICES *_Nonnull boot, TransomBridge *_Nonnull bridge);

// MARK: Faults (FaultHandler.c)

/// What the exception handler works with. It runs with interrupts masked, on the stack of whoever
/// faulted, and neither allocates nor calls the firmware, except to step aside.
typedef struct {
  EFI_CPU_ARCH_PROTOCOL *_Nonnull cpu;
  /// What a native branch to an address means: 1 a call to guest code, 2 a call to what was guest
  /// code once, 0 neither.
  uint32_t (*_Nonnull ownsBranch)(uint64_t address);
  /// Called, with the address, instead of guest code that is gone.
  uint64_t (*_Nonnull standIn)(uint64_t address);
  /// A data abort outside compiled code and guest accesses: 1 if whatever was in the way is gone and the access can be
  /// repeated.
  uint32_t (*_Nonnull settles)(uint64_t address, uint64_t syndrome, uint64_t programCounter);
  /// Where a trap in our own code goes on. Does not return.
  void (*_Nonnull recover)(
      uint64_t programCounter, uint64_t syndrome, uint64_t address, uint64_t stackPointer);
} TransomFaultActions;

/// Takes the synchronous exception over. EFI_ALREADY_STARTED if somebody else has it.
EFI_STATUS transomInstallExceptionHandler(const TransomFaultActions *_Nonnull actions);
void transomRemoveExceptionHandler(void);
/// Where the driver's own code begins.
uint64_t transomCodeStart(void);

#ifdef __aarch64__
// MARK: Processor

/// Swift's own trap, from which the compiler does not know that nothing returns.
static inline void transomTrap(void) { __asm__ volatile("brk #1" ::: "memory"); }
/// Lets a pending interrupt in before the next instruction.
static inline void transomSynchronizeContext(void) { __asm__ volatile("isb" ::: "memory"); }
static inline void transomWaitForInterrupt(void) { __asm__ volatile("wfi" ::: "memory"); }

static inline uint64_t transomCounter(void) {
  uint64_t value;
  __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value));
  return value;
}
static inline uint64_t transomCounterFrequency(void) {
  uint64_t value;
  __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(value));
  return value;
}
/// 1 or 2: firmware runs at EL1, or at EL2 under no hypervisor.
static inline uint64_t transomExceptionLevel(void) {
  uint64_t value;
  __asm__ volatile("mrs %0, CurrentEL" : "=r"(value));
  return value >> 2 & 3;
}

/// Bit 0: FEAT_FlagM; bit 1: FEAT_FlagM2 (Arm ARM, ID_AA64ISAR0_EL1.TS).
static inline uint64_t transomProcessorFeatures(void) {
  uint64_t value;
  __asm__ volatile("mrs %0, id_aa64isar0_el1" : "=r"(value));
  value = value >> 52 & 15;
  return (value >= 1) | (value >= 2) << 1;
}

/// Registers of the present exception level (Arm ARM, D17.2).
typedef struct {
  uint64_t table, control, attributes, system;
} TransomTranslationRegisters;

static inline TransomTranslationRegisters transomTranslationRegisters(void) {
  TransomTranslationRegisters r;
  if (transomExceptionLevel() == 2) {
    __asm__ volatile("mrs %0, ttbr0_el2" : "=r"(r.table));
    __asm__ volatile("mrs %0, tcr_el2" : "=r"(r.control));
    __asm__ volatile("mrs %0, mair_el2" : "=r"(r.attributes));
    __asm__ volatile("mrs %0, sctlr_el2" : "=r"(r.system));
  } else {
    __asm__ volatile("mrs %0, ttbr0_el1" : "=r"(r.table));
    __asm__ volatile("mrs %0, tcr_el1" : "=r"(r.control));
    __asm__ volatile("mrs %0, mair_el1" : "=r"(r.attributes));
    __asm__ volatile("mrs %0, sctlr_el1" : "=r"(r.system));
  }
  return r;
}

/// Makes a changed translation of one page take effect.
static inline void transomInvalidateTranslation(uint64_t address) {
  uint64_t page = address >> 12;
  __asm__ volatile("dsb ishst" ::: "memory");
  if (transomExceptionLevel() == 2) {
    __asm__ volatile("tlbi vae2is, %0" ::"r"(page) : "memory");
  } else {
    __asm__ volatile("tlbi vaae1is, %0" ::"r"(page) : "memory");
  }
  __asm__ volatile("dsb ish\n\tisb" ::: "memory");
}

/// Makes written instructions visible to fetch (Arm ARM, B2.4.4).
static inline void transomSynchronizeInstructions(uint64_t address, uint64_t count) {
  uint64_t type;
  __asm__ volatile("mrs %0, ctr_el0" : "=r"(type));
  uint64_t dataLine = 4ull << (type >> 16 & 15), fetchLine = 4ull << (type & 15);
  uint64_t end = address + count;
  for (uint64_t line = address & ~(dataLine - 1); line < end; line += dataLine)
    __asm__ volatile("dc cvau, %0" ::"r"(line) : "memory");
  __asm__ volatile("dsb ish" ::: "memory");
  for (uint64_t line = address & ~(fetchLine - 1); line < end; line += fetchLine)
    __asm__ volatile("ic ivau, %0" ::"r"(line) : "memory");
  __asm__ volatile("dsb ish\n\tisb" ::: "memory");
}
#endif
