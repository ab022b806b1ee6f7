#define _GNU_SOURCE
#include "CLinuxHost.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <ucontext.h>

// CShim.h and GuestState.h.
extern const uint8_t transomTrapEntry[];
extern uint64_t transomResumeAfterFault(uint64_t programCounter);

enum { signalCount = 3 };
static const int handledSignals[signalCount] = {SIGSEGV, SIGBUS, SIGFPE};
static TransomFaultActions current;
static struct sigaction previous[signalCount];
static volatile sig_atomic_t isInstalled;
static volatile sig_atomic_t isActive;

#if defined(__x86_64__)
static uint64_t programCounter(const ucontext_t *state) {
  return (uint64_t)state->uc_mcontext.gregs[REG_RIP];
}
static void setProgramCounter(ucontext_t *state, uint64_t value) {
  state->uc_mcontext.gregs[REG_RIP] = (greg_t)value;
}
static void setTrapRegister(ucontext_t *state, uint64_t value) {
  state->uc_mcontext.gregs[REG_R11] = (greg_t)value;
}
#elif defined(__aarch64__)
static uint64_t programCounter(const ucontext_t *state) { return state->uc_mcontext.pc; }
static void setProgramCounter(ucontext_t *state, uint64_t value) { state->uc_mcontext.pc = value; }
static void setTrapRegister(ucontext_t *state, uint64_t value) {
  state->uc_mcontext.regs[16] = value;
}
#endif

static struct sigaction *previousOf(int number) {
  int i = 0;
  while (handledSignals[i] != number) i++;
  return &previous[i];
}

// Gives the signal to whoever had it before, in the way the kernel would have.
static void passOn(int number, siginfo_t *info, void *context) {
  struct sigaction *before = previousOf(number);
  int wasSent = info->si_code <= 0;
  void (*plain)(int) = before->sa_handler;
  int isPlain = !(before->sa_flags & SA_SIGINFO);
  if (isPlain && plain == SIG_IGN && wasSent) return;
  if (isPlain && (plain == SIG_DFL || plain == SIG_IGN)) {
    // The default action. A fault happens again as soon as we return; a signal that was sent must
    // be sent again, and arrives when this handler is left.
    struct sigaction standard = {0};
    standard.sa_handler = SIG_DFL;
    sigemptyset(&standard.sa_mask);
    sigaction(number, &standard, NULL);
    if (wasSent) raise(number);
    return;
  }
  struct sigaction taken = *before;
  if (taken.sa_flags & SA_RESETHAND) {
    before->sa_handler = SIG_DFL;
    before->sa_flags &= ~(SA_SIGINFO | SA_RESETHAND);
  }
  // Its mask, and its wish to be interrupted by its own signal. If it jumps out of the handler, it
  // restores the mask itself, as it would have had to without us.
  sigset_t mask = taken.sa_mask, old;
  pthread_sigmask(SIG_BLOCK, &mask, &old);
  if (taken.sa_flags & SA_NODEFER) {
    sigset_t own;
    sigemptyset(&own);
    sigaddset(&own, number);
    pthread_sigmask(SIG_UNBLOCK, &own, NULL);
  }
  if (taken.sa_flags & SA_SIGINFO) {
    taken.sa_sigaction(number, info, context);
  } else {
    taken.sa_handler(number);
  }
  pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void handle(int number, siginfo_t *info, void *context) {
  ucontext_t *state = context;
  int savedErrno = errno;
  if (isActive && info->si_code > 0) {
    uint64_t at = programCounter(state);
    uint64_t resume = transomResumeAfterFault(at);
    if (resume) {
      setProgramCounter(state, resume);
      return;
    }
    // The fetch itself faulted: the address that was accessed is the program counter.
    if (number == SIGSEGV && (uint64_t)info->si_addr == at &&
        current.ownsBranch(current.context, at)) {
      setTrapRegister(state, at);
      setProgramCounter(state, (uint64_t)transomTrapEntry);
      errno = savedErrno;
      return;
    }
    // Firmware's own code writes to a page that holds translated guest code.
    if (number == SIGSEGV && current.ownsStore(current.context, (uint64_t)info->si_addr)) {
      errno = savedErrno;
      return;
    }
  }
  passOn(number, info, context);
  errno = savedErrno;
}

// The handler must not run on the stack it may have to report as full.
static int provideStack(void) {
  enum { size = 1 << 16 };
  stack_t old;
  if (sigaltstack(NULL, &old)) return errno;
  if (!(old.ss_flags & SS_DISABLE) && old.ss_size >= size / 2) return 0;
  void *memory =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  stack_t stack = {.ss_sp = memory, .ss_size = size};
  if (sigaltstack(&stack, NULL)) {
    int error = errno;
    munmap(memory, size);
    return error;
  }
  return 0;
}

int32_t transomInstallFaultHandler(const TransomFaultActions *actions) {
  int error = provideStack();
  if (error) return error;
  current = *actions;
  if (!isInstalled) {
    struct sigaction ours = {0};
    ours.sa_sigaction = handle;
    // SA_NODEFER is not wanted: nothing in here faults, and a nested one must not recurse. The
    // trap leaves by the ordinary return, which restores the mask before guest code runs.
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&ours.sa_mask);
    for (int i = 0; i < signalCount; i++) {
      if (sigaction(handledSignals[i], &ours, &previous[i])) {
        error = errno;
        while (i-- > 0) sigaction(handledSignals[i], &previous[i], NULL);
        return error;
      }
    }
    isInstalled = 1;
  }
  isActive = 1;
  return 0;
}

void transomRemoveFaultHandler(void) {
  isActive = 0;
  if (!isInstalled) return;
  struct sigaction now[signalCount];
  for (int i = 0; i < signalCount; i++) {
    if (sigaction(handledSignals[i], NULL, &now[i])) return;
    if (!(now[i].sa_flags & SA_SIGINFO) || now[i].sa_sigaction != handle) return;
  }
  for (int i = 0; i < signalCount; i++) sigaction(handledSignals[i], &previous[i], NULL);
  isInstalled = 0;
}
