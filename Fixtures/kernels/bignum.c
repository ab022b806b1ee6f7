// Wide multiply and divide: a product of big numbers by 64 × 64 → 128, its quotient by a 64-bit
// divisor by 128 ÷ 64, scaling as timers do it, and 128-bit arithmetic with carries.
#include "kernel.h"

typedef unsigned __int128 u128;
typedef __int128 i128;
enum { words = 32 };

void prepare(u8 *memory) {
  u64 seed = 15;
  for (u64 *at = (u64 *)memory; at < (u64 *)(memory + 65536); at++) *at = nextRandom(&seed);
}

static inline u64 divide(u64 high, u64 low, u64 by, u64 *rest) {
  u64 quotient;
  __asm__("divq %4" : "=a"(quotient), "=d"(*rest) : "0"(low), "1"(high), "r"(by) : "cc");
  return quotient;
}

static inline i64 divideSigned(i128 value, i64 by) {
  i64 quotient, rest;
  __asm__("idivq %4"
          : "=a"(quotient), "=d"(rest)
          : "0"((i64)value), "1"((i64)(value >> 64)), "r"(by)
          : "cc");
  return quotient ^ rest;
}

u64 run(u8 *memory, u64 count) {
  u64 *a = (u64 *)memory, *product = (u64 *)(memory + (1 << 20));
  u64 hash = count;
  for (u64 round = 0; round < count; round++) {
    const u64 *left = a + (round & 63) * 64, *right = left + words;
    for (int n = 0; n < 2 * words; n++) product[n] = 0;
    for (int i = 0; i < words; i++) {
      u64 carry = 0;
      for (int j = 0; j < words; j++) {
        u128 sum = (u128)left[i] * right[j] + product[i + j] + carry;
        product[i + j] = (u64)sum;
        carry = (u64)(sum >> 64);
      }
      product[i + words] = carry;
    }
    u64 divisor = right[3] | 1ull << 63, rest = 0;
    for (int n = 2 * words; n-- > 0;) product[n] = divide(rest, product[n], divisor, &rest);
    hash = mix(hash, product[5] ^ rest);
    u64 small = left[2] | 1;
    for (int n = 0; n < words; n++) {
      // Ticks to nanoseconds and back; plain and signed divides of each width.
      u64 scaled = (u64)((u128)left[n] * 1000000007 >> 32);
      hash += scaled / (small >> 20 | 1) + scaled % 1000003;
      hash += (u32)left[n] / ((u32)right[n] >> 12 | 1);
      hash += (u64)((i64)left[n] / ((i64)right[n] >> 9 | 1));
      hash ^= (u64)divideSigned((i128)(i64)left[n] * (i64)(right[n] >> 3), (i64)(1ull << 62 | right[n] >> 3));
    }
    i128 total = (i128)hash << 32;
    for (int n = 0; n < words; n++) total += (i128)(i64)left[n] - ((i128)right[n] << 17);
    hash = mix(hash, (u64)(total >> 37));
  }
  return hash;
}
