// The calls out of compiled code to a host function while nobody watches. See CShim.h.
//
// Entered by a branch from compiled code, with the guest's registers where that has them. Leaves in
// one of three ways: back to the guest's return address through the branch table; to the
// dispatcher, having done nothing, if the call is not as simple as it should be; to the dispatcher
// behind the call, if meanwhile something has happened to the bridge.

#include "include/CShim.h"

#if defined(__x86_64__)
// Guest RAX to R12 and RSP are in the registers of the same name, R13 to R15 in the state. R13 and
// R14 are free; R15 counts. The flags are the guest's.
  .text
  .macro CALL_OUT name, isIntercepted
  .globl \name
  .type \name, @function
  .balign 16
\name:
  movq transomActiveBridge(%rip), %r14
  movq TRANSOM_BRIDGE_STATE(%r14), %r13
  movq %rax, 0(%r13)
  lahf
  seto %al
  movl %eax, TRANSOM_STATE_PACKED_FLAGS(%r13)
  movq %rbx, 24(%r13)
  movq %rbp, 40(%r13)
  movq %r12, 96(%r13)
  movl TRANSOM_STATE_ATTENTION(%r13), %eax
  orl TRANSOM_STATE_DIRECTION(%r13), %eax
  jnz .Lrefuse_\name
  // RSP on the shim's stack and no higher than at the level's entry: not on another level's part,
  // and sixteen arguments are there.
  movq %rsp, %r12
  movq %rsp, %rax
  subq TRANSOM_BRIDGE_STACK_BASE(%r14), %rax
  movq TRANSOM_BRIDGE_CURRENT(%r14), %rbp
  cmpq TRANSOM_ENTRY_SPAN(%rbp), %rax
  ja .Lrefuse_\name
  movq %r14, %rbx
  movq %rcx, 8(%r13)
  movq %rdx, 16(%r13)
  movq %rsp, 32(%r13)
  movq %rsi, 48(%r13)
  movq %rdi, 56(%r13)
  movq %r8, 64(%r13)
  movq %r9, 72(%r13)
  movq %r10, 80(%r13)
  movq %r11, 88(%r13)
  cmpl $0, TRANSOM_STATE_IS_COUNTING(%r13)
  jne .LsettleCount_\name
.LisCounted_\name:
  cmpl $0, TRANSOM_STATE_USES_VECTORS(%r13)
  jne .LstoreVectors_\name
.LareVectorsStored_\name:
  // From here on: RBX the bridge, RBP the level's entry, R12 guest RSP, R13 the state, R14 the
  // call's record.
  movq TRANSOM_BRIDGE_CALL_COUNT(%rbx), %rax
  movl %eax, %r14d
  movq %rax, TRANSOM_ENTRY_CALL_NUMBER(%rbp)
  incq %rax
  andl $(TRANSOM_CALLS - 1), %r14d
  movq %rax, TRANSOM_BRIDGE_CALL_COUNT(%rbx)
  shll $6, %r14d
  leaq TRANSOM_BRIDGE_CALLS(%rbx, %r14), %r14
  movq (%r12), %rax
  movq TRANSOM_STATE_BRANCH_TARGET(%r13), %r11
  movq %rax, TRANSOM_ENTRY_RETURN_ADDRESS(%rbp)
  movq %rax, 0(%r14)
  movq %r11, 8(%r14)
  movq %rcx, 16(%r14)
  movq %rdx, 24(%r14)
  movq %r8, 32(%r14)
  movq %r9, 40(%r14)
  movq TRANSOM_ENTRY_DEPTH(%rbp), %rax
  movq $0, 48(%r14)
  movq %rax, 56(%r14)
  movq %r12, TRANSOM_ENTRY_STACK_POINTER(%rbp)
  movl $0, TRANSOM_ENTRY_IS_SAVED(%rbp)
  movq $0, TRANSOM_BRIDGE_HOST_WORDS(%rbx)
  // The host stack, 8 modulo 16 where the entry left it. Return address and home space are not
  // passed on; the fifth and sixth argument go to registers.
  movq TRANSOM_STATE_HOST_STACK_POINTER(%r13), %rsp
  subq $88, %rsp
  .if \isIntercepted
  movq %rbx, %rdi
  movq %rbp, %rsi
  movq %r11, %rdx
  call *TRANSOM_BRIDGE_CALL_INTERCEPTED(%rbx)
  .else
  movups 56(%r12), %xmm0
  movups 72(%r12), %xmm1
  movups 88(%r12), %xmm2
  movups 104(%r12), %xmm3
  movups 120(%r12), %xmm4
  movups %xmm0, 0(%rsp)
  movups %xmm1, 16(%rsp)
  movups %xmm2, 32(%rsp)
  movups %xmm3, 48(%rsp)
  movups %xmm4, 64(%rsp)
  movq %rcx, %rdi
  movq %rdx, %rsi
  movq %r8, %rdx
  movq %r9, %rcx
  movq 40(%r12), %r8
  movq 48(%r12), %r9
  xorl %eax, %eax
  call *%r11
  .endif
  // Levels entered meanwhile have had a host stack pointer of their own.
  leaq 88(%rsp), %rcx
  movq %rcx, TRANSOM_STATE_HOST_STACK_POINTER(%r13)
  movl TRANSOM_STATE_ATTENTION(%r13), %ecx
  orl TRANSOM_ENTRY_IS_SAVED(%rbp), %ecx
  jnz .Lsettle_\name
  movq %rax, 48(%r14)
  movl $1, 60(%r14)
  cmpl $0, TRANSOM_STATE_USES_VECTORS(%r13)
  jne .LloadVectors_\name
