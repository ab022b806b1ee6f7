// Pages of guest memory in two places, so that they can be read-only in one and written in the
// other.
//
// One object holds all of them, seen as a whole through one writable view. A page that was put in
// there stays until the program takes its region away, whoever asks for its view meanwhile.
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CCaseRunner.h"
#include "Runner.h"

enum { pageSize = 4096, pageCount = 256 };

static int object = -1;
static char *view;
// Addresses, by their place in the object; 0: it is free.
static uint64_t pages[pageCount];

static int hasObject(void) {
  if (view) return 1;
  object = memfd_create("guest-pages", MFD_CLOEXEC);
  if (object < 0) return 0;
  if (!ftruncate(object, pageCount * pageSize)) {
    void *made = mmap(
        NULL, pageCount * pageSize, PROT_READ | PROT_WRITE, MAP_SHARED, object, 0);
    if (made != MAP_FAILED) view = made;
  }
  if (!view) close(object);
  return view != NULL;
}

// Puts the page's content into the object, and the object in the page's place.
static int replace(uint64_t page, int n) {
  memcpy(view + n * pageSize, (void *)page, pageSize);
  void *got = mmap(
      (void *)page, pageSize, PROT_READ, MAP_SHARED | MAP_FIXED, object, (off_t)n * pageSize);
  if (got == MAP_FAILED) return 0;
  pages[n] = page;
  return 1;
}

uint64_t transomRunnerAliasPage(uint64_t page) {
  if (!page || !transomRunnerOwns(page, 1) || !hasObject()) return 0;
  int unused = -1;
  for (int n = 0; n < pageCount; n++) {
    if (pages[n] == page) return (uint64_t)view + n * pageSize;
    if (!pages[n] && unused < 0) unused = n;
  }
  if (unused < 0 || !replace(page, unused)) return 0;
  return (uint64_t)view + unused * pageSize;
}

void transomRunnerUnmapAlias(uint64_t alias) {
  // The view is one for all pages, and the page itself may still be in the object.
  (void)alias;
}

void transomRunnerForgetPages(uint64_t address, uint64_t count) {
  for (int n = 0; n < pageCount; n++) {
    if (pages[n] >= address && pages[n] - address < count) pages[n] = 0;
  }
}
