#define _GNU_SOURCE
#include "CNativeRunner.h"
#include "GuestState.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

static const int caught[3] = {SIGSEGV, SIGBUS, SIGFPE};
static struct sigaction before[3];

static void handle(int number, siginfo_t *info, void *context) {
  ucontext_t *state = context;
#if defined(__x86_64__)
  uint64_t at = (uint64_t)state->uc_mcontext.gregs[REG_RIP];
#else
  uint64_t at = state->uc_mcontext.pc;
#endif
  uint64_t resume = info->si_code > 0 ? transomResumeAfterFault(at) : 0;
  if (resume) {
#if defined(__x86_64__)
    state->uc_mcontext.gregs[REG_RIP] = (greg_t)resume;
#else
    state->uc_mcontext.pc = resume;
#endif
    return;
  }
  // Not a guest's: it happens again under whoever had the signal before.
  for (int i = 0; i < 3; i++) {
    if (caught[i] == number) sigaction(number, &before[i], NULL);
  }
}

// Compiled code runs on the guest's stack: a handler needs one of its own, on every thread.
static int provideStack(void) {
  enum { size = 1 << 16 };
  stack_t old;
  if (sigaltstack(NULL, &old)) return errno;
  if (!(old.ss_flags & SS_DISABLE) && old.ss_size >= size / 2) return 0;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  stack_t stack = {.ss_sp = memory, .ss_size = size};
  return sigaltstack(&stack, NULL) ? errno : 0;
}

int32_t transomCatchGuestFaults(void) {
  static int isInstalled;
  int error = provideStack();
  if (error || isInstalled) return error;
  struct sigaction ours = {0};
  ours.sa_sigaction = handle;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&ours.sa_mask);
  for (int i = 0; i < 3; i++) {
    if (sigaction(caught[i], &ours, &before[i])) return errno;
  }
  isInstalled = 1;
  return 0;
}
