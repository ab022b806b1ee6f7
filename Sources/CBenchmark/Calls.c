#include "CBenchmark.h"

// CShim.h; to be reached with the guest address in the trap register, as the fault handler leaves it.
extern const uint8_t transomTrapEntry[];

typedef uint64_t (*Function)(uint64_t first, uint64_t second);

uint64_t transomCallRepeatedly(uint64_t target, uint64_t first, uint64_t second, uint64_t count) {
  uint64_t sum = 0;
  for (uint64_t n = 0; n < count; n++) sum += ((Function)target)(first, second);
  return sum;
}

__attribute__((noinline)) static uint64_t enter(uint64_t target, uint64_t first, uint64_t second) {
#if defined(__x86_64__)
  uint64_t result;
  register uint64_t trap __asm__("r11") = target;
  // The entry is C to its caller: caller-saved registers are gone. The red zone is stepped over.
  __asm__ volatile(
      "movq %%rsp, %%rbx\n\tleaq -128(%%rsp), %%rsp\n\tandq $-16, %%rsp\n\t"
      "call transomTrapEntry\n\tmovq %%rbx, %%rsp"
      : "=a"(result), "+D"(first), "+S"(second), "+r"(trap)
      :
      : "rbx", "rcx", "rdx", "r8", "r9", "r10", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3",
        "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
        "xmm15");
  return result;
#elif defined(__aarch64__)
  register uint64_t trap __asm__("x16") = target;
  register uint64_t a __asm__("x0") = first;
  register uint64_t b __asm__("x1") = second;
  __asm__ volatile("bl transomTrapEntry"
                   : "+r"(a), "+r"(b), "+r"(trap)
                   :
                   : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
                     "x14", "x15", "x17", "x30", "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5",
                     "v6", "v7", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24",
                     "v25", "v26", "v27", "v28", "v29", "v30", "v31");
  return a;
#endif
}

uint64_t transomEnterRepeatedly(uint64_t target, uint64_t first, uint64_t second, uint64_t count) {
  uint64_t sum = 0;
  for (uint64_t n = 0; n < count; n++) sum += enter(target, first, second);
  return sum;
}
