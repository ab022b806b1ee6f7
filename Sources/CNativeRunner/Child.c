#define _GNU_SOURCE
#include "Child.h"

// The whole life of the child is one chain of signals. A case ends in a fault (HLT faults in user
// mode); the handler reads the processor's state out of the signal frame, writes the next case's
// state into that same frame, and returns into the next case.

#if defined(__x86_64__)
#include <asm/prctl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

static TransomNativeShared *shared;
static TransomNativeSlot *current;
static uint8_t *arena;
static uint64_t hostFSBase, hostGSBase;
static int hasBaseInstructions;
/// The case running has bases of its own for FS and GS.
static int hasOwnBases;
static TransomNativeRegion mapped[transomNativeRegionLimit];
static uint32_t mappedCount;
static volatile uint32_t lastTick;

// The order of gregs against the encoding's: RAX RCX RDX RBX RSP RBP RSI RDI R8–R15.
static const int registers[16] = {
    REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
    REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

/// Where the upper halves of YMM lie in the standard XSAVE layout, and its header.
enum { xsaveHeader = 512, xsaveUpper = 576 };

#define NO_GUARD __attribute__((no_stack_protector))

// Where the system has not enabled the instructions, its call does; only cases that set a base pay.
NO_GUARD static void setBases(uint64_t fs, uint64_t gs) {
  if (hasBaseInstructions) {
    __asm__ volatile("wrgsbase %0" ::"r"(gs));
    __asm__ volatile("wrfsbase %0" ::"r"(fs));
    return;
  }
  uint64_t result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(SYS_arch_prctl), "D"(ARCH_SET_GS), "S"(gs)
                   : "rcx", "r11", "memory");
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(SYS_arch_prctl), "D"(ARCH_SET_FS), "S"(fs)
                   : "rcx", "r11", "memory");
}

NO_GUARD static void readBases(uint64_t *fs, uint64_t *gs) {
  if (hasBaseInstructions) {
    __asm__ volatile("rdfsbase %0" : "=r"(*fs));
    __asm__ volatile("rdgsbase %0" : "=r"(*gs));
    return;
  }
  uint64_t result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(SYS_arch_prctl), "D"(ARCH_GET_GS), "S"(gs)
                   : "rcx", "r11", "memory");
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(SYS_arch_prctl), "D"(ARCH_GET_FS), "S"(fs)
                   : "rcx", "r11", "memory");
}

static void saveState(uint64_t *words, const ucontext_t *context) {
  for (int i = 0; i < 16; i++) {
    words[transomWordGeneral + i] = (uint64_t)context->uc_mcontext.gregs[registers[i]];
  }
  words[transomWordRIP] = (uint64_t)context->uc_mcontext.gregs[REG_RIP];
  // RF is the trap's own.
  words[transomWordFlags] = (uint64_t)context->uc_mcontext.gregs[REG_EFL] & ~0x10000ull;
  const uint8_t *area = (const uint8_t *)context->uc_mcontext.fpregs;
  uint64_t present;
  memcpy(&present, area + xsaveHeader, 8);
  uint16_t control = 0x37F, status = 0;
  uint8_t full = 0;
  if (present & 1) {
    memcpy(&control, area, 2);
    memcpy(&status, area + 2, 2);
    full = area[4];
  }
  int top = status >> 11 & 7;
  uint64_t tag = 0;
  for (int i = 0; i < 8; i++) {
    int physical = (top + i) & 7;
    uint64_t *to = words + transomWordX87 + 2 * physical;
    to[0] = to[1] = 0;
    if (present & 1) {
      memcpy(to, area + 32 + 16 * i, 8);
      memcpy(to + 1, area + 40 + 16 * i, 2);
    }
    if (!(full >> i & 1)) tag |= 3ull << 2 * i;
  }
  words[transomWordX87Control] = control;
  words[transomWordX87Status] = status;
  words[transomWordX87Tag] = tag;
  uint32_t mxcsr;
  memcpy(&mxcsr, area + 24, 4);
  words[transomWordMXCSR] = mxcsr;
  for (int i = 0; i < 16; i++) {
    uint64_t *to = words + transomWordVector + 4 * i;
    memset(to, 0, 32);
    if (present & 2) memcpy(to, area + 160 + 16 * i, 16);
    if (present & 4) memcpy(to + 2, area + xsaveUpper + 16 * i, 16);
  }
}

