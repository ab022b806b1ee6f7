#define _GNU_SOURCE
#include "CBenchmark.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

// The few facts of the library's interface (unicorn 2) that are used.
enum { architectureX86 = 4, mode64 = 8, everyPermission = 7, dataPermissions = 3 };
enum { registerRAX = 35, registerRDI = 39, registerRSI = 43, registerRSP = 44 };

typedef struct {
  int (*open)(int architecture, int mode, void **engine);
  int (*close)(void *engine);
  int (*map)(void *engine, uint64_t address, size_t size, uint32_t permissions, void *memory);
  int (*write)(void *engine, int number, const void *value);
  int (*read)(void *engine, int number, void *value);
  int (*start)(void *engine, uint64_t begin, uint64_t until, uint64_t limit, size_t count);
} Unicorn;

static int load(Unicorn *unicorn) {
  void *library = dlopen("libunicorn.so.2", RTLD_NOW | RTLD_LOCAL);
  if (!library) return 0;
  *(void **)&unicorn->open = dlsym(library, "uc_open");
  *(void **)&unicorn->close = dlsym(library, "uc_close");
  *(void **)&unicorn->map = dlsym(library, "uc_mem_map_ptr");
  *(void **)&unicorn->write = dlsym(library, "uc_reg_write");
  *(void **)&unicorn->read = dlsym(library, "uc_reg_read");
  *(void **)&unicorn->start = dlsym(library, "uc_emu_start");
  return unicorn->open && unicorn->close && unicorn->map && unicorn->write && unicorn->read &&
         unicorn->start;
}

static void *makeEngine(const Unicorn *u, const TransomUnicornJob *job) {
  void *engine = NULL;
  if (u->open(architectureX86, mode64, &engine)) return NULL;
  if (u->map(engine, job->code, job->codeSize, everyPermission, (void *)job->code) ||
      u->map(engine, job->memory, job->memorySize, dataPermissions, (void *)job->memory) ||
      u->map(engine, job->stack, job->stackSize, dataPermissions, (void *)job->stack)) {
    u->close(engine);
    return NULL;
  }
  return engine;
}

static int callOnce(
    const Unicorn *u, void *engine, const TransomUnicornJob *job, TransomUnicornTiming *timing) {
  // The function returns to the last word of the stack, where execution stops.
  uint64_t end = job->stack + job->stackSize - 16;
  uint64_t stack = (job->stack + job->stackSize - 256) & ~15ull;
  stack -= 8;
  *(uint64_t *)stack = end;
  uint64_t start = transomMonotonicNanoseconds();
  if (u->write(engine, registerRDI, &job->memory) || u->write(engine, registerRSI, &job->count) ||
      u->write(engine, registerRSP, &stack) || u->start(engine, job->entry, end, 0, 0) ||
      u->read(engine, registerRAX, &timing->result)) {
    return 0;
  }
  timing->nanoseconds = transomMonotonicNanoseconds() - start;
  return 1;
}

static int runAll(const TransomUnicornJob *job, int output) {
  Unicorn unicorn;
  if (!load(&unicorn)) return transomUnicornMissing;
  // The pages become this process's own before anything is timed.
  for (uint64_t at = 0; at < job->memorySize; at += 4096) {
    volatile uint8_t *byte = (uint8_t *)job->memory + at;
    *byte = *byte;
  }
  void *engine = NULL;
  for (uint32_t n = 0; n < job->freshEngines + job->repeats; n++) {
    TransomUnicornTiming timing = {0, 0};
    if (n < job->freshEngines) {
      if (engine) unicorn.close(engine);
      engine = makeEngine(&unicorn, job);
    }
    if (!engine || !callOnce(&unicorn, engine, job, &timing)) return transomUnicornFailed;
    if (write(output, &timing, sizeof timing) != sizeof timing) return transomUnicornFailed;
  }
  return transomUnicornDone;
}

int32_t transomUnicornRun(const TransomUnicornJob *job, TransomUnicornTiming *timings) {
  int ends[2];
  if (pipe(ends)) return transomUnicornFailed;
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    _exit(runAll(job, ends[1]));
  }
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    return transomUnicornFailed;
  }
  size_t wanted = (size_t)(job->freshEngines + job->repeats) * sizeof *timings, got = 0;
  while (got < wanted) {
    ssize_t count = read(ends[0], (char *)timings + got, wanted - got);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    got += (size_t)count;
  }
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status)) return transomUnicornFailed;
  int code = WEXITSTATUS(status);
  return code == transomUnicornDone && got != wanted ? transomUnicornFailed : code;
}
