#define _GNU_SOURCE
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CCaseRunner.h"

uint64_t transomRunnerMapCode(uint64_t dataSize, uint64_t codeSize) {
  char *place = mmap(
      NULL, dataSize + codeSize, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (place == MAP_FAILED) return 0;
  if (mprotect(place + dataSize, codeSize, PROT_READ | PROT_WRITE | PROT_EXEC)) {
    munmap(place, dataSize + codeSize);
    return 0;
  }
  return (uint64_t)place;
}

void transomRunnerUnmapCode(uint64_t start, uint64_t size) { munmap((void *)start, size); }

void transomRunnerSynchronize(uint64_t address, uint64_t count) {
  __builtin___clear_cache((char *)address, (char *)(address + count));
}

_Bool transomRunnerProtectPage(uint64_t address) {
  return mprotect((void *)address, 4096, PROT_READ) == 0;
}

void transomRunnerReleasePage(uint64_t address) {
  mprotect((void *)address, 4096, PROT_READ | PROT_WRITE);
}

uint64_t transomRunnerFeatures(void) {
  enum { flagM = 1 << 27, flagM2 = 1 << 7 };
  return (getauxval(AT_HWCAP) & flagM ? 1 : 0) | (getauxval(AT_HWCAP2) & flagM2 ? 2 : 0);
}

void transomRunnerCountRange(uint64_t start, uint64_t end) {
  syscall(transomMarkerRange, start, end);
}
