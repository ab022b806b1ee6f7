// Runs and times one kernel inside a process without a library: natively, or under qemu-x86_64. The
// tool places it, a kernel and memory in one static executable, and the job behind its first bytes.
// The times are taken in here, so that starting a process is no part of them.
#include "kernel.h"

typedef struct {
  u64 run, prepare, memory;
  u64 small, smallRepeats;
  u64 large, largeRepeats;
} Job;

typedef struct {
  u64 result, nanoseconds;
} Timing;

__asm__(
    ".section .text.start, \"ax\"\n"
    ".globl start\n"
    "start: jmp 1f\n"
    ".balign 64\n"
    ".globl job\n"
    "job: .fill 56, 1, 0\n"
    ".balign 64\n"
    "1: andq $-16, %rsp\n"
    "call harness\n"
    "ud2\n");
extern Job job;

static long call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
  return result;
}

static u64 now(void) {
  struct { i64 seconds, nanoseconds; } time;
  call(228, 1, (long)&time, 0);  // clock_gettime(CLOCK_MONOTONIC)
  return (u64)time.seconds * 1000000000 + (u64)time.nanoseconds;
}

static void timed(u64 count, u64 repeats) {
  u64 (*volatile body)(u8 *, u64) = (u64 (*)(u8 *, u64))job.run;
  for (u64 n = 0; n < repeats; n++) {
    Timing timing;
    u64 start = now();
    timing.result = body((u8 *)job.memory, count);
    timing.nanoseconds = now() - start;
    call(1, 1, (long)&timing, sizeof timing);  // write
  }
}

__attribute__((used)) void harness(void) {
  // Every page is there before anything is timed.
  for (u64 n = 0; n < memorySize; n += 4096) *(volatile u8 *)(job.memory + n) = 0;
  ((void (*)(u8 *))job.prepare)((u8 *)job.memory);
  timed(job.small, job.smallRepeats);
  timed(job.large, job.largeRepeats);
  call(231, 0, 0, 0);  // exit_group
}
