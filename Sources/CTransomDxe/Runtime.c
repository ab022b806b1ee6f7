// The heap and the memory functions that compiled Swift and C take for granted.
#include "include/CTransomDxe.h"

typedef __SIZE_TYPE__ size_t;

static EFI_BOOT_SERVICES *heap;
static uint64_t inUse;

void transomOpenHeap(EFI_BOOT_SERVICES *boot) { heap = boot; }
void transomCloseHeap(void) { heap = 0; }
uint64_t transomHeapSize(void) { return inUse; }

// Pool is aligned to 8 bytes only: what stands before each block finds its beginning again.
typedef struct {
  void *start;
  uint64_t size;
} Header;

int posix_memalign(void **result, size_t alignment, size_t size) {
  enum { noMemory = 12 };
  if (!heap || size > 1ull << 40) return noMemory;
  if (alignment < 16) alignment = 16;
  size_t total = size + alignment + sizeof(Header);
  void *start = 0;
  if (heap->AllocatePool(EfiBootServicesData, total, &start)) return noMemory;
  uint64_t place = ((uint64_t)start + sizeof(Header) + alignment - 1) & ~(alignment - 1);
  ((Header *)place)[-1] = (Header){start, total};
  inUse += total;
  *result = (void *)place;
  return 0;
}

void free(void *block) {
  if (!block) return;
  Header header = ((Header *)block)[-1];
  inUse -= header.size;
  if (heap) heap->FreePool(header.start);
}

// Sixteen bytes at a time. The barriers keep the compiler from turning the loops into calls to the
// functions they are.
typedef struct {
  uint64_t low, high;
} __attribute__((packed, aligned(1))) Pair;

void *memcpy(void *restrict destination, const void *restrict source, size_t count) {
  uint8_t *to = destination;
  const uint8_t *from = source;
  for (; count >= 16; count -= 16, to += 16, from += 16) {
    *(Pair *)to = *(const Pair *)from;
    __asm__ volatile("" ::: "memory");
  }
  for (; count; count--) {
    *to++ = *from++;
    __asm__ volatile("" ::: "memory");
  }
  return destination;
}

void *memmove(void *destination, const void *source, size_t count) {
  uint8_t *to = destination;
  const uint8_t *from = source;
  if (to == from) return destination;
  if ((uint64_t)(to - from) >= count) return memcpy(destination, source, count);
  for (; count >= 16; count -= 16) {
    Pair pair = *(const Pair *)(from + count - 16);
    *(Pair *)(to + count - 16) = pair;
    __asm__ volatile("" ::: "memory");
  }
  while (count--) {
    to[count] = from[count];
    __asm__ volatile("" ::: "memory");
  }
  return destination;
}

void *memset(void *destination, int value, size_t count) {
  uint8_t *to = destination;
  uint64_t word = (uint8_t)value * 0x0101010101010101ull;
  Pair pair = {word, word};
  for (; count >= 16; count -= 16, to += 16) {
    *(Pair *)to = pair;
    __asm__ volatile("" ::: "memory");
  }
  for (; count; count--) {
    *to++ = (uint8_t)value;
    __asm__ volatile("" ::: "memory");
  }
  return destination;
}

int memcmp(const void *left, const void *right, size_t count) {
  const uint8_t *a = left, *b = right;
  for (; count--; a++, b++)
    if (*a != *b) return *a - *b;
  return 0;
}

// Swift's trap on a failed precondition is a BRK; what asks for abort() gets the same.
_Noreturn void abort(void) { __builtin_trap(); }

// What the compiler calls to divide 128-bit numbers: one quotient bit at a time, which is seldom
// enough (DIV with a dividend in RDX:RAX).
__uint128_t __udivti3(__uint128_t dividend, __uint128_t divisor) {
  if (!(dividend >> 64) && !(divisor >> 64)) {
    return (uint64_t)divisor ? (uint64_t)dividend / (uint64_t)divisor : 0;
  }
  __uint128_t quotient = 0, remainder = 0;
  for (int bit = 127; bit >= 0; bit--) {
    remainder = remainder << 1 | (dividend >> bit & 1);
    if (remainder >= divisor) {
      remainder -= divisor;
      quotient |= (__uint128_t)1 << bit;
    }
  }
  return quotient;
}
