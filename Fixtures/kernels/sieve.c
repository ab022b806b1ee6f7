// Eratosthenes by bytes and by bits.
#include "kernel.h"

void prepare(u8 *memory) { (void)memory; }

u64 run(u8 *memory, u64 count) {
  u8 *isComposite = memory;
  for (u64 n = 0; n <= count; n++) isComposite[n] = 0;
  u64 primes = 0, sum = 0;
  for (u64 n = 2; n <= count; n++) {
    if (isComposite[n]) continue;
    primes++;
    sum += n;
    for (u64 m = n * n; m <= count; m += n) isComposite[m] = 1;
  }
  u32 *bits = (u32 *)(memory + (1 << 20));
  for (u64 n = 0; n <= count / 32; n++) bits[n] = 0;
  u64 again = 0;
  for (u64 n = 2; n <= count; n++) {
    if (bits[n >> 5] >> (n & 31) & 1) continue;
    again++;
    for (u64 m = n * n; m <= count; m += n) bits[m >> 5] |= 1u << (m & 31);
  }
  return mix(mix(sum, primes), again);
}