static void loadState(const uint64_t *words, uint32_t mode, ucontext_t *context) {
  for (int i = 0; i < 16; i++) {
    context->uc_mcontext.gregs[registers[i]] = (greg_t)words[transomWordGeneral + i];
  }
  context->uc_mcontext.gregs[REG_RIP] = (greg_t)words[transomWordRIP];
  // What user mode may hold: the arithmetic flags and the direction.
  context->uc_mcontext.gregs[REG_EFL] = (greg_t)((words[transomWordFlags] & 0x204CD5) | 0x202);
  // Code segment: the kernel's flat 64-bit one, or its 32-bit one.
  greg_t segments = context->uc_mcontext.gregs[REG_CSGSFS] & ~(greg_t)0xFFFF;
  context->uc_mcontext.gregs[REG_CSGSFS] = segments | (mode == 1 ? 0x23 : 0x33);
  uint8_t *area = (uint8_t *)context->uc_mcontext.fpregs;
  memset(area, 0, 24);
  memset(area + 32, 0, 384);
  uint64_t present;
  memcpy(&present, area + xsaveHeader, 8);
  present |= 7;
  memcpy(area + xsaveHeader, &present, 8);
  uint16_t control = (uint16_t)words[transomWordX87Control];
  uint16_t status = (uint16_t)words[transomWordX87Status];
  memcpy(area, &control, 2);
  memcpy(area + 2, &status, 2);
  int top = status >> 11 & 7;
  for (int i = 0; i < 8; i++) {
    int physical = (top + i) & 7;
    const uint64_t *from = words + transomWordX87 + 2 * physical;
    memcpy(area + 32 + 16 * i, from, 8);
    memcpy(area + 40 + 16 * i, from + 1, 2);
    if ((words[transomWordX87Tag] >> 2 * i & 3) != 3) area[4] |= (uint8_t)(1 << i);
  }
  uint32_t mxcsr = (uint32_t)words[transomWordMXCSR] & 0xFFFF;
  memcpy(area + 24, &mxcsr, 4);
  for (int i = 0; i < 16; i++) {
    const uint64_t *from = words + transomWordVector + 4 * i;
    memcpy(area + 160 + 16 * i, from, 16);
    memcpy(area + xsaveUpper + 16 * i, from + 2, 16);
  }
}

static int sameRegions(void) {
  if (mappedCount != current->regionCount) return 0;
  for (uint32_t i = 0; i < mappedCount; i++) {
    if (mapped[i].address != current->regions[i].address) return 0;
    if (mapped[i].count != current->regions[i].count) return 0;
  }
  return 1;
}

