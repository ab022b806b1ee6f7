// Loops a compiler has turned into SSE2: sums, differences, saturation, comparisons, mixing.
#include "kernel.h"

void prepare(u8 *memory) {
  u64 seed = 17;
  for (u64 *at = (u64 *)memory; at < (u64 *)(memory + (1 << 20)); at++) *at = nextRandom(&seed);
}

u64 run(u8 *memory, u64 count) {
  const u8 *a = memory, *b = memory + (256 << 10);
  u8 *to = memory + (1 << 20);
  u16 *wide = (u16 *)(memory + (2 << 20));
  const u32 *c = (const u32 *)(memory + (512 << 10));
  u64 bytes = 0;
  u32 sum = 0, most = 0;
  for (u64 n = 0; n < count; n++) to[n] = a[n] ^ b[n];
  for (u64 n = 0; n < count; n++) to[n] = (u8)((a[n] + to[n] + 1) >> 1);
  for (u64 n = 0; n < count; n++) bytes += to[n];
  for (u64 n = 0; n < count; n++) wide[n] = (u16)(a[n] * b[n] + 128 >> 3);
  for (u64 n = 0; n < count / 4; n++) sum += c[n] & 0x00FF00FF ? c[n] << 3 ^ c[n] >> 5 : 1;
  for (u64 n = 0; n < count; n++) most = wide[n] > most ? wide[n] : most;
  float scale = 0;
  for (u64 n = 0; n < count; n += 16) scale += (float)wide[n] * 0.125f;
  return mix(mix(bytes, sum), most ^ (u64)(i64)scale << 20);
}
