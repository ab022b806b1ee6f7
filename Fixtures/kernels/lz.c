// LZ decompression, byte-oriented with literal runs and matches (the LZ4 block format). prepare()
// compresses text-like data by a greedy matcher; run() decompresses.
#include "kernel.h"

enum { plainSize = 256 << 10, plainAt = 0, packedAt = 512 << 10, outAt = 1 << 20, tableAt = 2 << 20 };

static u8 *length(u8 *to, u64 rest) {
  for (; rest >= 255; rest -= 255) *to++ = 255;
  *to++ = (u8)rest;
  return to;
}

static u8 *sequence(u8 *to, const u8 *literals, u64 count, u64 distance, u64 match) {
  u64 extra = match ? match - 4 : 0;
  *to++ = (u8)((count < 15 ? count : 15) << 4 | (extra < 15 ? extra : 15));
  if (count >= 15) to = length(to, count - 15);
  for (u64 n = 0; n < count; n++) *to++ = literals[n];
  if (!match) return to;
  *to++ = (u8)distance;
  *to++ = (u8)(distance >> 8);
  return extra >= 15 ? length(to, extra - 15) : to;
}

static u32 word(const u8 *at) {
  return (u32)at[0] | (u32)at[1] << 8 | (u32)at[2] << 16 | (u32)at[3] << 24;
}

void prepare(u8 *memory) {
  u8 *plain = memory + plainAt;
  u64 seed = 4;
  // Words of a small vocabulary, with noise: about 3 to 1.
  for (u64 n = 0; n < plainSize;) {
    u64 random = nextRandom(&seed);
    u64 token = random & 255;
    u64 size = 3 + (random >> 8) % 9;
    for (u64 k = 0; k < size && n < plainSize; k++) plain[n++] = (u8)('a' + (token * (k + 3) >> 2) % 26);
    if (n < plainSize) plain[n++] = (u8)(random >> 32 & 7 ? ' ' : random >> 40);
  }
  u32 *table = (u32 *)(memory + tableAt);
  u8 *to = memory + packedAt + 8;
  u64 at = 0, literal = 0;
  while (at + 12 < plainSize) {
    u32 here = word(plain + at);
    u32 slot = here * 2654435761u >> 18;
    u64 from = table[slot];
    table[slot] = (u32)at + 1;
    if (from && at - (from - 1) < 65536 && word(plain + from - 1) == here) {
      from--;
      u64 match = 4;
      while (at + match + 8 < plainSize && plain[from + match] == plain[at + match]) match++;
      to = sequence(to, plain + literal, at - literal, at - from, match);
      at += match;
      literal = at;
    } else {
      at++;
    }
  }
  to = sequence(to, plain + literal, plainSize - literal, 0, 0);
  *(u64 *)(memory + packedAt) = (u64)(to - (memory + packedAt + 8));
}

/// Decompresses until `count` bytes are there.
u64 run(u8 *memory, u64 count) {
  const u8 *from = memory + packedAt + 8;
  const u8 *end = from + *(u64 *)(memory + packedAt);
  u8 *out = memory + outAt, *to = out, *stop = out + count;
  while (from < end && to < stop) {
    u32 token = *from++;
    u64 literals = token >> 4;
    if (literals == 15) {
      u8 more;
      do literals += more = *from++;
      while (more == 255);
    }
    while (literals--) *to++ = *from++;
    if (from >= end) break;
    u64 distance = from[0] | from[1] << 8;
    from += 2;
    u64 match = (token & 15) + 4;
    if ((token & 15) == 15) {
      u8 more;
      do match += more = *from++;
      while (more == 255);
    }
    const u8 *source = to - distance;
    while (match--) *to++ = *source++;
  }
  u64 hash = (u64)(to - out);
  for (const u8 *at = out; at + 8 <= to; at += 64) hash = mix(hash, *(const u64 *)at);
  return hash;
}
