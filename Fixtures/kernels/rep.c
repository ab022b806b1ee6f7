// The string instructions with repeat prefixes, as compilers and hand-written copies use them.
#include "kernel.h"

void prepare(u8 *memory) {
  u64 seed = 6;
  for (u64 *at = (u64 *)memory; at < (u64 *)(memory + (1 << 20)); at++) {
    *at = nextRandom(&seed) | 0x0101010101010101ull;
  }
}

static void moveBytes(u8 *to, const u8 *from, u64 count) {
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count)::"memory");
}
static void moveQuads(u8 *to, const u8 *from, u64 count) {
  __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(count)::"memory");
}
static void fillBytes(u8 *to, u8 value, u64 count) {
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(value) : "memory");
}
static void fillWords(u8 *to, u32 value, u64 count) {
  __asm__ volatile("rep stosl" : "+D"(to), "+c"(count) : "a"(value) : "memory");
}
static void moveBack(u8 *to, const u8 *from, u64 count) {
  to += count - 1;
  from += count - 1;
  __asm__ volatile("std; rep movsb; cld" : "+D"(to), "+S"(from), "+c"(count)::"memory");
}
static u64 find(const u8 *from, u8 value, u64 count) {
  const u8 *at = from;
  __asm__ volatile("repne scasb" : "+D"(at), "+c"(count) : "a"(value) : "memory", "cc");
  return (u64)(at - from);
}
static u64 same(const u8 *left, const u8 *right, u64 count) {
  u64 rest = count;
  __asm__ volatile("repe cmpsb" : "+S"(left), "+D"(right), "+c"(rest)::"memory", "cc");
  return count - rest;
}

u64 run(u8 *memory, u64 count) {
  u8 *to = memory + (1 << 20);
  u64 hash = count;
  // Whole buffers, and many short ones: both occur.
  moveBytes(to, memory, count);
  moveQuads(to + 4096, to, count / 8);
  fillBytes(to + count, 0, 64);
  fillWords(to + 2 * count, 0x00FF8040, count / 4);
  for (u64 n = 0; n + 64 < count; n += 512) {
    moveBytes(to + n + 3, memory + n, 31);
    fillBytes(to + n + 40, (u8)n, 17);
  }
  moveBack(to + 5, to, count / 4);
  hash = mix(hash, find(to, 0, count + 64));
  moveBytes(to, memory, count / 4);
  hash = mix(hash, same(to, memory, count / 4));
  for (u64 n = 0; n < 3 * count; n += 509) hash = mix(hash, to[n]);
  return hash;
}
