// Code that changes, in each way a driver can do it. Every function returns what its code was last
// told to; a wrong answer shows code run from before the change. The entry point returns success or
// DEVICE_ERROR plus a code: low byte of the status after the error bit is the step that failed.
#include "efi.h"

typedef uint64_t (*Function)(void);

// mov eax, imm32; ret
static void write(volatile uint8_t *code, uint32_t value) {
  code[0] = 0xb8;
  for (int i = 0; i < 4; i++) code[1 + i] = (uint8_t)(value >> (8 * i));
  code[5] = 0xc3;
}

#define STEP(n) ERROR(0x100 + (n))

Status efiMain(Handle image, SystemTable *system) {
  BootServices *boot = system->boot;
  (void)image;
  uint64_t page = 0;
  // 3: boot services code.
  if (boot->AllocatePages(0, 3, 2, &page)) return STEP(1);
  volatile uint8_t *code = (volatile uint8_t *)page;
  Function run = (Function)page;

  // By stores, again and again, so that a translation exists each time.
  for (uint32_t i = 0; i < 100; i++) {
    write(code, i);
    if (run() != i) return STEP(2);
  }
  // By one store into the immediate only.
  code[1] = 0x77;
  if (run() != 0x77) return STEP(3);

  // By CopyMem and SetMem.
  uint8_t other[6];
  write(other, 1234);
  boot->CopyMem((void *)page, other, sizeof other);
  if (run() != 1234) return STEP(4);
  boot->SetMem((void *)(page + 1), 4, 0x11);
  if (run() != 0x11111111) return STEP(5);

  // Across a page boundary: the second page's part of the instruction changes.
  volatile uint8_t *across = code + 4096 - 3;
  write(across, 0x01020304);
  if (((Function)(uint64_t)across)() != 0x01020304) return STEP(6);
  code[4096 + 1] = 9;
  if (((Function)(uint64_t)across)() != 0x09020304) return STEP(7);

  // Freed, allocated again at the same place, and filled anew.
  if (boot->FreePages(page, 2)) return STEP(8);
  uint64_t again = page;
  // 2: at this address.
  if (boot->AllocatePages(2, 3, 2, &again)) return STEP(9);
  write(code, 4321);
  if (run() != 4321) return STEP(10);
  boot->FreePages(page, 2);

  // Code in pool, boot services code.
  void *pool = 0;
  if (boot->AllocatePool(3, 64, &pool)) return STEP(11);
  write(pool, 5);
  if (((Function)(uint64_t)pool)() != 5) return STEP(12);
  boot->FreePool(pool);
  return SUCCESS;
}

RELOCATED(efiMain)
