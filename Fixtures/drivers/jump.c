// Jumps across layers. The exercise protocol here: `callHost` is set by the host and calls back
// what it is given. `run(times)` jumps out of such a callback, over the host's frames, that often,
// and returns how often it arrived with its variables intact. `leave` ends the image by Exit from
// inside a callback.
#include "efi.h"

typedef uint64_t (*Callback)(uint64_t);
typedef struct {
  uint64_t size;
  uint64_t (*callHost)(Callback callback, uint64_t value);
  uint64_t (*run)(uint64_t times);
  uint64_t (*leave)(uint64_t status);
} Exercise;

static Exercise exercise;
static Handle thisImage;
static SystemTable *thisSystem;

// What the Microsoft convention preserves: eight registers, RIP, and XMM6–15.
typedef struct {
  uint64_t words[10];
  uint64_t vectors[20];
} __attribute__((aligned(16))) JumpBuffer;

uint64_t setJump(JumpBuffer *buffer) __attribute__((returns_twice));
void longJump(JumpBuffer *buffer) __attribute__((noreturn));
__asm__(
    ".text\n"
    "setJump:\n"
    "  movq (%rsp), %rdx\n"
    "  movq %rdx, 0(%rcx)\n"
    "  leaq 8(%rsp), %rdx\n"
    "  movq %rdx, 8(%rcx)\n"
    "  movq %rbx, 16(%rcx)\n"
    "  movq %rbp, 24(%rcx)\n"
    "  movq %rdi, 32(%rcx)\n"
    "  movq %rsi, 40(%rcx)\n"
    "  movq %r12, 48(%rcx)\n"
    "  movq %r13, 56(%rcx)\n"
    "  movq %r14, 64(%rcx)\n"
    "  movq %r15, 72(%rcx)\n"
    "  movdqa %xmm6, 80(%rcx)\n"
    "  movdqa %xmm7, 96(%rcx)\n"
    "  movdqa %xmm8, 112(%rcx)\n"
    "  movdqa %xmm9, 128(%rcx)\n"
    "  movdqa %xmm10, 144(%rcx)\n"
    "  movdqa %xmm11, 160(%rcx)\n"
    "  movdqa %xmm12, 176(%rcx)\n"
    "  movdqa %xmm13, 192(%rcx)\n"
    "  movdqa %xmm14, 208(%rcx)\n"
    "  movdqa %xmm15, 224(%rcx)\n"
    "  xorl %eax, %eax\n"
    "  retq\n"
    "longJump:\n"
    "  movq 8(%rcx), %rsp\n"
    "  movq 16(%rcx), %rbx\n"
    "  movq 24(%rcx), %rbp\n"
    "  movq 32(%rcx), %rdi\n"
    "  movq 40(%rcx), %rsi\n"
    "  movq 48(%rcx), %r12\n"
    "  movq 56(%rcx), %r13\n"
    "  movq 64(%rcx), %r14\n"
    "  movq 72(%rcx), %r15\n"
    "  movdqa 80(%rcx), %xmm6\n"
    "  movdqa 96(%rcx), %xmm7\n"
    "  movdqa 112(%rcx), %xmm8\n"
    "  movdqa 128(%rcx), %xmm9\n"
    "  movdqa 144(%rcx), %xmm10\n"
    "  movdqa 160(%rcx), %xmm11\n"
    "  movdqa 176(%rcx), %xmm12\n"
    "  movdqa 192(%rcx), %xmm13\n"
    "  movdqa 208(%rcx), %xmm14\n"
    "  movdqa 224(%rcx), %xmm15\n"
    "  movl $1, %eax\n"
    "  jmpq *0(%rcx)\n");

static JumpBuffer buffer;

static uint64_t jumpOut(uint64_t value) {
  if (value) exercise.callHost(jumpOut, value - 1);
  longJump(&buffer);
}

static uint64_t run(uint64_t times) {
  volatile uint64_t arrived = 0, i = 0;
  for (; i < times; i++) {
    volatile uint64_t check = i * 7;
    if (!setJump(&buffer)) {
      exercise.callHost(jumpOut, i % 4);
      return arrived;
    }
    if (check == i * 7) arrived++;
  }
  return arrived;
}

static uint64_t exitFrom(uint64_t status) {
  return thisSystem->boot->Exit(thisImage, status, 0, 0);
}
static uint64_t leave(uint64_t status) { return exercise.callHost(exitFrom, status); }

Status efiMain(Handle image, SystemTable *system) {
  static const Guid protocol = EXERCISE_GUID;
  thisImage = image;
  thisSystem = system;
  exercise.size = sizeof exercise;
  exercise.run = run;
  exercise.leave = leave;
  Handle handle = 0;
  return system->boot->InstallProtocolInterface(&handle, &protocol, 0, &exercise);
}

RELOCATED(efiMain)
