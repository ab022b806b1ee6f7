#define _GNU_SOURCE
#include "CLinuxHost.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Reads /proc/self/maps by hand: lines are "start-end rwxp ...", ascending. No allocation, which
// could itself change the mappings being read.
int32_t transomFindMapping(uint64_t address, uint64_t *start, uint64_t *end, int32_t *protection) {
  int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char buffer[4096];
  enum { inStart, inEnd, inFlags, inRest } place = inStart;
  uint64_t first = 0, last = 0;
  int32_t bits = 0, found = 0;
  ssize_t count;
  while (!found && (count = read(file, buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < count && !found; i++) {
      char c = buffer[i];
      switch (place) {
        case inStart:
          if (c == '-') place = inEnd;
          else first = first << 4 | (uint64_t)(digit(c) & 15);
          break;
        case inEnd:
          if (c == ' ') place = inFlags;
          else last = last << 4 | (uint64_t)(digit(c) & 15);
          break;
        case inFlags:
          if (c == 'r') bits |= PROT_READ;
          else if (c == 'w') bits |= PROT_WRITE;
          else if (c == 'x') bits |= PROT_EXEC;
          else if (c == ' ') {
            place = inRest;
            if (address >= first && address < last) {
              *start = first;
              *end = last;
              *protection = bits;
              found = 1;
            }
          }
          break;
        case inRest:
          if (c == '\n') {
            place = inStart;
            first = last = 0;
            bits = 0;
          }
          break;
      }
    }
  }
  close(file);
  return found;
}

uint64_t transomThreadStackLimit(void) {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes)) return 0;
  void *lowest = 0;
  size_t size = 0;
  int error = pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  return error ? 0 : (uint64_t)lowest;
}

int32_t transomMapStack(uint64_t address, uint64_t count) {
  void *wanted = (void *)(address - 4096);
  void *got = mmap(
      wanted, count + 4096, PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
  if (got == MAP_FAILED) return 0;
  if (got != wanted || mprotect((void *)address, count, PROT_READ | PROT_WRITE)) {
    munmap(got, count + 4096);
    return 0;
  }
  return 1;
}

int32_t transomMapCode(
    uint64_t codeSize, uint64_t dataSize, void **data, uint64_t *executable, void **writableView) {
  int file = memfd_create("translations", MFD_CLOEXEC);
  if (file < 0) return errno;
  int error = 0;
  if (ftruncate(file, (off_t)codeSize)) error = errno;
  // Data in front, code behind it: one reservation, so that each is within reach of the other.
  char *place = MAP_FAILED, *writable = MAP_FAILED;
  if (!error) {
    place = mmap(
        NULL, dataSize + codeSize, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (place == MAP_FAILED) error = errno;
  }
  if (!error) {
    writable = mmap(NULL, codeSize, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (writable == MAP_FAILED) error = errno;
  }
  if (!error &&
      mmap(place + dataSize, codeSize, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, file, 0) ==
          MAP_FAILED) {
    error = errno;
  }
  close(file);
  if (error) {
    if (place != MAP_FAILED) munmap(place, dataSize + codeSize);
    if (writable != MAP_FAILED) munmap(writable, codeSize);
    return error;
  }
  *data = place;
  *executable = (uint64_t)(place + dataSize);
  *writableView = writable;
  return 0;
}

void transomUnmapCode(void *data, uint64_t dataSize, void *writable, uint64_t codeSize) {
  munmap(data, dataSize + codeSize);
  munmap(writable, codeSize);
}

int32_t transomProtectPage(uint64_t address) {
  return mprotect((void *)address, 4096, PROT_READ) == 0;
}

void transomReleasePage(uint64_t address) {
  mprotect((void *)address, 4096, PROT_READ | PROT_WRITE);
}
