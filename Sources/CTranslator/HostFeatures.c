#include "include/GuestState.h"

#if defined(__x86_64__)
static void identify(uint32_t leaf, uint32_t words[4]) {
  __asm__ volatile("cpuid"
                   : "=a"(words[0]), "=b"(words[1]), "=c"(words[2]), "=d"(words[3])
                   : "a"(leaf), "c"(0));
}

static uint64_t bit(uint32_t word, int from, int to) { return (uint64_t)(word >> from & 1) << to; }

uint64_t transomHostFeatures(void) {
  uint32_t basic[4], extended[4], far[4];
  identify(1, basic);
  identify(7, extended);
  identify(0x80000001, far);
  uint32_t c = basic[2], b = extended[1];
  return bit(c, 0, 0) | bit(c, 9, 1) | bit(c, 19, 2) | bit(c, 20, 3) | bit(c, 25, 4) |
         bit(c, 1, 5) | bit(c, 23, 6) | bit(c, 22, 7) | bit(far[2], 5, 8) | bit(b, 3, 9) |
         bit(b, 8, 10) | bit(b, 29, 11);
}
#else
uint64_t transomHostFeatures(void) { return ~0ull; }
#endif
