// The portable runner: the portable rooms as a small AArch64 Linux program, to be run by
// qemu-aarch64 (or by an AArch64 machine). Reads requests from standard input, writes answers to
// standard output (CCaseRunner.h); ends when its input does.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "CCaseRunner.h"
#include "CNativeRunner.h"
#include "Runner.h"

static _Noreturn void fail(const char *what) {
  fprintf(stderr, "transom-runner: %s\n", what);
  exit(2);
}

static void readAll(void *to, size_t count) {
  if (count && fread(to, 1, count, stdin) != count) fail("the request is cut short");
}

static void writeAll(const void *from, size_t count) {
  if (count && fwrite(from, 1, count, stdout) != count) fail("the answer cannot be written");
}

typedef struct {
  uint64_t address, count;
} Range;

static Range *readRanges(uint32_t count) {
  if (count > 1 << 20) fail("the request is damaged");
  Range *ranges = malloc(((size_t)count + 1) * sizeof(Range));
  if (!ranges) fail("out of memory");
  readAll(ranges, count * sizeof(Range));
  return ranges;
}

static Range *mapped;
static uint32_t mappedCount;

// Makes exactly these regions be there, filled with zeroes. 0, or which one cannot be, from one.
static uint32_t prepareMemory(const Range *wanted, uint32_t count) {
  uint64_t total = 0;
  for (uint32_t n = 0; n < count; n++) total += wanted[n].count;
  if (count == mappedCount && total <= 1 << 20 &&
      (!count || !memcmp(wanted, mapped, count * sizeof(Range)))) {
    for (uint32_t n = 0; n < count; n++) memset((void *)wanted[n].address, 0, wanted[n].count);
    return 0;
  }
  for (uint32_t n = 0; n < mappedCount; n++) {
    munmap((void *)mapped[n].address, mapped[n].count);
    transomRunnerForgetPages(mapped[n].address, mapped[n].count);
  }
  mappedCount = 0;
  free(mapped);
  mapped = malloc(((size_t)count + 1) * sizeof(Range));
  if (!mapped) fail("out of memory");
  for (uint32_t n = 0; n < count; n++) {
    void *start = (void *)wanted[n].address;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
    void *got = mmap(start, wanted[n].count, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (got != start) {
      if (got != MAP_FAILED) munmap(got, wanted[n].count);
      return n + 1;
    }
    mapped[mappedCount++] = wanted[n];
  }
  return 0;
}

int transomRunnerOwns(uint64_t address, uint64_t count) {
  for (uint32_t n = 0; n < mappedCount; n++) {
    if (address >= mapped[n].address && address - mapped[n].address < mapped[n].count &&
        count <= mapped[n].count - (address - mapped[n].address))
      return 1;
  }
  return 0;
}

// The bytes of a case. What is in no region is read and dropped.
static void readPlaced(uint32_t count) {
  for (uint32_t n = 0; n < count; n++) {
    Range at;
    readAll(&at, sizeof at);
    if (transomRunnerOwns(at.address, at.count)) {
      readAll((void *)at.address, at.count);
      continue;
    }
    char drop[4096];
    for (uint64_t left = at.count; left;) {
      size_t part = left < sizeof drop ? left : sizeof drop;
      readAll(drop, part);
      left -= part;
    }
  }
}

static void writeWanted(const Range *wanted, uint32_t count) {
  static const char zeroes[4096];
  for (uint32_t n = 0; n < count; n++) {
    if (transomRunnerOwns(wanted[n].address, wanted[n].count)) {
      writeAll((void *)wanted[n].address, wanted[n].count);
      continue;
    }
    for (uint64_t left = wanted[n].count; left;) {
      size_t part = left < sizeof zeroes ? left : sizeof zeroes;
      writeAll(zeroes, part);
      left -= part;
    }
  }
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void run(const TransomRunnerRequest *request, const Range *systems) {
  for (uint32_t n = 0; n < request->repeats; n++) {
    TransomRunnerResult result = {0};
    if (request->isCounted) {
      // What came before this run is nobody's: reported into the answer, and ignored there.
      fflush(stdout);
      syscall(transomMarkerReport);
    }
    uint64_t start = now();
    transomRunnerRun(request, request->words, (const uint64_t *)systems, &result, result.words);
    result.nanoseconds = now() - start;
    if (request->isCounted) syscall(transomMarkerReport);
    writeAll(&result, sizeof result);
  }
}

int main(void) {
  if (transomCatchGuestFaults()) fail("no signal handler");
  TransomRunnerRequest request;
  while (fread(&request, 1, sizeof request, stdin) == sizeof request) {
    if (request.magic != transomRunnerMagic) fail("the request is damaged");
    Range *regions = readRanges(request.regionCount);
    Range *systems = readRanges(request.systemCount);
    Range *wanted = readRanges(request.wantedCount);
    TransomRunnerReply reply = {transomRunnerMagic, 0};
    reply.refusedRegion = prepareMemory(regions, request.regionCount);
    readPlaced(request.placedCount);
    if (!reply.refusedRegion) {
      transomRunnerBegin(&request, (const uint64_t *)regions);
    }
    writeAll(&reply, sizeof reply);
    if (!reply.refusedRegion) {
      run(&request, systems);
      writeWanted(wanted, request.wantedCount);
      transomRunnerEnd(&request, (const uint64_t *)regions);
    }
    fflush(stdout);
    free(regions);
    free(systems);
    free(wanted);
  }
  return 0;
}
