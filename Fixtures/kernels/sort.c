// Quicksort down to insertion sort, then a heapsort of the same, then binary searches.
#include "kernel.h"

void prepare(u8 *memory) {
  u64 seed = 8;
  for (u32 *at = (u32 *)memory; at < (u32 *)(memory + (1 << 20)); at++) *at = (u32)nextRandom(&seed);
}

static void insertion(u32 *a, i64 count) {
  for (i64 i = 1; i < count; i++) {
    u32 value = a[i];
    i64 j = i;
    while (j > 0 && a[j - 1] > value) {
      a[j] = a[j - 1];
      j--;
    }
    a[j] = value;
  }
}

static void quick(u32 *a, i64 count) {
  while (count > 12) {
    u32 pivot = a[count / 2];
    i64 i = 0, j = count - 1;
    for (;;) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i >= j) break;
      u32 kept = a[i];
      a[i++] = a[j];
      a[j--] = kept;
    }
    if (i == j) i++;
    quick(a + i, count - i);
    count = j + 1 < i ? j + 1 : i;
  }
  insertion(a, count);
}

static void sift(u32 *a, u64 root, u64 count) {
  u32 value = a[root];
  for (;;) {
    u64 child = 2 * root + 1;
    if (child >= count) break;
    if (child + 1 < count && a[child + 1] > a[child]) child++;
    if (a[child] <= value) break;
    a[root] = a[child];
    root = child;
  }
  a[root] = value;
}

static void heap(u32 *a, u64 count) {
  for (u64 n = count / 2; n-- > 0;) sift(a, n, count);
  for (u64 n = count; n-- > 1;) {
    u32 kept = a[n];
    a[n] = a[0];
    a[0] = kept;
    sift(a, 0, n);
  }
}

u64 run(u8 *memory, u64 count) {
  const u32 *from = (const u32 *)memory;
  u32 *a = (u32 *)(memory + (1 << 20)), *b = (u32 *)(memory + (2 << 20));
  for (u64 n = 0; n < count; n++) a[n] = b[n] = from[n];
  quick(a, (i64)count);
  heap(b, count);
  u64 hash = count;
  for (u64 n = 0; n < count; n += 16) {
    u64 low = 0, high = count;
    while (low < high) {
      u64 middle = (low + high) / 2;
      if (a[middle] < from[n]) low = middle + 1; else high = middle;
    }
    hash = mix(hash, a[low] ^ (u64)b[n] << 32 ^ (a[n] == b[n]));
  }
  return hash;
}
