#define _GNU_SOURCE
#include "CBenchmark.h"

#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

uint64_t transomMonotonicNanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// The least a handler can do: step over the load that faulted.
static void stepOver(int number, siginfo_t *info, void *context) {
  (void)number;
  (void)info;
  ucontext_t *state = context;
#if defined(__x86_64__)
  state->uc_mcontext.gregs[REG_RIP] += 2;  // movb (%rdi), %al
#elif defined(__aarch64__)
  state->uc_mcontext.pc += 4;
#endif
}

uint64_t transomSignalRoundTrip(uint32_t count) {
  void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return 0;
  struct sigaction ours = {0}, before;
  ours.sa_sigaction = stepOver;
  ours.sa_flags = SA_SIGINFO;
  sigemptyset(&ours.sa_mask);
  if (sigaction(SIGSEGV, &ours, &before)) {
    munmap(page, 4096);
    return 0;
  }
  uint64_t start = transomMonotonicNanoseconds();
  for (uint32_t n = 0; n < count; n++) {
#if defined(__x86_64__)
    __asm__ volatile("movb (%%rdi), %%al" ::"D"(page) : "rax", "memory");
#elif defined(__aarch64__)
    __asm__ volatile("ldrb w9, [%0]" ::"r"(page) : "x9", "memory");
#endif
  }
  uint64_t spent = transomMonotonicNanoseconds() - start;
  sigaction(SIGSEGV, &before, NULL);
  munmap(page, 4096);
  return count ? spent / count : 0;
}