static int mapRegions(void) {
  if (current->regionCount > transomNativeRegionLimit) return 0;
  if (!sameRegions()) {
    for (uint32_t i = 0; i < mappedCount; i++) {
      munmap((void *)mapped[i].address, mapped[i].count);
    }
    mappedCount = 0;
    for (uint32_t i = 0; i < current->regionCount; i++) {
      const TransomNativeRegion *region = &current->regions[i];
      void *got = mmap(
          (void *)region->address, region->count, PROT_READ | PROT_WRITE | PROT_EXEC,
          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
      if (got != (void *)region->address) return 0;
      mapped[mappedCount++] = *region;
    }
  }
  for (uint32_t i = 0; i < mappedCount; i++) {
    memcpy((void *)mapped[i].address, arena + current->regions[i].offset, mapped[i].count);
  }
  return 1;
}

static void answer(uint32_t outcome) {
  current->outcome = outcome;
  uint32_t done = atomic_load(&shared->answered) + 1;
  atomic_store(&shared->answered, done);
  if (done == atomic_load(&shared->submitted) || done % 64 == 0) {
    transomNativeWake(&shared->answered);
  }
  current = NULL;
}

static void takeNext(void) {
  uint32_t next = atomic_load(&shared->answered);
  while (atomic_load(&shared->submitted) == next) {
    transomNativeSleep(&shared->submitted, next, NULL);
  }
  current = (TransomNativeSlot *)(shared->slots + (next % shared->slotCount) * shared->slotSize);
  arena = (uint8_t *)current + transomNativeArenaOffset;
}

NO_GUARD static void step(siginfo_t *info, ucontext_t *context, uint32_t outcome) {
  uint64_t fs = hostFSBase, gs = hostGSBase;
  if (hasBaseInstructions || hasOwnBases) {
    readBases(&fs, &gs);
    // From here on C may use its thread-local storage.
    setBases(hostFSBase, hostGSBase);
  }
  if (current) {
    saveState(current->after, context);
    current->after[transomWordFSBase] = fs == hostFSBase ? 0 : fs;
    current->after[transomWordGSBase] = gs;
    current->trap = (uint32_t)context->uc_mcontext.gregs[REG_TRAPNO];
    current->faultAddress = (uint64_t)context->uc_mcontext.gregs[REG_CR2];
    for (uint32_t i = 0; i < mappedCount; i++) {
      memcpy(arena + current->regions[i].offset, (void *)mapped[i].address, mapped[i].count);
    }
    answer(outcome);
  }
  (void)info;
  for (;;) {
    takeNext();
    if (mapRegions()) break;
    answer(transomOutcomeFailed);
  }
  loadState(current->before, current->mode, context);
  fs = current->before[transomWordFSBase];
  gs = current->before[transomWordGSBase];
  hasOwnBases = (fs | gs) != 0;
  if (hasBaseInstructions || hasOwnBases) setBases(fs, gs);
}

NO_GUARD static void trapped(int number, siginfo_t *info, void *context) {
  (void)number;
  step(info, context, transomOutcomeTrapped);
}

// Blocked while a handler runs, so that it only ever interrupts a case.
NO_GUARD static void ticked(int number, siginfo_t *info, void *context) {
  (void)number;
  uint32_t now = atomic_load(&shared->answered);
  if (current && lastTick == now + 1) {
    step(info, context, transomOutcomeTimedOut);
  } else {
    lastTick = now + 1;
  }
}

/// A case may hold a SYSCALL: the system refuses this process whatever it does not need itself.
static int confine(void) {
#define ALLOW(number)                                        \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1),       \
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xC000003E, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
      ALLOW(SYS_futex),
      ALLOW(SYS_rt_sigreturn),
      ALLOW(SYS_mmap),
      ALLOW(SYS_munmap),
      ALLOW(SYS_arch_prctl),
      ALLOW(SYS_exit_group),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
  };
#undef ALLOW
  struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return 1;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

void transomNativeChild(TransomNativeShared *with) {
  shared = with;
  hasBaseInstructions = (getauxval(AT_HWCAP2) & 2) != 0;
  readBases(&hostFSBase, &hostGSBase);
  // In 32-bit code data is reached through these.
  __asm__ volatile("movl $0x2b, %%eax; movl %%eax, %%ds; movl %%eax, %%es" ::: "eax");
  enum { size = 1 << 18 };
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack_t stack = {.ss_sp = memory, .ss_size = size};
  if (memory == MAP_FAILED || sigaltstack(&stack, NULL)) _exit(1);
  struct sigaction action = {0};
  action.sa_sigaction = trapped;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  const int faults[5] = {SIGSEGV, SIGILL, SIGFPE, SIGBUS, SIGTRAP};
  for (int i = 0; i < 5; i++) {
    sigdelset(&action.sa_mask, faults[i]);
  }
  for (int i = 0; i < 5; i++) sigaction(faults[i], &action, NULL);
  action.sa_sigaction = ticked;
  sigaction(SIGVTALRM, &action, NULL);
  signal(SIGINT, SIG_IGN);
  struct itimerval interval = {{0, 20000}, {0, 20000}};
  setitimer(ITIMER_VIRTUAL, &interval, NULL);
  if (confine()) _exit(1);
  // Into the chain.
  __asm__ volatile("ud2");
}

#else

void transomNativeChild(TransomNativeShared *shared) { (void)shared; }

#endif
