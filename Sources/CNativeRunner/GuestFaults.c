#define _GNU_SOURCE
#include "CNativeRunner.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

// GuestState.h.
extern const uint8_t transomGuestAccessStart[], transomGuestAccessEnd[];
extern const uint8_t transomGuestAccessFault[];
extern const uint8_t transomGuestCopyStart[], transomGuestCopyFault[];

static struct sigaction before[2];

static void handle(int number, siginfo_t *info, void *context) {
  ucontext_t *state = context;
#if defined(__x86_64__)
  uint64_t at = (uint64_t)state->uc_mcontext.gregs[REG_RIP];
#else
  uint64_t at = state->uc_mcontext.pc;
#endif
  if (info->si_code > 0 && at >= (uint64_t)transomGuestAccessStart &&
      at < (uint64_t)transomGuestAccessEnd) {
    int isCopy = at >= (uint64_t)transomGuestCopyStart;
    uint64_t resume = (uint64_t)(isCopy ? transomGuestCopyFault : transomGuestAccessFault);
#if defined(__x86_64__)
    state->uc_mcontext.gregs[REG_RIP] = (greg_t)resume;
#else
    state->uc_mcontext.pc = resume;
#endif
    return;
  }
  // Not a guest's: it happens again under whoever had the signal before.
  sigaction(number, &before[number == SIGBUS], NULL);
}

int32_t transomCatchGuestFaults(void) {
  static int isInstalled;
  if (isInstalled) return 0;
  enum { size = 1 << 16 };
  stack_t old;
  if (sigaltstack(NULL, &old)) return errno;
  if ((old.ss_flags & SS_DISABLE) || old.ss_size < size / 2) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return errno;
    stack_t stack = {.ss_sp = memory, .ss_size = size};
    if (sigaltstack(&stack, NULL)) return errno;
  }
  struct sigaction ours = {0};
  ours.sa_sigaction = handle;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&ours.sa_mask);
  if (sigaction(SIGSEGV, &ours, &before[0]) || sigaction(SIGBUS, &ours, &before[1])) return errno;
  isInstalled = 1;
  return 0;
}
