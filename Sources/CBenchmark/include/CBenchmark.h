#pragma once
// What measuring needs and Swift cannot say: the processor's clock, a bare signal, a call that meets
// the bridge without its fault, and Unicorn behind dlopen.
#include <stdint.h>

/// The monotonic clock, in nanoseconds.
uint64_t transomMonotonicNanoseconds(void);

/// The processor's own counter: some nanoseconds to read, constant rate.
static inline uint64_t transomTicks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t value;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
  return value;
#else
  return transomMonotonicNanoseconds();
#endif
}

/// Nanoseconds of one SIGSEGV that a handler steps over, mean of `count`; 0 if it cannot be tried.
/// Signal handlers are as before when this returns.
uint64_t transomSignalRoundTrip(uint32_t count);

/// Calls `target` with two arguments `count` times, and adds up what is returned.
uint64_t transomCallRepeatedly(uint64_t target, uint64_t first, uint64_t second, uint64_t count);
/// The same, but each call goes straight to the trap entry, as if the fault had already happened.
uint64_t transomEnterRepeatedly(uint64_t target, uint64_t first, uint64_t second, uint64_t count);

/// One kernel for Unicorn: flat code and memory at their addresses in this process.
typedef struct {
  uint64_t code, codeSize;
  uint64_t memory, memorySize;
  uint64_t stack, stackSize;
  uint64_t entry;
  uint64_t count;
  /// Each with an engine of its own, then this many more calls in the last one.
  uint32_t freshEngines, repeats;
} TransomUnicornJob;

typedef struct {
  uint64_t result, nanoseconds;
} TransomUnicornTiming;

enum {
  transomUnicornDone = 0,
  /// No libunicorn.so.2 here.
  transomUnicornMissing = 1,
  /// An engine reported an error.
  transomUnicornFailed = 2,
};

/// Runs the job in a child process, which loads the library: it is under the GPL, and is neither
/// linked nor needed. Fills `freshEngines + repeats` timings.
int32_t transomUnicornRun(
    const TransomUnicornJob *_Nonnull job, TransomUnicornTiming *_Nonnull timings);