.LareVectorsLoaded_\name:
  movq 0(%r14), %r9
  movq %rax, %r14
  movl TRANSOM_STATE_PACKED_FLAGS(%r13), %eax
  addb $0x7f, %al
  sahf
  // No flag is touched any more.
  movq %r9, TRANSOM_STATE_BRANCH_TARGET(%r13)
  movq %r14, %rax
  movzwl %r9w, %r14d
  leaq 8(%r12), %rsp
  movq 8(%r13), %rcx
  movq 16(%r13), %rdx
  movq 24(%r13), %rbx
  movq 40(%r13), %rbp
  movq 48(%r13), %rsi
  movq 56(%r13), %rdi
  movq 64(%r13), %r8
  movq 72(%r13), %r9
  movq 80(%r13), %r10
  movq 88(%r13), %r11
  movq 96(%r13), %r12
  movq TRANSOM_STATE_BRANCH_TABLE(%r13), %r13
  jmp *(%r13, %r14, 8)

.Lrefuse_\name:
  movl TRANSOM_STATE_PACKED_FLAGS(%r13), %eax
  addb $0x7f, %al
  sahf
  movq 0(%r13), %rax
  movq 24(%r13), %rbx
  movq 40(%r13), %rbp
  movq 96(%r13), %r12
  jmp *TRANSOM_STATE_MISS_EXIT(%r13)

.LsettleCount_\name:
  movq TRANSOM_STATE_ROOM(%r13), %rax
  subq %r15, %rax
  addq %rax, TRANSOM_STATE_INSTRUCTION_COUNT(%r13)
  movq %r15, TRANSOM_STATE_ROOM(%r13)
  jmp .LisCounted_\name

.LstoreVectors_\name:
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  movups %xmm\n, (TRANSOM_STATE_VECTORS + 32 * \n)(%r13)
  .endr
  stmxcsr TRANSOM_STATE_MXCSR(%r13)
  ldmxcsr TRANSOM_STATE_HOST_MXCSR(%r13)
  jmp .LareVectorsStored_\name

.LloadVectors_\name:
  stmxcsr TRANSOM_STATE_HOST_MXCSR(%r13)
  ldmxcsr TRANSOM_STATE_MXCSR(%r13)
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  movups (TRANSOM_STATE_VECTORS + 32 * \n)(%r13), %xmm\n
  .endr
  jmp .LareVectorsLoaded_\name

.Lsettle_\name:
  movq %rbx, %rdi
  movq %rbp, %rsi
  movq %rax, %rdx
  call *TRANSOM_BRIDGE_SETTLE(%rbx)
  jmp *TRANSOM_STATE_LEAVE_STUB(%r13)
  .endm

  CALL_OUT transomCallOut, 0
  CALL_OUT transomCallOutIntercepted, 1

  .section .note.GNU-stack,"",@progbits

