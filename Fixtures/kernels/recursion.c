// Calls and returns: Fibonacci, Ackermann, Takeuchi, permutations, and one very deep descent.
#include "kernel.h"

void prepare(u8 *memory) { (void)memory; }

static __attribute__((noinline)) u64 fibonacci(u64 n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static __attribute__((noinline)) u64 ackermann(u64 m, u64 n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}

static __attribute__((noinline)) i64 takeuchi(i64 x, i64 y, i64 z) {
  if (y >= x) return z;
  return takeuchi(takeuchi(x - 1, y, z), takeuchi(y - 1, z, x), takeuchi(z - 1, x, y));
}

static __attribute__((noinline)) u64 permute(u8 *items, u64 left, u64 hash) {
  if (left == 1) return mix(hash, items[0]);
  for (u64 n = 0; n < left; n++) {
    hash = permute(items, left - 1, hash);
    u64 other = left & 1 ? 0 : n;
    u8 kept = items[other];
    items[other] = items[left - 1];
    items[left - 1] = kept;
  }
  return hash;
}

static __attribute__((noinline)) u64 descend(u64 depth, u64 *above) {
  u64 mine = depth * 3 + *above;
  if (depth == 0) return mine;
  u64 below = descend(depth - 1, &mine);
  return below ^ mine;
}

u64 run(u8 *memory, u64 count) {
  (void)memory;
  u64 start = 7;
  u64 hash = descend(200 * count, &start);
  hash = mix(hash, fibonacci(count + 2));
  hash = mix(hash, ackermann(2, 3 * count));
  hash = mix(hash, (u64)takeuchi((i64)count / 2 + 1, (i64)count / 4, 0));
  u8 items[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  return permute(items, count > 13 ? 7 : 5, hash);
}
