// Ends in the way the first character of its LoadOptions (UTF-16) names. Without one it returns.
#include "efi.h"

static volatile uint64_t zero;

#if defined(__clang__)
#pragma clang diagnostic ignored "-Winfinite-recursion"
#endif
__attribute__((noinline)) static uint64_t recurse(uint64_t depth) {
  volatile uint64_t room[64];
  room[depth & 63] = depth;
  return recurse(depth + 1) + room[depth & 63];
}

static Status leave(Handle image, SystemTable *system) {
  return system->boot->Exit(image, ERROR(0x77), 0, 0);
}

Status efiMain(Handle image, SystemTable *system) {
  static const Guid protocol = LOADED_IMAGE_GUID;
  LoadedImage *loaded = 0;
  if (system->boot->HandleProtocol(image, &protocol, (void **)&loaded)) return INVALID_PARAMETER;
  Char16 way = 0;
  if (loaded->loadOptions && loaded->loadOptionsSize >= 2) way = *(Char16 *)loaded->loadOptions;
  switch (way) {
    case 0: return SUCCESS;
    case 'u': __asm__ volatile("ud2"); break;
    // Through a NULL protocol, as happens when one is missing.
    case 'n': return ((Status (**)(void))zero)[1]();
    case 'r': return *(volatile uint64_t *)0x0000612345678000ull;
    case 'w': *(volatile uint64_t *)0x0000612345678000ull = 1; break;
    case 'c': return ((Status (*)(void))0x0000612345678000ull)();
    case 'g': return *(volatile uint64_t *)0x8000612345678000ull;
    case 'd': return 100 / zero;
    case 's': return recurse(zero);
    // VMOVAPS in 512 bits: no option ROM has a right to it.
    case 'x': __asm__ volatile(".byte 0x62, 0xf1, 0x7c, 0x48, 0x28, 0xc1"); break;
    case 'l':
      for (;;) zero = zero;
    case 'b': __asm__ volatile("int3"); break;
    // Makes the firmware's own code touch what is not there.
    case 'h': system->boot->CopyMem((void *)0x0000612345678000ull, (const void *)&zero, 8); break;
    // Takes all memory there is, touches it, and keeps it.
    case 'm':
      for (uint64_t memory; !system->boot->AllocatePages(0, 4, 256, &memory);)
        for (uint64_t page = 0; page < 256; page++)
          *(volatile uint64_t *)(memory + page * 4096) = memory;
      for (;;) zero = zero;
    case 'e': return leave(image, system);
    default: return UNSUPPORTED;
  }
  return ABORTED;
}

RELOCATED(efiMain)