#elif defined(__aarch64__)
// Guest registers are X0 to X15 and V0 to V15. X16 holds the target, X19 the state, X20 the branch
// table; X17, X24 to X30 are free, but for X28 where vector registers are used. Those the host's convention preserves carry what is needed
// behind the call. X18 is the platform's and is never touched.
  .text
  .macro CALL_OUT name, isIntercepted
  .globl \name
  .type \name, %function
  .balign 16
\name:
  adrp x29, transomActiveBridge
  ldr w17, [x19, #TRANSOM_STATE_ATTENTION]
  ldr x24, [x19, #TRANSOM_STATE_FLAGS]
  ldr x29, [x29, :lo12:transomActiveBridge]
  cbnz w17, .Lrefuse_\name
  tbnz x24, #10, .Lrefuse_\name
  mrs x24, nzcv
  // RSP on the shim's stack and no higher than at the level's entry: not on another level's part,
  // and sixteen arguments are there.
  ldp x28, x17, [x29, #TRANSOM_BRIDGE_CURRENT]
  ldr x30, [x28, #TRANSOM_ENTRY_SPAN]
  sub x17, x4, x17
  cmp x17, x30
  b.hi .LrefuseWithFlags_\name
  ldr w17, [x19, #TRANSOM_STATE_IS_COUNTING]
  ldr w30, [x19, #TRANSOM_STATE_USES_VECTORS]
  str w24, [x19, #TRANSOM_STATE_PACKED_FLAGS]
  cbnz w17, .LsettleCount_\name
.LisCounted_\name:
  stp x0, x1, [x19, #0]
  stp x2, x3, [x19, #16]
  stp x4, x5, [x19, #32]
  stp x6, x7, [x19, #48]
  stp x8, x9, [x19, #64]
  stp x10, x11, [x19, #80]
  stp x12, x13, [x19, #96]
  stp x14, x15, [x19, #112]
  cbnz w30, .LstoreVectors_\name
.LareVectorsStored_\name:
  // From here on: X29 the bridge, X28 the level's entry, X27 the return address, X26 guest RSP,
  // X25 the call's record without its offset in the bridge.
  ldr x17, [x29, #TRANSOM_BRIDGE_CALL_COUNT]
  mov x26, x4
  ldr x27, [x26]
  and x25, x17, #(TRANSOM_CALLS - 1)
  add x30, x17, #1
  add x25, x29, x25, lsl #6
  stp x17, xzr, [x28, #TRANSOM_ENTRY_CALL_NUMBER]
  ldr x17, [x28, #TRANSOM_ENTRY_DEPTH]
  stp x30, xzr, [x29, #TRANSOM_BRIDGE_CALL_COUNT]
  stp x27, x16, [x25, #TRANSOM_BRIDGE_CALLS]
  stp x1, x2, [x25, #TRANSOM_BRIDGE_CALLS+16]
  stp x8, x9, [x25, #TRANSOM_BRIDGE_CALLS+32]
  stp xzr, x17, [x25, #TRANSOM_BRIDGE_CALLS+48]
  stp x26, x27, [x28, #TRANSOM_ENTRY_STACK_POINTER]
  .if \isIntercepted
  // The shim is at work, with interrupts masked.
  ldr w24, [x29, #TRANSOM_BRIDGE_MASKS_INTERRUPTS]
  cbz w24, 1f
  mrs x17, daif
  msr daifset, #2
  str x17, [x19, #TRANSOM_STATE_INTERRUPT_MASK]
1:
  mov x0, x29
  mov x1, x28
  mov x2, x16
  ldr x16, [x29, #TRANSOM_BRIDGE_CALL_INTERCEPTED]
  blr x16
  cbz w24, 2f
  ldr x17, [x19, #TRANSOM_STATE_INTERRUPT_MASK]
  msr daif, x17
2:
  .else
  // Behind the return address and the home space.
  mov x0, x1
  mov x1, x2
  mov x2, x8
  mov x3, x9
  ldp x8, x9, [x26, #72]
  ldp x10, x11, [x26, #88]
  ldp x12, x13, [x26, #104]
  ldp x14, x15, [x26, #120]
  ldp x4, x5, [x26, #40]
  ldp x6, x7, [x26, #56]
  stp x8, x9, [sp, #-64]!
  stp x10, x11, [sp, #16]
  stp x12, x13, [sp, #32]
  stp x14, x15, [sp, #48]
  // Interrupts may have come in anywhere until here, and kept everything. From here to the return
  // they may be taken for part of the call.
  mov w24, #1
  str w24, [x28, #TRANSOM_ENTRY_IS_AT_REST]
  blr x16
  add sp, sp, #64
  str wzr, [x28, #TRANSOM_ENTRY_IS_AT_REST]
  .endif
  ldr w17, [x19, #TRANSOM_STATE_ATTENTION]
  ldr w16, [x28, #TRANSOM_ENTRY_IS_SAVED]
  orr w17, w17, w16
  cbnz w17, .Lsettle_\name
  mov w17, #1
  ldr w30, [x19, #TRANSOM_STATE_USES_VECTORS]
  str x0, [x25, #TRANSOM_BRIDGE_CALLS+48]
  str w17, [x25, #TRANSOM_BRIDGE_CALLS+60]
  cbnz w30, .LloadVectors_\name
.LareVectorsLoaded_\name:
  ldr w17, [x19, #TRANSOM_STATE_PACKED_FLAGS]
  mov x16, x27
  ldr x1, [x19, #8]
  ldp x2, x3, [x19, #16]
  add x4, x26, #8
  msr nzcv, x17
  ldr x5, [x19, #40]
  ldp x6, x7, [x19, #48]
  ldp x8, x9, [x19, #64]
  ldp x10, x11, [x19, #80]
  ldp x12, x13, [x19, #96]
  ldp x14, x15, [x19, #112]
  add x17, x20, w16, uxth #4
  ldp x17, x30, [x17]
  sub x30, x30, x16
  cbnz x30, .Lrefuse_\name
  br x17

.LrefuseWithFlags_\name:
  msr nzcv, x24
.Lrefuse_\name:
  ldr x17, [x19, #TRANSOM_STATE_MISS_EXIT]
  br x17

.LsettleCount_\name:
  ldr x17, [x19, #TRANSOM_STATE_ROOM]
  ldr x25, [x19, #TRANSOM_STATE_INSTRUCTION_COUNT]
  sub x17, x17, x21
  add x25, x25, x17
  str x21, [x19, #TRANSOM_STATE_ROOM]
  str x25, [x19, #TRANSOM_STATE_INSTRUCTION_COUNT]
  b .LisCounted_\name

.LstoreVectors_\name:
  // The others do not outlive a call.
  .irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  str q\n, [x19, #(TRANSOM_STATE_VECTORS + 32 * \n)]
  .endr
  mrs x17, fpsr
  str w17, [x19, #(TRANSOM_STATE_SCRATCH + 16)]
  msr fpcr, xzr
  msr fpsr, xzr
  b .LareVectorsStored_\name

.LloadVectors_\name:
  // FPSR, and above it what compiled code looks for in it; FZ, as at the entry to compiled code.
  ldr x17, [x19, #(TRANSOM_STATE_SCRATCH + 16)]
  mov w16, #0x1000000
  lsr x28, x17, #32
  mov w17, w17
  msr fpsr, x17
  msr fpcr, x16
  .irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  ldr q\n, [x19, #(TRANSOM_STATE_VECTORS + 32 * \n)]
  .endr
  b .LareVectorsLoaded_\name

.Lsettle_\name:
  ldr w17, [x29, #TRANSOM_BRIDGE_MASKS_INTERRUPTS]
  cbz w17, 4f
  mrs x17, daif
  msr daifset, #2
  str x17, [x19, #TRANSOM_STATE_INTERRUPT_MASK]
4:
  str x22, [x19, #TRANSOM_STATE_SCRATCH]
  str x23, [x19, #(TRANSOM_STATE_SCRATCH + 8)]
  mov x2, x0
  mov x0, x29
  mov x1, x28
  ldr x16, [x29, #TRANSOM_BRIDGE_SETTLE]
  blr x16
  ldr x17, [x19, #TRANSOM_STATE_LEAVE_STUB]
  br x17
  .endm

  CALL_OUT transomCallOut, 0
  CALL_OUT transomCallOutIntercepted, 1
#endif
