// One page of memory in two places, so that it can be read-only in one and written in the other.
#define _GNU_SOURCE
#include "CLinuxHost.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { pageSize = 4096 };
static const char objectName[] = "guest-page";

typedef enum { notOurs, plain, object } Kind;

/// Ordinary memory of the process, or an object that an earlier call made of it.
static Kind kindOf(uint64_t page) {
  FILE *maps = fopen("/proc/self/maps", "re");
  if (!maps) return notOurs;
  char line[512];
  Kind kind = notOurs;
  while (fgets(line, sizeof line, maps)) {
    unsigned long first, end, inode;
    char flags[8];
    if (sscanf(line, "%lx-%lx %7s %*s %*s %lu", &first, &end, flags, &inode) != 4) continue;
    if (page < first || page >= end) continue;
    if (strstr(line, objectName)) kind = object;
    else if (flags[3] == 'p' && inode == 0) kind = plain;
    break;
  }
  fclose(maps);
  return kind;
}

/// A second view of what is an object already.
static uint64_t viewAgain(void *page) {
  void *place = mmap(
      NULL, pageSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (place == MAP_FAILED) return 0;
  void *view = mremap(page, 0, pageSize, MREMAP_MAYMOVE | MREMAP_FIXED, place);
  if (view == place && !mprotect(view, pageSize, PROT_READ | PROT_WRITE)) return (uint64_t)view;
  munmap(place, pageSize);
  return 0;
}

/// Puts an object with the page's content in its place, and a writable view elsewhere.
static uint64_t replace(void *page) {
  int file = memfd_create(objectName, MFD_CLOEXEC);
  if (file < 0) return 0;
  void *view = MAP_FAILED;
  if (!ftruncate(file, pageSize)) {
    view = mmap(NULL, pageSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_32BIT, file, 0);
  }
  if (view != MAP_FAILED) {
    memcpy(view, page, pageSize);
    if (mmap(page, pageSize, PROT_READ, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED) {
      munmap(view, pageSize);
      view = MAP_FAILED;
    }
  }
  close(file);
  return view == MAP_FAILED ? 0 : (uint64_t)view;
}

uint64_t transomAliasPage(uint64_t address) {
  void *page = (void *)address;
  switch (kindOf(address)) {
    case plain: return replace(page);
    case object: return viewAgain(page);
    default: return 0;
  }
}

void transomUnmapAlias(uint64_t alias) { munmap((void *)alias, pageSize); }
