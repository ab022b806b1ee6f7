// RaiseTPL and RestoreTPL for guests: a guest function that does not restore the task priority is
// noticed when its level ends. Drivers call these more often than anything else.
#include "include/CTransomDxe.h"

static EFI_TPL (*raise)(EFI_TPL);
static void (*restore)(EFI_TPL);
static TransomBridge *bridge;

__attribute__((visibility("hidden"), used)) uint64_t transomRaiseForGuest(uint64_t level) {
  uint64_t before = raise(level);
  if (!bridge->hostWords[1] && before != level) bridge->hostWords[1] = before + 1;
  return before;
}

// Events that waited are called in here, and may be the guest's.
__attribute__((visibility("hidden"), used)) uint64_t transomRestoreForGuest(uint64_t level) {
  restore(level);
  if (level + 1 == bridge->hostWords[1]) bridge->hostWords[1] = 0;
  return 0;
}

extern const uint8_t transomRaiseRoutine[] __attribute__((visibility("hidden")));
extern const uint8_t transomRestoreRoutine[] __attribute__((visibility("hidden")));

#ifdef __aarch64__
#define ROUTINE(name, function)                                                              \
  __asm__(".text\n.balign 16\n.globl " #name "\n.hidden " #name "\n.type " #name ", %function\n" \
          #name ":\n adrp x16, " #function "\n add x16, x16, :lo12:" #function                  \
          "\n b transomCallOut\n")
ROUTINE(transomRaiseRoutine, transomRaiseForGuest);
ROUTINE(transomRestoreRoutine, transomRestoreForGuest);
#endif

TransomPriorityFunctions transomWatchPriority(EFI_BOOT_SERVICES *boot, TransomBridge *active) {
  raise = boot->RaiseTPL;
  restore = boot->RestoreTPL;
  bridge = active;
  return (TransomPriorityFunctions){(uint64_t)transomRaiseForGuest, (uint64_t)transomRaiseRoutine,
      (uint64_t)transomRestoreForGuest, (uint64_t)transomRestoreRoutine};
}
