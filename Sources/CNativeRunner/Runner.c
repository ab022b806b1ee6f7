#define _GNU_SOURCE
#include "CNativeRunner.h"
#include "Child.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct TransomNativeRunner {
  TransomNativeShared *shared;
  uint64_t mapped;
  pid_t child;
};

static TransomNativeSlot *slotAt(TransomNativeShared *shared, uint64_t index) {
  return (TransomNativeSlot *)(shared->slots + (index % shared->slotCount) * shared->slotSize);
}

TransomNativeSlot *transomNativeSlot(TransomNativeRunner *runner, uint64_t index) {
  return slotAt(runner->shared, index);
}

uint8_t *transomNativeArena(TransomNativeRunner *runner, uint64_t index) {
  return (uint8_t *)slotAt(runner->shared, index) + transomNativeArenaOffset;
}

void transomNativeSleep(_Atomic uint32_t *word, uint32_t value, const struct timespec *limit) {
  syscall(SYS_futex, word, FUTEX_WAIT, value, limit, NULL, 0);
}

void transomNativeWake(_Atomic uint32_t *word) {
  syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static int32_t startChild(TransomNativeRunner *runner) {
  pid_t parent = getpid();
  pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(0);
    transomNativeChild(runner->shared);
    _exit(0);
  }
  runner->child = child;
  return 0;
}

TransomNativeRunner *transomNativeStart(uint32_t slots, uint64_t arena) {
#if !defined(__x86_64__)
  return NULL;
#endif
  uint64_t slotSize = (transomNativeArenaOffset + arena + 4095) & ~4095ull;
  uint64_t size = slotSize * slots + 4096;
  void *memory = mmap(
      NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  TransomNativeRunner *runner = calloc(1, sizeof *runner);
  if (!runner) return NULL;
  TransomNativeShared *shared = memory;
  shared->slots = (uint8_t *)memory + 4096;
  shared->slotCount = slots;
  shared->slotSize = slotSize;
  runner->shared = shared;
  runner->mapped = size;
  if (startChild(runner)) {
    munmap(memory, size);
    free(runner);
    return NULL;
  }
  return runner;
}

static void endChild(TransomNativeRunner *runner) {
  kill(runner->child, SIGKILL);
  int status;
  while (waitpid(runner->child, &status, 0) < 0 && errno == EINTR) {
  }
}

void transomNativeStop(TransomNativeRunner *runner) {
  endChild(runner);
  munmap(runner->shared, runner->mapped);
  free(runner);
}

void transomNativeSubmit(TransomNativeRunner *runner, uint64_t end) {
  atomic_store(&runner->shared->submitted, (uint32_t)end);
  transomNativeWake(&runner->shared->submitted);
}

void transomNativeWait(TransomNativeRunner *runner, uint64_t end) {
  TransomNativeShared *shared = runner->shared;
  uint32_t before = atomic_load(&shared->answered);
  int idle = 0;
  for (;;) {
    uint32_t now = atomic_load(&shared->answered);
    if ((int32_t)((uint32_t)end - now) <= 0) return;
    struct timespec limit = {.tv_nsec = 100 * 1000 * 1000};
    transomNativeSleep(&shared->answered, now, &limit);
    int status;
    int isDead = waitpid(runner->child, &status, WNOHANG) == runner->child;
    idle = atomic_load(&shared->answered) == before ? idle + 1 : 0;
    before = atomic_load(&shared->answered);
    // The child's own clock ends a case that loops; this is for a child that cannot.
    if (isDead || idle > 100) {
      if (!isDead) endChild(runner);
      now = atomic_load(&shared->answered);
      slotAt(shared, now)->outcome = transomOutcomeFailed;
      atomic_store(&shared->answered, now + 1);
      if (startChild(runner)) return;
      idle = 0;
    }
  }
}
