// Copies by plain loops: bytes, words at odd addresses, overlapping moves either way, gathers.
#include "kernel.h"

void prepare(u8 *memory) {
  u64 seed = 5;
  for (u64 *at = (u64 *)memory; at < (u64 *)(memory + (1 << 20)); at++) *at = nextRandom(&seed);
}

static void move(u8 *to, const u8 *from, u64 count) {
  if (to <= from || to >= from + count) {
    while (count--) *to++ = *from++;
  } else {
    while (count--) to[count] = from[count];
  }
}

static void copyWords(u8 *to, const u8 *from, u64 count) {
  for (u64 n = 0; n + 8 <= count; n += 8) *(u64 *)(to + n) = *(const u64 *)(from + n);
}

u64 run(u8 *memory, u64 count) {
  u8 *to = memory + (1 << 20);
  move(to, memory, count);
  move(to + 13, to, count);
  move(to, to + 7, count);
  copyWords(to + count + 1, memory + 3, count);
  for (u64 n = 0; n < count; n++) to[n] = memory[memory[n] << 4 | (n & 15)];
  u64 hash = count;
  for (u64 n = 0; n < 2 * count; n += 61) hash = mix(hash, to[n]);
  return hash;
}
