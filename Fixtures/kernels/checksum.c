// The small sums of firmware: a ROM's byte sum, the internet checksum, Adler-32, Fletcher-16.
#include "kernel.h"

void prepare(u8 *memory) {
  u64 seed = 3;
  for (u64 *at = (u64 *)memory; at < (u64 *)(memory + (1 << 20)); at++) *at = nextRandom(&seed);
}

static u32 byteSum(const u8 *data, u64 count) {
  u8 sum = 0;
  while (count--) sum += *data++;
  return sum;
}

static u32 internet(const u8 *data, u64 count) {
  u32 sum = 0;
  for (u64 n = 0; n + 1 < count; n += 2) {
    sum += data[n] << 8 | data[n + 1];
    sum = (sum & 0xFFFF) + (sum >> 16);
  }
  return ~sum & 0xFFFF;
}

static u32 adler(const u8 *data, u64 count) {
  u32 a = 1, b = 0;
  for (u64 n = 0; n < count; n++) {
    a += data[n];
    if (a >= 65521) a -= 65521;
    b += a;
    if (b >= 65521) b -= 65521;
  }
  return b << 16 | a;
}

static u32 fletcher(const u8 *data, u64 count) {
  u32 a = 0, b = 0;
  for (u64 n = 0; n < count; n++) {
    a = (a + data[n]) % 255;
    b = (b + a) % 255;
  }
  return b << 8 | a;
}

u64 run(u8 *memory, u64 count) {
  u64 hash = byteSum(memory, count);
  hash = mix(hash, internet(memory, count));
  hash = mix(hash, adler(memory, count));
  return mix(hash, fletcher(memory, count));
}
