// Work to be counted by cost.c, translated and native.
#include "cost.h"

static uint64_t nothing(uint64_t a, uint64_t b) { return 0; }

static uint64_t calls(uint64_t function, uint64_t count) {
  uint64_t sum = 0;
  for (; count; count--) sum += ((WorkFunction)function)(count, 1);
  return sum;
}

static uint64_t xorshift(uint64_t x, uint64_t count) {
  for (; count; count--) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    // One step an iteration.
    __asm__ volatile("" : "+r"(x));
  }
  return x;
}

static uint64_t memory(uint64_t table, uint64_t count) {
  uint64_t *words = (uint64_t *)table, sum = 0;
  for (uint64_t n = 0; n < count; n++) {
    words[n & 1023] += n;
    sum += words[n * 7 & 1023];
    __asm__ volatile("" : "+r"(sum));
  }
  return sum;
}

#ifdef __x86_64__
static Work work = {1, nothing, calls, xorshift, memory};
#else
static Work work = {0, nothing, calls, xorshift, memory};
#endif

EFI_STATUS efiMain(EFI_HANDLE image, EFI_SYSTEM_TABLE *table) {
  begin(image, table);
  EFI_HANDLE handle = 0;
  return BS->InstallProtocolInterface(&handle, &workGuid, EFI_NATIVE_INTERFACE, &work);
}
