// What every kernel shares. A kernel is one flat binary, linked at 0x10000000: a jump to run() at
// its start, one to prepare() 16 bytes on, code, constants and data behind each other.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;
typedef int64_t i64;

enum { memorySize = 4 << 20 };

/// Fills `memory` (memorySize bytes, zero) with what run() works on. Called once.
void prepare(u8 *memory);
/// The work; `count` says how much. Leaves what prepare() made as it was, so that every call with
/// one count does the same and returns the same.
u64 run(u8 *memory, u64 count);

/// xorshift64*: the same numbers everywhere.
static inline u64 nextRandom(u64 *state) {
  u64 x = *state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  *state = x;
  return x * 0x2545F4914F6CDD1Dull;
}

static inline u64 mix(u64 hash, u64 value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15ull;
  return hash ^ hash >> 29;
}
